import { partWord, readNumberWords, scaleWord } from "./number-words.js";
import { add, exactDecimal, multiply, parseDecimal, type Rational, rational } from "./rational.js";

export type BinarySign = "+" | "-" | "*" | "/" | "^" | "mod" | "of";
export type PrefixSign = "sqrt" | "cbrt" | "abs" | "twice" | "triple" | "negative" | "factorial";
export type PostfixSign = "!" | "%" | "squared" | "cubed";

/** One word of an arithmetic expression. */
export type Token =
  | { readonly kind: "number"; readonly value: Rational; readonly text: string; readonly fraction: boolean }
  | { readonly kind: "pi" }
  | { readonly kind: "binary"; readonly sign: BinarySign }
  | { readonly kind: "prefix"; readonly sign: PrefixSign }
  | { readonly kind: "postfix"; readonly sign: PostfixSign }
  | { readonly kind: "open" }
  | { readonly kind: "close" };

const PIECE =
  /\s+|0x[0-9a-f]+|0b[01]+|0o[0-7]+|\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d,])|\d{1,3}(?:\.\d{3})+,\d+(?![\d,.])|\d+,(?:\d{1,2}|\d{4,})(?![\d,.])|(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d{1,5}(?![a-z\d]))?|[a-zπ]+|\*\*|[-+*/^×÷·−–√()%!²³½¼¾⋅∙]/iy;

const SYMBOLS: Readonly<Record<string, Token>> = {
  "+": { kind: "binary", sign: "+" },
  "-": { kind: "binary", sign: "-" },
  "−": { kind: "binary", sign: "-" },
  "–": { kind: "binary", sign: "-" },
  "*": { kind: "binary", sign: "*" },
  "×": { kind: "binary", sign: "*" },
  "·": { kind: "binary", sign: "*" },
  "⋅": { kind: "binary", sign: "*" },
  "∙": { kind: "binary", sign: "*" },
  "/": { kind: "binary", sign: "/" },
  "÷": { kind: "binary", sign: "/" },
  "^": { kind: "binary", sign: "^" },
  "**": { kind: "binary", sign: "^" },
  "√": { kind: "prefix", sign: "sqrt" },
  "%": { kind: "postfix", sign: "%" },
  "!": { kind: "postfix", sign: "!" },
  "²": { kind: "postfix", sign: "squared" },
  "³": { kind: "postfix", sign: "cubed" },
  "(": { kind: "open" },
  ")": { kind: "close" },
  π: { kind: "pi" },
  "½": { kind: "number", value: rational(1n, 2n), text: "1/2", fraction: true },
  "¼": { kind: "number", value: rational(1n, 4n), text: "1/4", fraction: true },
  "¾": { kind: "number", value: rational(3n, 4n), text: "3/4", fraction: true },
};

const times: Token = { kind: "binary", sign: "*" };
const sqrt: Token = { kind: "prefix", sign: "sqrt" };
const cbrt: Token = { kind: "prefix", sign: "cbrt" };
const power: Token = { kind: "binary", sign: "^" };
const abs: Token = { kind: "prefix", sign: "abs" };
const factorial: Token = { kind: "prefix", sign: "factorial" };
const percent: Token = { kind: "postfix", sign: "%" };

/** Phrases by their first word, then by the words that follow it; the longest first where one begins another. */
const PHRASES: Readonly<Record<string, readonly (readonly [rest: string, token: Token])[]>> = {
  to: [
    ["the power of", power],
    ["the", power],
  ],
  raised: [
    ["to the power of", power],
    ["to the", power],
    ["to", power],
  ],
  multiplied: [
    ["by", times],
    ["with", times],
  ],
  times: [["", times]],
  x: [["", times]],
  divided: [["by", { kind: "binary", sign: "/" }]],
  over: [["", { kind: "binary", sign: "/" }]],
  plus: [["", { kind: "binary", sign: "+" }]],
  minus: [["", { kind: "binary", sign: "-" }]],
  modulo: [["", { kind: "binary", sign: "mod" }]],
  mod: [["", { kind: "binary", sign: "mod" }]],
  the: [
    ["square root of", sqrt],
    ["cube root of", cbrt],
    ["absolute value of", abs],
    ["factorial of", factorial],
  ],
  square: [
    ["root of", sqrt],
    ["root", sqrt],
  ],
  sqrt: [
    ["of", sqrt],
    ["", sqrt],
  ],
  cube: [
    ["root of", cbrt],
    ["root", cbrt],
  ],
  cbrt: [["", cbrt]],
  abs: [["", abs]],
  absolute: [["value of", abs]],
  factorial: [
    ["of", factorial],
    ["", { kind: "postfix", sign: "!" }],
  ],
  twice: [["", { kind: "prefix", sign: "twice" }]],
  double: [["", { kind: "prefix", sign: "twice" }]],
  triple: [["", { kind: "prefix", sign: "triple" }]],
  negative: [["", { kind: "prefix", sign: "negative" }]],
  squared: [["", { kind: "postfix", sign: "squared" }]],
  cubed: [["", { kind: "postfix", sign: "cubed" }]],
  percent: [["", percent]],
  per: [["cent", percent]],
  pct: [["", percent]],
  prozent: [["", percent]],
  pour: [["cent", percent]],
  por: [["ciento", percent]],
  of: [["", { kind: "binary", sign: "of" }]],
  von: [["", { kind: "binary", sign: "of" }]],
  de: [["", { kind: "binary", sign: "of" }]],
  pi: [["", { kind: "pi" }]],
  π: [["", { kind: "pi" }]],
};

