import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import { lifParameters } from "./lif.js";
import { SpikingNetwork, type SpikingNetworkDescription } from "./spiking-network.js";
import { QuantizedSpikingNetwork } from "./spiking-quantized.js";
import { randomSynapses, synapsesOf } from "./spiking-synapses.js";

function literal(seed: number, delays: readonly number[] = [0]): SpikingNetworkDescription {
  const neurons = { stepMs: 1, tauMemMs: 20, tauSynMs: 3, refractoryMs: 2 };
  const connectivity = 0.2 / delays.length;
  return {
    inputs: 40,
    layers: [
      {
        synapses: randomSynapses({ inputs: 40, outputs: 100, connectivity, delays, mean: 0.01, spread: 0.1, seed }),
        neurons: lifParameters({ units: 100, ...neurons }),
      },
      {
        synapses: randomSynapses({
          inputs: 100,
          outputs: 2,
          connectivity,
          delays,
          mean: 0.05,
          spread: 0.2,
          seed: seed + 1,
        }),
        neurons: lifParameters({ units: 2, ...neurons }),
      },
    ],
  };
}

describe("SpikingNetwork", () => {
  test("is the same network as a dense product at every step", () => {
    const description = literal(3, [0, 2, 5]);
    const network = new SpikingNetwork(description);
    const random = seededRandom(4);
    const { synapses, neurons } = description.layers[0]!;
    const inputs: number[][] = [];
    const membrane = new Float64Array(100);
    const current = new Float64Array(100);
    const waits = new Uint8Array(100);
    let checked = 0;
    for (let step = 0; step < 400; step++) {
      inputs.push(Array.from({ length: 40 }, () => (random.next() < 0.2 ? 1 : 0)));
      network.step(inputs[step]!);
      for (let unit = 0; unit < 100; unit++) current[unit] = current[unit]! * neurons.synapseDecay[unit]!;
      for (let from = 0; from < 40; from++)
        for (let synapse = synapses.starts[from]!; synapse < synapses.starts[from + 1]!; synapse++) {
          const to = synapses.targets[synapse]!;
          const arrived = inputs[step - synapses.delays[synapse]!]?.[from] ?? 0;
          current[to] = current[to]! + synapses.weights[synapse]! * arrived;
        }
      for (let unit = 0; unit < 100; unit++) {
        const fired = network.state(0).spikes[unit] === 1;
        if (waits[unit]! > 0) {
          waits[unit] = waits[unit]! - 1;
          expect(fired).toBe(false);
          continue;
        }
        membrane[unit] = membrane[unit]! * neurons.membraneDecay[unit]! + current[unit]!;
        if (Math.abs(membrane[unit]! - 1) > 1e-4) {
          expect(fired).toBe(membrane[unit]! >= 1);
          checked++;
        }
        if (fired) {
          membrane[unit] = 0;
          waits[unit] = 2;
        }
      }
    }
    expect(checked).toBeGreaterThan(30_000);
  });

  test("its work is the fan-out of what fired, and nothing in silence", () => {
    const network = new SpikingNetwork({
      inputs: 3,
      layers: [
        {
          synapses: synapsesOf(3, 2, [
            { from: 0, to: 0, delaySteps: 0, weight: 2 },
            { from: 0, to: 1, delaySteps: 1, weight: 0.1 },
            { from: 2, to: 1, delaySteps: 0, weight: 0.1 },
          ]),
          neurons: lifParameters({ units: 2, stepMs: 1 }),
        },
      ],
    });
    for (let step = 0; step < 100; step++) network.step([0, 0, 0]);
    expect(network.work).toEqual({ spikes: 0, synapticOperations: 0 });
    expect([...network.step([1, 0, 0])]).toEqual([1, 0]);
    expect(network.work).toEqual({ spikes: 1, synapticOperations: 2 });
    network.step([0, 0, 1]);
    expect(network.work.synapticOperations).toBe(3);
    expect(network.state(0).membrane[1]).toBeCloseTo(0.2, 6);
    network.reset();
    expect(network.work).toEqual({ spikes: 0, synapticOperations: 0 });
    expect([...network.state(0).membrane]).toEqual([0, 0]);
  });

  test("the same seed makes the same network, another another", () => {
    expect(randomSynapses({ inputs: 9, outputs: 9, connectivity: 0.5, seed: 1 })).toEqual(
      randomSynapses({ inputs: 9, outputs: 9, connectivity: 0.5, seed: 1 }),
    );
    const { weights, targets } = randomSynapses({ inputs: 40, outputs: 100, connectivity: 0.2, seed: 1 });
    // what Node 20 drew on 2026-11-23: only products, sums and comparisons, so any other runtime must too
    expect(weights.length).toBe(813);
    expect(weights[0]).toBe(0.05489407852292061);
    expect([...targets.subarray(0, 5)]).toEqual([1, 11, 13, 14, 17]);
    expect(() => randomSynapses({ inputs: 9, outputs: 9, connectivity: 0, seed: 1 })).toThrow("connectivity");
  });

  test("layers that do not fit are refused", () => {
    const [first, second] = literal(1).layers;
    expect(() => new SpikingNetwork({ inputs: 40, layers: [second!, first!] })).toThrow(
      "expected synapses (40, 2) to layer 0",
    );
    expect(() => new SpikingNetwork({ inputs: 40, layers: [] })).toThrow("at least one layer");
    expect(() => new SpikingNetwork(literal(1)).step([1])).toThrow("expected 40 inputs, got 1");
    expect(() => synapsesOf(2, 2, [{ from: 2, to: 0, delaySteps: 0, weight: 1 }])).toThrow(
      "Cannot connect neuron 2 of 2",
    );
  });
});

