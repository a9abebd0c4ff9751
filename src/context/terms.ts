/** How often each term occurs in a text, and how many terms it has in all. */
export interface TermCounts {
  readonly counts: ReadonlyMap<string, number>;
  readonly total: number;
}

/** Of each text so many characters are indexed: about 30,000 words, more than any turn a person reads. */
export const INDEXED_CHARACTERS = 200_000;
/** Distinct terms kept for one turn: bounds the rows that one turn writes. */
export const MAX_TERMS = 2_000;
const MAX_TERM_LENGTH = 40;

/**
 * Counts the search terms of some texts: words of any alphabet, lower-cased, diacritics folded, English endings taken
 * off; Chinese and Japanese, which do not separate words, by single characters and pairs. O(characters), at most
 * `INDEXED_CHARACTERS` of each text and `MAX_TERMS` distinct terms.
 */
export function countTerms(...texts: readonly string[]): TermCounts {
  const counts = new Map<string, number>();
  let total = 0;
  const add = (term: string): void => {
    const count = counts.get(term);
    if (count === undefined && counts.size >= MAX_TERMS) return;
    counts.set(term, (count ?? 0) + 1);
    total++;
  };
  for (const text of texts) scanTerms(text, add);
  return { counts, total };
}

/** Written as a scanner because Hermes lacks `Intl.Segmenter`, and because one pass over 200 kB allocates only words. */
function scanTerms(text: string, add: (term: string) => void): void {
  const end = Math.min(text.length, INDEXED_CHARACTERS);
  let wordStart = -1;
  let previous = "";
  for (let index = 0; index < end; ) {
    const code = text.codePointAt(index)!;
    const width = code > 0xffff ? 2 : 1;
    const kind = kindOf(code);
    if (kind !== "letter" && wordStart >= 0) {
      add(normalizeWord(text.slice(wordStart, Math.min(index, wordStart + MAX_TERM_LENGTH))));
      wordStart = -1;
    }
    if (kind === "letter" && wordStart < 0) wordStart = index;
    if (kind === "ideograph") {
      const character = text.slice(index, index + width).normalize("NFKC");
      add(character);
      if (previous !== "") add(previous + character);
      previous = character;
    } else previous = "";
    index += width;
  }
  if (wordStart >= 0) add(normalizeWord(text.slice(wordStart, Math.min(end, wordStart + MAX_TERM_LENGTH))));
}

/** Unicode blocks, coarse: what is not known as punctuation, symbol or space is taken for a letter. */
function kindOf(code: number): "letter" | "ideograph" | "other" {
  if (code < 0x80) {
    const isLetter = (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57);
    return isLetter ? "letter" : "other";
  }
  if (code < 0x2000) {
    if (code < 0xc0) return code === 0xaa || code === 0xb5 || code === 0xba ? "letter" : "other";
    return FOREIGN_PUNCTUATION.has(code) ? "other" : "letter";
  }
  if (code < 0x3040) {
    const isLetter = (code >= 0x2c00 && code < 0x2e00) || (code >= 0x2100 && code < 0x2190);
    return isLetter ? "letter" : code >= 0x3005 && code <= 0x3007 ? "ideograph" : "other";
  }
  if (code < 0xa000) {
    if (code === 0x30a0 || code === 0x30fb || (code >= 0x3200 && code < 0x3400)) return "other";
    return code >= 0x4dc0 && code < 0x4e00 ? "other" : "ideograph";
  }
  if (code < 0xd800) return "letter"; // Yi to Hangul, which puts spaces between words
  if (code < 0xf900) return "other"; // lone surrogates, private use
  if (code < 0xfb00) return "ideograph";
  if (code < 0x10000) {
    if (code >= 0xff66 && code <= 0xff9f) return "ideograph";
    const isWide =
      (code >= 0xff10 && code <= 0xff19) || (code >= 0xff21 && code <= 0xff3a) || (code >= 0xff41 && code <= 0xff5a);
    return isWide || code < 0xfe00 || (code >= 0xfe70 && code < 0xfeff) ? "letter" : "other";
  }
  if (code >= 0x20000 && code < 0x40000) return "ideograph";
  return code < 0x1f000 && !(code >= 0x1d000 && code < 0x1d400) ? "letter" : "other"; // emoji and music are no words
}

/** Multiplication and division signs; Greek, Armenian, Hebrew, Arabic, Devanagari and Ogham punctuation. */
const FOREIGN_PUNCTUATION: ReadonlySet<number> = new Set([
  0xd7, 0xf7, 0x37e, 0x387, 0x55d, 0x55e, 0x589, 0x5be, 0x60c, 0x61b, 0x61f, 0x66a, 0x66b, 0x66c, 0x66d, 0x6d4, 0x964,
  0x965, 0xe4f, 0x104a, 0x104b, 0x1680, 0x17d4, 0x1802, 0x1803,
]);

function normalizeWord(word: string): string {
  const lower = word.toLowerCase();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is told from the rest
  if (/^[\x00-\x7f]*$/.test(lower)) return stem(lower);
  // Accents go, and the space that an accent standing alone (U+00B4, U+FE74) is composed with.
  const folded = lower.normalize("NFKD").replace(/[\u0300-\u036f\s]/g, "");
  return stem(folded === "" ? lower : folded);
}

/** Plural, -ing and -ed of English, after steps 1a and 1b of Porter (1980); shorter words and numbers stay. */
export function stem(word: string): string {
  if (word.length < 4 || !/^[a-z]+$/.test(word)) return word;
  const singular = stemPlural(word);
  const ending = singular.endsWith("ing") ? 3 : singular.endsWith("ed") && !singular.endsWith("eed") ? 2 : 0;
  const root = ending === 0 ? singular : singular.slice(0, -ending);
  if (ending === 0 || root.length < 3 || !/[aeiouy]/.test(root)) return singular;
  if (/(?:at|bl|iz)$/.test(root)) return `${root}e`;
  if (/([^aeioulsz])\1$/.test(root)) return root.slice(0, -1);
  // one measure that ends consonant, vowel, consonant: hop-ing is of hope, visit-ing of visit
  return /^[^aeiou]*[aeiouy][^aeiouwxy]$/.test(root) && root.length <= 5 ? `${root}e` : root;
}

function stemPlural(word: string): string {
  if (word.endsWith("sses") || word.endsWith("xes") || /[cs]hes$/.test(word)) return word.slice(0, -2);
  if (word.endsWith("ies")) return word.length > 4 ? `${word.slice(0, -3)}y` : word.slice(0, -1);
  return /[^suia]s$|[^io]as$/.test(word) ? word.slice(0, -1) : word;
}
