import { tanh4 } from "./shared/tanh";

// Dense products. Pointers are byte offsets into the instance's own memory, 16-byte aligned; lengths are in elements.

/** Sum of a[i] * b[i], four lanes at once, in the order of `reference/dense.ts`. */
export function dot(a: usize, b: usize, length: i32): f32 {
  let sums0 = f32x4.splat(0);
  let sums1 = f32x4.splat(0);
  let index = 0;
  for (; index + 8 <= length; index += 8) {
    const at = (<usize>index) << 2;
    sums0 = f32x4.add(sums0, f32x4.mul(v128.load(a + at), v128.load(b + at)));
    sums1 = f32x4.add(sums1, f32x4.mul(v128.load(a + at, 16), v128.load(b + at, 16)));
  }
  const sums = f32x4.add(sums0, sums1);
  let sum =
    f32x4.extract_lane(sums, 0) +
    f32x4.extract_lane(sums, 1) +
    (f32x4.extract_lane(sums, 2) + f32x4.extract_lane(sums, 3));
  for (; index < length; index++) {
    const at = (<usize>index) << 2;
    sum += load<f32>(a + at) * load<f32>(b + at);
  }
  return sum;
}

/** out[i] = tanh(x[i]); out may be x. */
export function tanhInto(out: usize, x: usize, length: i32): void {
  let index = 0;
  for (; index + 4 <= length; index += 4) {
    const at = (<usize>index) << 2;
    v128.store(out + at, tanh4(v128.load(x + at)));
  }
  for (; index < length; index++) {
    const at = (<usize>index) << 2;
    store<f32>(out + at, f32x4.extract_lane(tanh4(v128.load32_splat(x + at)), 0));
  }
}
