import type { LanguageModelV4Prompt } from "@ai-sdk/provider";
import { scannableTexts } from "../core/language-model.js";
import { History } from "./history.js";
import { MAX_OLDER_TURNS, tellOlderTurns } from "./older-turns.js";
import { estimateTokens } from "./tokens.js";
import type { Turn } from "./turn.js";
import { entersPrompt, MESSAGE_TOKENS, messageTokens, noteLine } from "./turn-tokens.js";

/** What a prompt is built from. */
export interface PromptParts {
  readonly question: string;
  readonly system?: string | undefined;
  /** Of the project, newest first. */
  readonly turns: History | readonly Turn[];
  /** Where the prompt goes: device-only turns are withheld from the network. */
  readonly place: "device" | "network";
  /** Every turn is device-only, whatever it says itself: a private project. */
  readonly private?: boolean;
  /** A turn for which this is true is device-only too, whatever it says itself: what the rules say now. */
  readonly keepLocal?: ((turn: Turn) => boolean) | undefined;
  readonly budgetTokens: number;
  /**
   * Room for the history, where it is dear: the newest turns fill most of it as they are, older ones are told shortened in
   * the rest. Default: as many as fit the budget, none shortened.
   */
  readonly historyTokens?: number | undefined;
}

/** A prompt, what it is estimated to cost, and what was left out. */
export interface BuiltPrompt {
  readonly messages: LanguageModelV4Prompt;
  readonly tokens: number;
  /** Turns for which the budget had no room; some of them may be told shortened. */
  readonly trimmedTurns: number;
  /** Tokens that `historyTokens` saves against the same prompt without it. */
  readonly savedTokens: number;
  /** Turns that must not leave the device. */
  readonly withheldTurns: number;
  /** Turns in the prompt that must not leave the device: then neither must an answer drawn from them. */
  readonly privateTurns: number;
}

/** Of the room for the history, so much is for the newest turns as they were said. */
const NEWEST_SHARE = 0.7;

const NOTES_HEADING = "Notes the person has saved:";

/**
 * System text and question whole, and between them the newest turns that fit, in the order in which they were said.
 * Notes stand in the system message, since several in a row would look like unanswered questions. The first turn that
 * does not fit ends the history, so that it has no holes. Turns without an answer add nothing.
 * Within the budget unless system and question alone exceed it: they are never cut. Linear in what fits, not in the history.
 */
export function buildPrompt(parts: PromptParts): BuiltPrompt {
  const { question, system = "", place, keepLocal, budgetTokens } = parts;
  if (!(budgetTokens >= 0))
    throw new RangeError(`Cannot build a prompt within ${budgetTokens} tokens: expected 0 or more`);
  const history = parts.turns instanceof History ? parts.turns : History.of(parts.turns);
  const isPrivate = parts.private === true;
  let withheldTurns = 0;
  if (place === "network") withheldTurns = isPrivate ? history.forPrompts : history.deviceOnly;
  let available = history.forPrompts - withheldTurns;
  let tokens = messageTokens(question) + (system === "" ? 0 : messageTokens(system));
  let privateTurns = 0;
  const base = tokens;
  const dear = parts.historyTokens !== undefined;
  const { historyTokens = Number.POSITIVE_INFINITY } = parts;
  const newestTokens = base + historyTokens * NEWEST_SHARE;
  const said: Turn[] = [];
  const notes: string[] = [];
  const older: Turn[] = [];
  let plainTokens = tokens; // of the same prompt where history is not dear
  for (let age = 0; said.length + notes.length + older.length < available; age++) {
    const turn = history.at(age)!; // the history holds that many
    if (!entersPrompt(turn)) continue;
    const marked = isPrivate || turn.privacy === "device-only";
    if (marked && place === "network") continue;
    const mustStay = marked || keepLocal?.(turn) === true;
    if (mustStay && place === "network") {
      withheldTurns++;
      available--;
      continue;
    }
    const heading =
      turn.kind === "turn" || notes.length > 0 ? 0 : estimateTokens(`\n\n${NOTES_HEADING}`) + MESSAGE_TOKENS;
    const cost = history.tokensAt(age) + heading;
    if (plainTokens + cost > budgetTokens) break;
    plainTokens += cost;
    if (dear && (older.length > 0 || tokens + cost > newestTokens)) {
      if (mustStay) privateTurns++; // it may be told of
      if (older.push(turn) >= MAX_OLDER_TURNS) break;
      continue;
    }
    tokens += cost;
    if (mustStay) privateTurns++;
    if (turn.kind === "turn") said.push(turn);
    else notes.push(noteLine(turn));
  }
  const trimmedTurns = available - said.length - notes.length;
  const messages: LanguageModelV4Prompt = [];
  const told = older.length === 0 ? "" : tellOlderTurns(question, older, base + historyTokens - tokens);
  tokens += estimateTokens(told);
  const block = notes.length === 0 ? "" : NOTES_HEADING + notes.reverse().join("");
  const systemText = [system, block, told].filter((text) => text !== "").join("\n\n");
  if (systemText !== "") messages.push({ role: "system", content: systemText });
  for (let index = said.length - 1; index >= 0; index--) {
    const { question: asked, answer } = said[index]!;
    messages.push(userMessage(asked), { role: "assistant", content: [{ type: "text", text: answer }] });
  }
  messages.push(userMessage(question));
  const savedTokens = Math.max(0, plainTokens - tokens);
  return { messages, tokens, trimmedTurns, savedTokens, withheldTurns, privateTurns };
}

/** The estimate for a conversation that a caller brings along: every string in it, and each message's own cost. */
export function conversationTokens(conversation: LanguageModelV4Prompt): number {
  let tokens = conversation.length * MESSAGE_TOKENS;
  for (const { text } of scannableTexts({ prompt: conversation })) tokens += estimateTokens(text);
  return tokens;
}

function userMessage(text: string): LanguageModelV4Prompt[number] {
  return { role: "user", content: [{ type: "text", text }] };
}
