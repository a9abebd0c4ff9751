import { describe, expect, test } from "vitest";
import { decayOf, lifParameters, lifState, stepLif } from "./lif.js";

describe("decayOf", () => {
  test("is the exponential", () => {
    for (const tau of [0.01, 0.3, 1, 5, 20, 300, 1e6]) {
      const exact = Math.exp(-1 / tau);
      expect(Math.abs(decayOf(1, tau) - exact)).toBeLessThanOrEqual(1e-13 * exact + 1e-40);
    }
    expect(decayOf(1, 0)).toBe(0);
    expect(decayOf(1, Number.POSITIVE_INFINITY)).toBe(1);
    expect(() => decayOf(1, -1)).toThrow(RangeError);
    expect(() => decayOf(1, Number.NaN)).toThrow(RangeError);
  });
});

describe("stepLif", () => {
  test("follows the exact solution of the leaky membrane between spikes", () => {
    const parameters = lifParameters({ units: 1, stepMs: 1, tauMemMs: 20, threshold: 100 });
    const state = lifState(1);
    for (let step = 0; step < 50; step++) stepLif(state, Float32Array.of(step === 0 ? 1 : 0), parameters);
    expect(state.membrane[0]).toBeCloseTo(Math.exp(-49 / 20), 6);
  });

  test("filters its input by the synapse's time constant", () => {
    const parameters = lifParameters({ units: 1, stepMs: 1, tauMemMs: 20, tauSynMs: 5, threshold: 100 });
    const state = lifState(1);
    for (let step = 0; step < 30; step++) stepLif(state, Float32Array.of(step === 0 ? 1 : 0), parameters);
    const [a, b] = [Math.exp(-1 / 20), Math.exp(-1 / 5)];
    expect(state.membrane[0]).toBeCloseTo((a ** 30 - b ** 30) / (a - b), 5);
  });

  test("fires at the rate that a constant current gives in theory", () => {
    // v reaches 1 from 0 after n steps where c (1 - a^n) / (1 - a) >= 1; then two steps of waiting
    const parameters = lifParameters({ units: 1, stepMs: 1, tauMemMs: 20, bias: 0.1, refractoryMs: 2 });
    const a = Math.exp(-1 / 20);
    const steps = Math.ceil(Math.log(1 - (1 - a) / 0.1) / Math.log(a));
    const state = lifState(1);
    let spikes = 0;
    for (let step = 0; step < 1000 * (steps + 2); step++) spikes += stepLif(state, new Float32Array(1), parameters);
    expect(spikes).toBe(1000);
  });

  test("subtracting keeps the charge above the threshold, zero loses it", () => {
    for (const [reset, left] of [
      ["zero", 0],
      ["subtract", 0.5],
    ] as const) {
      const state = lifState(1);
      expect(stepLif(state, Float32Array.of(1.5), lifParameters({ units: 1, stepMs: 1, reset }))).toBe(1);
      expect(state.membrane[0]).toBe(left);
    }
  });

  test("a neuron of its own time constants and thresholds in one layer", () => {
    const parameters = lifParameters({
      units: 3,
      stepMs: 1,
      tauMemMs: [0, 20, 1e9],
      threshold: [1, 2, Number.POSITIVE_INFINITY],
    });
    const state = lifState(3);
    for (let step = 0; step < 100; step++) stepLif(state, Float32Array.of(0.9, 0.9, 0.9), parameters);
    expect(state.membrane[0]).toBeCloseTo(0.9, 6);
    expect(state.membrane[2]).toBeCloseTo(90, 3);
  });

  test("bad parameters are refused by name", () => {
    expect(() => lifParameters({ units: 0, stepMs: 1 })).toThrow("0 neurons");
    expect(() => lifParameters({ units: 2, stepMs: 1, bias: [1] })).toThrow("expected 2 values of bias, got 1");
    expect(() => lifParameters({ units: 2, stepMs: 1, threshold: 0 })).toThrow("threshold above 0");
    expect(() => lifParameters({ units: 2, stepMs: 0 })).toThrow("step of 0 ms");
    expect(() => lifParameters({ units: 2, stepMs: 1, refractoryMs: -1 })).toThrow("refractory");
  });
});
