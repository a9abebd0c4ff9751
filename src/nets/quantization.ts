import type { DenseLayer, ForwardPass, Int8Layer, SparseBuffers } from "../kernels/perceptron.js";
import { referenceInt8Perceptron } from "../kernels/perceptron-int8-reference.js";
import { simdInt8Perceptron } from "../kernels/perceptron-simd.js";
import type { Classifier } from "./classifier.js";
import { checkDense, checkSparse, type Mlp } from "./mlp.js";

/**
 * A perceptron with 8-bit weights. Its products and sums are integers: each layer's input is rounded to 16 bits by its own
 * largest magnitude, and one float multiplication for each output brings the sum back. The layers are copied.
 */
export class QuantizedMlp implements Classifier {
  readonly kind = "int8";
  readonly inputs: number;
  readonly outputs: number;
  readonly bytes: number;
  readonly layers: readonly Int8Layer[];
  readonly #pass: ForwardPass;

  constructor(
    layers: readonly Int8Layer[],
    { forward = fastest }: { readonly forward?: (layers: readonly Int8Layer[]) => ForwardPass } = {},
  ) {
    checkLayers(layers);
    this.layers = layers.map((layer) => ({
      inputs: layer.inputs,
      outputs: layer.outputs,
      weights: layer.weights.slice(),
      zeroPoints: layer.zeroPoints.slice(),
      scales: layer.scales.slice(),
      bias: layer.bias.slice(),
    }));
    this.inputs = layers[0]!.inputs;
    this.outputs = layers[layers.length - 1]!.outputs;
    // A weight, and for each output a zero point, a scale and a bias.
    this.bytes = layers.reduce((sum, { weights, outputs }) => sum + weights.length + 9 * outputs, 0);
    this.#pass = forward(this.layers);
  }

  get implementation(): "simd" | "reference" {
    return this.#pass.implementation;
  }

  get lent(): SparseBuffers {
    return this.#pass.lent;
  }

  predict(input: Float32Array, out: Float32Array): void {
    checkDense(this, input, out);
    this.#pass.dense(input, out);
  }

  predictSparse(indices: Uint16Array, values: Float32Array, count: number, out: Float32Array): void {
    checkSparse(this, indices, values, count, out);
    this.#pass.sparse(indices, values, count, out);
  }
}

/**
 * The same network with 8-bit weights, a quarter of the size. Each output has its own scale and zero point, so that its smallest
 * and largest weight take the ends of the range (Jacob 2018, equation 1). A weight moves by half a scale at most, at the ends of the
 * range by one; zero does not move.
 */
export function quantizeMlp(mlp: Mlp): QuantizedMlp {
  return new QuantizedMlp(mlp.layers.map(quantizeLayer));
}

function quantizeLayer({ inputs, outputs, weights, bias }: DenseLayer): Int8Layer {
  const integers = new Int8Array(weights.length);
  const zeroPoints = new Int8Array(outputs);
  const scales = new Float32Array(outputs);
  for (let row = 0; row < outputs; row++) {
    const at = row * inputs;
    // Zero is always in the range, so that a zero weight stays one.
    let lowest = 0;
    let highest = 0;
    for (let place = at; place < at + inputs; place++) {
      lowest = Math.min(lowest, weights[place]!);
      highest = Math.max(highest, weights[place]!);
    }
    const scale = Math.fround((highest - lowest) / 255);
    scales[row] = scale;
    if (scale === 0) continue; // nothing but zeros, or so close to it that no float holds the scale
    const zeroPoint = Math.max(-128, Math.min(127, Math.round(-128 - lowest / scale)));
    zeroPoints[row] = zeroPoint;
    for (let place = at; place < at + inputs; place++)
      integers[place] = Math.max(-128, Math.min(127, Math.round(weights[place]! / scale) + zeroPoint));
  }
  return { inputs, outputs, weights: integers, zeroPoints, scales, bias };
}

function fastest(layers: readonly Int8Layer[]): ForwardPass {
  return simdInt8Perceptron(layers) ?? referenceInt8Perceptron(layers);
}

function checkLayers(layers: readonly Int8Layer[]): void {
  if (layers.length === 0) throw new RangeError("Cannot make a perceptron: expected at least one layer, got none");
  for (const [index, { inputs, outputs, weights, zeroPoints, scales, bias }] of layers.entries()) {
    const where = `layer ${index} (${outputs}, ${inputs})`;
    for (const [name, list, wanted] of [
      ["weights", weights, inputs * outputs],
      ["zero points", zeroPoints, outputs],
      ["scales", scales, outputs],
      ["biases", bias, outputs],
    ] as const)
      if (list.length !== wanted)
        throw new RangeError(`Cannot make a perceptron: expected ${wanted} ${name} for ${where}, got ${list.length}`);
    const before = layers[index - 1];
    if (before !== undefined && before.outputs !== inputs)
      throw new RangeError(`Cannot make a perceptron: expected ${before.outputs} inputs for ${where}, got ${inputs}`);
  }
}
