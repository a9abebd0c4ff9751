import { Arena } from "./arena.js";
import type { LinearAlgebraKernels } from "./linear-algebra.js";
import { BLOCK_ROWS } from "./panel.js";

/**
 * The kernels in plain TypeScript. The vector twin adds in the same order and neither fuses multiplication with addition,
 * so that both give the same bits.
 */
export function referenceLinearAlgebra(bytes: number): LinearAlgebraKernels {
  return {
    kind: "reference",
    arena: new Arena(new ArrayBuffer(bytes)),
    addOuter(target, left, leftGroups, right, rightGroups, rows, keep, upper) {
      addOuter(target, 0, 4 * rightGroups, left, leftGroups, right, rightGroups, rows, keep, 1, upper);
    },
    factor,
    solve,
    symmetricTimes,
    rankOne,
    rankTwo,
    rowsTimes,
    addRows,
  };
}

/** target (leftGroups*4, stride) = keep * target + sign * left^T right, in tiles of one by four; `upper`: tiles on and above the diagonal. */
function addOuter(
  target: Float64Array,
  offset: number,
  stride: number,
  left: Float64Array,
  leftGroups: number,
  right: Float64Array,
  rightGroups: number,
  rows: number,
  keep: number,
  sign: number,
  upper: boolean,
): void {
  for (let i = 0; i < leftGroups; i++) {
    for (let j = upper ? i : 0; j < rightGroups; j++) {
      for (let lane = 0; lane < 4; lane++) {
        let a = i * rows * 4 + lane;
        let b = j * rows * 4;
        let sum0 = 0;
        let sum1 = 0;
        let sum2 = 0;
        let sum3 = 0;
        for (let row = 0; row < rows; row++, a += 4, b += 4) {
          const value = left[a]!;
          sum0 += value * right[b]!;
          sum1 += value * right[b + 1]!;
          sum2 += value * right[b + 2]!;
          sum3 += value * right[b + 3]!;
        }
        const at = offset + (4 * i + lane) * stride + 4 * j;
        target[at] = keep * target[at]! + sign * sum0;
        target[at + 1] = keep * target[at + 1]! + sign * sum1;
        target[at + 2] = keep * target[at + 2]! + sign * sum2;
        target[at + 3] = keep * target[at + 3]! + sign * sum3;
      }
    }
  }
}

/** Right-looking Cholesky in blocks of rows: each block is finished, then taken off the rows below it. */
function factor(matrix: Float64Array, size: number, panel: Float64Array, diagonal: Float64Array): number {
  for (let row = 0; row < size; row++) diagonal[row] = matrix[row * size + row]!;
  for (let start = 0; start < size; start += BLOCK_ROWS) {
    const rows = Math.min(BLOCK_ROWS, size - start);
    for (let row = start; row < start + rows; row++) {
      const own = row * size;
      for (let above = start; above < row; above++) {
        const factor = matrix[above * size + row]!;
        for (let column = row; column < size; column++) {
          matrix[own + column] = matrix[own + column]! - factor * matrix[above * size + column]!;
        }
      }
      const pivot = matrix[own + row]!;
      if (!(pivot > diagonal[row]! * 2 ** -50)) return row; // written so that NaN is refused, too
      const inverse = 1 / Math.sqrt(pivot);
      for (let column = row; column < size; column++) matrix[own + column] = matrix[own + column]! * inverse;
    }
    const next = start + rows;
    const groups = (size - next) / 4;
    pack(panel, matrix, start * size + next, size, rows, groups);
    addOuter(matrix, next * size + next, size, panel, groups, panel, groups, rows, 1, -1, true);
  }
  return -1;
}

/** Forward with the transposed factor, then backward with the factor. */
function solve(
  factored: Float64Array,
  size: number,
  sides: Float64Array,
  groups: number,
  panel: Float64Array,
  sidePanel: Float64Array,
): void {
  const width = 4 * groups;
  for (let start = 0; start < size; start += BLOCK_ROWS) {
    const rows = Math.min(BLOCK_ROWS, size - start);
    const next = start + rows;
    for (let row = start; row < next; row++) {
      for (let above = start; above < row; above++) {
        subtractRow(sides, row * width, above * width, width, factored[above * size + row]!);
      }
      scaleRow(sides, row * width, width, 1 / factored[row * size + row]!);
    }
    const below = (size - next) / 4;
    pack(panel, factored, start * size + next, size, rows, below);
    pack(sidePanel, sides, start * width, width, rows, groups);
    addOuter(sides, next * width, width, panel, below, sidePanel, groups, rows, 1, -1, false);
  }
  for (let end = size; end > 0; ) {
    const start = Math.floor((end - 1) / BLOCK_ROWS) * BLOCK_ROWS;
    const rows = end - start;
    for (let row = end - 1; row >= start; row--) {
      for (let below = row + 1; below < end; below++) {
        subtractRow(sides, row * width, below * width, width, factored[row * size + below]!);
      }
      scaleRow(sides, row * width, width, 1 / factored[row * size + row]!);
    }
    packTransposed(panel, factored, start, size, rows, start / 4);
    pack(sidePanel, sides, start * width, width, rows, groups);
    addOuter(sides, 0, width, panel, start / 4, sidePanel, groups, rows, 1, -1, false);
    end = start;
  }
}

