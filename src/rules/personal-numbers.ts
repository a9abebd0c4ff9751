import { isAlphanumeric, isDigit, isLetter } from "./characters.js";
import { modulo97, passesLuhn } from "./checksums.js";
import { matchAt, type Rule, type Span } from "./rule.js";

/** Whether a number begins at `start` on its own: not inside a word, a decimal, a path or a longer number. */
function standsAlone(text: string, start: number): boolean {
  const before = text.charCodeAt(start - 1);
  if (isAlphanumeric(before) || before === 95) return false;
  if (before === 46 || before === 45 || before === 44 || before === 47 || before === 43)
    return !isAlphanumeric(text.charCodeAt(start - 2)) && before !== 47;
  return true;
}

/** Whether a word of the pattern stands in the 60 characters before `start` or the 30 after `end`. */
function near(text: string, start: number, end: number, words: RegExp): boolean {
  return words.test(text.slice(Math.max(0, start - 60), start)) || words.test(text.slice(end, end + 30));
}

const CARD = /\d(?:[ \-.\u2010-\u2013\n]{0,2}\d){11,18}(?![\d]|[.,-]\d)/y;
const CARD_WORDS =
  /card|\bcc\b|credit|debit|visa|master|amex|american express|maestro|diners|discover|\bpan\b|karte|carte|tarjeta|carta|cartão|kaart|pay with|charge|expir|\bexp\b|cvv|cvc/i;

function findCard(text: string, start: number, groupEnd: number): Span | undefined {
  if (groupEnd - start < 3 || !standsAlone(text, start)) return undefined;
  const match = matchAt(CARD, text, start);
  if (match === undefined) return undefined;
  const digits = match[0].replace(/\D/g, "");
  const end = start + match[0].length;
  if (isLetter(text.charCodeAt(end)) || !passesLuhn(digits) || /^(\d)\1+$/.test(digits)) return undefined;
  const groups = match[0].split(/[^\d]+/);
  if (groups.length > 6 || (groups.length > 1 && groups.some((group) => group.length < 3))) return undefined;
  const issuer = isIssuer(digits);
  const certain = issuer && (digits.length === 16 || (digits.length === 15 && /^3[47]/.test(digits)));
  if (
    certain &&
    groups.length <= 5 &&
    !(groups.length === 1 && near(text, start, end, /timestamp|"?\bid"?\s?[:=]|tracking|order|serial|imei/i))
  )
    return { start, end };
  return near(text, start, end, CARD_WORDS) && /^[1-6]/.test(digits) ? { start, end } : undefined;
}

/** Issuer ranges of the large networks (ISO/IEC 7812). */
function isIssuer(digits: string): boolean {
  return /^(?:4|5[0-9]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)|3[47]|3(?:0[0-5]|[689])|35|6(?:011|[2-9]|0|1)|1800|2131)/.test(
    digits,
  );
}

const SSN = /(?!000|666|9)\d{3}([-. \u2010-\u2013])(?!00)\d{2}\1(?!0000)\d{4}(?![\d]|[-.]\d)/y;
const SSN_PLAIN = /(?!000|666|9)\d{3}(?!00)\d{2}(?!0000)\d{4}(?!\d)/y;
const SSN_WORDS = /\bssn\b|social[- ]security|\bss ?#|\bitin\b|taxpayer/i;
const ITIN = /9\d{2}([- ])(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])\1\d{4}(?!\d)/y;

function findSsn(text: string, start: number): Span | undefined {
  if (!standsAlone(text, start)) return undefined;
  const match = matchAt(SSN, text, start);
  if (match !== undefined) {
    if (match[1] === "-" || near(text, start, start + 11, SSN_WORDS)) return { start, end: start + match[0].length };
    return match[1] === "." || match[1] === " "
      ? near(text, start, start + 11, /phone|tel|call|fax|mobile|order|ref/i)
        ? undefined
        : { start, end: start + 11 }
      : undefined;
  }
  const itin = matchAt(ITIN, text, start);
  if (itin !== undefined) return { start, end: start + itin[0].length };
  if (matchAt(SSN_PLAIN, text, start) !== undefined && near(text, start, start + 9, SSN_WORDS))
    return { start, end: start + 9 };
  return undefined;
}

