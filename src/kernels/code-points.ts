/** Between tokens. */
export const GAP = 0;
/** Part of a run of letters. */
export const LETTER = 1;
/** Part of a run of digits: `0` to `9` alone, other digits count as letters. */
export const DIGIT = 2;
/** A token by itself: scripts that write no spaces, Hangul syllables, emoji. */
export const SINGLE = 3;
/** Punctuation and symbols: a gap, or a token by itself where marks count. */
export const MARK = 4;

/** Kinds of the 128 ASCII characters. */
export const ASCII_KINDS: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) => {
  const lower = code | 32;
  if (lower >= 97 && lower <= 122) return LETTER;
  if (code >= 48 && code <= 57) return DIGIT;
  return code <= 32 || code === 127 ? GAP : MARK;
});

/** First code point, last one, kind; ordered. What is in none is a letter: words of a new script stay words. */
const RANGES: readonly (readonly [number, number, number])[] = [
  [0x80, 0xa0, GAP],
  [0xa1, 0xa9, MARK],
  [0xab, 0xb1, MARK],
  [0xb4, 0xb4, MARK],
  [0xb6, 0xb8, MARK],
  [0xbb, 0xbb, MARK],
  [0xbf, 0xbf, MARK],
  [0xd7, 0xd7, MARK],
  [0xf7, 0xf7, MARK],
  [0x37e, 0x37e, MARK],
  [0x387, 0x387, MARK],
  [0x55a, 0x55f, MARK],
  [0x589, 0x58a, MARK],
  [0x5be, 0x5be, MARK],
  [0x5c0, 0x5c0, MARK],
  [0x5c3, 0x5c3, MARK],
  [0x5f3, 0x5f4, MARK],
  [0x600, 0x60f, MARK],
  [0x61b, 0x61f, MARK],
  [0x66a, 0x66d, MARK],
  [0x6d4, 0x6d4, MARK],
  [0x964, 0x965, MARK],
  [0xe00, 0xeff, SINGLE], // Thai, Lao
  [0x1000, 0x109f, SINGLE], // Burmese
  [0x10fb, 0x10fb, MARK],
  [0x1360, 0x1368, MARK],
  [0x1680, 0x1680, GAP],
  [0x1780, 0x17ff, SINGLE], // Khmer
  [0x2000, 0x200f, GAP],
  [0x2010, 0x2027, MARK],
  [0x2028, 0x202f, GAP],
  [0x2030, 0x205e, MARK],
  [0x205f, 0x206f, GAP],
  [0x2070, 0x25ff, MARK],
  [0x2600, 0x27bf, SINGLE], // miscellaneous symbols and dingbats, as emoji use them
  [0x27c0, 0x2bff, MARK],
  [0x2e00, 0x2e7f, MARK],
  [0x2e80, 0x2fff, SINGLE],
  [0x3000, 0x3000, GAP],
  [0x3001, 0x3004, MARK],
  [0x3005, 0x3007, SINGLE],
  [0x3008, 0x3020, MARK],
  [0x3021, 0x303f, SINGLE],
  [0x3040, 0xa4cf, SINGLE], // kana, bopomofo, Han, Yi
  [0xac00, 0xd7ff, SINGLE], // Hangul
  [0xe000, 0xf8ff, MARK], // private use
  [0xf900, 0xfaff, SINGLE],
  [0xfd3e, 0xfd3f, MARK],
  [0xfe00, 0xfe0f, GAP],
  [0xfe10, 0xfe6f, MARK],
  [0xff00, 0xff0f, MARK],
  [0xff66, 0xffdc, SINGLE],
  [0xfff0, 0xffff, MARK],
  [0x1d000, 0x1d3ff, MARK],
  [0x1f000, 0x1faff, SINGLE], // emoji
  [0x20000, 0x3ffff, SINGLE], // Han
  [0xe0000, 0x10ffff, GAP],
];

/** The kind of a code point, by a table of our own: the same whatever version of Unicode a runtime knows. */
export function kindOf(codePoint: number): number {
  if (codePoint < 128) return ASCII_KINDS[codePoint]!;
  if (codePoint >= 0x3040 && codePoint <= 0xa4cf) return SINGLE; // the most of what is not a letter
  let low = 0;
  let high = RANGES.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const [first, last, kind] = RANGES[middle]!;
    if (codePoint < first) high = middle - 1;
    else if (codePoint > last) low = middle + 1;
    else return kind;
  }
  return LETTER;
}

// biome-ignore lint/suspicious/noMisleadingCharacterClass: each is removed wherever it stands
const INVISIBLE = /[\u00ad\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff]/g;
/** What there is to do after lower case; most texts hold none of it. */
// biome-ignore lint/suspicious/noMisleadingCharacterClass: each is looked for wherever it stands
const TO_FOLD = /[\u00ad\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff\u00df\u03c2]/;

/**
 * The text as it is compared: Unicode form NFKC, lower case, invisible characters gone, and the two letters whose case
 * folding is not their lower case (sharp s, final sigma) folded. Text in ASCII alone is returned as it is: whoever
 * reads it lowers its letters.
 */
export function fold(text: string): string {
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) >= 128) {
      const lower = text.normalize("NFKC").toLowerCase();
      return TO_FOLD.test(lower) ? lower.replace(INVISIBLE, "").replaceAll("ß", "ss").replaceAll("ς", "σ") : lower;
    }
  }
  return text;
}
