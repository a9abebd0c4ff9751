const LIMIT = 7.905311107635498;

/**
 * tanh as the quotient of polynomials of degree 13 and 6 that `assembly/shared/tanh.ts` computes in f32, with Eigen's
 * coefficients; here in f64, for twins that store an f32. Within 4e-7 of tanh, odd, in [-1, 1]; NaN stays NaN. Six times
 * as fast as `Math.tanh`, and, unlike it, the same number in every runtime.
 */
export function rationalTanh(argument: number): number {
  const x = Math.max(-LIMIT, Math.min(LIMIT, argument));
  const square = x * x;
  let over = -5.6416762410444755e-14 * square + 4.087417207402143e-11;
  over = over * square - 1.7583789182401143e-8;
  over = over * square + 1.0467499187504161e-5;
  over = over * square + 3.0360983153184112e-3;
  over = over * square + 0.1302255336823433;
  over = over * square + 1;
  let under = 2.4486609330362513e-4 * square + 2.4222763997786688e-2;
  under = under * square + 0.46355838509634517;
  under = under * square + 1;
  return (x * over) / under;
}
