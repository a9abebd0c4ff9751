/** What a text looks like from outside: counts and flags, each cheap to take and easy to explain. */
export interface TextFeatures {
  /** UTF-16 units of the whole text. */
  readonly characters: number;
  /** Words, digits and so on are counted in the first 16,384 units only. */
  readonly words: number;
  readonly digits: number;
  readonly lines: number;
  readonly questionMarks: number;
  /** Characters that code and formulas use and prose does not: `{}[]<>=;_\|` and a backtick. */
  readonly codeMarks: number;
  /** Plus, minus, times, slash, caret, equals, and the block of mathematical operators. */
  readonly mathMarks: number;
  /** How many words of each group occurred. */
  readonly groups: Readonly<Record<WordGroup, number>>;
}

/** Groups of words that say what kind of work a question asks for. */
export type WordGroup = "reasoning" | "code" | "mathematics" | "fresh" | "longForm" | "parts" | "smallTalk" | "lookup";

const WORDS: Readonly<Record<WordGroup, string>> = {
  reasoning:
    "why prove proof derive explain analyze analyse compare contrast evaluate critique justify reason infer deduce implications tradeoff tradeoffs strategy diagnose optimize optimise design plan",
  code: "function class code python javascript typescript java rust golang sql regex algorithm debug compile compiler exception stacktrace refactor api endpoint docker kubernetes async bash script json html css",
  mathematics:
    "theorem integral derivative equation probability matrix polynomial geometry algebra calculus vector eigenvalue modulo prime logarithm cos sin tan triangle circle perimeter solve",
  fresh: "today latest news current currently recent recently now yesterday tonight weather stock price score",
  longForm:
    "essay story article poem report letter blog novel chapter speech outline draft rewrite translate summarize summarise detailed comprehensive",
  parts: "first second third then finally also additionally furthermore moreover steps step each respectively",
  smallTalk: "hi hello hey thanks thank please bye morning evening night cheers ok okay",
  lookup: "what who when where which define definition meaning capital name list",
};

const GROUP_NAMES = Object.keys(WORDS) as WordGroup[]; // the keys of a literal typed by WordGroup

interface WordEntry {
  readonly length: number;
  readonly group: number;
}

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

function hashWord(word: string): number {
  let hash = FNV_OFFSET;
  for (let index = 0; index < word.length; index++) hash = Math.imul(hash ^ word.charCodeAt(index), FNV_PRIME);
  return hash;
}

const WORD_TABLE: ReadonlyMap<number, WordEntry> = new Map(
  GROUP_NAMES.flatMap((name, group) =>
    WORDS[name].split(" ").map((word): [number, WordEntry] => [hashWord(word), { length: word.length, group }]),
  ),
);

const LOWER_A = 97;
const LOWER_Z = 122;
const CODE_MARKS = new Set([..."{}[]<>=;_\\|`"].map((mark) => mark.charCodeAt(0)));
const MATH_MARKS = new Set([..."+-*/^="].map((mark) => mark.charCodeAt(0)));

const LETTER = 1;
const DIGIT = 2;
const CODE = 4;
const MATH = 8;
const LINE = 16;
const QUESTION = 32;

/** What each of the 128 ASCII characters counts as, as bits. */
const ASCII_KIND: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) => {
  const lower = code | 32;
  return (
    (lower >= LOWER_A && lower <= LOWER_Z ? LETTER : 0) |
    (code >= 48 && code <= 57 ? DIGIT : 0) |
    (CODE_MARKS.has(code) ? CODE : 0) |
    (MATH_MARKS.has(code) ? MATH : 0) |
    (code === 10 ? LINE : 0) |
    (code === 63 ? QUESTION : 0)
  );
});

/** Units that are read for counts; a longer text is judged by its length and its beginning. */
export const FEATURE_WINDOW = 16_384;

/** Takes the features of a text in one pass without allocating per word. O(min(length, FEATURE_WINDOW)). */
export function textFeatures(text: string): TextFeatures {
  const end = Math.min(text.length, FEATURE_WINDOW);
  let words = 0;
  let digits = 0;
  let lines = 1;
  let questionMarks = 0;
  let codeMarks = 0;
  let mathMarks = 0;
  const counts = [0, 0, 0, 0, 0, 0, 0, 0];
  let hash = FNV_OFFSET;
  let length = 0;
  for (let index = 0; index <= end; index++) {
    const code = index < end ? text.charCodeAt(index) : 32;
    const kind = code < 128 ? ASCII_KIND[code]! : code >= 0x2200 && code <= 0x22ff ? MATH : LETTER;
    if (kind & LETTER) {
      hash = Math.imul(hash ^ (code < 128 ? code | 32 : code), FNV_PRIME);
      length++;
      continue;
    }
    if (length > 0) {
      words++;
      const entry = WORD_TABLE.get(hash);
      if (entry !== undefined && entry.length === length) counts[entry.group]!++;
      hash = FNV_OFFSET;
      length = 0;
    }
    if (kind === 0) continue;
    if (kind & DIGIT) digits++;
    if (kind & CODE) codeMarks++;
    if (kind & MATH) mathMarks++;
    if (kind & LINE) lines++;
    if (kind & QUESTION) questionMarks++;
  }
  return {
    characters: text.length,
    words,
    digits,
    lines,
    questionMarks,
    codeMarks,
    mathMarks,
    groups: {
      reasoning: counts[0]!,
      code: counts[1]!,
      mathematics: counts[2]!,
      fresh: counts[3]!,
      longForm: counts[4]!,
      parts: counts[5]!,
      smallTalk: counts[6]!,
      lookup: counts[7]!,
    },
  };
}
