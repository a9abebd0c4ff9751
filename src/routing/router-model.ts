import type { DenseLayer } from "../kernels/perceptron.js";
import type { Classifier } from "../nets/classifier.js";
import { Mlp } from "../nets/mlp.js";
import type { SparseVector } from "../nets/text-encoder.js";
import { AnswerModel, type Answers, type VerifierWeights } from "./answer-model.js";
import { mapProbability, type ProbabilityMap, temper } from "./calibration.js";
import { BLOCK, type FeatureScaling, type QuestionCircumstances, RouterFeatures } from "./router-features.js";

/** What a router thinks of a question before any answer. */
export interface Opinion {
  /** Chance that the local answer is good enough, calibrated, 0 to 1. */
  readonly localOk: number;
  readonly remoteOk: number;
  /** What asking remotely is expected to add in quality, -1 to 1. */
  readonly gain: number;
}

/** Thresholds on the gain that were chosen on rows the router had not seen. */
export interface RouterThresholds {
  /** Below it an unchecked local answer keeps the promise: mean regret at most `alpha`. */
  readonly local: number;
  /** From it on a question goes remote without a local attempt. */
  readonly direct: number;
  readonly alpha: number;
  /** Escalate a checked answer when remote is expected to be better by at least this. */
  readonly escalate: number;
}

/** Everything that was learned, as one file holds it. */
export interface RouterWeights {
  readonly scaling: FeatureScaling;
  /** 384 to 3: local, remote, either (hybrid). */
  readonly side: Classifier;
  /** 384 to 2: local wrong, local right. */
  readonly localOk: Classifier;
  readonly temperature: { readonly side: number; readonly localOk: number };
  /** From the tempered chance of a right local answer to what it came to. */
  readonly localOkMap: ProbabilityMap;
  readonly thresholds: RouterThresholds;
  readonly verifier?: VerifierWeights;
  /** Names exactly these weights. */
  readonly hash: string;
}

/** Classes of the side network. */
export const SIDE = { local: 0, remote: 1, either: 2 } as const;

/** A learned router: what it thinks of a question, and of an answer. Allocates only what it returns. */
export class RouterModel {
  readonly weights: RouterWeights;
  readonly #features: RouterFeatures;
  #vector: SparseVector = { indices: new Uint16Array(0), values: new Float32Array(0), count: 0 };
  readonly #side: Float32Array = new Float32Array(3);
  readonly #localOk: Float32Array = new Float32Array(2);
  readonly #answers: AnswerModel | undefined;

  constructor(weights: RouterWeights) {
    this.weights = weights;
    this.#features = new RouterFeatures(weights.scaling, {
      hashes: readsHashes(weights.side) || readsHashes(weights.localOk),
    });
    this.#answers = weights.verifier === undefined ? undefined : new AnswerModel(weights.verifier);
  }

  /** The 384 features of the question asked about last; they hold until the next. */
  get features(): SparseVector {
    return this.#vector;
  }

  /** O(length of the text). */
  opinion(text: string, circumstances: QuestionCircumstances = {}): Opinion {
    const { side, localOk, temperature, localOkMap } = this.weights;
    this.#vector = this.#features.encode(text, circumstances);
    const { indices, values, count } = this.#vector;
    side.predictSparse(indices, values, count, this.#side);
    temper(this.#side, temperature.side);
    localOk.predictSparse(indices, values, count, this.#localOk);
    temper(this.#localOk, temperature.localOk);
    return opinionOf(this.#side, mapProbability(localOkMap, this.#localOk[1]!));
  }

  /** The chance that a local answer is right now that it is there; undefined without a verifier. */
  afterAnswer(prompt: string, answer: Answers, before: Opinion = this.opinion(prompt)): number | undefined {
    return this.#answers?.probabilityRight(prompt, answer, before);
  }
}

/** An opinion from the probabilities of the side network and that of a right local answer. */
export function opinionOf(side: ArrayLike<number>, localOk: number): Opinion {
  const gain = side[SIDE.remote]! - side[SIDE.local]!;
  return { localOk, gain, remoteOk: Math.max(0, Math.min(1, localOk + gain)) };
}

/** Whether any weight stands at a hashed input; of compressed networks it is taken for true. */
function readsHashes(network: Classifier): boolean {
  if (!(network instanceof Mlp)) return true;
  const [{ inputs, outputs, weights }] = network.layers as readonly [DenseLayer]; // a perceptron has a layer
  for (let output = 0; output < outputs; output++)
    for (let input = 0; input < BLOCK.indicators; input++) if (weights[output * inputs + input] !== 0) return true;
  return false;
}
