import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Random } from "../core/random.js";
import { ManualClock, seededRandom } from "../testing.js";
import { backoffMs, type RetryOptions, retry } from "./retry.js";
import { RetryBudget } from "./retry-budget.js";

const longest: Random = { next: () => 1 };

function failing(times: number): { run: () => Promise<string>; readonly calls: number } {
  const state = {
    calls: 0,
    async run() {
      if (state.calls++ < times) throw new Error(`failure ${state.calls}`);
      return "done";
    },
  };
  return state;
}

function options(clock: ManualClock, rest: Partial<RetryOptions> = {}): RetryOptions {
  return { clock, random: longest, isRetryable: () => true, ...rest };
}

/** Lets every promise that can settle do so. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("retry", () => {
  test("waits twice as long each time and counts the first call", async () => {
    const clock = new ManualClock();
    const work = failing(2);
    const result = retry(work.run, options(clock));
    await settle();
    await clock.advance(99);
    expect(work.calls).toBe(1);
    await clock.advance(1);
    await settle();
    expect(work.calls).toBe(2);
    await clock.advance(200);
    expect(await result).toBe("done");
    expect(work.calls).toBe(3);
  });

  test("waits for nothing that would end after the deadline, and makes no retry that the shared budget does not allow", async () => {
    const clock = new ManualClock();
    const late = failing(9);
    const limited = expect(retry(late.run, options(clock, { deadlineMs: 250, maxAttempts: 9 }))).rejects.toThrow(
      "failure 2",
    );
    await settle();
    await clock.advance(100); // the next wait would be 200
    await limited;
    expect(late.calls).toBe(2);

    const budget = new RetryBudget({ maxTokens: 3, perCall: 0.1 });
    let calls = 0;
    const run = async (): Promise<never> => {
      calls++;
      throw new Error("down");
    };
    const all = Array.from({ length: 20 }, () => retry(run, options(clock, { baseMs: 0, maxAttempts: 3, budget })));
    const settled = Promise.allSettled(all);
    for (let round = 0; round < 5; round++) {
      await settle();
      await clock.advance(1);
    }
    await settled;
    expect(calls).toBe(20 + 3); // not 60
    for (let index = 0; index < 11; index++) budget.called();
    expect(budget.mayRetry()).toBe(true);
    expect(() => new RetryBudget({ perCall: 2 })).toThrow(RangeError);
  });

  test("gives the last error back when the attempts are used up, or when it is for good", async () => {
    const clock = new ManualClock();
    await expect(retry(failing(9).run, options(clock, { maxAttempts: 1 }))).rejects.toThrow("failure 1");
    await expect(retry(failing(9).run, options(clock, { isRetryable: () => false }))).rejects.toThrow("failure 1");
    const baseMs = 0;
    const last = expect(retry(failing(9).run, options(clock, { baseMs, maxAttempts: 3 }))).rejects.toThrow("failure 3");
    for (let turn = 0; turn < 4; turn++) {
      await settle();
      await clock.advance(0);
    }
    await last;
    await expect(retry(failing(0).run, options(clock, { maxAttempts: 0 }))).rejects.toThrow(RangeError);
  });

  test("leaves a server alone as long as it asked", async () => {
    const clock = new ManualClock();
    const work = failing(1);
    const result = retry(work.run, options(clock, { retryAfterMs: () => 5000 }));
    await settle();
    await clock.advance(4999);
    await settle();
    expect(work.calls).toBe(1);
    await clock.advance(1);
    expect(await result).toBe("done");
  });

  test("does not call again a server that asked for too long a wait", async () => {
    const work = failing(1);
    const retryAfterMs = (): number => 3_600_000;
    await expect(retry(work.run, options(new ManualClock(), { retryAfterMs }))).rejects.toThrow("failure 1");
    expect(work.calls).toBe(1);
  });

  test("ends its wait at once on abort, with the signal's own reason and nothing left behind", async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const work = failing(1);
    const result = retry(work.run, options(clock, { signal: controller.signal }));
    await settle();
    expect(clock.sleepers).toBe(1);
    const reason = { why: "stop" };
    controller.abort(reason);
    await expect(result).rejects.toBe(reason);
    expect([work.calls, clock.sleepers]).toEqual([1, 0]);
  });

  test("never retries a call that was aborted", async () => {
    const controller = new AbortController();
    const reason = new Error("stop");
    let calls = 0;
    const result = retry(
      async () => {
        calls++;
        controller.abort(reason);
        throw new Error("some wrapped failure");
      },
      options(new ManualClock(), { signal: controller.signal }),
    );
    await expect(result).rejects.toBe(reason);
    expect(calls).toBe(1);
  });

  test("never waits longer than its cap, nor less than nothing", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), fc.integer(), (attempt, seed) => {
        const waitMs = backoffMs(attempt, { random: seededRandom(seed), capMs: 3000 });
        expect(waitMs).toBeGreaterThanOrEqual(0);
        expect(waitMs).toBeLessThanOrEqual(Math.min(3000, 100 * 2 ** (attempt - 1)));
      }),
    );
  });
});
