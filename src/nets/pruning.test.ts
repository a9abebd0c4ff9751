import { describe, expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import { initialMlp } from "./mlp-initial.js";
import { pruneMlp, SparseMlp } from "./pruning.js";
import { trainMlp } from "./training.js";
import { denseRows, oneHot } from "./training-rows.js";

const net = initialMlp([384, 100, 50, 3], { seed: 1 });
const input = Float32Array.from({ length: 384 }, (_, index) => ((index * 37) % 100) / 100 - 0.5);

describe("a pruned network", () => {
  test("of which nothing was taken says what it said before", () => {
    const out = new Float32Array(3);
    const other = new Float32Array(3);
    net.predict(input, out);
    pruneMlp(net, { sparsity: 0 }).predict(input, other);
    for (let index = 0; index < 3; index++) expect(other[index]).toBeCloseTo(out[index]!, 5);
  });

  test("keeps the share that was asked for, and says what its written-out form says", () => {
    for (const sparsity of [0.5, 0.8, 0.95]) {
      const pruned = pruneMlp(net, { sparsity });
      const blocks = pruned.layers.reduce((sum, { groups }) => sum + groups.length, 0);
      expect(blocks / (384 * 25 + 100 * 13 + 50)).toBeCloseTo(1 - sparsity, 3);
      const out = new Float32Array(3);
      const other = new Float32Array(3);
      pruned.predict(input, out);
      pruned.toMlp().predict(input, other);
      for (let index = 0; index < 3; index++) expect(other[index]).toBeCloseTo(out[index]!, 5);
    }
  });

  test("loses its smallest blocks first", () => {
    const [layer] = pruneMlp(initialMlp([8, 4], { seed: 2 }), { sparsity: 0.5 }).layers;
    const sizes = initialMlp([8, 4], { seed: 2 }).layers[0]!.weights;
    const norm = (place: number) => Math.hypot(...[0, 1, 2, 3].map((row) => sizes[row * 8 + place]!));
    const kept = [0, 1, 2, 3, 4, 5, 6, 7].filter((place) => layer!.starts[place + 1]! > layer!.starts[place]!);
    const lost = [0, 1, 2, 3, 4, 5, 6, 7].filter((place) => !kept.includes(place));
    expect(kept).toHaveLength(4);
    expect(Math.min(...kept.map(norm))).toBeGreaterThan(Math.max(...lost.map(norm)));
  });

  test("can be cut by magnitude", () => {
    expect(pruneMlp(net, { magnitude: 0 }).layers[0]!.groups).toHaveLength(9600);
    expect(pruneMlp(net, { magnitude: 10 }).layers[0]!.groups).toHaveLength(0);
    const out = new Float32Array(3);
    pruneMlp(net, { magnitude: 10 }).predict(input, out); // nothing but biases, which are zero
    expect(out[0]).toBeCloseTo(1 / 3, 6);
  });

  test("is smaller and not slower than before, from half of the blocks on", () => {
    const half = pruneMlp(net, { sparsity: 0.6 });
    expect(half.bytes).toBeLessThan(0.5 * net.bytes);
    const out = new Float32Array(3);
    const fastest = (run: () => void): number => {
      let best = Number.POSITIVE_INFINITY;
      for (let round = 0; round < 60; round++) {
        const start = performance.now();
        for (let call = 0; call < 300; call++) run();
        best = Math.min(best, performance.now() - start);
      }
      return best;
    };
    expect(fastest(() => half.predict(input, out))).toBeLessThan(1.1 * fastest(() => net.predict(input, out)));
    const fifth = pruneMlp(net, { sparsity: 0.8 });
    expect(fifth.bytes).toBeLessThan(0.25 * net.bytes);
    expect(fastest(() => fifth.predict(input, out))).toBeLessThan(fastest(() => net.predict(input, out)));
  });

  test("of a fifth of its blocks is not slower on sparse inputs that differ from call to call", () => {
    const fifth = pruneMlp(net, { sparsity: 0.8 });
    const random = seededRandom(5);
    const out = new Float32Array(3);
    for (const count of [20, 50, 100, 200]) {
      // As many as no branch predictor remembers.
      const rows = Array.from({ length: 500 }, () => Uint16Array.from({ length: count }, () => 384 * random.next()));
      const values = Float32Array.from({ length: count }, () => random.next());
      const times = [net, fifth].map(() => Number.POSITIVE_INFINITY);
      for (let round = 0; round < 30; round++)
        for (const [index, one] of [net, fifth].entries()) {
          const start = performance.now();
          for (const indices of rows) one.predictSparse(indices, values, count, out);
          times[index] = Math.min(times[index]!, performance.now() - start);
        }
      expect(times[1]!, `${count} places`).toBeLessThan(1.3 * times[0]!);
    }
  });

  test("learns again without growing", async () => {
    const random = seededRandom(3);
    const matrix = Float32Array.from({ length: 600 * 8 }, () => 2 * random.next() - 1);
    const labels = Array.from({ length: 600 }, (_, row) => (matrix[row * 8]! * matrix[row * 8 + 1]! > 0 ? 1 : 0));
    const rows = { features: denseRows(matrix, 8), targets: oneHot(labels, 2) };
    const options = { seed: 1, epochs: 60, optimizer: { kind: "adam", learningRate: 0.01 } } as const;
    const accuracy = (classifier: SparseMlp): number => {
      const out = new Float32Array(2);
      let right = 0;
      for (const [row, label] of labels.entries()) {
        classifier.predict(matrix.subarray(row * 8, row * 8 + 8), out);
        if ((out[1]! > out[0]! ? 1 : 0) === label) right++;
      }
      return right / labels.length;
    };
    const { mlp } = await trainMlp(initialMlp([8, 32, 16, 2], { seed: 1 }), rows, options);
    const cut = pruneMlp(mlp, { sparsity: 0.7 });
    const again = await trainMlp(cut.toMlp(), rows, { ...options, keepZeros: true });
    const healed = pruneMlp(again.mlp, { magnitude: 0 });
    expect(healed.bytes).toBeLessThanOrEqual(cut.bytes);
    expect(accuracy(healed)).toBeGreaterThan(accuracy(cut));
    expect(accuracy(healed)).toBeGreaterThan(0.95);
  });

  test("whose lists do not fit is refused", () => {
    const [layer] = pruneMlp(initialMlp([8, 4], { seed: 2 }), { sparsity: 0 }).layers;
    expect(() => new SparseMlp([{ ...layer!, groups: new Uint16Array(8).fill(1) }])).toThrow("groups below 1");
    expect(() => new SparseMlp([{ ...layer!, starts: layer!.starts.slice().reverse() }])).toThrow(
      "starts from 0 to 8 for layer 0 (4, 8), got 8 to 0",
    );
    expect(() => new SparseMlp([{ ...layer!, weights: new Float32Array(4) }])).toThrow("expected 32 weights");
    expect(() => pruneMlp(net, { sparsity: 1 })).toThrow("below 1, got 1");
  });
});
