import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ManualClock } from "../testing.js";
import { CircuitBreaker, type Passage } from "./circuit-breaker.js";

const breaker = (clock: ManualClock): CircuitBreaker =>
  new CircuitBreaker({ failureThreshold: 3, cooldownMs: 1000, maxCooldownMs: 3000, clock });

describe("a circuit breaker", () => {
  test("opens after so many failures in a row, and a success in between starts the count anew", () => {
    const one = breaker(new ManualClock());
    for (const end of ["failed", "failed", "succeeded", "failed", "failed"] as const) one.enter()![end]();
    expect(one.state).toBe("closed");
    one.enter()!.failed();
    expect(one.state).toBe("open");
    expect(one.enter()).toBeUndefined();
  });

  test("lets one call try after the cooldown, which doubles when that call fails, up to a limit", async () => {
    const clock = new ManualClock();
    const one = breaker(clock);
    for (let failure = 0; failure < 3; failure++) one.enter()!.failed();
    for (const cooldownMs of [1000, 2000, 3000, 3000]) {
      expect(one.retryInMs).toBe(cooldownMs);
      await clock.advance(cooldownMs - 1);
      expect(one.enter()).toBeUndefined();
      await clock.advance(1);
      expect(one.state).toBe("half-open");
      const probe = one.enter()!;
      expect(one.enter()).toBeUndefined(); // the second has to wait for what the first finds
      probe.failed();
    }
    await clock.advance(3000);
    one.enter()!.succeeded();
    expect(one.state).toBe("closed");
    for (let failure = 0; failure < 3; failure++) one.enter()!.failed();
    expect(one.retryInMs).toBe(1000);
  });

  test("an aborted try says nothing: the next call tries", async () => {
    const clock = new ManualClock();
    const one = breaker(clock);
    for (let failure = 0; failure < 3; failure++) one.enter()!.failed();
    await clock.advance(1000);
    one.enter()!.withdrawn();
    expect(one.state).toBe("half-open");
    expect(one.enter()).toBeDefined();
  });

  test("a call from before it opened, told of late, neither closes nor reopens it", async () => {
    const clock = new ManualClock();
    const one = breaker(clock);
    const [slow, ...rest] = [one.enter()!, one.enter()!, one.enter()!, one.enter()!];
    for (const passage of rest) passage.failed();
    slow!.succeeded();
    expect(one.state).toBe("open");
  });

  test("never has more than one call under way while it is not closed, whatever happens", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.constant({ kind: "enter" as const }),
            fc.record({
              kind: fc.constantFrom("succeeded" as const, "failed" as const, "withdrawn" as const),
              at: fc.nat(9),
            }),
            fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(1500) }),
          ),
          { maxLength: 60 },
        ),
        (steps) => {
          let nowMs = 0;
          const one = new CircuitBreaker({
            failureThreshold: 2,
            cooldownMs: 1000,
            clock: { monotonicMs: () => nowMs },
          });
          let under: { passage: Passage; probe: boolean }[] = [];
          for (const step of steps) {
            if (step.kind === "wait") nowMs += step.ms;
            else if (step.kind === "enter") {
              const { state } = one;
              const passage = one.enter();
              if (state === "open") expect(passage).toBeUndefined();
              if (state === "closed") expect(passage).toBeDefined();
              if (passage !== undefined) under.push({ passage, probe: state !== "closed" });
              expect(under.filter(({ probe }) => probe).length).toBeLessThanOrEqual(1);
            } else {
              const ended = under[step.at];
              if (ended === undefined) continue;
              ended.passage[step.kind]();
              under = under.filter((each) => each !== ended);
            }
          }
        },
      ),
    );
  });

  test("refuses options that make no sense", () => {
    const clock = new ManualClock();
    expect(() => new CircuitBreaker({ failureThreshold: 0, clock })).toThrow(RangeError);
    expect(() => new CircuitBreaker({ cooldownMs: 10, maxCooldownMs: 5, clock })).toThrow(RangeError);
  });
});
