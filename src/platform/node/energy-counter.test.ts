import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { ManualClock } from "../../testing.js";
import { energyCounter, measureCoreMilliwatts } from "./energy-counter.js";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "mobile-ai-energy-"));
  return () => rmSync(root, { recursive: true });
});

function put(path: string, text: string | number): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), `${text}\n`);
}

function rapl(domain: string, microjoules: number): void {
  put(`sys/class/powercap/intel-rapl:${domain}/energy_uj`, microjoules);
  put(`sys/class/powercap/intel-rapl:${domain}/max_energy_range_uj`, 1_000_000);
}

test("RAPL adds up the packages, not their parts, and goes on when a counter begins again", async () => {
  rapl("0", 100_000);
  rapl("0:0", 50_000);
  rapl("1", 990_000);
  const counter = await energyCounter({ clock: new ManualClock(), root });
  expect(counter?.name).toBe("RAPL");
  rapl("0", 150_000);
  rapl("0:0", 90_000);
  rapl("1", 20_000);
  expect(await counter?.millijoules()).toBe(50 + 30);
  rmSync(join(root, "sys/class/powercap/intel-rapl:1/energy_uj"));
  expect(await counter?.millijoules()).toBeUndefined();
});

test("without RAPL the battery's power counts while it discharges, and without either there is none", async () => {
  const clock = new ManualClock();
  expect(await energyCounter({ clock, root })).toBeUndefined();
  put("sys/class/power_supply/BAT0/type", "Battery");
  put("sys/class/power_supply/BAT0/status", "Discharging");
  put("sys/class/power_supply/BAT0/power_now", 5_000_000);
  const counter = await energyCounter({ clock, root });
  await clock.advance(2000);
  expect(await counter?.millijoules()).toBe(10_000);
  put("sys/class/power_supply/BAT0/status", "Charging");
  expect(await counter?.millijoules()).toBeUndefined();
});

test("a busy core is what is drawn beyond rest", async () => {
  const clock = new ManualClock();
  let microjoules = 0;
  const counter = {
    name: "RAPL",
    windowMs: 300,
    millijoules: async () => {
      const sum = microjoules / 1000;
      microjoules = 0;
      return sum;
    },
  };
  const resting = {
    nowMs: () => clock.nowMs(),
    monotonicMs: () => clock.monotonicMs(),
    sleep: async (ms: number) => {
      microjoules += ms * 2000; // 2 W
      await clock.advance(ms);
    },
  };
  const work = (): void => {
    microjoules += 10 * 7000; // 7 W
    void clock.advance(10);
  };
  expect(await measureCoreMilliwatts(counter, { clock: resting, work })).toBeCloseTo(5000, 6);
  const disturbed = {
    ...resting,
    sleep: async (ms: number) => {
      microjoules += ms * 9000; // somebody else was at work
      await clock.advance(ms);
    },
  };
  expect(await measureCoreMilliwatts(counter, { clock: disturbed, work })).toBeUndefined();
});
