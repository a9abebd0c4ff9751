import type { Turn } from "./turn.js";

/** The newest turns of one project in memory: a ring of fixed size. A push is O(1) and allocates nothing. */
export class History {
  readonly #slots: (Turn | undefined)[];
  readonly #maxCharacters: number;
  #newest = -1;
  #length = 0;
  #characters = 0;

  /** `windowTurns` and `maxCharacters` (of questions and answers together) bound it; the newest turn always stays. */
  constructor(options: { readonly windowTurns: number; readonly maxCharacters?: number }) {
    const { windowTurns, maxCharacters = Number.POSITIVE_INFINITY } = options;
    if (!Number.isSafeInteger(windowTurns) || windowTurns < 1) {
      throw new RangeError(`Cannot keep a history of ${windowTurns} turns: expected a whole number from 1`);
    }
    if (!(maxCharacters >= 0)) throw new RangeError("Cannot keep a history: maxCharacters must be 0 or more");
    this.#slots = new Array<Turn | undefined>(windowTurns).fill(undefined);
    this.#maxCharacters = maxCharacters;
  }

  get length(): number {
    return this.#length;
  }

  /** Adds the newest turn; the oldest ones leave when the ring or its characters are full. */
  push(turn: Turn): void {
    if (this.#length === this.#slots.length) this.#dropOldest();
    this.#newest = (this.#newest + 1) % this.#slots.length;
    this.#slots[this.#newest] = turn;
    this.#length++;
    this.#characters += charactersOf(turn);
    while (this.#characters > this.#maxCharacters && this.#length > 1) this.#dropOldest();
  }

  /** The turn `age` steps back, 0 for the newest; undefined beyond the oldest. */
  at(age: number): Turn | undefined {
    if (age < 0 || age >= this.#length) return undefined;
    return this.#slots[(this.#newest - age + this.#slots.length) % this.#slots.length];
  }

  /** Newest first. */
  *[Symbol.iterator](): Generator<Turn, void, undefined> {
    for (let age = 0; age < this.#length; age++) yield this.at(age)!;
  }

  #dropOldest(): void {
    const oldest = (this.#newest - this.#length + 1 + this.#slots.length) % this.#slots.length;
    this.#characters -= charactersOf(this.#slots[oldest]!);
    this.#slots[oldest] = undefined;
    this.#length--;
  }
}

/** Size of a turn's text in UTF-16 units. */
export function charactersOf(turn: { readonly question: string; readonly answer: string }): number {
  return turn.question.length + turn.answer.length;
}
