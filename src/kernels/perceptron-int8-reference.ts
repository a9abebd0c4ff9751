import { type ForwardPass, type Int8Layer, inputLimit, outside, SMALLEST_INPUT, sparseBuffers } from "./perceptron.js";
import { rectify, softmax } from "./perceptron-reference.js";

/** A float of magnitude below 2^22 that is added to it (1.5 * 2^23) is rounded to the nearest integer, halves to even. */
const ROUNDING = 12_582_912;

/** One layer's 16-bit input: its integers, their sum, and the float that 1 stands for. */
interface QuantizedInput {
  readonly values: Int16Array;
  sum: number;
  step: number;
}

/**
 * The forward pass with 8-bit weights in plain TypeScript. The integers are those of the SIMD kernel, bit by bit, and so are the
 * logits; only the softmax may differ in the last bits.
 */
export function referenceInt8Perceptron(layers: readonly Int8Layer[]): ForwardPass {
  const activations = layers.map((layer) => new Float32Array(layer.outputs));
  const inputs = layers.map((layer): QuantizedInput => ({ values: new Int16Array(layer.inputs), sum: 0, step: 0 }));
  const dense = new Float32Array(layers[0]!.inputs);
  const run = (input: Float32Array, out: Float32Array): void => {
    let x = input;
    for (const [index, layer] of layers.entries()) {
      const quantized = inputs[index]!;
      if (!quantize(x, quantized)) {
        out.fill(Number.NaN);
        return;
      }
      const y = activations[index]!;
      multiply(layer, quantized, y);
      if (index + 1 < layers.length) rectify(y);
      x = y;
    }
    softmax(x, out);
  };
  return {
    implementation: "reference",
    lent: sparseBuffers(dense.length),
    dense: run,
    sparse(indices, values, count, out) {
      dense.fill(0);
      for (let place = 0; place < count; place++) {
        if (indices[place]! >= dense.length) throw outside(indices, count, dense.length);
        dense[indices[place]!]! += values[place]!;
      }
      run(dense, out);
    },
  };
}

/** Rounds to 16 bits so that the largest magnitude becomes the limit; false when a number is NaN or infinite. */
function quantize(x: Float32Array, to: QuantizedInput): boolean {
  let highest = 0;
  for (let index = 0; index < x.length; index++) {
    const magnitude = Math.abs(x[index]!);
    if (!(magnitude < Number.POSITIVE_INFINITY)) return false;
    if (magnitude > highest) highest = magnitude;
  }
  const limit = inputLimit(x.length);
  const inverse = highest < SMALLEST_INPUT ? 0 : Math.fround(limit / highest);
  to.step = highest < SMALLEST_INPUT ? 0 : Math.fround(highest / limit);
  to.sum = 0;
  for (let index = 0; index < x.length; index++) {
    const value = Math.fround(Math.fround(x[index]! * inverse) + ROUNDING) - ROUNDING;
    to.values[index] = value;
    to.sum += value;
  }
  return true;
}

/** y = (W x - zero point * sum x) * scale * step + bias, each float operation rounded to f32 as the kernel rounds it. */
function multiply(layer: Int8Layer, { values, sum, step }: QuantizedInput, y: Float32Array): void {
  const { inputs, outputs, weights, zeroPoints, scales, bias } = layer;
  const finish = (row: number, product: number): void => {
    const exact = product - zeroPoints[row]! * sum;
    y[row] = Math.fround(Math.fround(exact) * Math.fround(scales[row]! * step)) + bias[row]!;
  };
  let row = 0;
  for (; row + 4 <= outputs; row += 4) {
    const at = row * inputs;
    let sum0 = 0;
    let sum1 = 0;
    let sum2 = 0;
    let sum3 = 0;
    for (let index = 0; index < inputs; index++) {
      const value = values[index]!;
      const place = at + index;
      sum0 += weights[place]! * value;
      sum1 += weights[place + inputs]! * value;
      sum2 += weights[place + 2 * inputs]! * value;
      sum3 += weights[place + 3 * inputs]! * value;
    }
    finish(row, sum0);
    finish(row + 1, sum1);
    finish(row + 2, sum2);
    finish(row + 3, sum3);
  }
  for (; row < outputs; row++) {
    let product = 0;
    for (let index = 0; index < inputs; index++) product += weights[row * inputs + index]! * values[index]!;
    finish(row, product);
  }
}
