import { evaluateExpression, formatValue } from "../../core/arithmetic.js";
import {
  add,
  compare,
  divide,
  exactDecimal,
  greatestCommonDivisor,
  multiply,
  type Rational,
  rational,
  roundedDecimal,
  roundHalfAway,
} from "../../core/rational.js";
import type { Asked } from "./asking.js";
import { divisorsOf, isPrime, LARGEST_FACTORED, nextPrime, primeFactors } from "./primes.js";

/** Facts about one number or a list of numbers: statistics, divisors, rounding, fractions, bases. */
export function parseNumberFact({ sentence, subject }: Asked): string | (() => string) | undefined {
  if (subject.length > 2000) return undefined;
  return (
    parseList(subject) ??
    parseRounding(subject) ??
    parseFraction(subject) ??
    parseBase(subject) ??
    parseVerdict(sentence)
  );
}

const STATISTIC =
  /^(?:find |get )?(?:the )?(average|mean|sum|total|median|min|minimum|smallest|lowest|max|maximum|largest|biggest|highest|product|gcd|gcf|hcf|greatest common (?:divisor|factor)|highest common factor|lcm|(?:least|lowest) common multiple)\b(?: value| number)?(?: of| between|:| in)?(?: (?:the|these|following|numbers|values))*:?\s*[([]?([-\d.,;\s/and&½¼¾]+|[-a-z\d.,;\s&]+)[)\]]?$/i;

function parseList(subject: string): string | undefined {
  const run =
    /^(?:the )?sum of (?:all )?(?:the )?(?:whole )?(?:numbers |integers )?(?:from )?(\d{1,15}) (?:to|through) (\d{1,15})$/i.exec(
      subject,
    );
  if (run !== null) {
    const [from, to] = [BigInt(run[1]!), BigInt(run[2]!)];
    return from > to
      ? undefined
      : `The sum of the whole numbers from ${from} to ${to} is ${((from + to) * (to - from + 1n)) / 2n}`;
  }
  const match = STATISTIC.exec(subject) ?? /^(add)(?: up)?(?: together)?:? ([-\d.,;\sand&]+)$/i.exec(subject);
  if (match === null) return undefined;
  const values = readList(match[2]!);
  if (values === undefined) return undefined;
  const word = match[1]!.toLowerCase();
  const list = values.map((value) => formatValue(value)).join(", ");
  const sum = values.reduce(add);
  const sorted = [...values].sort(compare);
  switch (true) {
    case /^(?:average|mean)$/.test(word):
      return sentenceOf(`The average of ${list}`, divide(sum, rational(BigInt(values.length))));
    case /^(?:sum|total|add)$/.test(word):
      return sentenceOf(`The sum of ${list}`, sum);
    case word === "product":
      return values.length > 50 ? undefined : sentenceOf(`The product of ${list}`, values.reduce(multiply));
    case word === "median": {
      const upper = sorted[values.length >> 1]!;
      const lower = sorted[(values.length - 1) >> 1]!;
      return sentenceOf(`The median of ${list}`, divide(add(lower, upper), rational(2n)));
    }
    case /^(?:min|smallest|lowest$)/.test(word):
      return sentenceOf(`The smallest of ${list}`, sorted[0]!);
    case /^(?:max|largest|biggest|highest$)/.test(word):
      return sentenceOf(`The largest of ${list}`, sorted[sorted.length - 1]!);
    default:
      return commonDivisorOrMultiple(word, values, list);
  }
}

function commonDivisorOrMultiple(word: string, values: readonly Rational[], list: string): string | undefined {
  if (values.some(({ n, d }) => d !== 1n || n <= 0n) || values.length > 50) return undefined;
  const integers = values.map(({ n }) => n);
  if (/^(?:gc|hcf|great|highest)/.test(word))
    return `The greatest common divisor of ${list} is ${integers.reduce(greatestCommonDivisor)}`;
  const multiple = integers.reduce((a, b) => (a / greatestCommonDivisor(a, b)) * b);
  return `The least common multiple of ${list} is ${multiple}`;
}

function sentenceOf(subject: string, value: Rational): string {
  const text = formatValue(value);
  const shown = subject.length <= 120 ? subject : `${subject.slice(0, 117)}…`;
  return text.startsWith("≈") ? `${shown} ${text}` : `${shown} is ${text}`;
}

