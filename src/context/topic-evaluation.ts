import { seededRandom } from "../core/random.js";
import { GramAccumulator } from "../nets/gram.js";
import type { RidgeSolution } from "../nets/ridge-solution.js";
import { createTextEncoder, dialogueBlocks, type SparseVector } from "../nets/text-encoder.js";
import { type Dialogue, domainsOf, type TurnTargets, targetsOf } from "./dialogue.js";
import { TopicScores, topicOutputs, writeTargets } from "./topic-scores.js";
import { featureSets, type TurnFeatures } from "./turn-features.js";

/** What a memory is fitted on and measured on. */
export interface TopicEvaluationOptions {
  readonly train: readonly Dialogue[];
  readonly test: readonly Dialogue[];
  /** Names of `featureSets`; default all. */
  readonly features?: readonly string[];
  /** Dialogues of `train` that are used, chosen by the seed; default all. */
  readonly maxTrain?: number;
  readonly seed?: number;
  /** Called now and then; a promise is waited for. `share` is from 0 to 1. */
  readonly progress?: (share: number, doing: string) => void | Promise<void>;
}

/** One row of the table. */
export interface TopicEvaluation {
  readonly features: string;
  readonly size: number;
  /** Relative to the mean square of a feature; chosen on a fifth of the training dialogues. */
  readonly lambda: number;
  /** In percent; see `TopicScores`. */
  readonly figures: Readonly<Record<string, number>>;
}

/** Tried for each memory. */
const LAMBDAS = [1e-4, 1e-3, 1e-2];
/** One dialogue in so many is kept back from the first fit, to choose lambda on. */
const FOLD = 5;

/**
 * Fits a ridge readout on each memory and measures it on other dialogues. Lambda is chosen on training dialogues alone:
 * fitted on four fifths, compared on the last one, fitted again on all. O(turns * size^2 + size^3) for each memory.
 */
export async function evaluateTopics(options: TopicEvaluationOptions): Promise<readonly TopicEvaluation[]> {
  const { features = Object.keys(featureSets), maxTrain = options.train.length, seed = 1, progress } = options;
  const domains = domainsOf(options.train);
  const train = prepared(chosen(options.train, maxTrain, seed), domains);
  const test = prepared(options.test, domains);
  const held = train.filter((_, place) => place % FOLD === 0);
  const kept = train.filter((_, place) => place % FOLD !== 0);
  const costs = features.map((name) => featureSets[name]!().values.length ** 2);
  const total = costs.reduce((sum, cost) => sum + cost, 0);
  const rows: TopicEvaluation[] = [];
  let done = 0;
  for (const [place, name] of features.entries()) {
    const memory = featureSets[name]!();
    const outputs = topicOutputs(domains.length);
    const tell = async (share: number): Promise<void> => progress?.((done + share * costs[place]!) / total, name);
    const sums = new GramAccumulator({ inputs: memory.values.length, outputs });
    await accumulate(sums, memory, kept, (share) => tell(0.6 * share));
    let best = { lambda: Number.NaN, score: Number.NEGATIVE_INFINITY };
    for (const [attempt, lambda] of LAMBDAS.entries()) {
      const { figures } = measured(memory, sums.solve({ lambda }), held, domains.length);
      const values = Object.values(figures);
      const score = values.reduce((sum, value) => sum + value, 0) / values.length;
      if (score > best.score) best = { lambda, score };
      await tell(0.6 + 0.05 * (attempt + 1));
    }
    await accumulate(sums, memory, held, (share) => tell(0.75 + 0.15 * share));
    const { figures } = measured(memory, sums.solve({ lambda: best.lambda }), test, domains.length);
    rows.push({ features: name, size: memory.values.length, lambda: best.lambda, figures });
    done += costs[place]!;
    await tell(0);
  }
  return rows;
}

interface PreparedTurn {
  readonly vector: SparseVector;
  readonly targets: TurnTargets;
}

function prepared(dialogues: readonly Dialogue[], domains: readonly string[]): PreparedTurn[][] {
  const encoder = createTextEncoder({ blocks: dialogueBlocks });
  return dialogues.map((dialogue) => {
    const targets = targetsOf(dialogue, domains);
    return dialogue.turns.map(({ text }, place) => {
      const { indices, values, count } = encoder.encode(text);
      return {
        vector: { indices: indices.slice(0, count), values: values.slice(0, count), count },
        targets: targets[place]!,
      };
    });
  });
}

/** So many of the dialogues, in their order; the same ones for the same seed. */
function chosen(dialogues: readonly Dialogue[], count: number, seed: number): readonly Dialogue[] {
  if (count >= dialogues.length) return dialogues;
  const random = seededRandom(seed);
  const keys = dialogues.map(() => random.next());
  const limit = [...keys].sort((a, b) => a - b)[count]!;
  return dialogues.filter((_, place) => keys[place]! < limit);
}

async function accumulate(
  sums: GramAccumulator,
  memory: TurnFeatures,
  dialogues: readonly (readonly PreparedTurn[])[],
  progress: (share: number) => Promise<void>,
): Promise<void> {
  const target = new Float64Array(sums.outputs);
  for (const [place, turns] of dialogues.entries()) {
    memory.reset();
    for (const { vector, targets } of turns) {
      memory.step(vector);
      writeTargets(target, targets);
      sums.add(memory.values, target);
    }
    if (place % 20 === 19) await progress((place + 1) / dialogues.length);
  }
}

function measured(
  memory: TurnFeatures,
  { weights, bias, inputs, outputs }: RidgeSolution,
  dialogues: readonly (readonly PreparedTurn[])[],
  classes: number,
): { readonly figures: Readonly<Record<string, number>> } {
  const scores = new TopicScores(classes);
  const output = new Float64Array(outputs);
  for (const turns of dialogues) {
    memory.reset();
    for (const { vector, targets } of turns) {
      memory.step(vector);
      readOut(output, weights, bias, memory.values, inputs);
      scores.add(output, targets);
    }
  }
  return { figures: scores.figures() };
}

/** output = weights x + bias, four rows at once. */
function readOut(
  output: Float64Array,
  weights: Float64Array,
  bias: Float64Array,
  x: Float32Array,
  inputs: number,
): void {
  let row = 0;
  for (; row + 4 <= output.length; row += 4) {
    const first = row * inputs;
    let sum0 = 0;
    let sum1 = 0;
    let sum2 = 0;
    let sum3 = 0;
    for (let input = 0; input < inputs; input++) {
      const value = x[input]!;
      sum0 += weights[first + input]! * value;
      sum1 += weights[first + inputs + input]! * value;
      sum2 += weights[first + 2 * inputs + input]! * value;
      sum3 += weights[first + 3 * inputs + input]! * value;
    }
    output[row] = sum0 + bias[row]!;
    output[row + 1] = sum1 + bias[row + 1]!;
    output[row + 2] = sum2 + bias[row + 2]!;
    output[row + 3] = sum3 + bias[row + 3]!;
  }
  for (; row < output.length; row++) {
    let sum = bias[row]!;
    for (let input = 0; input < inputs; input++) sum += weights[row * inputs + input]! * x[input]!;
    output[row] = sum;
  }
}
