import type { Arena } from "./arena.js";
import { referenceLinearAlgebra } from "./linear-algebra-reference.js";
import { simdLinearAlgebra } from "./linear-algebra-simd.js";

/**
 * Dense linear algebra in f64 over views of `arena`. Sizes are multiples of 4 (fill up with zeros, and ones on a diagonal to
 * be factored). Symmetric matrices are (size, size) by rows, and only what is on or above the diagonal is read or true.
 * A panel holds up to 32 rows of a matrix as (groups, rows, 4): the four columns of a group beside each other.
 */
export interface LinearAlgebraKernels {
  readonly kind: "simd" | "reference";
  readonly arena: Arena;
  /**
   * target (leftGroups * 4, rightGroups * 4) = keep * target + left^T right, of two panels with the same rows; with `upper`
   * only on and above the diagonal. Takes rows * leftGroups * rightGroups * 16 multiplications.
   */
  addOuter(
    target: Float64Array,
    left: Float64Array,
    leftGroups: number,
    right: Float64Array,
    rightGroups: number,
    rows: number,
    keep: number,
    upper: boolean,
  ): void;
  /**
   * Cholesky's factor R of matrix = R^T R, in its place; `panel` is scratch of 32 * size, `diagonal` of size. Returns -1, or the row whose pivot
   * is lost in rounding (less than 2^-50 of its diagonal): the matrix is not positive definite to f64 then. O(size^3 / 6).
   */
  factor(matrix: Float64Array, size: number, panel: Float64Array, diagonal: Float64Array): number;
  /** Solves R^T R X = sides in place for `groups` * 4 right sides (size, groups * 4); scratch of 32 * size and 128 * groups. */
  solve(
    factored: Float64Array,
    size: number,
    sides: Float64Array,
    groups: number,
    panel: Float64Array,
    sidePanel: Float64Array,
  ): void;
  /** out = matrix x, of a symmetric matrix. */
  symmetricTimes(out: Float64Array, matrix: Float64Array, size: number, x: Float64Array): void;
  /** matrix = matrix + weight * x x^T, of a symmetric matrix. */
  rankOne(matrix: Float64Array, size: number, x: Float64Array, weight: number): void;
  /** matrix = keep * matrix + weightX * x x^T + weightY * y y^T, of a symmetric matrix. */
  rankTwo(
    matrix: Float64Array,
    size: number,
    x: Float64Array,
    y: Float64Array,
    keep: number,
    weightX: number,
    weightY: number,
  ): void;
  /** out (rows) = matrix (rows, size) x. */
  rowsTimes(out: Float64Array, matrix: Float64Array, rows: number, size: number, x: Float64Array): void;
  /** matrix (rows, size) = matrix + left right^T. */
  addRows(matrix: Float64Array, rows: number, size: number, left: Float64Array, right: Float64Array): void;
}

/** The fastest kernels that the runtime has, with an arena of so many bytes. */
export function createLinearAlgebra(bytes: number): LinearAlgebraKernels {
  return simdLinearAlgebra(bytes) ?? referenceLinearAlgebra(bytes);
}
