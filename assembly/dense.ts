// Dense and sparse products and element-wise steps in f32 and int8, the twin of src/kernels/dense-reference.ts. Pointers are
// byte offsets into the instance's own memory; lengths are in elements, and any length will do.
import { exp4 } from "./shared/exp";
import { sumLanesF32, sumLanesI32, sumLanesOfFourF32 } from "./shared/lanes";
import { tanh4 } from "./shared/tanh";

/** Sum of a[i] * b[i]. Four sums of four lanes hide the latency of an addition. */
export function dot(a: usize, b: usize, length: i32): f32 {
  const end = a + ((<usize>length) << 2);
  let sums0 = f32x4.splat(0);
  let sums1 = f32x4.splat(0);
  let sums2 = f32x4.splat(0);
  let sums3 = f32x4.splat(0);
  for (; a + 64 <= end; a += 64, b += 64) {
    sums0 = f32x4.add(sums0, f32x4.mul(v128.load(a), v128.load(b)));
    sums1 = f32x4.add(sums1, f32x4.mul(v128.load(a, 16), v128.load(b, 16)));
    sums2 = f32x4.add(sums2, f32x4.mul(v128.load(a, 32), v128.load(b, 32)));
    sums3 = f32x4.add(sums3, f32x4.mul(v128.load(a, 48), v128.load(b, 48)));
  }
  for (; a + 16 <= end; a += 16, b += 16) sums0 = f32x4.add(sums0, f32x4.mul(v128.load(a), v128.load(b)));
  let sum = sumLanesF32(f32x4.add(f32x4.add(sums0, sums1), f32x4.add(sums2, sums3)));
  for (; a < end; a += 4, b += 4) sum += load<f32>(a) * load<f32>(b);
  return sum;
}

/**
 * y = max(floor, y + weight * (x - y where `mask` has all bits, else x)): the scaled sum, the leaky update and the rectified
 * bias in one, lane by lane.
 */
export function blend(y: usize, x: usize, length: i32, weight: f32, mask: i32, floor: f32): void {
  const end = y + ((<usize>length) << 2);
  const weights = f32x4.splat(weight);
  const masks = i32x4.splat(mask);
  const floors = f32x4.splat(floor);
  for (; y + 16 <= end; y += 16, x += 16) v128.store(y, blended(v128.load(y), v128.load(x), weights, masks, floors));
  const left = end - y;
  if (left) storePart(y, left, blended(loadPart(y, left, 0), loadPart(x, left, 0), weights, masks, floors));
}

// @inline
function blended(y: v128, x: v128, weights: v128, masks: v128, floors: v128): v128 {
  // pmax keeps a NaN that is its first operand
  return f32x4.pmax(f32x4.add(y, f32x4.mul(weights, f32x4.sub(x, v128.and(y, masks)))), floors);
}

/** out (rows) = matrix (rows, columns) x + bias, cut off below 0 with `rectified`; bias 0 is none. Four rows at once. */
export function matvec(
  out: usize,
  matrix: usize,
  rows: i32,
  columns: i32,
  x: usize,
  bias: usize,
  rectified: i32,
): void {
  const stride = (<usize>columns) << 2;
  const vectors = stride & ~15;
  const floor = f32x4.splat(rectified ? 0 : -Infinity);
  const end = out + ((<usize>rows) << 2);
  for (; out < end; out += 16, matrix += 4 * stride) {
    // Where fewer than four rows are left, the last one stands for those that are missing, and their sums are not stored.
    const left = end - out;
    const row1 = matrix + (left > 4 ? stride : 0);
    const row2 = row1 + (left > 8 ? stride : 0);
    const row3 = row2 + (left > 12 ? stride : 0);
    let sums0 = f32x4.splat(0);
    let sums1 = f32x4.splat(0);
    let sums2 = f32x4.splat(0);
    let sums3 = f32x4.splat(0);
    let at: usize = 0;
    for (; at < vectors; at += 16) {
      const value = v128.load(x + at);
      sums0 = f32x4.add(sums0, f32x4.mul(v128.load(matrix + at), value));
      sums1 = f32x4.add(sums1, f32x4.mul(v128.load(row1 + at), value));
      sums2 = f32x4.add(sums2, f32x4.mul(v128.load(row2 + at), value));
      sums3 = f32x4.add(sums3, f32x4.mul(v128.load(row3 + at), value));
    }
    let sums = sumLanesOfFourF32(sums0, sums1, sums2, sums3);
    for (; at < stride; at += 4) {
      let column = v128.load32_splat(matrix + at);
      column = f32x4.replace_lane(column, 1, load<f32>(row1 + at));
      column = f32x4.replace_lane(column, 2, load<f32>(row2 + at));
      column = f32x4.replace_lane(column, 3, load<f32>(row3 + at));
      sums = f32x4.add(sums, f32x4.mul(column, v128.load32_splat(x + at)));
    }
    if (bias) {
      sums = f32x4.add(sums, left < 16 ? loadPart(bias, left, 0) : v128.load(bias));
      bias += 16;
    }
    sums = f32x4.pmax(sums, floor); // pmax keeps a NaN that is its first operand
    if (left < 16) storePart(out, left, sums);
    else v128.store(out, sums);
  }
}

