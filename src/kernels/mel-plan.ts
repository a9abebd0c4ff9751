import { arenaBytes } from "./arena.js";
import type { MelOptions } from "./mel.js";

/** The tables of a filterbank, which every implementation reads. */
export interface MelPlan {
  readonly bands: number;
  readonly windowSamples: number;
  /** Complex points of the transform, a power of 4; it has twice as many samples. */
  readonly points: number;
  /** Hann window (2 * points), zero where no sample comes. */
  readonly window: Float32Array;
  /** First bin of each band. */
  readonly starts: Uint16Array;
  /** Where the weights of each band begin (bands + 1), multiples of 4: the last ones may be 0. */
  readonly offsets: Uint16Array;
  readonly weights: Float32Array;
}

/** Bytes that the tables and scratch of a plan take in an arena. */
export function melBytes(plan: MelPlan): number {
  const { points, bands, weights } = plan;
  const floats = [2 * points, 2 * points, 4 * points, (6 * points) / 4, points + 2, points + 1 + 4, bands];
  return (
    floats.reduce((bytes, length) => bytes + arenaBytes(length, 4), 0) +
    arenaBytes(bands, 2) +
    arenaBytes(bands + 1, 2) +
    arenaBytes(weights.length, 4)
  );
}

/** Plans a filterbank, 60 to 7600 Hz in 40 bands of 25 ms at 16 kHz by default; RangeError when the figures make none. */
export function planMel(options: MelOptions): MelPlan {
  const { sampleRate = 16_000, windowSamples = 400, bands = 40, lowHz = 60, highHz = 7600 } = options;
  if (!Number.isInteger(windowSamples) || windowSamples < 8 || windowSamples > 8192) {
    throw new RangeError(`Cannot plan a window of ${windowSamples} samples: expected a whole number from 8 to 8192`);
  }
  if (!Number.isInteger(bands) || bands < 1) {
    throw new RangeError(`Cannot plan ${bands} mel bands: expected a whole number above 0`);
  }
  if (!(lowHz >= 0 && lowHz < highHz && highHz <= sampleRate / 2)) {
    throw new RangeError(
      `Cannot plan mel bands from ${lowHz} to ${highHz} Hz: expected 0 or more, rising, and at most ${sampleRate / 2}`,
    );
  }
  let points = 16;
  while (2 * points < windowSamples) points *= 4;
  const window = new Float32Array(2 * points);
  for (let index = 0; index < windowSamples; index++) {
    window[index] = 0.5 - 0.5 * Math.cos((2 * Math.PI * (index + 0.5)) / windowSamples);
  }
  return { bands, windowSamples, points, window, ...triangles(bands, (2 * points) / sampleRate, lowHz, highHz) };
}

function triangles(
  bands: number,
  binsPerHz: number,
  lowHz: number,
  highHz: number,
): Pick<MelPlan, "starts" | "offsets" | "weights"> {
  const mel = (hz: number): number => 1127 * Math.log(1 + hz / 700);
  const bin = (place: number): number => {
    const at = mel(lowHz) + ((mel(highHz) - mel(lowHz)) * place) / (bands + 1);
    return 700 * (Math.exp(at / 1127) - 1) * binsPerHz;
  };
  const starts = new Uint16Array(bands);
  const offsets = new Uint16Array(bands + 1);
  const all: number[] = [];
  for (let band = 0; band < bands; band++) {
    const [left, centre, right] = [bin(band), bin(band + 1), bin(band + 2)];
    const weights: number[] = [];
    let start = Math.ceil(left);
    for (let at = start; at < right; at++) {
      weights.push(Math.max(0, at < centre ? (at - left) / (centre - left) : (right - at) / (right - centre)));
    }
    let sum = weights.reduce((total, weight) => total + weight, 0);
    if (sum < 0.5) {
      start = Math.round(centre);
      weights.splice(0, weights.length, 1);
      sum = 1;
    }
    starts[band] = start;
    for (const weight of weights) all.push(weight / sum);
    while (all.length % 4 !== 0) all.push(0);
    offsets[band + 1] = all.length;
  }
  return { starts, offsets, weights: Float32Array.from(all) };
}

/** RangeError when samples are no window of the plan. */
export function requireWindow(plan: MelPlan, samples: Float32Array): void {
  if (samples.length !== plan.windowSamples) {
    throw new RangeError(`Cannot transform ${samples.length} samples: expected a window of ${plan.windowSamples}`);
  }
}
