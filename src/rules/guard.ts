import { messageOf } from "../core/errors.js";
import type { RuleHit, ScannedText } from "../core/verdict.js";

/** What a guard model says of a request. `reason` is for a person and quotes nothing of the text. */
export type GuardJudgement =
  | { readonly kind: "allow" }
  | { readonly kind: "warn" | "keep-local" | "block"; readonly category: string; readonly reason: string };

/** An optional model on this device that judges whether a request is harmful, beside the rules and never instead of them. */
export interface GuardModel {
  judge(texts: readonly ScannedText[], options: { readonly signal?: AbortSignal }): Promise<GuardJudgement>;
}

/** Rule id of what the guard model said. */
export const GUARD_RULE = "SAFETY_090";

/**
 * The guard's judgement as hits beside those of the rules; it can make a verdict stricter, never milder. A guard that
 * fails leaves a warning and the rules' verdict. Rejects only with `signal.reason`.
 */
export async function guardHits(
  guard: GuardModel,
  texts: readonly ScannedText[],
  options: { readonly signal?: AbortSignal } = {},
): Promise<readonly RuleHit[]> {
  try {
    const judgement = await guard.judge(texts, options);
    return judgement.kind === "allow" ? [] : [hitOf(judgement.kind, `${judgement.category}: ${judgement.reason}`)];
  } catch (error) {
    options.signal?.throwIfAborted();
    return [hitOf("warn", `The guard model did not answer (${messageOf(error)}); the rules alone decide.`)];
  }
}

function hitOf(action: RuleHit["action"], reason: string): RuleHit {
  const severity = action === "warn" ? "low" : "high";
  return {
    ruleId: GUARD_RULE,
    action,
    severity,
    kind: "HARM",
    source: "request",
    textIndex: 0,
    start: 0,
    end: 0,
    reason,
  };
}
