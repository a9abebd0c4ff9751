import { expect, test } from "vitest";
import { rationalTanh } from "./tanh.js";

test("the rational tanh is within 4e-7 of Math.tanh, odd, and never beyond 1", () => {
  let worst = 0;
  for (let step = 0; step <= 400_000; step++) {
    const x = step * 2.5e-5;
    const y = rationalTanh(x);
    worst = Math.max(worst, Math.abs(y - Math.tanh(x)));
    if (y > 1 || rationalTanh(-x) !== -y) throw new Error(`tanh(${x}) came to ${y}`);
  }
  expect(worst).toBeLessThan(4e-7);
});

test("keeps what is special", () => {
  expect(rationalTanh(Number.NaN)).toBeNaN();
  expect(rationalTanh(-0)).toBe(-0);
  expect(rationalTanh(1e-40)).toBe(1e-40);
  expect(rationalTanh(5e-324)).toBe(5e-324);
  expect(rationalTanh(Number.POSITIVE_INFINITY)).toBeCloseTo(1, 6);
  expect(rationalTanh(Number.NEGATIVE_INFINITY)).toBeCloseTo(-1, 6);
});
