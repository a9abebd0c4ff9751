/** One fully connected layer: `weights` (outputs, inputs) row by row, `bias` (outputs). */
export interface DenseLayer {
  readonly inputs: number;
  readonly outputs: number;
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/**
 * The forward pass of one network: each layer, ReLU between layers, softmax at the end. Lengths and places are checked by the
 * caller; nothing is allocated. `out` is (outputs), written in place.
 */
export interface ForwardPass {
  readonly implementation: "simd" | "reference";
  dense(input: Float32Array, out: Float32Array): void;
  /** Only `count` places of the input are not zero; a place that repeats adds up. */
  sparse(indices: Uint16Array, values: Float32Array, count: number, out: Float32Array): void;
}
