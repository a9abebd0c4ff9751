import { describe, expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import type { DenseKernels } from "./dense.js";

const LENGTHS = [1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 63, 64, 65, 100, 384];
const INFINITY = Number.POSITIVE_INFINITY;

/** Rows that must come out as arithmetic takes them. */
const SPECIAL: readonly (readonly [name: string, values: readonly number[]])[] = [
  ["zeros", [0]],
  ["both zeros", [0, -0]],
  ["denormals", [1e-45, -1e-40, 1e-39]],
  ["a NaN", [1, -2, Number.NaN]],
  ["an infinity", [0.5, INFINITY, -1]],
  ["both infinities", [INFINITY, 2, -INFINITY]],
  ["large values", [1e38, -1e38, 3e38]],
];

/** What every set of dense kernels holds to: the result of plain loops in f64, within what f32 sums may differ by. */
export function denseContract(create: (bytes: number) => DenseKernels): void {
  const random = seededRandom(7);
  const fill = <View extends Float32Array | Int8Array | Int16Array>(
    view: View,
    value: (at: number) => number,
  ): View => {
    for (let at = 0; at < view.length; at++) view[at] = value(at);
    return view;
  };
  const ordinary = (): number => random.next() * 2 - 1;
  /** Equal when not finite; else within `tolerance`, of f32 sums. */
  const expectClose = (actual: number, expected: number, tolerance: number): void => {
    const rounded = Math.fround(expected);
    if (Number.isFinite(rounded)) expect(Math.abs(actual - rounded)).toBeLessThanOrEqual(tolerance);
    else expect(actual).toBe(rounded);
  };

  describe.each(LENGTHS)("of length %d", (length) => {
    const kernels = create(4 * length * 6 + 1024);
    const x = kernels.arena.f32(length);
    const y = kernels.arena.f32(length);

    test("dot, axpy, biasRelu, leak and tanh", () => {
      fill(x, ordinary);
      fill(y, ordinary);
      let sum = 0;
      for (let at = 0; at < length; at++) sum += x[at]! * y[at]!;
      expectClose(kernels.dot(x, y), sum, 2e-6 + length * 1e-7);

      let before = y.slice();
      kernels.axpy(y, x, 0.75);
      for (let at = 0; at < length; at++) expectClose(y[at]!, before[at]! + 0.75 * x[at]!, 2.5e-7);

      before = y.slice();
      kernels.leak(y, x, 0.3);
      for (let at = 0; at < length; at++) expectClose(y[at]!, 0.7 * before[at]! + 0.3 * x[at]!, 5e-7);

      before = y.slice();
      kernels.biasRelu(y, x);
      for (let at = 0; at < length; at++) expectClose(y[at]!, Math.max(0, before[at]! + x[at]!), 2.5e-7);

      fill(x, () => 12 * ordinary());
      kernels.tanh(y, x);
      for (let at = 0; at < length; at++) expectClose(y[at]!, Math.tanh(x[at]!), 4e-7);
    });

    test("softmax", () => {
      fill(x, () => 30 * ordinary());
      kernels.softmax(y, x);
      const largest = Math.max(...x);
      const total = x.reduce((sum, value) => sum + Math.exp(value - largest), 0);
      for (let at = 0; at < length; at++) expectClose(y[at]!, Math.exp(x[at]! - largest) / total, 1e-6);
      expect(Math.abs(y.reduce((sum, value) => sum + value, 0) - 1)).toBeLessThan(2e-6);
      kernels.softmax(x, x); // in place
      expect(x).toEqual(y);
    });
  });

  describe.each([1, 3, 4, 7, 18])("%d rows", (rows) => {
    test.each([1, 3, 4, 9, 16, 35, 101])("times %d columns", (columns) => {
      const kernels = create(16 * rows * columns + 64 * (rows + columns) + 4096);
      const matrix = fill(kernels.arena.f32(rows * columns), ordinary);
      const x = fill(kernels.arena.f32(columns), ordinary);
      const bias = fill(kernels.arena.f32(rows), ordinary);
      const out = kernels.arena.f32(rows);
      const sums = (entry: (row: number, column: number) => number): number[] =>
        Array.from({ length: rows }, (_, row) => x.reduce((sum, value, column) => sum + entry(row, column) * value, 0));
      const dense = sums((row, column) => matrix[row * columns + column]!);

      kernels.matvec(out, matrix, x);
      for (let row = 0; row < rows; row++) expectClose(out[row]!, dense[row]!, 1e-5);
      kernels.matvec(out, matrix, x, { bias });
      for (let row = 0; row < rows; row++) expectClose(out[row]!, dense[row]! + bias[row]!, 1e-5);
      kernels.matvec(out, matrix, x, { bias, relu: true });
      for (let row = 0; row < rows; row++) expectClose(out[row]!, Math.max(0, dense[row]! + bias[row]!), 1e-5);

      const wide = 8 * Math.ceil(columns / 8);
      const bytes = fill(kernels.arena.i8(rows * wide), () => Math.floor(256 * random.next()) - 128);
      const shorts = fill(kernels.arena.i16(wide), () => Math.floor(511 * random.next()) - 255);
      const whole = kernels.arena.i32(rows);
      kernels.matvecInt8(whole, bytes, shorts);
      for (let row = 0; row < rows; row++) {
        let sum = 0;
        for (let column = 0; column < wide; column++) sum += bytes[row * wide + column]! * shorts[column]!;
        expect(whole[row]).toBe(sum);
      }

      const starts = kernels.arena.i32(rows + 1);
      const places = kernels.arena.u16(rows * columns);
      const values = kernels.arena.f32(rows * columns);
      const kept = (row: number, column: number): boolean => row !== 1 && (row * 7 + column * 5) % 3 === 0; // row 1 is empty
      let entries = 0;
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          if (!kept(row, column)) continue;
          places[entries] = column;
          values[entries++] = matrix[row * columns + column]!;
        }
        starts[row + 1] = entries;
      }
      kernels.sparseRows(out, starts, places, values, x);
      const sparse = sums((row, column) => (kept(row, column) ? matrix[row * columns + column]! : 0));
      for (let row = 0; row < rows; row++) expectClose(out[row]!, sparse[row]!, 1e-5);
    });

    test.each([0, 1, 5, 20])("plus %d columns of a sparse input", (count) => {
      const inputs = 30;
      const kernels = create(4 * inputs * rows + 4096);
      const matrix = fill(kernels.arena.f32(inputs * rows), ordinary);
      const out = fill(kernels.arena.f32(rows), ordinary);
      const indices = kernels.arena.u16(20).map((_, place) => (place * 11) % inputs);
      const own = kernels.arena.u16(20);
      own.set(indices);
      const values = fill(kernels.arena.f32(20), ordinary);
      const before = out.slice();
      kernels.addColumns(out, matrix, own, values, count);
      for (let row = 0; row < rows; row++) {
        let sum = before[row]!;
        for (let place = 0; place < count; place++) sum += values[place]! * matrix[indices[place]! * rows + row]!;
        expectClose(out[row]!, sum, 5e-6);
      }
    });
  });

  describe.each(SPECIAL)("with %s", (name, pattern) => {
    // Nineteen: a block of sixteen and a remainder, each of which meets every value.
    const length = 19;
    const kernels = create(8192);
    const x = fill(kernels.arena.f32(length), (at) => pattern[at % pattern.length]!);
    const ones = fill(kernels.arena.f32(length), () => 1);
    const out = kernels.arena.f32(length);

    test("element by element", () => {
      kernels.tanh(out, x);
      for (let at = 0; at < length; at++) expectClose(out[at]!, Math.tanh(x[at]!), 4e-7);
      out.set(ones);
      kernels.axpy(out, x, -2);
      for (let at = 0; at < length; at++) expectClose(out[at]!, 1 - 2 * x[at]!, 1e32);
      out.set(ones);
      kernels.leak(out, x, 0.5);
      for (let at = 0; at < length; at++) expectClose(out[at]!, 1 + 0.5 * (x[at]! - 1), 1e32);
      out.set(x);
      kernels.biasRelu(out, ones);
      for (let at = 0; at < length; at++) expectClose(out[at]!, Math.max(0, x[at]! + 1), 1e32);
    });

    test("in sums", () => {
      if (name === "large values") return; // their sums overflow in f32 and not in f64
      const sum = x.reduce((total, value) => total + value, 0);
      expectClose(kernels.dot(x, ones), sum, 1e-5);
      const matrix = kernels.arena.f32(5 * length);
      for (let row = 0; row < 5; row++) matrix.set(x, row * length);
      const sums = kernels.arena.f32(5);
      kernels.matvec(sums, matrix, ones);
      for (const value of sums) expectClose(value, sum, 1e-5);
      kernels.matvec(sums, matrix, ones, { relu: true });
      for (const value of sums) expectClose(value, Math.max(0, sum), 1e-5);
    });

    test("as exponents", () => {
      for (const width of [3, length]) {
        const [some, probabilities] = [x.subarray(0, width), out.subarray(0, width)];
        kernels.softmax(probabilities, some);
        const largest = Math.max(...some);
        const total = some.reduce((sum, value) => sum + Math.exp(value - largest), 0);
        for (let at = 0; at < width; at++) {
          expectClose(probabilities[at]!, Math.exp(some[at]! - largest) / total, 1e-6);
        }
      }
    });
  });
}
