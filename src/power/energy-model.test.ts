import { expect, test } from "vitest";
import { cpuMillijoules, DEVICE_CLASSES, milliampereHours, RADIOS, radioMillijoules } from "./energy-model.js";

test("a second of a core is its power, as much longer as the core is slower", () => {
  expect(cpuMillijoules(1e6, { milliwatts: 300, timeFactor: 2 }, 1)).toBe(600);
  expect(cpuMillijoules(1e6, { milliwatts: 300, timeFactor: 2 }, 2)).toBe(300); // measured on such a device itself
  expect(milliampereHours(3600 * 3.85, 3.85)).toBe(1);
});

test("every class says where its figures are from", () => {
  for (const { sources, core, smallCore } of Object.values(DEVICE_CLASSES)) {
    expect(sources.length).toBeGreaterThan(0);
    expect(core.milliwatts).toBeGreaterThan(smallCore.milliwatts - 1);
    expect(core.timeFactor).toBeGreaterThanOrEqual(1);
  }
});

test("a short call over LTE is nearly all tail, and ten together cost little more than one", () => {
  const use = { durationMs: 500, sentBytes: 4000, receivedBytes: 8000 };
  const one = radioMillijoules(use, RADIOS.cellular);
  expect(one.tail).toBeCloseTo(12_270.6, 1); // 11.576 s at 1060 mW
  expect(one.tail / (one.tail + one.transfer)).toBeGreaterThan(0.9);
  const apart = 10 * (one.tail + one.transfer);
  const first = radioMillijoules({ ...use, untilNextMs: 0 }, RADIOS.cellular);
  const next = radioMillijoules({ ...use, untilNextMs: 0, warm: true }, RADIOS.cellular);
  const last = radioMillijoules({ ...use, warm: true }, RADIOS.cellular);
  const together = first.transfer + first.tail + 8 * (next.transfer + next.tail) + last.transfer + last.tail;
  expect(apart / together).toBeGreaterThan(5);
});

test("Wi-Fi has hardly a tail", () => {
  const use = { durationMs: 4000, sentBytes: 8000, receivedBytes: 60_000 };
  const total = (radio: keyof typeof RADIOS) => {
    const { transfer, tail } = radioMillijoules(use, RADIOS[radio]);
    return transfer + tail;
  };
  expect(total("cellular") / total("wifi")).toBeGreaterThan(10);
});

test("bytes that cannot have moved in the time given do not make the waiting negative", () => {
  const { transfer } = radioMillijoules({ durationMs: 1, sentBytes: 0, receivedBytes: 1e6 }, RADIOS.wifi);
  expect(transfer).toBeGreaterThan(8 * 137);
});
