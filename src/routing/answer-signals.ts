import { checkEquations } from "./answer-arithmetic.js";

/** What a prompt and a local answer to it look like together; each is a number, more or less far from 0. */
export const ANSWER_SIGNALS = [
  "length",
  "lines",
  "equations",
  "wrongEquations",
  "anyWrongEquation",
  "finalMarker",
  "jsonAnswer",
  "numbers",
  "missingNumbers",
  "lengthRatio",
  "unfinished",
  "hedges",
  "equalsSigns",
  "noFinalAnswer",
  "finalIsWhole",
  "finalSize",
  "finalInPrompt",
  "finalIsLastResult",
  "finalAgreesElsewhere",
  "repetition",
  "unusedNumbers",
  "steps",
  "fractions",
  "choiceMissing",
  "choiceNamed",
  "choicePlace",
  "choiceSupport",
  "corrections",
  "promptLength",
  "promptNumbers",
  "wordsPerNumber",
  "choices",
] as const;

export type AnswerSignal = (typeof ANSWER_SIGNALS)[number];

const FINAL =
  /(?:####|answer\s*(?:is|:)|\\boxed\{|"answer"\s*:|therefore,?|thus,?|final answer)[^\S\n]*["'*$(\\]*([^\n]{0,80})/gi;
const NUMBER = /-?\d+(?:,\d{3})+(?:\.\d+)?|-?\d+(?:\.\d+)?/g;
const HEDGES =
  /\b(?:not sure|unclear|cannot|can't|unable|i think|probably|perhaps|might|assum\w*|approximately|about|it seems|likely|not (?:provided|given|specified|clear|possible)|none of)\b/gi;
const CORRECTIONS =
  /\b(?:however|but|wait|actually|correction|mistake|let's (?:re|try)|instead|recheck|does not match|doesn't match)\b/gi;
const CHOICE_LINE = /^\s*([A-J])[.)] (.*)$/gm;
const CHOSEN = /(?:answer(?: is)?|option|choice)\s*:?\s*\(?([A-J])\b/gi;

/** Characters that are read of either text. */
const WINDOW = 20_000;

/** Takes the signals of a prompt and an answer into `out` (ANSWER_SIGNALS.length). Nothing of a text is kept. O(length). */
export function answerSignals(promptText: string, answerText: string, out: Float64Array): void {
  const prompt = promptText.slice(-WINDOW);
  const answer = answerText.slice(0, WINDOW).trim();
  const set = (signal: AnswerSignal, value: number): void => {
    out[PLACE[signal]] = value;
  };
  const equations = checkEquations(answer);
  const promptNumbers = numbersOf(prompt);
  const answerNumbers = numbersOf(answer);
  const answerSet = new Set(answerNumbers);
  const finals = finalTexts(answer);
  const final = finals.at(-1);
  const finalNumber = final === undefined ? undefined : numbersOf(final)[0];
  set("length", Math.log1p(answer.length));
  set("lines", Math.log1p(occurrences(answer, "\n")));
  set("equations", Math.log1p(equations.count));
  set("wrongEquations", Math.log1p(equations.wrong));
  set("anyWrongEquation", equations.wrong > 0 ? 1 : 0);
  set("finalMarker", final === undefined ? 0 : 1);
  set("jsonAnswer", /"answer"\s*:/.test(answer) ? 1 : 0);
  set("numbers", Math.log1p(answerNumbers.length));
  const distinct = [...new Set(promptNumbers)];
  const missing = distinct.filter((value) => !answerSet.has(value)).length;
  set("missingNumbers", distinct.length === 0 ? 0 : missing / distinct.length);
  set("unusedNumbers", Math.log1p(missing));
  set("lengthRatio", Math.log((1 + answer.length) / (1 + prompt.length)));
  set("unfinished", /[.!?)\]}"'`$\d%]$/.test(answer) ? 0 : 1);
  set("hedges", Math.log1p(matches(answer, HEDGES)));
  set("corrections", Math.log1p(matches(answer, CORRECTIONS)));
  set("equalsSigns", Math.log1p(occurrences(answer, "=")));
  set("noFinalAnswer", finalNumber === undefined && !/\([A-J]\)|\b[A-J]\b/.test(final ?? "") ? 1 : 0);
  set("finalIsWhole", finalNumber !== undefined && Number.isInteger(finalNumber) ? 1 : 0);
  set("finalSize", finalNumber === undefined ? 0 : Math.log1p(Math.abs(finalNumber)));
  set("finalInPrompt", finalNumber !== undefined && promptNumbers.includes(finalNumber) ? 1 : 0);
  set("finalIsLastResult", finalNumber !== undefined && equations.last === finalNumber ? 1 : 0);
  const agreeing = finals.map((text) => numbersOf(text)[0]).filter((value) => value !== undefined);
  set("finalAgreesElsewhere", new Set(agreeing).size > 1 ? 1 : 0);
  set("repetition", repetition(answer));
  set("steps", Math.log1p(answer.split(/[.!?]\s|\n/).length));
  set("fractions", Math.log1p(answerNumbers.filter((value) => !Number.isInteger(value)).length));
  set("promptLength", Math.log1p(prompt.length));
  set("promptNumbers", Math.log1p(promptNumbers.length));
  set("wordsPerNumber", Math.log1p(occurrences(answer, " ") / (1 + answerNumbers.length)));
  choiceSignals(prompt, answer, set);
}

/** What an answer comes to, in a form in which two answers can be compared; undefined where it does not say. */
export function finalAnswer(answerText: string): string | undefined {
  const answer = answerText.slice(0, WINDOW).trim();
  const chosen = [...answer.matchAll(CHOSEN)].at(-1)?.[1]?.toUpperCase();
  if (chosen !== undefined) return chosen;
  const final = finalTexts(answer).at(-1);
  if (final === undefined) {
    const last = numbersOf(answer).at(-1);
    return last === undefined ? undefined : String(last);
  }
  const number = numbersOf(final)[0];
  if (number !== undefined) return String(number);
  const plain = final
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
  return plain === "" ? undefined : plain;
}

/** 1 where two answers to one question come to the same, -1 where they do not, 0 where one of them does not say. */
export function agreement(answer: string, other: string): number {
  const [a, b] = [finalAnswer(answer), finalAnswer(other)];
  return a === undefined || b === undefined ? 0 : a === b ? 1 : -1;
}

function choiceSignals(prompt: string, answer: string, set: (signal: AnswerSignal, value: number) => void): void {
  const choices = new Map<string, string>();
  for (const [, letter, text] of prompt.matchAll(CHOICE_LINE)) choices.set(letter!, text!.trim()); // both groups are in it
  const chosen = [...answer.matchAll(CHOSEN)].at(-1)?.[1]?.toUpperCase();
  const text = chosen === undefined ? undefined : choices.get(chosen);
  set("choices", choices.size / 10);
  set("choiceMissing", choices.size > 0 && text === undefined ? 1 : 0);
  set("choicePlace", text === undefined ? 0 : (chosen!.charCodeAt(0) - 65) / 10); // text is of a letter
  const before = chosen === undefined ? answer : answer.slice(0, Math.max(0, answer.lastIndexOf("answer")));
  const spoken = before.toLowerCase();
  set("choiceNamed", text !== undefined && text !== "" && spoken.includes(text.toLowerCase()) ? 1 : 0);
  set("choiceSupport", text === undefined ? 0 : support(text, spoken, choices));
}

/** How much more the chosen option's words occur in the reasoning than those of the best other option, -1 to 1. */
function support(text: string, spoken: string, choices: ReadonlyMap<string, string>): number {
  const words = new Set(spoken.match(/[\p{L}\d.]+/gu) ?? []);
  const share = (option: string): number => {
    const own = option.toLowerCase().match(/[\p{L}\d.]+/gu) ?? [];
    return own.length === 0 ? 0 : own.filter((word) => words.has(word)).length / own.length;
  };
  let other = 0;
  for (const option of choices.values()) if (option !== text) other = Math.max(other, share(option));
  return share(text) - other;
}

function finalTexts(answer: string): string[] {
  return [...answer.matchAll(FINAL)].map((match) => match[1]!).filter((text) => text.trim() !== ""); // the pattern has one group
}

function numbersOf(text: string): number[] {
  return (text.match(NUMBER) ?? []).map((each) => Math.abs(Number(each.replaceAll(",", ""))));
}

function occurrences(text: string, sign: string): number {
  let count = 0;
  for (let at = text.indexOf(sign); at >= 0; at = text.indexOf(sign, at + 1)) count++;
  return count;
}

function matches(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

/** The share of word triples that occurred before. */
function repetition(text: string): number {
  const words = text.toLowerCase().split(/\s+/);
  const seen = new Set<string>();
  for (let at = 2; at < words.length; at++) seen.add(`${words[at - 2]} ${words[at - 1]} ${words[at]}`);
  return words.length < 3 ? 0 : 1 - seen.size / (words.length - 2);
}

const PLACE: Readonly<Record<AnswerSignal, number>> = Object.fromEntries(
  ANSWER_SIGNALS.map((signal, place) => [signal, place]),
) as Record<AnswerSignal, number>; // one entry for each signal
