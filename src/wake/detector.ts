import { BANDS } from "./front-end.js";

/** The stage that is always on: one frame in, how likely the phrase has just ended out, 0 to 1. */
export interface FirstStage {
  step(frame: Float32Array): number;
  reset(): void;
  /** What it has done since it was made or reset, where it counts that. */
  readonly work?: FirstStageWork;
}

/** Work of a stage that runs by events. */
export interface FirstStageWork {
  readonly spikes: number;
  /** Weights that spikes reached. */
  readonly synapticOperations: number;
}

/** The stage that looks again: the last frames (frames, 40) in, how likely the phrase is among them out, 0 to 1. */
export interface Verifier {
  readonly frames: number;
  /** Multiplications of one run, where it says so. */
  readonly macs?: number;
  run(window: Float32Array): number;
}

/** Both stages of one phrase, and where their thresholds lie. */
export interface WakeStages {
  readonly phrase: string;
  /** Absent: the verifier alone listens, at every `verifyEvery`-th frame. */
  readonly first?: FirstStage;
  /** Absent: the first stage alone decides, by `threshold`. */
  readonly verifier?: Verifier;
  /** Of the first stage, before a verifier. */
  readonly firstThreshold: number;
  /** Of the last stage there is. */
  readonly threshold: number;
}

export interface WakeDetectorOptions {
  readonly network: WakeStages;
  /** Of the last stage, 0 to 1; the network's own when absent. */
  readonly threshold?: number;
  readonly firstThreshold?: number;
  /** Frames in a row that the first stage must be above its threshold; 2 when absent. */
  readonly patience?: number;
  /** After a wake event no other for so long; 1000 when absent. */
  readonly debounceMs?: number;
  /** Share of the new score in the smoothed one, above 0 to 1; 0.4 when absent. */
  readonly smoothing?: number;
  /** Frames from one run of the verifier to the next while the first stage is awake; 5 when absent. */
  readonly verifyEvery?: number;
  /** Frames that the verifier goes on after the first stage fell below its threshold; 15 when absent. */
  readonly verifyTail?: number;
}

/** The phrase was heard. */
export interface WakeEvent {
  readonly phrase: string;
  /** Of the stage that decided. */
  readonly score: number;
  /** Frames since the detector was made or reset, this one included. */
  readonly frame: number;
}

/** What the detector has done so far. */
export interface DetectorWork {
  readonly frames: number;
  /** Frames on which the first stage was above its threshold. */
  readonly candidates: number;
  readonly verifierRuns: number;
  /** Of the first stage, where it counts it. */
  readonly first?: FirstStageWork;
}

/** Silence after which the first stage starts afresh: its slowest neurons forget in 300 ms. */
const FORGET_FRAMES = 60;

/**
 * Frames to wake events. Scores of the first stage are smoothed, must stay above a threshold for some frames, and then the
 * verifier looks at the last 1.5 seconds; after an event nothing is reported for a while. RangeError for impossible options.
 */
export class WakeDetector {
  readonly #network: WakeStages;
  readonly #threshold: number;
  readonly #firstThreshold: number;
  readonly #patience: number;
  readonly #debounce: number;
  readonly #smoothing: number;
  readonly #every: number;
  readonly #tail: number;
  readonly #window: RecentFrames | undefined;
  #smoothed = 0;
  #above = 0;
  #sinceCandidate = Number.POSITIVE_INFINITY;
  #sinceRun = Number.POSITIVE_INFINITY;
  #sinceEvent = Number.POSITIVE_INFINITY;
  #frames = 0;
  #candidates = 0;
  #runs = 0;
  #spent: FirstStageWork = { spikes: 0, synapticOperations: 0 };
  /** Of the last frame: the smoothed first score, held down until patience is satisfied. */
  firstScore = 0;
  /** Of the last frame; undefined when the verifier did not run. */
  verifierScore: number | undefined;

  constructor(options: WakeDetectorOptions) {
    const { network, patience = 2, debounceMs = 1000, smoothing = 0.4, verifyEvery = 5, verifyTail = 15 } = options;
    const { threshold = network.threshold, firstThreshold = network.firstThreshold } = options;
    if (network.first === undefined && network.verifier === undefined)
      throw new TypeError(`Cannot listen for "${network.phrase}": it has neither a first stage nor a verifier`);
    const within = (name: string, value: number, low: number, high: number): void => {
      if (!(value >= low && value <= high))
        throw new RangeError(
          `Cannot listen for "${network.phrase}": expected ${name} from ${low} to ${high}, got ${value}`,
        );
    };
    within("threshold", threshold, 0, 1);
    within("firstThreshold", firstThreshold, 0, 1);
    within("patience", patience, 1, 100);
    within("debounceMs", debounceMs, 0, 60_000);
    within("smoothing", smoothing, 0.01, 1);
    within("verifyEvery", verifyEvery, 1, 100);
    within("verifyTail", verifyTail, 0, 200);
    this.#network = network;
    this.#threshold = threshold;
    this.#firstThreshold = firstThreshold;
    this.#patience = patience;
    this.#debounce = debounceMs / 10;
    this.#smoothing = smoothing;
    this.#every = verifyEvery;
    this.#tail = verifyTail;
    this.#window = network.verifier === undefined ? undefined : new RecentFrames(network.verifier.frames);
  }

