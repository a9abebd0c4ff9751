import {
  type DenseLayer,
  type ForwardPass,
  type Int8Layer,
  inputLimit,
  outside,
  SMALLEST_INPUT,
  sparseBuffers,
} from "./perceptron.js";
import { addColumns, columnsOf, finite, multiplyRows, rectify, softmax } from "./perceptron-reference.js";

/** A float of magnitude below 2^22 that is added to it (1.5 * 2^23) is rounded to the nearest integer, halves to even. */
const ROUNDING = 12_582_912;

/** A layer's integers, zero points taken off, as floats: an engine without SIMD multiplies floats faster than bytes. */
interface IntegerLayer extends DenseLayer {
  readonly scales: Float32Array;
  readonly floatBias: Float32Array;
  /** (inputs): the layer's input as integers. */
  readonly integers: Float32Array;
  /** (outputs): exact sums, since no integer of 32 bits is too large for f64. */
  readonly sums: Float64Array;
  readonly output: Float32Array;
}

/**
 * The forward pass with 8-bit weights in plain TypeScript. The integers are those of the SIMD kernel, bit by bit, and so are the
 * logits; only the softmax may differ in the last bits.
 */
export function referenceInt8Perceptron(int8Layers: readonly Int8Layer[]): ForwardPass {
  const layers = int8Layers.map(integerLayer);
  const first = layers[0]!;
  const last = layers[layers.length - 1]!;
  const columns = columnsOf(first);
  const gathered = new Float32Array(first.inputs);
  const rest = (out: Float32Array): void => {
    for (let index = 1; index < layers.length; index++) {
      const x = layers[index - 1]!.output;
      rectify(x);
      const layer = layers[index]!;
      if (!finite(x, x.length)) {
        out.fill(Number.NaN); // a sum too large for a float
        return;
      }
      const step = quantize(x, x.length, layer);
      multiplyRows(layer, layer.integers, layer.sums);
      finish(layer, step);
    }
    softmax(last.output, out);
  };
  const dense = (input: Float32Array, out: Float32Array): void => {
    if (!finite(input, input.length)) {
      out.fill(Number.NaN);
      return;
    }
    const step = quantize(input, input.length, first);
    multiplyRows(first, first.integers, first.sums);
    finish(first, step);
    rest(out);
  };
  return {
    implementation: "reference",
    lent: sparseBuffers(first.inputs),
    dense,
    sparse(indices, values, count, out) {
      for (let place = 0; place < count; place++)
        if (indices[place]! >= first.inputs) throw outside(indices, count, first.inputs);
      if (count > first.inputs) {
        // More places than inputs, so some repeat.
        gathered.fill(0);
        for (let place = 0; place < count; place++) gathered[indices[place]!]! += values[place]!;
        dense(gathered, out);
        return;
      }
      if (!finite(values, count)) {
        out.fill(Number.NaN);
        return;
      }
      const step = quantize(values, count, first);
      first.sums.fill(0);
      addColumns(columns, indices, first.integers, count, first.sums);
      finish(first, step);
      rest(out);
    },
  };
}

function integerLayer({ inputs, outputs, weights, zeroPoints, scales, bias }: Int8Layer): IntegerLayer {
  return {
    inputs,
    outputs,
    weights: Float32Array.from(weights, (weight, place) => weight - zeroPoints[Math.floor(place / inputs)]!),
    // What `multiplyRows` starts from; the float bias comes after the scale.
    bias: new Float32Array(outputs),
    scales,
    floatBias: bias,
    integers: new Float32Array(inputs),
    sums: new Float64Array(outputs),
    output: new Float32Array(outputs),
  };
}

/** Rounds so that the largest magnitude of the layer's input becomes its limit; returns the float that 1 stands for. */
function quantize(x: Float32Array, count: number, { inputs, integers }: IntegerLayer): number {
  let highest = 0;
  for (let index = 0; index < count; index++) highest = Math.max(highest, Math.abs(x[index]!));
  const limit = inputLimit(inputs);
  const inverse = highest < SMALLEST_INPUT ? 0 : Math.fround(limit / highest);
  for (let index = 0; index < count; index++)
    integers[index] = Math.fround(Math.fround(x[index]! * inverse) + ROUNDING) - ROUNDING;
  return highest < SMALLEST_INPUT ? 0 : Math.fround(highest / limit);
}

/** Sums back to floats, each operation rounded to f32 as the kernel rounds it. */
function finish({ outputs, sums, scales, floatBias, output }: IntegerLayer, step: number): void {
  for (let row = 0; row < outputs; row++)
    output[row] = Math.fround(Math.fround(sums[row]!) * Math.fround(scales[row]! * step)) + floatBias[row]!;
}
