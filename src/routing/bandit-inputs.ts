import { BANDIT_INPUTS } from "./bandit.js";
import { INDICATORS } from "./indicators.js";
import { BLOCK, type QuestionCircumstances } from "./router-features.js";
import type { Opinion, RouterModel } from "./router-model.js";

/** Inputs in spreads are of size 1 each; the sum of their squares is to be about 1. */
const SCALE = 0.2;

/**
 * A question as the bandit sees it: bias, indicators, the table's sums, the router's opinion, circumstances. Nothing of its
 * words: what is kept of feedback cannot be read back into a text.
 */
export class BanditInputs {
  readonly #model: RouterModel;
  readonly #input: Float64Array = new Float64Array(BANDIT_INPUTS);

  constructor(model: RouterModel) {
    this.#model = model;
  }

  /** `input` belongs to the object and holds until the next call. */
  of(
    text: string,
    circumstances: QuestionCircumstances = {},
  ): { readonly input: Float64Array; readonly opinion: Opinion } {
    const input = this.#input;
    input.fill(0);
    const opinion = this.#model.opinion(text, circumstances);
    const { indices, values, count } = this.#model.features;
    input[0] = 1;
    for (let entry = 0; entry < count; entry++) {
      const place = indices[entry]! - BLOCK.indicators;
      if (place >= 0 && place < INDICATORS + 2) input[1 + place] = SCALE * values[entry]!;
    }
    const at = INDICATORS + 3;
    input[at] = opinion.gain;
    input[at + 1] = opinion.localOk - 0.5;
    input[at + 2] = circumstances.preference === "quality" ? 1 : 0;
    input[at + 3] = circumstances.preference === "battery" ? 1 : 0;
    input[at + 4] = circumstances.lastRoute === "remote" ? 1 : 0;
    input[at + 5] = circumstances.topicContinuity ?? 0;
    return { input, opinion };
  }
}