function subtractRow(values: Float64Array, row: number, other: number, width: number, factor: number): void {
  for (let at = 0; at < width; at++) values[row + at] = values[row + at]! - factor * values[other + at]!;
}

function scaleRow(values: Float64Array, row: number, width: number, factor: number): void {
  for (let at = 0; at < width; at++) values[row + at] = values[row + at]! * factor;
}

/** Rows of a matrix into a panel (groups, rows, 4). */
function pack(
  panel: Float64Array,
  source: Float64Array,
  offset: number,
  stride: number,
  rows: number,
  groups: number,
): void {
  for (let group = 0, to = 0; group < groups; group++) {
    for (let row = 0; row < rows; row++, to += 4) {
      const from = offset + row * stride + 4 * group;
      for (let lane = 0; lane < 4; lane++) panel[to + lane] = source[from + lane]!;
    }
  }
}

/** Columns of a matrix, `rows` of them from `offset` on, into a panel as if they were rows. */
function packTransposed(
  panel: Float64Array,
  source: Float64Array,
  offset: number,
  stride: number,
  rows: number,
  groups: number,
): void {
  for (let group = 0, to = 0; group < groups; group++) {
    for (let row = 0; row < rows; row++, to += 4) {
      for (let lane = 0; lane < 4; lane++) panel[to + lane] = source[offset + (4 * group + lane) * stride + row]!;
    }
  }
}

function symmetricTimes(out: Float64Array, matrix: Float64Array, size: number, x: Float64Array): void {
  out.fill(0, 0, size);
  for (let first = 0; first < size; first += 4) {
    const [row0, row1, row2, row3] = [first * size, (first + 1) * size, (first + 2) * size, (first + 3) * size];
    const x0 = x[first]!;
    const x1 = x[first + 1]!;
    const x2 = x[first + 2]!;
    const x3 = x[first + 3]!;
    for (let column = first + 4; column < size; column++) {
      const low = matrix[row0 + column]! * x0 + matrix[row1 + column]! * x1;
      const high = matrix[row2 + column]! * x2 + matrix[row3 + column]! * x3;
      out[column] = out[column]! + (low + high);
    }
    for (let row = first; row < first + 4; row++) {
      let sum = out[row]!;
      for (let column = first; column < first + 4; column++) {
        sum += matrix[Math.min(row, column) * size + Math.max(row, column)]! * x[column]!;
      }
      let even = 0;
      let odd = 0;
      for (let column = first + 4; column < size; column += 2) {
        even += matrix[row * size + column]! * x[column]!;
        odd += matrix[row * size + column + 1]! * x[column + 1]!;
      }
      out[row] = sum + (even + odd);
    }
  }
}

function rankOne(matrix: Float64Array, size: number, x: Float64Array, weight: number): void {
  for (let row = 0; row < size; row++) {
    const scaled = weight * x[row]!;
    for (let column = row; column < size; column++) {
      const at = row * size + column;
      matrix[at] = matrix[at]! + scaled * x[column]!;
    }
  }
}

function rankTwo(
  matrix: Float64Array,
  size: number,
  x: Float64Array,
  y: Float64Array,
  keep: number,
  weightX: number,
  weightY: number,
): void {
  for (let row = 0; row < size; row++) {
    const [scaledX, scaledY] = [weightX * x[row]!, weightY * y[row]!];
    for (let column = row; column < size; column++) {
      const at = row * size + column;
      matrix[at] = keep * matrix[at]! + (scaledX * x[column]! + scaledY * y[column]!);
    }
  }
}

function rowsTimes(out: Float64Array, matrix: Float64Array, rows: number, size: number, x: Float64Array): void {
  for (let row = 0; row < rows; row++) {
    let even = 0;
    let odd = 0;
    for (let column = 0; column < size; column += 2) {
      even += matrix[row * size + column]! * x[column]!;
      odd += matrix[row * size + column + 1]! * x[column + 1]!;
    }
    out[row] = even + odd;
  }
}

function addRows(matrix: Float64Array, rows: number, size: number, left: Float64Array, right: Float64Array): void {
  for (let row = 0; row < rows; row++) {
    const value = left[row]!;
    for (let column = 0; column < size; column++) {
      const at = row * size + column;
      matrix[at] = matrix[at]! + value * right[column]!;
    }
  }
}
