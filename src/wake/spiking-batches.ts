import type { Random } from "../core/random.js";
import type { SurrogateNetwork } from "../nets/surrogate-network.js";
import { type FeatureSet, readFrames } from "./feature-set.js";
import { BANDS } from "./front-end.js";
import { SpikeEncoder, type SpikeEncoding } from "./spike-encoding.js";

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
export class SpikingBatches {
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