/** At least two bare numbers. A comma without a space separates, unless the list is separated in another way as well. */
function readList(text: string): Rational[] | undefined {
  const spaced = text.trim().split(/,\s+(?:and\s+)?|;\s*|\s+and\s+|\s*&\s*/i);
  const parts = spaced.length > 1 ? spaced : text.trim().split(/\s*,\s*|\s+/);
  if (parts.length < 2 || parts.length > 500) return undefined;
  const values: Rational[] = [];
  for (const part of parts) {
    const read = evaluateExpression(part);
    if (read.kind !== "value" || !read.exact || (read.operations > 0 && !/^\d+\/\d+$/.test(part))) return undefined;
    values.push(read.value);
  }
  return values;
}

const NEAREST: Readonly<Record<string, bigint>> = {
  integer: 1n,
  "whole number": 1n,
  one: 1n,
  unit: 1n,
  ten: 10n,
  hundred: 100n,
  thousand: 1000n,
  million: 1_000_000n,
};

function parseRounding(subject: string): string | undefined {
  const match =
    /^(?:round(?:ed)?(?: off)? )?(.{1,80}?)(?: rounded)?(?: off)? to (?:(?:the )?nearest (\w{1,20}(?: number)?)|(\d{1,2}|\w{3,5}) (decimal places?|decimals?|places?|d\.?p\.?|digits?|significant (?:figures?|digits?)|sig(?:nificant)? figs?))$/i.exec(
      subject,
    ) ?? /^round(?: off)? (.{1,80})$/i.exec(subject);
  if (match === null) return undefined;
  const read = evaluateExpression(match[1]!.replace(/^round(?:ed)?(?: off)? /i, ""));
  if (read.kind !== "value") return undefined;
  const { value, expression } = read;
  if (match[4] === undefined) {
    const nearest = match[2]?.toLowerCase() ?? "integer";
    const step = Object.hasOwn(NEAREST, nearest) ? NEAREST[nearest]! : /^\d{1,9}$/.test(nearest) ? BigInt(nearest) : 0n;
    if (step === 0n) return undefined;
    const rounded = roundHalfAway(divide(value, rational(step))) * step;
    return `${expression} rounded to the nearest ${match[2] ?? "whole number"} is ${rounded}`;
  }
  const count = evaluateExpression(match[3]!);
  if (count.kind !== "value" || count.value.d !== 1n || count.value.n > 40n || count.value.n < 0n) return undefined;
  const places = Number(count.value.n);
  if (/^sig/i.test(match[4]))
    return places === 0
      ? undefined
      : `${expression} to ${places} significant figures is ${roundedDecimal(value, places)}`;
  const scale = 10n ** BigInt(places);
  const text = exactDecimal(rational(roundHalfAway(multiply(value, rational(scale))), scale), places)!;
  return `${expression} rounded to ${places} decimal ${places === 1 ? "place" : "places"} is ${padDecimals(text, places)}`;
}

function padDecimals(text: string, places: number): string {
  if (places === 0) return text;
  const [whole, fraction = ""] = text.split(".");
  return `${whole}.${fraction.padEnd(places, "0")}`;
}

function parseFraction(subject: string): string | undefined {
  const match =
    /^(?:convert |write |express )?(.{1,60}?) (?:as|to|in|into) (?:an? )?(fraction|decimal|percent|percentage)(?: number| form)?$/i.exec(
      subject,
    ) ?? /^(simplify|reduce) (\d{1,30} ?\/ ?\d{1,30})$/i.exec(subject);
  if (match === null) return undefined;
  const simplify = /^(?:simplify|reduce)$/i.test(match[1]!);
  const read = evaluateExpression(simplify ? match[2]! : match[1]!);
  if (read.kind !== "value" || !read.exact) return undefined;
  const { value, expression } = read;
  const wish = simplify ? "fraction" : match[2]!.toLowerCase();
  if (wish === "fraction") return `${expression} is ${value.d === 1n ? value.n : `${value.n}/${value.d}`}`;
  if (wish === "decimal")
    return /^0[xbo]/i.test(match[1]!) || read.operations > 0 ? sentenceOf(match[1]!, value) : undefined;
  const percent = formatValue(multiply(value, rational(100n)));
  return `${expression} is ${percent.replace(/ \(.*$/, "")} %`;
}

const BASES: Readonly<Record<string, readonly [radix: number, prefix: string, name: string]>> = {
  hex: [16, "0x", "hexadecimal"],
  hexadecimal: [16, "0x", "hexadecimal"],
  binary: [2, "0b", "binary"],
  octal: [8, "0o", "octal"],
  decimal: [10, "", "decimal"],
};