/** out (rows, i32) = matrix (rows, columns, int8) x (columns, int16), exact; columns a multiple of 8. Four rows at once. */
export function matvecInt8(out: usize, matrix: usize, rows: i32, columns: i32, x: usize): void {
  const stride = <usize>columns;
  const end = out + ((<usize>rows) << 2);
  for (; out < end; out += 16, matrix += 4 * stride) {
    const left = end - out;
    const row1 = matrix + (left > 4 ? stride : 0);
    const row2 = row1 + (left > 8 ? stride : 0);
    const row3 = row2 + (left > 12 ? stride : 0);
    let sums0 = i32x4.splat(0);
    let sums1 = i32x4.splat(0);
    let sums2 = i32x4.splat(0);
    let sums3 = i32x4.splat(0);
    for (let at: usize = 0; at < stride; at += 8) {
      const values = v128.load(x + 2 * at);
      sums0 = i32x4.add(sums0, i32x4.dot_i16x8_s(v128.load8x8_s(matrix + at), values));
      sums1 = i32x4.add(sums1, i32x4.dot_i16x8_s(v128.load8x8_s(row1 + at), values));
      sums2 = i32x4.add(sums2, i32x4.dot_i16x8_s(v128.load8x8_s(row2 + at), values));
      sums3 = i32x4.add(sums3, i32x4.dot_i16x8_s(v128.load8x8_s(row3 + at), values));
    }
    store<i32>(out, sumLanesI32(sums0));
    if (left > 4) store<i32>(out, sumLanesI32(sums1), 4);
    if (left > 8) store<i32>(out, sumLanesI32(sums2), 8);
    if (left > 12) store<i32>(out, sumLanesI32(sums3), 12);
  }
}

/** out (rows) = a sparse matrix by rows, entries starts[row] to starts[row + 1] (u16 columns), times x. */
export function sparseRows(out: usize, starts: usize, columns: usize, values: usize, rows: i32, x: usize): void {
  let entry = load<i32>(starts);
  for (let row = 0; row < rows; row++, out += 4) {
    const end = load<i32>(starts + ((<usize>(row + 1)) << 2));
    let sum0: f32 = 0;
    let sum1: f32 = 0;
    for (; entry + 2 <= end; entry += 2) {
      const at = (<usize>entry) << 2;
      const column = columns + (at >> 1);
      sum0 += load<f32>(values + at) * load<f32>(x + ((<usize>load<u16>(column)) << 2));
      sum1 += load<f32>(values + at, 4) * load<f32>(x + ((<usize>load<u16>(column, 2)) << 2));
    }
    if (entry < end) {
      const at = (<usize>entry) << 2;
      sum0 += load<f32>(values + at) * load<f32>(x + ((<usize>load<u16>(columns + (at >> 1))) << 2));
      entry++;
    }
    store<f32>(out, sum0 + sum1);
  }
}

