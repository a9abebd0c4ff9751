import type { LanguageModelV4Prompt } from "@ai-sdk/provider";
import { scannableTexts } from "../core/language-model.js";
import { History } from "./history.js";
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
}

/** A prompt, what it is estimated to cost, and what was left out. */
export interface BuiltPrompt {
  readonly messages: LanguageModelV4Prompt;
  readonly tokens: number;
  /** Turns for which the budget had no room. */
  readonly trimmedTurns: number;
  /** Turns that must not leave the device. */
  readonly withheldTurns: number;
  /** Turns in the prompt that must not leave the device: then neither must an answer drawn from them. */
  readonly privateTurns: number;
}

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
  const said: Turn[] = [];
  const notes: string[] = [];
  for (let age = 0; said.length + notes.length < available; age++) {
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
    if (tokens + cost > budgetTokens) break;
    tokens += cost;
    if (mustStay) privateTurns++;
    if (turn.kind === "turn") said.push(turn);
    else notes.push(noteLine(turn));
  }
  const trimmedTurns = available - said.length - notes.length;
  const messages: LanguageModelV4Prompt = [];
  const block = notes.length === 0 ? "" : NOTES_HEADING + notes.reverse().join("");
  const systemText = system === "" || block === "" ? system + block : `${system}\n\n${block}`;
  if (systemText !== "") messages.push({ role: "system", content: systemText });
  for (let index = said.length - 1; index >= 0; index--) {
    const { question: asked, answer } = said[index]!;
    messages.push(userMessage(asked), { role: "assistant", content: [{ type: "text", text: answer }] });
  }
  messages.push(userMessage(question));
  return { messages, tokens, trimmedTurns, withheldTurns, privateTurns };
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
