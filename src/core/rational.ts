/** An exact quotient of two integers, in lowest terms, `d` above 0. */
export interface Rational {
  readonly n: bigint;
  readonly d: bigint;
}

/** The quotient n / d in lowest terms. Throws RangeError for d = 0. */
export function rational(n: bigint, d = 1n): Rational {
  if (d === 0n) throw new RangeError("Cannot build a rational: the denominator is 0, wanted any other integer");
  if (d === 1n) return { n, d };
  const divisor = greatestCommonDivisor(n, d);
  const sign = d < 0n ? -1n : 1n;
  return { n: (sign * n) / divisor, d: (sign * d) / divisor };
}

/** A decimal such as `12.5`, `-3`, `1.5e-3`, read exactly; undefined when it is none or its exponent is beyond 4000. */
export function parseDecimal(text: string): Rational | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,5}))?$/i.exec(text);
  if (match === null) return undefined;
  const digits = `${match[2] ?? ""}${match[3] ?? ""}`;
  const exponent = Number(match[4] ?? "0") - (match[3]?.length ?? 0);
  if (digits === "" || Math.abs(exponent) > MAX_EXPONENT) return undefined;
  const n = BigInt(`${match[1] === "-" ? "-" : ""}${digits}`);
  return exponent >= 0 ? rational(n * 10n ** BigInt(exponent)) : rational(n, 10n ** BigInt(-exponent));
}

const MAX_EXPONENT = 4000;

export function add(a: Rational, b: Rational): Rational {
  return a.d === b.d ? rational(a.n + b.n, a.d) : rational(a.n * b.d + b.n * a.d, a.d * b.d);
}

export function subtract(a: Rational, b: Rational): Rational {
  return add(a, { n: -b.n, d: b.d });
}

export function multiply(a: Rational, b: Rational): Rational {
  return rational(a.n * b.n, a.d * b.d);
}

/** Throws RangeError for b = 0. */
export function divide(a: Rational, b: Rational): Rational {
  return rational(a.n * b.d, a.d * b.n);
}

/** Below, at or above 0 as `a` is less than, equal to or greater than `b`. */
export function compare(a: Rational, b: Rational): number {
  const difference = a.n * b.d - b.n * a.d;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The largest integer not above the value. */
export function floor({ n, d }: Rational): bigint {
  return n >= 0n || n % d === 0n ? n / d : n / d - 1n;
}

/** The nearest integer, halves away from zero. */
export function roundHalfAway({ n, d }: Rational): bigint {
  return n < 0n ? -((-2n * n + d) / (2n * d)) : (2n * n + d) / (2n * d);
}

/** Always at least 1 unless both are 0 (Euclid). */
export function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let x = a < 0n ? -a : a;
  let y = b < 0n ? -b : b;
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

/** Bits of the magnitude, rounded up to whole hexadecimal digits: the size that costs are reckoned by. */
export function bitLength(value: bigint): number {
  return (value < 0n ? -value : value).toString(16).length * 4;
}

/** The largest integer whose `degree`-th power is not above `value` (Newton). Wants value at or above 0, degree 1 or more. */
export function integerRoot(value: bigint, degree: number): bigint {
  if (value < 0n || degree < 1)
    throw new RangeError(`Cannot take a root: got ${value} and degree ${degree}, wanted value >= 0 and degree >= 1`);
  if (value < 2n || degree === 1) return value;
  const k = BigInt(degree);
  let guess = 1n << BigInt(Math.ceil(bitLength(value) / degree) + 1);
  for (;;) {
    const next = ((k - 1n) * guess + value / guess ** (k - 1n)) / k;
    if (next >= guess) return guess;
    guess = next;
  }
}

/** The decimal that equals the value exactly; undefined when it does not end within `maxDecimals` places. */
export function exactDecimal(value: Rational, maxDecimals = 20): string | undefined {
  let rest = value.d;
  let twos = 0;
  let fives = 0;
  for (; rest % 2n === 0n && twos <= maxDecimals; twos++) rest /= 2n;
  for (; rest % 5n === 0n && fives <= maxDecimals; fives++) rest /= 5n;
  const places = Math.max(twos, fives);
  if (rest !== 1n || places > maxDecimals) return undefined;
  return placePoint((value.n * 10n ** BigInt(places)) / value.d, places);
}

/** The value rounded to so many significant digits, trailing zeros dropped; `a × 10^b` when very large or small. */
export function roundedDecimal(value: Rational, significantDigits = 12): string {
  if (value.n === 0n) return "0";
  const magnitude: Rational = { n: value.n < 0n ? -value.n : value.n, d: value.d };
  let exponent = magnitude.n.toString().length - magnitude.d.toString().length;
  if (compare(magnitude, powerOfTen(exponent)) < 0) exponent--;
  let places = significantDigits - 1 - exponent;
  let digits = roundHalfAway(multiply(magnitude, powerOfTen(places)));
  if (digits >= 10n ** BigInt(significantDigits)) {
    digits /= 10n;
    places--;
    exponent++;
  }
  const sign = value.n < 0n ? "-" : "";
  if (exponent >= -7 && exponent < 21)
    return sign + (places >= 0 ? placePoint(digits, places) : String(digits * 10n ** BigInt(-places)));
  return `${sign}${placePoint(digits, significantDigits - 1)} × 10^${exponent}`;
}

function powerOfTen(exponent: number): Rational {
  return exponent >= 0 ? { n: 10n ** BigInt(exponent), d: 1n } : { n: 1n, d: 10n ** BigInt(-exponent) };
}

function placePoint(digits: bigint, places: number): string {
  const sign = digits < 0n ? "-" : "";
  const text = String(digits < 0n ? -digits : digits).padStart(places + 1, "0");
  const fraction = places === 0 ? "" : text.slice(-places).replace(/0+$/, "");
  return `${sign}${text.slice(0, text.length - places)}${fraction === "" ? "" : `.${fraction}`}`;
}

/** The value as a double, right to the last bit or the one beside it. */
export function toNumber(value: Rational): number {
  const text = roundedDecimal(value, 17).replace(" × 10^", "e");
  return Number(text);
}
