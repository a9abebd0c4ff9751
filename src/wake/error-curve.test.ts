import { expect, test } from "vitest";
import { type Candidate, errorCurve } from "./error-curve.js";
import type { Recording } from "./manifest.js";

const recording: Recording = { kind: "speech", word: "", speaker: "-", source: "", licence: "", file: "a" };
const candidate = (second: number, score: number): Candidate => ({ second, score, recording });

test("the least miss rate at a number of false alarms an hour, neighbours counted once", () => {
  const curve = errorCurve([
    {
      hours: 1,
      candidates: [candidate(1, 0.9), candidate(1.1, 0.8), candidate(50, 0.5), candidate(90, 0.4)],
      positives: [0.95, 0.7, 0.45, 0.1],
    },
  ]);
  expect(curve.at(0).missRate).toBe(0.75);
  expect(curve.at(0.5).missRate).toBe(0.75);
  expect(curve.at(1)).toEqual({ threshold: 0.5, falseAlarmsPerHour: 1, missRate: 0.5 });
  expect(curve.at(2).missRate).toBe(0.25);
  expect(curve.falseAlarms(0.45)).toHaveLength(2);
});

test("streams are pooled by their hours", () => {
  const one = { hours: 1, candidates: [candidate(1, 0.9)], positives: [0.95] };
  const two = { hours: 3, candidates: [candidate(1, 0.6)], positives: [0.5, 0.7] };
  const curve = errorCurve([one, two]);
  expect(curve.at(0.25)).toEqual({ threshold: 0.6, falseAlarmsPerHour: 0.25, missRate: 1 / 3 });
  expect(curve.at(0).missRate).toBe(2 / 3);
});

test("where nothing else scored at all, every phrase that scored is heard", () => {
  expect(errorCurve([{ hours: 1, candidates: [], positives: [0.2, 1] }]).at(0.33).missRate).toBe(0);
});

test("a phrase that scored nothing at all is missed at every threshold", () => {
  expect(errorCurve([{ hours: 1, candidates: [], positives: [Number.NEGATIVE_INFINITY] }]).at(10).missRate).toBe(1);
});
