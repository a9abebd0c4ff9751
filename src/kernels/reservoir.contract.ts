import { describe, expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import type { ReservoirKernel, ReservoirKernels, ReservoirWeights } from "./reservoir.js";
import { referenceReservoirKernels } from "./reservoir-reference.js";

/** After fifty steps of a contracting network. Per step the products differ in the order of f32 sums and the tanh by 4e-7. */
const TOLERANCE = 3e-6;
/** In 8 bits such a difference now and then rounds to another step of the 16-bit state, 3e-5 times a weight. */
const QUANTIZED_TOLERANCE = 3e-5;

type Network = { readonly name: string; readonly weights: ReservoirWeights };

function networks(): Network[] {
  const structured = (units: number, inputs: number): Network => ({
    name: `structured ${units}, ${inputs} inputs`,
    weights: {
      kind: "structured",
      ...{ units, inputs, spectralRadius: 0.9, leak: leak(units) },
      signs: random(3 * units, 1).map((value) => (value < 0 ? -1 : 1)),
      ...entrance(inputs, units, 0.3 * Math.sqrt(units)),
    },
  });
  const matrix = (name: string, units: number, inputs: number, recurrence: MatrixWeights["recurrence"]): Network => ({
    name: `${name} ${units}, ${inputs} inputs`,
    weights: {
      kind: "matrix",
      ...{ units, inputs, leak: leak(units), recurrence, ...entrance(inputs, 4096, 0.5) },
      signs: random(2 * 4096, 2).map((value) => (value < 0 ? -1 : 1)),
    },
  });
  const blocks = (units: number, blockSize: number): MatrixWeights["recurrence"] => ({
    kind: "blocks",
    blockSize,
    matrix: random(units * blockSize, 4).map((weight) => (weight * 1.2) / Math.sqrt(blockSize)),
    order: Uint16Array.from({ length: units }, (_, at) => (at * 7 + 1) % units),
  });
  const quantized = (units: number, blockSize: number): MatrixWeights["recurrence"] => ({
    kind: "quantized-blocks",
    blockSize,
    matrix: Int8Array.from(random(units * blockSize, 4), (weight) => Math.round(weight * 127)),
    scales: random(units, 5).map((scale) => (1 + scale) / (127 * 32767 * Math.sqrt(blockSize))),
    order: Uint16Array.from({ length: units }, (_, at) => (at * 3 + 1) % units),
  });
  const sparse = (units: number, fanIn: number): MatrixWeights["recurrence"] => ({
    kind: "sparse",
    fanIn,
    columns: Uint16Array.from({ length: (units / 8) * fanIn }, (_, at) => (at * 5) % units),
    matrix: random(units * fanIn, 6).map((weight) => weight / Math.sqrt(fanIn)),
  });
  return [
    structured(16, 1),
    structured(64, 13),
    structured(256, 20),
    structured(1024, 384),
    structured(4096, 5),
    matrix("blocks of 100,", 200, 7, blocks(200, 100)),
    matrix("blocks of 8,", 40, 3, blocks(40, 8)),
    matrix("blocks of 4,", 4, 1, blocks(4, 4)),
    matrix("blocks of 44,", 44, 5, blocks(44, 44)),
    matrix("8-bit blocks of 100,", 200, 7, quantized(200, 100)),
    matrix("8-bit blocks of 44,", 44, 5, quantized(44, 44)),
    matrix("8-bit blocks of 4,", 20, 1, quantized(20, 4)),
    matrix("sparse by 9,", 64, 6, sparse(64, 9)),
    matrix("sparse by 10,", 1000, 6, sparse(1000, 10)),
    matrix("cycle,", 37, 2, { kind: "cycle", weight: 0.9 }),
    matrix("cycle,", 1, 1, { kind: "cycle", weight: 0.9 }),
  ];
}

type MatrixWeights = ReservoirWeights & { readonly kind: "matrix" };

/** What every implementation of an echo state network's arithmetic keeps, measured against the reference. */
export function describeReservoirKernels(kernels: ReservoirKernels): void {
  describe(`${kernels.kind} reservoir kernels`, () => {
    for (const { name, weights } of networks()) {
      const { inputs } = weights;
      const tolerance = name.startsWith("8-bit") ? QUANTIZED_TOLERANCE : TOLERANCE;
      const pair = (): [ReservoirKernel, ReservoirKernel] => [
        kernels.make(weights, 3),
        referenceReservoirKernels.make(weights, 3),
      ];

      test(`${name}: steps as the reference does, to ${tolerance}`, () => {
        const [ours, reference] = pair();
        const draws = seededRandom(11);
        for (let step = 0; step < 50; step++) {
          const count = step % 3 === 0 ? inputs : Math.floor(draws.next() * (inputs + 1));
          for (const kernel of [ours, reference]) kernel.values.fill(0);
          for (let place = 0; place < count; place++) {
            const [index, value] = [Math.floor(draws.next() * inputs), draws.next() - 0.5];
            for (const kernel of [ours, reference]) {
              kernel.indices[place] = index;
              kernel.values[place] = value;
            }
          }
          for (const kernel of [ours, reference]) {
            if (step % 3 === 0) kernel.stepDense();
            else kernel.stepSparse(count);
          }
        }
        expect(largestDifference(ours.state, reference.state)).toBeLessThan(tolerance);
        expect(Math.max(...ours.state.map(Math.abs))).toBeGreaterThan(0.01);
      });

      test(`${name}: denormal, tiny and huge values as the reference`, () => {
        for (const value of [1e-40, -1e-30, 1e20, -1e20, -0]) {
          const [ours, reference] = pair();
          for (const kernel of [ours, reference]) {
            kernel.values.fill(value);
            kernel.stepDense();
            kernel.stepSparse(0);
          }
          expect(largestDifference(ours.state, reference.state)).toBeLessThan(tolerance);
        }
      });

      test(`${name}: what is no number does not stay hidden`, () => {
        for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
          const [ours, reference] = pair();
          for (const kernel of [ours, reference]) {
            kernel.indices[0] = 0;
            kernel.values[0] = value;
            kernel.stepSparse(1);
          }
          expect([...ours.state].map(Number.isNaN)).toEqual([...reference.state].map(Number.isNaN));
        }
      });
    }

    test("the structured network is bit for bit the reference up to the tanh, so a state of zeros and ones steps alike", () => {
      const { weights } = networks()[3]!;
      const [ours, reference] = [kernels.make(weights, 0), referenceReservoirKernels.make(weights, 0)];
      const start = random(weights.units, 9);
      for (const kernel of [ours, reference]) {
        kernel.state.set(start);
        kernel.values.set(random(weights.inputs, 10));
        kernel.stepDense();
      }
      expect(largestDifference(ours.state, reference.state)).toBeLessThan(5e-7);
    });

    test("8-bit products are exact: only the tanh and the order of the input's sums differ", () => {
      const { weights } = networks().find(({ name }) => name.startsWith("8-bit blocks of 100"))!;
      const [ours, reference] = [kernels.make(weights, 0), referenceReservoirKernels.make(weights, 0)];
      const start = random(weights.units, 9);
      start[0] = 1;
      start[1] = -1;
      start[2] = 0.5 / 32767;
      for (const kernel of [ours, reference]) {
        kernel.state.set(start);
        kernel.stepSparse(0);
      }
      expect(largestDifference(ours.state, reference.state)).toBeLessThan(8e-7);
    });

    test("the readout is weights times state plus bias, for any number of rows", () => {
      const { weights } = networks()[6]!;
      for (const outputs of [0, 1, 4, 19, 100]) {
        const kernel = kernels.make(weights, outputs);
        kernel.state.set(random(40, 12));
        const readout = random(outputs * 40, 13);
        const bias = random(outputs, 14);
        kernel.setReadout(readout, bias);
        const result = new Float32Array(outputs);
        kernel.readout(result);
        for (let row = 0; row < outputs; row++) {
          let sum = bias[row]!;
          for (let unit = 0; unit < 40; unit++) sum += readout[row * 40 + unit]! * kernel.state[unit]!;
          expect(result[row]).toBeCloseTo(sum, 5);
        }
      }
    });

    test("a clone has the state and the readout, and then goes its own way", () => {
      for (const { weights } of networks()) {
        const kernel = kernels.make(weights, 1);
        kernel.setReadout(random(weights.units, 1), [0.25]);
        kernel.values.fill(0.5);
        kernel.stepDense();
        const clone = kernel.clone();
        expect(clone.state).toEqual(kernel.state);
        const [before, after] = [new Float32Array(1), new Float32Array(1)];
        kernel.readout(before);
        clone.readout(after);
        expect(after).toEqual(before);
        for (const each of [kernel, clone]) {
          each.values.fill(-0.25);
          each.stepDense();
        }
        expect(clone.state).toEqual(kernel.state);
        clone.stepDense();
        expect(clone.state).not.toEqual(kernel.state);
      }
    });
  });
}

function entrance(
  inputs: number,
  size: number,
  scale: number,
): { readonly slots: Uint16Array; readonly gains: Float32Array } {
  return {
    slots: Uint16Array.from({ length: inputs + 1 }, (_, at) => (at * 7 + 3) % size),
    gains: random(inputs + 1, 15).map((gain) => gain * scale),
  };
}

function leak(units: number): Float32Array {
  return random(units, 20).map((value) => 0.55 + 0.4 * value);
}

function random(length: number, seed: number): Float32Array {
  const draws = seededRandom(seed);
  return Float32Array.from({ length }, () => draws.next() * 2 - 1);
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  let largest = 0;
  for (let at = 0; at < a.length; at++) {
    if (Number.isNaN(a[at]) !== Number.isNaN(b[at])) return Number.POSITIVE_INFINITY;
    if (!Number.isNaN(a[at])) largest = Math.max(largest, Math.abs(a[at]! - b[at]!));
  }
  return largest;
}
