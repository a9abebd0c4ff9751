import { expect, test } from "vitest";
import { lifParameters } from "./lif.js";
import { spikingFileParts, spikingNetworkOf } from "./spiking-file.js";
import type { SpikingNetworkDescription } from "./spiking-network.js";
import { randomSynapses, synapsesOf } from "./spiking-synapses.js";
import { decodeWeights, encodeWeights, type WeightsFile } from "./weights-file.js";

const description: SpikingNetworkDescription = {
  inputs: 40,
  layers: [
    {
      synapses: randomSynapses({ inputs: 40, outputs: 93, delays: [0, 3, 6], connectivity: 0.3, seed: 1 }),
      neurons: lifParameters({ units: 93, stepMs: 10, tauMemMs: 50, tauSynMs: 20, bias: 0.1, refractoryMs: 20 }),
    },
    {
      synapses: randomSynapses({ inputs: 93, outputs: 1, connectivity: 1, seed: 2 }),
      neurons: lifParameters({ units: 1, stepMs: 10, threshold: Number.POSITIVE_INFINITY, reset: "subtract" }),
    },
  ],
};

function file(change: Partial<WeightsFile> = {}): WeightsFile {
  return decodeWeights(encodeWeights({ kind: "test", ...spikingFileParts(description), ...change }));
}

test("a network comes back from its file, weights within half a step", () => {
  const read = spikingNetworkOf(file());
  for (const [index, { synapses, neurons }] of read.layers.entries()) {
    const original = description.layers[index]!;
    expect(neurons).toEqual(original.neurons);
    expect({ ...synapses, weights: 0 }).toEqual({ ...original.synapses, weights: 0 });
    for (const [synapse, weight] of synapses.weights.entries())
      expect(Math.abs(weight - original.synapses.weights[synapse]!)).toBeLessThanOrEqual(0.5 / 127 + 1e-6);
  }
  expect(spikingFileParts(read)).toEqual(spikingFileParts(description));
});

test("a synapse takes about one and a half bytes", () => {
  const bytes = encodeWeights({ kind: "test", ...spikingFileParts(description) }).length;
  const synapses = description.layers.reduce((sum, layer) => sum + layer.synapses.weights.length, 0);
  const perNeuron = 5 * 4 * 94;
  expect((bytes - perNeuron) / synapses).toBeLessThan(1.75);
});

test("tables that are no network are refused", () => {
  const { meta, tables } = spikingFileParts(description);
  expect(() => spikingNetworkOf(file({ meta: {} }))).toThrow("expected inputs and layers");
  expect(() => spikingNetworkOf(file({ meta: { ...meta, layers: [{ units: 93 }] } }))).toThrow("layer 0");
  const short = { ...tables, weights0: { shape: [2], values: new Int8Array(2) } };
  expect(() => spikingNetworkOf(file({ tables: short }))).toThrow("weights of layer 0, got 2");
  const { bias1: _, ...without } = tables;
  expect(() => spikingNetworkOf(file({ tables: without }))).toThrow("bias1");
  const twice = synapsesOf(
    1,
    1,
    [1, 2].map((weight) => ({ from: 0, to: 0, delaySteps: 0, weight })),
  );
  const layers = [{ synapses: twice, neurons: lifParameters({ units: 1, stepMs: 1 }) }];
  expect(() => spikingFileParts({ inputs: 1, layers })).toThrow("two synapses");
});
