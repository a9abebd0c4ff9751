import type { RuleAction, Severity } from "../core/verdict.js";

/** Where a value stands: UTF-16 offsets, end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * What makes the scanner ask a rule. `keyword`: one of the rule's keywords begins at `start` (ASCII case ignored).
 * `digits`: a group of digits begins at `start`. `run`: a long unbroken token that mixes letters and digits.
 * `words`: twelve words of three to eight letters in a row, from the first to the end of the twelfth; numbers of up to two
 * digits between them do not count. `at`: an `@`. `colon`: a `:` with a hexadecimal digit or another colon beside it.
 */
export type TriggerKind = "keyword" | "digits" | "run" | "words" | "at" | "colon";

/** How a rule detects: a cheap trigger, then a bounded look around it. */
export interface Detection {
  readonly on: TriggerKind;
  /** Only for `keyword`. Lower case, at least two characters; matched anywhere, so `find` checks the borders. */
  readonly keywords?: readonly string[];
  /**
   * The value near the trigger that stands at `start` to `end`, or undefined. Must read a bounded window only (a few
   * hundred characters), whatever the text: that bound is what keeps the whole scan linear.
   */
  readonly find: (text: string, start: number, end: number) => Span | undefined;
  /** Only for `digits`: not asked where fewer digits follow, with at most three other signs between and no letter. */
  readonly leastDigits?: number;
  /** Called before each text, for a `find` that keeps something between its calls. */
  readonly begin?: () => void;
}

/** One rule: what it finds, how, and what follows from it. */
export interface Rule {
  /** Stable: `PRIVACY_001`. Several detections of one idea share a rule, never an id. */
  readonly id: string;
  /** What is found, as it reads after "This looks like": "an AWS access key". */
  readonly description: string;
  readonly severity: Severity;
  readonly action: RuleAction;
  /** The kind of value, as it stands in a placeholder: upper case and underscores. */
  readonly kind: string;
  /** With the person's consent such a value is redacted instead of kept local. Never true for a credential. */
  readonly redactable?: boolean;
  /** Only texts of these projects are asked; absent: of all. A text whose project is not known is asked too. */
  readonly projects?: readonly string[];
  readonly detections: readonly Detection[];
}

/** Runs a sticky pattern at one place; undefined when it does not match there. */
export function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

/** The span of a sticky pattern at one place: its first group that took part, else the whole match. */
export function spanAt(pattern: RegExp, text: string, at: number): Span | undefined {
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const value = match[1];
  if (value === undefined) return { start: at, end: at + match[0].length };
  const start = at + match[0].lastIndexOf(value);
  return { start, end: start + value.length };
}
