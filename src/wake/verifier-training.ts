import { type Random, seededRandom } from "../core/random.js";
import { ConvolutionTrainer, type TrainingSnapshot } from "../nets/conv-training.js";
import type { ConvolutionParameters, ConvolutionSpec } from "../nets/separable-convolution.js";
import { type FeatureSegment, type FeatureSet, readFrames } from "./feature-set.js";
import { BANDS } from "./front-end.js";

/** Frames that the verifier looks at: the last 1.5 seconds. */
export const VERIFIER_FRAMES = 150;

/**
 * Kernels over time and tones at first, over time alone at last: 19,600 numbers, 2.5 million multiplications a window. For
 * "computer" it missed 2.8 % of the development speakers at one false alarm an hour; kernels over time alone (24,000 numbers,
 * half as many multiplications) missed 6.3 %, at 1,250 of 2,500 steps, when that trial was ended (2026-11-23).
 */
export const VERIFIER_SPEC: ConvolutionSpec = {
  input: { t: VERIFIER_FRAMES, f: BANDS, channels: 1 },
  blocks: [
    { kind: "full", kt: 5, kf: 8, st: 2, sf: 4, channels: 24 },
    { kind: "separable", kt: 5, kf: 3, st: 2, sf: 1, channels: 40 },
    { kind: "separable", kt: 5, kf: 3, st: 1, sf: 2, channels: 64 },
    { kind: "separable", kt: 5, kf: 5, st: 1, sf: 5, channels: 96 },
    { kind: "separable", kt: 9, kf: 1, st: 1, sf: 1, channels: 96 },
  ],
};

export interface VerifierTrainingOptions {
  /** The word that is listened for; every other one in the sets is a negative. */
  readonly word: string;
  readonly seed: number;
  readonly steps: number;
  readonly spec?: ConvolutionSpec;
  readonly batch?: number;
  readonly learningRate?: number;
  readonly signal?: AbortSignal;
  /** Where to go on; steps count from its own. */
  readonly resume?: TrainingSnapshot;
  /** Start from these numbers: adapting a trained network. */
  readonly base?: ConvolutionParameters;
  /** Called after each step with the running mean of the loss. */
  readonly onStep?: (progress: {
    readonly step: number;
    readonly steps: number;
    readonly loss: number;
    readonly snapshot: () => TrainingSnapshot;
    readonly network: () => ConvolutionParameters;
  }) => void;
}

/**
 * Trains a verifier on windows of 1.5 seconds drawn from a set of positives and one of negatives. Other work gets its turn
 * every few steps; rejects with the signal's reason when it aborts.
 */
