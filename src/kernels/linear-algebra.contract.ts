import { describe, expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import { arenaBytes } from "./arena.js";
import type { LinearAlgebraKernels } from "./linear-algebra.js";
import { BLOCK_ROWS, packRow, padded, panelIndex } from "./panel.js";

const KINDS: readonly (readonly [name: string, value: (random: () => number) => number])[] = [
  ["ordinary values", (random) => random() * 2 - 1],
  ["zeros", () => 0],
  ["denormals", (random) => (random() - 0.5) * 1e-310],
  ["a few infinities", (random) => (random() < 0.02 ? Number.POSITIVE_INFINITY : random())],
  ["a few NaN", (random) => (random() < 0.02 ? Number.NaN : random())],
];

/** What every set of linear algebra kernels holds to; sums are compared with those of plain loops. */
export function linearAlgebraContract(create: (bytes: number) => LinearAlgebraKernels): void {
  const random = seededRandom(11);
  const chance = (): number => random.next();
  const fill = (view: Float64Array, value: (random: () => number) => number): Float64Array => {
    for (let at = 0; at < view.length; at++) view[at] = value(chance);
    return view;
  };
  const expectClose = (actual: number, expected: number, tolerance: number): void => {
    if (Number.isFinite(expected)) expect(Math.abs(actual - expected)).toBeLessThanOrEqual(tolerance);
    else expect(actual).toBe(expected);
  };

  describe.each(KINDS)("with %s", (_, value) => {
    test.each([1, 3, BLOCK_ROWS])("adds the outer products of %d rows", (rows) => {
      const [left, right] = [12, 20];
      const kernels = create(8 * (rows * (left + right) + left * right) + 64);
      const a = fill(kernels.arena.f64(rows * left), value);
      const b = fill(kernels.arena.f64(rows * right), value);
      const target = fill(kernels.arena.f64(left * right), () => chance());
      const before = target.slice();
      kernels.addOuter(target, a, left / 4, b, right / 4, rows, 0.5, false);
      for (let i = 0; i < left; i++) {
        for (let j = 0; j < right; j++) {
          let sum = 0.5 * before[i * right + j]!;
          for (let row = 0; row < rows; row++) {
            sum += a[panelIndex(rows, row, i)]! * b[panelIndex(rows, row, j)]!;
          }
          expectClose(target[i * right + j]!, sum, 1e-13);
        }
      }
    });

    test.each([4, 8, 36])("multiplies and updates a symmetric matrix of %d rows", (size) => {
      const kernels = create(8 * (size * size + 3 * size) + 64);
      const matrix = fill(kernels.arena.f64(size * size), value);
      const x = fill(kernels.arena.f64(size), value);
      const [out, y] = [kernels.arena.f64(size), fill(kernels.arena.f64(size), value)];
      const entry = (row: number, column: number): number =>
        matrix[Math.min(row, column) * size + Math.max(row, column)]!;
      kernels.symmetricTimes(out, matrix, size, x);
      for (let row = 0; row < size; row++) {
        let sum = 0;
        for (let column = 0; column < size; column++) sum += entry(row, column) * x[column]!;
        expectClose(out[row]!, sum, 1e-13);
      }
      let before = matrix.slice();
      kernels.rankOne(matrix, size, x, -0.5);
      for (let row = 0; row < size; row++) {
        for (let column = row; column < size; column++) {
          const at = row * size + column;
          expectClose(matrix[at]!, before[at]! - 0.5 * x[row]! * x[column]!, 1e-15);
        }
      }
      before = matrix.slice();
      kernels.rankTwo(matrix, size, x, y, 1.25, 2, -0.5);
      for (let row = 0; row < size; row++) {
        for (let column = row; column < size; column++) {
          const at = row * size + column;
          const sum = 2 * x[row]! * x[column]! - 0.5 * y[row]! * y[column]!;
          expectClose(matrix[at]!, 1.25 * before[at]! + sum, 1e-14);
        }
      }
    });

    test.each([1, 4, 7])("multiplies and updates %d rows", (rows) => {
      const size = 20;
      const kernels = create(8 * (rows * size + size + 2 * padded(rows)) + 64);
      const matrix = fill(kernels.arena.f64(rows * size), value);
      const x = fill(kernels.arena.f64(size), value);
      const [out, left] = [kernels.arena.f64(rows), fill(kernels.arena.f64(rows), value)];
      kernels.rowsTimes(out, matrix, rows, size, x);
      for (let row = 0; row < rows; row++) {
        let sum = 0;
        for (let column = 0; column < size; column++) sum += matrix[row * size + column]! * x[column]!;
        expectClose(out[row]!, sum, 1e-13);
      }
      const before = matrix.slice();
      kernels.addRows(matrix, rows, size, left, x);
      for (let at = 0; at < matrix.length; at++) {
        expectClose(matrix[at]!, before[at]! + left[Math.floor(at / size)]! * x[at % size]!, 1e-15);
      }
    });
  });

  test.each([4, 28, 32, 36, 100])("factors and solves a system of %d unknowns", (size) => {
    const { kernels, matrix, sides, scratch } = system(size);
    const [original, right] = [matrix.slice(), sides.slice()];
    expect(kernels.factor(matrix, size, scratch.panel, scratch.diagonal)).toBe(-1);
    kernels.solve(matrix, size, sides, 2, scratch.panel, scratch.sidePanel);
    for (let row = 0; row < size; row++) {
      for (let side = 0; side < 8; side++) {
        let sum = 0;
        for (let column = 0; column < size; column++) {
          sum += original[Math.min(row, column) * size + Math.max(row, column)]! * sides[column * 8 + side]!;
        }
        expect(Math.abs(sum - right[row * 8 + side]!)).toBeLessThan(1e-9);
      }
    }
  });

  test("names the row of a pivot that is lost", () => {
    for (const [entry, row] of [
      [Number.NaN, 37],
      [-1, 37],
    ] as const) {
      const { kernels, matrix, scratch } = system(44);
      matrix[37 * 44 + 37] = entry;
      expect(kernels.factor(matrix, 44, scratch.panel, scratch.diagonal)).toBe(row);
    }
    const { kernels, matrix, scratch } = system(44);
    for (let row = 0; row <= 40; row++) matrix[row * 44 + 40] = matrix[row * 44 + 12] ?? 0; // column 40 repeats column 12
    for (let row = 12; row <= 40; row++) matrix[row * 44 + 40] = matrix[12 * 44 + row]!;
    matrix[40 * 44 + 40] = matrix[12 * 44 + 12]!;
    expect(kernels.factor(matrix, 44, scratch.panel, scratch.diagonal)).toBe(40);
  });

  /** A positive definite matrix X^T X of chance, and eight right sides. */
  function system(size: number) {
    const lengths = [size * size, size * 8, size * BLOCK_ROWS, 8 * BLOCK_ROWS, size];
    const kernels = create(lengths.reduce((bytes, length) => bytes + arenaBytes(length, 8), 0));
    const [matrix, sides, panel, sidePanel, diagonal] = lengths.map((length) => kernels.arena.f64(length)) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ]; // as many as lengths
    const values = new Float64Array(size);
    for (let block = 0; block < 6; block++) {
      for (let row = 0; row < BLOCK_ROWS; row++) {
        packRow(
          panel,
          BLOCK_ROWS,
          row,
          fill(values, () => chance() - 0.5),
          size,
        );
      }
      kernels.addOuter(matrix, panel, size / 4, panel, size / 4, BLOCK_ROWS, 1, true);
    }
    fill(sides, () => chance() - 0.5);
    return { kernels, matrix, sides, scratch: { panel, sidePanel, diagonal } };
  }
}