describe("QuantizedSpikingNetwork", () => {
  test.each([{ delays: [0] }, { delays: [0, 1, 4] }])(
    "counts the float network's spikes within 1 % over 20,000 steps, delays $delays",
    ({ delays }) => {
      const description = literal(11, delays);
      const float = new SpikingNetwork(description);
      const fixed = new QuantizedSpikingNetwork(description);
      const random = seededRandom(5);
      const counts = [0, 0];
      for (let step = 0; step < 20_000; step++) {
        const input = Array.from({ length: 40 }, () => (random.next() < 0.2 ? 1 : 0));
        for (const spike of float.step(input)) counts[0]! += spike;
        fixed.kernel.input.set(input);
        fixed.kernel.run(1);
        counts[1]! += (fixed.kernel.output[0]! & 1) + (fixed.kernel.output[0]! >> 1);
      }
      expect(counts[0]).toBeGreaterThan(500);
      // One LSB of a decay (2^-15) or a weight (2^-12) moves single spikes; rates stay (eight seeds: 0 to 0.45 %).
      expect(Math.abs(counts[1]! - counts[0]!) / counts[0]!).toBeLessThan(0.01);
      expect(Math.abs(fixed.work.spikes - float.work.spikes) / float.work.spikes).toBeLessThan(0.005);
    },
  );
});

test("no step allocates: the heap is as large after 100,000 steps as before", () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void; // what the flag exposes
  const description = literal(2, [0, 3]);
  const float = new SpikingNetwork(description);
  const fixed = new QuantizedSpikingNetwork(description).kernel;
  const input = Uint8Array.from({ length: 40 }, (_, channel) => Number(channel % 5 === 0));
  fixed.input.set(input);
  const run = (steps: number): void => {
    for (let step = 0; step < steps; step++) {
      float.step(input);
      fixed.run(1);
    }
  };
  run(20_000); // compiled, inlined and settled
  collect();
  const before = getHeapStatistics().used_heap_size;
  run(100_000);
  const grown = getHeapStatistics().used_heap_size - before;
  // a number a step would be 1.6 MB, a view 10 MB; the slack is for what the engine keeps of its own
  expect(grown).toBeLessThan(300_000);
});
