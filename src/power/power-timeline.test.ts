import fc from "fast-check";
import { expect, test } from "vitest";
import { ManualClock } from "../testing.js";
import { PowerController } from "./power-controller.js";
import { residencyOf, timelineOf, timelineText } from "./power-timeline.js";

const MINUTE_MS = 60_000;

async function morning(): Promise<PowerController> {
  const clock = new ManualClock({ nowMs: Date.UTC(2027, 2, 1, 7) });
  const power = new PowerController({ clock });
  await clock.advance(10 * MINUTE_MS);
  power.dispatch("visible");
  await clock.advance(20 * MINUTE_MS);
  power.dispatch("wakeWord");
  await clock.advance(8000);
  await clock.advance(30 * MINUTE_MS);
  return power;
}

test("the states of a morning, printed", async () => {
  const power = await morning();
  const fromMs = Date.UTC(2027, 2, 1, 7);
  const segments = timelineOf(power.changes, { fromMs, toMs: fromMs + 90 * MINUTE_MS, state: "sleep" });
  expect(segments.map(({ state, event }) => [state, event])).toEqual([
    ["sleep", undefined],
    ["listening", "visible"],
    ["active", "wakeWord"],
    ["listening", "timeout"],
    ["sleep", "timeout"],
  ]);
  expect(timelineText(segments)).toBe(
    `07:00  ${".".repeat(10)}${"-".repeat(20)}#${"-".repeat(29)}\n08:00  -${".".repeat(29)}`,
  );
});

test("without a change it is one stretch, and a clock set back makes none of negative length", () => {
  expect(timelineOf([], { fromMs: 0, toMs: 5, state: "listening" })).toEqual([
    { state: "listening", fromMs: 0, toMs: 5 },
  ]);
  const back = timelineOf(
    [
      { atMs: 50, from: "sleep", to: "active", event: "wakeWord" },
      { atMs: 20, from: "active", to: "listening", event: "silence" },
    ],
    { fromMs: 0, toMs: 100, state: "sleep" },
  );
  expect(back.every(({ fromMs, toMs }) => toMs > fromMs)).toBe(true);
  expect(residencyOf(back)).toEqual({ sleep: 50, listening: 50, active: 0 });
});

test("agrees with the controller's own residency", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(fc.constantFrom("wakeWord", "silence", "visible", "hidden"), fc.nat(3_000_000)), {
        maxLength: 30,
      }),
      async (steps) => {
        const clock = new ManualClock();
        const fromMs = clock.nowMs();
        const power = new PowerController({ clock });
        for (const step of steps) {
          if (typeof step === "number") await clock.advance(step);
          else power.dispatch(step as "wakeWord"); // one of the four, all of them events
        }
        const segments = timelineOf(power.changes, { fromMs, toMs: clock.nowMs(), state: "sleep" });
        expect(residencyOf(segments)).toEqual(power.residencyMs());
      },
    ),
  );
});
