import { describe, expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import { conformalThreshold, fitProbabilityMap, fitTemperature, mapProbability, temper } from "./calibration.js";

describe("temper", () => {
  test("leaves probabilities at temperature 1, flattens above and sharpens below, and keeps their sum", () => {
    const at = (temperature: number): Float32Array => {
      const probabilities = Float32Array.from([0.7, 0.2, 0.1]);
      temper(probabilities, temperature);
      return probabilities;
    };
    expect(at(1)).toEqual(Float32Array.from([0.7, 0.2, 0.1]));
    expect(at(2)[0]).toBeLessThan(0.7);
    expect(at(0.5)[0]).toBeGreaterThan(0.7);
    expect(at(3).reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 6);
  });
});

test("fitTemperature finds the temperature that overconfidence was made with", () => {
  const random = seededRandom(1);
  const probabilities = new Float32Array(2 * 20_000);
  const targets = new Float32Array(2 * 20_000);
  for (let row = 0; row < 20_000; row++) {
    const right = 0.5 + 0.45 * random.next();
    const said = Float32Array.from([right, 1 - right]);
    temper(said, 1 / 3); // three times too sure
    probabilities.set(said, 2 * row);
    targets[2 * row + (random.next() < right ? 0 : 1)] = 1;
  }
  expect(fitTemperature(probabilities, targets, 2)).toBeGreaterThan(2.5);
  expect(fitTemperature(probabilities, targets, 2)).toBeLessThan(3.5);
});

describe("fitProbabilityMap", () => {
  test("makes probabilities true that temperature cannot, and keeps their order", () => {
    const random = seededRandom(7);
    const said = Array.from({ length: 4000 }, () => random.next());
    const truth = (probability: number): number => 0.2 + 0.5 * probability ** 2;
    const map = fitProbabilityMap(
      said,
      said.map((each) => (random.next() < truth(each) ? 1 : 0)),
    );
    for (const each of [0.1, 0.3, 0.5, 0.7, 0.9]) {
      expect(Math.abs(mapProbability(map, each) - truth(each))).toBeLessThan(0.08);
    }
    for (let step = 0; step < 100; step++)
      expect(mapProbability(map, (step + 1) / 100)).toBeGreaterThan(mapProbability(map, step / 100));
    expect([mapProbability(map, 0), mapProbability(map, 1)]).toEqual([0, 1]);
  });

  test("is the identity where there are too few rows to know better", () => {
    const map = fitProbabilityMap([0.2, 0.8], [1, 0]);
    for (const each of [0, 0.25, 1]) expect(mapProbability(map, each)).toBeCloseTo(each, 6);
  });
});

describe("conformalThreshold", () => {
  const drawn = (seed: number, count: number): { score: number[]; regret: number[] } => {
    const random = seededRandom(seed);
    const score = Array.from({ length: count }, () => random.next());
    return { score, regret: score.map((each) => (random.next() < 0.5 * each ? 1 : 0)) };
  };

  test("keeps its promise on average over calibration sets", () => {
    let sum = 0;
    const fresh = drawn(99, 20_000);
    for (let set = 0; set < 60; set++) {
      const threshold = conformalThreshold(drawn(set, 400), { alpha: 0.05 });
      let regret = 0;
      for (const [row, score] of fresh.score.entries()) if (score < threshold) regret += fresh.regret[row]!;
      sum += regret / fresh.score.length;
    }
    expect(sum / 60).toBeLessThan(0.051);
    expect(sum / 60).toBeGreaterThan(0.04);
  });

  test("promises less when it must hold for this very set", () => {
    const rows = drawn(3, 400);
    expect(conformalThreshold(rows, { alpha: 0.1, confidence: 0.9 })).toBeLessThan(
      conformalThreshold(rows, { alpha: 0.1 }),
    );
  });

  test("serves everything where nothing is regretted, and nothing with too few rows", () => {
    expect(conformalThreshold({ score: [1, 2, 3], regret: [0, 0, 0] }, { alpha: 0.5 })).toBe(Number.POSITIVE_INFINITY);
    expect(conformalThreshold({ score: [1, 2, 3], regret: [0, 0, 0] }, { alpha: 0.1 })).toBe(Number.NEGATIVE_INFINITY);
  });

  test("keeps ties together", () => {
    const rows = { score: [1, 1, 1, 2], regret: [0, 0, 1, 0] };
    expect(conformalThreshold(rows, { alpha: 0.3 })).toBe(1);
  });

  test("refuses a promise of nothing", () => {
    expect(() => conformalThreshold({ score: [1], regret: [0] }, { alpha: 0 })).toThrow(RangeError);
  });
});