export async function trainVerifier(
  positives: FeatureSet,
  negatives: FeatureSet,
  options: VerifierTrainingOptions,
): Promise<ConvolutionParameters> {
  const { word, seed, steps, spec = VERIFIER_SPEC, batch = 64, learningRate = 2e-3, onStep } = options;
  const trainer = new ConvolutionTrainer(spec, { batch, random: seededRandom(seed) });
  if (options.resume !== undefined) trainer.restore(options.resume);
  const sampler = new WindowSampler(positives, negatives, word, seededRandom(seed * 7919 + trainer.steps + 1));
  const labels = new Float32Array(batch);
  const weights = new Float32Array(batch).fill(1);
  if (options.base !== undefined && options.resume === undefined) {
    sampler.fill(trainer.input, labels);
    trainer.load(options.base);
  }
  const network = (): ConvolutionParameters => {
    const kept = trainer.snapshot();
    trainer.calibrate(12, () => sampler.fill(trainer.input, labels));
    const parameters = trainer.parameters();
    trainer.restore(kept);
    return parameters;
  };
  let mean = 0;
  while (trainer.steps < steps) {
    if (trainer.steps % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    options.signal?.throwIfAborted();
    sampler.fill(trainer.input, labels);
    const warm = Math.min(1, trainer.steps / 200);
    const rate = learningRate * warm * (0.02 + 0.98 * 0.5 * (1 + Math.cos((Math.PI * trainer.steps) / steps)));
    const loss = trainer.step(labels, weights, { learningRate: rate });
    sampler.learn(trainer.logits);
    mean = mean === 0 ? loss : 0.98 * mean + 0.02 * loss;
    onStep?.({ step: trainer.steps, steps, loss: mean, snapshot: () => trainer.snapshot(), network });
  }
  return network();
}

/** Negatives that were hard when last seen. */
const HARD_WINDOWS = 4096;
/** A logit above it makes a negative hard, one below `EASY` lets it go. */
const HARD = -3;
const EASY = -4.5;

/** Draws batches: a third holds the word, the rest anything else, hard windows more often than others. */
class WindowSampler {
  readonly #positives: FeatureSet;
  readonly #negatives: FeatureSet;
  readonly #random: Random;
  readonly #words: readonly FeatureSegment[];
  readonly #parts: readonly FeatureSegment[];
  /** Stretches of negative frames that a window may lie in. */
  readonly #allowed: readonly { readonly start: number; readonly end: number }[];
  readonly #allowedFrames: number;
  readonly #hard: number[] = [];
  /** For each item of the last batch: the end frame of a negative, or -1; and its place among the hard ones. */
  readonly #drawn: { end: number; hard: number }[] = [];
  readonly #frames = new Float32Array(VERIFIER_FRAMES * BANDS);

  constructor(positives: FeatureSet, negatives: FeatureSet, word: string, random: Random) {
    this.#positives = positives;
    this.#negatives = negatives;
    this.#random = random;
    this.#words = positives.segments.filter((segment) => segment.kind === "kw" && segment.word === word);
    this.#parts = positives.segments.filter((segment) => segment.kind === "part" && segment.word === word);
    this.#allowed = stretchesWithout(negatives, word);
    this.#allowedFrames = this.#allowed.reduce((sum, { start, end }) => sum + end - start - VERIFIER_FRAMES, 0);
    if (this.#words.length === 0 || this.#allowedFrames <= 0)
      throw new RangeError(
        `Cannot train: expected recordings of "${word}" and of other sounds, got ${this.#words.length} and ${this.#allowed.length}`,
      );
  }

  fill(input: Float32Array, labels: Float32Array): void {
    const random = this.#random;
    const batch = labels.length;
    this.#drawn.length = 0;
    for (let item = 0; item < batch; item++) {
      const chance = item / batch;
      const isWord = chance < 0.34;
      labels[item] = isWord ? 1 : 0;
      let drawn = { end: -1, hard: -1 };
      if (isWord) this.#word();
      else if (chance < 0.44) this.#part();
      else if (chance < 0.7 && this.#hard.length > 100) {
        const hard = Math.floor(random.next() * this.#hard.length);
        drawn = { end: this.#hard[hard]!, hard };
        this.#window(this.#negatives, drawn.end);
      } else {
        drawn = { end: this.#anyEnd(), hard: -1 };
        this.#window(this.#negatives, drawn.end);
      }
      this.#mask();
      input.set(this.#frames, item * this.#frames.length);
      this.#drawn.push(drawn);
    }
  }

  /** Keeps negatives that were hard, and lets go of those that are no longer. */
  learn(logits: Float32Array): void {
    for (const [item, { end, hard }] of this.#drawn.entries()) {
      if (end < 0) continue;
      if (hard < 0 && logits[item]! > HARD) {
        if (this.#hard.length < HARD_WINDOWS) this.#hard.push(end);
        else this.#hard[Math.floor(this.#random.next() * HARD_WINDOWS)] = end;
      } else if (hard >= 0 && logits[item]! < EASY && this.#hard[hard] === end) {
        this.#hard[hard] = this.#hard.at(-1)!;
        this.#hard.pop();
      }
    }
  }

  #word(): void {
    const segment = this.#words[Math.floor(this.#random.next() * this.#words.length)]!;
    const end = Math.min(segment.end, segment.wordEnd + Math.floor(this.#random.next() * 45) - 3);
    this.#window(this.#positives, Math.max(end, segment.start + VERIFIER_FRAMES));
  }

  /** The word before half of it was spoken, or its second half alone. */
  #part(): void {
    const random = this.#random;
    if (this.#parts.length > 0 && random.next() < 0.5) {
      const segment = this.#parts[Math.floor(random.next() * this.#parts.length)]!;
      this.#window(
        this.#positives,
        Math.max(
          Math.min(segment.end, segment.wordEnd + Math.floor(random.next() * 45)),
          segment.start + VERIFIER_FRAMES,
        ),
      );
      return;
    }
    const segment = this.#words[Math.floor(random.next() * this.#words.length)]!;
    const end = segment.wordStart + Math.floor(random.next() * 0.55 * (segment.wordEnd - segment.wordStart));
    if (end - VERIFIER_FRAMES < segment.start) this.#window(this.#negatives, this.#anyEnd());
    else this.#window(this.#positives, end);
  }

  #anyEnd(): number {
    let at = Math.floor(this.#random.next() * this.#allowedFrames);
    for (const { start, end } of this.#allowed) {
      const room = end - start - VERIFIER_FRAMES;
      if (at < room) return start + VERIFIER_FRAMES + at;
      at -= room;
    }
    return this.#allowed[0]!.end;
  }

  #window(set: FeatureSet, end: number): void {
    readFrames(this.#frames, set, end - VERIFIER_FRAMES, VERIFIER_FRAMES);
  }

  /** Hides a few bands or frames now and then (Park et al., "SpecAugment", 2019). */
  #mask(): void {
    const random = this.#random;
    if (random.next() < 0.4) {
      const first = Math.floor(random.next() * BANDS);
      const end = Math.min(BANDS, first + 1 + Math.floor(random.next() * 6));
      for (let at = 0; at < this.#frames.length; at += BANDS) this.#frames.fill(0, at + first, at + end);
    }
    if (random.next() < 0.3) {
      const first = Math.floor(random.next() * VERIFIER_FRAMES);
      this.#frames.fill(
        0,
        first * BANDS,
        Math.min(VERIFIER_FRAMES, first + 1 + Math.floor(random.next() * 10)) * BANDS,
      );
    }
  }
}

/** Frames between recordings of a word, joined where they follow one another. */
function stretchesWithout({ segments }: FeatureSet, word: string): { readonly start: number; readonly end: number }[] {
  const out: { start: number; end: number }[] = [];
  for (const { kind, word: spoken, start, end } of segments) {
    if (kind === "kw" && spoken === word) continue;
    const last = out.at(-1);
    if (last?.end === start) last.end = end;
    else out.push({ start, end });
  }
  return out.filter(({ start, end }) => end - start > VERIFIER_FRAMES);
}
