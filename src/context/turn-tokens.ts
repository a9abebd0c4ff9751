import { estimateTokens } from "./tokens.js";
import type { Turn } from "./turn.js";

/** What a message costs beside its text: role and delimiters, about four tokens in the usual chat templates. */
export const MESSAGE_TOKENS = 4;

/** The estimate for one message. */
export function messageTokens(text: string): number {
  return MESSAGE_TOKENS + estimateTokens(text);
}

/** The line of the system message in which a note stands. */
export function noteLine(note: Turn): string {
  return `\n- ${note.question}`;
}

/** The estimate for what a turn adds to a prompt: two messages, or the line of a note. O(characters). */
export function turnTokens(turn: Turn): number {
  return turn.kind === "turn"
    ? messageTokens(turn.question) + messageTokens(turn.answer)
    : estimateTokens(noteLine(turn));
}

/** Whether a turn has anything to add to a prompt: what was blocked or never answered has not. */
export function entersPrompt(turn: Turn): boolean {
  return turn.route !== "blocked" && (turn.kind === "note" || turn.answer !== "");
}
