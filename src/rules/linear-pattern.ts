import { isWord } from "./characters.js";

/** A pattern that cannot be read, or that linear time does not allow; `at` is the offset of the trouble in the pattern. */
export class PatternError extends Error {
  override readonly name: string = "PatternError";
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

/** Where a pattern matched: offsets, end exclusive. */
export interface Match {
  readonly start: number;
  readonly end: number;
}

/** Pairs of first and last code unit, ascending. */
type Ranges = readonly (readonly [number, number])[];

type Node =
  | { readonly kind: "set"; readonly ranges: Ranges }
  | { readonly kind: "edge"; readonly edge: "start" | "end" | "word" | "inside" }
  | { readonly kind: "all"; readonly parts: readonly Node[] }
  | { readonly kind: "any"; readonly options: readonly Node[] }
  | { readonly kind: "repeat"; readonly part: Node; readonly least: number; readonly most: number };

type Instruction =
  | { readonly kind: "set"; readonly ranges: Ranges }
  | { readonly kind: "edge"; readonly edge: "start" | "end" | "word" | "inside" }
  | { readonly kind: "split"; readonly targets: number[] }
  | { readonly kind: "match" };

/** Instructions a pattern may need; `{n,m}` copies its part m times. */
const MAX_PROGRAM = 500;
const MAX_REPEAT = 250;
const EVERY: Ranges = [[0, 0xffff]];
const DIGITS: Ranges = [[48, 57]];
const WORDS: Ranges = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
];
const SPACES: Ranges = [
  [9, 13],
  [32, 32],
  [0xa0, 0xa0],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x3000, 0x3000],
];

/**
 * A regular expression matched in time proportional to text times pattern, whatever both hold: all ways are followed at once
 * (Thompson, "Regular expression search algorithm", 1968). Literals, `.`, classes, `\d \w \s \b`, groups, `|`, `* + ? {n,m}`,
 * `^` and `$` for the ends of the text; no back reference, no look-around, no lazy repetition. The longest match counts.
 */
export class LinearPattern {
  readonly #program: readonly Instruction[];
  readonly #node: Node;
  readonly #ignoreCase: boolean;

