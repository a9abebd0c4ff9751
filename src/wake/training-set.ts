import { type Random, seededRandom } from "../core/random.js";
import {
  addNoise,
  between,
  changeSpeed,
  changeTempo,
  colouredNoise,
  equalize,
  pick,
  reverberate,
} from "./augmentation.js";
import { type FeatureSegment, type FeatureSet, quantizeFrames } from "./feature-set.js";
import { BANDS, frames, HOP, type Normalization } from "./front-end.js";
import { activeLevel, activeSpan } from "./loudness.js";
import type { Recording } from "./manifest.js";

/** A recording and its samples at 16 kHz. */
export interface Sound {
  readonly recording: Recording;
  readonly samples: Float32Array;
}

export interface TrainingSetOptions {
  readonly seed: number;
  readonly normalization?: Normalization;
  /** Made-up versions of each recording. */
  readonly variants: number;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Frames of each recording of a wake word in so many made-up versions (speed, pitch, room, microphone, level, noise), each
 * after a second or more of what came before it; for every sixth one also its second half alone, kind `part`. The same
 * seed gives the same bytes.
 */
export function positiveSet(
  words: readonly Sound[],
  noises: readonly Sound[],
  context: readonly Sound[],
  options: TrainingSetOptions,
): FeatureSet {
  const builder = new SetBuilder(options.normalization ?? "pcen");
  const total = words.length * options.variants;
  let done = 0;
  for (let variant = 0; variant < options.variants; variant++) {
    for (const [index, sound] of words.entries()) {
      const random = seededRandom(mixSeed(options.seed, variant, index));
      const span = activeSpan(sound.samples);
      const isPart = (variant + index) % 6 === 5;
      const from = isPart
        ? Math.floor(span.start + (span.end - span.start) * between(random, 0.4, 0.7))
        : Math.max(0, span.start - 800);
      const cut = sound.samples.slice(from, Math.min(sound.samples.length, span.end + 1600));
      if (isPart) fadeIn(cut);
      const voice = warp(cut, random);
      const lead = Math.floor(between(random, 1.2, 1.9) * 16_000);
      const samples = new Float32Array(lead + voice.length + Math.floor(0.6 * 16_000));
      place(samples, voice, lead);
      if (random.next() < 0.25) {
        const before = warp(excerpt(pick(random, context).samples, lead, random), random, { plain: true });
        place(
          samples,
          before,
          Math.max(0, lead - before.length - Math.floor(between(random, 0, 0.5) * 16_000)),
          1,
          lead,
        );
      }
      const scene = inRoom(samples, noises, random);
      const sound16 = activeSpan(voice);
      builder.add(scene, [
        {
          ...facts(sound),
          kind: isPart ? "part" : sound.recording.kind,
          startSample: 0,
          endSample: scene.length,
          from: lead + sound16.start,
          to: lead + sound16.end,
        },
      ]);
      options.onProgress?.(++done, total);
    }
  }
  return builder.set();
}

/**
 * Frames of recordings that are no wake word for some network: several in a row with pauses under one noise, so that the
 * frames run on as they do in a room; a tenth of the speech is played backwards. Noises are among them as they are.
 */
export function negativeSet(
  sounds: readonly Sound[],
  noises: readonly Sound[],
  options: TrainingSetOptions,
): FeatureSet {
  const builder = new SetBuilder(options.normalization ?? "pcen");
  const total = sounds.length * options.variants;
  let done = 0;
  for (let variant = 0; variant < options.variants; variant++) {
    const random = seededRandom(mixSeed(options.seed, variant, 0x5eed));
    const order = shuffled(sounds, random);
    for (let first = 0; first < order.length; ) {
      const scene: { readonly sound: Sound; readonly voice: Float32Array; readonly at: number }[] = [];
      let length = Math.floor(between(random, 0.3, 1.2) * 16_000);
      while (first < order.length && length < 12 * 16_000) {
        const sound = order[first++]!; // first is below its length
        const isSpeech = sound.recording.kind === "speech";
        const voice = warp(isSpeech && random.next() < 0.1 ? sound.samples.slice().reverse() : sound.samples, random);
        scene.push({ sound, voice, at: length });
        length += voice.length + Math.floor(between(random, 0.02, 0.5) * 16_000);
        options.onProgress?.(++done, total);
      }
      const samples = new Float32Array(length);
      for (const { voice, at } of scene) place(samples, voice, at, 10 ** (between(random, -8, 4) / 20));
      const mixed = inRoom(samples, noises, random);
      builder.add(
        mixed,
        scene.map(({ sound, voice, at }, index) => ({
          ...facts(sound),
          kind: sound.recording.kind,
          startSample: index === 0 ? 0 : at,
          endSample: scene[index + 1]?.at ?? mixed.length,
          from: at,
          to: at + voice.length,
        })),
      );
    }
  }
  return builder.set();
}

interface Stretch extends Pick<FeatureSegment, "kind" | "word" | "speaker" | "file"> {
  readonly startSample: number;
  readonly endSample: number;
  readonly from: number;
  readonly to: number;
}

class SetBuilder {
  readonly #normalization: Normalization;
  readonly #chunks: Uint8Array[] = [];
  readonly #segments: FeatureSegment[] = [];
  #frames = 0;

