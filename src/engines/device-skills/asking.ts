/** A question with the courtesies around it removed. */
export interface Asked {
  /** As it came, without white space around it. */
  readonly text: string;
  /** Without greeting, request and courtesies: `what is 12*7`. Empty for a text too long to be one question. */
  readonly sentence: string;
  /** The sentence without its cue: `12*7`. */
  readonly subject: string;
  /** `compute`: told to reckon (calculate, work out). `question`: what is, how much is. */
  readonly cue: "none" | "question" | "compute";
}

/** Longer than this, only skills that work on a given text look at it. */
export const MAX_QUESTION_LENGTH = 4000;

const GREETING = /^(?:hey|hi|hello|ok|okay|so|well|please|pls|assistant|quick question|question|q)\b[\s,:!.-]*/i;
const REQUEST =
  /^(?:(?:can|could|would|will) you(?: please| kindly| quickly| just)*(?: help me(?: to)?)? |do you (?:happen to )?know |please |kindly |just |(?:i (?:want|need|would like)|i'd like) (?:you )?to (?:know )?|(?:tell|show|give) me |let me know )/i;
const QUESTION_CUE =
  /^(?:what(?: number| amount)?(?: is|'s|’s|s| are|'re| was| would be| will be) |how much(?: is| are|'s| would be| do| does) |how many is )/i;
const COMPUTE_CUE = /^(?:calculate|compute|evaluate|work out|figure out|solve|reckon)(?: for me)?[\s:]+/i;
const COURTESY = [" please", " pls", " thanks", " thank you", " for me", " equal", " equals", " equal to", " make"];

const LONGEST_COURTESY = 10;
/** A first look at the last letter: most questions end in another. */
const ENDS_COURTESY = "esuolESUOL";

/** Letters as bits, for `beginsWithOne`. */
export function letterBits(letters: string): number {
  let bits = 0;
  for (const letter of letters) bits |= 1 << (letter.charCodeAt(0) - 97);
  return bits;
}

/** Whether a text begins with one of these letters, small or capital: a look of 2 ns before a pattern of 60 (2-core EPYC, 2026-11-23). */
export function beginsWithOne(text: string, bits: number): boolean {
  const place = (text.charCodeAt(0) | 32) - 97;
  return place >= 0 && place < 26 && ((bits >>> place) & 1) === 1;
}

const GREETING_LETTERS = letterBits("hoswpaq");
const REQUEST_LETTERS = letterBits("cwdpkjitsgl");
const QUESTION_LETTERS = letterBits("wh");
const COMPUTE_LETTERS = letterBits("cewfsr");
const WHAT_LETTER = letterBits("w");

/** Takes greeting, request and courtesies off a question. Looks at no more than 4000 characters. */
export function readQuestion(text: string): Asked {
  const whole = text.trim();
  if (whole.length > MAX_QUESTION_LENGTH) return { text: whole, sentence: "", subject: "", cue: "none" };
  let sentence = dropEnd(whole);
  for (let round = 0; round < 4; round++) {
    const greeted = beginsWithOne(sentence, GREETING_LETTERS) ? sentence.replace(GREETING, "") : sentence;
    const shorter = beginsWithOne(greeted, REQUEST_LETTERS) ? greeted.replace(REQUEST, "") : greeted;
    if (shorter === sentence || shorter === "") break;
    sentence = shorter;
  }
  if (beginsWithOne(sentence, WHAT_LETTER))
    sentence = sentence.replace(/^what (\d.{0,100}) (?:is|are)$/i, "what is $1"); // `tell me what 45 times 12 is`
  const rest = beginsWithOne(sentence, COMPUTE_LETTERS) ? sentence.replace(COMPUTE_CUE, "") : sentence;
  const subject = beginsWithOne(rest, QUESTION_LETTERS) ? rest.replace(QUESTION_CUE, "") : rest;
  const cue = rest !== sentence ? "compute" : subject === rest ? "none" : "question";
  return { text: whole, sentence, subject, cue };
}

function dropEnd(text: string): string {
  let end = text.length;
  for (;;) {
    const before = end;
    while (end > 0 && " \t\r\n?.=,;:…".includes(text[end - 1]!)) end--;
    while (end > 1 && text[end - 1] === "!" && !/[\d)!]/.test(text[end - 2]!)) end--;
    if (ENDS_COURTESY.includes(text[end - 1] ?? "-")) {
      const tail = text.slice(Math.max(0, end - LONGEST_COURTESY), end).toLowerCase();
      end -= COURTESY.find((word) => tail.endsWith(word))?.length ?? 0;
    }
    if (end === before) return text.slice(0, end);
  }
}
