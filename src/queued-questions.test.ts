import { describe, expect, test } from "vitest";
import { ContextManager } from "./context/context-manager.js";
import { MemoryStore } from "./context/memory-store.js";
import { QueuedQuestions } from "./context/queued-questions.js";
import { EngineError } from "./core/errors.js";
import type { Outcome } from "./core/outcome.js";
import type { DeviceStatus } from "./core/ports.js";
import { Orchestrator, type QueuedQuestion } from "./orchestrator.js";
import { OfflineQueue } from "./resilience/offline-queue.js";
import { ExpertSystem } from "./rules/expert-system.js";
import { systemWithRuleFile } from "./rules/reloading-rules.js";
import { ManualClock, type ScriptedReply, scriptedEngine, seededRandom } from "./testing.js";

const HARD = "Prove step by step that quicksort is fast on average, and derive the recurrence in detail";

/** A device that goes offline and comes back, with a store that outlives the orchestrator. */
function world(options: { local?: boolean; remote?: readonly ScriptedReply[]; rules?: ExpertSystem } = {}) {
  const { local = true, remote = ["the large answer"] } = options;
  const clock = new ManualClock();
  const status: { online: boolean } & DeviceStatus = { online: false };
  const store = new MemoryStore({ clock });
  const large = scriptedEngine(remote, { id: "large", place: "network" });
  const small = scriptedEngine(["the small answer"], { id: "small", place: "device" });
  const start = (seed = 1): Orchestrator =>
    new Orchestrator({
      engines: [...(local ? [small] : []), large],
      clock,
      context: new ContextManager({ store, clock }),
      device: { status: () => status },
      queue: new OfflineQueue<QueuedQuestion>({ texts: new QueuedQuestions(store), clock, random: seededRandom(seed) }),
      ...(options.rules === undefined ? {} : { rules: options.rules }),
    });
  const history = async (project: string): Promise<readonly string[]> =>
    (await new ContextManager({ store, clock }).history(project)).map(
      ({ question, answer }) => `${question} -> ${answer}`,
    );
  return { clock, status, store, large, small, start, history };
}

