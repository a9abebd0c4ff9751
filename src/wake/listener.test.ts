import fc from "fast-check";
import { expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import type { FirstStage } from "./detector.js";
import { WakeListener } from "./listener.js";

const loud: FirstStage = { step: (frame) => Math.min(1, frame[13]! / 2), reset: () => {} };

function listener(): WakeListener {
  return new WakeListener({
    detectors: [
      { network: { phrase: "beep", first: loud, firstThreshold: 0.5, threshold: 0.5 }, normalization: "pcen" },
    ],
  });
}

/** Beeps of 1 kHz at 1, 3 and 5 seconds in a quiet room. */
function beeps(): Float32Array {
  const random = seededRandom(1);
  const samples = Float32Array.from({ length: 7 * 16_000 }, () => 1e-4 * (random.next() - 0.5));
  for (const second of [1, 3, 5])
    for (let n = 0; n < 4800; n++) samples[second * 16_000 + n]! += 0.2 * Math.sin((2 * Math.PI * 1000 * n) / 16_000);
  return samples;
}

test("the same sound gives the same events however it is cut", () => {
  const samples = beeps();
  const whole = listener().process(samples);
  expect(whole.map(({ atMs }) => Math.round(atMs / 1000))).toEqual([1, 3, 5]);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 20, maxLength: 20 }), (cuts) => {
      const cut = listener();
      const events = [];
      for (let at = 0, piece = 0; at < samples.length; piece++) {
        const end = Math.min(samples.length, at + cuts[piece % 20]!);
        events.push(...cut.process(samples.subarray(at, end)));
        at = end;
      }
      expect(events).toEqual(whole);
    }),
    { numRuns: 5 },
  );
});

test("in silence nothing is looked at, and the work is counted", () => {
  const ear = listener();
  ear.process(new Float32Array(16_000));
  expect(ear.work).toEqual({ hops: 100, passed: 0, detectors: [{ frames: 0, candidates: 0, verifierRuns: 0 }] });
  expect(ear.isOpen).toBe(false);
  ear.process(beeps().subarray(16_000, 17_600));
  expect(ear.isOpen).toBe(true);
});

test("without a phrase there is nothing to listen for", () => {
  expect(() => new WakeListener({ detectors: [] })).toThrow(RangeError);
});
