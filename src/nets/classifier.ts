import type { SparseBuffers } from "../kernels/perceptron.js";

/**
 * A network that turns features into probabilities, whatever its weights are made of. Calls allocate nothing; `out` is
 * (outputs), written in place. Input that is NaN or infinite gives probabilities that are NaN, never an invented choice.
 */
export interface Classifier {
  readonly inputs: number;
  readonly outputs: number;
  /** How the weights are kept: whole, as 8-bit integers, or without those that were pruned. */
  readonly kind: "f32" | "int8" | "sparse";
  /** Bytes of the parameters, without the header of a file. */
  readonly bytes: number;
  /** Buffers for a sparse input, at least (inputs) long: who fills and passes these saves a copy. */
  readonly lent: SparseBuffers;
  /** Probabilities for `input` (inputs). RangeError when a length does not fit. */
  predict(input: Float32Array, out: Float32Array): void;
  /**
   * The same for an input of which only `count` places are not zero: `values[k]` stands at `indices[k]`, in any order; places
   * that repeat add up. RangeError for a place outside the input. Cost grows with `count`.
   */
  predictSparse(indices: Uint16Array, values: Float32Array, count: number, out: Float32Array): void;
}
