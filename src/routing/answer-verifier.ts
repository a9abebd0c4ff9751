import type { LanguageModelV4GenerateResult } from "@ai-sdk/provider";
import { textOfContent } from "../core/language-model.js";
import { checkEquations } from "./answer-arithmetic.js";

/** Whether a local answer is good enough to show, and if not, why it should be asked of a larger model. */
export type AnswerCheck =
  | { readonly kind: "accept" }
  | { readonly kind: "escalate"; readonly code: string; readonly detail: string };

/**
 * What a learned verifier says of an answer's text: the chance that it is right, and whether what a remote answer would
 * add is worth asking for. Undefined where it has no opinion.
 */
export type AnswerJudge = (
  answer: string,
  /** What another local model answered before, when one did. */
  second?: string,
) => { readonly right: number; readonly escalate: boolean } | undefined;

const ACCEPT: AnswerCheck = { kind: "accept" };

/** A model that says it does not know; only at the start, where it is the answer and not a part of one. */
const HEDGE =
  /^(?:i(?:'m| am) (?:sorry|not sure|unable)|i (?:do not|don't|cannot|can't) (?:know|answer|help|provide|determine)|as an ai)\b/i;

/**
 * Checks a local answer. By rule: empty, cut off by the token limit, not the JSON that was asked for, a refusal, or an
 * equation between plain numbers that is false (of such answers 1 in 10 was right, docs/routing.md). Then by the learned
 * verifier, where there is one: no opinion of its lifts a rule.
 */
export function checkAnswer(
  result: LanguageModelV4GenerateResult,
  options: {
    readonly wantsJson: boolean;
    readonly judge?: AnswerJudge | undefined;
    readonly second?: string | undefined;
  },
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
  const { plainlyWrong } = checkEquations(text);
  if (plainlyWrong > 0) {
    return { kind: "escalate", code: "answer/arithmetic", detail: "the local answer has an equation that is false" };
  }
  const opinion = options.judge?.(text, options.second);
  if (opinion?.escalate) {
    return {
      kind: "escalate",
      code: "answer/unlikely",
      detail: `the local answer is right with a chance of ${Math.round(100 * opinion.right)} %`,
    };
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
