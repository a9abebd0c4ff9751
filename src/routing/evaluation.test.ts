import { describe, expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import {
  areaUnderRoc,
  brierScore,
  calibrationError,
  cascadeCost,
  costQualityCurve,
  gainInterval,
  type JudgedScores,
  realisedRegret,
  routingGain,
} from "./evaluation.js";

/** Rows where a high score says that the local model fails; the same numbers as in the program that made the goldens. */
function drawn(seed: number, count: number): JudgedScores {
  const random = seededRandom(seed);
  const rows = { score: new Float64Array(count), local: new Float64Array(count), remote: new Float64Array(count) };
  for (let row = 0; row < count; row++) {
    const difficulty = random.next();
    rows.score[row] = difficulty * 0.5 + random.next() * 0.5;
    rows.local[row] = random.next() > difficulty ? 1 : 0;
    rows.remote[row] = random.next() > 0.2 + 0.1 * difficulty ? 1 : 0;
  }
  return rows;
}

describe("routingGain", () => {
  // numpy 2.4.6: np.quantile at deciles, np.trapezoid, np.interp. The small sets have curves that fall, where np.interp's
  // own search matters. Our jitter of 1e-9 moves no row over a threshold here, so the tolerance is rounding.
  test.each([
    [1, 300, 0.725, 26.363636363636346, 48.75000000000001],
    [2, 41, 1.5853658536585384, 4.065040650406491, 6.5040650406503975],
    [3, 1000, 0.6712454212454216, 29.124999999999986, 53.35483870967742],
    [4, 25, 0.5879999999999999, 46, 68],
    [5, 60, 0.6187500000000005, 34.999999999999986, 59.60000000000001],
  ])("equals numpy on set %i of %i rows", (seed, count, apgr, cpt50, cpt80) => {
    const gain = routingGain(drawn(seed, count));
    expect(gain.apgr).toBeCloseTo(apgr, 9);
    expect(gain.cpt50).toBeCloseTo(cpt50, 9);
    expect(gain.cpt80).toBeCloseTo(cpt80, 9);
  });

  test("gives a constant score what chance gives, thanks to the jitter", () => {
    const rows = drawn(6, 5000);
    const gain = routingGain({ ...rows, score: new Float64Array(5000) });
    expect(Math.abs(gain.apgr - 0.5)).toBeLessThan(0.05);
  });

  test("begins with the local model and ends with the remote one", () => {
    const curve = costQualityCurve(drawn(7, 500));
    expect(curve[0]?.remoteShare).toBe(0);
    expect(curve.at(-1)?.remoteShare).toBe(1);
    expect(curve).toHaveLength(11);
  });

  test("refuses no rows", () => {
    expect(() => routingGain({ score: [], local: [], remote: [] })).toThrow("Cannot evaluate a router: got no rows");
  });

  test("has an interval around it", () => {
    const rows = drawn(8, 600);
    const { low, high } = gainInterval(rows, { rounds: 100 });
    const { apgr } = routingGain(rows);
    expect(low).toBeLessThan(apgr);
    expect(high).toBeGreaterThan(apgr);
    expect(gainInterval(rows, { rounds: 100 })).toEqual({ low, high });
  });
});

test("areaUnderRoc counts pairs, ties half", () => {
  const random = seededRandom(9);
  const score = Array.from({ length: 60 }, () => Math.floor(random.next() * 8));
  const positive = score.map((each) => random.next() * 8 < each);
  let wins = 0;
  let pairs = 0;
  for (const [a, isPositive] of positive.entries()) {
    for (const [b, isOther] of positive.entries()) {
      if (!isPositive || isOther) continue;
      pairs++;
      wins += score[a]! > score[b]! ? 1 : score[a] === score[b] ? 0.5 : 0;
    }
  }
  expect(areaUnderRoc(score, positive)).toBeCloseTo(wins / pairs, 12);
});

test("calibrationError and brierScore are zero for a perfect prophet and grow with overconfidence", () => {
  expect(calibrationError([0, 1, 1], [0, 1, 1])).toBe(0);
  expect(calibrationError([0.9, 0.9, 0.9, 0.9], [1, 1, 0, 0])).toBeCloseTo(0.4, 12);
  expect(calibrationError([0.5, 0.5, 0.5, 0.5], [1, 1, 0, 0])).toBe(0);
  expect(brierScore([0.5, 1], [1, 0])).toBe(0.625);
});

test("realisedRegret counts what the remote model would have done better, among the rows served locally", () => {
  const rows = { score: [0.1, 0.2, 0.3, 0.9], local: [1, 0, 0, 0], remote: [0, 1, 0, 1] };
  expect(realisedRegret(rows, 0.5)).toEqual({ regret: 0.25, localShare: 0.75 });
  expect(realisedRegret(rows, 0)).toEqual({ regret: 0, localShare: 0 });
});

describe("cascadeCost", () => {
  const rows = {
    prior: [0.9, 0.1, 0.2, 0.3],
    score: [0, 0.9, 0.1, 0.8],
    local: [0, 0, 1, 1],
    remote: [1, 1, 1, 1],
  };

  test("counts direct and escalated calls, and calls only the escalated ones wasted", () => {
    expect(cascadeCost(rows, { directShare: 0.25, gap: 1 })).toEqual({
      directShare: 0.25,
      remoteShare: 0.5,
      wastedShare: 0.25,
    });
    expect(cascadeCost(rows, { directShare: 0, gap: 0.5 })).toEqual({
      directShare: 0,
      remoteShare: 0.25,
      wastedShare: 0.25,
    });
  });

  test("says when the gap cannot be recovered", () => {
    const worse = { prior: [0.9, 0.1], score: [0.9, 0.1], local: [1, 0], remote: [0, 1] };
    expect(cascadeCost({ ...worse, remote: [0, 2] }, { directShare: 0.5, gap: 3 })).toBeUndefined();
  });
});
