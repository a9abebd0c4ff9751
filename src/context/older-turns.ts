import { countTerms } from "./terms.js";
import { estimateTokens } from "./tokens.js";
import type { Turn } from "./turn.js";

/** Turns beyond the newest that are looked at; each costs a pass over its text. */
export const MAX_OLDER_TURNS = 100;

const HEADING = "Earlier in this conversation, shortened:";
/** Of the room for older turns, so much goes to those that have words in common with the question. */
const RELEVANT_SHARE = 0.6;
const RELEVANT_CHARACTERS = 600;
const LINE_CHARACTERS = 120;

/**
 * What is told of turns that have no room: those that share rare words with the question at some length, of the others a
 * line each, newest first, as long as `budgetTokens` lasts; in the order in which they were said. Empty when nothing fits.
 * O(characters of the turns).
 */
export function tellOlderTurns(question: string, turns: readonly Turn[], budgetTokens: number): string {
  let left = budgetTokens - estimateTokens(HEADING);
  const lines = new Map<Turn, string>();
  const take = (turn: Turn, line: string, roomTokens: number): number => {
    const cost = estimateTokens(line);
    if (cost > roomTokens) return 0;
    lines.set(turn, line);
    return cost;
  };
  let relevantRoom = left * RELEVANT_SHARE;
  for (const turn of relevantTo(question, turns)) {
    const cost = take(turn, lineOf(turn, RELEVANT_CHARACTERS), relevantRoom);
    relevantRoom -= cost;
    left -= cost;
  }
  for (const turn of turns) {
    if (lines.has(turn)) continue;
    const cost = take(turn, lineOf(turn, LINE_CHARACTERS), left);
    if (cost === 0) break; // a hole among the oldest would say less than nothing
    left -= cost;
  }
  if (lines.size === 0) return "";
  const told = [...lines].sort(([a], [b]) => a.seq - b.seq).map(([, line]) => line);
  return HEADING + told.join("");
}

/** Those that share a word with the question, the rarest words first: inverse document frequency over these turns. */
function relevantTo(question: string, turns: readonly Turn[]): Turn[] {
  const wanted = countTerms(question).counts;
  const counted = turns.map((turn) => ({ turn, counts: countTerms(turn.question, turn.answer).counts }));
  const frequency = new Map<string, number>();
  for (const { counts } of counted)
    for (const term of wanted.keys()) if (counts.has(term)) frequency.set(term, (frequency.get(term) ?? 0) + 1);
  return counted
    .map(({ turn, counts }) => {
      let score = 0;
      for (const [term, times] of frequency)
        if (counts.has(term)) score += Math.log(1 + turns.length / times) - Math.LN2;
      return { turn, score };
    })
    .filter(({ score }) => score > 1)
    .sort((a, b) => b.score - a.score || b.turn.seq - a.turn.seq)
    .map(({ turn }) => turn);
}

function lineOf({ kind, question, answer }: Turn, characters: number): string {
  if (kind === "note") return `\n- Noted: ${beginning(question, characters)}`;
  const asked = beginning(question, Math.min(characters / 2, LINE_CHARACTERS));
  return `\n- Asked: ${asked} Answered: ${beginning(answer, characters - asked.length)}`;
}

/** The first sentences that fit, or as many words as do; on one line. */
function beginning(text: string, characters: number): string {
  const line = text
    .slice(0, 4 * characters)
    .replace(/\s+/g, " ")
    .trim();
  if (line.length <= characters) return line;
  const cut = line.slice(0, characters);
  const sentence = Math.max(cut.lastIndexOf(". "), cut.lastIndexOf("? "), cut.lastIndexOf("! "), cut.lastIndexOf("。"));
  if (sentence > characters / 3) return cut.slice(0, sentence + 1);
  const word = cut.lastIndexOf(" ");
  return `${cut.slice(0, word > characters / 2 ? word : characters - 1)}…`;
}
