import { type Asked, beginsWithOne, letterBits } from "./asking.js";
import type { Skill } from "./skill.js";

/** How much of the front of a text may hold the order; the rest is what is measured. */
const HEAD = 300;

type Measure = (text: string) => string;

/** Counts, turns and sorts a text that stands in the question: words, letters, lines, reverse, capitals, palindromes. */
export const textSkill: Skill = (asked) => {
  const answer = parseMeasure(asked);
  return answer === undefined ? undefined : { skill: "text", answer: () => ({ text: answer() }) };
};

const WHAT =
  "(words?|characters?|chars?|letters?|lines?|sentences?|bytes?|vowels?|consonants?|digits?|spaces?|paragraphs?)";
/** The text begins behind a colon, in quotes, or on the next line. */
const COUNT_LONG = new RegExp(
  `^(?:how many|count(?: the)?(?: number of)?|number of) ${WHAT}(?: are| is| does)?(?: there)?(?: in| of)?(?: the| this| that| following| text| sentence| string| phrase| paragraph| word| passage| poem| below| have)*\\s*[:\\n]\\s*`,
  "i",
);
const COUNT_QUOTED = new RegExp(
  `^(?:how many|count(?: the)?(?: number of)?|number of) ${WHAT}(?: are| is)?(?: there)? (?:in|of)(?: the)?(?: text| sentence| string| phrase| word)? ["'“‘«\`](.+)["'”’»\`](?: have| contain)?$`,
  "is",
);
const COUNT_WORD =
  /^(?:how many|count(?: the)?(?: number of)?) (letters|characters|vowels|consonants)(?: are)?(?: there)? (?:in|of)(?: the)? (?:word|name) ([\p{L}\p{M}'-]{1,60})$/iu;
/** A bare word, `letters in strawberry`: what may be a language, an alphabet or a kind of text is not counted. */
const COUNT_BARE =
  /^(?:how many|count(?: the)?(?: number of)?) (letters|vowels|consonants)(?: are| does)?(?: there)? (?:in|of) ((?!(?:the|an?|my|this|that|it|each|every|your|words?|names?|sentences?|scrabble|wordle|abc|latin|greek|cyrillic|hebrew|arabic|dutch|hindi|urdu|tamil|thai|korean|hangul|norse|runes|klingon|esperanto|welsh|czech|sanskrit|morse|braille|total|general|\p{L}*(?:ish|ese|ian|ench|man|alphabet|ic))(?:\W|$))[\p{L}\p{M}'-]{2,60})$/iu;
const COUNT_LETTER =
  /^(?:how many|count(?: the)?(?: number of)?|how often does|how many times does)(?: times)?(?: the)?(?: letters?| character)? ["'“‘]?(\p{L}|\p{N})["'”’]?(?:'?s)?(?: letters?)?(?: is| are| does)?(?: there| it)?(?: appears?| occurs?| come up)?(?: in|of)(?: the)?(?: word| name)? ["'“‘]?([\p{L}\p{M}'-]{1,60})["'”’]?$/iu;
const LENGTH =
  /^(?:what(?:'s| is) )?(?:the )?length of (?:the )?(?:(?:word|string|text|name) ["'“]?(.{1,3000}?)["'”]?|["'“](.{1,3000})["'”])$/is;
const REVERSE =
  /^(?:reverse|spell backwards?|write backwards?)(?: the)?(?: (word|string|text|letters (?:of|in)))?\s*:?\s+(?:["'“](.{1,3000})["'”]|([\p{L}\p{N}'-]{1,60}))$/isu;
const REVERSE_LONG = /^(?:reverse)(?: the| this)?(?: (?:text|string|following|sentence))*\s*:\s*/i;
const BACKWARDS =
  /^(?:spell |write |say )?["'“]?([\p{L}\p{N}'-]{1,60})["'”]? (?:backwards?|in reverse|reversed|spelled backwards?)$/iu;
const CASE_LONG =
  /^(?:convert |change |put |make |write )?(?:this |the )?(?:(?:following )?text |following )?(?:to |in |into )?(upper ?case|lower ?case|title ?case|capitals)(?: this| the following)?(?: text)?\s*:\s*/i;
const CASE_SHORT =
  /^(?:convert |change |put |make |write )?["'“](.{1,3000})["'”] (?:to |in |into |as )?(upper ?case|lower ?case|title ?case|capitals)$/is;
const CASE_WORD =
  /^(upper ?case|lower ?case|title ?case|capitali[sz]e)(?: the word)? ["'“]?([\p{L}\p{N} '-]{1,80}?)["'”]?$/iu;
const PALINDROME =
  /^(?:is|are) (?:the (?:word|phrase|sentence) )?(?:["'“](.{1,500})["'”]|([\p{L}]{2,60})) an? palindrome$/isu;
const SORT =
  /^(?:sort|alphabeti[sz]e|order)(?: alphabetically)?(?: the| these| this| following| words| list| names| lines| numbers| alphabetically)*\s*:\s*/i;

const REQUEST_LETTERS = letterBits("pct");

function parseMeasure({ text, sentence }: Asked): (() => string) | undefined {
  const head = text.slice(0, HEAD);
  const order = beginsWithOne(head, REQUEST_LETTERS)
    ? head.replace(/^(?:please |can you |could you |tell me )+/i, "")
    : head;
  const skipped = head.length - order.length;
  const long = (match: RegExpExecArray | null): string | undefined => {
    if (match === null) return undefined;
    const rest = text.slice(skipped + match[0].length);
    return rest === "" ? undefined : unquoted(rest);
  };
  return parseLong(order, long) ?? (sentence === "" ? undefined : parseShort(sentence, text));
}

/** The text begins behind a colon or on the next line; `long` cuts it off behind what a pattern matched. */
function parseLong(
  order: string,
  long: (match: RegExpExecArray | null) => string | undefined,
): (() => string) | undefined {
  if (!order.includes(":") && !order.includes("\n")) return undefined;
  const first = order.charCodeAt(0) | 32;
  if (first === 104 || first === 99 || first === 110) {
    const match = COUNT_LONG.exec(order);
    const body = long(match);
    if (body !== undefined) return () => countText(match![1]!, body);
  }
  if (first === 114) {
    const body = long(REVERSE_LONG.exec(order));
    if (body !== undefined) return () => [...body].reverse().join("");
  }
  const cased = /case|capital/i.test(order) ? CASE_LONG.exec(order) : null;
  const casedBody = long(cased);
  if (casedBody !== undefined) return () => changeCase(cased![1]!, casedBody);
  const sortBody = long(SORT.exec(order));
  return sortBody === undefined ? undefined : () => sorted(sortBody);
}

/** A first look, because the patterns below take some milliseconds to compile when they are first run. */
const MENTIONS_TEXT = /count|how (?:many|often)|length|revers|backward|case|capital|palindrome/i;

function parseShort(sentence: string, text: string): (() => string) | undefined {
  if (!MENTIONS_TEXT.test(sentence)) return undefined;
  if (/^(?:count|how|number)/i.test(sentence)) return parseCount(sentence, text);
  const length = LENGTH.exec(sentence);
  if (length !== null) return () => countText("characters", length[1] ?? length[2]!);
  const reverse = REVERSE.exec(sentence);
  if (reverse !== null && (reverse[3] === undefined || !AMBIGUOUS.test(reverse[3])))
    return () => backwards(reverse[2] ?? reverse[3]!);
  const spelled = BACKWARDS.exec(sentence);
  if (spelled !== null && !AMBIGUOUS.test(spelled[1]!)) return () => backwards(spelled[1]!);
  const cased = CASE_SHORT.exec(sentence);
  if (cased !== null) return () => changeCase(cased[2]!, cased[1]!);
  const word = CASE_WORD.exec(sentence);
  if (word !== null && !AMBIGUOUS.test(word[2]!)) return () => changeCase(word[1]!, word[2]!);
  const palindrome = PALINDROME.exec(sentence);
  return palindrome === null ? undefined : () => palindromeText(palindrome[1] ?? palindrome[2]!);
}

function parseCount(sentence: string, text: string): (() => string) | undefined {
  const letter = COUNT_LETTER.exec(sentence);
  if (letter !== null) return () => letterCount(letter[1]!, letter[2]!);
  const quoted =
    COUNT_QUOTED.exec(sentence) ?? COUNT_QUOTED.exec(text.replace(/[?.]$/, "")) ?? COUNT_WORD.exec(sentence);
  const bare = quoted === null ? COUNT_BARE.exec(sentence) : null;
  if (bare !== null) return () => `${countText(bare[1]!, bare[2]!)} in ${quote(bare[2]!)}`;
  if (quoted !== null) return () => countText(quoted[1]!, quoted[2]!);
  return undefined;
}

/** Words that point at something else instead of being the text. */
const AMBIGUOUS =
  /^(?:it|this|that|them|these|those|engineer(?:ing)?|word|words|string|text|letters|name|list|array|osmosis|letters? in|.*\b(?:string|in python|in java|function|variable)\b.*)$/i;

const backwards: Measure = (text) => `${quote(text)} backwards is ${quote([...text].reverse().join(""))}`;

function countText(what: string, text: string): string {
  const noun = what
    .toLowerCase()
    .replace(/s$/, "")
    .replace(/^char$/, "character");
  const amount = countOf(noun, text);
  return `${amount} ${noun}${amount === 1 ? "" : "s"}`;
}

function countOf(noun: string, text: string): number {
  switch (noun) {
    case "word":
      return countMatches(text, /[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu);
    case "character": {
      let count = 0;
      for (let at = 0; at < text.length; count++) at += text.codePointAt(at)! > 0xffff ? 2 : 1;
      return count;
    }
    case "letter":
      return countMatches(text, /\p{L}/gu);
    case "vowel":
      return countMatches(text, /[aeiou]/gi);
    case "consonant":
      return countMatches(text, /[b-df-hj-np-tv-z]/gi);
    case "digit":
      return countMatches(text, /\p{Nd}/gu);
    case "space":
      return countMatches(text, / /g);
    case "sentence":
      return countMatches(text, /[^\s.!?…][^.!?…]*(?:[.!?…]+(?=\s|$|["'”’)])|[.!?…]+(?=\S)[^.!?…]*)*/g);
    case "paragraph":
      return text.split(/\n[^\S\n]*\n/).filter((part) => /\S/.test(part)).length;
    case "byte":
      return new TextEncoder().encode(text).length;
    default:
      return countMatches(text, /\n/g) + 1;
  }
}

/** Counts without keeping: a 10 MB text has two million words. */
function countMatches(text: string, pattern: RegExp): number {
  let count = 0;
  pattern.lastIndex = 0;
  while (pattern.exec(text) !== null) count++;
  return count;
}

function letterCount(letter: string, word: string): string {
  const lower = letter.toLowerCase();
  const count = [...word.toLowerCase()].filter((character) => character === lower).length;
  return `${count} ${count === 1 ? "time" : "times"}: ${quote(lower)} in ${quote(word)}`;
}

function changeCase(wish: string, text: string): string {
  if (/^lower/i.test(wish)) return text.toLowerCase();
  if (!/^(?:title|capitali)/i.test(wish)) return text.toUpperCase();
  return text.toLowerCase().replace(/(?<![\p{L}\p{N}'’])\p{L}/gu, (first) => first.toUpperCase());
}

function palindromeText(text: string): string {
  const letters = [...text.toLowerCase()].filter((character) => /[\p{L}\p{N}]/u.test(character));
  const same = letters.every((letter, index) => letter === letters[letters.length - 1 - index]);
  return same
    ? `Yes, ${quote(text)} is a palindrome.`
    : `No, ${quote(text)} backwards is ${quote([...text].reverse().join(""))}.`;
}

function sorted(text: string): string {
  const separator = text.includes("\n") ? "\n" : /[,;]/.test(text) ? ", " : " ";
  const parts = text
    .split(separator === "\n" ? /\n+/ : separator === ", " ? /\s*[,;]\s*/ : /\s+/)
    .map((part) => part.trim().replace(/^and /i, ""))
    .filter((part) => part !== "");
  const numbers = parts.map(Number);
  if (numbers.every(Number.isFinite)) return numbers.sort((a, b) => a - b).join(separator);
  const keyed = parts.map((part) => [part.toLowerCase(), part] as const);
  keyed.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return keyed.map(([, part]) => part).join(separator);
}

function unquoted(text: string): string {
  const pair = `${text[0]}${text[text.length - 1]}`;
  return text.length > 2 && ['""', "''", "“”", "‘’", "``", "«»"].includes(pair) ? text.slice(1, -1) : text;
}

function quote(text: string): string {
  return `"${text}"`;
}
