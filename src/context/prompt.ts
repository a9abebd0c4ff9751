import type { LanguageModelV4Prompt } from "@ai-sdk/provider";
import { scannableTexts } from "../core/language-model.js";
import { estimateTokens } from "./tokens.js";
import type { Turn } from "./turn.js";

/** What a prompt is built from. */
export interface PromptParts {
  readonly question: string;
  readonly system?: string;
  /** Of the project, newest first. */
  readonly turns: Iterable<Turn>;
  /** Where the prompt goes: device-only turns are withheld from the network. */
  readonly place: "device" | "network";
  /** Every turn is device-only, whatever it says itself: a private project. */
  readonly private?: boolean;
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

/** What a message costs beside its text: role and delimiters, about four tokens in the usual chat templates. */
const MESSAGE_TOKENS = 4;
const NOTES_HEADING = "Notes the person has saved:";

/**
 * System text and question whole, and between them the newest turns that fit, in the order in which they were said.
 * Notes stand in the system message, since several in a row would look like unanswered questions. The first turn that
 * does not fit ends the history, so that it has no holes. Turns without an answer add nothing.
 * Within the budget unless system and question alone exceed it: they are never cut.
 */
export function buildPrompt(parts: PromptParts): BuiltPrompt {
  const { question, system = "", place, budgetTokens } = parts;
  if (!(budgetTokens >= 0))
    throw new RangeError(`Cannot build a prompt within ${budgetTokens} tokens: expected 0 or more`);
  const asked = messageTokens(question);
  let tokens = asked + (system === "" ? 0 : messageTokens(system));
  let trimmedTurns = 0;
  let withheldTurns = 0;
  let privateTurns = 0;
  const said: Turn[] = [];
  const notes: string[] = [];
  for (const turn of parts.turns) {
    if (turn.route === "blocked" || (turn.kind === "turn" && turn.answer === "")) continue;
    const mustStay = parts.private === true || turn.privacy === "device-only";
    if (mustStay && place === "network") {
      withheldTurns++;
      continue;
    }
    if (trimmedTurns > 0) {
      trimmedTurns++;
      continue;
    }
    const cost =
      turn.kind === "turn"
        ? messageTokens(turn.question) + messageTokens(turn.answer)
        : estimateTokens(noteLine(turn)) +
          (notes.length > 0 ? 0 : estimateTokens(`\n\n${NOTES_HEADING}`) + MESSAGE_TOKENS);
    if (tokens + cost > budgetTokens) {
      trimmedTurns++;
      continue;
    }
    tokens += cost;
    if (mustStay) privateTurns++;
    if (turn.kind === "turn") said.push(turn);
    else notes.push(noteLine(turn));
  }
  const messages: LanguageModelV4Prompt = [];
  const block = notes.length === 0 ? "" : NOTES_HEADING + notes.reverse().join("");
  const systemText = system === "" || block === "" ? system + block : `${system}\n\n${block}`;
  if (systemText !== "") messages.push({ role: "system", content: systemText });
  for (const turn of said.reverse()) {
    messages.push(userMessage(turn.question), { role: "assistant", content: [{ type: "text", text: turn.answer }] });
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

function messageTokens(text: string): number {
  return MESSAGE_TOKENS + estimateTokens(text);
}

function noteLine(note: Turn): string {
  return `\n- ${note.question}`;
}

function userMessage(text: string): LanguageModelV4Prompt[number] {
  return { role: "user", content: [{ type: "text", text }] };
}
