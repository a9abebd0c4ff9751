import { expect, test } from "vitest";
import { chanceInt8Layers, chanceLayers, chancePrunedLayers, forwardPassContract } from "./perceptron.contract.js";
import { type DenseLayer, type Int8Layer, inputLimit, type PrunedLayer } from "./perceptron.js";
import { referenceInt8Perceptron } from "./perceptron-int8-reference.js";
import { referencePrunedPerceptron } from "./perceptron-pruned-reference.js";
import { referencePerceptron } from "./perceptron-reference.js";
import { simdInt8Perceptron, simdPerceptron, simdPrunedPerceptron } from "./perceptron-simd.js";

/** The definition, in f64 and without any order of speed. */
function definition(layers: readonly DenseLayer[], input: Float32Array): number[] {
  let x = [...input];
  for (const [index, { inputs, outputs, weights, bias }] of layers.entries()) {
    const y = Array.from({ length: outputs }, (_, row) =>
      x.reduce((sum, value, place) => sum + weights[row * inputs + place]! * value, bias[row]!),
    );
    x = index + 1 < layers.length ? y.map((value) => Math.max(0, value)) : y;
  }
  const highest = Math.max(...x);
  const powers = x.map((value) => Math.exp(value - highest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

function withFloatWeights({ inputs, outputs, weights, zeroPoints, scales, bias }: Int8Layer): DenseLayer {
  const floats = Float32Array.from(weights, (weight, place) => {
    const row = Math.floor(place / inputs);
    return scales[row]! * (weight - zeroPoints[row]!);
  });
  return { inputs, outputs, weights: floats, bias };
}

function withAllWeights({ inputs, outputs, starts, groups, weights, bias }: PrunedLayer): DenseLayer {
  const all = new Float32Array(inputs * outputs);
  for (let input = 0; input < inputs; input++)
    for (let block = starts[input]!; block < starts[input + 1]!; block++)
      for (let lane = 0; lane < 4 && 4 * groups[block]! + lane < outputs; lane++)
        all[(4 * groups[block]! + lane) * inputs + input] = weights[4 * block + lane]!;
  return { inputs, outputs, weights: all, bias };
}

// Sums of up to 1,000 products in f32, in logits of magnitude about 1 (up to 1e6 where the input is large, where one class has
// it all): 1e-5 of a probability. Int8: the input keeps 14 bits and more.
const float = { oracle: definition, layers: chanceLayers, tolerance: 1e-5 };
const int8 = {
  oracle: (layers: readonly Int8Layer[], input: Float32Array) => definition(layers.map(withFloatWeights), input),
  layers: chanceInt8Layers,
  tolerance: 5e-4,
};
const pruned = {
  oracle: (layers: readonly PrunedLayer[], input: Float32Array) => definition(layers.map(withAllWeights), input),
  layers: chancePrunedLayers,
  tolerance: 1e-5,
};
forwardPassContract("f32, plain TypeScript", referencePerceptron, float);
forwardPassContract("f32, SIMD", (layers) => simdPerceptron(layers)!, float);
forwardPassContract("int8, plain TypeScript", referenceInt8Perceptron, int8);
forwardPassContract("int8, SIMD", (layers) => simdInt8Perceptron(layers)!, int8);

forwardPassContract("pruned, plain TypeScript", referencePrunedPerceptron, pruned);
forwardPassContract("pruned, SIMD", (layers) => simdPrunedPerceptron(layers)!, pruned);

test("the 8-bit kernel and its twin agree to the last bits of the softmax", () => {
  for (const sizes of [
    [384, 100, 50, 3],
    [7, 9, 4, 5],
    [384, 3],
  ]) {
    const layers = chanceInt8Layers(sizes, 2);
    const out = new Float32Array(sizes[sizes.length - 1]!);
    const twin = out.slice();
    for (let seed = 0; seed < 50; seed++) {
      const input = Float32Array.from({ length: sizes[0]! }, (_, index) => Math.fround(Math.sin(index * seed + seed)));
      simdInt8Perceptron(layers)!.dense(input, out);
      referenceInt8Perceptron(layers).dense(input, twin);
      for (const [index, value] of twin.entries()) expect(Math.abs(out[index]! - value)).toBeLessThan(3e-7);
    }
  }
});

test("no sum of 8-bit products leaves 32 bits, even where all are as large as can be", () => {
  for (const inputs of [1, 257, 384, 5000]) {
    const extreme = (weight: number, zeroPoint: number): Int8Layer => ({
      inputs,
      outputs: 1,
      weights: new Int8Array(inputs).fill(weight),
      zeroPoints: Int8Array.of(zeroPoint),
      scales: Float32Array.of(1e-3),
      bias: Float32Array.of(0),
    });
    expect(inputLimit(inputs) * 255 * inputs).toBeLessThanOrEqual(0x7fffffff);
    for (const [weight, zeroPoint] of [
      [127, -128],
      [-128, 127],
    ] as const) {
      // One output says nothing after softmax: a second with a known logit makes it visible.
      const pair: Int8Layer = {
        ...extreme(weight, zeroPoint),
        outputs: 2,
        weights: new Int8Array(2 * inputs).fill(weight),
        zeroPoints: Int8Array.of(zeroPoint, zeroPoint),
        scales: Float32Array.of(1 / (255 * inputs), 1e-30),
        bias: Float32Array.of(0, 0),
      };
      const out = new Float32Array(2);
      for (const make of [referenceInt8Perceptron, simdInt8Perceptron]) {
        make([pair])!.dense(new Float32Array(inputs).fill(1), out);
        expect(Math.log(out[0]! / out[1]!)).toBeCloseTo(Math.sign(weight), 3);
      }
    }
  }
});

test("a hidden sum too large for a float leaves no answer", () => {
  const layer: DenseLayer = { inputs: 2, outputs: 2, weights: new Float32Array(4).fill(-1), bias: new Float32Array(2) };
  const blocks: PrunedLayer = {
    inputs: 2,
    outputs: 2,
    starts: Int32Array.of(0, 1, 2),
    groups: Uint16Array.of(0, 0),
    weights: Float32Array.of(-1, -1, 0, 0, -1, -1, 0, 0),
    bias: new Float32Array(2),
  };
  const passes = [
    referencePerceptron([layer, layer]),
    simdPerceptron([layer, layer])!,
    referencePrunedPerceptron([blocks, blocks]),
    simdPrunedPerceptron([blocks, blocks])!,
  ];
  for (const pass of passes) {
    const out = new Float32Array(2);
    pass.dense(Float32Array.of(-3e38, -3e38), out);
    expect([...out]).toEqual([Number.NaN, Number.NaN]);
    pass.sparse(Uint16Array.of(0, 1), Float32Array.of(-3e38, -3e38), 2, out);
    expect([...out]).toEqual([Number.NaN, Number.NaN]);
  }
});