  /** Throws a PatternError that says where and what. */
  constructor(source: string, options: { readonly ignoreCase?: boolean } = {}) {
    this.#ignoreCase = options.ignoreCase ?? false;
    this.#node = new Parser(source).parse();
    const program: Instruction[] = [];
    emit(this.#node, program);
    if (matchesNothing(this.#node)) throw new PatternError("it matches the empty text", 0);
    program.push({ kind: "match" });
    this.#program = program;
  }

  /** The leftmost, longest match that begins at `from` or later and ends at `to` or before. O(to - from). */
  find(text: string, from = 0, to: number = text.length): Match | undefined {
    return this.searcher().find(text, from, to);
  }

  /** A search over windows of one text that move on: what two of them share is read once. */
  searcher(): WindowSearch {
    return new WindowSearch(this.#program, this.#ignoreCase);
  }

  /** The longest text, in lower case, that every match holds; "" when there is none. */
  get requiredText(): string {
    return requiredText(this.#node).toLowerCase();
  }
}

/** Follows all ways of a pattern through a text, from window to window. */
export class WindowSearch {
  readonly #program: readonly Instruction[];
  readonly #ignoreCase: boolean;
  /** Where the thread at each instruction began, -1 for none; the earliest wins. */
  #now: Int32Array;
  #next: Int32Array;
  #live = 0;
  #at = -1;
  #best: Match | undefined;
  readonly #stack: number[] = [];

  constructor(program: readonly Instruction[], ignoreCase: boolean) {
    this.#program = program;
    this.#ignoreCase = ignoreCase;
    this.#now = new Int32Array(program.length).fill(-1);
    this.#next = new Int32Array(program.length).fill(-1);
  }

  /** Forgets the text that was read; the next window may be of another. */
  reset(): void {
    this.#at = -1;
  }

  /**
   * The leftmost, longest match from `from` to `to`. Windows of one text must be asked for in ascending order; a match that
   * began in an earlier window counts for this one when it ends in it.
   */
  find(text: string, from: number, to: number): Match | undefined {
    if (this.#at < 0 || from > this.#at) this.#restart(from);
    let last = this.#best;
    for (; this.#at <= to; this.#at++) {
      const at = this.#at;
      // A match is whole once no thread is left that could make it longer.
      if (this.#best !== undefined && this.#live === 0) {
        last = this.#best;
        const whole = last;
        this.#restart(Math.max(whole.end, at));
        if (whole.start >= from) return whole;
      }
      if (this.#best === undefined) this.#follow(this.#now, 0, at, at, text);
      if (at === to || at === text.length) break;
      this.#step(text, at);
    }
    const best = this.#best ?? last;
    return best !== undefined && best.start >= from ? best : undefined;
  }

  #restart(at: number): void {
    this.#now.fill(-1);
    this.#next.fill(-1);
    this.#best = undefined;
    this.#live = 0;
    this.#at = at;
  }

  #step(text: string, at: number): void {
    const program = this.#program;
    const code = text.charCodeAt(at);
    const now = this.#now;
    const next = this.#next;
    const bestStart = this.#best?.start ?? Number.POSITIVE_INFINITY;
    this.#live = 0;
    for (let index = 0; index < program.length; index++) {
      const start = now[index]!;
      if (start < 0 || start > bestStart) continue;
      const instruction = program[index]!;
      if (instruction.kind === "set" && this.#contains(instruction.ranges, code))
        this.#follow(next, index + 1, start, at + 1, text);
    }
    this.#now = next;
    this.#next = now.fill(-1);
  }

  #follow(threads: Int32Array, first: number, start: number, at: number, text: string): void {
    const program = this.#program;
    const stack = this.#stack;
    stack.push(first);
    while (stack.length > 0) {
      const index = stack.pop()!;
      if (threads[index]! >= 0 && threads[index]! <= start) continue;
      threads[index] = start;
      const instruction = program[index]!;
      switch (instruction.kind) {
        case "set":
          this.#live++;
          break;
        case "split":
          for (const target of instruction.targets) stack.push(target);
          break;
        case "edge":
          if (holds(instruction.edge, text, at)) stack.push(index + 1);
          break;
        case "match":
          if (
            this.#best === undefined ||
            start < this.#best.start ||
            (start === this.#best.start && at > this.#best.end)
          )
            this.#best = { start, end: at };
          break;
        default:
          instruction satisfies never;
      }
    }
  }

  #contains(ranges: Ranges, code: number): boolean {
    if (isIn(ranges, code)) return true;
    if (!this.#ignoreCase) return false;
    const character = String.fromCharCode(code);
    const other = character === character.toLowerCase() ? character.toUpperCase() : character.toLowerCase();
    return other.length === 1 && isIn(ranges, other.charCodeAt(0));
  }
}

function isIn(ranges: Ranges, code: number): boolean {
  for (const [first, last] of ranges) if (code >= first && code <= last) return true;
  return false;
}

function holds(edge: "start" | "end" | "word" | "inside", text: string, at: number): boolean {
  if (edge === "start") return at === 0;
  if (edge === "end") return at === text.length;
  const border = isWord(text.charCodeAt(at - 1)) !== isWord(text.charCodeAt(at));
  return border === (edge === "word");
}

function matchesNothing(node: Node): boolean {
  switch (node.kind) {
    case "set":
      return false;
    case "edge":
      return true;
    case "all":
      return node.parts.every(matchesNothing);
    case "any":
      return node.options.some(matchesNothing);
    case "repeat":
      return node.least === 0 || matchesNothing(node.part);
    default:
      return node satisfies never;
  }
}

function requiredText(node: Node): string {
  if (node.kind === "set") return literal(node) ?? "";
  if (node.kind === "repeat") return node.least > 0 ? requiredText(node.part) : "";
  if (node.kind !== "all") return "";
  let longest = "";
  let run = "";
  for (const part of node.parts) {
    const character = part.kind === "set" ? literal(part) : undefined;
    if (character !== undefined) {
      run += character;
      if (run.length > longest.length) longest = run;
      continue;
    }
    if (part.kind !== "edge") run = "";
    const inner = part.kind === "set" ? "" : requiredText(part);
    if (inner.length > longest.length) longest = inner;
  }
  return longest;
}

function literal(node: { readonly ranges: Ranges }): string | undefined {
  const [only] = node.ranges;
  return node.ranges.length === 1 && only![0] === only![1] ? String.fromCharCode(only![0]) : undefined;
}

function emit(node: Node, program: Instruction[]): void {
  if (program.length > MAX_PROGRAM)
    throw new PatternError(`it is too large: more than ${MAX_PROGRAM} steps; use smaller repetitions`, 0);
  switch (node.kind) {
    case "set":
    case "edge":
      program.push(node);
      return;
    case "all":
      for (const part of node.parts) emit(part, program);
      return;
    case "any": {
      const split = { kind: "split" as const, targets: [] as number[] };
      program.push(split);
      const exits: { readonly kind: "split"; readonly targets: number[] }[] = [];
      for (const option of node.options) {
        split.targets.push(program.length);
        emit(option, program);
        const exit = { kind: "split" as const, targets: [] as number[] };
        program.push(exit);
        exits.push(exit);
      }
      for (const exit of exits) exit.targets.push(program.length);
      return;
    }
    case "repeat": {
      for (let copy = 0; copy < node.least; copy++) emit(node.part, program);
      if (node.most === Number.POSITIVE_INFINITY) {
        const loop = { kind: "split" as const, targets: [] as number[] };
        const first = program.length;
        program.push(loop);
        emit(node.part, program);
        program.push({ kind: "split", targets: [first] });
        loop.targets.push(first + 1, program.length);
        return;
      }
      const skips: { readonly kind: "split"; readonly targets: number[] }[] = [];
      for (let copy = node.least; copy < node.most; copy++) {
        const skip = { kind: "split" as const, targets: [program.length + 1] };
        program.push(skip);
        skips.push(skip);
        emit(node.part, program);
      }
      for (const skip of skips) skip.targets.push(program.length);
      return;
    }
    default:
      node satisfies never;
  }
}

/** Recursive descent over the pattern's characters. */
class Parser {
  readonly #source: string;
  #at = 0;
  #depth = 0;

  constructor(source: string) {
    this.#source = source;
  }

  parse(): Node {
    if (this.#source === "") throw new PatternError("it is empty", 0);
    const node = this.#alternatives();
    if (this.#at < this.#source.length) throw this.#error(`there is a "${this.#peek()}" too many`);
    return node;
  }

  #peek(): string {
    return this.#source[this.#at] ?? "";
  }

  #error(message: string, at: number = this.#at): PatternError {
    return new PatternError(message, at);
  }

  #alternatives(): Node {
    if (++this.#depth > 50) throw this.#error("its groups are nested too deeply");
    const options = [this.#sequence()];
    while (this.#peek() === "|") {
      this.#at++;
      options.push(this.#sequence());
    }
    this.#depth--;
    return options.length === 1 ? options[0]! : { kind: "any", options };
  }

  #sequence(): Node {
    const parts: Node[] = [];
    while (this.#at < this.#source.length && this.#peek() !== "|" && this.#peek() !== ")") parts.push(this.#repeated());
    return parts.length === 1 ? parts[0]! : { kind: "all", parts };
  }

  #repeated(): Node {
    let node = this.#atom();
    for (;;) {
      const began = this.#at;
      const repetition = this.#repetition();
      if (repetition === undefined) return node;
      if (node.kind === "edge") throw this.#error("a border cannot be repeated", began);
      if (this.#peek() === "?") throw this.#error("lazy repetition is not known here; the longest match counts");
      if (matchesNothing(node)) throw this.#error("what may be empty cannot be repeated", began);
      node = { kind: "repeat", part: node, ...repetition };
      if (this.#peek() === "*" || this.#peek() === "+") throw this.#error("a repetition cannot be repeated");
    }
  }

  #repetition(): { readonly least: number; readonly most: number } | undefined {
    const sign = this.#peek();
    if (sign === "*" || sign === "+" || sign === "?") {
      this.#at++;
      return { least: sign === "+" ? 1 : 0, most: sign === "?" ? 1 : Number.POSITIVE_INFINITY };
    }
    const counted = /^\{(\d{1,6})(,?)(\d{0,6})\}/.exec(this.#source.slice(this.#at, this.#at + 20));
    if (counted === null) {
      if (sign === "{") throw this.#error('expected a number in "{…}"; write \\{ for the sign itself');
      return undefined;
    }
    const least = Number(counted[1]);
    const most = counted[2] === "" ? least : counted[3] === "" ? Number.POSITIVE_INFINITY : Number(counted[3]);
    if (most < least) throw this.#error(`{${least},${most}} counts backwards`);
    if (least > MAX_REPEAT || (most !== Number.POSITIVE_INFINITY && most > MAX_REPEAT))
      throw this.#error(`a repetition of more than ${MAX_REPEAT} is not allowed`);
    this.#at += counted[0].length;
    return { least, most };
  }

  #atom(): Node {
    const began = this.#at;
    const sign = this.#peek();
    this.#at++;
    switch (sign) {
      case "(": {
        if (this.#peek() === "?") {
          if (this.#source.startsWith("?:", this.#at)) this.#at += 2;
          else throw this.#error("look-around and named groups are not known here; only (?:…)", began);
        }
        const node = this.#alternatives();
        if (this.#peek() !== ")") throw this.#error('a "(" is not closed', began);
        this.#at++;
        return node;
      }
      case "[":
        return this.#set(began);
      case ".":
        return { kind: "set", ranges: inverted([[10, 10]]) };
      case "^":
        return { kind: "edge", edge: "start" };
      case "$":
        return { kind: "edge", edge: "end" };
      case "*":
      case "+":
      case "?":
      case "{":
        throw this.#error(`there is nothing before "${sign}" to repeat`, began);
      case "\\": {
        const ranges = this.#escape(began);
        return ranges.kind === "edge" ? ranges : { kind: "set", ranges: ranges.ranges };
      }
      default:
        return { kind: "set", ranges: [[sign.charCodeAt(0), sign.charCodeAt(0)]] };
    }
  }

  #escape(began: number): { readonly kind: "set"; readonly ranges: Ranges } | Extract<Node, { kind: "edge" }> {
    const sign = this.#peek();
    this.#at++;
    const one = (code: number) => ({ kind: "set" as const, ranges: [[code, code]] as Ranges });
    switch (sign) {
      case "":
        throw this.#error("it ends in a backslash", began);
      case "d":
        return { kind: "set", ranges: DIGITS };
      case "D":
        return { kind: "set", ranges: inverted(DIGITS) };
      case "w":
        return { kind: "set", ranges: WORDS };
      case "W":
        return { kind: "set", ranges: inverted(WORDS) };
      case "s":
        return { kind: "set", ranges: SPACES };
      case "S":
        return { kind: "set", ranges: inverted(SPACES) };
      case "b":
        return { kind: "edge", edge: "word" };
      case "B":
        return { kind: "edge", edge: "inside" };
      case "n":
        return one(10);
      case "r":
        return one(13);
      case "t":
        return one(9);
      case "x":
      case "u": {
        const digits = sign === "x" ? 2 : 4;
        const hex = this.#source.slice(this.#at, this.#at + digits);
        if (!/^[0-9a-fA-F]+$/.test(hex) || hex.length < digits)
          throw this.#error(`\\${sign} needs ${digits} hexadecimal digits`, began);
        this.#at += digits;
        return one(Number.parseInt(hex, 16));
      }
      default:
        if (/[1-9k]/.test(sign))
          throw this.#error(`a back reference (\\${sign}) cannot be matched in linear time`, began);
        if (/[a-zA-Z0-9]/.test(sign)) throw this.#error(`\\${sign} is not known here`, began);
        return one(sign.charCodeAt(0));
    }
  }

  #set(began: number): Node {
    const negated = this.#peek() === "^";
    if (negated) this.#at++;
    const ranges: (readonly [number, number])[] = [];
    for (let first = true; this.#peek() !== "]" || first; first = false) {
      if (this.#at >= this.#source.length) throw this.#error('a "[" is not closed', began);
      if (this.#peek() === "]") throw this.#error("a class is empty", began);
      const low = this.#member();
      if (this.#peek() !== "-" || this.#source[this.#at + 1] === "]" || low.length !== 1 || low[0]![0] !== low[0]![1]) {
        ranges.push(...low);
        continue;
      }
      const dash = this.#at++;
      const high = this.#member();
      if (high.length !== 1 || high[0]![0] !== high[0]![1] || high[0]![0] < low[0]![0])
        throw this.#error("a range counts backwards or ends in a class", dash);
      ranges.push([low[0]![0], high[0]![0]]);
    }
    this.#at++;
    return { kind: "set", ranges: negated ? inverted(ranges) : ranges };
  }

  #member(): Ranges {
    const began = this.#at;
    const sign = this.#peek();
    if (sign === "") throw this.#error('a "[" is not closed', began);
    this.#at++;
    if (sign !== "\\") return [[sign.charCodeAt(0), sign.charCodeAt(0)]];
    const escaped = this.#escape(began);
    if (escaped.kind === "edge") throw this.#error("\\b has no meaning in a class", began);
    return escaped.ranges;
  }
}

function inverted(ranges: Ranges): Ranges {
  const sorted = [...ranges].sort((a, b) => a[0] - b[0]);
  const rest: [number, number][] = [];
  let from = 0;
  for (const [first, last] of sorted) {
    if (first > from) rest.push([from, first - 1]);
    from = Math.max(from, last + 1);
  }
  if (from <= 0xffff) rest.push([from, 0xffff]);
  return rest.length === 0 ? EVERY.slice(1) : rest;
}
