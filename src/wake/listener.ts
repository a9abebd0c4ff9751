import { type DetectorWork, WakeDetector, type WakeDetectorOptions, type WakeEvent } from "./detector.js";
import { EnergyGate, type EnergyGateOptions } from "./energy-gate.js";
import { BANDS, FrontEnd, HOP, type Normalization } from "./front-end.js";

/** Which phrases to listen for, and how. */
export interface ListenerOptions {
  readonly detectors: readonly (WakeDetectorOptions & { readonly normalization: Normalization })[];
  /** `false` looks at every frame, silent or not. */
  readonly gate?: EnergyGateOptions | false;
}

/** What listening has cost so far. */
export interface ListenerWork {
  /** Pieces of 10 ms heard. */
  readonly hops: number;
  /** Hops that the gate let through: on the others nothing ran. */
  readonly passed: number;
  readonly detectors: readonly DetectorWork[];
}

/** A wake event and when it was, in milliseconds of sound since the start. */
export interface HeardPhrase extends WakeEvent {
  readonly atMs: number;
}

/**
 * Sound to wake events: energy gate, frames, and a detector for each phrase. Takes samples at 16 kHz in pieces of any length;
 * the same sound gives the same events however it is cut.
 */
export class WakeListener {
  readonly #gate: EnergyGate | undefined;
  readonly #fronts: ReadonlyMap<Normalization, { readonly frontEnd: FrontEnd; readonly frame: Float32Array }>;
  readonly #detectors: readonly { readonly detector: WakeDetector; readonly normalization: Normalization }[];
  readonly #hop = new Float32Array(HOP);
  #filled = 0;
  #hops = 0;
  #passed = 0;
  #heard: HeardPhrase[] = [];

  constructor({ detectors, gate }: ListenerOptions) {
    if (detectors.length === 0) throw new RangeError("Cannot listen: expected at least one phrase, got none");
    this.#gate = gate === false ? undefined : new EnergyGate(gate);
    this.#fronts = new Map(
      detectors.map(({ normalization }) => [
        normalization,
        { frontEnd: new FrontEnd(normalization), frame: new Float32Array(BANDS) },
      ]),
    );
    this.#detectors = detectors.map(({ normalization, ...options }) => ({
      normalization,
      detector: new WakeDetector(options),
    }));
  }

  get work(): ListenerWork {
    return { hops: this.#hops, passed: this.#passed, detectors: this.#detectors.map(({ detector }) => detector.work) };
  }

  /** True while the gate lets sound through: somebody or something can be heard. */
  get isOpen(): boolean {
    return this.#gate?.isOpen ?? true;
  }

  /** Takes the next samples; returns the phrases that were heard in them, usually none. */
  process(samples: Float32Array): readonly HeardPhrase[] {
    this.#heard = [];
    for (let at = 0; at < samples.length; ) {
      const count = Math.min(HOP - this.#filled, samples.length - at);
      this.#hop.set(samples.subarray(at, at + count), this.#filled);
      at += count;
      this.#filled += count;
      if (this.#filled < HOP) break;
      this.#filled = 0;
      this.#hops++;
      if (this.#gate === undefined) this.#look(this.#hop, 0);
      else this.#gate.process(this.#hop, this.#through);
    }
    return this.#heard;
  }

  readonly #through = (samples: Float32Array, skipped: number): void => this.#look(samples, skipped);

  #look(samples: Float32Array, skipped: number): void {
    this.#passed++;
    for (const { frontEnd, frame } of this.#fronts.values()) frontEnd.process(frame, samples);
    for (const { detector, normalization } of this.#detectors) {
      if (skipped > 0) detector.skip(skipped);
      const event = detector.process(this.#fronts.get(normalization)!.frame); // one was made for each
      if (event !== undefined) this.#heard.push({ ...event, atMs: this.#hops * 10 });
    }
  }
}
