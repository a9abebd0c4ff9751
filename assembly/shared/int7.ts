// Products of int8 weights with an input of 0 to 127, exact in i32. Compiled twice: with relaxed SIMD one instruction takes
// sixteen products, without it two extensions and two dot products do.
import { sumLanesI32 } from "./lanes";

/** out (rows) = matrix (rows, columns, int8) x (columns, 0 to 127), columns a multiple of 16. Four rows at once. */
export function matvecInt7(out: usize, matrix: usize, rows: i32, columns: i32, x: usize): void {
  const stride = <usize>columns;
  for (let row = 0; row < rows; row += 4, out += 16, matrix += 4 * stride) {
    // Fewer than four rows are left: the last one stands for those that are missing, and their sums are not stored.
    const left = rows - row;
    const row1 = matrix + (left > 1 ? stride : 0);
    const row2 = left > 2 ? row1 + stride : row1;
    const row3 = left > 3 ? row2 + stride : row2;
    let sums0 = i32x4.splat(0);
    let sums1 = i32x4.splat(0);
    let sums2 = i32x4.splat(0);
    let sums3 = i32x4.splat(0);
    for (let at: usize = 0; at < stride; at += 16) {
      const value = v128.load(x + at);
      sums0 = addProducts(sums0, v128.load(matrix + at), value);
      sums1 = addProducts(sums1, v128.load(row1 + at), value);
      sums2 = addProducts(sums2, v128.load(row2 + at), value);
      sums3 = addProducts(sums3, v128.load(row3 + at), value);
    }
    store<i32>(out, sumLanesI32(sums0));
    if (left > 1) store<i32>(out, sumLanesI32(sums1), 4);
    if (left > 2) store<i32>(out, sumLanesI32(sums2), 8);
    if (left > 3) store<i32>(out, sumLanesI32(sums3), 12);
  }
}

// @inline
function addProducts(sums: v128, weights: v128, values: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i32x4.relaxed_dot_i8x16_i7x16_add_s(weights, values, sums);
  const low = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(weights), i16x8.extend_low_i8x16_s(values));
  const high = i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(weights), i16x8.extend_high_i8x16_s(values));
  return i32x4.add(i32x4.add(sums, low), high);
}