/** out (rows) = out + the columns (inputs, rows) that `count` indices (u16) name, each times its value. */
export function addColumns(out: usize, matrix: usize, rows: i32, indices: usize, values: usize, count: i32): void {
  const stride = (<usize>rows) << 2;
  const last = indices + ((<usize>count) << 1);
  let at: usize = 0;
  // Sixteen rows stay in registers while all their columns pass.
  for (; at + 64 <= stride; at += 64) {
    let sums0 = v128.load(out + at);
    let sums1 = v128.load(out + at, 16);
    let sums2 = v128.load(out + at, 32);
    let sums3 = v128.load(out + at, 48);
    let value = values;
    for (let index = indices; index < last; index += 2, value += 4) {
      const column = matrix + <usize>load<u16>(index) * stride + at;
      const weights = v128.load32_splat(value);
      sums0 = f32x4.add(sums0, f32x4.mul(weights, v128.load(column)));
      sums1 = f32x4.add(sums1, f32x4.mul(weights, v128.load(column, 16)));
      sums2 = f32x4.add(sums2, f32x4.mul(weights, v128.load(column, 32)));
      sums3 = f32x4.add(sums3, f32x4.mul(weights, v128.load(column, 48)));
    }
    v128.store(out + at, sums0);
    v128.store(out + at, sums1, 16);
    v128.store(out + at, sums2, 32);
    v128.store(out + at, sums3, 48);
  }
  for (; at < stride; at += 4) {
    let sum = load<f32>(out + at);
    let value = values;
    for (let index = indices; index < last; index += 2, value += 4) {
      sum += load<f32>(value) * load<f32>(matrix + <usize>load<u16>(index) * stride + at);
    }
    store<f32>(out + at, sum);
  }
}

/** out = exp(x - max x) / their sum; three values are one vector, without a loop. */
export function softmax(out: usize, x: usize, length: i32): void {
  const bytes = (<usize>length) << 2;
  const vectors = bytes & ~15;
  let largest: f32 = -Infinity;
  for (let at: usize = 0; at < bytes; at += 4) largest = max(largest, load<f32>(x + at));
  const shift = f32x4.splat(largest);
  let sums = f32x4.splat(0);
  for (let at: usize = 0; at < vectors; at += 16) {
    const power = exp4(f32x4.sub(v128.load(x + at), shift));
    v128.store(out + at, power);
    sums = f32x4.add(sums, power);
  }
  let rest = f32x4.splat(0);
  if (vectors < bytes) {
    rest = expOfPart(f32x4.sub(loadPart(x + vectors, bytes - vectors, -Infinity), shift));
    sums = f32x4.add(sums, rest);
  }
  const scales = f32x4.splat(<f32>1 / sumLanesF32(sums));
  for (let at: usize = 0; at < vectors; at += 16) v128.store(out + at, f32x4.mul(v128.load(out + at), scales));
  if (vectors < bytes) storePart(out + vectors, bytes - vectors, f32x4.mul(rest, scales));
}

function expOfPart(x: v128): v128 {
  return exp4(x);
}

/** out[i] = tanh(x[i]); out may be x. */
export function tanhInto(out: usize, x: usize, length: i32): void {
  const bytes = (<usize>length) << 2;
  const vectors = bytes & ~15;
  for (let at: usize = 0; at < vectors; at += 16) v128.store(out + at, tanh4(v128.load(x + at)));
  if (vectors < bytes) storePart(out + vectors, bytes - vectors, tanh4(loadPart(x + vectors, bytes - vectors, 0)));
}

/** One to three values, filled up. */
function loadPart(x: usize, bytes: usize, filling: f32): v128 {
  let values = f32x4.replace_lane(f32x4.splat(filling), 0, load<f32>(x));
  if (bytes > 4) values = f32x4.replace_lane(values, 1, load<f32>(x, 4));
  if (bytes > 8) values = f32x4.replace_lane(values, 2, load<f32>(x, 8));
  return values;
}

function storePart(out: usize, bytes: usize, values: v128): void {
  store<f32>(out, f32x4.extract_lane(values, 0));
  if (bytes > 4) store<f32>(out, f32x4.extract_lane(values, 1), 4);
  if (bytes > 8) store<f32>(out, f32x4.extract_lane(values, 2), 8);
}
