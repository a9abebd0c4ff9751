import { HOP } from "./front-end.js";

export interface EnergyGateOptions {
  /** Quieter than this nothing is looked at, in dB below full scale; -62 when absent. */
  readonly floorDb?: number;
  /** How far above the room's own level a sound must rise to open the gate, in dB; 4 when absent. */
  readonly riseDb?: number;
  /** Hops of 10 ms that the gate stays open after the last loud one; 40 when absent. */
  readonly hold?: number;
  /** Hops from before the opening that are looked at once it opens; 25 when absent. */
  readonly preRoll?: number;
}

/** A room's level falls to a quieter hop at once and rises by so many dB in a hop: 3 dB a second. */
const LEVEL_RISE = 0.03;

/**
 * Lets sound through while something is louder than the room: in silence, and under a steady hum, nothing behind it runs.
 * What came just before the opening is not lost: those hops come first.
 */
export class EnergyGate {
  readonly #floorDb: number;
  readonly #riseDb: number;
  readonly #hold: number;
  readonly #recent: readonly Float32Array[];
  #kept = 0;
  #next = 0;
  #levelDb = Number.POSITIVE_INFINITY;
  #left = 0;
  #hops = 0;
  /** Hops since the last that was let through. */
  #skipped = 0;
  #passed = 0;

  constructor(options: EnergyGateOptions = {}) {
    const { floorDb = -62, riseDb = 4, hold = 40, preRoll = 25 } = options;
    this.#floorDb = floorDb;
    this.#riseDb = riseDb;
    this.#hold = hold;
    this.#recent = Array.from({ length: preRoll }, () => new Float32Array(HOP));
  }

  /** Hops seen and let through. */
  get work(): { readonly hops: number; readonly passed: number } {
    return { hops: this.#hops, passed: this.#passed };
  }

  /** Whether the last hop was let through. */
  get isOpen(): boolean {
    return this.#left > 0;
  }

  /**
   * Takes 160 samples and calls `through` for each hop that is to be looked at: none, this one, or this one after what came before.
   * `skipped` are the hops between this one and the last that was looked at.
   */
  process(samples: Float32Array, through: (samples: Float32Array, skipped: number) => void): void {
    this.#hops++;
    let energy = 1e-12;
    for (let index = 0; index < samples.length; index++) energy += samples[index]! * samples[index]!;
    const db = 10 * Math.log10(energy / HOP);
    this.#levelDb = Math.min(db, this.#levelDb + LEVEL_RISE);
    if (db > this.#floorDb && db > this.#levelDb + this.#riseDb) this.#left = this.#hold;
    else if (this.#left > 0) this.#left--;
    if (this.#left === 0) {
      this.#skipped++;
      if (this.#recent.length === 0) return;
      this.#recent[this.#next]!.set(samples); // next stays below the length
      this.#next = (this.#next + 1) % this.#recent.length;
      this.#kept = Math.min(this.#kept + 1, this.#recent.length);
      return;
    }
    let skipped = this.#skipped - this.#kept;
    this.#skipped = 0;
    for (; this.#kept > 0; this.#kept--) {
      this.#passed++;
      through(this.#recent[(this.#next - this.#kept + this.#recent.length) % this.#recent.length]!, skipped);
      skipped = 0;
    }
    this.#passed++;
    through(samples, skipped);
  }
}
