import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import { BANDS, FrontEnd, frames, HOP } from "./front-end.js";

function noise(length: number, seed: number, level = 0.1): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length }, () => level * (2 * random.next() - 1));
}

describe.each(["pcen", "ema"] as const)("frames with %s", (normalization) => {
  test("are the same, bit for bit, frame by frame and all at once, and see no future", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 40 }), (seed, count) => {
        const samples = noise(count * HOP + 77, seed);
        const all = frames(samples, normalization);
        expect(all).toHaveLength(count * BANDS);
        const frontEnd = new FrontEnd(normalization);
        const frame = new Float32Array(BANDS);
        for (let index = 0; index < count; index++) {
          frontEnd.process(frame, samples.slice(index * HOP, (index + 1) * HOP));
          expect(frame).toEqual(all.slice(index * BANDS, (index + 1) * BANDS));
        }
        const cut = frames(samples.subarray(0, (count >> 1) * HOP), normalization);
        expect(cut).toEqual(all.slice(0, cut.length));
      }),
      { numRuns: 20 },
    );
  });

  test("of silence, clipping and a lone click are finite", () => {
    for (const samples of [
      new Float32Array(16000),
      new Float32Array(16000).fill(1),
      Float32Array.from({ length: 16000 }, (_, n) => (n === 8000 ? 1 : 0)),
    ]) {
      expect(frames(samples, normalization).every(Number.isFinite)).toBe(true);
    }
  });

  test("hardly change with the level of the sound", () => {
    const quiet = frames(noise(16000, 3, 0.02), normalization);
    const loud = frames(noise(16000, 3, 0.2), normalization);
    let apart = 0;
    for (let index = 50 * BANDS; index < loud.length; index++)
      apart += Math.abs(loud[index]! - quiet[index]!) / loud.length;
    expect(apart).toBeLessThan(1.3);
  });
});

test("a reset front end is as new", () => {
  const frontEnd = new FrontEnd();
  const frame = new Float32Array(BANDS);
  frontEnd.process(frame, noise(HOP, 5));
  frontEnd.reset();
  frontEnd.process(frame, noise(HOP, 6));
  expect(frame).toEqual(frames(noise(HOP, 6)));
});