  get work(): DetectorWork {
    const first = this.#firstWork();
    return {
      frames: this.#frames,
      candidates: this.#candidates,
      verifierRuns: this.#runs,
      ...(first === undefined ? {} : { first }),
    };
  }

  /** Takes the next frame (40); returns an event when the phrase has just been heard. */
  process(frame: Float32Array): WakeEvent | undefined {
    this.#frames++;
    this.#sinceEvent++;
    this.#window?.push(frame);
    const isCandidate = this.#listen(frame);
    const score =
      this.#network.verifier === undefined ? (isCandidate ? this.firstScore : undefined) : this.#verify(isCandidate);
    if (score === undefined || score < this.#threshold || this.#sinceEvent < this.#debounce) return undefined;
    this.#sinceEvent = 0;
    return { phrase: this.#network.phrase, score, frame: this.#frames };
  }

  /** So many frames of silence went by that nobody looked at: what was heard before them is past. */
  skip(frames: number): void {
    this.#frames += frames;
    this.#sinceEvent += frames;
    this.#sinceCandidate += frames;
    this.#window?.skip(frames);
    if (frames < FORGET_FRAMES) return;
    this.#spent = this.#firstWork() ?? this.#spent; // its own count starts again
    this.#network.first?.reset();
    this.#smoothed = 0;
    this.#above = 0;
  }

  /** Forgets all sound and all counts, as if new. */
  reset(): void {
    this.#network.first?.reset();
    this.#window?.clear();
    this.#smoothed = 0;
    this.#above = 0;
    this.#sinceCandidate = Number.POSITIVE_INFINITY;
    this.#sinceRun = Number.POSITIVE_INFINITY;
    this.#sinceEvent = Number.POSITIVE_INFINITY;
    this.#frames = 0;
    this.#candidates = 0;
    this.#runs = 0;
    this.#spent = { spikes: 0, synapticOperations: 0 };
    this.firstScore = 0;
    this.verifierScore = undefined;
  }

  #firstWork(): FirstStageWork | undefined {
    const now = this.#network.first?.work;
    if (now === undefined) return undefined;
    const { spikes, synapticOperations } = this.#spent;
    return { spikes: spikes + now.spikes, synapticOperations: synapticOperations + now.synapticOperations };
  }

  #listen(frame: Float32Array): boolean {
    const first = this.#network.first;
    if (first === undefined) return true;
    const before = this.#smoothed;
    this.#smoothed += this.#smoothing * (first.step(frame) - before);
    const threshold = this.#network.verifier === undefined ? this.#threshold : this.#firstThreshold;
    this.#above = this.#smoothed >= threshold ? this.#above + 1 : 0;
    this.firstScore = this.#patience > 1 ? Math.min(before, this.#smoothed) : this.#smoothed;
    const isCandidate = this.#above >= this.#patience;
    if (isCandidate) this.#candidates++;
    return isCandidate;
  }

  #verify(isCandidate: boolean): number | undefined {
    this.#sinceCandidate = isCandidate ? 0 : this.#sinceCandidate + 1;
    this.#sinceRun++;
    this.verifierScore = undefined;
    const window = this.#window;
    const verifier = this.#network.verifier;
    if (
      window === undefined ||
      verifier === undefined ||
      this.#sinceCandidate > this.#tail ||
      this.#sinceRun < this.#every
    )
      return undefined;
    this.#sinceRun = 0;
    this.#runs++;
    this.verifierScore = verifier.run(window.view());
    return this.verifierScore;
  }
}

/** A detector of one phrase over frames of the front end. */
export function createWakeDetector(options: WakeDetectorOptions): WakeDetector {
  return new WakeDetector(options);
}

/** The last so many frames, as one array without a seam; zeros before the first. */
class RecentFrames {
  readonly #length: number;
  /** Twice the window: every frame is written in both halves, so some stretch always holds all of them in order. */
  readonly #frames: Float32Array;
  readonly #silence = new Float32Array(BANDS);
  #at = 0;

  constructor(length: number) {
    this.#length = length;
    this.#frames = new Float32Array(2 * length * BANDS);
  }

  push(frame: Float32Array): void {
    this.#frames.set(frame, this.#at * BANDS);
    this.#frames.set(frame, (this.#at + this.#length) * BANDS);
    this.#at = (this.#at + 1) % this.#length;
  }

  /** Silence is a frame of zeros in both normalizations, but for its first moments. */
  skip(count: number): void {
    for (let frame = Math.min(count, this.#length); frame > 0; frame--) this.push(this.#silence);
  }

  view(): Float32Array {
    return this.#frames.subarray(this.#at * BANDS, (this.#at + this.#length) * BANDS);
  }

  clear(): void {
    this.#frames.fill(0);
    this.#at = 0;
  }
}
