import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluateExpression } from "./arithmetic.js";
import { add, compare, divide, multiply, type Rational, rational, subtract } from "./rational.js";

function said(text: string): string {
  const result = evaluateExpression(text);
  return result.kind === "value" ? result.text : result.kind;
}

const TABLE: readonly (readonly [text: string, result: string])[] = [
  ["12*7", "84"],
  ["0.1+0.2", "0.3"],
  ["2^3^2", "512"],
  ["-2^2", "-4"],
  ["2^-2", "0.25"],
  ["(1/3)+(1/6)", "0.5"],
  ["1/3", "≈ 0.333333333333 (1/3)"],
  ["1,234.5 * 2", "2469"],
  ["1.234,5 * 2", "2469"],
  ["1e3 + 1.5e-1", "1000.15"],
  ["6 ÷ 4 − 1 × 2", "-0.5"],
  ["2(3+4)", "14"],
  ["(1+2)(3+4)", "21"],
  ["17.5 % of 2340", "409.5"],
  ["17,5 % von 2340", "409.5"],
  ["20 pour cent de 50", "10"],
  ["50 + 10 %", "55"],
  ["100 - 20 %", "80"],
  ["10 % + 5 %", "15 %"],
  ["17 % 5", "2"],
  ["-7 mod 3", "2"],
  ["5!", "120"],
  ["100!/98!", "9900"],
  ["√16 + 9", "13"],
  ["sqrt(2)", "≈ 1.41421356237"],
  ["sqrt 3", "≈ 1.73205080757"],
  ["square root of 12345.678", "≈ 111.111106556"],
  ["cube root of 27", "3"],
  ["(-8)^(1/3)", "-2"],
  ["4^0.5", "2"],
  ["sqrt(2)*sqrt(2)-2", "≈ 0"],
  ["2 to the 10th power", "1024"],
  ["five squared", "25"],
  ["half of 90", "45"],
  ["two thirds of 90", "60"],
  ["3/4 of 100", "75"],
  ["twice 12", "24"],
  ["ten divided by four", "2.5"],
  ["twenty-one times two", "42"],
  ["negative five plus 2", "-3"],
  ["0xff + 0b11", "258"],
  ["1.5 million / 3", "500000"],
  ["10k * 3", "30000"],
  ["2 * pi", "≈ 6.28318530718"],
  ["5 / 0", "undefined"],
  ["1 / (2 - 2)", "undefined"],
  ["7 mod 0", "undefined"],
  ["0^0", "undefined"],
  ["sqrt(-4)", "undefined"],
  ["0.5!", "undefined"],
  ["9^9^9", "too-large"],
  ["10^100000", "too-large"],
  ["2000!", "too-large"],
  ["1e4000 * 1e4000", "too-large"],
  ["5 / 0 apples", "invalid"],
  ["7 of 9", "invalid"],
  ["3 4", "invalid"],
  ["3 +", "invalid"],
  ["(3", "invalid"],
  ["3)", "invalid"],
  ["3!!", "invalid"],
  ["1.2.3", "invalid"],
  ["two and three", "invalid"],
  ["3 + constructor", "invalid"],
  ["", "invalid"],
];

describe("evaluateExpression", () => {
  test.each(TABLE)("%s comes to %s", (text, result) => {
    expect(said(text)).toBe(result);
  });

  test("shows the expression as it was read", () => {
    expect(evaluateExpression("6/2(1+2)")).toMatchObject({ expression: "6 / 2 × (1 + 2)", text: "9", operations: 3 });
    expect(evaluateExpression("1,000")).toMatchObject({ expression: "1000", operations: 0 });
  });

  test("equals a model in exact quotients on any expression tree", () => {
    const tree = fc.letrec<{ node: Tree }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 6, withCrossShrink: true },
        fc.nat(10_000).map((n): Tree => ({ text: String(n), value: rational(BigInt(n)) })),
        fc.tuple(fc.constantFrom("+", "-", "*", "/"), tie("node"), tie("node")).map(
          ([sign, a, b]): Tree => ({
            text: `(${a.text} ${sign} ${b.text})`,
            value: a.value === undefined || b.value === undefined ? undefined : apply(sign, a.value, b.value),
          }),
        ),
      ),
    })).node;
    fc.assert(
      fc.property(tree, ({ text, value }) => {
        const result = evaluateExpression(text);
        if (value === undefined) expect(result.kind).toBe("undefined");
        else expect(result).toMatchObject({ kind: "value", value, exact: true });
      }),
      { numRuns: 500 },
    );
  });

  test("binds as the usual precedence does", () => {
    const number = fc.nat(99);
    fc.assert(
      fc.property(number, number, number, number, (a, b, c, d) => {
        const result = evaluateExpression(`${a} + ${b} * ${c} - ${d}`);
        expect(result).toMatchObject({ value: { n: BigInt(a + b * c - d) } });
      }),
    );
  });

  test("takes roots to 12 digits and more", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 1_000_000 }), (n) => {
        const result = evaluateExpression(`sqrt(${n})`);
        if (result.kind !== "value") throw new Error("a root was expected");
        const error = subtract(multiply(result.value, result.value), rational(BigInt(n)));
        const size = error.n < 0n ? { n: -error.n, d: error.d } : error;
        expect(compare(size, rational(1n, 10n ** 50n))).toBeLessThan(0);
      }),
    );
  });

  test("never throws, and is quick, whatever the text", () => {
    const alphabet = fc.constantFrom(
      ..."0123456789.,+-*/^%!()√π²½ exk",
      " of ",
      " half ",
      " plus ",
      "sqrt",
      "one ",
      " to the ",
      "th",
    );
    fc.assert(
      fc.property(fc.array(alphabet, { maxLength: 60 }), (pieces) => {
        expect(evaluateExpression(pieces.join("")).kind).toMatch(/^(?:value|undefined|too-large|invalid)$/);
      }),
      { numRuns: 3000 },
    );
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void evaluateExpression(text)));
  });

  test("bounds its work: hostile expressions cost little more than a long sum", () => {
    const cost = (text: string): number => {
      const start = performance.now();
      for (let round = 0; round < 5; round++) evaluateExpression(text);
      return performance.now() - start;
    };
    const plain = Math.max(cost(`${"1234+".repeat(790)}1`), 1);
    for (const hostile of [
      `${"1000!*".repeat(600)}1`,
      `${"9^".repeat(1900)}9`,
      "(".repeat(3900),
      `${"1/7919+1/7907+".repeat(280)}1`,
      "(1/7919)^900 + (1/7907)^900 + (1/7901)^900",
    ])
      expect(cost(hostile) / plain).toBeLessThan(100);
  });
});

interface Tree {
  readonly text: string;
  /** Undefined below a division by zero. */
  readonly value: Rational | undefined;
}

function apply(sign: string, a: Rational, b: Rational): Rational | undefined {
  if (sign === "+") return add(a, b);
  if (sign === "-") return subtract(a, b);
  if (sign === "*") return multiply(a, b);
  return b.n === 0n ? undefined : divide(a, b);
}
