import type { LinearAlgebraKernels } from "../kernels/linear-algebra.js";
import { createLinearAlgebra } from "../kernels/linear-algebra.js";
import { GramAccumulator } from "./gram.js";
import { solveDual } from "./ridge-dual.js";
import type { RidgeOptions, RidgeSolution } from "./ridge-solution.js";

/** Rows to fit a readout on, all at once. */
export interface RidgeData {
  readonly inputs: number;
  readonly outputs: number;
  /** (rows, inputs) */
  readonly states: Float32Array | Float64Array;
  /** (rows, outputs) */
  readonly targets: Float32Array | Float64Array;
}

/**
 * Ridge regression in f64: the weights (and an unshrunk bias) of least squared error plus lambda times their squares
 * (Hoerl & Kennard 1970). By Cholesky of the normal equations, or of the dual ones where there are fewer rows than inputs.
 * O(rows * inputs * min(rows, inputs)).
 */
export function fitRidge(
  data: RidgeData,
  options: RidgeOptions & {
    readonly bias?: boolean;
    readonly kernels?: (bytes: number) => LinearAlgebraKernels;
  } = {},
): RidgeSolution {
  const { inputs, outputs, states, targets } = data;
  const { bias = true, kernels = createLinearAlgebra } = options;
  const rows = states.length / inputs;
  if (!Number.isInteger(rows) || rows < 1 || targets.length !== rows * outputs) {
    throw new RangeError(
      `Cannot fit a readout: expected states (rows, ${inputs}) and targets (rows, ${outputs}), got ${states.length} and ${targets.length} values`,
    );
  }
  if (rows < inputs) return solveDual({ ...data, rows, bias }, options, kernels);
  const sums = new GramAccumulator({ inputs, outputs, bias, kernels });
  for (let row = 0; row < rows; row++) {
    sums.add(states.subarray(row * inputs, (row + 1) * inputs), targets.subarray(row * outputs, (row + 1) * outputs));
  }
  return sums.solve(options);
}
