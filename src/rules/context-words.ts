/** How far ahead of a question a stretch is read, so that the next questions find it done. */
const AHEAD = 512;
/** Longest match that may lie across the border of two stretches. */
const OVERLAP = 32;

/**
 * Words near a place, asked for again and again in ascending order: each stretch of a text is searched once, not once for
 * each number that stands in it. A detection that keeps one calls `begin` before each text.
 */
export class ContextWords {
  readonly #pattern: RegExp;
  /** Where the matches of the text begin, what they are, and how far the text was read. */
  readonly #starts: number[] = [];
  readonly #words: string[] = [];
  #from = 0;
  #to = -1;

  constructor(pattern: RegExp) {
    this.#pattern = new RegExp(pattern.source, pattern.flags.includes("g") ? pattern.flags : `${pattern.flags}g`);
  }

  readonly begin = (): void => {
    this.#starts.length = 0;
    this.#words.length = 0;
    this.#to = -1;
  };

  /** Whether a word begins in the `reach` characters before `start`, or in the `after` ones from `end` on. */
  isNear(text: string, start: number, reach: number, end: number = start, after = 0): boolean {
    this.#read(text, Math.max(0, start - reach), Math.min(text.length, end + after));
    for (let index = this.#starts.length - 1; index >= 0; index--) {
      const at = this.#starts[index]!;
      if (at < start - reach) return false;
      if (at < start || (at >= end && at < end + after)) return true;
    }
    return false;
  }

  /** The words near a place, the latest first. */
  near(text: string, start: number, reach: number, end: number, after: number): readonly string[] {
    this.#read(text, Math.max(0, start - reach), Math.min(text.length, end + after));
    let found: string[] | undefined;
    for (let index = this.#starts.length - 1; index >= 0; index--) {
      const at = this.#starts[index]!;
      if (at < start - reach) break;
      if (at < start || (at >= end && at < end + after)) {
        found ??= [];
        found.push(this.#words[index]!);
      }
    }
    return found ?? NONE;
  }

  #read(text: string, from: number, to: number): void {
    if (this.#to >= 0 && to <= this.#to && from >= this.#from) return;
    if (this.#to < 0 || from > this.#to || from < this.#from) {
      this.begin();
      this.#from = from;
      this.#to = from;
    }
    const begin = Math.max(this.#from, this.#to - OVERLAP);
    const end = Math.min(text.length, to + AHEAD);
    const last = this.#starts.at(-1) ?? -1;
    for (const match of text.slice(begin, end).matchAll(this.#pattern)) {
      const at = begin + match.index;
      if (at <= last) continue;
      this.#starts.push(at);
      this.#words.push(match[0]);
    }
    this.#to = end;
  }
}

const NONE: readonly string[] = [];
