import { seededRandom } from "../core/random.js";
import { decayOf } from "../nets/lif.js";
import type { SpikingNetworkDescription } from "../nets/spiking-network.js";
import { randomSynapses } from "../nets/spiking-synapses.js";
import { logit } from "../nets/surrogate-layer.js";
import { type RatePenalty, SurrogateNetwork } from "../nets/surrogate-network.js";
import { type AdamState, adamState, adamStep } from "../nets/surrogate-optimizer.js";
import type { FeatureSet } from "./feature-set.js";
import { BANDS } from "./front-end.js";
import type { SpikeEncoding } from "./spike-encoding.js";
import { SpikingBatches } from "./spiking-batches.js";

/** Layers of a first stage: neurons, and the frames by which spikes reach them late. */
export interface WakeShape {
  readonly layers: readonly { readonly units: number; readonly delays: readonly number[] }[];
  /** Share of the possible connections that exist. */
  readonly connectivity: number;
  readonly encoding: SpikeEncoding;
}

/** Three layers with delays: without them a spiking layer cannot tell the order of sounds. */
export const WAKE_SHAPE: WakeShape = {
  layers: [
    { units: 96, delays: [0, 1, 2, 3] },
    { units: 96, delays: [0, 3, 6, 9, 12] },
    { units: 64, delays: [0, 6, 12] },
  ],
  connectivity: 0.3,
  encoding: "direct",
};

/** Where training stands. A resumed run draws other windows than an uninterrupted one. */
export interface SpikingTrainingState {
  readonly parameters: Float32Array;
  readonly adam: AdamState;
  /** Mean and variance of each layer's currents. */
  readonly statistics: readonly Float32Array[];
}

export interface SpikingTrainingProgress {
  readonly step: number;
  readonly steps: number;
  /** Running mean. */
  readonly loss: number;
  /** Of each layer, in spikes a second and neuron. */
  readonly ratesHz: readonly number[];
  /** The network as it is now, averaged over the last steps. */
  readonly network: () => SpikingNetworkDescription;
  readonly state: () => SpikingTrainingState;
}

export interface SpikingTrainingOptions {
  /** The word that is listened for; every other one in the sets is a negative. */
  readonly word: string;
  readonly seed: number;
  readonly steps: number;
  readonly shape?: WakeShape;
  readonly learningRate?: number;
  /** Sequences of a batch; a multiple of 4. */
  readonly lanes?: number;
  /** Frames of a sequence. */
  readonly frames?: number;
  readonly resume?: SpikingTrainingState;
  readonly signal?: AbortSignal;
  readonly onStep?: (progress: SpikingTrainingProgress) => void;
}

/**
 * Trains a first stage on windows drawn from a set of positives and one of negatives. A score above 0 says "the word has just
 * ended". Rejects with the signal's reason when it aborts; the thread is given up every few steps.
 */
