import { GramAccumulator } from "../nets/gram.js";
import type { Readout } from "../nets/reservoir.js";
import { createTextEncoder, dialogueBlocks } from "../nets/text-encoder.js";
import type { Json } from "../nets/weights-file.js";
import { type Dialogue, domainsOf, targetsOf } from "./dialogue.js";
import { changeScore, TopicMemory } from "./topic-memory.js";
import { topicOutputs, writeTargets } from "./topic-scores.js";
import { suggestionTrials } from "./topic-suggestions.js";
import { decodeTopicWeights, encodeTopicWeights, type TopicWeights } from "./topic-weights.js";
import { featureSets, TURN_INPUTS, TURN_UNITS } from "./turn-features.js";

/** What the weights of a topic memory are made of. */
export interface TopicTrainingOptions {
  readonly dialogues: readonly Dialogue[];
  /** Conversations that go to and fro between projects, which their domains stand for: the threshold is set on them. */
  readonly streams: readonly Dialogue[];
  /** Relative to the mean square of a feature. */
  readonly lambda?: number;
  /** Share of a user's turns within a project that may be taken for another one's; default 0.01. */
  readonly falseAlarms?: number;
  /** Goes into the file: seed, hash of the data, licence. */
  readonly meta?: { readonly [name: string]: Json };
  readonly progress?: (share: number) => void | Promise<void>;
}

/** One dialogue in so many sets the thresholds, and then trains with the others. */
const FOLD = 5;

/** Trains the readouts by ridge on all dialogues, and sets both thresholds. Deterministic. */
export async function trainTopics(options: TopicTrainingOptions): Promise<TopicWeights> {
  const { dialogues, streams, lambda = 1e-3, falseAlarms = 0.01, meta = {}, progress } = options;
  const domains = domainsOf(dialogues);
  const encoder = createTextEncoder({ blocks: dialogueBlocks });
  const memory = featureSets["reservoir"]!();
  const states = new GramAccumulator({ inputs: memory.values.length, outputs: topicOutputs(domains.length) });
  const words = new GramAccumulator({ inputs: TURN_INPUTS, outputs: domains.length });
  const changes = new GramAccumulator({ inputs: TURN_UNITS + TURN_INPUTS, outputs: 1 });
  const both = new Float32Array(TURN_UNITS + TURN_INPUTS);
  const target = new Float64Array(topicOutputs(domains.length));
  const dense = new Float32Array(TURN_INPUTS);
  const learn = ({ turns }: Dialogue, targets: ReturnType<typeof targetsOf>): void => {
    memory.reset();
    for (const [place, { text }] of turns.entries()) {
      const vector = encoder.encode(text);
      memory.step(vector);
      writeTargets(target, targets[place]!);
      states.add(memory.values, target);
      dense.fill(0);
      for (let entry = 0; entry < vector.count; entry++) dense[vector.indices[entry]!] = vector.values[entry]!;
      words.add(dense, target.subarray(0, domains.length));
      const { changed } = targets[place]!;
      if (changed < 0) continue;
      both.set(memory.values);
      both.set(dense, TURN_UNITS);
      changes.add(both, [changed]);
    }
  };
  const held = dialogues.filter((_, place) => place % FOLD === 0);
  const kept = dialogues.filter((_, place) => place % FOLD !== 0);
  let done = 0;
  const learnAll = async (some: readonly Dialogue[]): Promise<void> => {
    for (const dialogue of some) {
      learn(dialogue, targetsOf(dialogue, domains));
      if (++done % 50 === 0) await progress?.(done / dialogues.length);
    }
  };
  await learnAll(kept);
  const changedFrom = changeThreshold(changes.solve({ lambda }), held, domains);
  await learnAll(held);
  const weights: TopicWeights = {
    domains,
    readout: states.solve({ lambda }),
    words: words.solve({ lambda }),
    change: changes.solve({ lambda }),
    suggestFrom: 0,
    changedFrom,
    meta: { ...meta, lambda, dialogues: dialogues.length, turns: states.rows, falseAlarms },
  };
  const trials = suggestionTrials(streams, new TopicMemory(decodeTopicWeights(encodeTopicWeights(weights))));
  const staying = trials.filter(({ kind }) => kind === "stays").map(({ score }) => score);
  staying.sort((a, b) => b - a);
  return { ...weights, suggestFrom: Math.max(0, staying[Math.floor(falseAlarms * staying.length)] ?? 0) };
}

/** The score at which as many questions are said to change the subject as do. */
function changeThreshold(readout: Readout, dialogues: readonly Dialogue[], domains: readonly string[]): number {
  const encoder = createTextEncoder({ blocks: dialogueBlocks });
  const memory = featureSets["reservoir"]!();
  const scores: number[] = [];
  let changes = 0;
  for (const dialogue of dialogues) {
    memory.reset();
    for (const [place, { changed }] of targetsOf(dialogue, domains).entries()) {
      const vector = encoder.encode(dialogue.turns[place]!.text);
      memory.step(vector);
      if (changed < 0) continue;
      changes += changed;
      scores.push(changeScore(readout, memory.values, vector));
    }
  }
  return scores.sort((a, b) => b - a)[changes] ?? Number.MAX_VALUE;
}
