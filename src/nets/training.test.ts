import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import { Mlp } from "./mlp.js";
import { initialMlp } from "./mlp-initial.js";
import { evaluateMlp, type TrainingCheckpoint, trainMlp } from "./training.js";
import { Backprop } from "./training-backprop.js";
import { denseRows, oneHot, selectRows, sparseRows, splitRows, type TrainingRows } from "./training-rows.js";

interface GoldenLayer {
  readonly weights: readonly number[];
  readonly bias: readonly number[];
}

/** What src/nets/training.golden.py prints: the same trainings by numpy. */
interface Golden {
  readonly sizes: readonly number[];
  readonly layers: readonly GoldenLayer[];
  readonly inputs: readonly number[];
  readonly targets: readonly number[];
  readonly rowWeights: readonly number[];
  readonly classWeights: readonly number[];
  readonly loss: number;
  readonly gradient: readonly GoldenLayer[];
  readonly adam: { readonly losses: readonly number[]; readonly layers: readonly GoldenLayer[] };
  readonly sgd: { readonly losses: readonly number[]; readonly layers: readonly GoldenLayer[] };
}

const golden = JSON.parse(readFileSync(new URL("training.golden.json", import.meta.url), "utf8")) as Golden; // its own script's output
const goldenNet = new Mlp(
  golden.layers.map(({ weights, bias }, index) => ({
    inputs: golden.sizes[index]!,
    outputs: golden.sizes[index + 1]!,
    weights: Float32Array.from(weights),
    bias: Float32Array.from(bias),
  })),
);
const goldenRows: TrainingRows = {
  features: denseRows(Float32Array.from(golden.inputs), 6),
  targets: Float32Array.from(golden.targets),
  weights: Float32Array.from(golden.rowWeights),
};

/** Two classes that no straight line parts (inside and outside of a ring), and a third far away. */
function ring(count: number, seed: number): TrainingRows {
  const random = seededRandom(seed);
  const matrix = new Float32Array(count * 3);
  const labels: number[] = [];
  for (let row = 0; row < count; row++) {
    const x = 4 * random.next() - 2;
    const y = 4 * random.next() - 2;
    const far = random.next() < 0.2;
    matrix.set([x, y, far ? 1 : 0], row * 3);
    labels.push(far ? 2 : x * x + y * y < 1.5 ? 1 : 0);
  }
  return { features: denseRows(matrix, 3), targets: oneHot(labels, 3) };
}

