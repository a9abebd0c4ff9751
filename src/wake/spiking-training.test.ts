import { describe, expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import type { FeatureSegment, FeatureSet } from "./feature-set.js";
import { BANDS } from "./front-end.js";
import { decodeSpikingCheckpoint, encodeSpikingCheckpoint } from "./spiking-checkpoint.js";
import { type SpikingTrainingState, trainSpikingStage, type WakeShape } from "./spiking-training.js";
import { WakeNetwork } from "./wake-network.js";

const SHAPE: WakeShape = {
  layers: [
    { units: 24, delays: [0, 2] },
    { units: 16, delays: [0, 4, 8] },
  ],
  connectivity: 0.4,
  encoding: "direct",
};

/** A made-up language: the word is a low tone, then a high one; negatives are the same tones the other way round, or one alone. */
function feature(count: number, seed: number, word: boolean): FeatureSet {
  const random = seededRandom(seed);
  const frames = 170;
  const bytes = new Uint8Array(count * frames * BANDS);
  const segments: FeatureSegment[] = [];
  for (let index = 0; index < count; index++) {
    const first = index * frames;
    for (let at = first * BANDS; at < (first + frames) * BANDS; at++) bytes[at] = Math.floor(12 * random.next());
    const begin = 80 + Math.floor(20 * random.next());
    const tone = (from: number, band: number): void => {
      for (let frame = from; frame < from + 12; frame++)
        for (let near = band - 2; near <= band + 2; near++) bytes[(first + frame) * BANDS + near] = 90;
    };
    const kind = word ? "word" : ["backwards", "low", "high"][index % 3]!;
    if (kind !== "high") tone(kind === "backwards" ? begin + 16 : begin, 8);
    if (kind !== "low") tone(kind === "backwards" ? begin : begin + 16, 28);
    segments.push({
      ...{ kind: word ? "kw" : "speech", word: word ? "ding" : "-", speaker: `s${index}`, file: `${index}` },
      ...{ start: first, end: first + frames, wordStart: first + begin, wordEnd: first + begin + 28 },
    });
  }
  return { normalization: "pcen", bytes, segments };
}

const positives = feature(40, 1, true);
const negatives = feature(90, 2, false);

/** Highest score of each segment. */
function scores(network: WakeNetwork, { bytes, segments }: FeatureSet): number[] {
  return segments.map(({ start, end }) => {
    network.reset();
    let highest = Number.NEGATIVE_INFINITY;
    for (let frame = start; frame < end; frame++) {
      const values = Float32Array.from(bytes.subarray(frame * BANDS, (frame + 1) * BANDS), (byte) => (8 * byte) / 255);
      const score = network.logit(values);
      if (frame > start + 30) highest = Math.max(highest, score);
    }
    return highest;
  });
}

describe("trainSpikingStage", () => {
  test("learns the order of two sounds, which no sum over time could tell", { timeout: 60_000 }, async () => {
    const description = await trainSpikingStage(positives, negatives, {
      ...{ word: "ding", seed: 3, steps: 360, shape: SHAPE, lanes: 16, frames: 112, learningRate: 5e-3 },
    });
    const network = new WakeNetwork({ network: description, encoding: "direct", normalization: "pcen" });
    const right = scores(network, feature(30, 7, true)).sort((a, b) => a - b);
    const wrong = scores(network, feature(60, 8, false)).sort((a, b) => b - a);
    // at the score that a tenth of the negatives reach, four fifths of the words are found; by chance it were a tenth
    const threshold = wrong[6]!;
    expect(right.filter((score) => score > threshold).length).toBeGreaterThanOrEqual(24);
  });

  test("the same seed trains the same network, and a checkpoint goes on from where it was written", async () => {
    const options = { word: "ding", seed: 5, shape: SHAPE, lanes: 8, frames: 112 };
    let kept: SpikingTrainingState | undefined;
    const once = await trainSpikingStage(positives, negatives, {
      ...{ ...options, steps: 8 },
      onStep: ({ step, state }) => {
        if (step === 4) kept = state();
      },
    });
    expect(await trainSpikingStage(positives, negatives, { ...options, steps: 8 })).toEqual(once);
    const key = { word: "ding", seed: 5 };
    const resume = decodeSpikingCheckpoint(encodeSpikingCheckpoint(kept!, key), key);
    expect(resume).toEqual(kept);
    const steps: number[] = [];
    await trainSpikingStage(positives, negatives, {
      ...options,
      steps: 8,
      resume,
      onStep: ({ step }) => steps.push(step),
    });
    expect(steps).toEqual([5, 6, 7, 8]);
    expect(() => decodeSpikingCheckpoint(encodeSpikingCheckpoint(kept!, key), { word: "dong" })).toThrow("dong");
  });

  test("a set without the word is refused, an abort ends it", async () => {
    const options = { word: "ding", seed: 1, steps: 1000, shape: SHAPE, lanes: 8, frames: 112 };
    await expect(trainSpikingStage({ ...positives, segments: [] }, negatives, options)).rejects.toThrow(
      "the set has no recording of it",
    );
    const controller = new AbortController();
    const training = trainSpikingStage(positives, negatives, {
      ...{ ...options, signal: controller.signal },
      onStep: () => controller.abort(new Error("enough")),
    });
    await expect(training).rejects.toThrow("enough");
  });
});
