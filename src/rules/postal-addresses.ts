import { isAlphanumeric, isDigit } from "./characters.js";
import { matchAt, type Span } from "./rule.js";

const CAPITAL = "A-Z\\u00c0-\\u00de\\u0141\\u015a\\u0160\\u017b\\u017d\\u0386-\\u042f";
/** `, 28195 Bremen`, `, 1015 CN Amsterdam`, `, 1200-195 Lisboa`, `, 00-590 Warszawa`, `, 111 23 Stockholm`. */
const CODE_AND_TOWN = new RegExp(
  `(?:\\d{5}|\\d{4}-\\d{3}|\\d{2}-\\d{3}|\\d{3}\\s\\d{2}|\\d{4}\\s[A-Z]{2}(?=\\s)|\\d{4})[ \\t][${CAPITAL}][^\\W\\d_]*[\\w\\u00c0-\\u052f'’-]{1,30}`,
  "y",
);
/** A street and a house number before that, in either order, with a flat or staircase between. */
const STREET_BEFORE = new RegExp(
  `((?:[${CAPITAL}][\\w\\u00c0-\\u052f.'’/-]{0,30}\\s(?:[\\w\\u00c0-\\u052f.'’/-]{1,30}\\s){0,5}\\d{1,4}\\s?[a-zA-Z]?|\\d{1,4}\\s?(?:bis|ter|[a-cA-C])?,?\\s(?:[\\w\\u00c0-\\u052f.'’-]{1,30}\\s){0,4}[${CAPITAL}][\\w\\u00c0-\\u052f.'’-]{1,30})(?:,\\s(?:\\d{1,2}\\s?[ºª°.]?\\s?(?:[A-Za-z]{1,5})?|[A-Z][a-z]{2,8}\\.?\\s\\d{1,3}|[\\w\\u00c0-\\u052f -]{2,24}))?),?\\s{1,3}(?:[A-Z]{1,2}-)?$`,
);
const NO_STREET =
  /^(?:windows|apollo|boeing|airbus|ios|android|chapter|page|version|figure|table|season|episode|psalm|room|gate|flight|build|on|in|at|by|since|until|after|before|from|january|february|march|april|may|june|july|august|september|october|november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday|top|the|over|about|nearly|only)\s\d/i;

/** A postal code with its town, after a street with its number. */
export function findCodeAndTown(text: string, start: number): Span | undefined {
  const before = text[start - 1];
  if ((before !== " " && before !== "\n" && before !== "-") || start < 6) return undefined;
  const match = matchAt(CODE_AND_TOWN, text, start);
  if (match === undefined) return undefined;
  const from = Math.max(0, start - 80);
  const street = STREET_BEFORE.exec(text.slice(from, start));
  if (street === null || NO_STREET.test(street[1]!)) return undefined;
  // Four digits of this and the last century are a year ("Apollo 11, 1969 Moon"), unless letters follow as in the Netherlands.
  if (/^(?:1[0-9]|20)\d\d\s[A-Z][a-z]/.test(match[0]) && !/str|weg|gasse|platz|vej|gade|rue|gata/i.test(street[1]!))
    return undefined;
  if (!/,\s{1,3}(?:[A-Z]{1,2}-)?$|\n$/.test(text.slice(from, start))) return undefined;
  return { start: from + street.index, end: start + match[0].length };
}

const UK_CODE = /[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}(?![A-Za-z0-9])/y;
const CANADIAN_CODE = /[A-Z]\d[A-Z]\s?\d[A-Z]\d(?![A-Za-z0-9])/y;
const NUMBER_AND_NAME = /(\d{1,4}[a-dA-D]?,?\s(?:[\w.'’-]{1,24}\s?){1,5},\s(?:[\w.'’ -]{2,24},?\s){0,2})$/;

const NAMED_CODE = /\b(?:address|post ?code|zip|i live|we live|lives|deliver|ship)\b[^.?!\n]{0,30}$/i;

/** A British or Canadian postcode after a house number and a street: asked at the code's first digit. */
export function findLetteredCode(text: string, digit: number): Span | undefined {
  for (const letters of [1, 2]) {
    const start = digit - letters;
    if (start < 8 || isAlphanumeric(text.charCodeAt(start - 1))) continue;
    const match = matchAt(UK_CODE, text, start) ?? matchAt(CANADIAN_CODE, text, start);
    if (match === undefined) continue;
    const from = Math.max(0, start - 70);
    const street = NUMBER_AND_NAME.exec(text.slice(from, start));
    if (street === null)
      return NAMED_CODE.test(text.slice(Math.max(0, start - 40), start))
        ? { start, end: start + match[0].length }
        : undefined;
    return { start: from + street.index, end: start + match[0].length };
  }
  return undefined;
}

const FRENCH = new RegExp(
  `\\d{1,4}\\s?(?:bis|ter|quater)?,?\\s(?:rue|avenue|av\\.|boulevard|bd|blvd|place|allée|chemin|impasse|quai|cours|route|passage|square)\\s(?:d[eu]s?\\s|de la\\s|de l['’]|d['’])?[${CAPITAL}][\\w\\u00c0-\\u024f'’-]{2,30}`,
  "y",
);

/** `12 bis, rue de Lyon`. */
export function findFrench(text: string, start: number, end: number): Span | undefined {
  const before = text.charCodeAt(start - 1);
  if (end - start > 4 || isAlphanumeric(before) || before === 46 || before === 44 || before === 36 || isDigit(before))
    return undefined;
  const match = matchAt(FRENCH, text, start);
  return match === undefined ? undefined : { start, end: start + match[0].length };
}
