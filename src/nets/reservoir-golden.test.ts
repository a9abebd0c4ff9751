import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { referenceReservoirKernels } from "../kernels/reservoir-reference.js";
import { wasmReservoirKernels } from "../kernels/reservoir-wasm.js";
import { Reservoir } from "./reservoir.js";
import type { ReservoirOptions } from "./reservoir-options.js";

// Made by reservoir.golden.py in f64; ours keep states in f32 and take a tanh that is right to 4e-7.
const TOLERANCE = 2e-6;
const golden: Record<string, number[]> = JSON.parse(
  readFileSync(new URL("./reservoir.golden.json", import.meta.url), "utf8"),
);

const NETWORKS: readonly Pick<ReservoirOptions, "topology" | "units" | "connectivity">[] = [
  { topology: "structured", units: 64 },
  { topology: "block-orthogonal", units: 40, connectivity: 0.2 },
  { topology: "cycle", units: 40 },
];

for (const kernels of [referenceReservoirKernels, wasmReservoirKernels()]) {
  for (const network of NETWORKS) {
    test(`${network.topology} by ${kernels?.kind} steps as an independent program does`, () => {
      const reservoir = new Reservoir({
        ...network,
        ...{ inputs: 3, leakRate: 0.3, spectralRadius: 0.9, inputScaling: 0.4, bias: 0.1, seed: 5 },
        ...(kernels && { kernels }),
      });
      for (let step = 0; step < 10; step++) reservoir.step([0, 1, 2].map((k) => Math.cos(step + k)));
      const expected = golden[network.topology!]!;
      expect(expected.length).toBe(network.units);
      for (const [unit, value] of expected.entries()) {
        expect(Math.abs(reservoir.state[unit]! - value)).toBeLessThan(TOLERANCE);
      }
    });
  }
}
