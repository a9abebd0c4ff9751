import { type DenseLayer, type ForwardPass, outside, sparseBuffers } from "./perceptron.js";

/** The forward pass in plain TypeScript, sums in f64: the fallback without WebAssembly and the oracle of the SIMD kernel. */
export function referencePerceptron(layers: readonly DenseLayer[]): ForwardPass {
  const first = layers[0]!;
  const activations = layers.map((layer) => new Float32Array(layer.outputs));
  const hidden = activations[0]!;
  const sums = new Float64Array(first.outputs);
  // Column by column, so that a sparse input walks over whole columns.
  const columns = columnsOf(first);
  const rest = (out: Float32Array): void => {
    for (let index = 1; index < layers.length; index++) {
      const x = activations[index - 1]!;
      rectify(x);
      if (!finite(x, x.length)) {
        out.fill(Number.NaN); // a sum too large for a float
        return;
      }
      multiplyRows(layers[index]!, x, activations[index]!);
    }
    softmax(activations[layers.length - 1]!, out);
  };
  return {
    implementation: "reference",
    lent: sparseBuffers(first.inputs),
    dense(input, out) {
      if (!finite(input, input.length)) {
        out.fill(Number.NaN);
        return;
      }
      multiplyRows(first, input, hidden);
      rest(out);
    },
    sparse(indices, values, count, out) {
      if (!finite(values, count)) {
        out.fill(Number.NaN);
        return;
      }
      for (let place = 0; place < count; place++)
        if (indices[place]! >= first.inputs) throw outside(indices, count, first.inputs);
      sums.set(first.bias);
      addColumns(columns, indices, values, count, sums);
      hidden.set(sums);
      rest(out);
    },
  };
}

/** y = W x + b, summed in f64, four rows at once: one load of x serves four sums. */
export function multiplyRows(layer: DenseLayer, x: Float32Array, y: Float32Array | Float64Array): void {
  const { inputs, outputs, weights, bias } = layer;
  let row = 0;
  for (; row + 4 <= outputs; row += 4) {
    const at = row * inputs;
    let sum0 = bias[row]!;
    let sum1 = bias[row + 1]!;
    let sum2 = bias[row + 2]!;
    let sum3 = bias[row + 3]!;
    for (let index = 0; index < inputs; index++) {
      const value = x[index]!;
      const place = at + index;
      sum0 += weights[place]! * value;
      sum1 += weights[place + inputs]! * value;
      sum2 += weights[place + 2 * inputs]! * value;
      sum3 += weights[place + 3 * inputs]! * value;
    }
    y[row] = sum0;
    y[row + 1] = sum1;
    y[row + 2] = sum2;
    y[row + 3] = sum3;
  }
  for (; row < outputs; row++) {
    let sum = bias[row]!;
    for (let index = 0; index < inputs; index++) sum += weights[row * inputs + index]! * x[index]!;
    y[row] = sum;
  }
}

/** Adds value * column to the sums (outputs) for each of `count` places. */
export function addColumns(
  columns: Float32Array,
  indices: Uint16Array,
  values: Float32Array,
  count: number,
  sums: Float64Array,
): void {
  const outputs = sums.length;
  for (let place = 0; place < count; place++) {
    const value = values[place]!;
    let column = indices[place]! * outputs;
    for (let output = 0; output < outputs; output++) sums[output]! += value * columns[column++]!;
  }
}

/** Whether the first `count` numbers are neither NaN nor infinite. */
export function finite(values: Float32Array, count: number): boolean {
  for (let index = 0; index < count; index++) if (!Number.isFinite(values[index]!)) return false;
  return true;
}

/** In place: below zero becomes zero. NaN stays NaN. */
export function rectify(values: Float32Array): void {
  for (let index = 0; index < values.length; index++) if (values[index]! < 0) values[index] = 0;
}

/** out = exp(z - max z) / their sum, over the length of `logits`. NaN anywhere makes all of them NaN. */
export function softmax(logits: Float32Array, out: Float32Array): void {
  let highest = -Infinity;
  for (let index = 0; index < logits.length; index++) if (logits[index]! > highest) highest = logits[index]!;
  let sum = 0;
  for (let index = 0; index < logits.length; index++) sum += Math.exp(logits[index]! - highest);
  for (let index = 0; index < logits.length; index++) out[index] = Math.exp(logits[index]! - highest) / sum;
}

/** The weights (inputs, outputs), input by input. */
export function columnsOf({ inputs, outputs, weights }: DenseLayer): Float32Array {
  const columns = new Float32Array(weights.length);
  for (let row = 0; row < outputs; row++)
    for (let column = 0; column < inputs; column++) columns[column * outputs + row] = weights[row * inputs + column]!;
  return columns;
}
