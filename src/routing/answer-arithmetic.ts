/** What the equations of a text come to when they are computed again. */
export interface EquationCheck {
  /** Equations with a computable left side. */
  readonly count: number;
  /** Of them, those whose right side is another number. */
  readonly wrong: number;
  /** Wrong ones that stand as plain numbers and signs, no word between: no reading of them is right. */
  readonly plainlyWrong: number;
  /** The value of the last right side. */
  readonly last: number | undefined;
}

interface Sign {
  readonly kind: "number" | "sign" | "equals" | "word";
  readonly text: string;
  readonly value: number;
  /** Digits behind the decimal point as written: a rounded result is right. */
  readonly decimals: number;
}

const PIECE = /\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+|[-+*/×÷=()%^−·⋅]|[\p{L}_]+|\S/gu;
/** Characters of an answer that are read. */
const WINDOW = 20_000;
/** Signs and numbers of one left side. */
const MAX_SIDE = 60;
const MONEY = new Set(["$", "€", "£", "¥", "\\", "<", ">", "~", "≈"]);

/**
 * Finds `left = right` in a text and computes the left side with the usual precedence, in doubles. Units and money signs
 * between numbers are passed over. Nothing is executed. O(length).
 */
export function checkEquations(text: string): EquationCheck {
  const signs = read(text.slice(0, WINDOW));
  let [count, wrong, plainlyWrong] = [0, 0, 0];
  let last: number | undefined;
  for (let at = 0; at < signs.length; at++) {
    if (signs[at]!.kind !== "equals") continue;
    const right = rightSide(signs, at + 1);
    if (right === undefined) continue;
    last = right.value;
    const left = leftSide(signs, at - 1);
    if (left === undefined) continue;
    const value = new Sum(left.signs).value();
    if (value === undefined) continue;
    count++;
    if (same(value, right)) continue;
    wrong++;
    if (left.plain && right.plain) plainlyWrong++;
  }
  return { count, wrong, plainlyWrong, last };
}

function read(text: string): Sign[] {
  const signs: Sign[] = [];
  for (const [piece] of text.matchAll(PIECE)) {
    if (MONEY.has(piece)) continue;
    const first = piece.charCodeAt(0);
    if ((first >= 48 && first <= 57) || (first === 46 && piece.length > 1)) {
      const plain = piece.replaceAll(",", "");
      const point = plain.indexOf(".");
      const decimals = point < 0 ? 0 : plain.length - point - 1;
      signs.push({ kind: "number", text: piece, value: Number(plain), decimals });
    } else signs.push({ kind: kindOf(piece), text: canonical(piece), value: 0, decimals: 0 });
  }
  return signs;
}

function kindOf(piece: string): Sign["kind"] {
  if (piece === "=") return "equals";
  return /^(?:[-+*/×÷()%^−·⋅]|x|X|of)$/.test(piece) ? "sign" : "word";
}

function canonical(piece: string): string {
  if (piece === "×" || piece === "·" || piece === "⋅" || piece === "x" || piece === "X" || piece === "of") return "*";
  if (piece === "÷") return "/";
  return piece === "−" ? "-" : piece;
}

function rightSide(signs: readonly Sign[], at: number): (Sign & { readonly plain: boolean }) | undefined {
  const negative = signs[at]?.text === "-";
  const number = signs[negative ? at + 1 : at];
  if (number?.kind !== "number") return undefined;
  const next = signs[negative ? at + 2 : at + 1];
  const percent = next?.text === "%";
  // `= 3 * 4 = 12`: the right side is a sum itself, and is compared at its own sign of equality
  if (next?.kind === "sign" && !percent && next.text !== ")" && next.text !== "(") return undefined;
  const value = (negative ? -1 : 1) * (percent ? number.value / 100 : number.value);
  return { ...number, value, decimals: number.decimals + (percent ? 2 : 0), plain: next?.kind !== "sign" };
}

