import { seededRandom } from "../../../src/core/random.js";

export const DIGITS = "0123456789";
export const LOWER = "abcdefghijklmnopqrstuvwxyz";
export const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
export const HEX = "0123456789abcdef";
export const BASE36: string = DIGITS + LOWER;
export const BASE62: string = DIGITS + LOWER + UPPER;
export const BASE64: string = `${UPPER}${LOWER}${DIGITS}+/`;
export const URL_SAFE: string = `${BASE62}-_`;

/** A source of chance with the shapes that texts are made of: the same seed gives the same texts. */
export class Sampler {
  readonly #random: { next(): number };

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** A whole number from 0 to `end`, exclusive. */
  below(end: number): number {
    return Math.floor(this.#random.next() * end);
  }

  /** A whole number from `first` to `last`, both included. */
  between(first: number, last: number): number {
    return first + this.below(last - first + 1);
  }

  chance(share: number): boolean {
    return this.#random.next() < share;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!;
  }

  /** So many different items, in a random order. */
  some<Item>(items: readonly Item[], count: number): Item[] {
    const left = [...items];
    return Array.from({ length: Math.min(count, left.length) }, () => left.splice(this.below(left.length), 1)[0]!);
  }

  /** Characters of an alphabet. */
  text(length: number, alphabet: string): string {
    let text = "";
    for (let index = 0; index < length; index++) text += alphabet[this.below(alphabet.length)];
    return text;
  }

  digits(length: number): string {
    return this.text(length, DIGITS);
  }

  hex(length: number): string {
    return this.text(length, HEX);
  }

  /** Base 62 with at least one digit and one letter of each case, as vendors' generators nearly always give. */
  token(length: number, alphabet: string = BASE62): string {
    for (;;) {
      const token = this.text(length, alphabet);
      if (/\d/.test(token) && /[a-zA-Z]/.test(token)) return token;
    }
  }

  uuid(): string {
    return `${this.hex(8)}-${this.hex(4)}-4${this.hex(3)}-${this.pick(["8", "9", "a", "b"])}${this.hex(3)}-${this.hex(12)}`;
  }

  /** Fills `#` with a digit, `@` with a capital, and `{name}` from `parts`. */
  fill(template: string, parts: Readonly<Record<string, string>> = {}): string {
    return template
      .replace(/[#@]/g, (mark) => (mark === "#" ? String(this.below(10)) : UPPER[this.below(26)]!))
      .replace(/\{(\w+)\}/g, (whole, name: string) => parts[name] ?? whole);
  }
}

/** A family of texts that a rule should, or should not, speak up on. */
export interface SampleFamily {
  readonly name: string;
  make(sampler: Sampler): string;
}

/** `count` texts of a family, the same every time. */
export function samplesOf(family: SampleFamily, count: number, seed = 1): string[] {
  const sampler = new Sampler(seed);
  return Array.from({ length: count }, () => family.make(sampler));
}
