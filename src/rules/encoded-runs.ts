import { base64Value, isAlphanumeric, isDigit, isHex } from "./characters.js";
import { matchAt, type Span } from "./rule.js";

/** A stretch of the text that reads differently once it is decoded, with the words before it for context. */
export interface DecodedRun extends Span {
  /** Context, a space, and the decoded text. */
  readonly text: string;
  /** Where the decoded text begins in `text`. */
  readonly from: number;
}

const CONTEXT = 64;
const MAX_RUN = 65_536;

/** Calls `visit` for each run of base64, hexadecimal or percent escapes that decodes to readable text, one level. O(length). */
export function forEachDecodedRun(text: string, visit: (run: DecodedRun) => void): void {
  let start = 0;
  while (start < text.length) {
    if (!isEncodedUnit(text.charCodeAt(start))) {
      start++;
      continue;
    }
    let end = start + 1;
    while (end < text.length && isEncodedUnit(text.charCodeAt(end))) end++;
    if (end - start >= 20 && end - start <= MAX_RUN) {
      const run = text.slice(start, end);
      const percent = run.indexOf("%");
      const decoded =
        percent >= 0 ? decodePercent(run) : (decodeHex(run) ?? decodeBase64(run, start > 0 ? text[start - 1]! : ""));
      if (decoded !== undefined) visitDecoded(text, start, end, decoded, visit);
    }
    start = end;
  }
}

/** Calls `visit` for each group of lines that one long token fills: a terminal or a mail wrapped it. O(length). */
export function forEachWrappedRun(text: string, visit: (run: DecodedRun) => void): void {
  let lineStart = 0;
  let groupStart = -1;
  let groupWidth = 0;
  let lines: string[] = [];
  const finish = (end: number): void => {
    if (lines.length > 1) visitDecoded(text, groupStart, end, lines.join(""), visit);
    groupStart = -1;
    lines = [];
  };
  while (lineStart <= text.length) {
    let lineEnd = text.indexOf("\n", lineStart);
    if (lineEnd === -1) lineEnd = text.length;
    let contentEnd = lineEnd;
    if (text[contentEnd - 1] === "\r") contentEnd--;
    if (text[contentEnd - 1] === "\\") contentEnd--; // a shell's line that goes on
    while (text[lineStart] === ">" || (text[lineStart] === " " && text[lineStart - 1] === ">")) lineStart++; // a mail's quotation
    const width = contentEnd - lineStart;
    if (groupStart >= 0 && width > 0 && width <= groupWidth && isToken(text, lineStart, contentEnd)) {
      lines.push(text.slice(lineStart, contentEnd));
      if (width < groupWidth) finish(contentEnd);
    } else {
      if (groupStart >= 0) finish(lineStart - 1);
      // A group begins with the last word of a line: "key: abcdef" wraps as well as a line of its own.
      let tokenStart = contentEnd;
      while (tokenStart > lineStart && contentEnd - tokenStart < 512 && isTokenUnit(text.charCodeAt(tokenStart - 1)))
        tokenStart--;
      if (contentEnd - tokenStart >= 8 && mayBeToken(text, tokenStart, contentEnd)) {
        groupStart = tokenStart;
        groupWidth = tokenStart === lineStart ? width : Number.MAX_SAFE_INTEGER;
        if (groupWidth > 512) groupWidth = contentEnd - tokenStart;
        lines = [text.slice(tokenStart, contentEnd)];
      }
    }
    lineStart = lineEnd + 1;
  }
  if (groupStart >= 0) finish(text.length);
}