describe("a question that the network must answer, while there is none", () => {
  test("gets an answer of the device at once, marked provisional, and the other one when the network is back", async () => {
    const { status, large, start, history, store } = world();
    const outcome = await start().answer({ text: HARD, project: "work" });
    expect(outcome).toMatchObject({ kind: "answered", engine: "small", queued: expect.any(String) });
    expect(await store.items("queued")).toHaveLength(1);
    const later = start(2); // the process ended in between
    expect(await later.flushQueue()).toBe(0);
    expect(large.calls).toHaveLength(0);
    status.online = true;
    const shown: Outcome[] = [];
    expect(await later.flushQueue({ onOutcome: (_, each) => shown.push(each) })).toBe(1);
    expect(shown).toMatchObject([{ kind: "answered", engine: "large", text: "the large answer" }]);
    expect(await history("work")).toEqual([`${HARD} -> the large answer`, `${HARD} -> the small answer`]);
    expect(await later.flushQueue({ onOutcome: (_, each) => shown.push(each) })).toBe(0);
    expect(shown).toHaveLength(1);
  });

  test("is queued without an answer where the device has no model, or remote was asked for", async () => {
    const { start, store } = world({ local: false });
    expect(await start().answer({ text: HARD })).toMatchObject({ kind: "queued", reason: "the device is offline" });
    const forced = world();
    expect(await forced.start().answer({ text: "hello you", forced: "remote" })).toMatchObject({ kind: "queued" });
    expect((await store.items("queued")).length + (await forced.store.items("queued")).length).toBe(2);
  });

  test("is not queued when the device is enough, when a rule or a wish keeps it here, or when nobody wants it to be", async () => {
    const { start, store } = world();
    const orchestrator = start();
    await orchestrator.answer({ text: "hi" });
    await orchestrator.answer({ text: `${HARD}. My password is Tr0ub4dor&3` });
    await orchestrator.answer({ text: HARD, preference: "private" });
    await orchestrator.answer({ text: HARD, queue: false });
    await orchestrator.answer({ text: HARD, remember: false });
    await orchestrator.answer({
      text: HARD,
      conversation: [{ role: "user", content: [{ type: "text", text: HARD }] }],
    });
    expect(await store.items("queued")).toEqual([]);
  });

  test("is judged by the rules of the day on which it is sent", async () => {
    const rules = new ExpertSystem();
    const { start, status, large, history } = world({ rules });
    const orchestrator = start();
    await orchestrator.answer({ text: `${HARD} for ACME-1234`, project: "work" });
    const own = { id: "OWN_001", description: "an order number", pattern: "ACME-[0-9]{4}" };
    rules.replaceWith(systemWithRuleFile(JSON.stringify({ version: 1, rules: [own] }), "rules.json"));
    status.online = true;
    expect(await orchestrator.flushQueue()).toBe(1);
    expect(large.calls).toHaveLength(0);
    expect((await history("work"))[0]).toContain("the small answer");
  });

  test("waits on when it fails, and later ones of its project with it", async () => {
    const down = new EngineError("503", { retryable: true, status: 503 });
    const { start, status, store } = world({ local: false, remote: [down, "for the garden", "first", "second"] });
    const orchestrator = start();
    for (const [project, text] of [
      ["work", "first question"],
      ["work", "second question"],
      ["garden", "a question of the garden"],
    ] as const)
      await orchestrator.answer({ text, project, forced: "remote" });
    status.online = true;
    const seen: string[] = [];
    const onOutcome = (item: { scope: string }, outcome: Outcome): void =>
      void seen.push(`${item.scope} ${outcome.kind}`);
    expect(await orchestrator.flushQueue({ onOutcome })).toBe(1);
    expect(seen).toEqual(["work unanswerable", "garden answered"]);
    expect(await store.items("queued")).toHaveLength(2);
    expect(await orchestrator.flushQueue({ onOutcome })).toBe(2);
    expect(seen.slice(2)).toEqual(["work answered", "work answered"]);
  });

  test("that another process dropped meanwhile is not answered into the history", async () => {
    const { start, status, store, history } = world({ local: false });
    const orchestrator = start();
    await orchestrator.answer({ text: HARD, project: "work" });
    status.online = true;
    const addTurn = store.addTurn.bind(store);
    store.addTurn = async (...parameters) => {
      await store.deleteItems("queued");
      return addTurn(...parameters);
    };
    const shown: Outcome[] = [];
    await orchestrator.flushQueue({ onOutcome: (_, outcome) => shown.push(outcome) });
    expect(shown).toEqual([]);
    expect(await history("work")).toEqual([]);
  });

  test("is queued, too, when the device thinks that it is online and nothing can be reached; it waits on until something can", async () => {
    const away = new EngineError("Cannot reach https://host: ENOTFOUND", { retryable: true, unreachable: true });
    const { status, start, store, history } = world({ remote: [away, away, "the large answer"] });
    status.online = true;
    const orchestrator = start();
    expect(await orchestrator.answer({ text: HARD, project: "work" })).toMatchObject({
      engine: "small",
      queued: expect.any(String),
    });
    expect(await orchestrator.flushQueue()).toBe(0);
    expect((await store.items("queued"))[0]?.text).toContain('"failures":0');
    expect(await orchestrator.flushQueue()).toBe(1);
    expect(await history("work")).toEqual([`${HARD} -> the large answer`, `${HARD} -> the small answer`]);
    const alone = world({ local: false, remote: [away] });
    alone.status.online = true;
    expect(await alone.start().answer({ text: HARD })).toMatchObject({
      kind: "queued",
      reason: expect.stringContaining("ENOTFOUND"),
    });
    const reset = world({ local: false, remote: [new EngineError("reset", { retryable: true })] });
    reset.status.online = true;
    expect(await reset.start().answer({ text: HARD })).toMatchObject({ kind: "unanswerable" }); // it may have been heard
  });
});
