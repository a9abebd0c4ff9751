// Math.exp and Math.log differ between runtimes in the last bit, and a bit grows over thousands of steps. These use only
// operations that IEEE 754 fixes, so that a seed trains the same weights everywhere.

const LN2_HIGH = 0.6931471803691238; // ln 2 in two parts (fdlibm), so that k * LN2_HIGH is exact
const LN2_LOW = 1.9082149292705877e-10;
const TERMS = 14;

/** e to the power of x for x <= 0; relative error below 1e-15. Zero below -745, NaN for NaN. */
export function portableExp(x: number): number {
  if (!(x > -745)) return x <= -745 ? 0 : Number.NaN;
  const power = Math.floor(0.5 - x / Math.LN2);
  const rest = x + power * LN2_HIGH + power * LN2_LOW;
  let sum = 1;
  for (let term = TERMS; term > 0; term--) sum = 1 + (sum * rest) / term;
  let factor = 0.5;
  for (let bits = power; bits > 0; bits >>= 1) {
    if (bits & 1) sum *= factor;
    factor *= factor;
  }
  return sum;
}

/** Natural logarithm for x >= 1 (a softmax's sum); relative error below 1e-15. NaN for anything else but Infinity. */
export function portableLog(x: number): number {
  if (!(x >= 1) || x === Number.POSITIVE_INFINITY) return x === Number.POSITIVE_INFINITY ? x : Number.NaN;
  let power = 0;
  let mantissa = x;
  while (mantissa > Math.SQRT2) {
    mantissa /= 2;
    power++;
  }
  // ln m = 2 artanh((m - 1) / (m + 1)), and |(m - 1) / (m + 1)| <= 0.172.
  const ratio = (mantissa - 1) / (mantissa + 1);
  const square = ratio * ratio;
  let sum = 0;
  for (let term = 23; term > 0; term -= 2) sum = sum * square + 1 / term;
  return power * LN2_HIGH + (2 * ratio * sum + power * LN2_LOW);
}
