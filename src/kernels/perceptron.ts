/** One fully connected layer: `weights` (outputs, inputs) row by row, `bias` (outputs). */
export interface DenseLayer {
  readonly inputs: number;
  readonly outputs: number;
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/**
 * The same with 8-bit weights: row r stands for `scales[r] * (weights[r] - zeroPoints[r])`. Every zero point lies in the range
 * of a weight, so a weight of zero is kept exactly.
 */
export interface Int8Layer {
  readonly inputs: number;
  readonly outputs: number;
  /** (outputs, inputs) */
  readonly weights: Int8Array;
  /** (outputs) */
  readonly zeroPoints: Int8Array;
  /** (outputs) */
  readonly scales: Float32Array;
  /** (outputs) */
  readonly bias: Float32Array;
}

/**
 * The forward pass of one network: each layer, ReLU between layers, softmax at the end. Lengths are checked by the caller;
 * nothing is allocated. `out` is (outputs), written in place. Input that is NaN or infinite gives NaN.
 */
export interface ForwardPass {
  readonly implementation: "simd" | "reference";
  /** Buffers for a sparse input, at least (inputs) long: who fills and passes these saves a copy. */
  readonly lent: SparseBuffers;
  dense(input: Float32Array, out: Float32Array): void;
  /** Only `count` places of the input are not zero; a place that repeats adds up. RangeError for a place outside the input. */
  sparse(indices: Uint16Array, values: Float32Array, count: number, out: Float32Array): void;
}

/**
 * A layer of which only blocks are left, each four weights of one input: block b of input i, for b from `starts[i]` up to
 * `starts[i + 1]`, goes to the outputs `4 * groups[b]` and the three after it.
 */
export interface PrunedLayer {
  readonly inputs: number;
  readonly outputs: number;
  /** (inputs + 1) */
  readonly starts: Int32Array;
  /** (blocks) */
  readonly groups: Uint16Array;
  /** (blocks, 4), zero where there is no such output */
  readonly weights: Float32Array;
  /** (outputs) */
  readonly bias: Float32Array;
}

/** Room for the places and values of a sparse input. */
export interface SparseBuffers {
  readonly indices: Uint16Array;
  readonly values: Float32Array;
}

/** The error for a place that is no input. */
export function outside(indices: Uint16Array, count: number, inputs: number): RangeError {
  const found = indices.subarray(0, count).find((place) => place >= inputs);
  return new RangeError(`Cannot predict: expected places below ${inputs}, got ${found}`);
}

/** Room of its own for a pass in plain TypeScript. */
export function sparseBuffers(inputs: number): SparseBuffers {
  return { indices: new Uint16Array(inputs), values: new Float32Array(inputs) };
}

/**
 * The largest magnitude of a 16-bit input with which no sum of so many products by 8-bit weights leaves 32 bits: products are
 * at most 255 times the input, because a zero point is taken off.
 */
export function inputLimit(inputs: number): number {
  return Math.min(32_767, Math.floor(0x7fffffff / (255 * inputs)));
}

/** Below it (2^-100) a whole int8 input counts as zero, because its inverse would not be a float. */
export const SMALLEST_INPUT = 7.888609052210118e-31;
