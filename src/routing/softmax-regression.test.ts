import { describe, expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import { Mlp } from "../nets/mlp.js";
import { denseRows } from "../nets/training-rows.js";
import { fitSoftmaxRegression } from "./softmax-regression.js";

describe("fitSoftmaxRegression", () => {
  // Newton's method on the same loss in numpy 2.4.6 (f64): x = (1, 0), (0, 1), (1, 1), (2, 1); label 0 1 1 0; penalty 0.5.
  // Two classes, so weights are +w and -w; the penalty counts both: 0.5 * 0.5 * 2 w^2.
  test("reaches the minimum that Newton's method reaches in another program", () => {
    const features = denseRows(Float32Array.from([1, 0, 0, 1, 1, 1, 2, 1]), 2);
    const targets = Float32Array.from([1, 0, 0, 1, 0, 1, 1, 0]);
    const layer = fitSoftmaxRegression({ features, targets }, 2, {
      penalties: Float64Array.from([0.5, 0.5]),
      tolerance: 1e-8,
    });
    const golden = { w0: 0.75210103, w1: -0.60263913, b: -0.33159 };
    expect(layer.weights[0]!).toBeCloseTo(golden.w0, 5);
    expect(layer.weights[1]!).toBeCloseTo(golden.w1, 5);
    expect(layer.weights[2]!).toBeCloseTo(-golden.w0, 5);
    expect(layer.bias[0]! - layer.bias[1]!).toBeCloseTo(2 * golden.b, 5);
  });

  test("finds what soft targets were drawn from, and shrinks with the penalty", () => {
    const random = seededRandom(5);
    const [rows, inputs] = [4000, 6];
    const values = Float32Array.from({ length: rows * inputs }, () => 2 * random.next() - 1);
    const targets = new Float32Array(3 * rows);
    for (let row = 0; row < rows; row++) {
      const scores = [values[row * inputs]!, 2 * values[row * inputs + 1]!, 0].map(Math.exp);
      const sum = scores.reduce((a, b) => a + b, 0);
      for (let output = 0; output < 3; output++) targets[3 * row + output] = scores[output]! / sum;
    }
    const data = { features: denseRows(values, inputs), targets };
    const fitted = fitSoftmaxRegression(data, 3, { penalties: new Float64Array(inputs).fill(1e-3), tolerance: 1e-7 });
    expect(fitted.weights[0]! - fitted.weights[2 * inputs]!).toBeCloseTo(1, 2);
    expect(fitted.weights[inputs + 1]! - fitted.weights[2 * inputs + 1]!).toBeCloseTo(2, 2);
    const shrunk = fitSoftmaxRegression(data, 3, { penalties: new Float64Array(inputs).fill(1e4) });
    expect(Math.max(...shrunk.weights.map(Math.abs))).toBeLessThan(0.1);
    const out = new Float32Array(3);
    new Mlp([fitted]).predict(values.subarray(0, inputs), out);
    for (let output = 0; output < 3; output++) expect(out[output]!).toBeCloseTo(targets[output]!, 2);
  });

  test("gives an input that never varies no weight, and refuses lengths that do not fit", () => {
    const features = denseRows(Float32Array.from([1, 0, 0, 0]), 2);
    const targets = Float32Array.from([1, 0, 0, 1]);
    const layer = fitSoftmaxRegression({ features, targets }, 2, { penalties: Float64Array.from([1, 1]) });
    expect([layer.weights[1], layer.weights[3]]).toEqual([0, 0]);
    expect(() => fitSoftmaxRegression({ features, targets }, 3, { penalties: new Float64Array(2) })).toThrow(
      "expected 6 targets, got 4",
    );
    expect(() => fitSoftmaxRegression({ features, targets }, 2, { penalties: new Float64Array(3) })).toThrow(
      "expected 2 penalties, got 3",
    );
  });
});
