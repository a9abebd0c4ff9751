import { CannotAnswerError } from "../../core/errors.js";
import type { MemoryHit } from "../../core/ports.js";
import { type Asked, beginsWithOne, letterBits } from "./asking.js";
import { formatDate } from "./calendar.js";
import type { Answerable, Skill, SkillContext } from "./skill.js";
import type { TimeZones } from "./time-zones.js";

/** Keeps what the person asks to keep and finds it again, in the words and with the date it was said. */
export function memorySkill(zones: TimeZones): Skill {
  return (asked) => parseRemember(asked) ?? parseRecall(asked, zones);
}

const REMEMBER =
  /^(?:(?:hey|hi|ok|okay|please|pls|can you|could you|will you|also|and)[\s,]+){0,3}(?:(?:remember|note|memori[sz]e|keep in mind|make a note|take a note|don['’]?t (?:ever )?forget|do not forget)(?: down)?(?:\s*[:,]\s*|\s+(?:that|this|the fact that)\b(?: for (?:later|me))?\s*[:,]?\s*)|(?:add|save|make|take) (?:a |this |the )*note(?: that| of| saying)?\s*[:,]?\s+|note to self\s*[:,]\s*|(?:remember|note|don['’]?t forget)\s+(?=(?:(?:my|our|i|i['’]?m|we|to)\b|(?:the|his|her|their|it|there)\b.{1,120}(?: is| are| was| were| has| have| will| needs?| likes?|=|:)(?: |$))))/i;

const MAX_NOTE = 10_000;
/** Other ways to ask may stand at the head of a long text that is not meant as a note. */
const ASKS_PLAINLY = /^(?:remember|note)\s*:/i;

function tooLong(length: number): Answerable {
  const text = `That is too long for a note: ${length} characters, and at most ${MAX_NOTE} are kept. Nothing was noted.`;
  return { skill: "remember", answer: () => ({ text }) };
}

function parseRemember({ text }: Asked): Answerable | undefined {
  const first = text.charCodeAt(0) | 32;
  if (first < 97 || first > 115) return undefined; // every order to remember begins with a to r
  if (text.length > MAX_NOTE) return ASKS_PLAINLY.test(text.slice(0, 20)) ? tooLong(text.length) : undefined;
  const match = REMEMBER.exec(text.slice(0, 200));
  if (match === null) return undefined;
  const note = text.slice(match[0].length).trim();
  // `remember the Titanic?`, `note that … which is right?` and `remember when we ...` ask for a memory; they do not hand one over
  const asks = /\?(?:\s|$)/.test(/^(?:can|could|will) you/i.test(text) ? note.replace(/\?$/, "") : text);
  const isOrder = /^to\b/i.test(note) && /^(?:remember|don)/i.test(match[0].trim());
  if (
    asks ||
    (/note that/i.test(match[0]) && (note.length > 500 || note.includes("\n"))) ||
    /^(?:when|how|what|who|where|why)\b/i.test(note) ||
    !/[\p{L}\p{N}]/u.test(note) ||
    note.length < 3
  )
    return undefined;
  const kept = `${isOrder ? "Don't forget " : ""}${note}`.replace(/\?$/, "").replace(/ please$/i, "");
  return {
    skill: "remember",
    answer: ({ project }) => ({ text: `Noted in project ${project}: "${kept}"`, note: kept }),
  };
}

const TOPIC = "(.{2,300})";
const EXPLICIT: readonly RegExp[] = [
  new RegExp(
    `^what (?:did|have|had) (?:i|we) (?:ever )?(?:decided?|say|said|tell you|told you|agreed?|write|written|wrote|noted?|mention|mentioned|discuss|discussed|talked? about|ask(?:ed)?|concluded?|plan(?:ned)?)(?: (?:you|to you))?(?: (?:about|on|for|regarding|concerning|with|of))? ${TOPIC}$`,
    "i",
  ),
  new RegExp(
    `^when did (?:i|we) (?:last )?(?:mention|say|talk about|discuss|decide(?: on)?|ask about|write about|note|speak about|tell you(?: about)?) ${TOPIC}$`,
    "i",
  ),
  /^(?:do|can|did) you (?:still )?(?:remember|recall) (?:what (?:i|we) (?:said|decided|told you|noted|wrote) (?:about|on) )?((?:my|our|what (?:i|we)|when (?:i|we)|where (?:i|we)|who (?:i|we)|how (?:i|we)|which|that (?:i|we)|the .{1,80} (?:i|we) )\b.{0,200})$/i,
  /^what do you (?:know|remember|have)(?: noted| saved| stored)? (?:about|of|on) ((?:me|my|our|us)\b.{0,200})$/i,
  new RegExp(
    `^what (?:notes )?(?:do you have|are there|have you got)(?: noted| saved)? (?:about|on) (?:my|our) ${TOPIC}$`,
    "i",
  ),
  new RegExp(
    `^(?:search|look)(?: in| through)?(?: my| our| the)? (?:notes|memory|history) (?:for|about|on) ${TOPIC}$`,
    "i",
  ),
  new RegExp(`^(?:find|show|list)(?: me)?(?: all)?(?: my| our| the)? notes (?:about|on|for|with) ${TOPIC}$`, "i"),
  new RegExp(`^recall (?:my |our |what (?:i|we) (?:said|decided|noted) (?:about|on) )${TOPIC}$`, "i"),
];
/** A first look: the eight patterns take milliseconds to compile when they are first run. */
const MENTIONS_MEMORY =
  /^(?:what|when) (?:did|have|had|were) (?:i|we)\b|remember|recall|know about|notes?\b|saved|memory|history/i;
const ALL_NOTES =
  /^(?:list|show|read|what are|give)(?: me)?(?: all)?(?: of)? (?:my|our|the)(?: saved)? notes$|^what did i (?:ask|tell) you to remember$/i;
const NOTES_LETTERS = letterBits("lsrwg");
const WHAT_LETTER = letterBits("w");
const LAST_TALK =
  /^what (?:did|were|have) we (?:just )?(?:last )?(?:talk(?:ed|ing)? about|discuss(?:ed|ing)?)(?: last(?: time)?| before| recently| earlier)?$/i;
const IMPLICIT =
  /^(?:what(?:['’]?s| is| are| was| were)|when(?:['’]?s| is| are| was)|where(?:['’]?s| is| are| did i put| do i keep)|who(?:['’]?s| is| are)) ((?:my|our)\b .{2,80})$/i;
/** `what is my IP address` and the like ask for the device or the world, `what is my best option` for advice. */
const NOT_MINE =
  /^(?:my|our) (?:ip|best|next best|options?|chances?|odds|horoscope|fortune|other|options?|choices|available|departure|arrival|mistake|error|problem|bug|code|function|query|script|output|solar system|planet|galaxy|sun|universe)\b/i;

function parseRecall({ sentence, text }: Asked, zones: TimeZones): Answerable | undefined {
  if (sentence === "" || sentence.length > 400) return undefined;
  const recall = (answer: Answerable["answer"]): Answerable => ({ skill: "recall", answer });
  if (beginsWithOne(sentence, NOTES_LETTERS) && ALL_NOTES.test(sentence))
    return recall((context) => listNotes(context, zones));
  const asksWhat = beginsWithOne(sentence, WHAT_LETTER);
  if (asksWhat && LAST_TALK.test(sentence)) return recall((context) => lastTalk(context, zones));
  if (MENTIONS_MEMORY.test(sentence)) {
    const asked = text.replace(/^(?:(?:hey|hi|ok|okay|so|please)[\s,]+)+/i, "").replace(/[\s?.!]+$/, "");
    for (const pattern of EXPLICIT) {
      const match = pattern.exec(asked) ?? pattern.exec(sentence);
      if (match !== null) return recall((context) => explicit(match[1]!, context, zones));
    }
  }
  const implicit = asksWhat ? IMPLICIT.exec(sentence) : null;
  if (implicit === null || NOT_MINE.test(implicit[1]!)) return undefined;
  return recall((context) => byChance(implicit[1]!, context, zones));
}

async function explicit(topic: string, context: SkillContext, zones: TimeZones): Promise<{ text: string }> {
  const hits = (await search(topic, context)).filter(({ share }) => share > 0);
  if (hits.length === 0) return { text: nothing(tidy(topic), context) };
  const shown = hits.filter(({ share }) => share >= hits[0]!.share / 2).slice(0, 3);
  return { text: shown.map(({ hit }) => quoteHit(hit, context, zones)).join("\n") };
}

/** Only a note or turn that holds every word of the thing answers; else another engine may know. */
async function byChance(topic: string, context: SkillContext, zones: TimeZones): Promise<{ text: string }> {
  const best = (await search(topic, context)).find(({ share }) => share === 1);
  if (best === undefined)
    throw new CannotAnswerError(`Cannot recall: nothing in project ${context.project} matches the question`);
  return { text: quoteHit(best.hit, context, zones) };
}

async function listNotes(context: SkillContext, zones: TimeZones): Promise<{ text: string }> {
  const hits = await everything(context);
  const notes = hits.filter(({ kind }) => kind === "note").sort((a, b) => a.createdAtMs - b.createdAtMs);
  if (notes.length === 0) return { text: noNotes(context) };
  return {
    text: notes
      .map((note) => `${dateText(note, context, zones)}: "${clip(note.question)}" (note ${note.turnId})`)
      .join("\n"),
  };
}

function noNotes({ memory, project }: SkillContext): string {
  return memory === undefined
    ? "No memory is open here, so there are no notes."
    : `There are no notes in project ${project}.`;
}

async function lastTalk(context: SkillContext, zones: TimeZones): Promise<{ text: string }> {
  const turns = (await everything(context))
    .filter(({ kind }) => kind === "turn")
    .sort((a, b) => b.createdAtMs - a.createdAtMs);
  return { text: turns.length === 0 ? nothing("earlier talk", context) : quoteHit(turns[0]!, context, zones) };
}

async function everything({ memory, project }: SkillContext): Promise<readonly MemoryHit[]> {
  if (memory === undefined) return [];
  if (memory.latest === undefined)
    throw new CannotAnswerError("Cannot list the notes: this memory can only be searched");
  return memory.latest(project, { limit: 200 });
}

interface Match {
  readonly hit: MemoryHit;
  /** Share of the topic's words that stand in the hit, 0 to 1. */
  readonly share: number;
}

async function search(topic: string, { memory, project }: SkillContext): Promise<Match[]> {
  const words = contentWords(topic);
  if (memory === undefined || words.length === 0) return [];
  const hits = await memory.search(project, words.join(" "), { limit: 20 });
  const matches = hits.map((hit) => {
    const found = new Set(contentWords(`${hit.question} ${hit.answer}`));
    return { hit, share: words.filter((word) => found.has(word)).length / words.length };
  });
  return matches
    .filter(({ hit }) => !isRecall(hit.question))
    .sort(
      (a, b) =>
        b.share - a.share || Number(b.hit.kind === "note") - Number(a.hit.kind === "note") || b.hit.score - a.hit.score,
    );
}

/** An earlier recall of the same thing matches best of all and says nothing. */
function isRecall(question: string): boolean {
  const asked = question.trim().replace(/[\s?.!]+$/, "");
  return asked.length < 400 && (EXPLICIT.some((pattern) => pattern.test(asked)) || IMPLICIT.test(asked));
}

const FILLER =
  /^(?:a|an|the|my|our|your|i|we|me|us|you|it|is|are|was|were|am|be|about|on|of|for|to|in|at|with|and|or|that|this|what|when|where|who|how|which|did|do|does|have|has|had|last|again|said|say|told|tell|decided|decide|regarding|noted|called|named|still)$/;

function contentWords(text: string): string[] {
  const words =
    text
      .toLowerCase()
      .slice(0, 20_000)
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return [...new Set(words.filter((word) => !FILLER.test(word)).map(stem))];
}

/** `databases` and `database` are one word; more stemming than this would join words that differ. */
function stem(word: string): string {
  return word.length > 3 && /[^s]s$/.test(word) ? word.slice(0, -1) : word;
}

function quoteHit(hit: MemoryHit, context: SkillContext, zones: TimeZones): string {
  const date = dateText(hit, context, zones);
  if (hit.kind === "note") return `On ${date} you noted: "${clip(hit.question)}" (note ${hit.turnId})`;
  const answer = hit.answer === "" ? "" : ` The answer was: "${clip(hit.answer)}"`;
  return `On ${date} you said: "${clip(hit.question)}" (turn ${hit.turnId}).${answer}`;
}

function dateText({ createdAtMs }: MemoryHit, { timeZone }: SkillContext, zones: TimeZones): string {
  const { date } = zones.at(createdAtMs, timeZone ?? zones.own());
  return formatDate(date);
}

function clip(text: string): string {
  const flat = text.replace(/\s+/g, " ").trim();
  return flat.length <= 300 ? flat : `${flat.slice(0, 299)}…`;
}

function tidy(topic: string): string {
  return topic
    .replace(/^(?:about|on) /i, "")
    .replace(/^(?:my|our)\b/i, "your")
    .trim();
}

function nothing(topic: string, { project, memory }: SkillContext): string {
  return memory === undefined
    ? "No memory is open here, so nothing can be recalled."
    : `I have nothing about ${topic} in project ${project}.`;
}