/** The numbers and signs before an equality sign; a word is passed over when it stands behind a number. */
function leftSide(
  signs: readonly Sign[],
  end: number,
): { readonly signs: readonly Sign[]; readonly plain: boolean } | undefined {
  const taken: Sign[] = [];
  let plain = true;
  let depth = 0;
  let words = 0;
  for (let at = end; at >= 0 && taken.length < MAX_SIDE; at--) {
    const sign = signs[at]!;
    if (sign.kind === "equals") break;
    if (sign.kind === "word") {
      if (/^[.,;:!?&#]$/.test(sign.text) || ++words > 4) break;
      continue;
    }
    const after = taken.at(-1);
    if (sign.kind === "number" && after?.kind === "number") break;
    if (sign.text === ")") depth++;
    if (sign.text === "(" && --depth < 0) break;
    if (words > 0 && taken.length > 0) plain = false;
    words = 0;
    taken.push(sign);
  }
  taken.reverse();
  while (taken.length > 0 && taken[0]!.kind === "sign" && taken[0]!.text !== "(") {
    plain = false; // a sign with nothing before it: of a number below zero, or of what was not understood
    taken.shift();
  }
  const numbers = taken.filter((sign) => sign.kind === "number").length;
  const operators = taken.some((sign) => sign.kind === "sign" && !"()".includes(sign.text));
  return depth === 0 && operators && (numbers >= 2 || taken.some((sign) => sign.text === "%"))
    ? { signs: taken.filter(isNoEmptyBracket), plain }
    : undefined;
}

/** `(eggs)` is left as `()` when its words are passed over. */
function isNoEmptyBracket(sign: Sign, at: number, all: readonly Sign[]): boolean {
  if (sign.text === "(") return all[at + 1]?.text !== ")";
  if (sign.text === ")") return all[at - 1]?.text !== "(";
  return true;
}

function same(value: number, right: Sign): boolean {
  const slack = Math.max(0.5 * 10 ** -right.decimals * 1.02, Math.abs(value) * 1e-6);
  return Math.abs(value - right.value) <= (right.decimals === 0 && Number.isInteger(value) ? 1e-9 : slack);
}

/** A sum read by recursive descent; bounded by MAX_SIDE. */
class Sum {
  readonly #signs: readonly Sign[];
  #at = 0;

  constructor(signs: readonly Sign[]) {
    this.#signs = signs;
  }

  value(): number | undefined {
    const value = this.#terms();
    return this.#at === this.#signs.length && value !== undefined && Number.isFinite(value) ? value : undefined;
  }

  #terms(): number | undefined {
    let sum = this.#factors();
    while (sum !== undefined && (this.#is("+") || this.#is("-"))) {
      const minus = this.#is("-");
      this.#at++;
      const next = this.#factors();
      sum = next === undefined ? undefined : minus ? sum - next : sum + next;
    }
    return sum;
  }

  #factors(): number | undefined {
    let product = this.#power();
    while (product !== undefined && (this.#is("*") || this.#is("/"))) {
      const over = this.#is("/");
      this.#at++;
      const next = this.#power();
      product = next === undefined ? undefined : over ? product / next : product * next;
    }
    return product;
  }

  #power(): number | undefined {
    const base = this.#atom();
    if (base === undefined || !this.#is("^")) return base;
    this.#at++;
    const exponent = this.#power();
    return exponent === undefined ? undefined : base ** exponent;
  }

  #atom(): number | undefined {
    if (this.#is("-")) {
      this.#at++;
      const value = this.#atom();
      return value === undefined ? undefined : -value;
    }
    let value: number | undefined;
    if (this.#is("(")) {
      this.#at++;
      value = this.#terms();
      if (!this.#is(")")) return undefined;
      this.#at++;
    } else {
      const sign = this.#signs[this.#at];
      if (sign?.kind !== "number") return undefined;
      value = sign.value;
      this.#at++;
    }
    if (value !== undefined && this.#is("%")) {
      this.#at++;
      value /= 100;
    }
    return value;
  }

  #is(text: string): boolean {
    const sign = this.#signs[this.#at];
    return sign?.kind === "sign" && sign.text === text;
  }
}
