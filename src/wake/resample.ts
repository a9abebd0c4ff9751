const ZERO_CROSSINGS = 16;
/** Kaiser window: 80 dB of stop band. */
const BETA = 8;
const PASSBAND = 0.94;
const MOST_PHASES = 512;

/**
 * The samples at another rate, by a sinc under a Kaiser window that ends 6 % below the lower of both Nyquist frequencies
 * (Smith, "Digital Audio Resampling"). Length is `ceil(samples * to / from)`. RangeError for a rate outside 1 to 768,000 Hz.
 */
export function resample(samples: Float32Array, from: number, to: number): Float32Array {
  const resampler = new Resampler(from, to);
  if (from === to) return samples;
  const out = new Float32Array(Math.ceil((samples.length * to) / from));
  const most = resampler.push(samples);
  out.set(most);
  out.set(resampler.push(new Float32Array(resampler.reach + 1)).subarray(0, out.length - most.length), most.length);
  return out;
}

/** `resample` over a stream in pieces of any length; what comes out lags by half the filter, about 1 ms. */
export class Resampler {
  /** Samples that the filter looks ahead. */
  readonly reach: number;
  readonly #step: number;
  readonly #phases: number;
  /** (phases + 1, 2 * reach): a row for each place between two samples that occurs, at most 512. */
  readonly #table: Float32Array;
  /** Samples that may still be needed; the first has index `#start` in the stream. */
  #held = new Float32Array(0);
  #start = 0;
  #produced = 0;

  constructor(from: number, to: number) {
    for (const rate of [from, to]) {
      if (!Number.isFinite(rate) || rate < 1 || rate > 768_000)
        throw new RangeError(`Cannot resample: got a rate of ${rate} Hz, wanted 1 to 768,000`);
    }
    const cutoff = PASSBAND * Math.min(1, to / from);
    this.#step = from / to;
    this.reach = Math.ceil(ZERO_CROSSINGS / cutoff);
    this.#phases = Math.min(MOST_PHASES, to / greatestCommonDivisor(Math.round(from), Math.round(to)));
    const taps = 2 * this.reach;
    this.#table = new Float32Array((this.#phases + 1) * taps);
    for (let phase = 0; phase <= this.#phases; phase++) {
      for (let tap = 0; tap < taps; tap++) {
        const x = tap - this.reach + 1 - phase / this.#phases;
        this.#table[phase * taps + tap] = cutoff * sinc(x * cutoff) * kaiser(x / this.reach);
      }
    }
  }

  /** Takes the next samples and returns all that they settle. */
  push(samples: Float32Array): Float32Array {
    if (this.#step === 1) return samples.slice();
    const held = new Float32Array(this.#held.length + samples.length);
    held.set(this.#held);
    held.set(samples, this.#held.length);
    const end = this.#start + held.length;
    // an output is settled when the last sample its filter sees, `whole + reach`, has come
    const count = Math.max(0, Math.ceil((end - this.reach) / this.#step) - this.#produced);
    const out = new Float32Array(count);
    const taps = 2 * this.reach;
    for (let index = 0; index < count; index++, this.#produced++) {
      const place = this.#produced * this.#step;
      const whole = Math.floor(place);
      const row = Math.round((place - whole) * this.#phases) * taps;
      const first = whole - this.reach + 1 - this.#start;
      let sum = 0;
      for (let tap = Math.max(0, -first); tap < taps; tap++) sum += held[first + tap]! * this.#table[row + tap]!;
      out[index] = sum;
    }
    const needed = Math.max(0, Math.floor(this.#produced * this.#step) - this.reach + 1 - this.#start);
    this.#held = held.slice(Math.min(needed, held.length));
    this.#start += Math.min(needed, held.length);
    return out;
  }
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
