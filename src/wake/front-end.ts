import { createMelFilterbank, type MelFilterbank } from "../kernels/mel.js";

/** Mel bands of a frame. */
export const BANDS = 40;
/** Samples between two frames: 10 ms at 16 kHz. */
export const HOP = 160;
/** Frames a second. */
export const FRAME_RATE = 100;

const WINDOW = 400;

/**
 * How energies become frames. `pcen`: per-channel energy normalisation (Wang et al., "Trainable frontend for robust and
 * far-field keyword spotting", 2017; s = 0.04, alpha = 0.9, delta = 2, r = 0.5). `ema`: logarithm minus its own slow mean.
 */
export type Normalization = "pcen" | "ema";

/** Least and greatest value of a frame; an onset after digital silence would pass it and tell no more. */
export const FRAME_LIMITS: Readonly<Record<Normalization, { readonly low: number; readonly high: number }>> = {
  pcen: { low: 0, high: 8 },
  ema: { low: -3, high: 5 },
};

/**
 * Sound to frames, causal: each call takes the next 160 samples at 16 kHz (-1 to 1) and writes one frame (40) of the last
 * 400. Before the first sample there is silence. Frames depend on what came before, not on how it was cut into calls.
 */
export class FrontEnd {
  readonly #normalization: Normalization;
  readonly #filterbank: MelFilterbank = createMelFilterbank({ bands: BANDS, windowSamples: WINDOW });
  readonly #recent = new Float32Array(WINDOW);
  readonly #energies = new Float32Array(BANDS);
  readonly #mean = new Float64Array(BANDS);
  #started = false;

  constructor(normalization: Normalization = "pcen") {
    this.#normalization = normalization;
  }

  /** Takes 160 samples and writes the frame (40) that ends with them. */
  process(frame: Float32Array, samples: Float32Array): void {
    const recent = this.#recent;
    recent.copyWithin(0, HOP);
    recent.set(samples, WINDOW - HOP);
    this.#filterbank.run(this.#energies, recent);
    if (this.#normalization === "pcen") this.#pcen(frame);
    else this.#ema(frame);
    this.#started = true;
  }

  /** Forgets all sound, as if new. */
  reset(): void {
    this.#recent.fill(0);
    this.#started = false;
  }

  #pcen(frame: Float32Array): void {
    const { high } = FRAME_LIMITS.pcen;
    const mean = this.#mean;
    for (let band = 0; band < BANDS; band++) {
      const energy = this.#energies[band]! * PCEN_GAIN;
      const smooth = this.#started ? mean[band]! + 0.04 * (energy - mean[band]!) : energy;
      mean[band] = smooth;
      frame[band] = Math.min(high, Math.sqrt(energy * (PCEN_FLOOR + smooth) ** -0.9 + 2) - Math.SQRT2);
    }
  }

  #ema(frame: Float32Array): void {
    const { low, high } = FRAME_LIMITS.ema;
    const mean = this.#mean;
    for (let band = 0; band < BANDS; band++) {
      const level = Math.log(this.#energies[band]! + LOG_FLOOR);
      const smooth = this.#started ? mean[band]! + EMA_RATE * (level - mean[band]!) : level;
      mean[band] = smooth;
      frame[band] = Math.max(low, Math.min(high, (level - smooth) * 0.5));
    }
  }
}

/** Energies of samples within -1 to 1 are far below delta = 2: this brings speech at -25 dBFS to about 10 times delta. */
const PCEN_GAIN = 1e5;
const PCEN_FLOOR = 1;
/** About the energy of 16-bit rounding and dither, so that digital silence is no abyss. */
const LOG_FLOOR = 1e-4;
const EMA_RATE = 0.01;

/** All frames of a sound at 16 kHz, (frames, 40): what a new FrontEnd gives, frame by frame. A rest below 160 samples is left out. */
export function frames(samples: Float32Array, normalization: Normalization = "pcen"): Float32Array {
  const frontEnd = new FrontEnd(normalization);
  const count = Math.floor(samples.length / HOP);
  const out = new Float32Array(count * BANDS);
  for (let index = 0; index < count; index++) {
    frontEnd.process(
      out.subarray(index * BANDS, (index + 1) * BANDS),
      samples.subarray(index * HOP, (index + 1) * HOP),
    );
  }
  return out;
}
