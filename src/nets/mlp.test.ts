import { expect, test } from "vitest";
import { referencePerceptron } from "../kernels/perceptron-reference.js";
import { Mlp } from "./mlp.js";
import { initialMlp } from "./mlp-initial.js";
import { pruneMlp } from "./pruning.js";
import { quantizeMlp } from "./quantization.js";

test("a network worked out by hand", () => {
  // hidden = relu([1, -1; 2, 0] x + [0, -1]), logits = [1, 1; 0, -1; 0.5, 0] hidden + [0, 1, 0]
  const net = new Mlp([
    { inputs: 2, outputs: 2, weights: Float32Array.of(1, -1, 2, 0), bias: Float32Array.of(0, -1) },
    { inputs: 2, outputs: 3, weights: Float32Array.of(1, 1, 0, -1, 0.5, 0), bias: Float32Array.of(0, 1, 0) },
  ]);
  const out = new Float32Array(3);
  net.predict(Float32Array.of(1, 3), out); // hidden (0, 1), logits (1, 0, 0)
  const sum = Math.E + 2;
  expect(out[0]).toBeCloseTo(Math.E / sum, 6);
  expect(out[1]).toBeCloseTo(1 / sum, 6);
  expect(out[2]).toBeCloseTo(1 / sum, 6);
});

test("a sparse input gives what the same dense input gives, places that repeat added up", () => {
  const net = initialMlp([384, 100, 50, 3], { seed: 1 });
  const input = new Float32Array(384);
  input[7] = 0.5;
  input[200] = -2;
  input[383] = 1;
  const dense = new Float32Array(3);
  const sparse = new Float32Array(3);
  net.predict(input, dense);
  net.predictSparse(Uint16Array.of(383, 7, 200, 7), Float32Array.of(1, 0.25, -2, 0.25), 4, sparse);
  for (let index = 0; index < 3; index++) expect(sparse[index]).toBeCloseTo(dense[index]!, 6);
});

test("one layer is softmax regression", () => {
  const net = initialMlp([384, 3], { seed: 2 });
  const out = new Float32Array(3);
  net.predict(new Float32Array(384), out);
  expect([...out]).toEqual([Math.fround(1 / 3), Math.fround(1 / 3), Math.fround(1 / 3)]);
});

test("a wrong length or place is refused with what was expected", () => {
  const net = initialMlp([4, 3], { seed: 3 });
  const out = new Float32Array(3);
  expect(() => net.predict(new Float32Array(5), out)).toThrow("expected 4 inputs, got 5");
  expect(() => net.predict(new Float32Array(4), new Float32Array(2))).toThrow("expected room for 3 outputs, got 2");
  expect(() => net.predictSparse(Uint16Array.of(4), Float32Array.of(1), 1, out)).toThrow("below 4, got 4");
  expect(() => net.predictSparse(Uint16Array.of(1), Float32Array.of(1), 2, out)).toThrow("expected 2 places");
  expect(() => new Mlp([])).toThrow("at least one layer");
  expect(() => initialMlp([65_536, 65_536], { seed: 1 })).toThrow("at most 67108864 weights, got 4294967296");
  const layer = { inputs: 4, outputs: 3, weights: new Float32Array(11), bias: new Float32Array(3) };
  const broken = { ...layer, weights: new Float32Array(12).fill(Number.NaN) };
  expect(() => new Mlp([broken])).toThrow("expected finite weights for layer 0 (3, 4)");
  expect(() => new Mlp([layer])).toThrow("expected 12 weights for layer 0 (3, 4), got 11");
});

test("weights come from the seed alone, within the limit of their scheme", () => {
  const weights = (seed: number) => initialMlp([100, 50, 3], { seed }).layers[0]!.weights;
  expect(weights(5)).toEqual(weights(5));
  expect(weights(5)).not.toEqual(weights(6));
  const limit = Math.sqrt(6 / 100);
  expect(Math.max(...weights(5).map(Math.abs))).toBeLessThanOrEqual(limit);
  const variance = weights(5).reduce((sum, weight) => sum + weight * weight, 0) / 5000;
  // A uniform of half-width L has variance L^2 / 3; 5,000 draws know it to about 1.3 %.
  expect(variance / (limit ** 2 / 3)).toBeGreaterThan(0.94);
  expect(variance / (limit ** 2 / 3)).toBeLessThan(1.06);
});

test("a step of any kind of network allocates nothing", () => {
  const net = initialMlp([64, 24, 3], { seed: 1 });
  const plain = new Mlp(net.layers, { forward: referencePerceptron });
  const input = new Float32Array(64).fill(0.1);
  const indices = Uint16Array.of(3, 9);
  const values = Float32Array.of(1, 2);
  const out = new Float32Array(3);
  const networks = [net, plain, quantizeMlp(net), pruneMlp(net, { sparsity: 0.5 })];
  const steps = (count: number): void => {
    for (const network of networks)
      for (let step = 0; step < count; step++) {
        network.predict(input, out);
        network.predictSparse(indices, values, 2, out);
      }
  };
  steps(5000);
  // Two objects of 16 bytes a step would come to 12.8 MB. Other things happen on the heap: the quietest of five counts.
  const growth = Array.from({ length: 5 }, () => {
    const before = process.memoryUsage().heapUsed;
    steps(100_000);
    return process.memoryUsage().heapUsed - before;
  });
  expect(Math.min(...growth.map(Math.abs))).toBeLessThan(200_000);
});
