import type { Adaptation } from "./adaptation.js";
import { BANDIT_INPUTS, LinUcb } from "./bandit.js";
import { BanditInputs } from "./bandit-inputs.js";
import type { RouterModel } from "./router-model.js";

/** What a person said of an answer. */
export type Judgement = "good" | "retry" | "bad";

/** One judgement as it is kept: numbers that describe the question, no word of it. */
export interface FeedbackEntry {
  readonly turnId: string;
  readonly projectId: string;
  readonly atMs: number;
  /** The side that had answered. */
  readonly side: "local" | "remote";
  readonly judgement: Judgement;
  /** (BANDIT_INPUTS), in hundredths. */
  readonly input: readonly number[];
  /** What the router had expected of that side, 0 to 1. */
  readonly expected: number;
  /** Hash of the router's weights then: inputs of others mean something else. */
  readonly weights: string;
}

/** The newest are kept. */
export const MAX_FEEDBACK = 500;

/** What a judgement says of an answer's quality. */
export const REWARD: Readonly<Record<Judgement, number>> = { good: 1, retry: 0.3, bad: 0 };
/** Small: a person who is content is not to be sent elsewhere out of curiosity. */
const EXPLORATION = 0.05;
/** What feedback may move the expected gain by, either way. */
const MOST = 0.3;
const UNIT = 100;
const [LOCAL, REMOTE] = [0, 1];

/** Describes a judged answer for keeping. */
export function feedbackEntry(
  model: RouterModel,
  {
    question,
    ...facts
  }: Pick<FeedbackEntry, "turnId" | "projectId" | "atMs" | "side" | "judgement"> & { readonly question: string },
): FeedbackEntry {
  const { input, opinion } = new BanditInputs(model).of(question);
  return {
    ...facts,
    input: Array.from(input, (value) => Math.round(UNIT * value)),
    expected: round(facts.side === "local" ? opinion.localOk : opinion.remoteOk),
    weights: model.weights.hash,
  };
}

function round(value: number): number {
  return Math.round(1000 * value) / 1000;
}

/** The entries with one more: an answer judged again counts once, and the oldest go. */
export function withFeedback(entries: readonly FeedbackEntry[], entry: FeedbackEntry): readonly FeedbackEntry[] {
  return [...entries.filter((each) => each.turnId !== entry.turnId), entry].slice(-MAX_FEEDBACK);
}

/**
 * Learns from feedback what the router gets wrong: a linear bandit over what each side's rewards were beyond expectation.
 * Feedback given under other weights is left out. O(entries * inputs^2) to make, O(text) to ask.
 */
export class FeedbackAdaptation implements Adaptation {
  readonly #inputs: BanditInputs;
  readonly #bandit: LinUcb = new LinUcb({ inputs: BANDIT_INPUTS, arms: 2, exploration: EXPLORATION });

  constructor(model: RouterModel, entries: readonly FeedbackEntry[]) {
    this.#inputs = new BanditInputs(model);
    for (const { side, judgement, input, expected, weights } of entries) {
      if (weights !== model.weights.hash || input.length !== BANDIT_INPUTS) continue;
      this.#bandit.learn(
        side === "local" ? LOCAL : REMOTE,
        input.map((value) => value / UNIT),
        REWARD[judgement] - expected,
      );
    }
  }

  /** Judgements learned from, of local and of remote answers. */
  get counts(): readonly number[] {
    return this.#bandit.counts;
  }

  adjustment(text: string): number {
    const { input } = this.#inputs.of(text);
    const difference = this.#bandit.bound(REMOTE, input) - this.#bandit.bound(LOCAL, input);
    // Rounded, so that a record of it is short and taken again the same.
    return Math.round(1000 * Math.max(-MOST, Math.min(MOST, difference))) / 1000;
  }
}
