import { expect, test } from "vitest";
import { createDenseKernels, type DenseKernels } from "./dense.js";
import { referenceDense } from "./dense-reference.js";
import { createInt7Kernels, type Int7Kernels, referenceInt7 } from "./int7.js";
import { createLinearAlgebra, type LinearAlgebraKernels } from "./linear-algebra.js";
import { referenceLinearAlgebra } from "./linear-algebra-reference.js";
import { createMelFilterbank } from "./mel.js";
import { referenceMel } from "./mel-reference.js";

/** Time of the second over that of the first, each the least of fifteen turns taken alternately. */
function ratio(fast: () => void, slow: () => void): number {
  const best = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let turn = 0; turn < 15; turn++) {
    for (const [place, work] of [fast, slow].entries()) {
      const began = performance.now();
      work();
      best[place] = Math.min(best[place]!, performance.now() - began);
    }
  }
  return best[1]! / best[0]!;
}

// Measured 5 to 40 times (2-core EPYC, Node 20.20.2, 2026-11-23); asked for is what a crowded machine still gives.

test("the dense products leave their twin far behind", () => {
  const work = (kernels: DenseKernels): (() => void) => {
    const [out, matrix, x] = [kernels.arena.f32(100), kernels.arena.f32(100 * 384), kernels.arena.f32(384)];
    return () => {
      for (let step = 0; step < 30; step++) kernels.matvec(out, matrix, x);
    };
  };
  expect(ratio(work(createDenseKernels(200_000)), work(referenceDense(200_000)))).toBeGreaterThan(2);
});

test("the 7-bit products leave their twin far behind", () => {
  const work = (kernels: Int7Kernels): (() => void) => {
    const [out, matrix, x] = [kernels.arena.i32(100), kernels.arena.i8(100 * 384), kernels.arena.u8(384)];
    return () => {
      for (let step = 0; step < 30; step++) kernels.matvec(out, matrix, x);
    };
  };
  expect(ratio(work(createInt7Kernels(60_000)), work(referenceInt7(60_000)))).toBeGreaterThan(4);
});

test("the rank-one update and the product of a symmetric matrix leave their twins behind", () => {
  const work = (kernels: LinearAlgebraKernels): (() => void) => {
    const [matrix, x, out] = [kernels.arena.f64(200 * 200), kernels.arena.f64(200), kernels.arena.f64(200)];
    return () => {
      for (let step = 0; step < 10; step++) {
        kernels.rankOne(matrix, 200, x, 0.5);
        kernels.symmetricTimes(out, matrix, 200, x);
      }
    };
  };
  expect(ratio(work(createLinearAlgebra(400_000)), work(referenceLinearAlgebra(400_000)))).toBeGreaterThan(1.5);
});

test("the mel filterbank leaves its twin behind", () => {
  const work = (bank: ReturnType<typeof createMelFilterbank>): (() => void) => {
    const [energies, samples] = [new Float32Array(40), new Float32Array(400).fill(0.1)];
    return () => {
      for (let step = 0; step < 30; step++) bank.run(energies, samples);
    };
  };
  expect(ratio(work(createMelFilterbank()), work(createMelFilterbank({ kernels: referenceMel })))).toBeGreaterThan(2);
});
