import { expect, test } from "vitest";
import { PowerController } from "./power-controller.js";
import { SimulatedClock } from "./simulated-clock.js";

test("what sleeps wakes at its own moment, in order, also what falls asleep on the way", async () => {
  const clock = new SimulatedClock(1000);
  const woken: number[] = [];
  const tick = async (): Promise<void> => {
    await clock.sleep(300);
    woken.push(clock.nowMs());
    if (woken.length < 4) void tick();
  };
  void tick();
  void clock.sleep(500).then(() => woken.push(clock.nowMs()));
  const stop = new AbortController();
  const never = clock.sleep(100, { signal: stop.signal });
  stop.abort(new Error("stopped"));
  await expect(never).rejects.toThrow("stopped");
  await clock.advanceTo(2000);
  expect(woken).toEqual([1300, 1500, 1600, 1900]);
  await clock.advanceTo(1500);
  expect(clock.monotonicMs()).toBe(2000);
});

test("a controller runs through its states in one move", async () => {
  const clock = new SimulatedClock(0);
  const power = new PowerController({ clock });
  power.dispatch("wakeWord");
  await clock.advanceTo(3_600_000);
  expect(power.residencyMs()).toEqual({ active: 8000, listening: 1_800_000, sleep: 1_792_000 });
});
