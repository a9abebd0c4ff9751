import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  add,
  compare,
  divide,
  exactDecimal,
  floor,
  integerRoot,
  multiply,
  parseDecimal,
  rational,
  roundedDecimal,
  roundHalfAway,
  subtract,
  toNumber,
} from "./rational.js";

const quotient = fc
  .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.bigInt({ min: 1n, max: 10n ** 30n }))
  .map(([n, d]) => rational(n, d));

describe("rational", () => {
  test("keeps lowest terms and a positive denominator", () => {
    expect(rational(6n, -4n)).toEqual({ n: -3n, d: 2n });
    expect(rational(0n, 7n)).toEqual({ n: 0n, d: 1n });
    expect(() => rational(1n, 0n)).toThrow(RangeError);
  });

  test("is a field", () => {
    fc.assert(
      fc.property(quotient, quotient, quotient, (a, b, c) => {
        expect(multiply(a, add(b, c))).toEqual(add(multiply(a, b), multiply(a, c)));
        expect(add(subtract(a, b), b)).toEqual(a);
        if (b.n !== 0n) expect(multiply(divide(a, b), b)).toEqual(a);
        expect(compare(a, b)).toBe(-compare(b, a) + 0);
      }),
    );
  });

  test("floors and rounds, halves away from zero", () => {
    expect([floor(rational(-7n, 2n)), floor(rational(7n, 2n)), floor(rational(-4n))]).toEqual([-4n, 3n, -4n]);
    expect([rational(5n, 2n), rational(-5n, 2n), rational(7n, 3n)].map(roundHalfAway)).toEqual([3n, -3n, 2n]);
  });

  test("reads a decimal back that it wrote", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }), fc.nat(18), (n, places) => {
        const value = rational(n, 10n ** BigInt(places));
        expect(parseDecimal(exactDecimal(value)!)).toEqual(value);
      }),
    );
  });

  test("says when a decimal does not end", () => {
    expect(exactDecimal(rational(1n, 3n))).toBeUndefined();
    expect(exactDecimal(rational(1n, 1n << 30n))).toBeUndefined();
    expect(exactDecimal(rational(-1n, 8n))).toBe("-0.125");
  });

  test("rounds to significant digits", () => {
    expect(roundedDecimal(rational(2n, 3n), 4)).toBe("0.6667");
    expect(roundedDecimal(rational(9999n), 2)).toBe("10000");
    expect(roundedDecimal(rational(10n ** 30n, 3n), 3)).toBe("3.33 × 10^29");
    expect(roundedDecimal(rational(1n, 3n * 10n ** 12n), 3)).toBe("3.33 × 10^-13");
    expect(roundedDecimal(rational(-5n, 100n), 3)).toBe("-0.05");
  });

  test("agrees with doubles to 15 digits", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e200, max: 1e200 }), (x) => {
        fc.pre(x === 0 || Math.abs(x) > 1e-200);
        const value = parseDecimal(String(x))!;
        expect(Math.abs(toNumber(value) - x)).toBeLessThanOrEqual(Math.abs(x) * 1e-15);
      }),
    );
  });

  test("takes integer roots by their definition", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 60n }), fc.integer({ min: 1, max: 9 }), (value, degree) => {
        const root = integerRoot(value, degree);
        expect(root ** BigInt(degree) <= value).toBe(true);
        expect((root + 1n) ** BigInt(degree) > value).toBe(true);
      }),
    );
  });
});
