import { type TextFeatures, textFeatures, type WordGroup } from "./text-features.js";

/** Dense indicators of a text: how many, in the order in which they stand. */
export const INDICATORS = 40;

const GROUPS: readonly WordGroup[] = [
  "reasoning",
  "code",
  "mathematics",
  "fresh",
  "longForm",
  "parts",
  "smallTalk",
  "lookup",
];

/** Whether a word or sign occurs that says what kind of question it is. Found once in every text, whatever its length. */
const SIGNS: readonly RegExp[] = [
  /\b(?:not|except|neither|never)\b/i,
  /\b(?:most|best|least|main|primary)\b/i,
  /\b(?:following|statements?|true|false)\b/i,
  /\bif\b/i,
  /\bhow (?:many|much|long|far|old)\b/i,
  /\bper(?:cent)?\b|%/i,
  /\b(?:times|twice|half|third|quarter|each|total|remaining|left)\b/i,
  /[$€£¥]/,
  /\b(?:he|she|his|her|they)\b/i,
  /_{3,}|\.{3}|…/,
  /^\s*[A-J][.)] /m,
  /\banswer\s*:\s*$/i,
  /^\s*(?:def|class|import|function|const|let|var|#include|public)\b/m,
];

/** Units that are read for the signs and shares; a longer text is judged by its length and its beginning. */
const WINDOW = 16_384;

/**
 * Writes what the text looks like from outside into `out` (INDICATORS) from `offset`: logarithms of counts, shares, word
 * groups, and 0 or 1 for each sign. Unscaled. O(min(length, 16,384)).
 */
export function indicate(text: string, out: Float32Array, offset = 0): void {
  const features = textFeatures(text);
  const counts = countCharacters(text);
  const units = Math.max(1, counts.units);
  let at = offset;
  const put = (value: number): void => {
    out[at++] = value;
  };
  put(Math.log1p(features.characters));
  put(Math.log1p(features.words));
  put(Math.log1p(features.lines));
  put(Math.log1p(features.digits));
  put(features.digits / units);
  put(counts.upper / units);
  put(counts.marks / units);
  put(features.codeMarks / units);
  put(features.mathMarks / units);
  put(counts.foreign / units);
  put(Math.log1p(features.questionMarks));
  put(Math.log1p(counts.numbers));
  put(Math.log1p(counts.commas));
  put(Math.log1p(counts.sentences));
  put(Math.log1p(counts.quotes));
  put(features.words === 0 ? 0 : counts.letters / features.words);
  put(Math.log1p(counts.largestNumber));
  put(counts.decimals > 0 ? 1 : 0);
  put(features.words > 0 ? counts.words6 / features.words : 0);
  putGroups(features, put);
  const window = text.length <= WINDOW ? text : text.slice(0, WINDOW);
  for (const sign of SIGNS) put(sign.test(window) ? 1 : 0);
}

function putGroups({ groups }: TextFeatures, put: (value: number) => void): void {
  for (const group of GROUPS) put(Math.log1p(groups[group]));
}

interface CharacterCounts {
  readonly units: number;
  readonly letters: number;
  readonly upper: number;
  readonly marks: number;
  readonly foreign: number;
  readonly numbers: number;
  readonly decimals: number;
  readonly largestNumber: number;
  readonly commas: number;
  readonly sentences: number;
  readonly quotes: number;
  /** Words of more than six letters. */
  readonly words6: number;
}

function countCharacters(text: string): CharacterCounts {
  const end = Math.min(text.length, WINDOW);
  let [letters, upper, marks, foreign, numbers, decimals] = [0, 0, 0, 0, 0, 0];
  let [commas, sentences, quotes, words6, largestNumber] = [0, 0, 0, 0, 0];
  let value = 0; // of the number under way
  let run = 0; //   letters of the word under way
  let before = 32;
  for (let index = 0; index < end; index++) {
    const code = text.charCodeAt(index);
    const lower = code | 32;
    const isLetter = lower >= 97 && lower <= 122;
    const isDigit = code >= 48 && code <= 57;
    if (isLetter) {
      letters++;
      if (++run === 7) words6++;
      if (code < 97) upper++;
    } else run = 0;
    if (isDigit) {
      const follows = before >= 48 && before <= 57;
      if (!follows) {
        numbers++;
        if (before === 46) decimals++;
      }
      value = follows ? Math.min(1e9, value * 10 + code - 48) : code - 48;
      if (value > largestNumber) largestNumber = value;
    } else if (!isLetter && code > 32) {
      if (code >= 128) foreign++;
      else marks++;
      if (code === 44) commas++;
      else if (code === 46 || code === 33 || code === 63) sentences++;
      else if (code === 34 || code === 39 || code === 96) quotes++;
    }
    before = code;
  }
  return {
    units: end,
    letters,
    upper,
    marks,
    foreign,
    numbers,
    decimals,
    largestNumber,
    commas,
    sentences,
    quotes,
    words6,
  };
}
