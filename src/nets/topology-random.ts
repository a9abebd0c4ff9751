import { type Random, seededRandom } from "../core/random.js";

const STREAM_STEP = 0x9e3779b1;

/** One of several independent sequences of a seed, so that one part of a network does not shift the next. */
export function randomStream(seed: number, stream: number): Random {
  return seededRandom((seed ^ Math.imul(stream + 1, STREAM_STEP)) >>> 0);
}

/** Length random signs, +-1. */
export function randomSigns(length: number, random: Random): Float32Array {
  const signs = new Float32Array(length);
  for (let index = 0; index < length; index++) signs[index] = random.next() < 0.5 ? -1 : 1;
  return signs;
}

/** 0..length-1 in random order (Fisher and Yates). */
export function randomOrder(length: number, random: Random): Uint16Array {
  const order = Uint16Array.from({ length }, (_, index) => index);
  for (let last = length - 1; last > 0; last--) {
    const other = Math.floor(random.next() * (last + 1));
    const kept = order[last]!;
    order[last] = order[other]!;
    order[other] = kept;
  }
  return order;
}

/** Nearly Gaussian, of variance 1/3: the sum of four uniforms. Exact in every runtime, as a logarithm would not be. */
export function nearlyGaussian(random: Random): number {
  return random.next() + random.next() + random.next() + random.next() - 2;
}
