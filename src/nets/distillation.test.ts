import { describe, expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import type { Classifier } from "./classifier.js";
import { reportCompression } from "./compression-report.js";
import { distillMlp } from "./distillation.js";
import type { Mlp } from "./mlp.js";
import { initialMlp } from "./mlp-initial.js";
import { pruneMlp } from "./pruning.js";
import { quantizeMlp } from "./quantization.js";
import { evaluateMlp, trainMlp } from "./training.js";
import { denseRows, oneHot, type TrainingRows } from "./training-rows.js";

/** Three classes by the larger of two crossed products; 12 inputs, of which 4 matter. */
function crossed(count: number, seed: number): TrainingRows {
  const random = seededRandom(seed);
  const matrix = Float32Array.from({ length: count * 12 }, () => (random.next() < 0.4 ? 0 : 2 * random.next() - 1));
  const labels = Array.from({ length: count }, (_, row) => {
    const [a, b, c, d] = matrix.subarray(row * 12);
    return a! + b! > 0.5 ? 2 : a! * b! > c! * d! ? 1 : 0;
  });
  return { features: denseRows(matrix, 12), targets: oneHot(labels, 3) };
}

const rows = crossed(1500, 1);
const held = crossed(1000, 2);
const { mlp: teacher } = await trainMlp(initialMlp([12, 64, 48, 3], { seed: 1 }), rows, {
  seed: 1,
  epochs: 60,
  optimizer: { kind: "adam", learningRate: 0.003 },
  validation: held,
});
const accuracy = (classifier: Classifier): number => {
  const out = new Float32Array(3);
  let right = 0;
  for (let row = 0; row < held.features.count; row++) {
    const begin = held.features.starts[row]!;
    const end = held.features.starts[row + 1]!;
    classifier.predictSparse(
      held.features.indices.subarray(begin, end),
      held.features.values.subarray(begin, end),
      end - begin,
      out,
    );
    if (held.targets[row * 3 + out.indexOf(Math.max(...out))] === 1) right++;
  }
  return right / held.features.count;
};
const parameters = (mlp: Mlp) => mlp.layers.reduce((sum, { weights, bias }) => sum + weights.length + bias.length, 0);

describe("a student", () => {
  test("has a tenth of the parameters and keeps 95 % of its teacher's quality", async () => {
    const { mlp: student } = await distillMlp(teacher, rows, {
      seed: 1,
      epochs: 120,
      optimizer: { kind: "adam", learningRate: 0.01 },
      validation: held,
      patience: 20,
    });
    expect(parameters(student)).toBeLessThanOrEqual(parameters(teacher) / 10);
    expect(accuracy(teacher)).toBeGreaterThan(0.8);
    expect(accuracy(student)).toBeGreaterThanOrEqual(0.95 * accuracy(teacher));
  });

  test("that hears its teacher alone comes to say what it says", async () => {
    // Labels of nonsense: whatever is right afterwards came from the teacher.
    const nonsense = { ...rows, targets: oneHot(new Array(1500).fill(0), 3) };
    const { mlp: student } = await distillMlp(teacher, nonsense, {
      seed: 1,
      sizes: [12, 64, 3],
      share: 1,
      epochs: 60,
      optimizer: { kind: "adam", learningRate: 0.005 },
    });
    expect(accuracy(student)).toBeGreaterThanOrEqual(0.95 * accuracy(teacher));
    expect(evaluateMlp(student, held).loss).toBeLessThan(evaluateMlp(teacher, held).loss * 1.5);
  });

  test("of a teacher too small to be divided is softmax regression", async () => {
    const { mlp } = await distillMlp(initialMlp([12, 3], { seed: 1 }), rows, { seed: 1, epochs: 1 });
    expect(mlp.layers).toHaveLength(1);
  });
});

describe("a report of compression", () => {
  test("tells size, speed, quality and agreement, before and after", () => {
    const report = reportCompression(teacher, quantizeMlp(teacher), {
      rows: held.features,
      evaluate: accuracy,
      measureMs: 20,
    });
    expect(report.before).toMatchObject({ kind: "f32", bytes: teacher.bytes, quality: accuracy(teacher) });
    expect(report.after).toMatchObject({ kind: "int8", quality: accuracy(quantizeMlp(teacher)) });
    expect(report.smaller).toBeGreaterThan(3);
    expect(report.agreement).toBeGreaterThan(0.99);
    expect(report.faster).toBeGreaterThan(0);
    expect(Math.abs(report.after.quality - report.before.quality)).toBeLessThan(0.01);
  });

  test("shows what was lost", () => {
    const report = reportCompression(teacher, pruneMlp(teacher, { sparsity: 0.95 }), {
      rows: held.features,
      evaluate: accuracy,
      measureMs: 20,
    });
    expect(report.after.quality).toBeLessThan(report.before.quality);
    expect(report.agreement).toBeLessThan(1);
  });
});
