import { isAlphanumeric, isDigit, isHex } from "./characters.js";
import { KeywordAutomaton } from "./keyword-automaton.js";
import type { Detection, Rule } from "./rule.js";

/** Receives one match: the number of the rule and the span. */
export type OnMatch = (rule: number, start: number, end: number) => void;

/** What one pass saw beyond its matches; decides whether slower passes are worth making. */
export interface Survey {
  /** A run of at least 24 letters, digits and `+/_-=`: may be base64 or hexadecimal. */
  longRuns: boolean;
  percents: number;
  lineBreaks: number;
  controls: number;
  /** Surrogates without their other half. */
  loneSurrogates: number;
}

const DIGIT = 1;
const LETTER = 2;
const RUN = 4;
const OTHER = 8;
const SHORTEST_RUN = 14;
const LONG_RUN = 24;
const WORDS_IN_ROW = 12;

/** Class of each code unit below 128. */
function classTable(): Uint8Array {
  const table = new Uint8Array(128);
  for (let code = 0; code < 128; code++) {
    if (isDigit(code)) table[code] = DIGIT | RUN;
    else if (isAlphanumeric(code)) table[code] = LETTER | RUN;
    else if (code === 45 || code === 95) table[code] = RUN;
    else if (code < 32 || code === 37 || code === 58 || code === 64 || code === 127) table[code] = OTHER;
  }
  return table;
}

/**
 * Asks every rule about one text, in one pass: an automaton for all keywords, character classes for digits, long runs,
 * `@` and `:`. Each rule then looks at a bounded window, and never again at what it has already matched. O(length).
 * Not reentrant: a `find` must not scan.
 */
export class Scanner {
  readonly #automaton: KeywordAutomaton;
  readonly #keywordRule: readonly number[];
  readonly #keywordLength: readonly number[];
  readonly #keywordFind: readonly Detection["find"][];
  readonly #byTrigger: Readonly<Record<Exclude<Detection["on"], "keyword">, readonly [number, Detection["find"]][]>>;
  /** Where each rule's last match ended; all zero between scans. */
  readonly #matchedUntil: Int32Array;
  readonly #classes = classTable();
  #dirty = false;
  /** Where the words of the present row of short words begin: a ring of the latest twelve. */
  readonly #wordStarts = new Int32Array(WORDS_IN_ROW);
  #wordsInRow = 0;
  readonly #begin: (() => void)[] = [];
  /** Beside each detection that is asked at digits. */
  readonly #leastDigits: number[] = [];

  constructor(rules: readonly Rule[]) {
    const keywords: string[] = [];
    const keywordRule: number[] = [];
    const keywordFind: Detection["find"][] = [];
    const byTrigger: Record<Exclude<Detection["on"], "keyword">, [number, Detection["find"]][]> = {
      digits: [],
      run: [],
      words: [],
      at: [],
      colon: [],
    };
    rules.forEach((rule, number) => {
      for (const detection of rule.detections) {
        if (detection.begin !== undefined) this.#begin.push(detection.begin);
        if (detection.on !== "keyword") {
          if (detection.on === "digits") this.#leastDigits.push(detection.leastDigits ?? 0);
          byTrigger[detection.on].push([number, detection.find]);
          continue;
        }
        for (const keyword of detection.keywords ?? []) {
          keywords.push(keyword);
          keywordRule.push(number);
          keywordFind.push(detection.find);
        }
      }
    });
    this.#automaton = new KeywordAutomaton(keywords);
    this.#keywordRule = keywordRule;
    this.#keywordLength = keywords.map((keyword) => keyword.length);
    this.#keywordFind = keywordFind;
    this.#byTrigger = byTrigger;
    this.#matchedUntil = new Int32Array(rules.length);
  }