const PIECE = /[\w./+=-]{3,200}/y;
const JOINT = /(["'`])\s{0,4}[+.]\s{0,40}(["'`])/y;

/** Calls `visit` for each token that a program puts together from literals: `"abc" + "def"`. O(length). */
export function forEachJoinedString(text: string, visit: (run: DecodedRun) => void): void {
  const pieces: string[] = [];
  const joined = /["'`]\s{0,4}[+.]\s{0,40}["'`]/g;
  for (let found = joined.exec(text); found !== null; found = joined.exec(text)) {
    const at = found.index;
    let start = at;
    while (start > 0 && at - start < 200 && isTokenUnit(text.charCodeAt(start - 1))) start--;
    pieces.push(text.slice(start, at));
    let end = at;
    for (
      let joint = matchAt(JOINT, text, end);
      joint !== undefined && pieces.length < 40;
      joint = matchAt(JOINT, text, end)
    ) {
      const piece = matchAt(PIECE, text, end + joint[0].length);
      if (piece === undefined) break;
      pieces.push(piece[0]);
      end += joint[0].length + piece[0].length;
    }
    if (pieces.length > 1) visitDecoded(text, start, end, pieces.join(""), visit);
    pieces.length = 0;
    joined.lastIndex = Math.max(end, at + 1);
  }
}

function visitDecoded(
  text: string,
  start: number,
  end: number,
  decoded: string,
  visit: (run: DecodedRun) => void,
): void {
  const before = text.slice(Math.max(0, start - CONTEXT), start).replace(/\s+/g, " ");
  visit({ start, end, text: before + decoded, from: before.length });
}

function isEncodedUnit(code: number): boolean {
  return isAlphanumeric(code) || code === 43 || code === 47 || code === 61 || code === 45 || code === 95 || code === 37;
}

function isTokenUnit(code: number): boolean {
  return isEncodedUnit(code) || code === 46;
}

function isToken(text: string, start: number, end: number): boolean {
  if (end - start > 512) return false;
  for (let index = start; index < end; index++) if (!isTokenUnit(text.charCodeAt(index))) return false;
  return true;
}

/** Whether a stretch holds a digit, an underscore or a capital within, as words do not. */
function mayBeToken(text: string, start: number, end: number): boolean {
  for (let index = start; index < end; index++) {
    const code = text.charCodeAt(index);
    if (isDigit(code) || code === 95 || (index > start && code >= 65 && code <= 90)) return true;
  }
  return false;
}

function decodePercent(run: string): string | undefined {
  let escapes = 0;
  const decoded = run.replace(/%([0-9A-Fa-f]{2})/g, (_escape, hex: string) => {
    escapes++;
    return String.fromCharCode(Number.parseInt(hex, 16));
  });
  return escapes >= 3 && isReadable(decoded) ? decoded : undefined;
}

function decodeHex(run: string): string | undefined {
  if (run.length % 2 !== 0) return undefined;
  for (let index = 0; index < run.length; index++) if (!isHex(run.charCodeAt(index))) return undefined;
  let decoded = "";
  for (let index = 0; index < run.length; index += 2) {
    const code = Number.parseInt(run.slice(index, index + 2), 16);
    // Three in eight random bytes are printable ASCII, so a digest gives up within a few.
    if (!isReadableUnit(code)) return undefined;
    decoded += String.fromCharCode(code);
  }
  return decoded;
}

/** Own decoder: it stops at the first byte that no text holds, so a picture or a digest costs a few steps. */
function decodeBase64(run: string, before: string): string | undefined {
  const name = /^[\w-]{1,64}=(?=[^=])/.exec(run);
  if (name !== null) {
    const inner = decodeBase64(run.slice(name[0].length), "");
    return inner === undefined ? undefined : name[0] + inner;
  }
  if (before === "." || run.length < 24) return undefined;
  let bits = 0;
  let buffer = 0;
  let decoded = "";
  for (let index = 0; index < run.length; index++) {
    const code = run.charCodeAt(index);
    if (code === 61) break;
    const value = base64Value(code);
    if (value < 0) return undefined;
    buffer = ((buffer << 6) | value) & 0xffffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    const byte = (buffer >> bits) & 0xff;
    if (!isReadableUnit(byte)) return undefined;
    decoded += String.fromCharCode(byte);
  }
  return decoded;
}

function isReadableUnit(code: number): boolean {
  return (code >= 32 && code < 127) || code === 10 || code === 9 || code === 13;
}

function isReadable(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (!isReadableUnit(text.charCodeAt(index))) return false;
  return true;
}
