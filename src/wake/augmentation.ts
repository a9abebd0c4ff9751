import type { Random } from "../core/random.js";
import { rms } from "./loudness.js";

/** Uniform in [low, high). */
export function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random.next();
}

/** One of them; they must not be empty. */
export function pick<T>(random: Random, items: readonly T[]): T {
  return items[Math.floor(random.next() * items.length)]!; // next() is below 1
}

/** The samples played `factor` times as fast, pitch and all: linear between samples after a cubic kernel. */
export function changeSpeed(samples: Float32Array, factor: number): Float32Array {
  const out = new Float32Array(Math.floor((samples.length - 3) / factor));
  for (let index = 0; index < out.length; index++) {
    const place = 1 + index * factor;
    const at = Math.floor(place);
    const t = place - at;
    const a = samples[at - 1]!;
    const b = samples[at]!;
    const c = samples[at + 1] ?? b;
    const d = samples[at + 2] ?? c;
    out[index] = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
  }
  return out;
}

const GRAIN = 480;
const SEEK = 160;

/**
 * The samples stretched to 1 / factor of their length at the same pitch: overlapping grains of 30 ms, each taken where it
 * fits best to what came before (WSOLA, Verhelst and Roelands 1993).
 */
export function changeTempo(samples: Float32Array, factor: number): Float32Array {
  const half = GRAIN / 2;
  const count = Math.floor((samples.length - GRAIN - SEEK) / (half * factor));
  if (count < 2) return samples;
  const out = new Float32Array((count + 1) * half);
  let previous = 0;
  for (let grain = 0; grain < count; grain++) {
    const wanted = Math.floor(grain * half * factor);
    const at = grain === 0 ? 0 : bestMatch(samples, previous + half, wanted);
    for (let index = 0; index < GRAIN; index++) {
      const weight = 0.5 - 0.5 * Math.cos((2 * Math.PI * (index + 0.5)) / GRAIN);
      out[grain * half + index]! += weight * (samples[at + index] ?? 0);
    }
    previous = at;
  }
  return out;
}

/** Where near `wanted` the samples look most like those at `natural`, every fourth one compared. */
function bestMatch(samples: Float32Array, natural: number, wanted: number): number {
  let best = wanted;
  let bestScore = Number.NEGATIVE_INFINITY;
  for (let at = Math.max(0, wanted - SEEK); at <= wanted + SEEK; at += 4) {
    let product = 0;
    let energy = 1e-9;
    for (let index = 0; index < GRAIN / 2; index += 4) {
      const value = samples[at + index] ?? 0;
      product += value * (samples[natural + index] ?? 0);
      energy += value * value;
    }
    const score = product / Math.sqrt(energy);
    if (score > bestScore) {
      bestScore = score;
      best = at;
    }
  }
  return best;
}

/**
 * The samples in a made-up room: a direct path, then echoes of random sign, 700 a second, that die away by 60 dB in
 * `decaySeconds` (velvet noise, Karjalainen and Järveläinen 2007), `directDb` weaker in all than the direct path.
 */
export function reverberate(
  samples: Float32Array,
  random: Random,
  options: { readonly decaySeconds: number; readonly directDb: number },
): Float32Array {
  const { decaySeconds, directDb } = options;
  const spacing = 16_000 / 700;
  const taps: { readonly delay: number; readonly gain: number }[] = [];
  let power = 0;
  for (let place = 40; place < decaySeconds * 16_000 * 0.7; place += spacing) {
    const delay = Math.floor(place + random.next() * spacing);
    const gain = (random.next() < 0.5 ? -1 : 1) * 10 ** ((-3 * delay) / (decaySeconds * 16_000));
    taps.push({ delay, gain });
    power += gain * gain;
  }
  const scale = 10 ** (-directDb / 20) / Math.sqrt(power + 1e-9);
  const wet = new Float32Array(samples.length);
  for (const { delay, gain } of taps) {
    const factor = gain * scale;
    for (let index = delay; index < wet.length; index++) wet[index]! += factor * samples[index - delay]!;
  }
  let smooth = 0; // walls swallow high tones
  for (let index = 0; index < wet.length; index++) {
    smooth += 0.55 * (wet[index]! - smooth);
    wet[index] = samples[index]! + smooth * 1.4;
  }
  return wet;
}

/** Raises or lowers tones about `hz` by `gainDb` in place: a peaking filter (Bristow-Johnson, "Audio EQ cookbook"). */
export function equalize(
  samples: Float32Array,
  options: { readonly hz: number; readonly gainDb: number; readonly q: number },
): void {
  const { hz, gainDb, q } = options;
  const w = (2 * Math.PI * hz) / 16_000;
  const a = 10 ** (gainDb / 40);
  const alpha = Math.sin(w) / (2 * q);
  const scale = 1 / (1 + alpha / a);
  const [b0, b1, b2] = [(1 + alpha * a) * scale, -2 * Math.cos(w) * scale, (1 - alpha * a) * scale];
  const a2 = (1 - alpha / a) * scale;
  let [x1, x2, y1, y2] = [0, 0, 0, 0];
  for (let index = 0; index < samples.length; index++) {
    const x = samples[index]!;
    const y = b0 * x + b1 * x1 + b2 * x2 - b1 * y1 - a2 * y2;
    x2 = x1;
    x1 = x;
    y2 = y1;
    y1 = y;
    samples[index] = y;
  }
}

/** Adds `noise`, repeated from `offset` on, to `samples` in place so that it has that root mean square. */
export function addNoise(
  samples: Float32Array,
  noise: Float32Array,
  options: { readonly level: number; readonly offset: number },
): void {
  const own = rms(noise);
  if (own < 1e-7) return;
  const gain = options.level / own;
  for (let index = 0, at = options.offset % noise.length; index < samples.length; index++) {
    samples[index]! += gain * noise[at]!;
    if (++at === noise.length) at = 0;
  }
}

/** Noise whose power falls by `slopeDb` an octave: 0 is white, 3 about pink, 6 about brown. */
export function colouredNoise(length: number, random: Random, slopeDb: number): Float32Array {
  const out = new Float32Array(length);
  const share = slopeDb / 6;
  let [low, mid, high] = [0, 0, 0];
  for (let index = 0; index < length; index++) {
    const white = random.next() + random.next() - 1;
    low = 0.995 * low + white * 0.08;
    mid = 0.95 * mid + white * 0.2;
    high = white;
    out[index] = (1 - share) * high * 0.4 + share * (2.2 * low + (1 - share) * mid);
  }
  return out;
}
