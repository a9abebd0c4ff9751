import { RANGES } from "./feature-set.js";
import { BANDS, type Normalization } from "./front-end.js";

/**
 * How a frame reaches the first layer. `direct`: as a current. `delta`: a spike for each step up or down since the last spike.
 * `rate`: as many spikes as the running sum of the value has passed whole numbers.
 */
export type SpikeEncoding = "direct" | "delta" | "rate";

/** Values of a frame to the events of a step: each channel is a current, or a signed count of spikes, within -1 to 1 (eighths). */
export class SpikeEncoder {
  readonly encoding: SpikeEncoding;
  readonly #scale: number;
  /** Level of the last spike, or what the sum holds beyond whole numbers. */
  readonly #held = new Float32Array(BANDS);

  constructor(encoding: SpikeEncoding, normalization: Normalization) {
    this.encoding = encoding;
    const { low, high } = RANGES[normalization];
    this.#scale = 1 / Math.max(-low, high);
  }

  /** Writes the events of one frame (40). */
  encode(events: Float32Array, frame: Float32Array): void {
    for (let band = 0; band < BANDS; band++) {
      const read = frame[band]! * this.#scale;
      const value = Number.isFinite(read) ? read : 0; // or a broken frame would stay in what is held
      if (this.encoding === "direct") {
        events[band] = Math.max(-1, Math.min(1, value));
        continue;
      }
      const level = this.encoding === "delta" ? value - this.#held[band]! : value * RATE_GAIN + this.#held[band]!;
      const width = this.encoding === "delta" ? DELTA_STEP : 1;
      const count = Math.max(-8, Math.min(8, Math.trunc(level / width)));
      events[band] = count / 8;
      if (this.encoding === "delta") this.#held[band] = this.#held[band]! + count * width;
      else this.#held[band] = Math.max(-1, Math.min(1, level - count));
    }
  }

  /** Forgets what came before. */
  reset(): void {
    this.#held.fill(0);
  }
}

/** Share of the range between two spikes of the delta code: PCEN of speech moves by 1 to 3 of 8 in a syllable. */
const DELTA_STEP = 0.03;
/** Spikes a step at the top of the range. */
const RATE_GAIN = 8;
