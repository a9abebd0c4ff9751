import { describe, expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import { LeastMeanSquares } from "./least-mean-squares.js";
import { RecursiveLeastSquares } from "./recursive-least-squares.js";
import { fitRidge } from "./ridge.js";

const INPUTS = 21;
const OUTPUTS = 3;

function stream(rows: number, seed = 1) {
  const random = seededRandom(seed);
  const truth = Float64Array.from({ length: INPUTS * OUTPUTS }, () => random.next() - 0.5);
  const states = Float32Array.from({ length: rows * INPUTS }, () => random.next() - 0.5);
  const targets = new Float64Array(rows * OUTPUTS);
  const state = (row: number): Float32Array => states.subarray(row * INPUTS, (row + 1) * INPUTS);
  const target = (row: number): Float64Array => targets.subarray(row * OUTPUTS, (row + 1) * OUTPUTS);
  for (let row = 0; row < rows; row++) {
    for (let output = 0; output < OUTPUTS; output++) {
      target(row)[output] = state(row).reduce((sum, value, input) => sum + value * truth[output * INPUTS + input]!, 0);
    }
  }
  return { truth, states, targets, state, target };
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let worst = 0;
  for (let at = 0; at < a.length; at++) worst = Math.max(worst, Math.abs(a[at]! - b[at]!));
  return worst;
}

describe("RecursiveLeastSquares", () => {
  test("is the ridge regression of the rows so far, after each of them", () => {
    const { states, targets, state, target } = stream(60);
    const online = new RecursiveLeastSquares({ inputs: INPUTS, outputs: OUTPUTS, bias: false, lambda: 0.01 });
    for (let row = 0; row < 60; row++) {
      online.step(state(row), target(row));
      const rows = {
        states: states.subarray(0, (row + 1) * INPUTS),
        targets: targets.subarray(0, (row + 1) * OUTPUTS),
      };
      const whole = fitRidge(
        { inputs: INPUTS, outputs: OUTPUTS, ...rows },
        { lambda: 0.01, scale: "absolute", bias: false },
      );
      expect(largestDifference(online.readout().weights, whole.weights)).toBeLessThan(1e-10);
    }
    expect(online.resets).toBe(0);
  });

  test("follows a readout that changes, when it may forget", () => {
    const [before, after] = [stream(500, 1), stream(500, 2)];
    const errors = [1, 0.98].map((forgetting) => {
      const online = new RecursiveLeastSquares({ inputs: INPUTS, outputs: OUTPUTS, forgetting });
      for (let row = 0; row < 500; row++) online.step(before.state(row), before.target(row));
      for (let row = 0; row < 400; row++) online.step(after.state(row), after.target(row));
      return largestDifference(online.readout().weights, after.truth);
    });
    expect(errors[0]).toBeGreaterThan(0.1);
    expect(errors[1]).toBeLessThan(1e-3);
  });

  test("stays sound over 10,000 steps of forgetting that excite one direction only", () => {
    const online = new RecursiveLeastSquares({ inputs: INPUTS, outputs: 1, forgetting: 0.95 });
    const state = new Float32Array(INPUTS).fill(0.3);
    for (let row = 0; row < 10_000; row++) online.step(state, [2]);
    const out = new Float64Array(1);
    online.predict(out, state);
    expect(out[0]).toBeCloseTo(2, 6);
    state[3] = -1; // a direction never seen is learnt at once, and the weights stay finite
    for (let row = 0; row < 50; row++) online.step(state, [-1]);
    online.predict(out, state);
    expect(out[0]).toBeCloseTo(-1, 3);
    expect(online.readout().weights.every(Number.isFinite)).toBe(true);
  });

  test("refuses a row that is none, and is as before it", () => {
    const online = new RecursiveLeastSquares({ inputs: 2, outputs: 1 });
    online.step([1, 2], [3]);
    const before = online.readout();
    expect(() => online.step([1, Number.NaN], [3])).toThrow(/not finite/);
    expect(() => online.step([1e300, 1], [3])).toThrow(/too large to be squared/);
    expect(() => online.step([1, 2], [Number.NEGATIVE_INFINITY])).toThrow(/not finite/);
    expect(() => online.step([1, 2, 3], [3])).toThrow(/expected 2 values, got 3/);
    expect(online.readout()).toEqual(before);
    expect(() => new RecursiveLeastSquares({ inputs: 2, outputs: 1, forgetting: 0 })).toThrow(RangeError);
    expect(() => new RecursiveLeastSquares({ inputs: 2, outputs: 1, lambda: 0 })).toThrow(RangeError);
    expect(() => new RecursiveLeastSquares({ inputs: 2.5, outputs: 1 })).toThrow(RangeError);
  });
});

describe("LeastMeanSquares", () => {
  test("comes to the readout that made the targets, bias included", () => {
    const { state, target, truth } = stream(4000);
    const online = new LeastMeanSquares({ inputs: INPUTS, outputs: OUTPUTS });
    let error = 0;
    for (let row = 0; row < 4000; row++) {
      const shifted = target(row).map((value) => value + 1);
      error = online.step(state(row), shifted);
    }
    expect(error).toBeLessThan(1e-12);
    expect(largestDifference(online.readout().weights, truth)).toBeLessThan(1e-6);
    expect(largestDifference(online.readout().bias, [1, 1, 1])).toBeLessThan(1e-6);
  });

  test("learns at any scale of its inputs when normalised", () => {
    for (const scale of [1e-3, 1e3]) {
      const { state, target } = stream(3000);
      const online = new LeastMeanSquares({ inputs: INPUTS, outputs: OUTPUTS, bias: false });
      let error = 0;
      for (let row = 0; row < 3000; row++) {
        error = online.step(
          state(row).map((value) => value * scale),
          target(row),
        );
      }
      expect(error).toBeLessThan(1e-5);
    }
  });

  test("one plain step goes down the gradient of the squared error by its rate", () => {
    const online = new LeastMeanSquares({ inputs: 2, outputs: 1, bias: false, rate: 0.25, normalised: false });
    expect(online.step([1, -2], [4])).toBe(16);
    expect(online.readout().weights).toEqual(Float64Array.of(1, -2));
    expect(() => new LeastMeanSquares({ inputs: 2, outputs: 1, rate: 2 })).toThrow(/below 2/);
  });
});
