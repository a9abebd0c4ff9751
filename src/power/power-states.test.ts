import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ManualClock } from "../testing.js";
import { type PowerChange, PowerController } from "./power-controller.js";
import { nextState, POWER_STATES, type PowerEvent, TRANSITIONS, timeoutOf } from "./power-states.js";

const EVENTS: readonly PowerEvent[] = [
  ...new Set([
    ...POWER_STATES.flatMap((state) => Object.keys(TRANSITIONS[state]) as PowerEvent[]), // the keys are events by their type
    "queryDone" as const,
    "chargerRemoved" as const,
  ]),
];

describe("power states", () => {
  test("a phrase or a person makes it active, quiet brings it back to listening, a long idle to sleep", () => {
    for (const state of POWER_STATES) {
      expect(nextState(state, "wakeWord")).toBe("active");
      expect(nextState(state, "userInput")).toBe("active");
    }
    expect(nextState("active", "silence")).toBe("listening");
    expect(nextState("listening", "silence")).toBe("listening");
    expect(nextState("listening", "timeout")).toBe("sleep");
    expect(nextState("sleep", "timeout")).toBe("sleep");
  });

  test("heat, a lost microphone and a hidden page end listening, never an answer at once", () => {
    for (const event of ["thermalCritical", "microphoneLost", "hidden"] as const) {
      expect(nextState("listening", event)).toBe("sleep");
      expect(nextState("active", event)).not.toBe("sleep");
    }
  });

  test("from every state every other can be reached, and sleep has no timeout", () => {
    for (const start of POWER_STATES) {
      const reached = new Set([start]);
      for (let size = 0; size < reached.size; ) {
        size = reached.size;
        for (const state of [...reached]) for (const event of EVENTS) reached.add(nextState(state, event));
      }
      expect(reached.size).toBe(3);
    }
    expect(timeoutOf("sleep", { charging: false })).toBeUndefined();
    expect(timeoutOf("listening", { charging: true })).toBeUndefined();
  });
});

describe("a power controller", () => {
  test("goes back by itself: active to listening to sleep, where no timer is left", async () => {
    const clock = new ManualClock();
    const power = new PowerController({ clock });
    expect(clock.sleepers).toBe(0);
    power.dispatch("wakeWord");
    await clock.advance(8000);
    expect(power.state).toBe("listening");
    await clock.advance(1_800_000);
    expect(power.state).toBe("sleep");
    expect(clock.sleepers).toBe(0);
    expect(power.residencyMs()).toEqual({ sleep: 0, active: 8000, listening: 1_800_000 });
  });

  test("a question under way keeps it active, whatever the room says", async () => {
    const clock = new ManualClock();
    const power = new PowerController({ clock });
    power.dispatch("userInput");
    power.dispatch("silence");
    await clock.advance(120_000);
    expect(power.state).toBe("active");
    power.dispatch("queryDone");
    await clock.advance(7999);
    expect(power.state).toBe("active");
    await clock.advance(1);
    expect(power.state).toBe("listening");
  });

  test("listens without end on a charger", async () => {
    const clock = new ManualClock();
    const power = new PowerController({ clock, state: "listening" });
    power.dispatch("chargerConnected");
    await clock.advance(24 * 3_600_000);
    expect(power.state).toBe("listening");
    power.dispatch("chargerRemoved");
    await clock.advance(1_800_000);
    expect(power.state).toBe("sleep");
  });

  test("whatever happens: times add up, changes join, at most one timer, none in sleep", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.constantFrom(...EVENTS), fc.integer({ min: 1, max: 2_000_000 })), { maxLength: 40 }),
        async (steps) => {
          const clock = new ManualClock();
          const startMs = clock.monotonicMs();
          const power = new PowerController({ clock });
          const heard: PowerChange[] = [];
          power.onChange((change) => heard.push(change));
          for (const step of steps) {
            if (typeof step === "number") await clock.advance(step);
            else power.dispatch(step);
            expect(clock.sleepers).toBeLessThanOrEqual(1);
            if (power.state === "sleep") expect(clock.sleepers).toBe(0);
          }
          const { sleep, listening, active } = power.residencyMs();
          expect(sleep + listening + active).toBe(clock.monotonicMs() - startMs);
          expect(power.changes).toEqual(heard);
          let state = "sleep";
          for (const { from, to } of heard) {
            expect(from).toBe(state);
            expect(to).not.toBe(from);
            state = to;
          }
          expect(power.state).toBe(state);
          power.close();
          expect(clock.sleepers).toBe(0);
        },
      ),
      { numRuns: 200 },
    );
  });
});
