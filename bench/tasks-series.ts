import { seededRandom } from "../src/core/random.js";

/**
 * Mackey-Glass, delay 17: RK4 at 0.1 with the delayed value held within a step, history 1.2, a sample each 10 steps, 1000
 * dropped. Chaos makes the last samples depend on each rounding: the order of operations and a correctly rounded power are
 * those of the published check values.
 */
export function mackeyGlass(length: number): Float64Array {
  const delaySteps = 170;
  const history = new Float64Array(delaySteps).fill(1.2);
  const samples = new Float64Array(length);
  const step = 0.1;
  let x = 1.2;
  let oldest = 0;
  for (let sample = -1000; sample < length; sample++) {
    if (sample >= 0) samples[sample] = x;
    for (let substep = 0; substep < 10; substep++) {
      const delayed = history[oldest]!;
      history[oldest] = x;
      oldest = (oldest + 1) % delaySteps;
      const inflow = (0.2 * delayed) / (1 + tenthPower(delayed));
      const k1 = step * (inflow - 0.1 * x);
      const k2 = step * (inflow - 0.1 * (x + 0.5 * k1));
      const k3 = step * (inflow - 0.1 * (x + 0.5 * k2));
      const k4 = step * (inflow - 0.1 * (x + k3));
      x += (k1 + 2 * k2 + 2 * k3 + k4) / 6;
    }
  }
  return samples;
}

/** x^10 rounded once, through products of twice the precision (Dekker 1971); `x ** 10` differs between runtimes. */
function tenthPower(x: number): number {
  const two = product([x, 0], [x, 0]);
  const four = product(two, two);
  const [high, low] = product(product(four, four), two);
  return high + low;
}

type Double = readonly [high: number, low: number];

function product([a, aLow]: Double, [b, bLow]: Double): Double {
  const high = a * b;
  const [a1, a2] = halves(a);
  const [b1, b2] = halves(b);
  const low = a2 * b2 - (high - a1 * b1 - a2 * b1 - a1 * b2) + (a * bLow + aLow * b);
  const sum = high + low;
  return [sum, low - (sum - high)];
}

function halves(x: number): Double {
  const scaled = 134_217_729 * x;
  const high = scaled - (scaled - x);
  return [high, x - high];
}

/** NARMA of order 10 of u = mulberry32(1000 + seed) / 2: y[t+1] from y[t-9..t], u[t-9], u[t]. */
export function narma10(length: number, seed: number): { readonly u: Float64Array; readonly y: Float64Array } {
  const random = seededRandom(1000 + seed);
  const u = Float64Array.from({ length }, () => 0.5 * random.next());
  const y = new Float64Array(length);
  for (let t = 9; t + 1 < length; t++) {
    let sum = 0;
    for (let back = 0; back < 10; back++) sum += y[t - back]!;
    y[t + 1] = 0.3 * y[t]! + 0.05 * y[t]! * sum + 1.5 * u[t - 9]! * u[t]! + 0.1;
  }
  return { u, y };
}

/** Lorenz (10, 28, 8/3) from (1, 1, 1): RK4, 4 substeps each 0.02, 1000 samples dropped; (length, 3). */
export function lorenz(length: number): Float64Array {
  const samples = new Float64Array(length * 3);
  const step = 0.005;
  let point: Point = [1, 1, 1];
  for (let sample = -1000; sample < length; sample++) {
    if (sample >= 0) samples.set(point, sample * 3);
    for (let substep = 0; substep < 4; substep++) {
      const k1 = slope(point);
      const k2 = slope(moved(point, k1, step / 2));
      const k3 = slope(moved(point, k2, step / 2));
      const k4 = slope(moved(point, k3, step));
      const mean = (axis: 0 | 1 | 2): number => (k1[axis] + 2 * k2[axis] + 2 * k3[axis] + k4[axis]) / 6;
      point = moved(point, [mean(0), mean(1), mean(2)], step);
    }
  }
  return samples;
}

/** Uniform numbers of [-1, 1] from mulberry32(77 + seed). */
export function uniformNoise(length: number, seed: number): Float64Array {
  const random = seededRandom(77 + seed);
  return Float64Array.from({ length }, () => 2 * random.next() - 1);
}

/** One utterance: frames of 12 cepstra, and who spoke it, 0..8. */
export interface Utterance {
  readonly frames: readonly Float32Array[];
  readonly speaker: number;
}

/** Reads ae.train or ae.test of Japanese vowels; `counts` are the utterances of each speaker, in order. Error for another shape. */
export function japaneseVowels(text: string, counts: readonly number[]): Utterance[] {
  const utterances: Utterance[] = [];
  const speakers = counts.flatMap((count, speaker) => new Array<number>(count).fill(speaker));
  let frames: Float32Array[] = [];
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    const frame = Float32Array.from(line.trim().split(/\s+/), Number);
    if (frame.length !== 12) throw new Error(`Cannot read the vowels: expected 12 numbers a line, got ${frame.length}`);
    if (!frame.every((value) => value === 1)) frames.push(frame);
    else {
      utterances.push({ frames, speaker: speakers[utterances.length] ?? -1 });
      frames = [];
    }
  }
  if (utterances.length !== speakers.length || frames.length > 0) {
    throw new Error(`Cannot read the vowels: expected ${speakers.length} utterances, got ${utterances.length}`);
  }
  return utterances;
}

type Point = readonly [number, number, number];

function slope([x, y, z]: Point): Point {
  return [10 * (y - x), x * (28 - z) - y, x * y - (8 / 3) * z];
}

function moved(from: Point, direction: Point, by: number): Point {
  return [from[0] + by * direction[0], from[1] + by * direction[1], from[2] + by * direction[2]];
}
