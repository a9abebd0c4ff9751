import { describe, expect, test } from "vitest";
import { ContextManager } from "../src/context/context-manager.js";
import { KeptAnswers } from "../src/context/kept-answers.js";
import { MemoryStore } from "../src/context/memory-store.js";
import { QueuedQuestions } from "../src/context/queued-questions.js";
import { EngineError } from "../src/core/errors.js";
import { breakerRefusal, withBreaker } from "../src/engines/breaking.js";
import { withCache } from "../src/engines/cached.js";
import { withRetry } from "../src/engines/retrying.js";
import { Orchestrator, type QueuedQuestion } from "../src/orchestrator.js";
import { CircuitBreaker } from "../src/resilience/circuit-breaker.js";
import { OfflineQueue } from "../src/resilience/offline-queue.js";
import { ResponseCache } from "../src/resilience/response-cache.js";
import { ManualClock, scriptedEngine, seededRandom } from "../src/testing.js";

const HOUR_MS = 3_600_000;

/** A clock on the wall that somebody sets, beside one that nobody can. */
class SetClock extends ManualClock {
  offsetMs = 0;

  override nowMs(): number {
    return super.nowMs() + this.offsetMs;
  }
}

describe.each([
  ["forward", HOUR_MS],
  ["back", -HOUR_MS],
])("a clock that jumps an hour %s", (_, jumpMs) => {
  test("loses no turn, keeps their order, and makes no time negative", async () => {
    const clock = new SetClock();
    const store = new MemoryStore({ clock, random: seededRandom(1) });
    const orchestrator = new Orchestrator({
      engines: [scriptedEngine(["an answer"], { id: "small", place: "device" })],
      context: new ContextManager({ store, clock }),
      clock,
    });
    for (let index = 0; index < 6; index++) {
      if (index === 3) clock.offsetMs += jumpMs;
      const outcome = await orchestrator.answer({ text: `question ${index}`, project: "work" });
      expect(outcome.durationMs).toBeGreaterThanOrEqual(0);
      await clock.advance(10);
    }
    const turns = await orchestrator.context.history("work");
    expect(turns.map(({ question }) => question)).toEqual([5, 4, 3, 2, 1, 0].map((index) => `question ${index}`));
    expect(new Set(turns.map(({ id }) => id)).size).toBe(6);
    expect(orchestrator.context.state("work")!.idleMs).toBeGreaterThanOrEqual(0);
  });

  test("shortens and lengthens no wait of a retry or a breaker", async () => {
    const clock = new SetClock();
    const down = new EngineError("503", { retryable: true, status: 503 });
    const engine = scriptedEngine([down, "well again"], { id: "large", place: "network" });
    const model = withRetry(engine.model, { clock, random: { next: () => 1 }, baseMs: 100 });
    const answer = model.doGenerate({ prompt: [{ role: "user", content: [{ type: "text", text: "hi" }] }] });
    await new Promise((resolve) => setImmediate(resolve));
    clock.offsetMs += jumpMs;
    await clock.advance(99);
    expect(engine.calls).toHaveLength(1);
    await clock.advance(1);
    await answer;
    const breaker = new CircuitBreaker({ failureThreshold: 1, cooldownMs: 1000, clock });
    const broken = withBreaker(scriptedEngine([down]).model, breaker);
    await expect(broken.doGenerate({ prompt: [] })).rejects.toBe(down);
    clock.offsetMs -= jumpMs;
    expect(breakerRefusal(breaker)).toBeDefined();
    await clock.advance(1000);
    expect(breakerRefusal(breaker)).toBeUndefined();
  });

  test("gives no answer from the future, and leaves a queued question to be answered once", async () => {
    const clock = new SetClock();
    const store = new MemoryStore({ clock, random: seededRandom(1) });
    const network = { online: true };
    const inner = scriptedEngine(["first", "second", "third"], { id: "large", place: "network", scoped: true });
    const cache = new ResponseCache({ texts: new KeptAnswers(store), clock, ttlMs: 2 * HOUR_MS });
    const orchestrator = new Orchestrator({
      engines: [{ ...inner, model: withCache(inner.model, { cache, hash: (text) => text }) }],
      context: new ContextManager({ store, clock }),
      clock,
      device: { status: () => ({ ...network }) },
      queue: new OfflineQueue<QueuedQuestion>({ texts: new QueuedQuestions(store), clock, random: seededRandom(2) }),
    });
    const ask = (text: string) => orchestrator.answer({ text, forced: "remote", project: "work" });
    expect(await ask("what is new?")).toMatchObject({ text: "first" });
    network.online = false;
    expect(await ask("and what is old?")).toMatchObject({ kind: "queued" });
    clock.offsetMs += jumpMs;
    network.online = true;
    const again = await ask("what is new?");
    expect(again).toMatchObject(jumpMs > 0 ? { text: "first", cachedAgeMs: HOUR_MS } : { text: "second" });
    expect(await orchestrator.flushQueue()).toBe(1);
    expect(await orchestrator.flushQueue()).toBe(0);
    const asked = (await orchestrator.context.history("work")).map(({ question }) => question);
    expect(asked.filter((question) => question === "and what is old?")).toHaveLength(1);
  });
});
