import { describe, expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import { createMelFilterbank, type MelFilterbank } from "./mel.js";
import type { MelPlan } from "./mel-plan.js";

/** What every filterbank holds to; spectra are compared with the defining sum in f64. */
export function melContract(kernels: (plan: MelPlan) => MelFilterbank): void {
  test.each([25, 32, 100, 400, 512, 1200])(
    "the spectrum of %d samples is that of the defining sum",
    (windowSamples) => {
      const bank = createMelFilterbank({ windowSamples, bands: 4, kernels });
      const random = seededRandom(windowSamples);
      const samples = Float32Array.from({ length: windowSamples }, () => random.next() * 2 - 1);
      const power = new Float32Array(bank.bins);
      bank.spectrum(power, samples);
      const size = 2 * (bank.bins - 1);
      let total = 0;
      let worst = 0;
      for (let bin = 0; bin < bank.bins; bin++) {
        let [re, im] = [0, 0];
        for (let index = 0; index < windowSamples; index++) {
          const value = samples[index]! * (0.5 - 0.5 * Math.cos((2 * Math.PI * (index + 0.5)) / windowSamples));
          re += value * Math.cos((2 * Math.PI * bin * index) / size);
          im -= value * Math.sin((2 * Math.PI * bin * index) / size);
        }
        total += re * re + im * im;
        worst = Math.max(worst, Math.abs(power[bin]! - (re * re + im * im)));
      }
      // Errors of f32 are relative to the mean power: a spectrum of 257 bins is exact to a few 1e-6 of it.
      expect(worst / (total / bank.bins)).toBeLessThan(2e-5);
    },
  );

  test("a tone raises the band of its pitch", () => {
    const bank = createMelFilterbank({ kernels });
    const energies = new Float32Array(40);
    let last = -1;
    for (const hz of [200, 500, 1000, 2000, 4000, 7000]) {
      bank.run(energies, tone(hz));
      const loudest = energies.indexOf(Math.max(...energies));
      expect(loudest).toBeGreaterThan(last);
      last = loudest;
    }
    expect(last).toBeGreaterThan(35);
  });

  test("weights of a band sum to one: a click is the same in all bands", () => {
    const bank = createMelFilterbank({ kernels });
    const energies = new Float32Array(40);
    const samples = new Float32Array(400);
    samples[200] = 1;
    bank.run(energies, samples);
    for (const energy of energies) expect(Math.abs(energy - 1)).toBeLessThan(1e-4);
  });

  describe("special values", () => {
    const bank = createMelFilterbank({ kernels });
    const energies = new Float32Array(40);

    test("silence has no energy", () => {
      bank.run(energies, new Float32Array(400));
      expect(energies.every((energy) => energy === 0)).toBe(true);
    });

    test("denormals end as zeros", () => {
      bank.run(energies, new Float32Array(400).fill(1e-42));
      expect(energies.every((energy) => energy === 0)).toBe(true);
    });

    test.each([Number.NaN, Number.POSITIVE_INFINITY])("%d reaches every band, and leaves with its window", (value) => {
      const samples = tone(1000);
      samples[123] = value;
      bank.run(energies, samples);
      expect(energies.every((energy) => !Number.isFinite(energy))).toBe(true);
      bank.run(energies, tone(1000));
      expect(energies.every(Number.isFinite)).toBe(true);
    });
  });

  test("refuses figures that make no filterbank", () => {
    expect(() => createMelFilterbank({ kernels, highHz: 9000 })).toThrow(/at most 8000/);
    expect(() => createMelFilterbank({ kernels, lowHz: 500, highHz: 400 })).toThrow(RangeError);
    expect(() => createMelFilterbank({ kernels, bands: 0 })).toThrow(RangeError);
    expect(() => createMelFilterbank({ kernels, windowSamples: 7 })).toThrow(RangeError);
    const bank = createMelFilterbank({ kernels });
    expect(() => bank.run(new Float32Array(40), new Float32Array(399))).toThrow(/expected a window of 400/);
  });
}

function tone(hz: number): Float32Array {
  return Float32Array.from({ length: 400 }, (_, index) => Math.sin((2 * Math.PI * hz * index) / 16_000));
}
