import { describe, expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import { melContract } from "./mel.contract.js";
import { createMelFilterbank, type MelFilterbank } from "./mel.js";
import type { MelPlan } from "./mel-plan.js";
import { referenceMel } from "./mel-reference.js";
import { simdMel } from "./mel-simd.js";

const simd = (plan: MelPlan): MelFilterbank => simdMel(plan)!;

describe("referenceMel", () => melContract(referenceMel));
describe("simdMel", () => melContract(simd));

test("both give the same energies to six digits", () => {
  const [ours, twin] = [createMelFilterbank({ kernels: simd }), createMelFilterbank({ kernels: referenceMel })];
  const random = seededRandom(9);
  const [a, b] = [new Float32Array(40), new Float32Array(40)];
  let worst = 0;
  for (let window = 0; window < 200; window++) {
    const samples = Float32Array.from({ length: 400 }, () => random.next() - 0.5);
    ours.run(a, samples);
    twin.run(b, samples);
    for (let band = 0; band < 40; band++) worst = Math.max(worst, Math.abs(a[band]! - b[band]!) / b[band]!);
  }
  expect(worst).toBeLessThan(1e-5);
});
