import { type Random, seededRandom } from "../core/random.js";
import { decayOf } from "../nets/lif.js";
import type { SpikingNetworkDescription } from "../nets/spiking-network.js";
import { randomSynapses } from "../nets/spiking-synapses.js";
import { logit } from "../nets/surrogate-layer.js";
import { type RatePenalty, SurrogateNetwork } from "../nets/surrogate-network.js";
import { type AdamState, adamState, adamStep } from "../nets/surrogate-optimizer.js";
import { type FeatureSet, readFrames } from "./feature-set.js";
import { BANDS } from "./front-end.js";
import { SpikeEncoder, type SpikeEncoding } from "./spike-encoding.js";

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
  /** Share of the synapses left out of each batch, so that no few of them learn the speakers by heart. */
  readonly dropConnect?: number;
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
  const {
    seed,
    steps,
    shape = WAKE_SHAPE,
    learningRate = 2e-3,
    lanes = 32,
    frames = 128,
    dropConnect = 0.1,
    onStep,
  } = options;
  const network = newNetwork(shape, seed, frames, lanes);
  const adam = options.resume?.adam ?? adamState(network.parameters);
  if (options.resume !== undefined) restore(network, options.resume);
  const random = seededRandom(seed * 104_729 + adam.steps);
  const batches = new Batches(
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
    const whole = dropped(network, dropConnect, random);
    network.forward(0.05);
    const loss = batches.loss(network) + network.penalise(RATES);
    network.backward();
    network.parameters.set(whole);
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

/** Takes a share of the layers' synapses away for one batch (Wan et al., "Regularization of neural networks using DropConnect", 2013); returns all as they were. */
function dropped(network: SurrogateNetwork, share: number, random: Random): Float32Array {
  const whole = network.parameters.slice();
  if (share > 0)
    for (const { weights } of network.layers)
      for (let synapse = 0; synapse < weights.length; synapse++) if (random.next() < share) weights[synapse] = 0;
  return whole;
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
function averaged(network: SurrogateNetwork, adam: AdamState, batches: Batches): SpikingNetworkDescription {
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

interface Window {
  readonly set: "positives" | "negatives";
  /** First frame in the set. */
  readonly start: number;
  /** Where in the window the word begins and is over; both -1 in a negative. */
  readonly wordStart: number;
  readonly wordEnd: number;
}

/** Frames at a window's beginning in which nothing is asked: delays and membranes fill. */
const WARM_UP = 24;
/** Frames around the end of the word within which the score must rise. */
const EARLY = 8;
const LATE = 30;
/** Sharpness of the soft maximum over frames. */
const SHARPNESS = 3;

/** Draws windows, half of the negatives from those that were hard when last seen, and judges scores. */
class Batches {
  readonly #positives: FeatureSet;
  readonly #negatives: FeatureSet;
  readonly #random: Random;
  readonly #words: readonly {
    readonly start: number;
    readonly end: number;
    readonly from: number;
    readonly to: number;
  }[];
  readonly #parts: readonly { readonly start: number; readonly end: number; readonly to: number }[];
  readonly #free: Uint8Array;
  readonly #hard: { start: number; score: number }[] = [];
  readonly #encoder: SpikeEncoder;
  #windows: Window[] = [];
  #rows: Float32Array[] = [];
  #frames = new Float32Array(0);
  readonly #events = new Float32Array(BANDS);

  constructor(positives: FeatureSet, negatives: FeatureSet, word: string, encoding: SpikeEncoding, random: Random) {
    this.#positives = positives;
    this.#negatives = negatives;
    this.#random = random;
    this.#encoder = new SpikeEncoder(encoding, negatives.normalization);
    const segments = positives.segments.map((segment) => ({
      ...segment,
      from: segment.wordStart,
      to: segment.wordEnd,
    }));
    this.#words = segments.filter((segment) => segment.kind !== "part");
    this.#parts = segments.filter((segment) => segment.kind === "part");
    if (this.#words.length === 0) throw new RangeError(`Cannot train on "${word}": the set has no recording of it`);
    this.#free = new Uint8Array(negatives.bytes.length / BANDS).fill(1);
    for (const { kind, word: said, wordStart, wordEnd } of negatives.segments)
      if (kind === "kw" && said === word) this.#free.fill(0, wordStart, wordEnd + LATE);
  }

  fill(network: SurrogateNetwork): void {
    const { lanes, steps } = network;
    if (this.#rows.length === 0) this.#rows = Array.from({ length: BANDS }, (_, band) => network.input(band));
    const positives = Math.round(lanes * 0.4);
    this.#windows = [];
    if (this.#frames.length === 0) this.#frames = new Float32Array(steps * BANDS);
    for (let lane = 0; lane < lanes; lane++) {
      const window = lane < positives ? this.#positive(steps) : this.#negative(steps, lane % 2 === 0);
      this.#windows.push(window);
      this.#read(network, lane, window.set === "positives" ? this.#positives : this.#negatives, window.start);
    }
  }

  /** Mean loss of the batch; leaves its gradient in the network. */
  loss(network: SurrogateNetwork): number {
    const { lanes, steps } = network;
    const scores = network.logits(0);
    const gradients = network.logitGradients(0).fill(0);
    let sum = 0;
    for (const [lane, { set, start, wordStart, wordEnd }] of this.#windows.entries()) {
      if (wordEnd >= 0) {
        const from = Math.max(WARM_UP, wordEnd - EARLY);
        sum += this.#judge(scores, gradients, lane, lanes, { from, to: Math.min(steps, wordEnd + LATE) }, 1);
        // what comes before the word's middle is no word
        const middle = Math.floor((wordStart + wordEnd) / 2);
        if (middle - WARM_UP > 10)
          sum += 0.5 * this.#judge(scores, gradients, lane, lanes, { from: WARM_UP, to: middle }, -0.5);
        continue;
      }
      const loss = this.#judge(scores, gradients, lane, lanes, { from: WARM_UP, to: steps }, -1);
      sum += loss;
      if (set === "negatives") this.#remember(start, loss);
    }
    return sum / lanes;
  }

  /** log(1 + exp(-side m)) of the soft maximum m over some frames, and its gradient times |side|. */
  #judge(
    scores: Float32Array,
    gradients: Float32Array,
    lane: number,
    lanes: number,
    { from, to }: { readonly from: number; readonly to: number },
    side: number,
  ): number {
    let highest = Number.NEGATIVE_INFINITY;
    for (let step = from; step < to; step++) highest = Math.max(highest, scores[step * lanes + lane]!);
    let total = 0;
    for (let step = from; step < to; step++) total += Math.exp(SHARPNESS * (scores[step * lanes + lane]! - highest));
    const soft = highest + Math.log(total) / SHARPNESS;
    const margin = side > 0 ? soft : -soft;
    const loss = margin > 0 ? Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin)) - margin;
    const slope = (-side * (1 - 1 / (1 + Math.exp(-margin)))) / lanes;
    for (let step = from; step < to; step++) {
      const at = step * lanes + lane;
      gradients[at] = gradients[at]! + (slope * Math.exp(SHARPNESS * (scores[at]! - highest))) / total;
    }
    return loss;
  }

  #positive(steps: number): Window {
    const random = this.#random;
    const word = this.#words[Math.floor(random.next() * this.#words.length)]!;
    const tail = LATE - 8 + Math.floor(random.next() * 16);
    const wanted = Math.max(word.start, Math.min(word.to + tail, word.end) - steps);
    const start = this.#within(this.#positives, wanted, steps);
    return { set: "positives", start, wordStart: word.from - start, wordEnd: word.to - start };
  }

  #negative(steps: number, tryHard: boolean): Window {
    const random = this.#random;
    const none = { wordStart: -1, wordEnd: -1 };
    if (this.#parts.length > 0 && random.next() < 0.12) {
      const part = this.#parts[Math.floor(random.next() * this.#parts.length)]!;
      const wanted = Math.max(part.start, part.end - steps);
      return { ...none, set: "positives", start: this.#within(this.#positives, wanted, steps) };
    }
    if (tryHard && this.#hard.length > 64) {
      const one = this.#hard[Math.floor(random.next() * this.#hard.length)]!;
      const start = this.#within(this.#negatives, one.start + Math.floor((random.next() - 0.5) * 40), steps);
      if (this.#isFree(start, steps)) return { ...none, set: "negatives", start };
    }
    for (;;) {
      const start = this.#within(this.#negatives, Math.floor(random.next() * this.#free.length), steps);
      if (this.#isFree(start, steps)) return { ...none, set: "negatives", start };
    }
  }

  #isFree(start: number, length: number): boolean {
    for (let frame = start; frame < start + length; frame += 4) if (this.#free[frame] === 0) return false;
    return true;
  }

  #within(set: FeatureSet, start: number, steps: number): number {
    return Math.max(0, Math.min(start, set.bytes.length / BANDS - steps));
  }

  /** Hard windows are kept until they are easy. */
  #remember(start: number, loss: number): void {
    const found = this.#hard.findIndex((one) => Math.abs(one.start - start) < 30);
    if (loss > HARD_LOSS) {
      if (found >= 0) this.#hard[found]!.score = loss;
      else if (this.#hard.length < HARD_WINDOWS) this.#hard.push({ start, score: loss });
      else this.#hard[Math.floor(this.#random.next() * HARD_WINDOWS)] = { start, score: loss };
    } else if (found >= 0 && loss < HARD_LOSS / 3) this.#hard.splice(found, 1);
  }

  #read(network: SurrogateNetwork, lane: number, set: FeatureSet, start: number): void {
    const { steps, lanes } = network;
    const rows = this.#rows;
    readFrames(this.#frames, set, start, steps);
    const random = this.#random;
    // Another microphone: some bands missing, all of them louder or softer.
    const gain = 0.8 + 0.4 * random.next();
    const missing = random.next() < 0.5 ? Math.floor(random.next() * 6) : 0;
    const first = Math.floor(random.next() * (BANDS - missing));
    this.#encoder.reset();
    for (let step = 0; step < steps; step++) {
      const frame = this.#frames.subarray(step * BANDS, (step + 1) * BANDS);
      for (let band = 0; band < BANDS; band++) frame[band] = frame[band]! * gain;
      frame.fill(0, first, first + missing);
      this.#encoder.encode(this.#events, frame);
      for (let band = 0; band < BANDS; band++) rows[band]![step * lanes + lane] = this.#events[band]!;
    }
  }
}

const HARD_WINDOWS = 2048;
/** log(1 + e^-2): a score above -2. */
const HARD_LOSS = 0.127;
