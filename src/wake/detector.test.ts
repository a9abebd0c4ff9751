import { describe, expect, test } from "vitest";
import { createWakeDetector, type FirstStage, type Verifier } from "./detector.js";
import { BANDS } from "./front-end.js";

/** A first stage that says what stands in the frame's first band. */
const first: FirstStage = { step: (frame) => frame[0]!, reset: () => {} };

/** A verifier that says what stands in the newest frame's second band, and keeps what it saw. */
function scripted(frames = 10): Verifier & { readonly windows: Float32Array[] } {
  const windows: Float32Array[] = [];
  return {
    frames,
    windows,
    run(window) {
      windows.push(window.slice());
      return window.at(-BANDS + 1)!;
    },
  };
}

function frame(score: number, verified = 0, third = 0): Float32Array {
  const out = new Float32Array(BANDS);
  out[0] = score;
  out[1] = verified;
  out[2] = third;
  return out;
}

const stages = { phrase: "computer", firstThreshold: 0.5, threshold: 0.8 };

describe("the detector", () => {
  test("wakes once when both stages agree, and again only after the debounce", () => {
    const verifier = scripted();
    const detector = createWakeDetector({ network: { ...stages, first, verifier }, smoothing: 1, debounceMs: 200 });
    const events: number[] = [];
    for (let index = 0; index < 60; index++) {
      const event = detector.process(frame(index >= 10 && index < 40 ? 0.9 : 0, 0.95));
      if (event !== undefined) events.push(event.frame);
    }
    expect(events).toEqual([12, 32, 52]);
    expect(detector.work).toEqual({ frames: 60, candidates: 29, verifierRuns: 9 });
  });

  test("runs no verifier while the first stage sleeps, and heeds its no", () => {
    const verifier = scripted();
    const detector = createWakeDetector({ network: { ...stages, first, verifier }, smoothing: 1 });
    for (let index = 0; index < 100; index++) expect(detector.process(frame(0.4, 1))).toBeUndefined();
    expect(detector.work.verifierRuns).toBe(0);
    for (let index = 0; index < 20; index++) expect(detector.process(frame(0.9, 0.5))).toBeUndefined();
    expect(detector.work.verifierRuns).toBeGreaterThan(0);
  });

  test("patience and smoothing let a lone spike pass by", () => {
    const detector = createWakeDetector({ network: { ...stages, first }, patience: 3, smoothing: 0.5 });
    for (let index = 0; index < 30; index++) expect(detector.process(frame(index % 10 === 0 ? 1 : 0))).toBeUndefined();
  });

  test("the first stage alone decides where there is no verifier", () => {
    const detector = createWakeDetector({ network: { ...stages, first }, patience: 1, smoothing: 1 });
    expect(detector.process(frame(0.79))).toBeUndefined();
    expect(detector.process(frame(0.81))).toEqual({ phrase: "computer", score: expect.closeTo(0.81, 5), frame: 2 });
  });

  test("the verifier alone listens where there is no first stage, over the last frames in order", () => {
    const verifier = scripted(4);
    const detector = createWakeDetector({ network: { ...stages, verifier }, verifyEvery: 3 });
    for (let index = 0; index < 10; index++) detector.process(frame(0, 0, index));
    const thirds = verifier.windows.map((window) => [0, 1, 2, 3].map((each) => window[each * BANDS + 2]));
    expect(thirds).toEqual([
      [0, 0, 0, 0],
      [0, 1, 2, 3],
      [3, 4, 5, 6],
      [6, 7, 8, 9],
    ]);
  });

  test("silence that nobody looked at pushes what was heard out of the window", () => {
    const verifier = scripted(4);
    const detector = createWakeDetector({ network: { ...stages, verifier }, verifyEvery: 1 });
    for (let index = 1; index <= 4; index++) detector.process(frame(0, 0, index));
    detector.skip(2);
    detector.process(frame(0, 0, 5));
    detector.skip(100);
    detector.process(frame(0, 0, 6));
    const thirds = verifier.windows.slice(3).map((window) => [0, 1, 2, 3].map((each) => window[each * BANDS + 2]));
    expect(thirds).toEqual([
      [1, 2, 3, 4],
      [4, 0, 0, 5],
      [0, 0, 0, 6],
    ]);
  });

  test("a reset detector is as new", () => {
    const detector = createWakeDetector({ network: { ...stages, first }, patience: 1, smoothing: 1 });
    expect(detector.process(frame(0.9))?.frame).toBe(1);
    detector.reset();
    expect(detector.process(frame(0.9))?.frame).toBe(1);
  });

  test("options that cannot be are refused by name", () => {
    expect(() => createWakeDetector({ network: { ...stages } })).toThrow(TypeError);
    expect(() => createWakeDetector({ network: { ...stages, first }, threshold: 1.5 })).toThrow(
      "expected threshold from 0 to 1, got 1.5",
    );
    expect(() => createWakeDetector({ network: { ...stages, first }, patience: Number.NaN })).toThrow(RangeError);
  });
});
