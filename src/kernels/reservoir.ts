/** Rows that share the column of one weight of a sparse recurrence: two vectors of four. */
export const SPARSE_BLOCK_ROWS = 8;

/** How the units of an echo state network drive each other. Radius and scale are inside the numbers. */
export type Recurrence =
  | {
      /** blockdiag(matrix) * P: row i of block b takes x[order[b * blockSize + j]] * matrix[i * blockSize + j]. */
      readonly kind: "blocks";
      readonly blockSize: number;
      /** (units, blockSize) */
      readonly matrix: Float32Array;
      /** (units), a permutation. */
      readonly order: Uint16Array;
    }
  | {
      /** The same in 8 bits; the state is rounded to 16 bits for the product, and only for it. */
      readonly kind: "quantized-blocks";
      readonly blockSize: number;
      /** (units, blockSize) in -127..127 */
      readonly matrix: Int8Array;
      /** (units): what one step of a row's integers is worth. */
      readonly scales: Float32Array;
      readonly order: Uint16Array;
    }
  | {
      /** Each block of eight rows takes the same `fanIn` columns. */
      readonly kind: "sparse";
      readonly fanIn: number;
      /** (units / 8, fanIn) */
      readonly columns: Uint16Array;
      /** (units / 8, fanIn, 8) */
      readonly matrix: Float32Array;
    }
  /** x[i - 1] * weight, the first after the last. */
  | { readonly kind: "cycle"; readonly weight: number };

/** All numbers of an echo state network but its readout. */
export type ReservoirWeights = {
  readonly units: number;
  readonly inputs: number;
  /** (units) in (0, 1] */
  readonly leak: Float32Array;
  /** (inputs + 1), all different: where each input, and last the bias, enters a Walsh-Hadamard transform. */
  readonly slots: Uint16Array;
  /** (inputs + 1): what each is multiplied with there; the bias, already multiplied. */
  readonly gains: Float32Array;
} & (
  | {
      /** Three layers of signs and transform of the state; inputs and bias are added before the third. */
      readonly kind: "structured";
      /** (3, units): +-1. */
      readonly signs: Float32Array;
      readonly spectralRadius: number;
    }
  | {
      /** Inputs and bias through one layer of signs, transform and signs; the state through a matrix. */
      readonly kind: "matrix";
      /** (2, size): +-1, before and after the transform, whose `size` is a power of four that holds units and slots. */
      readonly signs: Float32Array;
      readonly recurrence: Recurrence;
    }
);

/** An echo state network's arithmetic over buffers of its own; who calls has checked what it writes into them. */
export interface ReservoirKernel {
  readonly kind: "wasm" | "reference";
  /** (units), updated in place. */
  readonly state: Float32Array;
  /** (inputs): which inputs `stepSparse` takes. */
  readonly indices: Uint16Array;
  /** (inputs): their values, or for `stepDense` all of them. */
  readonly values: Float32Array;
  /** One step with the first `count` of `indices` and `values`. Allocates nothing. */
  stepSparse(count: number): void;
  /** One step with all of `values`. Allocates nothing. */
  stepDense(): void;
  /** Copies weights (outputs, units) and bias (outputs). */
  setReadout(weights: ArrayLike<number>, bias: ArrayLike<number>): void;
  /** (outputs), overwritten: weights * state + bias. */
  readout(output: Float32Array): void;
  /** A kernel that goes on from the same state and shares nothing that changes. */
  clone(): ReservoirKernel;
}

/** Makes kernels: compiled once, chosen once. */
export interface ReservoirKernels {
  readonly kind: "wasm" | "reference";
  make(weights: ReservoirWeights, outputs: number): ReservoirKernel;
}
