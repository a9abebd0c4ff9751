import { expect, test } from "vitest";
import type { EnergyEntry } from "./energy-ledger.js";
import { DEVICE_CLASSES, RADIOS } from "./energy-model.js";
import { summarizeEnergy } from "./energy-summary.js";

const phone = { device: DEVICE_CLASSES.phone, radio: RADIOS.cellular, hereFactor: 1 };

function entry(fields: Partial<EnergyEntry>): EnergyEntry {
  return { atMs: 0, route: "local", cpuUs: {}, sentBytes: 0, networkMs: 0, ...fields };
}

test("adds up parts, and keeps a local model's own work apart", () => {
  const summary = summarizeEnergy(
    [
      entry({ cpuUs: { rules: 100, "generate/device-skills": 50, program: 1000 } }),
      entry({ cpuUs: { rules: 100, "generate/llama.cpp:tiny": 1e6 } }),
      entry({ atMs: 1e6, route: "remote", cpuUs: { "generate/openai:x": 400 }, sentBytes: 900, networkMs: 3000 }),
    ],
    phone,
  );
  expect(summary).toMatchObject({ questions: 3, byRoute: { local: 2, remote: 1 }, cpuUs: 1650 });
  expect(Object.keys(summary.parts)).toEqual(["rules", "engine", "program", "radio", "radio tail"]);
  expect(summary.localGenerationMj).toBeCloseTo(3.6 * phone.device.core.milliwatts, 6);
  expect(summary.totalMj).toBeLessThan(20_000);
  expect(summary.parts["radio tail"]).toBeCloseTo(12_270.6, 1);
});

test("a tail that the next request cuts short is paid only once", () => {
  const use = (atMs: number) => entry({ atMs, route: "remote", sentBytes: 100, networkMs: 1000 });
  const apart = summarizeEnergy([use(0), use(60_000)], phone).parts["radio tail"]!;
  const together = summarizeEnergy([use(0), use(1500)], phone).parts["radio tail"]!;
  expect(apart).toBeCloseTo(2 * 12_270.56, 1);
  expect(together).toBeCloseTo(12_270.6 + 530, 1);
});
