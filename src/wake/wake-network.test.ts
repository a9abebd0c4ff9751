import { describe, expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import { lifParameters } from "../nets/lif.js";
import { SpikingNetwork } from "../nets/spiking-network.js";
import { randomSynapses } from "../nets/spiking-synapses.js";
import { BANDS } from "./front-end.js";
import { SpikeEncoder } from "./spike-encoding.js";
import { decodeWakeNetwork, encodeWakeNetwork, WakeNetwork, type WakeNetworkModel } from "./wake-network.js";

function model(inputs = BANDS): WakeNetworkModel {
  const threshold = Number.POSITIVE_INFINITY;
  return {
    ...{ phrase: "computer", normalization: "pcen", encoding: "direct", threshold: 0.4, about: { seed: 1 } },
    network: {
      inputs,
      layers: [
        {
          synapses: randomSynapses({ inputs, outputs: 24, delays: [0, 2], connectivity: 0.4, mean: 0.1, seed: 1 }),
          neurons: lifParameters({ units: 24, stepMs: 10, tauMemMs: 60, tauSynMs: 10 }),
        },
        {
          synapses: randomSynapses({ inputs: 24, outputs: 1, connectivity: 1, spread: 0.4, seed: 2 }),
          neurons: lifParameters({ units: 1, stepMs: 10, tauMemMs: 100, threshold }),
        },
      ],
    },
  };
}

function frames(count: number): Float32Array[] {
  const random = seededRandom(3);
  return Array.from({ length: count }, () => Float32Array.from({ length: BANDS }, () => 4 * random.next()));
}

describe("WakeNetwork", () => {
  test("scores as the float network does", () => {
    const network = new WakeNetwork(model());
    const float = new SpikingNetwork(model().network);
    const encoder = new SpikeEncoder("direct", "pcen");
    const events = new Float32Array(BANDS);
    let difference = 0;
    let largest = 0;
    for (const frame of frames(500)) {
      encoder.encode(events, frame);
      float.step(events);
      const expected = float.state(1).membrane[0]!;
      difference += Math.abs(network.logit(frame) - expected) / 500;
      largest = Math.max(largest, Math.abs(expected));
    }
    expect(float.work.spikes).toBeGreaterThan(500);
    // a spike that comes a step late moves a score by a weight; the mean stays
    expect(difference).toBeLessThan(0.03 * largest);
    expect(network.work.spikes / float.work.spikes).toBeCloseTo(1, 1);
  });

  test("the same sound after a reset has the same scores, all between 0 and 1", () => {
    const network = new WakeNetwork(model());
    const once = frames(50).map((frame) => network.step(frame));
    network.reset();
    expect(frames(50).map((frame) => network.step(frame))).toEqual(once);
    expect(Math.min(...once)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...once)).toBeLessThanOrEqual(1);
  });

  test("a file brings it back", () => {
    const read = decodeWakeNetwork(encodeWakeNetwork(model()));
    expect({ ...read, network: 0 }).toEqual({ ...model(), network: 0 });
    expect(encodeWakeNetwork(read)).toEqual(encodeWakeNetwork(model()));
    expect(() => decodeWakeNetwork(encodeWakeNetwork(model(30)))).toThrow(
      "expected 40 inputs and 1 output, got 30 and 1",
    );
    expect(() => decodeWakeNetwork(encodeWakeNetwork(model()).subarray(0, 900))).toThrow("cut off");
  });
});

describe("SpikeEncoder", () => {
  const constant = (value: number): Float32Array => new Float32Array(BANDS).fill(value);
  const sums = (encoding: "direct" | "delta" | "rate", values: readonly number[]): number[] => {
    const encoder = new SpikeEncoder(encoding, "pcen");
    const events = new Float32Array(BANDS);
    return values.map((value) => {
      encoder.encode(events, constant(value));
      return events[7]!;
    });
  };

  test("direct is the value over its range", () => {
    expect(sums("direct", [0, 4, 8, 100])).toEqual([0, 0.5, 1, 1]);
  });

  test("delta spikes on changes alone, up and down", () => {
    const events = sums("delta", [0, 4, 4, 4, 0, 0]).map((share) => share * 8);
    expect(events[0]).toBe(0);
    const rise = events.slice(1, 4).reduce((sum, count) => sum + count, 0);
    expect(rise).toBe(16);
    // within one step of where it was
    expect(Math.abs(rise + events.slice(4).reduce((sum, count) => sum + count, 0))).toBeLessThanOrEqual(1);
  });

  test("a frame that is no number leaves nothing behind", () => {
    for (const encoding of ["direct", "delta", "rate"] as const)
      expect(sums(encoding, [Number.NaN, Number.POSITIVE_INFINITY, 0, 0])).toEqual([0, 0, 0, 0]);
  });

  test("rate spikes as often as the value says, and whole times", () => {
    const events = sums(
      "rate",
      Array.from({ length: 800 }, () => 1),
    ).map((share) => share * 8);
    expect(events.every(Number.isInteger)).toBe(true);
    expect(events.reduce((sum, count) => sum + count, 0)).toBeCloseTo(800, -1);
  });
});
