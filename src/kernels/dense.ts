import type { Arena } from "./arena.js";
import { referenceDense } from "./dense-reference.js";
import { simdDense } from "./dense-simd.js";

/**
 * Products and element-wise steps in f32 and int8 over views of `arena`, outputs first; any length but where one is named, no allocation. NaN and
 * infinities go where arithmetic takes them. Lengths are those of the views and are not checked again: a view that is too
 * short is the caller's mistake, to be found where it is made.
 */
export interface DenseKernels {
  readonly kind: "simd" | "reference";
  readonly arena: Arena;
  /** Sum of a[i] * b[i]. */
  dot(a: Float32Array, b: Float32Array): number;
  /** y = y + weight * x. */
  axpy(y: Float32Array, x: Float32Array, weight: number): void;
  /** out (rows) = matrix (rows, columns) x [+ bias], cut off below 0 when `relu`. */
  matvec(
    out: Float32Array,
    matrix: Float32Array,
    x: Float32Array,
    options?: { readonly bias?: Float32Array; readonly relu?: boolean },
  ): void;
  /**
   * out (rows) = matrix (rows, columns) x in whole numbers, columns a multiple of 8 (fill up with zeros); exact while
   * |sum| < 2^31: 65,536 columns of 128 * 255. For an input of 7 bits `createInt7Kernels` may be faster.
   */
  matvecInt8(out: Int32Array, matrix: Int8Array, x: Int16Array): void;
  /** out (rows) = a matrix of stored entries times x: row r has those from starts[r] to starts[r + 1]. */
  sparseRows(out: Float32Array, starts: Int32Array, columns: Uint16Array, values: Float32Array, x: Float32Array): void;
  /** out (rows) = out + matrix (inputs, rows) by columns, of a sparse input: the first `count` of its indices and values. */
  addColumns(out: Float32Array, matrix: Float32Array, indices: Uint16Array, values: Float32Array, count: number): void;
  /** x = max(0, x + bias). */
  biasRelu(x: Float32Array, bias: Float32Array): void;
  /** out = exp(x) / sum of exp(x), safe for any size of x; all NaN when x holds NaN or plus infinity. */
  softmax(out: Float32Array, x: Float32Array): void;
  /** out = tanh(x) within 4e-7; out may be x. */
  tanh(out: Float32Array, x: Float32Array): void;
  /** state = state + rate * (target - state). */
  leak(state: Float32Array, target: Float32Array, rate: number): void;
}

/** The fastest kernels that the runtime has, with an arena of so many bytes. */
export function createDenseKernels(bytes: number): DenseKernels {
  return simdDense(bytes) ?? referenceDense(bytes);
}