const IBAN = /[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{1,4}){2,9}(?![A-Z0-9])/iy;
/** Length of each country's IBAN (SWIFT IBAN registry, release 97). */
const IBAN_LENGTH: Readonly<Record<string, number>> = Object.fromEntries(
  "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30"
    .split(" ")
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

function findIban(text: string, digits: number): Span | undefined {
  const start = digits - 2;
  if (start < 0 || !isLetter(text.charCodeAt(start)) || !isLetter(text.charCodeAt(start + 1))) return undefined;
  if (isAlphanumeric(text.charCodeAt(start - 1))) return undefined;
  const length = IBAN_LENGTH[text.slice(start, digits).toUpperCase()];
  if (length === undefined) return undefined;
  const match = matchAt(IBAN, text, start);
  if (match === undefined) return undefined;
  let compact = "";
  for (let at = 0; at < match[0].length; at++) {
    const unit = match[0][at]!;
    if (unit !== " " && unit !== "-") compact += unit;
    if (compact.length < length) continue;
    const end = start + at + 1;
    return !isAlphanumeric(text.charCodeAt(end)) && modulo97(compact.slice(4) + compact.slice(0, 4)) === 1
      ? { start, end }
      : undefined;
  }
  return undefined;
}

const PHONE_WORDS =
  /phone|mobile|\bcell|\btel\b|\btel[.:]|telefon|téléphone|teléfono|\bcall(?:s|ed|ing)?\b|\bfax\b|office|\bring\b|whatsapp|text (?:me|him|her|us)|\bsms\b|contact|reach|hotline|number is|nummer|numéro|número|numero|telefoon|dial|messages to|answering at|registered|handy|portable|appel[el]|bel (?:me|ons|hem|haar)|bellen|\blig[au]|ll[aá]m[ae]|chiam|\bruf|anruf|zadzwo|ring me/i;
const NOT_PHONE =
  /order|personn|orgn|invoice|ticket|tracking|isbn|issn|version|product|serial|account|population|\bid\b|part no|model|reference|case no|doi|zip|postal|\$|€|£|price|cost|total|year/i;
/** `+` and a country code, with up to five groups. */
const INTERNATIONAL =
  /\+?(?:00)?[1-9]\d{0,2}[ .\-/]{0,2}(?:\(0?\d{0,5}\)[ .\-/]{0,2})?\d{1,5}(?:[ .\-/]{0,2}\d{1,5}){1,5}(?!\d)/y;
const NORTH_AMERICAN =
  /(?:1[ .-])?(?:\(\d{3}\)\s?|\d{3}[ .-])\d{3}[ .-]\d{4}(?:\s?(?:x|ext\.?)\s?\d{1,6})?(?![\d]|[.-]\d)/y;
const NATIONAL = /\(?0\d{1,5}\)?(?:[ .\-/]{0,2}\d{2,6}){1,5}(?![\d]|[.-]\d)/y;
const LOOSE = /\(?\d{2,5}\)?(?:[ .\-/]{0,3}(?:\(0\))?\d{1,7}){1,6}(?:x\d{1,6})?(?!\d)/y;

function findPhone(text: string, digits: number): Span | undefined {
  let start = digits;
  if (text[start - 1] === "(") start--;
  const plus = text[start - 1] === "+" || (text[start - 1] === "(" && text[start - 2] === "+");
  if (plus) start--;
  const before = text.charCodeAt(start - 1);
  if (
    isAlphanumeric(before) ||
    before === 95 ||
    before === 46 ||
    before === 47 ||
    before === 35 ||
    before === 36 ||
    before === 61
  )
    return undefined;
  if (before === 45 && isAlphanumeric(text.charCodeAt(start - 2))) return undefined;
  if (before === 44 && isDigit(text.charCodeAt(start - 2))) return undefined;
  if (plus) {
    const match = matchAt(INTERNATIONAL, text, start + 1);
    return match !== undefined && hasPhoneLength(match[0], 8) ? { start, end: start + 1 + match[0].length } : undefined;
  }
  const american = matchAt(NORTH_AMERICAN, text, start);
  if (american !== undefined) {
    // In a row of numbers every three groups look like one.
    const inRow =
      /\d[ \t,]{1,2}$/.test(text.slice(Math.max(0, start - 3), start)) ||
      /^[ \t]\d/.test(text.slice(start + american[0].length, start + american[0].length + 2));
    return accept(text, start, american[0], 10, inRow);
  }
  const national = matchAt(NATIONAL, text, start);
  if (national !== undefined && /[ .\-/()]/.test(national[0])) {
    const accepted = accept(text, start, national[0], 8, true);
    if (accepted !== undefined) return accepted;
  }
  if (start === 0 && /^0\d{9,10}[\s.?!]*$/.test(text.slice(0, 20))) return { start, end: digitsEnd(text, start) }; // nothing else in the text
  const loose = matchAt(LOOSE, text, start);
  return loose === undefined || !/[ .\-/()]/.test(loose[0]) ? undefined : accept(text, start, loose[0], 7, true);
}

function digitsEnd(text: string, start: number): number {
  let end = start;
  while (isDigit(text.charCodeAt(end))) end++;
  return end;
}

/** Accepts a candidate of a plausible length; `needsWord` asks for a word of telephony close by. */
function accept(
  text: string,
  start: number,
  candidate: string,
  shortest: number,
  needsWord: boolean,
): Span | undefined {
  const trimmed = candidate.replace(/[ .\-/]+$/, "");
  if (/^(?:19|20)\d\d ?[-–/.] ?(?:19|20)\d\d$/.test(trimmed)) return undefined; // years
  if (!hasPhoneLength(trimmed, shortest) || /^\(?\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)/.test(trimmed)) return undefined;
  const end = start + trimmed.length;
  const before = text.slice(Math.max(0, start - 60), start);
  if (NOT_PHONE.test(before.slice(-24))) return undefined;
  if (
    needsWord &&
    !PHONE_WORDS.test(before) &&
    !/^\s{0,3}[-,(]?\s{0,2}(?:office|fax|mobile|cell|home|work|phone)/i.test(text.slice(end, end + 16))
  )
    return undefined;
  return { start, end };
}

function hasPhoneLength(candidate: string, shortest: number): boolean {
  let count = 0;
  for (let index = 0; index < candidate.length && candidate[index] !== "x"; index++)
    if (isDigit(candidate.charCodeAt(index))) count++;
  return count >= shortest && count <= 15;
}

const IPV4 = /(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w]|\.\d|-\w)/y;
const VERSION_WORDS =
  /version|\bv\.?\s?$|release|bump|chrome|firefox|upgrade|update|driver|firmware|build|§|section|chapter|clause|oid|identifier|assembly|standard|spec(?:ification)?\b|iso\b|==\s?$|@\s$|\bto\s?$/i;

/** What an address with four small numbers needs beside it; sections and releases are numbered so. */
const IP_WORDS =
  /\bip(?:v4)?\b|address|server|\bhost|connect|ping|ssh|:\/\/$|@$|ban(?:ned)?|dns|allow|deny|listen|firewall|route|subnet|proxy|gateway|client|remote|peer|attack|login|traffic|port\b|whois|lookup|visitor/i;

function findIpv4(text: string, start: number): Span | undefined {
  if (!standsAlone(text, start) || text[start - 1] === "." || text[start - 1] === "-") return undefined;
  const match = matchAt(IPV4, text, start);
  if (match === undefined) return undefined;
  const [a, b, c, d] = match[0].split(".").map(Number) as [number, number, number, number]; // the pattern has four groups
  const reserved =
    a === 0 ||
    a === 10 ||
    a === 127 ||
    a >= 224 ||
    (a === 100 && b >= 64 && b < 128) ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168) ||
    (a === 192 && b === 0 && (c === 2 || c === 0)) ||
    (a === 198 && (b === 18 || b === 19)) ||
    (a === 198 && b === 51 && c === 100) ||
    (a === 203 && b === 0 && c === 113);
  const resolver =
    (a === 8 && b === 8) ||
    (a === 1 && b <= 1 && d <= 1) ||
    (a === 9 && b === 9 && c === 9) ||
    (a === b && b === c && c === d);
  if (reserved || resolver) return undefined;
  const before = text.slice(Math.max(0, start - 30), start);
  if (
    VERSION_WORDS.test(before) ||
    (a < 100 &&
      b < 100 &&
      c < 100 &&
      d < 100 &&
      !IP_WORDS.test(before) &&
      !IP_WORDS.test(text.slice(start + match[0].length, start + match[0].length + 24)))
  )
    return undefined;
  return { start, end: start + match[0].length };
}

