import { type BinarySign, type PostfixSign, type PrefixSign, type Token, tokenize } from "./arithmetic-tokens.js";
import {
  add,
  bitLength,
  compare,
  divide,
  exactDecimal,
  floor,
  integerRoot,
  multiply,
  type Rational,
  rational,
  roundedDecimal,
  subtract,
} from "./rational.js";

/** What an expression comes to. */
export type Evaluation =
  | {
      readonly kind: "value";
      /** Exact, or within about 50 significant digits when `exact` is false. */
      readonly value: Rational;
      readonly exact: boolean;
      /** Signs and functions in it; 0 for a bare number. */
      readonly operations: number;
      /** The expression as it was read, so that a person sees what was reckoned: `17.5 % of 2340`. */
      readonly expression: string;
      /** The value for a person: `409.5`, `≈ 1.41421356237`, `≈ 0.333333333333 (1/3)`. */
      readonly text: string;
    }
  | { readonly kind: "undefined"; readonly expression: string; readonly reason: string }
  | { readonly kind: "too-large"; readonly expression: string; readonly reason: string }
  | { readonly kind: "invalid" };

const INVALID: Evaluation = { kind: "invalid" };
const MAX_LENGTH = 4000;

/**
 * Evaluates one expression in digits, signs or English words exactly: + - * / ^ mod, parentheses, factorial, percent
 * (`50 + 10 %` is 55), roots. Roots that are irrational are approximate. Bounded in depth, size and work; never throws.
 */
export function evaluateExpression(text: string): Evaluation {
  if (text.length > MAX_LENGTH) return INVALID;
  const tokens = tokenize(text);
  return tokens === undefined || tokens.length === 0 ? INVALID : new Evaluator(tokens).run();
}

/** A value for a person: exact where its decimal ends within 20 places, else 12 significant digits behind `≈`. */
export function formatValue(value: Rational, exact = true): string {
  if (!exact) return `≈ ${roundedDecimal(value)}`;
  if (bitLength(value.n) > 4 * MAX_BITS_SHOWN) return `≈ ${roundedDecimal(value)}`;
  const decimal = exactDecimal(value);
  if (decimal !== undefined) return decimal;
  const fraction = value.d < 10_000n && bitLength(value.n) < 64 ? ` (${value.n}/${value.d})` : "";
  return `≈ ${roundedDecimal(value)}${fraction}`;
}

const MAX_BITS_SHOWN = 330;
const MAX_DEPTH = 64;
/** Largest numerator or denominator: about 4000 digits. */
const MAX_BITS = 13_400;
const MAX_FACTORIAL = 1000n;
/** Budget of one evaluation in squared machine words; a gcd of two 4000-digit numbers takes about 44,000. */
const MAX_WORK = 2_000_000;
const APPROXIMATE_DIGITS = 60;
const PI: Rational = rational(3141592653589793238462643383279502884197169399375105820974944n, 10n ** 60n);

const PRECEDENCE: Readonly<Record<BinarySign, number>> = {
  "+": 10,
  "-": 10,
  "*": 20,
  "/": 20,
  mod: 20,
  of: 20,
  "^": 40,
};
const UNARY_PRECEDENCE = 30;
const SHOWN: Readonly<Record<BinarySign, string>> = {
  "+": "+",
  "-": "-",
  "*": "×",
  "/": "/",
  "^": "^",
  mod: "mod",
  of: "of",
};

interface Operand {
  readonly value: Rational;
  readonly exact: boolean;
  readonly text: string;
  /** A bare percentage: `10 %`. */
  readonly percent?: boolean;
  /** `1/2`, `three quarters`: may stand before `of`. */
  readonly fraction?: boolean;
  /** One written number, without a sign. */
  readonly literal?: boolean;
}

