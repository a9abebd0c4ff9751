import { expect, test } from "vitest";
import { arithmeticMicrowatts, cpuMicrowatts } from "./listening-cost.js";

test("silence costs nothing, and each part adds its own", () => {
  const nothing = { frames: 0, synapticOperations: 0, verifierRuns: 0, verifierMacs: 2_500_000 };
  expect(arithmeticMicrowatts(nothing)).toBe(0);
  expect(arithmeticMicrowatts({ ...nothing, synapticOperations: 1_000_000 })).toBeCloseTo(2.6, 6);
  expect(arithmeticMicrowatts({ ...nothing, verifierRuns: 1 })).toBeCloseTo(17.75, 6);
  expect(arithmeticMicrowatts({ ...nothing, frames: 100 })).toBeCloseTo(9.585, 6);
});

test("a core busy for one percent at 200 mW draws 2 mW", () => {
  expect(cpuMicrowatts(10_000, 200)).toBeCloseTo(2000, 6);
});
