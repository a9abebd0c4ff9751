import { isLetter } from "./characters.js";
import { type Detection, matchAt, type Span } from "./rule.js";

const REACH = 140;

/** Where the sentence of a place begins and ends, at most 140 characters away on either side. */
export function sentenceAround(text: string, start: number, end: number): Span {
  let from = start;
  const first = Math.max(0, start - REACH);
  while (from > first && !endsSentence(text, from - 1)) from--;
  let to = end;
  const last = Math.min(text.length, end + REACH);
  while (to < last && !endsSentence(text, to)) to++;
  return { start: from, end: to };
}

/** Where the sentence of a place begins, undefined when that is more than 140 characters ahead of it. */
export function sentenceStart(text: string, start: number): number | undefined {
  const first = start - REACH;
  let from = start;
  while (from > 0 && !endsSentence(text, from - 1)) if (--from < first) return undefined;
  return from;
}

/** A line break, or `.`, `!`, `?` before white space. Letters and spaces are told apart first: nearly all signs are such. */
function endsSentence(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code === 32 || (code > 63 && code < 0x3002)) return false;
  return mayEndSentence(text, at, code);
}

function mayEndSentence(text: string, at: number, code: number): boolean {
  if (code === 10 || code === 0x3002 || code === 0xff1f) return true;
  if (code !== 46 && code !== 33 && code !== 63) return false;
  const next = text.charCodeAt(at + 1);
  return next === 32 || next === 10 || Number.isNaN(next);
}

/** Whether a sentence that begins here is one of the answers to choose from: "B. Keep it secret". */
export function isChoice(text: string, start: number): boolean {
  return /(?:^|\n)\s?[A-J][.)]\s?$/.test(text.slice(Math.max(0, start - 5), start + 1));
}

/** Openings of sentences that ask about a thing or ask for a text about it, in seven languages. */
const QUESTION =
  /^[\s"'¿¡(*-]*(?:(?:so|and|ok|okay|hi|hey|hello|please|can you|could you|bitte|kannst du|peux-tu|puedes|puoi|pode)[,\s]+)*(?:what(?:['’]s|['’]re)?|which|who|whose|when|where|why|how|define|explain|is|are|does|do(?! not|n['’]t)|did|can(?!not|['’]t)|could|should|would|will|compare|describe|list|name|tell me (?:about|what|how|why)|give me (?:ideas|tips|examples|a list)|write (?:a|an|me a|me an) (?:\w+ ){0,3}?(?:story|poem|essay|blog|article|haiku|song|scene|novel|script|joke|slogan|book|screenplay|fable)|wie|was|wer|wann|warum|wo|welche\w*|ist|sind|erkläre|definiere|kann ich|comment|pourquoi|qu['’]est|que (?:signifie|veut|faire)|quel\w*|qui|quand|où|est-ce|explique|définis|cómo|qué|que es|quién|cuál\w*|cuándo|dónde|por qué|explica|define|come|cosa|che cos|perché|quale|quali|chi|quando|dove|spiega|definisci|o que|como|qual|quais|quem|onde|por que|explique|defina|hoe|wat|wie|waarom|wanneer|welke|waar|leg uit)\b/i;

/** A question all the same about something that comes with it. */
const HANDS_OVER =
  /\b(?:attached|enclosed|pasted|below|this (?:list|file|table|stack|trace|code|report|csv|export|sheet|document|letter|contract|email|spreadsheet)|from our|of our|compare our|explain (?:this|our)|describe our)\b/i;

/** Whether the sentence a hit stands in asks in general, rather than states or hands over. */
export function asksInGeneral(text: string, start: number, end: number): boolean {
  const sentence = sentenceAround(text, start, end);
  return (
    QUESTION.test(text.slice(sentence.start, Math.min(end, sentence.start + 80))) &&
    !HANDS_OVER.test(text.slice(sentence.start, sentence.end))
  );
}

/** A sticky pattern from each keyword on, at the beginning of a word where the keyword begins with a letter. */
export function from(keywords: readonly string[], pattern: RegExp): Detection {
  return {
    on: "keyword",
    keywords,
    find(text, start) {
      if (isLetter(text.charCodeAt(start)) && isLetter(text.charCodeAt(start - 1))) return undefined;
      const match = matchAt(pattern, text, start);
      return match === undefined ? undefined : { start, end: start + match[0].length };
    },
  };
}

/** The same detection, silent where its sentence asks in general. */
export function unlessQuestion(detection: Detection): Detection {
  return {
    ...detection,
    find(text, start, end) {
      const span = detection.find(text, start, end);
      return span === undefined || asksInGeneral(text, span.start, span.end) ? undefined : span;
    },
  };
}

/** The same detection, where its sentence and the rest of the line also match `guard`. */
export function besides(detection: Detection, guard: RegExp): Detection {
  return {
    ...detection,
    find(text, start, end) {
      const span = detection.find(text, start, end);
      if (span === undefined) return undefined;
      const sentence = sentenceAround(text, span.start, span.end);
      return guard.test(text.slice(sentence.start, sentence.end)) ? span : undefined;
    },
  };
}