/** A Pratt parser that evaluates as it reads; undefined from a method means that the text is no expression. */
class Evaluator {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;
  #operations = 0;
  #work = 0;
  #largestApproximate: Rational = rational(0n);
  #problem: { readonly kind: "undefined" | "too-large"; readonly reason: string } | undefined;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  run(): Evaluation {
    const result = this.#expression(0);
    if (result === undefined || this.#at < this.#tokens.length) return INVALID;
    const { exact, text: expression } = result;
    const value = !exact && this.#isNoise(result.value) ? rational(0n) : result.value;
    if (this.#problem !== undefined) return { ...this.#problem, expression };
    const shown = result.percent ? percentText(value, exact) : formatValue(value, exact);
    return { kind: "value", value, exact, operations: this.#operations, expression, text: shown };
  }

  #expression(minimum: number): Operand | undefined {
    if (++this.#depth > MAX_DEPTH) return undefined;
    let left = this.#prefix();
    while (left !== undefined) {
      const token = this.#tokens[this.#at];
      if (token === undefined || token.kind === "close") break;
      if (token.kind === "postfix" && !(token.sign === "%" && this.#isModulo())) {
        this.#at++;
        left = this.#postfix(left, token.sign);
        continue;
      }
      const sign = this.#binarySign(token);
      if (sign === undefined) {
        left = undefined;
        break;
      }
      const precedence = PRECEDENCE[sign];
      if (precedence < minimum) break;
      if (token.kind === "binary" || token.kind === "postfix") this.#at++;
      const right = this.#expression(sign === "^" || sign === "of" ? precedence : precedence + 1);
      left = right === undefined ? undefined : this.#binary(left, sign, right);
    }
    this.#depth--;
    return left;
  }

  /** `17 % 5` is a remainder and `17 % + 5` a percentage: an operand behind the sign tells. */
  #isModulo(): boolean {
    const next = this.#tokens[this.#at + 1];
    return next?.kind === "number" || next?.kind === "open" || next?.kind === "prefix" || next?.kind === "pi";
  }

  #binarySign(token: Token): BinarySign | undefined {
    if (token.kind === "binary") return token.sign;
    if (token.kind === "postfix") return "mod";
    const before = this.#tokens[this.#at - 1];
    const joined = token.kind === "open" || before?.kind === "close" || token.kind === "pi"; // 2(3 + 4), (1 + 2)3, 2π
    return joined && token.kind !== "prefix" ? "*" : undefined;
  }

  #prefix(): Operand | undefined {
    const token = this.#tokens[this.#at++];
    switch (token?.kind) {
      case "number":
        return {
          value: token.value,
          exact: true,
          text: token.text,
          fraction: token.fraction,
          literal: !token.fraction,
        };
      case "pi":
        return { value: PI, exact: false, text: "π", literal: true };
      case "open": {
        const inner = this.#expression(0);
        if (inner === undefined || this.#tokens[this.#at++]?.kind !== "close") return undefined;
        return { value: inner.value, exact: inner.exact, text: `(${inner.text})`, percent: inner.percent ?? false };
      }
      case "binary": {
        if (token.sign !== "-" && token.sign !== "+") return undefined;
        const inner = this.#expression(UNARY_PRECEDENCE);
        if (inner === undefined) return undefined;
        const negative = token.sign === "-";
        const text = negative ? `-${inner.text}` : inner.text;
        return {
          ...inner,
          value: negative ? { n: -inner.value.n, d: inner.value.d } : inner.value,
          text,
          literal: false,
        };
      }
      case "prefix":
        return this.#function(token.sign);
      default:
        return undefined;
    }
  }

  #function(sign: PrefixSign): Operand | undefined {
    const operand = this.#expression(UNARY_PRECEDENCE);
    if (operand === undefined) return undefined;
    if (sign !== "negative") this.#operations++;
    const { value, exact } = operand;
    const text = operand.text.startsWith("(") || operand.literal ? operand.text : `(${operand.text})`;
    switch (sign) {
      case "sqrt":
        return this.#root(operand, 2, `√${text}`);
      case "cbrt":
        return this.#root(operand, 3, `∛${text}`);
      case "abs":
        return { value: magnitudeOf(value), exact, text: `|${operand.text}|` };
      case "negative":
        return { value: { n: -value.n, d: value.d }, exact, text: `-${text}` };
      case "twice":
        return { value: multiply(value, rational(2n)), exact, text: `2 × ${text}` };
      case "triple":
        return { value: multiply(value, rational(3n)), exact, text: `3 × ${text}` };
      case "factorial":
        return this.#factorial(operand, `${text}!`);
    }
  }

