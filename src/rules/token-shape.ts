import { isDigit, isHex, isLetter } from "./characters.js";

/** Counts over a token, from one pass. */
export interface TokenShape {
  readonly length: number;
  readonly digits: number;
  readonly letters: number;
  readonly lowers: number;
  readonly uppers: number;
  /** Characters that are neither letter nor digit. */
  readonly others: number;
  /** Neighbouring letters and digits of a different class (digit, lower, upper), apart from humps. */
  readonly changes: number;
  /** An upper-case letter before a lower-case one, as camel case has many. */
  readonly humps: number;
  /** Different characters; those beyond ASCII share the bits of the lower-case letters. */
  readonly distinct: number;
  /** Only hexadecimal digits, and hyphens. */
  readonly hex: boolean;
}

/** Measures a token. O(length). */
export function shapeOf(token: string): TokenShape {
  let digits = 0;
  let lowers = 0;
  let uppers = 0;
  let others = 0;
  let changes = 0;
  let humps = 0;
  let hex = true;
  let before = 0;
  // Which ASCII characters occurred, one bit each; a Set costs five times as much.
  let seen0 = 0;
  let seen1 = 0;
  let seen2 = 0;
  let seen3 = 0;
  for (let index = 0; index < token.length; index++) {
    const code = token.charCodeAt(index);
    const bit = 1 << (code & 31);
    if (code < 32) seen0 |= bit;
    else if (code < 64) seen1 |= bit;
    else if (code < 96) seen2 |= bit;
    else seen3 |= bit;
    if (!isHex(code) && code !== 45) hex = false;
    const kind = isDigit(code) ? 1 : isLetter(code) ? (code >= 97 ? 2 : 3) : 0;
    if (kind === 1) digits++;
    else if (kind === 2) lowers++;
    else if (kind === 3) uppers++;
    else others++;
    if (kind !== 0 && before !== 0 && kind !== before) {
      if (before === 3 && kind === 2) humps++;
      else changes++;
    }
    before = kind;
  }
  return {
    length: token.length,
    digits,
    letters: lowers + uppers,
    lowers,
    uppers,
    others,
    changes,
    humps,
    distinct: bitsOf(seen0) + bitsOf(seen1) + bitsOf(seen2) + bitsOf(seen3),
    hex: hex && digits > 0,
  };
}

function bitsOf(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/**
 * Whether a token reads like output of a random generator: its classes of characters alternate far more often than in
 * words, camel case and version numbers. A random base-36 token changes class at 40 % of its places, hexadecimal at 47 %,
 * base 62 at 38 % (the step from upper to lower case, which camel case is full of, is not counted);
 * `node-llama-cpp-linux-x64` at 4 %, `Llama3_2ChatWrapper` at 21 %.
 */
export function looksRandom(token: string, minimumLength = 14): boolean {
  if (token.length < minimumLength) return false;
  const shape = shapeOf(token);
  if (shape.distinct < 8 || shape.letters < 4 || (shape.uppers > 1 && isCamelCase(token))) return false;
  const core = shape.length - shape.others;
  if (core < minimumLength - 2 || shape.others > shape.length * 0.3) return false;
  if (shape.digits >= 2) return shape.changes >= Math.max(4, core * 0.22);
  return shape.length >= 20 && shape.lowers > 0 && shape.uppers > 0 && shape.changes + shape.humps >= core * 0.4;
}

/** Names of algorithms and types inside a name of code: `HpkeDhKemX25519Sha256`. */
const TECHNICAL =
  /sha-?\d{1,3}|x509|x25519|ed25519|pkcs\d|aes-?\d{3}|utf-?8|u?int\d{1,2}|float\d\d|base64|http2|secp\d|p256|crc32|x86_64|arm64|aarch64|amd64/i;

/** Whether a token is a name in code: words in one case between underscores, or an algorithm's name in it. */
export function looksLikeName(token: string): boolean {
  if (TECHNICAL.test(token)) return true;
  const words = token.split(/[_-]/).filter((part) => /^(?:[A-Z]{2,}|[a-z]{2,}|[A-Z][a-z]+)$/.test(part));
  return words.length >= 2 && words.join("").length >= 5;
}

/** Whether words with a capital, and one before them, fill most of a token: `convertV2FinishReasonToV3`. */
function isCamelCase(token: string): boolean {
  let covered = 0;
  for (const word of token.match(/[A-Z][a-z]{2,}|^[a-z]{3,}/g) ?? []) covered += word.length;
  return covered >= token.length * 0.55;
}

/** Hexadecimal of a digest's or identifier's length, or a UUID: a secret only where the words around it say so. */
export function looksLikeDigest(token: string): boolean {
  if (token.length < 16 || token.length > 512) return false;
  const shape = shapeOf(token);
  return shape.hex && shape.distinct >= 6 && shape.digits >= 2 && shape.length - shape.others >= 16;
}

const WORD_FOR_ONE =
  /^(?:[x*.#_\-0•?]+|.?x{4,}.?|null|nil|none|undefined|true|false|yes|no|on|off|string|str|number|boolean|bool|bytes|any|unknown|object|required|optional|secret|password|passwd|passphrase|pass|pwd|token|key|apikey|api[_-]key|value|text|hidden|admin|user|username|login|empty|default|example|sample|test|testing|foo|bar|baz|foobar|abc|env|process|input|basic|bearer|digest|write|read|inherit|auto|self|public|private|enabled|disabled)$/i;
const TEMPLATE = /^(?:<[^>]*>?|\[[^\]]*\]?|\$[{(]?[\w. -]*[})]?|\$?\{\{?[^}]*\}?\}?|%[\w({]?.{0,40}[)}%]?s?)$/;
const BEGINS_AS_ONE =
  /^(?:(?:your|some|insert|enter|replace|put)[-_ .]|your\w*$|(?:my|the|a|an|new|old|invalid|wrong|valid)[-_ .]?(?:secret|token|api|password|key|pass)[\w -]*$)/i;
const ENDS_AS_ONE = /(?:[-_ .]here|placeholder|change[-_ ]?me|redacted|todo|replace[-_ ]?me|dummy)\W*$/i;
const HOLDS_VARIABLE = /\$\{\s*[\w.]+\s*\}|\{\{\s*[\w.]+\s*\}\}/;

/** Whether a value stands in for one: `your_api_key`, `xxxx`, `<token>`, `${VAR}`, `null`, `password`. */
export function isPlaceholder(value: string): boolean {
  const { length } = value;
  if (length > 200) return false;
  if (BEGINS_AS_ONE.test(value) || ENDS_AS_ONE.test(length > 24 ? value.slice(-24) : value)) return true;
  const first = value.charCodeAt(0);
  // Only these signs begin a template: < [ $ { %
  if ((first === 60 || first === 91 || first === 36 || first === 123 || first === 37) && TEMPLATE.test(value))
    return true;
  if (WORD_FOR_ONE.test(value)) return true;
  return value.includes("{") && HOLDS_VARIABLE.test(value);
}
