import { Arena } from "./arena.js";
import type { DenseKernels } from "./dense.js";
import { rationalTanh } from "./tanh.js";

/**
 * The kernels in plain TypeScript: the fallback, and what the vectors are held against. Sums are in f64 and rounded once, so
 * that they are the better ones of the two; four rows at once is as fast as V8 and Hermes go.
 */
export function referenceDense(bytes: number): DenseKernels {
  return {
    kind: "reference",
    arena: new Arena(new ArrayBuffer(bytes)),
    dot,
    axpy,
    matvec,
    matvecInt8,
    sparseRows,
    addColumns,
    biasRelu,
    softmax,
    tanh,
    leak,
  };
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}

function axpy(y: Float32Array, x: Float32Array, weight: number): void {
  for (let index = 0; index < y.length; index++) y[index] = y[index]! + weight * x[index]!;
}

function matvec(
  out: Float32Array,
  matrix: Float32Array,
  x: Float32Array,
  { bias, relu = false }: { readonly bias?: Float32Array; readonly relu?: boolean } = {},
): void {
  const columns = x.length;
  let row = 0;
  for (; row + 4 <= out.length; row += 4) {
    const at = row * columns;
    let sum0 = 0;
    let sum1 = 0;
    let sum2 = 0;
    let sum3 = 0;
    for (let column = 0; column < columns; column++) {
      const value = x[column]!;
      const place = at + column;
      sum0 += matrix[place]! * value;
      sum1 += matrix[place + columns]! * value;
      sum2 += matrix[place + 2 * columns]! * value;
      sum3 += matrix[place + 3 * columns]! * value;
    }
    out[row] = sum0;
    out[row + 1] = sum1;
    out[row + 2] = sum2;
    out[row + 3] = sum3;
  }
  for (; row < out.length; row++) {
    let sum = 0;
    for (let column = 0; column < columns; column++) sum += matrix[row * columns + column]! * x[column]!;
    out[row] = sum;
  }
  if (bias !== undefined) axpy(out, bias, 1);
  if (relu) for (row = 0; row < out.length; row++) if (out[row]! < 0) out[row] = 0;
}

function matvecInt8(out: Int32Array, matrix: Int8Array, x: Int16Array): void {
  const columns = x.length;
  for (let row = 0; row < out.length; row++) {
    let sum = 0;
    for (let column = 0; column < columns; column++) sum += matrix[row * columns + column]! * x[column]!;
    out[row] = sum;
  }
}

function sparseRows(
  out: Float32Array,
  starts: Int32Array,
  columns: Uint16Array,
  values: Float32Array,
  x: Float32Array,
): void {
  for (let row = 0; row < out.length; row++) {
    let sum = 0;
    for (let entry = starts[row]!; entry < starts[row + 1]!; entry++) sum += values[entry]! * x[columns[entry]!]!;
    out[row] = sum;
  }
}

function addColumns(
  out: Float32Array,
  matrix: Float32Array,
  indices: Uint16Array,
  values: Float32Array,
  count: number,
): void {
  const rows = out.length;
  for (let place = 0; place < count; place++) {
    const value = values[place]!;
    let at = indices[place]! * rows;
    for (let row = 0; row < rows; row++) out[row] = out[row]! + value * matrix[at++]!;
  }
}

function biasRelu(x: Float32Array, bias: Float32Array): void {
  for (let index = 0; index < x.length; index++) {
    x[index] = Math.max(0, x[index]! + bias[index]!);
  }
}

function softmax(out: Float32Array, x: Float32Array): void {
  let largest = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < x.length; index++) largest = Math.max(largest, x[index]!); // NaN stays the largest
  let sum = 0;
  for (let index = 0; index < x.length; index++) {
    const power = Math.exp(x[index]! - largest);
    out[index] = power;
    sum += power;
  }
  for (let index = 0; index < x.length; index++) out[index] = out[index]! / sum;
}

function tanh(out: Float32Array, x: Float32Array): void {
  for (let index = 0; index < x.length; index++) out[index] = rationalTanh(x[index]!);
}

function leak(state: Float32Array, target: Float32Array, rate: number): void {
  for (let index = 0; index < state.length; index++) {
    const old = state[index]!;
    state[index] = old + rate * (target[index]! - old);
  }
}
