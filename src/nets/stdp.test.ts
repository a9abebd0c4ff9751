import { describe, expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import { lifParameters } from "./lif.js";
import { SpikingNetwork } from "./spiking-network.js";
import { synapsesOf } from "./spiking-synapses.js";
import { Stdp, type StdpOptions } from "./stdp.js";

/** Change of one weight of 0.5 for a spike at 0 that arrives after `delaySteps`, and a target's spike at `postAt`. */
function change(preAt: number, postAt: number, options: Partial<StdpOptions> = {}, delaySteps = 0): number {
  const synapses = synapsesOf(1, 1, [{ from: 0, to: 0, delaySteps, weight: 0.5 }]);
  const stdp = new Stdp(synapses, { stepMs: 1, gainPlus: 0.1, gainMinus: 0.12, tauMinusMs: 30, ...options });
  for (let step = 0; step < 100; step++) stdp.step([Number(step === preAt)], [Number(step === postAt)]);
  return synapses.weights[0]! - 0.5;
}

describe("Stdp", () => {
  test("the window: growth for before, shrinking for after, each by its exponential", () => {
    for (const lag of [0, 1, 5, 20, 60]) expect(change(10, 10 + lag)).toBeCloseTo(0.1 * Math.exp(-lag / 20), 6);
    for (const lag of [1, 5, 20, 60]) expect(change(10 + lag, 10)).toBeCloseTo(-0.12 * Math.exp(-lag / 30), 6);
  });

  test("a delay moves the window", () => {
    for (const lag of [7, 10, 30]) expect(change(10, 10 + lag, {}, 7)).toBeCloseTo(0.1 * Math.exp(-(lag - 7) / 20), 6);
    for (const lag of [0, 3, 6]) expect(change(10, 10 + lag, {}, 7)).toBeCloseTo(-0.12 * Math.exp(-(7 - lag) / 30), 6);
  });

  test("pairs sum up, and weights keep within their bounds", () => {
    for (const [dependence, most] of [
      ["additive", 1],
      ["multiplicative", 0.9999],
    ] as const) {
      const synapses = synapsesOf(1, 1, [{ from: 0, to: 0, delaySteps: 0, weight: 0.5 }]);
      const stdp = new Stdp(synapses, { stepMs: 1, gainPlus: 0.1, gainMinus: 0, dependence });
      for (let step = 0; step < 200; step++) stdp.step([1], [1]);
      expect(synapses.weights[0]).toBeLessThanOrEqual(1);
      expect(synapses.weights[0]).toBeGreaterThanOrEqual(most);
    }
    expect(change(10, 30, { dependence: "multiplicative" })).toBeCloseTo(0.5 * 0.1 * Math.exp(-1), 6);
  });

  test("a neuron finds the inputs that spike together among twice as many that do not (Song, Miller and Abbott 2000)", () => {
    const random = seededRandom(21);
    const together = 20;
    const inputs = 60;
    const list = Array.from({ length: inputs }, (_, from) => ({ from, to: 0, delaySteps: 0, weight: 0.5 }));
    const synapses = synapsesOf(inputs, 1, list);
    const neurons = lifParameters({ units: 1, stepMs: 1, tauMemMs: 10, threshold: 6 });
    const network = new SpikingNetwork({ inputs, layers: [{ synapses, neurons }] });
    const stdp = new Stdp(synapses, { stepMs: 1, gainPlus: 0.01, gainMinus: 0.012 });
    const input = new Uint8Array(inputs);
    for (let step = 0; step < 60_000; step++) {
      // all at 20 Hz; the first twenty take theirs from common events half of the time
      const event = random.next() < 0.02;
      for (let from = 0; from < inputs; from++) {
        const follows = from < together && random.next() < 0.5;
        input[from] = Number(follows ? event : random.next() < 0.02);
      }
      stdp.step(input, network.step(input));
    }
    const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(synapses.weights.subarray(0, together))).toBeGreaterThan(0.8);
    expect(mean(synapses.weights.subarray(together))).toBeLessThan(0.35);
  });

  test("bounds that are none are refused", () => {
    expect(() => change(1, 2, { lowest: 1, highest: 0 })).toThrow("weights from 1 to 0");
  });
});
