import { type MelPlan, planMel } from "./mel-plan.js";
import { referenceMel } from "./mel-reference.js";
import { simdMel } from "./mel-simd.js";

/** A window of sound to the energies of its mel bands. */
export interface MelFilterbank {
  readonly kind: "simd" | "reference";
  readonly bands: number;
  /** Samples of a window. */
  readonly windowSamples: number;
  /** Bins of the power spectrum, half the transform's size and one. */
  readonly bins: number;
  /** energies (bands) of one window of samples (windowSamples); no allocation. */
  run(energies: Float32Array, samples: Float32Array): void;
  /** power (bins) of one window: `|X[k]|^2` of the samples times a Hann window, filled up with silence. */
  spectrum(power: Float32Array, samples: Float32Array): void;
}

/** What a filterbank is made of; defaults are those of speech at 16 kHz. */
export interface MelOptions {
  readonly sampleRate?: number;
  /** 400: 25 ms at 16 kHz. */
  readonly windowSamples?: number;
  readonly bands?: number;
  readonly lowHz?: number;
  readonly highHz?: number;
  /** Default: the fastest that the runtime has. */
  readonly kernels?: (plan: MelPlan) => MelFilterbank;
}

/**
 * Mel energies of windows of sound: `bands` triangles evenly spaced in mel between two frequencies, each summing to 1
 * (mel = 1127 ln(1 + f / 700), O'Shaughnessy 1987), over the power spectrum of a Hann window. A triangle narrower than a bin
 * takes the nearest bin, so that no band is empty. RangeError when the figures make no filterbank.
 */
export function createMelFilterbank(options: MelOptions = {}): MelFilterbank {
  const plan = planMel(options);
  return (options.kernels ?? fastestMel)(plan);
}

function fastestMel(plan: MelPlan): MelFilterbank {
  return simdMel(plan) ?? referenceMel(plan);
}