/** Words that occur only inside a phrase or a number. */
const INNER = /^(?:the|power|root|by|with|to|value|absolute|cent|ciento|and|an?|point|k|st|nd|rd|th)$/;

/** Pieces an expression may have; beyond it the text is no expression. */
const MAX_PIECES = 2000;

/**
 * Splits an expression in digits, signs and English words into tokens; undefined when a piece of it is unknown.
 * `1,234.5` has thousands separators, `17,5` and `1.234,5` a decimal comma. Leaves at the first unknown word. O(n).
 */
export function tokenize(text: string): Token[] | undefined {
  const pieces = splitPieces(text);
  if (pieces === undefined) return undefined;
  const tokens: Token[] = [];
  for (let at = 0; at < pieces.length; ) {
    const piece = pieces[at]!;
    const symbol = Object.hasOwn(SYMBOLS, piece) ? SYMBOLS[piece] : undefined;
    if (symbol !== undefined) {
      tokens.push(symbol);
      at++;
      continue;
    }
    const taken = /[\d.]/.test(piece[0]!) ? takeDigits(pieces, at, tokens) : takeWords(pieces, at, tokens);
    if (taken === 0) return undefined;
    at += taken;
  }
  return tokens;
}

function splitPieces(text: string): string[] | undefined {
  const pieces: string[] = [];
  const pattern = new RegExp(PIECE); // its own lastIndex, so that no call can disturb another
  while (pattern.lastIndex < text.length) {
    const start = pattern.lastIndex;
    const piece = pattern.exec(text)?.[0];
    if (piece === undefined || pieces.length > MAX_PIECES) return undefined;
    if (/^\s/.test(piece)) continue;
    if (piece === "-" && /[a-z]/i.test(text[start - 1] ?? "") && /[a-z]/i.test(text[start + 1] ?? "")) continue; // twenty-one
    const lower = piece.toLowerCase();
    if (/^[a-zπ]/.test(lower) && !isKnownWord(lower)) return undefined;
    pieces.push(lower);
  }
  return pieces;
}

function isKnownWord(word: string): boolean {
  return (
    word.length <= 10 &&
    (Object.hasOwn(PHRASES, word) || INNER.test(word) || partWord(word) !== undefined || isNumberWord(word))
  );
}

function isNumberWord(word: string): boolean {
  return scaleWord(word) !== undefined || readNumberWords([word]) !== undefined;
}

function takeDigits(pieces: readonly string[], at: number, tokens: Token[]): number {
  const value = readDigits(pieces[at]!);
  if (value === undefined) return 0;
  const next = pieces[at + 1] ?? "";
  const scale = next === "k" ? 1000n : scaleWord(next);
  if (scale !== undefined) {
    tokens.push(numberToken(multiply(value, rational(scale))));
    return 2;
  }
  const part = value.d === 1n ? readPart(pieces, at + 1) : undefined;
  if (part !== undefined) {
    tokens.push(numberToken(add(value, part)));
    return 4;
  }
  tokens.push(numberToken(value));
  if (!/^(?:st|nd|rd|th)$/.test(next)) return 1;
  const before = tokens[tokens.length - 2]; // an ordinal is only an exponent: `2 to the 10th power`
  if (before?.kind !== "binary" || before.sign !== "^") return 0;
  return pieces[at + 2] === "power" ? 3 : 2;
}

/** The `3/4` of `1 3/4`: less than 1, and no longer chain of signs. */
function readPart(pieces: readonly string[], at: number): Rational | undefined {
  const [over, slash, under] = [pieces[at] ?? "", pieces[at + 1], pieces[at + 2] ?? ""];
  if (slash !== "/" || pieces[at + 3] === "/" || !/^\d{1,2}$/.test(over) || !/^\d{1,3}$/.test(under)) return undefined;
  return Number(over) > 0 && Number(over) < Number(under) ? rational(BigInt(over), BigInt(under)) : undefined;
}

function readDigits(piece: string): Rational | undefined {
  if (/^0[xbo]/.test(piece)) return rational(BigInt(piece));
  if (/^\d{1,3}(?:,\d{3})+(?:\.|$)/.test(piece)) return parseDecimal(piece.replaceAll(",", ""));
  if (piece.includes(",")) return parseDecimal(piece.replaceAll(".", "").replace(",", "."));
  return parseDecimal(piece);
}

function takeWords(pieces: readonly string[], at: number, tokens: Token[]): number {
  const before = tokens[tokens.length - 1];
  const afterPower = before?.kind === "binary" && before.sign === "^";
  const part = partWord(pieces[at]!);
  if (part !== undefined && afterPower) {
    tokens.push(numberToken(rational(part)));
    return pieces[at + 1] === "power" ? 2 : 1;
  }
  const reading = readNumberWords(pieces, at);
  if (reading !== undefined) {
    // `half` before a number is a doing (`half of 90`, `half 90`), and so is a part of a whole
    tokens.push(numberToken(reading.value, reading.fraction));
    return reading.words;
  }
  if (part !== undefined && before?.kind === "number") {
    tokens[tokens.length - 1] = numberToken(multiply(before.value, rational(1n, part)), true); // `2 thirds`
    return 1;
  }
  const phrases = Object.hasOwn(PHRASES, pieces[at]!) ? PHRASES[pieces[at]!]! : [];
  for (const [rest, token] of phrases) {
    const words = rest === "" ? [] : rest.split(" ");
    if (words.every((word, index) => pieces[at + 1 + index] === word)) {
      tokens.push(token);
      return words.length + 1;
    }
  }
  return 0;
}

function numberToken(value: Rational, fraction = false): Token {
  return { kind: "number", value, text: exactDecimal(value, 40) ?? `${value.n}/${value.d}`, fraction };
}
