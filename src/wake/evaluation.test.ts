import { describe, expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import type { FirstStage, Verifier } from "./detector.js";
import { WakeEvaluation } from "./evaluation.js";
import { BANDS } from "./front-end.js";
import type { RecordingKind } from "./manifest.js";
import type { Sound } from "./training-set.js";

/** A tone of half a second between silences: the "word" is how high it is. */
function sound(kind: RecordingKind, word: string, hz: number, seconds = 0.5): Sound {
  const random = seededRandom(hz);
  const samples = Float32Array.from({ length: (seconds + 1) * 16_000 }, () => 1e-4 * (random.next() - 0.5));
  for (let n = 0; n < seconds * 16_000; n++) samples[8000 + n]! += 0.3 * Math.sin((2 * Math.PI * hz * n) / 16_000);
  return { recording: { kind, word, speaker: "-", source: "", licence: "", file: `${word}-${hz}` }, samples };
}

/** Hears how strong one band is. */
function band(index: number): FirstStage {
  return {
    step: (frame) => Math.min(1, frame[index]! / 2),
    reset: () => {},
    work: { spikes: 3, synapticOperations: 30 },
  };
}

/** Sees whether a band was ever strong in the window. */
function memory(index: number): Verifier {
  return {
    frames: 150,
    macs: 1000,
    run(window) {
      let most = 0;
      for (let at = index; at < window.length; at += BANDS) most = Math.max(most, window[at]!);
      return Math.min(1, most / 2);
    },
  };
}

/** The band of a tone of 1 kHz, of 40 from 60 to 7,600 Hz. */
const KILOHERTZ = 13;

function evaluated(sounds: readonly Sound[], noise?: Float32Array) {
  const evaluation = new WakeEvaluation([
    {
      normalization: "pcen",
      stages: () => ({
        phrase: "beep",
        first: band(KILOHERTZ),
        verifier: memory(KILOHERTZ),
        firstThreshold: 0.5,
        threshold: 0.5,
      }),
    },
  ]);
  for (const each of sounds) evaluation.play(each, noise);
  return { evaluation, result: evaluation.results()[0]! };
}

describe("an evaluation", () => {
  test("hits the phrase, leaves other sound alone, and counts its hours", () => {
    const { result, evaluation } = evaluated([
      sound("kw", "beep", 1000),
      sound("speech", "", 4000, 5),
      sound("kw", "other", 300),
      sound("kw", "beep", 1010),
    ]);
    expect(result.positives).toBe(4);
    expect(result.curves["pooled"]?.both?.at(0.33).missRate).toBe(0);
    expect(result.curves["clean"]?.first?.at(0.33).missRate).toBe(0);
    expect(result.hours * 3600).toBeCloseTo(2 * (6 + 1.2 + 1.5 + 1.2 - 0.6), 0);
    expect(evaluation.gated().clean).toBeGreaterThan(0.3);
    expect(result.microwatts).toBeGreaterThan(0);
    expect(result.spikesPerSecond).toBeGreaterThan(0);
  });

  test("a sound like the phrase is a false alarm, told by name, once", () => {
    const { result } = evaluated([
      sound("kw", "beep", 1000),
      sound("speech", "", 4000),
      sound("pword", "boop", 1005, 0.7),
      sound("speech", "", 300),
    ]);
    const { both } = result.curves["clean"]!;
    expect(both!.falseAlarms(0.5).map(({ word }) => word)).toEqual(["boop"]);
    expect(both!.at(0.33).missRate).toBeGreaterThanOrEqual(0);
    expect(result.verifierShare).toBeGreaterThan(0);
    expect(result.verifierRunsPerHour).toBeGreaterThan(100);
  });

  test("what still holds the phrase right after it is no false alarm", () => {
    const { result } = evaluated([
      sound("kw", "beep", 1000),
      sound("speech", "", 4000),
      sound("kw", "beep", 1000),
      sound("speech", "", 4000),
    ]);
    expect(result.curves["pooled"]?.both?.falseAlarms(0.5)).toEqual([]);
  });

  test("noise covers a phrase only in the noisy condition", () => {
    const random = seededRandom(1);
    const noise = Float32Array.from({ length: 16_000 }, () => random.next() - 0.5);
    const beep = sound("kw", "beep", 1000);
    const { result } = evaluated([beep, sound("speech", "", 4000)], noise);
    expect(Object.keys(result.curves)).toEqual(["clean", "10dB", "pooled"]);
    expect(result.curves["clean"]?.both?.at(1).missRate).toBe(0);
  });
});