const IPV6 =
  /(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){7}|(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,6})?::(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,6})?)(?![\w:])/iy;

function findIpv6(text: string, colon: number): Span | undefined {
  let start = colon;
  while (start > colon - 4 && isAlphanumeric(text.charCodeAt(start - 1))) start--;
  const before = text.charCodeAt(start - 1);
  if (isAlphanumeric(before) || before === 58 || before === 95 || before === 46) return undefined;
  const match = matchAt(IPV6, text, start);
  if (match === undefined) return undefined;
  const groups = match[0].split(":").filter((group) => group !== "").length;
  // Only 2000::/3 is routed; documentation and the short forms of code (`a::b`) are not addresses of anyone.
  if (!/^[23][0-9a-f]{3}:/i.test(match[0]) || /^2001:(?:0?db8|4860:4860):/i.test(match[0]) || groups < 3)
    return undefined;
  return { start, end: start + match[0].length };
}

const MAC = /[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}(?![\w:-])/iy;

/** `MAC: 00-1A-2B-3C-4D-5E`: with hyphens only where the words say what it is. */
function findNamedMac(text: string, _start: number, end: number): Span | undefined {
  for (let at = end; at < Math.min(end + 24, text.length); at++) {
    const match = isAlphanumeric(text.charCodeAt(at - 1)) ? undefined : matchAt(MAC, text, at);
    if (match !== undefined) return { start: at, end: at + match[0].length };
  }
  return undefined;
}

