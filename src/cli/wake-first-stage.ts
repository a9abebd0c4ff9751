import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { SpikingNetworkDescription } from "../nets/spiking-network.js";
import type { FeatureSet } from "../wake/feature-set.js";
import { firstStageCurve } from "../wake/first-stage-selection.js";
import { decodeSpikingCheckpoint, encodeSpikingCheckpoint } from "../wake/spiking-checkpoint.js";
import { type SpikingTrainingState, trainSpikingStage, WAKE_SHAPE } from "../wake/spiking-training.js";
import { encodeWakeNetwork, type WakeNetworkModel } from "../wake/wake-network.js";
import { CommandError } from "./command.js";
import { counting } from "./counting.js";
import { reasonOf } from "./files.js";
import { print, remark, safe, type Terminal } from "./terminal.js";

/** What a first stage is trained on, and where it may stop and go on. */
export interface FirstStageTraining {
  readonly phrase: string;
  readonly positives: FeatureSet;
  readonly negatives: FeatureSet;
  /** Made of speakers kept out of the training, to choose the threshold by. */
  readonly dev?: { readonly positives: FeatureSet; readonly negatives: FeatureSet };
  readonly steps: number;
  readonly seed: number;
  /** Where the network goes. */
  readonly path: string;
  /** Directory of the checkpoints. */
  readonly cache: string;
  /** Names the sets: another set's checkpoint is refused. */
  readonly key: string;
  readonly about: WakeNetworkModel["about"];
}

const CHECKPOINT_EVERY = 250;
const RATES = [0.5, 1, 2, 5, 10];
/** The verifier can be asked so often: the loose end of what it is made for. */
const CANDIDATES_PER_HOUR = 30;

/** Batches of a training when nothing else is said: five to ten minutes. */
export const FIRST_STAGE_STEPS = 5000;

/**
 * Trains the first stage of a phrase, about 50 ms a step, writes it and prints how it does on speakers kept out. A run that was
 * interrupted goes on from its last checkpoint.
 */
export async function trainFirstStage(training: FirstStageTraining, terminal: Terminal): Promise<number> {
  const { phrase, positives, dev, steps, seed, path } = training;
  const network = await trained(training, terminal);
  const model = {
    ...{ phrase, normalization: positives.normalization, encoding: WAKE_SHAPE.encoding, network },
    about: { ...training.about, seed, steps },
  };
  const curve =
    dev === undefined ? undefined : firstStageCurve({ ...model, threshold: 1 }, dev.positives, dev.negatives);
  const loose = curve === undefined ? 0.5 : curve.at(CANDIDATES_PER_HOUR).threshold;
  const bytes = encodeWakeNetwork({ ...model, threshold: Math.max(0.05, Math.min(0.95, loose)) });
  try {
    await replaceFile(path, bytes);
  } catch (error) {
    throw new CommandError(`Cannot write ${path}: ${reasonOf(error)}`, { cause: error });
  }
  for (const rate of curve === undefined ? [] : RATES)
    print(
      terminal,
      `missed at ${rate} false alarms an hour, other speakers: ${(100 * curve!.at(rate).missRate).toFixed(1)} %`,
    );
  const synapses = network.layers.reduce((sum, layer) => sum + layer.synapses.weights.length, 0);
  print(terminal, `${safe(path)}: ${bytes.length} bytes, ${synapses} synapses`);
  return 0;
}

async function trained(training: FirstStageTraining, terminal: Terminal): Promise<SpikingNetworkDescription> {
  const { phrase, positives, negatives, steps, seed } = training;
  const key = { phrase, seed, steps, sets: training.key };
  const name = createHash("sha256").update(JSON.stringify(key)).digest("hex").slice(0, 16);
  const path = join(training.cache, `${name}.first-checkpoint`);
  const resume = await checkpointAt(path, key);
  if (resume !== undefined) remark(terminal, `Going on at step ${resume.adam.steps} of ${steps}`);
  const show = counting(terminal, `steps of the first stage, seed ${seed}`);
  let writing = Promise.resolve();
  try {
    return await trainSpikingStage(positives, negatives, {
      ...{ word: phrase, seed, steps, signal: terminal.signal },
      ...(resume === undefined ? {} : { resume }),
      onStep({ step, loss, state }) {
        show(step, steps, `loss ${loss.toFixed(4)}`);
        if (step % CHECKPOINT_EVERY !== 0 && !terminal.signal.aborted) return;
        const bytes = encodeSpikingCheckpoint(state(), key);
        writing = writing.then(() => replaceFile(path, bytes));
      },
    });
  } finally {
    await writing;
  }
}

async function checkpointAt(
  path: string,
  key: Parameters<typeof decodeSpikingCheckpoint>[1],
): Promise<SpikingTrainingState | undefined> {
  try {
    return decodeSpikingCheckpoint(new Uint8Array(await readFile(path)), key);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined; // node:fs errors carry a code
    throw error;
  }
}

async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.part`, bytes);
  await rename(`${path}.part`, path);
}
