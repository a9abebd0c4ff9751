import { seededRandom } from "../core/random.js";
import { addNoise, between } from "./augmentation.js";
import {
  type DetectorWork,
  type FirstStageWork,
  WakeDetector,
  type WakeDetectorOptions,
  type WakeStages,
} from "./detector.js";
import { EnergyGate, type EnergyGateOptions } from "./energy-gate.js";
import { type Candidate, type Curve, type CurveInput, errorCurve, LEAST_SCORE } from "./error-curve.js";
import { BANDS, FRAME_RATE, FrontEnd, HOP, type Normalization } from "./front-end.js";
import { arithmeticMicrowatts } from "./listening-cost.js";
import { activeLevel, activeSpan } from "./loudness.js";
import type { Recording } from "./manifest.js";
import type { Sound } from "./training-set.js";

/** How the sound is played to the detector: as it was recorded, or with noise 10 dB below each recording's speech. */
export type Condition = "clean" | "10dB";

/** Which score decides: the first stage's alone, or the last stage's behind it. */
export type Stage = "first" | "both";

const CONDITIONS: readonly Condition[] = ["clean", "10dB"];
const BEFORE_SECONDS = 0.4;
const AFTER_SECONDS = 0.8;
const QUIET_LEVEL = 10 ** (-80 / 20);

/** What one phrase reached. */
export interface PhraseEvaluation {
  readonly phrase: string;
  readonly positives: number;
  /** By condition (`clean`, `10dB`, `pooled`) and stage. */
  readonly curves: Readonly<Record<string, Readonly<Partial<Record<Stage, Curve>>>>>;
  /** Hours of sound that is not the phrase, in both conditions together. */
  readonly hours: number;
  /** Share of frames on which the verifier ran, in speech that is not the phrase. */
  readonly verifierShare: number;
  /** Verifier runs in an hour of such speech. */
  readonly verifierRunsPerHour: number;
  /** Seconds of sound played, in both conditions together. */
  readonly seconds: number;
  /** Of the first stage, in a second of sound; absent when it counts nothing. */
  readonly spikesPerSecond?: number;
  readonly synapticOperationsPerSecond?: number;
  /** Of the arithmetic alone: `arithmeticMicrowatts`. */
  readonly microwatts: number;
}

/** How the detectors are set. */
export interface WakeEvaluationOptions extends Omit<WakeDetectorOptions, "network"> {
  readonly gate?: EnergyGateOptions;
}

/**
 * Plays every recording, once clean and once with noise, to detectors of several phrases and keeps what they scored. A
 * recording of the phrase is a positive, every other one (noise and other wake words too) must not wake. Memory grows by 50
 * bytes for each second of sound.
 */
export class WakeEvaluation {
  readonly #tracks: readonly Track[];
  readonly #normalizations: readonly Normalization[];
  readonly #fronts: Readonly<Record<Condition, ReadonlyMap<Normalization, FrontEnd>>>;
  readonly #gates: Readonly<Record<Condition, ReadonlyMap<Normalization, EnergyGate>>>;
  #plays = 0;

