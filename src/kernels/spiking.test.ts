import { expect, test } from "vitest";
import { fill, randomTables, spikingContract } from "./spiking.contract.js";
import { createSpikingKernel, type SpikingKernel, type SpikingTables } from "./spiking.js";
import { createSpikingReference } from "./spiking-reference.js";
import { createSpikingSimd } from "./spiking-simd.js";

const simd = (tables: SpikingTables, steps: number): SpikingKernel => createSpikingSimd(tables, steps)!;
spikingContract("the plain spiking kernel", createSpikingReference);
spikingContract("the vector spiking kernel", simd);

test("both kernels agree to the bit on networks of every kind", () => {
  const shapes = [
    [1, 1],
    [40, 100, 2],
    [7, 9, 8, 1],
    [130, 65, 64, 7],
    [16, 200],
  ];
  for (let seed = 0; seed < 40; seed++) {
    const kind = seed % 2 === 0 ? "spikes" : "currents";
    const tables = randomTables(seed, shapes[seed % shapes.length]!, seed % 3 === 0 ? 0 : seed % 7, kind);
    const [twin, fast] = [createSpikingReference(tables, 100), simd(tables, 100)];
    for (const kernel of [twin, fast]) fill(kernel, tables, 100, seed);
    for (let call = 0; call < 3; call++) {
      twin.run(100);
      fast.run(100);
      expect(fast.output).toEqual(twin.output);
      const { outputStride } = fast;
      const units = tables.layers[tables.layers.length - 1]!.units;
      for (let step = 0; step < 100; step++)
        expect([...fast.membrane.subarray(step * outputStride, step * outputStride + units)]).toEqual([
          ...twin.membrane.subarray(step * outputStride, step * outputStride + units),
        ]);
      for (let layer = 0; layer < tables.layers.length; layer++) {
        expect(fast.spikeCount(layer)).toBe(twin.spikeCount(layer));
        expect(fast.operationCount(layer)).toBe(twin.operationCount(layer));
        expect([...fast.layerSpikes(layer)].slice(0, 1)).toEqual([...twin.layerSpikes(layer)].slice(0, 1));
      }
    }
  }
});

test("tables that do not fit are refused by name", () => {
  const tables = randomTables(1, [4, 5], 2, "spikes");
  const [layer] = tables.layers;
  const broken =
    (change: object): (() => unknown) =>
    () =>
      createSpikingKernel({ ...tables, layers: [{ ...layer!, ...change }] }, 1);
  expect(broken({ bias: new Int16Array(3) })).toThrow("expected 5 values of bias in layer 0, got 3");
  expect(broken({ rowStarts: new Uint32Array(2) })).toThrow("expected 5 row starts in layer 0, got 2");
  expect(broken({ maxDelay: 0 })).toThrow(RangeError);
  expect(broken({ threshold: new Int16Array(5) })).toThrow("a threshold below 1 in layer 0");
  expect(() => createSpikingKernel({ ...tables, layers: [] }, 1)).toThrow("at least one layer");
  expect(() => createSpikingKernel(tables, 0)).toThrow("0 steps");
});
