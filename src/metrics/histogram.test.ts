import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BUCKET_BOUNDS, BUCKET_COUNT, bucketOf, emptyHistogram, observeValue, quantile } from "./histogram.js";

const measured = fc.double({ min: -1000, max: 1e12, noNaN: true });

describe("buckets", () => {
  test("run from a microsecond in milliseconds to a gigabyte", () => {
    expect(BUCKET_BOUNDS[0]).toBe(2 ** -10);
    expect(BUCKET_BOUNDS.at(-1)).toBe(2 ** 30);
    expect(BUCKET_COUNT).toBe(162);
  });

  test("hold a value that is exactly their upper bound, and not the next one up", () => {
    BUCKET_BOUNDS.forEach((bound, index) => {
      expect(bucketOf(bound)).toBe(index);
      expect(bucketOf(bound * (1 + Number.EPSILON))).toBe(index + 1);
    });
  });

  test("hold every value between their bounds", () => {
    fc.assert(
      fc.property(measured, (value) => {
        const index = bucketOf(value);
        expect(value).toBeLessThanOrEqual(BUCKET_BOUNDS[index] ?? Number.POSITIVE_INFINITY);
        expect(value).toBeGreaterThan(index === 0 ? Number.NEGATIVE_INFINITY : BUCKET_BOUNDS[index - 1]!);
      }),
    );
  });
});

describe("a quantile", () => {
  test("is within one bucket's growth of the exact one", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.001, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 200 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (values, q) => {
          const histogram = emptyHistogram();
          for (const value of values) observeValue(histogram, value);
          const exact = values.sort((a, b) => a - b)[Math.max(0, Math.ceil(q * values.length) - 1)]!;
          const estimate = quantile(histogram, q);
          expect(estimate / exact).toBeGreaterThanOrEqual(2 ** -0.25 - 1e-9);
          expect(estimate / exact).toBeLessThanOrEqual(2 ** 0.25 + 1e-9);
        },
      ),
    );
  });

  test("never leaves what was observed, and never falls as the share grows", () => {
    fc.assert(
      fc.property(fc.array(measured, { minLength: 1, maxLength: 50 }), (values) => {
        const histogram = emptyHistogram();
        for (const value of values) observeValue(histogram, value);
        let last = Number.NEGATIVE_INFINITY;
        for (const q of [0, 0.1, 0.5, 0.9, 0.99, 1]) {
          const estimate = quantile(histogram, q);
          expect(estimate).toBeGreaterThanOrEqual(Math.min(...values));
          expect(estimate).toBeLessThanOrEqual(Math.max(...values));
          expect(estimate).toBeGreaterThanOrEqual(last);
          last = estimate;
        }
      }),
    );
  });

  test("of nothing is not a number, and of a share beyond 1 is an error", () => {
    expect(quantile(emptyHistogram(), 0.5)).toBeNaN();
    expect(() => quantile(emptyHistogram(), 50)).toThrow(/expected a share from 0 to 1, got 50/);
  });
});
