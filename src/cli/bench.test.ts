import { expect, test } from "vitest";
import { TestHome } from "../../test/support/terminal.js";
import { measure, reaches } from "./bench/measuring.js";

test("mobile-ai bench --json gives a flat map of the figures that were asked for, and which missed their targets", async () => {
  const { code, stdout, stderr } = await new TestHome().run(["bench", "--json", "encode"]);
  expect(code).toBe(0);
  const { figures, missed, machine } = JSON.parse(stdout);
  expect(Object.keys(figures)).toEqual(["encode.query82_us", "encode.twin_ratio"]);
  expect(figures["encode.query82_us"]).toBeGreaterThan(0);
  expect(figures["encode.twin_ratio"]).toBeGreaterThan(1);
  expect(Array.isArray(missed)).toBe(true);
  expect(machine.node).toBe(process.version);
  expect(stderr).toContain("100 %  done");
});

test("mobile-ai bench without --json is a table with targets", async () => {
  const { code, stdout } = await new TestHome().run(["bench", "encode"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/encode\.twin_ratio +[\d.]+ +>= 3 +(?:pass|MISSED)/);
});

test("mobile-ai bench names what it can measure", async () => {
  const { code, stderr } = await new TestHome().run(["bench", "everything"]);
  expect(code).toBe(2);
  expect(stderr).toContain("expected some of reservoir, perceptron, spiking, encode, parts, question, storage");
});

test("a figure reaches its target from either side, or without one", () => {
  expect(reaches({ value: 2, target: { atMost: 2 } })).toBe(true);
  expect(reaches({ value: 2.1, target: { atMost: 2 } })).toBe(false);
  expect(reaches({ value: 1.9, target: { atLeast: 2 } })).toBe(false);
  expect(reaches({ value: 1 })).toBe(true);
});

test("twice the work takes about twice the time", () => {
  let sum = 0;
  const work = (turns: number) => (count: number) => {
    for (let index = 0; index < count * turns; index++) sum = (sum * 31 + index) | 0;
    return sum;
  };
  const [one, two] = [work(1000), work(2000)].map((batch) => measure(batch, { totalMs: 60 }).minNs);
  expect(two! / one!).toBeGreaterThan(1.3);
  expect(two! / one!).toBeLessThan(3);
});
