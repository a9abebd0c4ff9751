import { arenaBytes } from "../kernels/arena.js";
import type { LinearAlgebraKernels } from "../kernels/linear-algebra.js";
import { BLOCK_ROWS, padded } from "../kernels/panel.js";

/** How much a ridge regression shrinks its weights. */
export interface RidgeOptions {
  /** Weight of the squared weights, 0 or more. Default 1e-8. */
  readonly lambda?: number;
  /** `relative` (default) to the mean square sum of an input, trace(X^T X) / inputs, so that it suits any scale; or `absolute`. */
  readonly scale?: "relative" | "absolute";
}

/** A linear readout, y = weights x + bias, and what it took. */
export interface RidgeSolution {
  readonly inputs: number;
  readonly outputs: number;
  /** (outputs, inputs) */
  readonly weights: Float64Array;
  /** (outputs); zeros when none was fitted. */
  readonly bias: Float64Array;
  /** Asked for, absolute. */
  readonly lambda: number;
  /** Used, absolute: larger than `lambda` when f64 could not solve the system with that. */
  readonly lambdaUsed: number;
  /** Why `lambdaUsed` is not `lambda`; absent when it is. */
  readonly refusal?: string;
}

/** The sums over the rows, padded: gram (size, size) on and above the diagonal, cross (size, padded outputs). */
export interface GramSums {
  readonly inputs: number;
  readonly outputs: number;
  readonly bias: boolean;
  readonly size: number;
  readonly gram: Float64Array;
  readonly cross: Float64Array;
}

/** The absolute lambda that options mean for a system of that trace; RangeError when it is no number of 0 or more. */
export function absoluteLambda(options: RidgeOptions, meanSquare: number): number {
  const { lambda = 1e-8, scale = "relative" } = options;
  if (!(lambda >= 0 && lambda < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`Cannot solve with lambda ${lambda}: expected a finite number of 0 or more`);
  }
  return scale === "relative" ? lambda * meanSquare : lambda;
}

/** Solves (X^T X + lambda I) W = X^T Y by Cholesky on a copy; the constant of the bias is not shrunk. O(inputs^3). */
export function solveGram(
  sums: GramSums,
  options: RidgeOptions,
  createKernels: (bytes: number) => LinearAlgebraKernels,
): RidgeSolution {
  const { inputs, outputs, bias, size, gram, cross } = sums;
  const meanSquare = traceOf(gram, size, inputs) / inputs;
  const lambda = absoluteLambda(options, meanSquare);
  const { solution, ...used } = solveRegularised(
    { size, shrunk: inputs, used: inputs + (bias ? 1 : 0), matrix: gram, sides: cross, scale: meanSquare },
    lambda,
    createKernels,
  );
  const width = padded(outputs);
  const weights = new Float64Array(outputs * inputs);
  const constants = new Float64Array(outputs);
  for (let output = 0; output < outputs; output++) {
    for (let input = 0; input < inputs; input++) weights[output * inputs + input] = solution[input * width + output]!;
    if (bias) constants[output] = solution[inputs * width + output]!;
  }
  return { inputs, outputs, weights, bias: constants, lambda, ...used };
}

/** A symmetric positive system and its right sides, padded. */
export interface SymmetricSystem {
  readonly size: number;
  /** Rows that lambda is added to, from the first on. */
  readonly shrunk: number;
  /** Rows that are not padding. */
  readonly used: number;
  /** (size, size), on and above the diagonal. */
  readonly matrix: Float64Array;
  /** (size, width) */
  readonly sides: Float64Array;
  /** Size of a diagonal entry, for the smallest lambda worth a try. */
  readonly scale: number;
}

/**
 * Solves (matrix + lambda I) X = sides. When a pivot is lost in rounding the system is refused and tried with ten times the
 * lambda, until it holds. Error when none does.
 */
export function solveRegularised(
  system: SymmetricSystem,
  lambda: number,
  createKernels: (bytes: number) => LinearAlgebraKernels,
): { readonly solution: Float64Array; readonly lambdaUsed: number; readonly refusal?: string } {
  const { size, shrunk, used, matrix, sides } = system;
  const scale = system.scale > 0 ? system.scale : 1;
  const width = sides.length / size;
  const lengths = [size * size, size * width, size * BLOCK_ROWS, width * BLOCK_ROWS, size] as const;
  const kernels = createKernels(lengths.reduce((bytes, length) => bytes + arenaBytes(length, 8), 0));
  const [factored, solution, panel, sidePanel, diagonal] = [
    kernels.arena.f64(lengths[0]),
    kernels.arena.f64(lengths[1]),
    kernels.arena.f64(lengths[2]),
    kernels.arena.f64(lengths[3]),
    kernels.arena.f64(lengths[4]),
  ];
  let tried = lambda;
  let refused = -1;
  for (let attempt = 0; attempt < 40; attempt++, tried = Math.max(tried * 10, scale * 1e-15)) {
    factored.set(matrix);
    for (let row = 0; row < shrunk; row++) factored[row * size + row] = factored[row * size + row]! + tried;
    for (let row = used; row < size; row++) factored[row * size + row] = 1;
    const lost = kernels.factor(factored, size, panel, diagonal);
    if (lost >= 0) {
      if (refused < 0) refused = lost;
      continue;
    }
    solution.set(sides);
    kernels.solve(factored, size, solution, width / 4, panel, sidePanel);
    return {
      solution,
      lambdaUsed: tried,
      ...(refused >= 0 && {
        refusal: `lambda ${lambda} leaves the system singular to 16 digits (the pivot of row ${refused} is rounding error): solved with ${tried}`,
      }),
    };
  }
  throw new Error(
    `Cannot solve a system of ${used} rows: it stays singular up to lambda ${tried / 10}, expected rows without values beyond f64`,
  );
}

function traceOf(matrix: Float64Array, size: number, rows: number): number {
  let trace = 0;
  for (let row = 0; row < rows; row++) trace += matrix[row * size + row]!;
  return trace;
}