export async function trainSpikingStage(
  positives: FeatureSet,
  negatives: FeatureSet,
  options: SpikingTrainingOptions,
): Promise<SpikingNetworkDescription> {
  const { seed, steps, shape = WAKE_SHAPE, learningRate = 2e-3, lanes = 32, frames = 160, onStep } = options;
  const network = newNetwork(shape, seed, frames, lanes);
  const adam = options.resume?.adam ?? adamState(network.parameters);
  if (options.resume !== undefined) restore(network, options.resume);
  const batches = new SpikingBatches(
    positives,
    negatives,
    options.word,
    shape.encoding,
    seededRandom(seed * 7919 + adam.steps),
  );
  let mean = 0;
  while (adam.steps < steps) {
    if (adam.steps % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    options.signal?.throwIfAborted();
    batches.fill(network);
    network.forward(0.05);
    const loss = batches.loss(network) + network.penalise(RATES);
    network.backward();
    const warm = Math.min(1, (adam.steps + 1) / 200);
    const rate = learningRate * warm * (0.02 + 0.49 * (1 + Math.cos((Math.PI * adam.steps) / steps)));
    adamStep(network.parameters, network.gradients, adam, { learningRate: rate, clip: 5, averaging: 0.998 });
    keepTimeConstants(network);
    mean = mean === 0 ? loss : 0.99 * mean + 0.01 * loss;
    onStep?.({
      ...{ step: adam.steps, steps, loss: mean },
      ratesHz: network.layers.map((layer) => (100 * layer.rates.reduce((sum, rate) => sum + rate, 0)) / layer.units),
      network: () => averaged(network, adam, batches),
      state: () => stateOf(network, adam),
    });
  }
  return averaged(network, adam, batches);
}

/** Rates in spikes a frame: a mean of 5 Hz, no neuron below 0.5 or above 20. */
const RATES: RatePenalty = { target: 0.05, lowest: 0.005, highest: 0.2, ofMean: 100, ofNeuron: 20 };
/** Scores reach a few units, spikes come in one frame of twenty: without it the beginning of training goes into larger weights. */
const READOUT_GAIN = 5;
const STEP_MS = 10;
const SHORTEST_MS = 12;
const LONGEST_MS = 300;

function newNetwork(shape: WakeShape, seed: number, frames: number, lanes: number): SurrogateNetwork {
  const random = seededRandom(seed);
  let inputs = BANDS;
  const layers = shape.layers.map(({ units, delays }, index) => {
    const synapses = randomSynapses({
      ...{ inputs, outputs: units, delays, connectivity: shape.connectivity, seed: seed * 31 + index },
    });
    inputs = units;
    // Evenly over the logarithms: twelve to three hundred milliseconds.
    const taus = (low: number, high: number): Float32Array =>
      Float32Array.from({ length: units }, () => low * (high / low) ** random.next());
    const [tauMemMs, tauSynMs] = [taus(SHORTEST_MS, LONGEST_MS), taus(5, 60)];
    return { synapses, stepMs: STEP_MS, tauMemMs, tauSynMs, normalised: true, gain: 1.5, shift: 0.2 };
  });
  const readout = randomSynapses({ inputs, outputs: 1, connectivity: 1, spread: 0.5, seed: seed * 31 + 99 });
  return new SurrogateNetwork({
    inputs: BANDS,
    layers,
    readout,
    readoutTauMs: 100,
    readoutGain: READOUT_GAIN,
    stepMs: STEP_MS,
    steps: frames,
    lanes,
  });
}

/** Decays stay those of 12 to 300 ms (membranes) and 2 to 150 ms (synapses). */
function keepTimeConstants(network: SurrogateNetwork): void {
  const bounds = [SHORTEST_MS, LONGEST_MS, 2, 150].map((tau) => logit(decayOf(STEP_MS, tau)));
  for (const { membraneLogit, synapseLogit } of network.layers)
    for (let unit = 0; unit < membraneLogit.length; unit++) {
      membraneLogit[unit] = Math.max(bounds[0]!, Math.min(bounds[1]!, membraneLogit[unit]!));
      synapseLogit[unit] = Math.max(bounds[2]!, Math.min(bounds[3]!, synapseLogit[unit]!));
    }
}

function stateOf(network: SurrogateNetwork, adam: AdamState): SpikingTrainingState {
  return {
    parameters: network.parameters.slice(),
    adam: { steps: adam.steps, first: adam.first.slice(), second: adam.second.slice(), average: adam.average.slice() },
    statistics: network.layers.flatMap((layer) => [layer.runningMean.slice(), layer.runningVariance.slice()]),
  };
}

function restore(network: SurrogateNetwork, { parameters, statistics }: SpikingTrainingState): void {
  network.parameters.set(parameters);
  for (const [index, layer] of network.layers.entries()) {
    layer.runningMean.set(statistics[2 * index]!);
    layer.runningVariance.set(statistics[2 * index + 1]!);
  }
}

/** The network of the averaged parameters, its normalisation measured anew; training goes on from where it was. */
function averaged(network: SurrogateNetwork, adam: AdamState, batches: SpikingBatches): SpikingNetworkDescription {
  const kept = stateOf(network, adam);
  network.parameters.set(adam.average);
  for (let round = 1; round <= 40; round++) {
    batches.fill(network);
    network.forward(1 / round);
  }
  const description = network.description();
  restore(network, kept);
  return description;
}