function parseBase(subject: string): string | undefined {
  const match =
    /^(?:convert )?(?:the )?(?:(hex|hexadecimal|binary|octal|decimal)(?: number)? )?([\da-fx]{1,300}|0[bo][0-7]{1,300})(?: (?:from |in )?(hex|hexadecimal|binary|octal|decimal))? (?:as|to|in|into) (hex|hexadecimal|binary|octal|decimal)(?: number)?$/i.exec(
      subject,
    );
  if (match === null) return undefined;
  const digits = match[2]!.toLowerCase();
  const stated = (match[1] ?? match[3])?.toLowerCase();
  const [, prefix] = stated === undefined ? [10, ""] : BASES[stated]!;
  const written = /^0[xbo]/.test(digits) ? digits : prefix + digits;
  if (!/^(?:\d+|0x[\da-f]+|0b[01]+|0o[0-7]+)$/.test(written)) return undefined;
  const [radix, sign, name] = BASES[match[4]!.toLowerCase()]!;
  return `${stated === undefined ? match[2]! : written} is ${sign}${BigInt(written).toString(radix)} in ${name}`;
}

/** Yes-or-no questions and lists about whole numbers, up to 10^12 where factors are wanted. */
function parseVerdict(sentence: string): (() => string) | undefined {
  const prime = /^is (?:the number )?([\d,]{1,20}) (?:a )?prime(?: number)?$/i.exec(sentence);
  if (prime !== null)
    return withInteger(prime[1]!, (n) => {
      if (isPrime(n)) return `Yes, ${n} is prime.`;
      return n < 2
        ? `No, ${n} is not prime: primes begin at 2.`
        : `No, ${n} is not prime: ${n} is ${primeFactors(n).join(" × ")}.`;
    });
  const parity = /^is (?:the number )?(-?[\d,]{1,20}) (?:an? )?(even|odd)(?: number)?(?: or (?:odd|even))?$/i.exec(
    sentence,
  );
  if (parity !== null)
    return withInteger(parity[1]!.replace("-", ""), (n) => {
      const found = n % 2 === 0 ? "even" : "odd";
      const asked = parity[2]!.toLowerCase();
      if (/ or /i.test(sentence)) return `${parity[1]} is ${found}.`;
      return `${found === asked ? "Yes" : "No"}, ${parity[1]} is ${found}.`;
    });
  const divisible = /^is ([\d,]{1,20}) (?:evenly )?divisible by ([\d,]{1,20})$/i.exec(sentence);
  if (divisible === null) return undefined;
  return withInteger(divisible[1]!, (n) => {
    const by = Number(divisible[2]!.replaceAll(",", ""));
    if (by === 0) return "No: nothing can be divided by 0.";
    return n % by === 0 ? `Yes: ${n} / ${by} is ${n / by}.` : `No: ${n} divided by ${by} leaves ${n % by}.`;
  });
}

/** Orders about one whole number: prime factors, divisors, the next prime. */
export function asIntegerRequest({ subject }: Asked): (() => string) | undefined {
  const factors =
    /^(?:the )?(?:prime factors of|prime factori[sz]ation of|factori[sz]e|factor) (?:the number )?([\d,]{1,20})(?: into primes)?$/i.exec(
      subject,
    );
  if (factors !== null)
    return withInteger(factors[1]!, (n) =>
      n < 2
        ? `${n} has no prime factors.`
        : `${n} is ${primeFactors(n).join(" × ")}${isPrime(n) ? " (it is prime)" : ""}`,
    );
  const divisors = /^(?:(?:all )?(?:the )?(?:factors|divisors) of) ([\d,]{1,20})$/i.exec(subject);
  if (divisors !== null)
    return withInteger(divisors[1]!, (n) =>
      n < 1 ? "Every whole number divides 0." : `The divisors of ${n} are ${divisorsOf(n).join(", ")}`,
    );
  const next =
    /^(?:the )?(?:next|first) prime(?: number)? (?:after|above|greater than|larger than) ([\d,]{1,20})$/i.exec(subject);
  if (next !== null) return withInteger(next[1]!, (n) => `The next prime after ${n} is ${nextPrime(n)}`);
  return undefined;
}

function withInteger(digits: string, answer: (n: number) => string): (() => string) | undefined {
  const n = Number(digits.replaceAll(",", ""));
  return digits.replaceAll(",", "") === "" || n > LARGEST_FACTORED ? undefined : () => answer(n);
}
