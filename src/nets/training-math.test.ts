import { expect, test } from "vitest";
import { portableExp, portableLog } from "./training-math.js";

test("the exponential is right to 1e-14 of itself down to where numbers lose digits", () => {
  for (let x = 0; x > -708; x -= 0.0371) expect(Math.abs(portableExp(x) / Math.exp(x) - 1)).toBeLessThan(1e-14);
  expect(portableExp(0)).toBe(1);
  expect(portableExp(-800)).toBe(0);
  expect(portableExp(Number.NEGATIVE_INFINITY)).toBe(0);
  expect(portableExp(Number.NaN)).toBeNaN();
});

test("the logarithm is right to 1e-14 from 1 upwards", () => {
  for (let x = 1; x < 1e9; x *= 1.0137)
    expect(Math.abs(portableLog(x) - Math.log(x))).toBeLessThanOrEqual(1e-14 * Math.log(x) + 1e-17);
  expect(portableLog(1)).toBe(0);
  expect(portableLog(Number.NaN)).toBeNaN();
});
