import type { DenseLayer } from "../kernels/perceptron.js";
import { Mlp } from "../nets/mlp.js";
import { createTextEncoder, type TextFeatureEncoder } from "../nets/text-encoder.js";
import { ANSWER_SIGNALS, agreement, answerSignals } from "./answer-signals.js";
import { mapProbability, type ProbabilityMap, temper } from "./calibration.js";
import { type HashedTable, tableBlocks } from "./hashed-table.js";

/** Inputs of the verifier: signals, agreement with a second answer, the table of answers, the router's opinion (two). */
export const VERIFIER_INPUTS: number = ANSWER_SIGNALS.length + 4;

/** First input that knows one kind of question only. */
export const OWN_KIND: number = ANSWER_SIGNALS.length + 1;

const AGREEMENT_PLACE: number = ANSWER_SIGNALS.length;
const TABLE_PLACE: number = AGREEMENT_PLACE + 1;
const MOST = 4;

/** What the verifier was taught. */
export interface VerifierWeights {
  /** One number for each bin of the answer's hashes: towards right. */
  readonly table: HashedTable;
  /** (VERIFIER_INPUTS) */
  readonly means: Float32Array;
  readonly spreads: Float32Array;
  /** (VERIFIER_INPUTS) to 2: wrong, right. */
  readonly layer: DenseLayer;
  readonly temperature: number;
  /** From the tempered probability to what it came to. */
  readonly map: ProbabilityMap;
}

/** A local answer and, where the device could afford it, another local answer to the same question. */
export interface Answers {
  readonly answer: string;
  readonly second?: string | undefined;
}

/** What was known of the question before the answer. */
export interface Prior {
  readonly localOk: number;
  readonly gain: number;
}

/** Mean and spread of each input over the answers of one engine, when they differ from those of the training. */
export interface InputStatistics {
  readonly means: Float32Array;
  readonly spreads: Float32Array;
}

/** The chance that a local answer is right, from its text, the prompt and the router's opinion. No model is asked. */
export class AnswerModel {
  readonly weights: VerifierWeights;
  readonly #statistics: InputStatistics;
  readonly #encoder: TextFeatureEncoder;
  readonly #layer: Mlp;
  readonly #inputs: Float64Array = new Float64Array(VERIFIER_INPUTS);
  readonly #scaled: Float32Array = new Float32Array(VERIFIER_INPUTS);
  readonly #out: Float32Array = new Float32Array(2);

  /** `statistics`: of the engine's own answers, taken without knowing which were right. */
  constructor(weights: VerifierWeights, { statistics = weights }: { readonly statistics?: InputStatistics } = {}) {
    this.weights = weights;
    this.#statistics = statistics;
    this.#encoder = createTextEncoder({ blocks: tableBlocks });
    this.#layer = new Mlp([weights.layer]);
  }

  /** 0 to 1. O(prompt + answer). */
  probabilityRight(prompt: string, answer: Answers, prior: Prior): number {
    this.inputs(prompt, answer, prior, this.#inputs);
    return this.judge(this.#inputs);
  }

  /** The same from inputs that were taken before. */
  judge(inputs: Float64Array): number {
    const { means, spreads } = this.#statistics;
    for (let place = 0; place < VERIFIER_INPUTS; place++)
      this.#scaled[place] = standardised(inputs[place]!, means[place]!, spreads[place]!);
    this.#layer.predict(this.#scaled, this.#out);
    temper(this.#out, this.weights.temperature);
    return mapProbability(this.weights.map, this.#out[1]!);
  }

  /** Writes the unscaled inputs (VERIFIER_INPUTS). */
  inputs(prompt: string, { answer, second }: Answers, prior: Prior, out: Float64Array): void {
    putSignals(prompt, { answer, second }, out);
    const { entries, scales } = this.weights.table;
    const hashed = this.#encoder.encode(answer);
    let sum = 0;
    for (let entry = 0; entry < hashed.count; entry++) sum += hashed.values[entry]! * entries[hashed.indices[entry]!]!;
    putTableSum(sum * scales[0]!, out);
    putPrior(prior, out);
  }
}

/** The inputs that are taken from the texts alone; the agreement is NaN without a second answer. */
export function putSignals(prompt: string, { answer, second }: Answers, out: Float64Array): void {
  answerSignals(prompt, answer, out);
  out[AGREEMENT_PLACE] = second === undefined ? Number.NaN : agreement(answer, second);
}

/** The sum of the table of answers. */
export function putTableSum(sum: number, out: Float64Array): void {
  out[TABLE_PLACE] = sum;
}

/** The inputs behind the signals and the table: the router's opinion. */
export function putPrior({ localOk, gain }: Prior, out: Float64Array): void {
  const bounded = Math.max(0.01, Math.min(0.99, localOk));
  out[TABLE_PLACE + 1] = Math.log(bounded / (1 - bounded));
  out[TABLE_PLACE + 2] = gain;
}

/** A value in spreads from its mean, cut at 4; 0 where nothing varied, or the value is unknown (NaN). */
export function standardised(value: number, mean: number, spread: number): number {
  return spread === 0 || Number.isNaN(value) ? 0 : Math.max(-MOST, Math.min(MOST, (value - mean) / spread));
}