  constructor(normalization: Normalization) {
    this.#normalization = normalization;
  }

  add(samples: Float32Array, stretches: readonly Stretch[]): void {
    const made = frames(samples, this.#normalization);
    const bytes = new Uint8Array(made.length);
    quantizeFrames(bytes, made, this.#normalization);
    this.#chunks.push(bytes);
    const count = made.length / BANDS;
    const frameAt = (sample: number): number => this.#frames + Math.min(count, Math.round(sample / HOP));
    for (const { startSample, endSample, from, to, ...rest } of stretches) {
      this.#segments.push({
        ...rest,
        start: frameAt(startSample),
        end: frameAt(endSample),
        wordStart: frameAt(from),
        wordEnd: frameAt(to),
      });
    }
    this.#frames += count;
  }

  set(): FeatureSet {
    const bytes = new Uint8Array(this.#frames * BANDS);
    let at = 0;
    for (const chunk of this.#chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return { normalization: this.#normalization, bytes, segments: this.#segments };
  }
}

function facts({ recording }: Sound): Pick<FeatureSegment, "word" | "speaker" | "file"> {
  return { word: recording.word, speaker: recording.speaker, file: recording.file };
}

/** Another speaker's pace, pitch and size, in another room before another microphone. */
function warp(
  samples: Float32Array,
  random: Random,
  { plain = false }: { readonly plain?: boolean } = {},
): Float32Array {
  let voice = samples;
  if (random.next() < 0.4) voice = changeTempo(voice, between(random, 0.85, 1.2));
  if (random.next() < 0.8) voice = changeSpeed(voice, between(random, 0.87, 1.15));
  if (voice === samples) voice = samples.slice();
  if (plain) return voice;
  if (random.next() < 0.7) {
    equalize(voice, { hz: between(random, 100, 1200), gainDb: between(random, -8, 8), q: between(random, 0.4, 1.2) });
    equalize(voice, { hz: between(random, 1500, 6500), gainDb: between(random, -10, 8), q: between(random, 0.4, 1.2) });
  }
  return voice;
}

/** The scene with echoes, at some level, over some noise: as it is or at 0 to 30 dB below the speech. */
function inRoom(dry: Float32Array, noises: readonly Sound[], random: Random): Float32Array {
  const hasEcho = random.next() < 0.5;
  const samples = hasEcho
    ? reverberate(dry, random, { decaySeconds: between(random, 0.08, 0.5), directDb: between(random, 0, 15) })
    : dry;
  const speech = activeLevel(samples) || 0.05;
  const gain = 10 ** (between(random, -38, -12) / 20) / speech;
  for (let index = 0; index < samples.length; index++) samples[index]! *= gain;
  const level = speech * gain;
  const chance = random.next();
  const noise =
    chance < 0.65 && noises.length > 0
      ? pick(random, noises).samples
      : colouredNoise(32_000, random, between(random, 0, 6));
  const ratioDb = chance < 0.9 ? between(random, 2, 30) : between(random, 30, 60);
  addNoise(samples, noise, { level: level * 10 ** (-ratioDb / 20), offset: Math.floor(random.next() * noise.length) });
  if (random.next() < 0.5) {
    addNoise(samples, colouredNoise(16_000, random, between(random, 0, 6)), {
      level: 10 ** (between(random, -85, -55) / 20),
      offset: 0,
    });
  }
  for (let index = 0; index < samples.length; index++) samples[index] = Math.max(-1, Math.min(1, samples[index]!));
  return samples;
}

function place(samples: Float32Array, voice: Float32Array, at: number, gain = 1, limit: number = samples.length): void {
  for (let index = 0, end = Math.min(voice.length, limit - at); index < end; index++)
    samples[at + index]! += gain * voice[index]!;
}

function excerpt(samples: Float32Array, length: number, random: Random): Float32Array {
  const size = Math.min(samples.length, Math.floor(length * between(random, 0.3, 0.9)));
  const start = Math.floor(random.next() * (samples.length - size));
  return samples.slice(start, start + size);
}

function fadeIn(samples: Float32Array): void {
  for (let index = 0; index < 160 && index < samples.length; index++) samples[index]! *= index / 160;
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const out = [...items];
  for (let index = out.length - 1; index > 0; index--) {
    const other = Math.floor(random.next() * (index + 1));
    [out[index], out[other]] = [out[other]!, out[index]!];
  }
  return out;
}

function mixSeed(...parts: readonly number[]): number {
  let seed = 0x9e3779b9;
  for (const part of parts) seed = Math.imul(seed ^ part, 0x85ebca6b) ^ (seed >>> 13);
  return seed >>> 0;
}
