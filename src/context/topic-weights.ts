import type { Readout } from "../nets/reservoir.js";
import {
  decodeWeights,
  encodeWeights,
  type Json,
  tableOf,
  WeightsError,
  type WeightsFile,
} from "../nets/weights-file.js";
import { topicOutputs } from "./topic-scores.js";
import { TURN_INPUTS, TURN_UNITS } from "./turn-features.js";

/** What the topic memory learned from labelled dialogues. */
export interface TopicWeights {
  /** Names of the topics that the dialogues were labelled with. */
  readonly domains: readonly string[];
  /** Of the reservoir's state: `TOPIC_QUESTIONS` for each topic, then whether the subject just changed, then whether it will. */
  readonly readout: Readout;
  /** Of one text alone: how much it is about each topic. */
  readonly words: Readout;
  /** Of the reservoir's state after a question and of the question alone, beside each other: whether it changes the subject. */
  readonly change: Readout;
  /** A score from which a text is said to belong to another project. */
  readonly suggestFrom: number;
  /** A score from which a question is said to change the subject. */
  readonly changedFrom: number;
  /** Where they come from: seed, hash of the data, licence. */
  readonly meta: { readonly [name: string]: Json };
}

/** Weights that were read, and the SHA-256 that names them. The readout is made of its 8 bits when it is first asked for. */
export type ReadTopicWeights = TopicWeights & { readonly hash: string };

/** Of each topic, from utterance to utterance: now, so many back, before the last change, within the last 64. */
export const TOPIC_QUESTIONS: readonly ["now", "back4", "back8", "back16", "before", "recent"] = [
  "now",
  "back4",
  "back8",
  "back16",
  "before",
  "recent",
];

const KIND = "topic-memory";

/** The bytes of a weights file: 8 bits for each weight, with a scale for each row. */
export function encodeTopicWeights(weights: TopicWeights): Uint8Array<ArrayBuffer> {
  const { domains, readout, words, change, suggestFrom, changedFrom, meta } = weights;
  const outputs = topicOutputs(domains.length);
  return encodeWeights({
    kind: KIND,
    meta: { ...meta, domains, suggestFrom, changedFrom },
    tables: {
      ...tables("readout", readout, outputs, TURN_UNITS),
      ...tables("words", words, domains.length, TURN_INPUTS),
      ...tables("change", change, 1, TURN_UNITS + TURN_INPUTS),
    },
  });
}

/** Reads what `encodeTopicWeights` wrote. WeightsError when it is damaged or something else. */
export function decodeTopicWeights(bytes: Uint8Array): ReadTopicWeights {
  // A Buffer of Node is a Uint8Array whose slices are no copies.
  const file = decodeWeights(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength), { kind: KIND });
  const { domains, suggestFrom, changedFrom, ...meta } = file.meta;
  if (!Array.isArray(domains) || !domains.every((name) => typeof name === "string")) throw refusal("domains");
  if (typeof suggestFrom !== "number" || typeof changedFrom !== "number") throw refusal("thresholds");
  const readout = rowsOf(file, "readout", topicOutputs(domains.length), TURN_UNITS);
  let read: Readout | undefined;
  return {
    domains,
    get readout() {
      read ??= readout();
      return read;
    },
    words: rowsOf(file, "words", domains.length, TURN_INPUTS)(),
    change: rowsOf(file, "change", 1, TURN_UNITS + TURN_INPUTS)(),
    suggestFrom,
    changedFrom,
    meta,
    hash: file.hash,
  };
}

/** Checks the tables of a readout now, and makes its numbers when called. */
function rowsOf(file: WeightsFile, name: string, outputs: number, inputs: number): () => Readout {
  const quantized = tableOf(file, name, "i8", [outputs, inputs]);
  const scales = tableOf(file, `${name}-scales`, "f32", [outputs]);
  const bias = tableOf(file, `${name}-bias`, "f32", [outputs]);
  return () => {
    const weights = new Float32Array(quantized.length);
    for (let row = 0, at = 0; row < outputs; row++)
      for (let input = 0; input < inputs; input++, at++) weights[at] = quantized[at]! * scales[row]!;
    return { weights, bias };
  };
}

function refusal(what: string): WeightsError {
  return new WeightsError(`Cannot load weights: expected ${what} in the header of a topic memory`);
}

function tables(name: string, { weights, bias }: Readout, outputs: number, inputs: number) {
  const quantized = new Int8Array(outputs * inputs);
  const scales = new Float32Array(outputs);
  for (let row = 0; row < outputs; row++) {
    let largest = 0;
    for (let input = 0; input < inputs; input++) largest = Math.max(largest, Math.abs(weights[row * inputs + input]!));
    scales[row] = largest === 0 ? 1 : largest / 127;
    for (let input = 0; input < inputs; input++)
      quantized[row * inputs + input] = Math.round(weights[row * inputs + input]! / scales[row]!);
  }
  return {
    [name]: { shape: [outputs, inputs], values: quantized },
    [`${name}-scales`]: { shape: [outputs], values: scales },
    [`${name}-bias`]: { shape: [outputs], values: Float32Array.from(bias) },
  };
}
