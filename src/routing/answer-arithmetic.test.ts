import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkEquations } from "./answer-arithmetic.js";

describe("checkEquations", () => {
  test.each([
    ["2 + 2 = 4", 1, 0, 0],
    ["2 + 2 = 5", 1, 1, 1],
    ["so 12 * 7 = <<12*7=84>>84 eggs", 1, 0, 0],
    ["84 tomatoes / 3 tomatoes = 27 vines", 1, 1, 0],
    ["16 (eggs) - 3 (breakfast) - 4 (muffins) = 9 eggs", 1, 0, 0],
    ["The total is 8 * $5 = $40.", 1, 0, 0],
    ["100 * $14.50 = $1450", 1, 0, 0],
    ["1,000 + 234 = 1,234", 1, 0, 0],
    ["10 / 3 = 3.33", 1, 0, 0],
    ["10 / 3 = 3.4", 1, 1, 1],
    ["1/3 = 0.333333333333", 1, 0, 0],
    ["30% of 180 = 54", 1, 0, 0],
    ["2 x 3 = 2 * 3 = 6", 1, 0, 0],
    ["x = 8", 0, 0, 0],
    ["x * 4 = 32", 0, 0, 0],
    ["def f(a=1): return a == 2", 0, 0, 0],
    ["(2 + 3) * 4 = 20", 1, 0, 0],
    ["(-3) + 5 = 2", 1, 0, 0],
    ["-3 + 5 = 2", 1, 1, 0],
    ["We get 2 + 2 = 5", 1, 1, 1],
    ["5 - 8 = -3", 1, 0, 0],
    ["2^10 = 1024", 1, 0, 0],
    ["7 ÷ 0 = 0", 0, 0, 0],
  ])("%s has %i equations, %i wrong, %i plainly", (text, count, wrong, plainlyWrong) => {
    expect(checkEquations(text)).toMatchObject({ count, wrong, plainlyWrong });
  });

  test("believes every sum that is right", () => {
    const whole = fc.integer({ min: 0, max: 9999 });
    fc.assert(
      fc.property(whole, whole, fc.constantFrom("+", "-", "*"), (a, b, sign) => {
        const value = sign === "+" ? a + b : sign === "-" ? a - b : a * b;
        expect(checkEquations(`We get ${a} ${sign} ${b} = ${value}.`).wrong).toBe(0);
        expect(checkEquations(`We get ${a} ${sign} ${b} = ${value + 1}.`).plainlyWrong).toBe(1);
      }),
    );
  });

  test("never throws, and stays linear in hostile texts", () => {
    fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => void checkEquations(text)));
    fc.assert(
      fc.property(fc.array(fc.constantFrom(..."0123456789+-*/^()=%. x$"), { maxLength: 200 }), (signs) => {
        checkEquations(signs.join(""));
      }),
    );
    const least = (text: string): number => {
      const times = Array.from({ length: 15 }, () => {
        const start = performance.now();
        checkEquations(text);
        return performance.now() - start;
      });
      return Math.min(...times);
    };
    for (const piece of ["(", "1+", "=1", "1 a ", "-", "%", "(1=", "1+1=3 "]) {
      const long = least(piece.repeat(20_000 / piece.length));
      expect(long).toBeLessThan(100 * Math.max(least(piece.repeat(2000 / piece.length)), 1)); // 10 when linear, 100 when quadratic
    }
  });
});
