import type { Turn } from "./turn.js";
import { entersPrompt, turnTokens } from "./turn-tokens.js";

const NOT_COUNTED = -1;

/** The newest turns of one project in memory: a ring of fixed size. A push is O(1) and allocates nothing. */
export class History {
  readonly #slots: (Turn | undefined)[];
  /** Estimate of each slot, made when it is first asked for: most turns of a long window enter no prompt. */
  readonly #tokens: Int32Array;
  readonly #maxCharacters: number;
  #newest = -1;
  #length = 0;
  #characters = 0;
  #forPrompts = 0;
  #deviceOnly = 0;
  #kept = 0;

  /** `windowTurns` and `maxCharacters` (of questions and answers together) bound it; the newest turn always stays. */
  constructor(options: { readonly windowTurns: number; readonly maxCharacters?: number }) {
    const { windowTurns, maxCharacters = Number.POSITIVE_INFINITY } = options;
    if (!Number.isSafeInteger(windowTurns) || windowTurns < 1) {
      throw new RangeError(`Cannot keep a history of ${windowTurns} turns: expected a whole number from 1`);
    }
    if (!(maxCharacters >= 0)) throw new RangeError("Cannot keep a history: maxCharacters must be 0 or more");
    this.#slots = new Array<Turn | undefined>(windowTurns).fill(undefined);
    this.#tokens = new Int32Array(windowTurns).fill(NOT_COUNTED);
    this.#maxCharacters = maxCharacters;
  }

  /** UTF-16 units of the questions and answers in it. */
  get characters(): number {
    return this.#characters;
  }

  /** A history that holds exactly these turns, newest first. */
  static of(turns: readonly Turn[]): History {
    const history = new History({ windowTurns: Math.max(1, turns.length) });
    for (let age = turns.length - 1; age >= 0; age--) history.push(turns[age]!);
    return history;
  }

  get length(): number {
    return this.#length;
  }

  /** How many of the turns have anything to add to a prompt. */
  get forPrompts(): number {
    return this.#forPrompts;
  }

  /** How many of those must not leave the device by their own mark. */
  get deviceOnly(): number {
    return this.#deviceOnly;
  }

  /** How many turns and notes a rule kept on the device. */
  get kept(): number {
    return this.#kept;
  }

  /** Adds the newest turn; the oldest ones leave when the ring or its characters are full. */
  push(turn: Turn): void {
    if (this.#length === this.#slots.length) this.#dropOldest();
    this.#newest = (this.#newest + 1) % this.#slots.length;
    this.#slots[this.#newest] = turn;
    this.#tokens[this.#newest] = NOT_COUNTED;
    this.#length++;
    this.#count(turn, 1);
    while (this.#characters > this.#maxCharacters && this.#length > 1) this.#dropOldest();
  }

  /** The turn `age` steps back, 0 for the newest; undefined beyond the oldest. */
  at(age: number): Turn | undefined {
    return age < 0 || age >= this.#length ? undefined : this.#slots[this.#slotOf(age)];
  }

  /** What the turn `age` steps back adds to a prompt, in tokens; estimated once. RangeError beyond the oldest. */
  tokensAt(age: number): number {
    const turn = this.at(age);
    if (turn === undefined) throw new RangeError(`Cannot count the tokens of turn ${age}: there are ${this.#length}`);
    const slot = this.#slotOf(age);
    if (this.#tokens[slot] === NOT_COUNTED) this.#tokens[slot] = turnTokens(turn);
    return this.#tokens[slot]!;
  }

  /** Newest first. */
  *[Symbol.iterator](): Generator<Turn, void, undefined> {
    for (let age = 0; age < this.#length; age++) yield this.at(age)!;
  }

  #slotOf(age: number): number {
    const slot = this.#newest - age;
    return slot < 0 ? slot + this.#slots.length : slot;
  }

  #dropOldest(): void {
    const oldest = this.#slotOf(this.#length - 1);
    this.#count(this.#slots[oldest]!, -1);
    this.#slots[oldest] = undefined;
    this.#length--;
  }

  #count(turn: Turn, by: 1 | -1): void {
    this.#characters += by * charactersOf(turn);
    if (wasKept(turn)) this.#kept += by;
    if (!entersPrompt(turn)) return;
    this.#forPrompts += by;
    if (turn.privacy === "device-only") this.#deviceOnly += by;
  }
}

/** Whether a rule kept a turn or note on the device. */
export function wasKept({ privacy, ruleIds }: Turn): boolean {
  return privacy === "device-only" && ruleIds.length > 0;
}

/** Size of a turn's text in UTF-16 units. */
export function charactersOf(turn: { readonly question: string; readonly answer: string }): number {
  return turn.question.length + turn.answer.length;
}
