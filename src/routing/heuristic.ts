import type { RoutingReason } from "../core/decision.js";
import type { TextFeatures } from "./text-features.js";

/** How much a question seems to need a large model: 0 (a small one will do) to 1, with what made it so. */
export interface HeuristicScore {
  readonly score: number;
  readonly reasons: readonly RoutingReason[];
}

interface Indicator {
  readonly code: string;
  readonly detail: string;
  /** What the indicator adds at full strength; negative: towards the small model. */
  readonly weight: number;
  /** 0 (absent) to 1 (full strength). */
  readonly strength: (features: TextFeatures) => number;
}

const share = (count: number, full: number): number => (count >= full ? 1 : count / full);

/**
 * The indicators, in the order in which they are reported. Weights are judgement, not learned: they stand in until the
 * learned router is trained, and stay as its fallback. Prompt length is the strongest single sign there is
 * (it beats RouteLLM's matrix factorisation on GSM8K, design/numbers.md section 3.1).
 */
const INDICATORS: readonly Indicator[] = [
  {
    code: "feature/length",
    detail: "a long question",
    weight: 0.3,
    strength: (f) => share(Math.max(0, f.characters - 200), 1000),
  },
  {
    code: "feature/reasoning",
    detail: "asks for reasoning",
    weight: 0.25,
    strength: (f) => share(f.groups.reasoning, 2),
  },
  {
    code: "feature/code",
    detail: "looks like code",
    weight: 0.25,
    strength: (f) => share(f.groups.code + f.codeMarks / 4, 3),
  },
  {
    code: "feature/mathematics",
    detail: "looks like mathematics",
    weight: 0.2,
    strength: (f) => share(f.groups.mathematics + (f.digits > 0 ? f.mathMarks / 3 : 0), 2),
  },
  {
    code: "feature/fresh",
    detail: "asks about something recent, which a model on the device cannot know",
    weight: 0.2,
    strength: (f) => share(f.groups.fresh, 2),
  },
  {
    code: "feature/long-form",
    detail: "asks for a long text",
    weight: 0.15,
    strength: (f) => share(f.groups.longForm, 2),
  },
  {
    code: "feature/parts",
    detail: "has several parts",
    weight: 0.15,
    strength: (f) =>
      share(f.groups.parts / 2 + (f.questionMarks > 1 ? f.questionMarks - 1 : 0) + (f.lines > 3 ? 1 : 0), 2),
  },
  {
    code: "feature/small-talk",
    detail: "is small talk",
    weight: -0.2,
    strength: (f) => (f.words <= 8 ? share(f.groups.smallTalk, 1) : 0),
  },
  { code: "feature/short", detail: "is short", weight: -0.1, strength: (f) => (f.words <= 12 ? 1 : 0) },
];

const BASE_SCORE = 0.3;

/** Scores a text by the indicator table. Pure; O(1) after the features are taken. */
export function heuristicScore(features: TextFeatures): HeuristicScore {
  let score = BASE_SCORE;
  const reasons: RoutingReason[] = [];
  for (const indicator of INDICATORS) {
    const strength = indicator.strength(features);
    if (strength === 0) continue;
    const weight = indicator.weight * strength;
    score += weight;
    reasons.push({ code: indicator.code, detail: indicator.detail, weight });
  }
  return { score: Math.min(1, Math.max(0, score)), reasons };
}
