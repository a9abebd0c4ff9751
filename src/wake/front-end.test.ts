import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import { BANDS, FrontEnd, frames, HOP } from "./front-end.js";
import { createMelBank } from "./mel-bank.js";
import { createPowerSpectrum } from "./real-fft.js";

function noise(length: number, seed: number, level = 0.1): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length }, () => level * (2 * random.next() - 1));
}

describe("the spectrum", () => {
  test("is the discrete Fourier transform, squared", () => {
    const samples = noise(64, 1);
    const power = new Float32Array(33);
    createPowerSpectrum(64).run(power, samples);
    for (let k = 0; k <= 32; k++) {
      let re = 0;
      let im = 0;
      for (let n = 0; n < 64; n++) {
        re += samples[n]! * Math.cos((2 * Math.PI * k * n) / 64);
        im -= samples[n]! * Math.sin((2 * Math.PI * k * n) / 64);
      }
      expect(power[k]).toBeCloseTo(re * re + im * im, 5);
    }
  });

  test("an odd size is refused", () => {
    expect(() => createPowerSpectrum(400)).toThrow(RangeError);
  });
});

test("each mel band sums to one, and a flat spectrum stays flat", () => {
  const bank = createMelBank({ bands: 40, fftSize: 512, sampleRate: 16000, lowHz: 60, highHz: 7600 });
  const energies = new Float32Array(40);
  bank.run(energies, new Float32Array(257).fill(3));
  for (const energy of energies) expect(energy).toBeCloseTo(3, 4);
});

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
