import { isAlphanumeric } from "./characters.js";
import { passesLuhn, passesVerhoeff, weightedSum } from "./checksums.js";
import { matchAt, type Rule, type Span } from "./rule.js";

/** One kind of identity number: its form, its check, and the words without which it is taken for another number. */
interface NationalId {
  readonly pattern: RegExp;
  readonly valid: (compact: string) => boolean;
  /** Absent where form and check together are rare enough by themselves. */
  readonly words?: RegExp;
}

const SPANISH_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE";
const ITALIAN_ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

const ALWAYS = (): boolean => true;

function isDate(month: string, day: string): boolean {
  return Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= 31;
}

/** Numbers that begin with a digit. Checks as the issuing states publish them. */
const FROM_DIGIT: readonly NationalId[] = [
  // Spain, DNI.
  {
    pattern: /\d{8}-?[A-HJ-NP-TV-Z](?![A-Za-z0-9])/iy,
    valid: (id) => SPANISH_LETTERS[Number(id.slice(0, 8)) % 23] === id[8],
  },
  // South Korea, resident and foreigner registration: a birth date and a century digit.
  { pattern: /\d{6}-[1-8]\d{6}(?!\d)/y, valid: (id) => isDate(id.slice(2, 4), id.slice(4, 6)) },
  {
    pattern: /\d{6}[1-8]\d{6}(?!\d)/y,
    valid: (id) => isDate(id.slice(2, 4), id.slice(4, 6)),
    words: /\brrn\b|\bfrn\b|주민|외국인|resident registration|korean/i,
  },
  // Sweden, personnummer and organisationsnummer.
  {
    pattern: /(?:19|20)\d{6}-\d{4}(?!\d)/y,
    valid: (id) => isDate(id.slice(4, 6), id.slice(6, 8)) && passesLuhn(id.slice(2)),
  },
  {
    pattern: /(?:19|20)?\d{6}[-+]?\d{4}(?!\d)/y,
    valid: (id) => passesLuhn(id.slice(-10)),
    words: /personnummer|\bpnr\b|orgnummer|organisationsn|svensk|swedish/i,
  },
  // South Africa.
  {
    pattern: /\d{13}(?!\d)/y,
    valid: (id) => isDate(id.slice(2, 4), id.slice(4, 6)) && /[01]/.test(id[10]!) && passesLuhn(id),
    words: /\brsa\b|south african|\bid\b/i,
  },
  // Thailand.
  {
    pattern: /[1-8](?:-?\d){12}(?!\d)/y,
    valid: (id) => (11 - (weightedSum(id, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === Number(id[12]),
    words: /thai|tnin|เลขบัตร/i,
  },
  // Turkey.
  { pattern: /[1-9]\d{10}(?!\d)/y, valid: isTurkish, words: /t[uü]rk|kimlik|\btc\b|\btckn\b/i },
  // Poland, PESEL.
  {
    pattern: /\d{11}(?!\d)/y,
    valid: (id) => (10 - (weightedSum(id, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10 === Number(id[10]),
    words: /pesel/i,
  },
  // Germany, tax id.
  { pattern: /\d{2}(?: ?\d{3}){3}(?!\d)/y, valid: ALWAYS, words: /steuer-?id|steueridentifikation|\bidnr\b|\btin\b/i },
  { pattern: /\d{2,3}\/\d{3}\/\d{4,5}(?!\d)/y, valid: ALWAYS, words: /steuernummer|steuer-?nr|finanzamt/i },
  // United Kingdom, NHS number.
  { pattern: /\d{3}[ -]\d{3}[ -]\d{4}(?!\d)/y, valid: isNhs, words: /\bnhs\b|patient/i },
  // Canada, social insurance number.
  {
    pattern: /\d{3}[ -]\d{3}[ -]\d{3}(?![- ]?\d)/y,
    valid: passesLuhn,
    words: /\bsin\b|\bnas\b|social insurance|assurance sociale/i,
  },
  // Australia: Medicare, tax file number.
  {
    pattern: /[2-6]\d{3}[ -]?\d{5}[ -]?\d(?!\d)/y,
    valid: (id) => weightedSum(id, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === Number(id[8]),
    words: /medicare/i,
  },
  {
    pattern: /\d{3} ?\d{3} ?\d{3}(?!\d)/y,
    valid: (id) => weightedSum(id, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0,
    words: /\btfn\b|tax file/i,
  },
  // India, Aadhaar and GSTIN.
  { pattern: /[2-9]\d{3}([ -])\d{4}\1\d{4}(?![ -]?\d)/y, valid: passesVerhoeff },
  { pattern: /(?:0[1-9]|[12]\d|3[0-8])[A-Z]{5}\d{4}[A-Z][1-9A-Z]Z[0-9A-Z](?![A-Za-z0-9])/y, valid: ALWAYS },
  // Brazil, CPF; Netherlands, BSN; France, NIR; United States, NPI and routing number.
  { pattern: /\d{3}\.\d{3}\.\d{3}-\d{2}(?!\d)/y, valid: isCpf },
  {
    pattern: /\d{9}(?!\d)/y,
    valid: (id) => (weightedSum(id, [9, 8, 7, 6, 5, 4, 3, 2]) - Number(id[8])) % 11 === 0,
    words: /\bbsn\b|burgerservice|sofinummer/i,
  },
  {
    pattern: /[12] ?\d{2} ?(?:0[1-9]|1[0-2]) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}(?!\d)/y,
    valid: ALWAYS,
    words: /sécurité sociale|\bnir\b|\bsecu\b|sécu/i,
  },
  { pattern: /[12]\d{3}[ -]?\d{3}[ -]?\d{3}(?!\d)/y, valid: (id) => passesLuhn(`80840${id}`), words: /\bnpi\b/i },
  {
    pattern: /\d{9}(?!\d)/y,
    valid: (id) => weightedSum(id, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0,
    words: /routing|\baba\b/i,
  },
  { pattern: /\d{3}-\d{3}-\d{3}(?:-\d{3,5})?(?!\d)/y, valid: ALWAYS, words: /\btin\b/i },
];

/** Numbers that begin with letters, asked at their first group of digits. */
const FROM_LETTERS: readonly (NationalId & { readonly letters: number })[] = [
  // Spain, NIE. Singapore, NRIC and FIN. India, PAN and passports. Germany, VAT id. Italy, fiscal code. United Kingdom, NINO.
  {
    letters: 1,
    pattern: /[XYZ]\d{7}-?[A-HJ-NP-TV-Z](?![A-Za-z0-9])/iy,
    valid: (id) => SPANISH_LETTERS[Number("XYZ".indexOf(id[0]!) + id.slice(1, 8)) % 23] === id[8],
  },
  { letters: 1, pattern: /[STFGM]\d{7}[A-Z](?![A-Za-z0-9])/y, valid: isSingaporean },
  { letters: 5, pattern: /[A-Z]{3}[ABCFGHLJPT][A-Z]\d{4}[A-Z](?![A-Za-z0-9])/y, valid: ALWAYS },
  { letters: 2, pattern: /DE\d{9}(?![A-Za-z0-9])/y, valid: ALWAYS },
  { letters: 6, pattern: /[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z](?![A-Za-z0-9])/y, valid: isItalian },
  {
    letters: 2,
    pattern: /[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D](?![A-Za-z0-9])/y,
    valid: ALWAYS,
  },
  { letters: 5, pattern: /[A-Z]{5}\d[0156]\d[0-3]\d{2}[A-Z]{2}[A-Z0-9]{3}(?![A-Za-z0-9])/y, valid: ALWAYS },
];

function isTurkish(id: string): boolean {
  const odd = weightedSum(id, [1, 0, 1, 0, 1, 0, 1, 0, 1]);
  const even = weightedSum(id, [0, 1, 0, 1, 0, 1, 0, 1, 0]);
  const tenth = (((odd * 7 - even) % 10) + 10) % 10;
  return tenth === Number(id[9]) && (odd + even + tenth) % 10 === Number(id[10]);
}

function isNhs(id: string): boolean {
  return (11 - (weightedSum(id, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11 === Number(id[9]);
}

function isCpf(id: string): boolean {
  const first = ((weightedSum(id, [10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11) % 10;
  const second = ((weightedSum(id, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11) % 10;
  return first === Number(id[9]) && second === Number(id[10]) && !/^(\d)\1+$/.test(id);
}

function isSingaporean(id: string): boolean {
  const sum =
    weightedSum(id.slice(1), [2, 7, 6, 5, 4, 3, 2]) + (id[0] === "T" || id[0] === "G" ? 4 : id[0] === "M" ? 3 : 0);
  const letters = id[0] === "S" || id[0] === "T" ? "JZIHGFEDCBA" : id[0] === "M" ? "KLJNPQRTUWX" : "XWUTRQPNMLK";
  return letters[id[0] === "M" ? 10 - (sum % 11) : sum % 11] === id[8];
}

function isItalian(id: string): boolean {
  let sum = 0;
  for (let place = 0; place < 15; place++) {
    const code = id.charCodeAt(place);
    const value = code <= 57 ? code - 48 : code - 65;
    sum += place % 2 === 0 ? ITALIAN_ODD[value]! : value;
  }
  return String.fromCharCode(65 + (sum % 26)) === id[15];
}

function findNationalId(text: string, start: number): Span | undefined {
  const before = text.charCodeAt(start - 1);
  if (before === 95 || before === 46 || before === 47 || before === 45) return undefined;
  if (isAlphanumeric(before)) {
    for (const id of FROM_LETTERS) {
      const from = start - id.letters;
      if (from < 0 || isAlphanumeric(text.charCodeAt(from - 1))) continue;
      const span = check(text, from, id);
      if (span !== undefined) return span;
    }
    return undefined;
  }
  for (const id of FROM_DIGIT) {
    const span = check(text, start, id);
    if (span !== undefined) return span;
  }
  return undefined;
}

function check(text: string, start: number, id: NationalId): Span | undefined {
  const match = matchAt(id.pattern, text, start);
  if (match === undefined) return undefined;
  const end = start + match[0].length;
  if (
    id.words !== undefined &&
    !id.words.test(text.slice(Math.max(0, start - 48), start)) &&
    !id.words.test(text.slice(end, end + 32))
  )
    return undefined;
  return id.valid(match[0].replace(/[^A-Za-z0-9]/g, "").toUpperCase()) ? { start, end } : undefined;
}

const DOCUMENT_VALUE =
  /[^\n.?!]{0,24}?(?:\b(?:is|lautet|ist|es|est|number|no\.?|nummer|was|with|and)|[:=#])\s{0,3}["']?((?=[A-Z0-9 -]{0,20}\d)[A-Z0-9](?:[A-Z0-9]|[ -](?=[A-Z0-9])){5,21})(?![A-Za-z0-9])/iy;

/** `my passport number is …`, `account number: …`: the document's name, then a number. */
function findDocument(text: string, start: number, end: number): Span | undefined {
  if (isAlphanumeric(text.charCodeAt(start - 1))) return undefined;
  const match = matchAt(DOCUMENT_VALUE, text, end);
  if (match === undefined) return undefined;
  const value = match[1]!.split(/ (?=[a-z])/)[0]!;
  const at = end + match[0].lastIndexOf(match[1]!);
  return (value.match(/\d/g)?.length ?? 0) >= 4 ? { start: at, end: at + value.length } : undefined;
}

/** Identity numbers of states, by form, checksum and the words beside them. */
export const nationalIdRules: readonly Rule[] = [
  {
    id: "PRIVACY_040",
    description: "a national identity number",
    severity: "high",
    action: "keep-local",
    kind: "ID_NUMBER",
    redactable: true,
    detections: [{ on: "digits", find: findNationalId }],
  },
  {
    id: "PRIVACY_041",
    description: "the number of an identity document or account",
    severity: "high",
    action: "keep-local",
    kind: "ID_NUMBER",
    redactable: true,
    detections: [
      {
        on: "keyword",
        keywords: [
          "passport",
          "driver's license",
          "drivers license",
          "driver license",
          "driving licence",
          "personalausweis",
          "reisepass",
          "pasaporte",
          "passeport",
          "account number",
          "kontonummer",
          "policy number",
          "insurance number",
          "sozialversicherungsnummer",
          "versicherungsnummer",
          "national id",
          "id card",
          "tax id",
          "steuer-id",
          "social insurance",
          "medical record number",
          "mrn",
          "voter",
          "여권번호",
          "license plate",
          "kennzeichen",
          "betriebsstättennummer",
          "employee id",
        ],
        find: findDocument,
      },
    ],
  },
];
