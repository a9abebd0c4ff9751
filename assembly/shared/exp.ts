// exp by x = n ln 2 + r and a polynomial of degree 6 (the coefficients of Cephes' expf): relative error below 2e-7 from -87 to 88.

/** exp of four lanes; below -87 it stays at 1.6e-38, above 88 at 1.7e38. NaN stays NaN. */
// @inline
export function exp4(argument: v128): v128 {
  const x = f32x4.pmax(f32x4.pmin(argument, f32x4.splat(88)), f32x4.splat(-87));
  const whole = f32x4.nearest(f32x4.mul(x, f32x4.splat(<f32>Math.LOG2E)));
  // ln 2 in two parts, the first of which has few digits: the product with a whole number is exact.
  let rest = f32x4.sub(x, f32x4.mul(whole, f32x4.splat(0.693359375)));
  rest = f32x4.sub(rest, f32x4.mul(whole, f32x4.splat(-2.1219444e-4)));
  let sum = f32x4.splat(1.98756915e-4);
  sum = f32x4.add(f32x4.mul(sum, rest), f32x4.splat(1.3981999507e-3));
  sum = f32x4.add(f32x4.mul(sum, rest), f32x4.splat(8.3334519073e-3));
  sum = f32x4.add(f32x4.mul(sum, rest), f32x4.splat(4.1665795894e-2));
  sum = f32x4.add(f32x4.mul(sum, rest), f32x4.splat(1.6666665459e-1));
  sum = f32x4.add(f32x4.mul(sum, rest), f32x4.splat(0.5));
  sum = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(sum, rest), rest), rest), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(whole), i32x4.splat(127)), 23);
  return f32x4.mul(sum, power);
}