  /** Scans `text` and adds to `survey` what it saw. */
  scan(text: string, survey: Survey, onMatch: OnMatch): void {
    const { columnOf, rows, rowStates, onlyColumn, onlyChild, failure, firstOutput, outputs, columns } =
      this.#automaton;
    const classes = this.#classes;
    const { length } = text;
    let state = 0;
    let runStart = 0;
    let runKinds = 0;
    this.#wordsInRow = 0;
    for (const begin of this.#begin) begin();
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index);
      const column = columnOf[code]!;
      if (column === 0) state = 0;
      else {
        // KeywordAutomaton.step, written out: this loop runs once for each character of every text.
        while (state >= rowStates && onlyColumn[state] !== column) state = failure[state]!;
        state = state < rowStates ? rows[state * columns + column]! : onlyChild[state]!;
        let output = firstOutput[state]!;
        if (output !== 0) {
          for (; outputs[output]! >= 0; output++) {
            const keyword = outputs[output]!;
            const start = index + 1 - this.#keywordLength[keyword]!;
            this.#ask(this.#keywordRule[keyword]!, this.#keywordFind[keyword]!, text, start, index + 1, onMatch);
          }
        }
      }
      const kind = code < 128 ? classes[code]! : OTHER;
      if ((kind & RUN) !== 0) {
        if (runKinds === 0) runStart = index;
        if ((kind & DIGIT) !== 0 && (runKinds === 0 || !isDigit(text.charCodeAt(index - 1)))) {
          this.#askDigits(text, index, onMatch);
        }
        runKinds |= kind;
        continue;
      }
      if (runKinds !== 0) {
        this.#endRun(text, runStart, index, runKinds, survey, onMatch);
        runKinds = 0;
      }
      if (kind === 0) continue;
      if (code === 10) survey.lineBreaks++;
      else if (code === 64) this.#askAll("at", text, index, index + 1, onMatch);
      else if (code === 58) {
        if (isColonOfAddress(text, index)) this.#askAll("colon", text, index, index + 1, onMatch);
      } else if (code === 37) survey.percents++;
      else if (code < 32 || code === 127) {
        if (code !== 9 && code !== 13 && code !== 12) survey.controls++;
      } else if (code >= 0xd800 && code <= 0xdfff) {
        const paired =
          code < 0xdc00
            ? (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00
            : index > 0 && (text.charCodeAt(index - 1) & 0xfc00) === 0xd800;
        if (!paired) survey.loneSurrogates++;
      }
    }
    if (runKinds !== 0) this.#endRun(text, runStart, length, runKinds, survey, onMatch);
    if (this.#dirty) this.#matchedUntil.fill(0);
    this.#dirty = false;
  }

  #endRun(text: string, start: number, end: number, kinds: number, survey: Survey, onMatch: OnMatch): void {
    const width = end - start;
    if (width < SHORTEST_RUN) {
      if (kinds === (LETTER | RUN) && width >= 3 && width <= 8) this.#countWord(text, start, end, onMatch);
      else if (kinds !== (DIGIT | RUN) || width > 2) this.#wordsInRow = 0;
      return;
    }
    this.#wordsInRow = 0;
    if (end - start >= LONG_RUN) survey.longRuns = true;
    if ((kinds & DIGIT) !== 0 && (kinds & LETTER) !== 0) this.#askAll("run", text, start, end, onMatch);
  }

  #countWord(text: string, start: number, end: number, onMatch: OnMatch): void {
    const count = this.#wordsInRow++;
    this.#wordStarts[count % WORDS_IN_ROW] = start;
    if (count < WORDS_IN_ROW - 1) return;
    const first = this.#wordStarts[(count + 1) % WORDS_IN_ROW]!;
    for (const [rule, find] of this.#byTrigger.words) this.#ask(rule, find, text, first, end, onMatch);
  }

  #askDigits(text: string, start: number, onMatch: OnMatch): void {
    const end = digitsEnd(text, start);
    const reachable = isDeepInRow(text, start, end) ? 0 : digitsFrom(text, start);
    const detections = this.#byTrigger.digits;
    for (let index = 0; index < detections.length; index++) {
      if (this.#leastDigits[index]! > reachable) continue;
      const [rule, find] = detections[index]!;
      this.#ask(rule, find, text, start, end, onMatch);
    }
  }

  #askAll(trigger: Exclude<Detection["on"], "keyword">, text: string, start: number, end: number, onMatch: OnMatch) {
    for (const [rule, find] of this.#byTrigger[trigger]) this.#ask(rule, find, text, start, end, onMatch);
  }

  #ask(rule: number, find: Detection["find"], text: string, start: number, end: number, onMatch: OnMatch): void {
    if (start < this.#matchedUntil[rule]!) return;
    const span = find(text, start, end);
    if (span === undefined || span.end <= this.#matchedUntil[rule]!) return;
    this.#matchedUntil[rule] = Math.max(span.end, end);
    this.#dirty = true;
    onMatch(rule, span.start, span.end);
  }
}

/** End of the group of digits that begins at `start`; at most 64 digits are looked at. */
function digitsEnd(text: string, start: number): number {
  const limit = Math.min(text.length, start + 64);
  let end = start + 1;
  while (end < limit && isDigit(text.charCodeAt(end))) end++;
  return end;
}

/** Whether a group of one or two digits follows two others like it: a row of numbers, whose beginning was asked about. */
function isDeepInRow(text: string, start: number, end: number): boolean {
  if (end - start > 2 || start < 4) return false;
  let at = start;
  for (let group = 0; group < 2; group++) {
    if (text.charCodeAt(at - 1) !== 32) return false;
    const last = at - 1;
    at = last;
    while (at > 0 && last - at < 3 && isDigit(text.charCodeAt(at - 1))) at--;
    if (at === last || last - at > 2) return false;
  }
  return true;
}

/** Digits from `start` on with at most three other signs between two of them, and no letter; 20 at most are counted. */
function digitsFrom(text: string, start: number): number {
  let digits = 0;
  let between = 0;
  for (let at = start; at < text.length && digits < 20; at++) {
    const code = text.charCodeAt(at);
    if (isDigit(code)) {
      digits++;
      between = 0;
    } else if (++between > 3 || isAlphanumeric(code)) return digits;
  }
  return digits;
}

function isColonOfAddress(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  const after = text.charCodeAt(at + 1);
  return (isHex(before) || before === 58) && (isHex(after) || after === 58);
}