function findMac(text: string, colon: number): Span | undefined {
  const start = colon - 2;
  if (start < 0 || isAlphanumeric(text.charCodeAt(start - 1)) || text[start - 1] === ":") return undefined;
  const match = matchAt(MAC, text, start);
  return match === undefined || /^(?:00[:-]){5}00|^(?:ff[:-]){5}ff/i.test(match[0])
    ? undefined
    : { start, end: start + match[0].length };
}

const personal = { action: "keep-local", redactable: true } as const;

/** Cards, bank accounts, phone numbers and addresses of machines: numbers that point to a person. */
export const personalNumberRules: readonly Rule[] = [
  {
    id: "PRIVACY_031",
    description: "a payment card number",
    severity: "critical",
    kind: "CARD",
    ...personal,
    detections: [{ on: "digits", leastDigits: 12, find: findCard }],
  },
  {
    id: "PRIVACY_032",
    description: "a bank account number (IBAN)",
    severity: "high",
    kind: "IBAN",
    ...personal,
    detections: [{ on: "digits", find: findIban }],
  },
  {
    id: "PRIVACY_033",
    description: "a US social security number",
    severity: "critical",
    kind: "SSN",
    ...personal,
    detections: [{ on: "digits", leastDigits: 9, find: findSsn }],
  },
  {
    id: "PRIVACY_034",
    description: "a phone number",
    severity: "medium",
    kind: "PHONE",
    ...personal,
    detections: [{ on: "digits", leastDigits: 7, find: findPhone }],
  },
  {
    id: "PRIVACY_035",
    description: "a public IP address",
    severity: "medium",
    kind: "IP",
    ...personal,
    detections: [
      { on: "digits", leastDigits: 4, find: findIpv4 },
      { on: "colon", find: findIpv6 },
    ],
  },
  {
    id: "PRIVACY_036",
    description: "a device's hardware address",
    severity: "medium",
    kind: "MAC",
    ...personal,
    detections: [
      { on: "colon", find: findMac },
      { on: "keyword", keywords: ["mac", "hardware address"], find: findNamedMac },
    ],
  },
];
