import type { LanguageModelV4GenerateResult } from "@ai-sdk/provider";
import { textOfContent } from "../core/language-model.js";

/** Whether a local answer is good enough to show, and if not, why it should be asked of a larger model. */
export type AnswerCheck =
  | { readonly kind: "accept" }
  | { readonly kind: "escalate"; readonly code: string; readonly detail: string };

const ACCEPT: AnswerCheck = { kind: "accept" };

/** A model that says it does not know; only at the start, where it is the answer and not a part of one. */
const HEDGE =
  /^(?:i(?:'m| am) (?:sorry|not sure|unable)|i (?:do not|don't|cannot|can't) (?:know|answer|help|provide|determine)|as an ai)\b/i;

/**
 * Checks a local answer by rule, from its text alone: empty, cut off by the token limit, a refusal, or not the JSON that
 * was asked for. The calibrated verifier of the routing issue adds to these; a rule here escalates whatever it says.
 */
export function checkAnswer(
  result: LanguageModelV4GenerateResult,
  options: { readonly wantsJson: boolean },
): AnswerCheck {
  if (result.content.some((part) => part.type === "tool-call")) return ACCEPT;
  const text = textOfContent(result.content).trim();
  if (text === "") return { kind: "escalate", code: "answer/empty", detail: "the local answer is empty" };
  if (result.finishReason.unified === "length") {
    return { kind: "escalate", code: "answer/cut-off", detail: "the local answer was cut off by the token limit" };
  }
  if (options.wantsJson && !parses(text)) {
    return {
      kind: "escalate",
      code: "answer/unparsable",
      detail: "the local answer is not the JSON that was asked for",
    };
  }
  if (HEDGE.test(text.slice(0, 80))) {
    return { kind: "escalate", code: "answer/hedge", detail: "the local model says that it does not know" };
  }
  return ACCEPT;
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
