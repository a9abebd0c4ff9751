import { describe, expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import { LinUcb } from "./bandit.js";

describe("LinUcb", () => {
  test("learns the ridge regression of each arm's rewards", () => {
    const random = seededRandom(1);
    const bandit = new LinUcb({ inputs: 3, arms: 2, exploration: 0, ridge: 1 });
    const rows = Array.from({ length: 50 }, () => ({
      x: [1, random.next(), random.next()],
      reward: random.next(),
    }));
    for (const { x, reward } of rows) bandit.learn(0, x, reward);
    // The normal equations hold at the solution: sum of x (reward - x w) = ridge w.
    const weights = [0, 1, 2].map((place) =>
      bandit.expected(0, [place === 0 ? 1 : 0, place === 1 ? 1 : 0, place === 2 ? 1 : 0]),
    );
    for (let place = 0; place < 3; place++) {
      let sum = 0;
      for (const { x, reward } of rows)
        sum += x[place]! * (reward - x.reduce((total, each, at) => total + each * weights[at]!, 0));
      expect(sum).toBeCloseTo(weights[place]!, 9);
    }
    expect(bandit.expected(1, [1, 0.5, 0.5])).toBe(0);
    expect(bandit.counts).toEqual([50, 0]);
  });

  test("doubts what it has not seen, and less with each reward", () => {
    const bandit = new LinUcb({ inputs: 2, arms: 1, exploration: 1 });
    const before = bandit.uncertainty(0, [1, 0]);
    bandit.learn(0, [1, 0], 0.5);
    expect(bandit.uncertainty(0, [1, 0])).toBeLessThan(before);
    expect(bandit.uncertainty(0, [0, 1])).toBe(1);
    bandit.reset();
    expect(bandit.uncertainty(0, [1, 0])).toBe(before);
    expect(bandit.expected(0, [1, 0])).toBe(0);
  });

  test("finds the better arm by trying, where greed stays with the first", () => {
    const random = seededRandom(2);
    const bandit = new LinUcb({ inputs: 2, arms: 2, exploration: 0.5 });
    let late = 0;
    for (let turn = 0; turn < 2000; turn++) {
      const x = [1, random.next() < 0.5 ? 1 : -1];
      const means = [0.5, 0.5 + 0.3 * x[1]!];
      const arm = bandit.bound(1, x) > bandit.bound(0, x) ? 1 : 0;
      bandit.learn(arm, x, random.next() < means[arm]! ? 1 : 0);
      if (turn >= 1000 && means[arm] === Math.max(...means)) late++;
    }
    expect(late).toBeGreaterThan(950);
  });

  test("refuses what is no number", () => {
    const bandit = new LinUcb({ inputs: 1, arms: 1, exploration: 0 });
    expect(() => bandit.learn(0, [1], Number.NaN)).toThrow(RangeError);
    expect(() => bandit.learn(0, [Number.POSITIVE_INFINITY], 1)).toThrow(RangeError);
    expect(() => new LinUcb({ inputs: 1, arms: 1, exploration: -1 })).toThrow(RangeError);
    expect(() => new LinUcb({ inputs: 1, arms: 1, exploration: 0, ridge: 0 })).toThrow(RangeError);
  });
});
