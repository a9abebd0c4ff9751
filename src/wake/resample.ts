const ZERO_CROSSINGS = 16;
/** Kaiser window: 80 dB of stop band. */
const BETA = 8;
const PASSBAND = 0.94;

/**
 * The samples at another rate, by a sinc under a Kaiser window that ends 6 % below the lower of both Nyquist frequencies
 * (Smith, "Digital Audio Resampling"). Length is `ceil(samples * to / from)`. RangeError for a rate outside 1 to 768,000 Hz.
 */
export function resample(samples: Float32Array, from: number, to: number): Float32Array {
  for (const rate of [from, to]) {
    if (!Number.isFinite(rate) || rate < 1 || rate > 768_000)
      throw new RangeError(`Cannot resample: got a rate of ${rate} Hz, wanted 1 to 768,000`);
  }
  if (from === to) return samples;
  const cutoff = PASSBAND * Math.min(1, to / from);
  const reach = Math.ceil(ZERO_CROSSINGS / cutoff);
  const { phases, taps, table } = filters(from, to, cutoff, reach);
  const out = new Float32Array(Math.ceil((samples.length * to) / from));
  for (let index = 0; index < out.length; index++) {
    const place = (index * from) / to;
    const whole = Math.floor(place);
    const phase = Math.round((place - whole) * phases);
    const first = whole - reach + 1;
    let sum = 0;
    for (let tap = Math.max(0, -first), end = Math.min(taps, samples.length - first); tap < end; tap++) {
      sum += samples[first + tap]! * table[phase * taps + tap]!;
    }
    out[index] = sum;
  }
  return out;
}

/** One row of taps for each place between two samples that occurs, at most 512. */
function filters(
  from: number,
  to: number,
  cutoff: number,
  reach: number,
): { phases: number; taps: number; table: Float32Array } {
  const phases = Math.min(512, to / greatestCommonDivisor(Math.round(from), Math.round(to)));
  const taps = 2 * reach;
  const table = new Float32Array((phases + 1) * taps);
  for (let phase = 0; phase <= phases; phase++) {
    for (let tap = 0; tap < taps; tap++) {
      const x = tap - reach + 1 - phase / phases;
      table[phase * taps + tap] = cutoff * sinc(x * cutoff) * kaiser(x / reach);
    }
  }
  return { phases, taps, table };
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function kaiser(x: number): number {
  return Math.abs(x) >= 1 ? 0 : besselI0(BETA * Math.sqrt(1 - x * x)) / besselI0(BETA);
}

/** The modified Bessel function of the first kind and order 0, by its power series. */
function besselI0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; k < 40; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
