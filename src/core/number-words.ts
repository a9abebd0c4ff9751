import { add, multiply, parseDecimal, type Rational, rational } from "./rational.js";

const SMALL: Readonly<Record<string, number>> = {
  zero: 0,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  eleven: 11,
  twelve: 12,
  thirteen: 13,
  fourteen: 14,
  fifteen: 15,
  sixteen: 16,
  seventeen: 17,
  eighteen: 18,
  nineteen: 19,
};
const TENS: Readonly<Record<string, number>> = {
  twenty: 20,
  thirty: 30,
  forty: 40,
  fifty: 50,
  sixty: 60,
  seventy: 70,
  eighty: 80,
  ninety: 90,
};
const SCALES: Readonly<Record<string, bigint>> = {
  dozen: 12n,
  hundred: 100n,
  thousand: 1000n,
  million: 1_000_000n,
  billion: 1_000_000_000n,
  trillion: 1_000_000_000_000n,
};
const PARTS: Readonly<Record<string, bigint>> = {
  half: 2n,
  halves: 2n,
  third: 3n,
  thirds: 3n,
  quarter: 4n,
  quarters: 4n,
  fifth: 5n,
  fifths: 5n,
  sixth: 6n,
  sixths: 6n,
  seventh: 7n,
  sevenths: 7n,
  eighth: 8n,
  eighths: 8n,
  ninth: 9n,
  ninths: 9n,
  tenth: 10n,
  tenths: 10n,
};

/** What was read from the start of a word list, and how many words it took. */
export interface NumberReading {
  readonly value: Rational;
  readonly words: number;
  /** Whether it ended in a part of a whole, as `two thirds` does. */
  readonly fraction: boolean;
}

/** What `hundred`, `thousand`, `million`, `dozen`, … stand for. */
export function scaleWord(word: string): bigint | undefined {
  return Object.hasOwn(SCALES, word) ? SCALES[word] : undefined;
}

/** The part of a whole that `half`, `thirds`, `quarter`, … name, as its denominator. */
export function partWord(word: string): bigint | undefined {
  return Object.hasOwn(PARTS, word) ? PARTS[word] : undefined;
}

/**
 * Reads an English number from the words at `start`: `two hundred and five`, `three point one four`, `two thirds`,
 * `a dozen`, `five and a half`. Words are in lower case, hyphens already split. Undefined when no number starts there.
 */
export function readNumberWords(words: readonly string[], start = 0): NumberReading | undefined {
  const whole = readWhole(words, start);
  const first = words[start]!;
  if (whole === undefined) {
    const alone = first === "a" || first === "an" || first === "one" ? partWord(words[start + 1] ?? "") : undefined;
    if (alone !== undefined) return { value: rational(1n, alone), words: 2, fraction: true };
    const part = first === "half" || first === "quarter" ? partWord(first) : undefined;
    return part === undefined ? undefined : { value: rational(1n, part), words: 1, fraction: true };
  }
  let at = start + whole.words;
  const part = partWord(words[at] ?? "");
  if (part !== undefined) return { value: rational(whole.value, part), words: at - start + 1, fraction: true };
  let value = rational(whole.value);
  if (words[at] === "point") {
    let decimals = "";
    for (
      let digit = SMALL[words[at + 1] ?? ""];
      digit !== undefined && digit < 10;
      digit = SMALL[words[at + 1] ?? ""]
    ) {
      decimals += digit;
      at++;
    }
    if (decimals === "") return undefined;
    at++;
    value = add(value, parseDecimal(`0.${decimals}`)!);
    const scale = scaleWord(words[at] ?? "");
    if (scale !== undefined) {
      value = multiply(value, rational(scale));
      at++;
    }
  } else if (words[at] === "and" && words[at + 1] === "a" && partWord(words[at + 2] ?? "") !== undefined) {
    value = add(value, rational(1n, partWord(words[at + 2]!)!));
    at += 3;
  }
  return { value, words: at - start, fraction: false };
}

function readWhole(words: readonly string[], start: number): { value: bigint; words: number } | undefined {
  let total = 0n;
  let group: bigint | undefined; // below 1000; undefined until a word was read
  let lowest = Number.POSITIVE_INFINITY; // what may still follow: `twenty` takes a unit, a unit takes nothing
  let lastScale = 0n;
  let at = start;
  for (; at < words.length; at++) {
    const word = words[at]!;
    const small = Object.hasOwn(SMALL, word) ? SMALL[word]! : undefined;
    const tens = Object.hasOwn(TENS, word) ? TENS[word]! : undefined;
    const scale = scaleWord(word);
    if (small !== undefined && (lowest === 20 ? small > 0 && small < 10 : lowest > 20)) {
      group = (group ?? 0n) + BigInt(small);
      lowest = 0;
    } else if (tens !== undefined && lowest > 20) {
      group = (group ?? 0n) + BigInt(tens);
      lowest = 20;
    } else if (scale !== undefined && group !== undefined && group > 0n && (scale <= 100n ? group < 100n : true)) {
      if (scale === 12n) return { value: total + group * 12n, words: at + 1 - start };
      if (scale === 100n) {
        if (lowest === 100) break;
        group *= 100n;
        lowest = 100;
      } else {
        if (lastScale !== 0n && scale >= lastScale) break;
        total += group * scale;
        lastScale = scale;
        group = 0n;
        lowest = 1000;
      }
    } else if ((word === "a" || word === "an") && at === start && scaleWord(words[at + 1] ?? "") !== undefined) {
      group = 1n;
      lowest = 0;
    } else if (word === "and" && (lowest === 100 || lowest === 1000) && followsAnd(words[at + 1])) {
      // `two hundred and five`: the next word continues the number
    } else break;
  }
  return group === undefined ? undefined : { value: total + group, words: at - start };
}

function followsAnd(word: string | undefined): boolean {
  return word !== undefined && (Object.hasOwn(TENS, word) || (Object.hasOwn(SMALL, word) && word !== "zero"));
}