describe("back-propagation", () => {
  test.each(["labels", "labels and a teacher"])(
    "the gradient is the slope of the loss against %s, measured by central differences",
    (kind) => {
      const random = seededRandom(11);
      const net = new Backprop(initialMlp([7, 6, 5, 4], { seed: 4 }).layers);
      for (const { bias } of net.layers)
        for (let index = 0; index < bias.length; index++) bias[index] = random.next() - 0.5;
      const features = denseRows(
        Float32Array.from({ length: 7 * 5 }, () => (random.next() < 0.3 ? 0 : 2 * random.next() - 1)),
        7,
      );
      const rows = { features, targets: Float32Array.from({ length: 4 * 5 }, () => random.next()) };
      const classWeights = Float64Array.of(1, 0.3, 2, 1);
      // A teacher's probabilities come to 1.
      const said = Array.from({ length: 5 }, () => Array.from({ length: 4 }, () => random.next()));
      const targets = Float32Array.from(said.flatMap((row) => row.map((value) => value / row.reduce((a, b) => a + b))));
      const teacher = { targets, temperature: 2.5, share: 0.4 };
      const objective = kind === "labels" ? { classWeights } : { classWeights, teacher };
      const total = () => {
        let sum = 0;
        for (let row = 0; row < 5; row++) sum += net.loss(rows, row, objective);
        return sum;
      };
      for (let row = 0; row < 5; row++) net.accumulate(rows, row, objective, 1);
      net.finishBatch();
      for (const layer of net.layers)
        for (const [values, gradient] of [
          [layer.weights, layer.weightGradient],
          [layer.bias, layer.biasGradient],
        ] as const)
          for (let index = 0; index < values.length; index++) {
            const value = values[index]!;
            values[index] = value + 1e-6;
            const above = total();
            values[index] = value - 1e-6;
            const below = total();
            values[index] = value;
            // Rounding of the loss, 1e-15, over the step: 1e-9.
            expect(Math.abs(gradient[index]! - (above - below) / 2e-6)).toBeLessThan(1e-7);
          }
    },
  );

  test("loss and gradient are those of an independent program", () => {
    const net = new Backprop(goldenNet.layers);
    const mass = golden.rowWeights.reduce((sum, weight) => sum + weight, 0);
    let loss = 0;
    for (const [row, weight] of golden.rowWeights.entries())
      loss +=
        (weight / mass) *
        net.accumulate(goldenRows, row, { classWeights: Float64Array.from(golden.classWeights) }, weight / mass);
    net.finishBatch();
    expect(loss).toBeCloseTo(golden.loss, 12);
    for (const [index, layer] of net.layers.entries())
      for (let output = 0; output < layer.outputs; output++) {
        expect(layer.biasGradient[output]).toBeCloseTo(golden.gradient[index]!.bias[output]!, 12);
        for (let input = 0; input < layer.inputs; input++)
          expect(layer.weightGradient[input * layer.outputs + output]).toBeCloseTo(
            golden.gradient[index]!.weights[output * layer.inputs + input]!,
            12,
          );
      }
  });

  for (const [name, optimizer] of [
    ["adam", { kind: "adam", learningRate: 0.01, weightDecay: 0.1 }],
    ["sgd", { kind: "sgd", learningRate: 0.05, momentum: 0.9, weightDecay: 0.01 }],
  ] as const)
    test(`twenty steps of ${name} end where an independent program's end`, async () => {
      const { mlp, reports } = await trainMlp(goldenNet, goldenRows, {
        seed: 1,
        epochs: 20,
        batchSize: 12,
        optimizer,
        classWeights: golden.classWeights,
      });
      // f64 throughout; the order of the rows within the batch differs, so the last bits do.
      for (const [step, { loss }] of reports.entries()) expect(loss).toBeCloseTo(golden[name].losses[step]!, 10);
      for (const [index, { weights, bias }] of mlp.layers.entries()) {
        // The network keeps f32: half a unit in the last of 24 bits.
        for (const [place, weight] of weights.entries())
          expect(Math.abs(weight - golden[name].layers[index]!.weights[place]!)).toBeLessThan(2e-7);
        for (const [place, value] of bias.entries())
          expect(Math.abs(value - golden[name].layers[index]!.bias[place]!)).toBeLessThan(2e-7);
      }
    });
});

