import { expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import { EnergyGate } from "./energy-gate.js";
import { HOP } from "./front-end.js";

function hop(level: number, random: { next(): number }): Float32Array {
  return Float32Array.from({ length: HOP }, () => level * Math.sqrt(3) * (2 * random.next() - 1));
}

test("silence and a steady hum pass nothing once the room is known, speech and what came before it pass in order", () => {
  const random = seededRandom(1);
  const gate = new EnergyGate({ preRoll: 5, hold: 10 });
  const out: Float32Array[] = [];
  const gaps: number[] = [];
  const put = (samples: Float32Array): void =>
    gate.process(samples, (each, skipped) => {
      out.push(each.slice());
      if (skipped > 0) gaps.push(skipped);
    });
  for (let index = 0; index < 100; index++) put(new Float32Array(HOP));
  for (let index = 0; index < 1000; index++) put(hop(3e-4, random));
  expect(out).toHaveLength(0);
  const before = Array.from({ length: 5 }, () => hop(3e-4, random));
  for (const samples of before) put(samples);
  const loud = hop(0.1, random);
  put(loud);
  expect(out).toEqual([...before, loud]);
  for (let index = 0; index < 50; index++) put(hop(3e-4, random));
  expect(out).toHaveLength(6 + 9);
  put(loud);
  expect(gaps).toEqual([1100, 36]);
  expect(gate.work).toEqual({ hops: 1157, passed: 21 });
});

test("a fan that starts is let through until it is the room", () => {
  const random = seededRandom(2);
  const gate = new EnergyGate();
  let passed = 0;
  for (let index = 0; index < 200; index++) gate.process(hop(1e-3, random), () => passed++);
  passed = 0;
  for (let index = 0; index < 1500; index++) gate.process(hop(1e-2, random), () => passed++);
  expect(passed).toBeGreaterThan(200);
  passed = 0;
  for (let index = 0; index < 500; index++) gate.process(hop(1e-2, random), () => passed++);
  expect(passed).toBe(0);
});
