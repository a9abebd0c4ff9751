import {
  decodeWeights,
  encodeWeights,
  type Json,
  tableOf,
  WeightsError,
  type WeightTable,
} from "../nets/weights-file.js";
import type { SpikingTrainingState } from "./spiking-training.js";

const KIND = "wake-first-stage-training";
const VERSION = 1;

/** What a checkpoint belongs to: another training refuses it. */
export type CheckpointKey = { readonly [name: string]: Json };

/** The file of a training that is under way. */
export function encodeSpikingCheckpoint(state: SpikingTrainingState, key: CheckpointKey): Uint8Array<ArrayBuffer> {
  const { parameters, adam, statistics } = state;
  const table = (values: Float32Array): WeightTable => ({ shape: [values.length], values });
  return encodeWeights({
    kind: KIND,
    meta: { version: VERSION, steps: adam.steps, statistics: statistics.length, key },
    tables: {
      parameters: table(parameters),
      first: table(adam.first),
      second: table(adam.second),
      average: table(adam.average),
      ...Object.fromEntries(statistics.map((values, index) => [`statistics${index}`, table(values)])),
    },
  });
}

/** Reads such a file. WeightsError when it is none, damaged, or of a training with another key. */
export function decodeSpikingCheckpoint(file: Uint8Array, key: CheckpointKey): SpikingTrainingState {
  const weights = decodeWeights(file, { kind: KIND });
  const { version, steps, statistics } = weights.meta;
  if (version !== VERSION || typeof steps !== "number" || typeof statistics !== "number")
    throw new WeightsError(`Cannot go on training: expected version ${VERSION} of a checkpoint, got ${version}`);
  if (JSON.stringify(weights.meta["key"]) !== JSON.stringify(key))
    throw new WeightsError(
      `Cannot go on training: expected a checkpoint of ${JSON.stringify(key)}, got one of ${JSON.stringify(weights.meta["key"])}`,
    );
  const take = (name: string): Float32Array => tableOf(weights, name, "f32");
  return {
    parameters: take("parameters"),
    adam: { steps, first: take("first"), second: take("second"), average: take("average") },
    statistics: Array.from({ length: statistics }, (_, index) => take(`statistics${index}`)),
  };
}