  constructor(
    networks: readonly {
      readonly stages: (condition: Condition) => WakeStages;
      readonly normalization: Normalization;
    }[],
    options: WakeEvaluationOptions = {},
  ) {
    this.#normalizations = [...new Set(networks.map(({ normalization }) => normalization))];
    const fronts = (): Map<Normalization, FrontEnd> =>
      new Map(this.#normalizations.map((each) => [each, new FrontEnd(each)]));
    this.#fronts = { clean: fronts(), "10dB": fronts() };
    const gates = (): Map<Normalization, EnergyGate> =>
      new Map(this.#normalizations.map((each) => [each, new EnergyGate(options.gate)]));
    this.#gates = { clean: gates(), "10dB": gates() };
    this.#tracks = networks.flatMap(({ stages, normalization }) =>
      CONDITIONS.map((condition) => new Track(condition, normalization, stages(condition), options)),
    );
  }

  /** Plays one recording; `noise` is mixed under it in the noisy condition, unless it is noise itself. */
  play(sound: Sound, noise: Float32Array | undefined): void {
    const random = seededRandom(0x77616b65 + this.#plays++);
    for (const condition of CONDITIONS) {
      const samples = scene(sound, condition === "clean" ? undefined : noise, random);
      const span = activeSpan(sound.samples);
      const start = Math.floor((BEFORE_SECONDS * 16_000 + span.start) / HOP);
      for (const normalization of this.#normalizations) {
        const tracks = this.#tracks.filter(
          (track) => track.condition === condition && track.normalization === normalization,
        );
        const frontEnd = this.#fronts[condition].get(normalization)!; // one was made for each
        const frame = new Float32Array(BANDS);
        const gate = this.#gates[condition].get(normalization)!; // as above
        for (const track of tracks) track.begin(sound.recording);
        for (let at = 0, index = 0; at + HOP <= samples.length; at += HOP, index++) {
          for (const track of tracks) track.tick();
          gate.process(samples.subarray(at, at + HOP), (hop, skipped) => {
            frontEnd.process(frame, hop);
            for (const track of tracks) track.frame(frame, skipped, index >= start);
          });
        }
        for (const track of tracks) track.end();
      }
    }
  }

  /** Share of the sound that the gate kept from the front end, by condition. */
  gated(): Readonly<Record<Condition, number>> {
    const share = (condition: Condition): number => {
      const { hops, passed } = [...this.#gates[condition].values()][0]?.work ?? { hops: 0, passed: 0 };
      return hops === 0 ? 0 : 1 - passed / hops;
    };
    return { clean: share("clean"), "10dB": share("10dB") };
  }

  /** Figures of every phrase. */
  results(): PhraseEvaluation[] {
    const phrases = [...new Set(this.#tracks.map((track) => track.phrase))];
    return phrases.map((phrase) => {
      const tracks = this.#tracks.filter((track) => track.phrase === phrase);
      const curves: Record<string, Partial<Record<Stage, Curve>>> = {};
      for (const [name, some] of [
        ...tracks.map((track) => [track.condition, [track]] as const),
        ["pooled", tracks] as const,
      ]) {
        curves[name] = {};
        for (const stage of ["first", "both"] as const) {
          const inputs = some.flatMap((track) => track.inputs[stage] ?? []);
          if (inputs.length > 0) curves[name][stage] = errorCurve(inputs);
        }
      }
      const speech = tracks.reduce((sum, track) => sum + track.speechFrames, 0);
      const runs = tracks.reduce((sum, track) => sum + track.speechRuns, 0);
      const seconds = tracks.reduce((sum, track) => sum + track.hops, 0) / FRAME_RATE;
      const looked = tracks.reduce((sum, track) => sum + track.work.frames, 0) / Math.max(1e-9, seconds);
      const allRuns = tracks.reduce((sum, track) => sum + track.work.verifierRuns, 0) / Math.max(1e-9, seconds);
      const counted = tracks.every((track) => track.work.first !== undefined);
      const perSecond = (of: keyof FirstStageWork): number =>
        tracks.reduce((sum, track) => sum + (track.work.first?.[of] ?? 0), 0) / Math.max(1e-9, seconds);
      return {
        phrase,
        seconds,
        ...(counted
          ? { spikesPerSecond: perSecond("spikes"), synapticOperationsPerSecond: perSecond("synapticOperations") }
          : {}),
        microwatts: arithmeticMicrowatts({
          frames: looked,
          synapticOperations: perSecond("synapticOperations"),
          verifierRuns: allRuns,
          verifierMacs: tracks[0]?.verifierMacs ?? 0,
        }),
        positives: tracks.reduce((sum, track) => sum + track.positives, 0),
        curves,
        hours: tracks.reduce((sum, track) => sum + track.negativeFrames, 0) / FRAME_RATE / 3600,
        verifierShare: runs / Math.max(1, speech),
        verifierRunsPerHour: (runs * FRAME_RATE * 3600) / Math.max(1, speech),
      };
    });
  }
}

/** Frames over which only the best score is kept. */
const BLOCK = 10;
/** Frames after a recording of the phrase (which ends with a pause) that count for nothing: a detector's debounce covers them. */
const ECHO = 60;

/** One phrase in one condition. */
class Track {
  readonly condition: Condition;
  readonly normalization: Normalization;
  readonly phrase: string;
  readonly #detector: WakeDetector;
  readonly #hasVerifier: boolean;
  readonly #scores: Record<Stage, { candidates: Candidate[]; positives: number[] }> = {
    first: { candidates: [], positives: [] },
    both: { candidates: [], positives: [] },
  };
  readonly #hasFirst: boolean;
  readonly verifierMacs: number;
  #looked = 0;
  hops = 0;
  negativeFrames = 0;
  speechFrames = 0;
  speechRuns = 0;
  positives = 0;
  #recording: Recording | undefined;
  #isPositive = false;
  #best: Record<Stage, number> = { first: Number.NEGATIVE_INFINITY, both: Number.NEGATIVE_INFINITY };
  #frames = 0;
  #runsBefore = 0;
  /** Frames that still see the phrase of the recording before. */
  #echo = 0;

  constructor(
    condition: Condition,
    normalization: Normalization,
    stages: WakeStages,
    options: Omit<WakeDetectorOptions, "network">,
  ) {
    this.condition = condition;
    this.normalization = normalization;
    this.phrase = stages.phrase;
    this.#hasFirst = stages.first !== undefined;
    this.verifierMacs = stages.verifier?.macs ?? 0;
    this.#hasVerifier = stages.verifier !== undefined;
    this.#detector = new WakeDetector({ ...options, network: stages });
  }

  /** Frames that were looked at, and runs. */
  get work(): DetectorWork {
    return { ...this.#detector.work, frames: this.#looked };
  }

  get inputs(): Partial<Record<Stage, CurveInput>> {
    const hours = this.negativeFrames / FRAME_RATE / 3600;
    return {
      ...(this.#hasFirst ? { first: { ...this.#scores.first, hours } } : {}),
      ...(this.#hasVerifier ? { both: { ...this.#scores.both, hours } } : {}),
    };
  }

  begin(recording: Recording): void {
    this.#recording = recording;
    this.#isPositive = recording.kind === "kw" && recording.word === this.phrase;
    this.#best = { first: Number.NEGATIVE_INFINITY, both: Number.NEGATIVE_INFINITY };
    this.#frames = 0;
    this.#runsBefore = this.#detector.work.verifierRuns;
  }

  /** Ten milliseconds go by, whether or not the gate lets them through. */
  tick(): void {
    this.hops++;
    this.#frames++;
    if (this.#isPositive || this.#echo-- > 0) return;
    this.negativeFrames++;
    if (this.#frames % BLOCK === 0) this.#keep();
  }

  frame(frame: Float32Array, skipped: number, started: boolean): void {
    if (skipped > 0) this.#detector.skip(skipped);
    this.#looked++;
    this.#detector.process(frame);
    if (this.#isPositive ? !started : this.#echo > 0) return;
    const best = this.#best;
    best.first = Math.max(best.first, this.#detector.firstScore);
    best.both = Math.max(best.both, this.#detector.verifierScore ?? Number.NEGATIVE_INFINITY);
  }

  end(): void {
    const recording = this.#recording;
    if (this.#isPositive) {
      this.#echo = ECHO;
      this.positives++;
      this.#scores.first.positives.push(this.#best.first);
      this.#scores.both.positives.push(this.#best.both);
    } else this.#keep();
    if (!this.#isPositive && recording?.kind !== "noise") {
      this.speechFrames += this.#frames;
      this.speechRuns += this.#detector.work.verifierRuns - this.#runsBefore;
    }
  }

  #keep(): void {
    const recording = this.#recording;
    if (recording === undefined) return;
    for (const stage of ["first", "both"] as const) {
      const score = this.#best[stage];
      if (score > LEAST_SCORE)
        this.#scores[stage].candidates.push({ second: this.negativeFrames / FRAME_RATE, score, recording });
      this.#best[stage] = Number.NEGATIVE_INFINITY;
    }
  }
}

/** A recording with a pause before and after it; under all of it silence as of a good microphone, or noise. */
function scene(
  { recording, samples }: Sound,
  noise: Float32Array | undefined,
  random: { next(): number },
): Float32Array {
  const before = Math.floor(BEFORE_SECONDS * 16_000);
  const out = new Float32Array(before + samples.length + Math.floor(AFTER_SECONDS * 16_000));
  for (let index = 0; index < out.length; index++) out[index] = QUIET_LEVEL * (2 * random.next() - 1);
  for (let index = 0; index < samples.length; index++) out[before + index]! += samples[index]!;
  if (noise !== undefined && recording.kind !== "noise") {
    addNoise(out, noise, {
      level: activeLevel(samples) * 10 ** (-10 / 20),
      offset: Math.floor(between(random, 0, noise.length)),
    });
  }
  return out;
}
