import { describe, expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import { referenceConvolution } from "../kernels/convolution-reference.js";
import { ConvolutionTrainer } from "./conv-training.js";
import { type ConvolutionSpec, SeparableConvolution } from "./separable-convolution.js";

const spec: ConvolutionSpec = {
  input: { t: 12, f: 8, channels: 1 },
  blocks: [
    { kind: "full", kt: 4, kf: 3, st: 2, sf: 1, channels: 4 },
    { kind: "separable", kt: 3, kf: 3, st: 1, sf: 2, channels: 8 },
    { kind: "separable", kt: 3, kf: 1, st: 2, sf: 1, channels: 8 },
  ],
};

function filled(trainer: ConvolutionTrainer, seed: number): { labels: Float32Array; weights: Float32Array } {
  const random = seededRandom(seed);
  const each = trainer.input.length / trainer.batch;
  const labels = Float32Array.from({ length: trainer.batch }, (_, item) => item % 2);
  for (let index = 0; index < trainer.input.length; index++) trainer.input[index] = random.next() - 0.5;
  // label 1: a rising line of tones
  for (let item = 1; item < trainer.batch; item += 2) {
    const shift = Math.floor(random.next() * 4);
    for (let step = 0; step < 6; step++) trainer.input[item * each + (shift + step) * 8 + step]! += 1.5;
  }
  return { labels, weights: new Float32Array(trainer.batch).fill(1) };
}

describe("training of convolutions", () => {
  test("the loss goes down along the slope, number for number", () => {
    const trainer = new ConvolutionTrainer(spec, {
      batch: 6,
      random: seededRandom(1),
      makeKernels: referenceConvolution,
    });
    const { labels, weights } = filled(trainer, 2);
    const start = trainer.snapshot();
    const lossAt = (array: number, index: number, by: number): number => {
      trainer.restore(start);
      const moved = trainer.snapshot();
      moved.arrays[array]![index]! += by;
      trainer.restore(moved);
      const loss = trainer.step(labels, weights, { learningRate: 0 });
      return loss;
    };
    trainer.restore(start);
    trainer.step(labels, weights, { learningRate: 0, weightDecay: 0 });
    const after = trainer.snapshot(); // first means are 0.1 of the slopes after one step
    const random = seededRandom(3);
    let checked = 0;
    for (let array = 0; array < after.arrays.length; array += 4) {
      for (let probe = 0; probe < 4; probe++) {
        const index = Math.floor(random.next() * after.arrays[array]!.length);
        const slope = after.arrays[array + 1]![index]! * 10;
        const numeric = (lossAt(array, index, 5e-4) - lossAt(array, index, -5e-4)) / 1e-3;
        expect(Math.abs(numeric - slope)).toBeLessThan(0.02 * Math.abs(slope) + 2e-3);
        checked++;
      }
    }
    expect(checked).toBeGreaterThan(40);
  });

  test("a pattern is learned, and the network in use agrees with the trainer", () => {
    const trainer = new ConvolutionTrainer(spec, { batch: 16, random: seededRandom(5) });
    let loss = 0;
    for (let step = 0; step < 200; step++) {
      const { labels, weights } = filled(trainer, 100 + step);
      loss = trainer.step(labels, weights, { learningRate: 3e-3 });
    }
    expect(loss).toBeLessThan(0.1);
    trainer.calibrate(8, (batch) => void filled(trainer, 1000 + batch));
    const { labels } = filled(trainer, 9000);
    const logits = trainer.predict().slice();
    const network = new SeparableConvolution(spec, trainer.parameters());
    const plain = new SeparableConvolution(spec, trainer.parameters(), { makeKernels: referenceConvolution });
    for (let item = 0; item < 16; item++) {
      const window = trainer.input.subarray(item * 96, (item + 1) * 96);
      expect(network.run(window)).toBeCloseTo(logits[item]!, 3);
      expect(plain.run(window)).toBeCloseTo(logits[item]!, 3);
      expect(logits[item]! > 0 ? 1 : 0).toBe(labels[item]);
    }
  });

  test("training that stopped goes on to the same numbers", () => {
    const run = (trainer: ConvolutionTrainer, from: number, to: number): void => {
      for (let step = from; step < to; step++) {
        const { labels, weights } = filled(trainer, step);
        trainer.step(labels, weights, { learningRate: 1e-3 });
      }
    };
    const whole = new ConvolutionTrainer(spec, { batch: 4, random: seededRandom(1) });
    run(whole, 0, 20);
    const stopped = new ConvolutionTrainer(spec, { batch: 4, random: seededRandom(1) });
    run(stopped, 0, 8);
    const resumed = new ConvolutionTrainer(spec, { batch: 4, random: seededRandom(99) });
    resumed.restore(stopped.snapshot());
    run(resumed, 8, 20);
    expect(resumed.snapshot()).toEqual(whole.snapshot());
  });

  test("a trained body under a new head learns its pattern again sooner than a new network", () => {
    const run = (trainer: ConvolutionTrainer, steps: number): number => {
      let loss = 0;
      for (let step = 0; step < steps; step++) {
        const { labels, weights } = filled(trainer, 500 + step);
        loss += trainer.step(labels, weights, { learningRate: 1e-3 }) / steps;
      }
      return loss;
    };
    const trained = new ConvolutionTrainer(spec, { batch: 16, random: seededRandom(5) });
    run(trained, 300);
    trained.calibrate(8, (batch) => void filled(trained, 1000 + batch));
    const adapted = new ConvolutionTrainer(spec, { batch: 16, random: seededRandom(6) });
    filled(adapted, 1);
    adapted.load(trained.parameters());
    const fresh = new ConvolutionTrainer(spec, { batch: 16, random: seededRandom(6) });
    expect(run(adapted, 30)).toBeLessThan(0.9 * run(fresh, 30));
  });

  test("sizes that do not fit are refused", () => {
    expect(
      () =>
        new ConvolutionTrainer(
          { ...spec, blocks: [{ ...spec.blocks[0]!, channels: 6 }] },
          { batch: 2, random: seededRandom(1) },
        ),
    ).toThrow(RangeError);
    expect(() => new SeparableConvolution(spec, { blocks: [], head: new Float32Array() })).toThrow(RangeError);
  });
});
