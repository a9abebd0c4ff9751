import { expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import { HOP } from "./front-end.js";
import { type Utterance, UtteranceCutter } from "./utterance-cutter.js";

/** Stretches of a level, in hops, over the noise of a quiet room. */
function cut(...stretches: readonly (readonly [hops: number, level: number])[]): Utterance[] {
  const random = seededRandom(1);
  const cutter = new UtteranceCutter();
  const found: Utterance[] = [];
  for (const [hops, level] of stretches) {
    for (let index = 0; index < hops; index++) {
      const samples = Float32Array.from({ length: HOP }, () =>
        Math.max(-1, Math.min(1, (level + 1e-4) * (2 * random.next() - 1))),
      );
      const utterance = cutter.push(samples);
      if (utterance !== undefined) found.push(utterance);
    }
  }
  return found;
}

test("two words with a pause are two recordings, with half a second around each", () => {
  const found = cut([200, 0], [60, 0.3], [150, 0], [80, 0.2], [150, 0]);
  expect(
    found.map((utterance) => utterance.kind === "good" && Math.round(utterance.samples.length / HOP / 10)),
  ).toEqual([16, 18]);
});

test("a click, a speech, a whisper and an overdriven word are told apart", () => {
  const found = cut([200, 0], [5, 0.3], [200, 0], [500, 0.3], [200, 0], [60, 0.008], [200, 0], [60, 3], [200, 0]);
  expect(found).toEqual([
    { kind: "bad", fault: "too short" },
    { kind: "bad", fault: "too long" },
    { kind: "bad", fault: "too quiet" },
    { kind: "bad", fault: "clipped" },
  ]);
});