  #postfix(operand: Operand, sign: PostfixSign): Operand | undefined {
    const { value, exact, text } = operand;
    switch (sign) {
      case "%":
        if (operand.percent) return undefined;
        return {
          value: this.#kept(multiply(value, rational(1n, 100n)), exact),
          exact,
          text: `${text} %`,
          percent: true,
        };
      case "!":
        this.#operations++;
        return text.endsWith("!") ? undefined : this.#factorial(operand, `${text}!`); // a double factorial is something else
      case "squared":
        return this.#binary(operand, "^", { value: rational(2n), exact: true, text: "2" });
      case "cubed":
        return this.#binary(operand, "^", { value: rational(3n), exact: true, text: "3" });
    }
  }

  #binary(left: Operand, sign: BinarySign, right: Operand): Operand | undefined {
    if (sign === "of" && !left.percent && !left.fraction) return undefined;
    this.#operations++;
    const exact = left.exact && right.exact;
    const text = `${left.text} ${SHOWN[sign]} ${right.text}`;
    if (!this.#affords(left.value, right.value)) return { value: left.value, exact, text };
    const done = (value: Rational, facts: Partial<Operand> = {}): Operand => ({
      value: this.#kept(value, exact),
      exact,
      text,
      ...facts,
    });
    switch (sign) {
      case "+":
      case "-": {
        const change = right.percent && !left.percent ? multiply(left.value, right.value) : right.value;
        const percent = left.percent === true && right.percent === true;
        return done(sign === "+" ? add(left.value, change) : subtract(left.value, change), { percent });
      }
      case "*":
      case "of":
        return done(multiply(left.value, right.value));
      case "/":
        if (right.value.n === 0n) return this.#failed("undefined", "nothing can be divided by 0", text);
        return done(divide(left.value, right.value), { fraction: left.literal === true && right.literal === true });
      case "mod": {
        if (right.value.n === 0n) return this.#failed("undefined", "nothing has a remainder by 0", text);
        const quotient = floor(divide(left.value, right.value));
        return done(subtract(left.value, multiply(right.value, rational(quotient))));
      }
      case "^":
        return this.#power(left, right, text);
    }
  }

  #power(base: Operand, exponent: Operand, text: string): Operand {
    const { n, d } = exponent.value;
    const exact = base.exact && exponent.exact;
    if (!exponent.exact || d > 64n) return this.#failed("too-large", "such an exponent is beyond this skill", text);
    if (base.value.n === 0n && n <= 0n) {
      const reason = n === 0n ? "it has no agreed value (many programs say 1)" : "nothing can be divided by 0";
      return this.#failed("undefined", reason, text);
    }
    const magnitude = n < 0n ? -n : n;
    const bits = Math.max(bitLength(base.value.n), bitLength(base.value.d));
    const trivial = base.value.d === 1n && (base.value.n === 1n || base.value.n === -1n || base.value.n === 0n);
    if (!trivial && magnitude * BigInt(bits - 3) > BigInt(MAX_BITS))
      return this.#failed("too-large", "the result has more than 4000 digits", text);
    const steps = trivial ? 2n - (magnitude % 2n) : magnitude;
    const raised = rational(base.value.n ** steps, base.value.d ** steps);
    const value = n < 0n ? divide(rational(1n), raised) : raised;
    return d === 1n
      ? { value: this.#kept(value, exact), exact, text }
      : this.#root({ ...base, value }, Number(d), text);
  }

  #root({ value, exact }: Operand, degree: number, text: string): Operand {
    if (this.#problem !== undefined) return { value: rational(1n), exact, text };
    const negative = value.n < 0n;
    if (negative && degree % 2 === 0)
      return this.#failed("undefined", "an even root of a negative number is not a real number", text);
    const { n } = magnitudeOf(value);
    const sign = negative ? -1n : 1n;
    const rootN = integerRoot(n, degree);
    const rootD = integerRoot(value.d, degree);
    const k = BigInt(degree);
    if (rootN ** k === n && rootD ** k === value.d) return { value: rational(sign * rootN, rootD), exact, text };
    const places = APPROXIMATE_DIGITS + Math.max(0, Math.ceil((bitLength(value.d) - bitLength(n)) / 3.3 / degree));
    const scaled = (n * 10n ** BigInt(places * degree)) / value.d;
    const root = rational(sign * integerRoot(scaled, degree), 10n ** BigInt(places));
    return { value: this.#kept(root, false), exact: false, text };
  }

  #factorial({ value, exact }: Operand, text: string): Operand {
    if (value.d !== 1n || value.n < 0n || !exact)
      return this.#failed("undefined", "a factorial wants a whole number from 0", text);
    if (value.n > MAX_FACTORIAL)
      return this.#failed("too-large", `the largest factorial here is ${MAX_FACTORIAL}!`, text);
    if (this.#problem !== undefined) return { value: rational(1n), exact: true, text };
    let product = 1n;
    for (let factor = 2n; factor <= value.n; factor++) product *= factor;
    return { value: rational(product), exact: true, text };
  }

  /** Keeps an approximate value at 60 significant digits and refuses one that has outgrown its bounds. */
  #kept(value: Rational, exact: boolean): Rational {
    if (bitLength(value.n) > MAX_BITS || bitLength(value.d) > MAX_BITS) {
      this.#failed("too-large", "the result has more than 4000 digits", "");
      return rational(1n);
    }
    if (exact) return value;
    const magnitude = magnitudeOf(value);
    if (compare(magnitude, this.#largestApproximate) > 0) this.#largestApproximate = magnitude;
    if (value.d === 1n) return value;
    const places = APPROXIMATE_DIGITS + Math.max(0, Math.ceil((bitLength(value.d) - bitLength(value.n)) / 3.3));
    const scale = 10n ** BigInt(places);
    return rational((value.n * scale) / value.d, scale);
  }

  /** √2 × √2 - 2 leaves the 60th digit of a rounding behind, and no value. */
  #isNoise(value: Rational): boolean {
    return compare(multiply(magnitudeOf(value), rational(10n ** 45n)), this.#largestApproximate) < 0;
  }

  #affords(a: Rational, b: Rational): boolean {
    const words = (bitLength(a.n) + bitLength(a.d) + bitLength(b.n) + bitLength(b.d)) / 64;
    this.#work += words * words;
    if (this.#work <= MAX_WORK) return true;
    this.#failed("too-large", "it takes too much reckoning", "");
    return false;
  }

  /** Notes the first problem and reads on, to learn whether the whole text is an expression at all. */
  #failed(kind: "undefined" | "too-large", reason: string, text: string): Operand {
    this.#problem ??= { kind, reason };
    return { value: rational(1n), exact: true, text };
  }
}

function magnitudeOf({ n, d }: Rational): Rational {
  return { n: n < 0n ? -n : n, d };
}

function percentText(value: Rational, exact: boolean): string {
  return `${formatValue(multiply(value, rational(100n)), exact)} %`;
}

/** Whether two results are the same number: within one part in 10^12 when either is approximate. */
export function sameValue(a: Rational, b: Rational, relativeTolerance: Rational = rational(1n, 10n ** 12n)): boolean {
  return compare(magnitudeOf(subtract(a, b)), multiply(magnitudeOf(a), relativeTolerance)) <= 0;
}