describe("training", () => {
  test("learns what no straight line parts, on rows it has not seen", async () => {
    const validation = ring(500, 2);
    const { mlp, epoch } = await trainMlp(initialMlp([3, 24, 16, 3], { seed: 3 }), ring(2000, 1), {
      seed: 5,
      epochs: 40,
      optimizer: { kind: "adam", learningRate: 0.005 },
      validation,
    });
    expect(evaluateMlp(mlp, validation).accuracy).toBeGreaterThan(0.95);
    const linear = await trainMlp(initialMlp([3, 3], { seed: 3 }), ring(2000, 1), { seed: 5, validation });
    expect(evaluateMlp(linear.mlp, validation).accuracy).toBeLessThan(0.85);
    expect(epoch).toBeGreaterThan(1);
  });

  test("the same seed gives the same bits, another seed others", async () => {
    const run = async (seed: number) =>
      (await trainMlp(initialMlp([3, 8, 3], { seed: 1 }), ring(200, 1), { seed, epochs: 3 })).mlp.layers[0]!.weights;
    expect(await run(1)).toEqual(await run(1));
    expect(await run(1)).not.toEqual(await run(2));
  });

  test("a training that was broken off goes on to the same bits", async () => {
    const start = initialMlp([3, 8, 3], { seed: 1 });
    const options = { seed: 9, epochs: 6, validation: ring(60, 4), patience: 6 };
    const whole = await trainMlp(start, ring(200, 1), options);
    const checkpoints: TrainingCheckpoint[] = [];
    await trainMlp(start, ring(200, 1), {
      ...options,
      epochs: 3,
      onProgress: (progress) => checkpoints.push(progress.checkpoint()),
    });
    const resumed = await trainMlp(start, ring(200, 1), { ...options, resume: structuredClone(checkpoints[1]!) });
    expect(resumed.mlp.layers).toEqual(whole.mlp.layers);
    expect(resumed.reports).toEqual(whole.reports);
  });

  test("early stopping returns the weights of the best epoch", async () => {
    // 30 rows and noise as validation labels: the loss on them only rises.
    const validation = {
      ...ring(40, 8),
      targets: oneHot(
        Array.from({ length: 40 }, (_, row) => row % 3),
        3,
      ),
    };
    const { mlp, reports, epoch, stopped } = await trainMlp(initialMlp([3, 16, 3], { seed: 1 }), ring(30, 1), {
      seed: 1,
      epochs: 500,
      optimizer: { kind: "adam", learningRate: 0.02 },
      validation,
      patience: 4,
    });
    expect(stopped).toBe("patience");
    expect(reports).toHaveLength(epoch + 4);
    const best = Math.min(...reports.map(({ validationLoss }) => validationLoss!));
    expect(reports[epoch - 1]!.validationLoss).toBe(best);
    expect(evaluateMlp(mlp, validation).loss).toBeCloseTo(best, 5);
  });

  test("a heavier class is found more often", async () => {
    const rows = ring(1000, 1);
    const found = async (classWeights: number[]) => {
      const { mlp } = await trainMlp(initialMlp([3, 3], { seed: 1 }), rows, { seed: 1, epochs: 5, classWeights });
      const out = new Float32Array(3);
      let ones = 0;
      for (let row = 0; row < 1000; row++) {
        const begin = rows.features.starts[row]!;
        const end = rows.features.starts[row + 1]!;
        mlp.predictSparse(
          rows.features.indices.subarray(begin, end),
          rows.features.values.subarray(begin, end),
          end - begin,
          out,
        );
        if (out[1]! > out[0]! && out[1]! > out[2]!) ones++;
      }
      return ones;
    };
    expect(await found([1, 5, 1])).toBeGreaterThan((await found([1, 1, 1])) + 100);
  });

  test("weights of zero stay zero when asked", async () => {
    const layer = initialMlp([3, 3], { seed: 1 }).layers[0]!;
    const weights = layer.weights.map((weight, index) => (index % 2 === 0 ? 0 : weight));
    for (const optimizer of [{ kind: "adam" }, { kind: "sgd" }] as const) {
      const { mlp } = await trainMlp(new Mlp([{ ...layer, weights }]), ring(50, 1), {
        seed: 1,
        epochs: 2,
        keepZeros: true,
        optimizer,
      });
      expect([...mlp.layers[0]!.weights].map((weight) => weight === 0)).toEqual(
        [...weights].map((weight) => weight === 0),
      );
      expect(mlp.layers[0]!.weights).not.toEqual(weights);
    }
  });

  test("an abort rejects with its reason", async () => {
    const controller = new AbortController();
    const epochs: number[] = [];
    const training = trainMlp(initialMlp([3, 8, 3], { seed: 1 }), ring(200, 1), {
      seed: 1,
      epochs: 1000,
      signal: controller.signal,
      onProgress: ({ epoch }) => {
        epochs.push(epoch);
        if (epoch === 2) controller.abort(new Error("enough"));
      },
    });
    await expect(training).rejects.toThrow("enough");
    expect(epochs.length).toBeLessThanOrEqual(3);
  });

  test("what cannot be trained is refused with what was expected", async () => {
    const start = initialMlp([3, 3], { seed: 1 });
    const rows = ring(10, 1);
    await expect(trainMlp(initialMlp([4, 3], { seed: 1 }), rows, { seed: 1 })).rejects.toThrow(
      "expected rows of 4 inputs, got 3",
    );
    await expect(trainMlp(start, { ...rows, targets: new Float32Array(7) }, { seed: 1 })).rejects.toThrow(
      "expected 30 targets",
    );
    await expect(trainMlp(start, rows, { seed: 1, batchSize: 0 })).rejects.toThrow("batchSize of 1 or more");
    await expect(trainMlp(start, rows, { seed: 1, classWeights: [1] })).rejects.toThrow("expected 3 class weights");
    await expect(
      trainMlp(start, { ...rows, targets: rows.targets.map(() => Number.NaN) }, { seed: 1 }),
    ).rejects.toThrow("finite");
    expect(() => oneHot([3], 3)).toThrow("labels below 3, got 3");
    expect(() => sparseRows([{ indices: [3], values: [1] }], 3)).toThrow("below 3 in row 0, got 3");
  });
});

test("rows can be chosen and split, each staying whole", () => {
  const rows = { ...ring(10, 1), weights: Float32Array.from({ length: 10 }, (_, row) => row) };
  const { kept, rest } = splitRows(rows, { share: 0.3, seed: 1 });
  expect([kept.features.count, rest.features.count]).toEqual([3, 7]);
  expect([...kept.weights!, ...rest.weights!].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const one = selectRows(rows, [4]);
  expect(one.features.values).toEqual(rows.features.values.slice(rows.features.starts[4], rows.features.starts[5]));
  expect(one.targets).toEqual(rows.targets.slice(12, 15));
});
