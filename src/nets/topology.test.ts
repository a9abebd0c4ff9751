import { describe, expect, test } from "vitest";
import type { Recurrence } from "../kernels/reservoir.js";
import { Reservoir } from "./reservoir.js";
import { spectralRadius } from "./spectral-radius.js";
import { blockOrthogonal, quantizedBlocks, sparseRecurrence } from "./topology-matrix.js";

/** Largest deviation of length of W x from radius * |x| over unit vectors and sums of them: 0 for radius times orthogonal. */
function deviationFromRotation(units: number, product: (x: Float32Array) => Float64Array, radius: number): number {
  let worst = 0;
  for (let trial = 0; trial < 12; trial++) {
    const x = new Float32Array(units).map((_, at) => Math.sin(at * (trial + 1)) * 0.01);
    const y = product(x);
    let before = 0;
    let after = 0;
    for (let at = 0; at < units; at++) {
      before += x[at]! ** 2;
      after += y[at]! ** 2;
    }
    worst = Math.max(worst, Math.abs(Math.sqrt(after / before) / radius - 1));
  }
  return worst;
}

/** The recurrent part of a network: what tanh is given when nothing comes in, undone for a small state. */
function recurrentProduct(reservoir: Reservoir, x: Float32Array): Float64Array {
  reservoir.setState(x);
  reservoir.stepSparse([], []);
  return Float64Array.from(reservoir.state, Math.atanh);
}

describe("topologies", () => {
  for (const topology of ["structured", "block-orthogonal", "cycle"] as const) {
    test(`${topology} is orthogonal times the radius, to 1e-6`, () => {
      const units = topology === "structured" ? 1024 : 1000;
      const reservoir = new Reservoir({ inputs: 3, topology, leakRate: 1, spectralRadius: 0.95, seed: 5 });
      expect(deviationFromRotation(units, (x) => recurrentProduct(reservoir, x), 0.95)).toBeLessThan(1e-6);
    });
  }

  test("block-orthogonal is exactly as dense as asked", () => {
    for (const blockSize of [8, 20, 100]) {
      const { matrix, order } = blockOrthogonal({ units: 1000, spectralRadius: 1, seed: 3, blockSize });
      expect(matrix.length).toBe(1000 * blockSize);
      expect(matrix.every((weight) => weight !== 0)).toBe(true);
      expect([...order].sort((a, b) => a - b)).toEqual([...order.keys()]);
    }
  });

  test("8-bit blocks keep the radius of each block to 2e-3", () => {
    const blocks = blockOrthogonal({ units: 400, spectralRadius: 0.95, seed: 1, blockSize: 100 });
    const eight = quantizedBlocks(blocks);
    if (eight.kind !== "quantized-blocks") throw new Error("expected 8-bit blocks");
    for (let block = 0; block < 4; block++) {
      const { radius } = spectralRadius(100, (result, x) => {
        for (let row = 0; row < 100; row++) {
          let sum = 0;
          const at = (block * 100 + row) * 100;
          for (let column = 0; column < 100; column++) sum += eight.matrix[at + column]! * x[column]!;
          result[row] = sum * eight.scales[block * 100 + row]! * 32767;
        }
      });
      expect(Math.abs(radius / 0.95 - 1)).toBeLessThan(2e-3);
    }
  });

  test("sparse has the radius asked for, measured by another number of Arnoldi steps", () => {
    const units = 400;
    const recurrence = sparseRecurrence({ units, spectralRadius: 0.9, seed: 2, fanIn: 40 });
    const { radius } = spectralRadius(units, (result, x) => sparseProduct(recurrence, result, x), { steps: 90 });
    expect(Math.abs(radius / 0.9 - 1)).toBeLessThan(1e-7); // its weights are stored in f32
  });
});

function sparseProduct(recurrence: Recurrence, result: Float64Array, x: Float64Array): void {
  if (recurrence.kind !== "sparse") throw new Error("expected a sparse recurrence");
  const { fanIn, columns, matrix } = recurrence;
  result.fill(0);
  for (const [link, column] of columns.entries()) {
    const first = Math.floor(link / fanIn) * 8;
    for (let row = 0; row < 8; row++) result[first + row]! += matrix[link * 8 + row]! * x[column]!;
  }
}
