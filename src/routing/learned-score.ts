import type { RoutingReason } from "../core/decision.js";
import type { QuestionCircumstances } from "./router-features.js";
import type { Opinion, RouterModel, RouterThresholds } from "./router-model.js";

/** A learned score of a question with what made it so. */
export interface LearnedScore {
  /** What a remote answer is expected to add in quality, 0 to 1; where it would be worse, 0. */
  readonly score: number;
  readonly opinion: Opinion;
  readonly reasons: readonly RoutingReason[];
}

/** Below it the device says that it is unsure when it must answer alone. */
const UNSURE_BELOW = 0.5;

/** Asks the model. `adaptation`: what was learned on this device since, added to the expected gain. */
export function learnedScore(
  model: RouterModel,
  text: string,
  {
    circumstances,
    adaptation = 0,
  }: { readonly circumstances: QuestionCircumstances; readonly adaptation?: number | undefined },
): LearnedScore {
  const opinion = model.opinion(text, circumstances);
  const reasons: RoutingReason[] = [
    {
      code: "learned/gain",
      detail: `a remote answer is expected to be right ${points(opinion.gain)} more often than one of the device (${percent(opinion.localOk)})`,
      weight: opinion.gain,
    },
  ];
  if (adaptation !== 0)
    reasons.push({
      code: "learned/feedback",
      detail: "what you said of answers on this device",
      weight: adaptation,
    });
  return { score: Math.max(0, Math.min(1, opinion.gain + adaptation)), opinion, reasons };
}

/** The threshold and band that a model's own thresholds come to on the scale of the score. */
export function bandOf({ local, direct }: RouterThresholds): {
  readonly threshold: number;
  readonly hybridBand: number;
} {
  const low = Math.max(0, Math.min(1, local));
  const threshold = Math.max(low, Math.min(1, direct));
  return { threshold, hybridBand: threshold - low };
}

/** Said when the device must answer alone and probably cannot; undefined when it probably can. */
export function abstention({ localOk }: Opinion): RoutingReason | undefined {
  if (localOk >= UNSURE_BELOW) return undefined;
  return {
    code: "abstain/unsure",
    detail: `the device answers alone, and is right with a chance of ${percent(localOk)} only`,
  };
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

function points(gain: number): string {
  return `${gain < 0 ? "-" : ""}${Math.round(Math.abs(100 * gain))} points`;
}
