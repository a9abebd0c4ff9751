import type { LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { describe, expect, test } from "vitest";
import { ContextManager } from "./context/context-manager.js";
import { MemoryStore } from "./context/memory-store.js";
import type { AuditEntry } from "./core/decision-record.js";
import type { Outcome } from "./core/outcome.js";
import type { Engine } from "./core/ports.js";
import type { Query } from "./core/query.js";
import { deviceSkillsEngine } from "./engines/device-skills/device-skills.js";
import { Metrics } from "./metrics/metrics.js";
import { METRIC } from "./metrics/names.js";
import { Orchestrator, type OrchestratorOptions } from "./orchestrator.js";
import { Router } from "./routing/router.js";
import { ExpertSystem } from "./rules/expert-system.js";
import type { GuardModel } from "./rules/guard.js";
import { systemWithRuleFile } from "./rules/reloading-rules.js";
import { type ScriptedReply, scriptedEngine } from "./testing.js";

const MAIL = ["jane.doe", "fabrikam-works.com"].join("@");
/** A credential by its shape, made here so that none stands in a file. */
const secret = (): string => `ghp_${Array.from({ length: 36 }, (_, index) => "a8Z3kQ9x"[(index * 5) % 8]).join("")}`;

const device = (replies: readonly ScriptedReply[] = ["from the device"]): ReturnType<typeof scriptedEngine> =>
  scriptedEngine(replies, { id: "small", place: "device" });
const network = (replies: readonly ScriptedReply[] = ["from the network"]): ReturnType<typeof scriptedEngine> =>
  scriptedEngine(replies, { id: "large", place: "network" });

const HARD: Query = {
  text: "Explain step by step why quicksort is fast on average, prove it, and compare the algorithm with mergesort; then refactor function f(a) { return a[0]; }",
  preference: "quality",
};

function orchestrator(engines: readonly Engine[], options: Partial<OrchestratorOptions> = {}): Orchestrator {
  return new Orchestrator({ engines, ...options });
}

function sent(engine: ReturnType<typeof scriptedEngine>): string {
  return JSON.stringify(engine.calls.map((call) => call.prompt));
}

describe("Orchestrator", () => {
  test("answers arithmetic by a device skill without calling any model", async () => {
    const [small, large] = [device(), network()];
    const outcome = await orchestrator([deviceSkillsEngine({}), small, large]).answer({
      text: "What is 17.5 % of 2340?",
    });
    expect(outcome).toMatchObject({ kind: "answered", route: "local", engine: "device-skills" });
    expect(outcome.kind === "answered" && outcome.text).toContain("409.5");
    expect([...small.calls, ...large.calls]).toEqual([]);
  });

  test("sends an easy question to the device and a hard one to the network", async () => {
    const runtime = orchestrator([device(), network()]);
    expect(await runtime.answer({ text: "hello there" })).toMatchObject({ route: "local", engine: "small" });
    expect(await runtime.answer(HARD)).toMatchObject({ route: "remote", engine: "large" });
  });

  test("plans what it would do without calling or remembering anything", async () => {
    const large = network();
    const runtime = orchestrator([device(), large]);
    const plan = await runtime.plan({ ...HARD, project: "new" });
    expect(plan).toMatchObject({ decision: { route: "remote" }, engines: ["large", "small"] });
    expect(large.calls).toEqual([]);
    expect(await runtime.context.projects()).toEqual([]);
  });

  test("keeps a secret on the device even when remote is asked for, and names the rule", async () => {
    const large = network();
    const runtime = orchestrator([device(), large]);
    const text = `${HARD.text} with token ${secret()}`;
    expect(await runtime.answer({ ...HARD, text })).toMatchObject({ kind: "answered", engine: "small" });
    const forced = await runtime.answer({ ...HARD, text, forced: "remote" });
    expect(forced).toMatchObject({ kind: "blocked", ruleId: expect.stringMatching(/^PRIVACY_\d{3}$/) });
    expect(large.calls).toEqual([]);
    expect(JSON.stringify(forced)).not.toContain(secret());
  });

  test("blocks a secret that nothing on the device can answer", async () => {
    const large = network();
    const outcome = await orchestrator([large]).answer({ text: `What does ${secret()} open?` });
    expect(outcome).toMatchObject({ kind: "blocked", ruleId: expect.stringMatching(/^PRIVACY_/) });
    expect(large.calls).toEqual([]);
  });

  test.each<[string, Query]>([
    ["the system prompt", { ...HARD, system: `The key is ${secret()}` }],
    [
      "an earlier message",
      {
        ...HARD,
        conversation: [
          { role: "user", content: [{ type: "text", text: `my token is ${secret()}` }] },
          { role: "assistant", content: [{ type: "text", text: "noted" }] },
          { role: "user", content: [{ type: "text", text: HARD.text }] },
        ],
      },
    ],
    [
      "a tool result",
      {
        ...HARD,
        conversation: [
          { role: "user", content: [{ type: "text", text: HARD.text }] },
          { role: "assistant", content: [{ type: "tool-call", toolCallId: "1", toolName: "read", input: {} }] },
          {
            role: "tool",
            content: [
              {
                type: "tool-result",
                toolCallId: "1",
                toolName: "read",
                output: { type: "json", value: { env: [secret()] } },
              },
            ],
          },
        ],
      },
    ],
    [
      "a password that only its key betrays",
      {
        ...HARD,
        conversation: [
          { role: "user", content: [{ type: "text", text: HARD.text }] },
          {
            role: "assistant",
            content: [
              {
                type: "tool-call",
                toolCallId: "1",
                toolName: "login",
                input: { password: ["hunt", "er-22x"].join("") },
              },
            ],
          },
        ],
      },
    ],
  ])("takes the verdict on %s, not on the last line alone", async (_, query) => {
    const large = network();
    expect(await orchestrator([device(), large]).answer(query)).toMatchObject({ engine: "small" });
    expect(large.calls).toEqual([]);
  });

  test("leaves device-only turns out of a prompt for the network, and their answers too", async () => {
    const [small, large] = [device([`You told me ${secret()}`, "still here"]), network()];
    const runtime = orchestrator([small, large]);
    await runtime.answer({ text: `keep in mind ${secret()}`, project: "p" });
    await runtime.answer({ text: "what did I just say?", project: "p" });
    await runtime.answer({ ...HARD, project: "p" });
    expect(sent(small)).toContain(secret());
    expect(large.calls).toHaveLength(1);
    expect(sent(large)).not.toContain(secret());
    expect(sent(large)).not.toContain("still here");
  });

  test("sends open history along, oldest first, to either side", async () => {
    const large = network(["quick answer", "second answer"]);
    const runtime = orchestrator([large]);
    await runtime.answer({ text: "first question", project: "p" });
    await runtime.answer({ text: "second question", project: "p" });
    expect(large.calls[1]?.prompt.map((message) => message.role)).toEqual(["user", "assistant", "user"]);
    expect(sent(large)).toContain("quick answer");
    await runtime.answer({ text: "third question", project: "other" });
    expect(large.calls[2]?.prompt).toHaveLength(1);
  });

  test("sends along only turns after a given one", async () => {
    const large = network();
    const runtime = orchestrator([large]);
    await runtime.answer({ text: "first question", project: "p" });
    const seq = (await runtime.context.history("p", { limit: 1 }))[0]!.seq;
    await runtime.answer({ text: "second question", project: "p", historyAfterSeq: seq });
    expect(large.calls[1]?.prompt).toHaveLength(1);
  });

  test("says that a note is noted only when it is, and that none was when nothing may be remembered", async () => {
    const store = new MemoryStore();
    const context = new ContextManager({ store });
    const runtime = orchestrator([deviceSkillsEngine({ memory: context })], { context });
    const shown: string[] = [];
    const onPart = (part: LanguageModelV4StreamPart): void => {
      if (part.type === "text-delta") shown.push(part.delta);
    };
    const text = "remember: the keys are in the blue bowl";
    await runtime.answer({ text, remember: false }, { onPart });
    expect(shown.splice(0).join("")).toMatch(/^Nothing was noted/);
    await runtime.answer({ text }, { onPart });
    expect(shown.splice(0).join("")).toMatch(/^Noted/);
    store.addTurn = () => Promise.reject(new Error("the disk is full"));
    await expect(runtime.answer({ text }, { onPart })).rejects.toThrow("the disk is full");
    expect(shown).toEqual([]);
  });

  test.each([
    [undefined, "expected a query"],
    [{}, "text must be a string"],
    [{ text: 5 }, "text must be a string, got number"],
    [{ text: "hello", forced: "device" }, 'forced must be local or remote, got "device"'],
    [{ text: "hello", preference: "Private" }, "preference must be"],
    [{ text: "hello", conversation: "hello" }, "conversation must be"],
  ])("refuses %j, which no typed program can ask", async (query, message) => {
    const large = network();
    // The cast: this is what JavaScript may pass.
    await expect(orchestrator([large]).answer(query as Query)).rejects.toThrow(message);
    expect(large.calls).toEqual([]);
  });

  test.each([["whole"], ["streamed"]])("an empty answer is none, %s", async (how) => {
    const outcome = await orchestrator([device([""])]).answer(
      { text: "hello there" },
      how === "whole" ? {} : { onPart: () => {} },
    );
    expect(outcome.kind).toBe("unanswerable");
  });

  test("rejects with what the listener threw and asks no other engine", async () => {
    const [small, large] = [device([["one ", "two ", "three"]]), network()];
    const answer = orchestrator([small, large]).answer(
      { text: "hello there" },
      {
        onPart: (part) => {
          if (part.type === "text-delta") throw new Error("the window is closed");
        },
      },
    );
    await expect(answer).rejects.toThrow("the window is closed");
    expect(large.calls).toEqual([]);
  });

  test("ends at once on an abort, even when the engine does not listen", async () => {
    const never = () => new Promise<never>(() => {});
    const deaf: Engine = { ...device(), model: { ...device().model, doGenerate: never, doStream: never } };
    for (const onPart of [undefined, () => {}]) {
      const answer = orchestrator([deaf]).answer(
        { text: "hello there" },
        { signal: AbortSignal.timeout(20), ...(onPart === undefined ? {} : { onPart }) },
      );
      await expect(answer).rejects.toMatchObject({ name: "TimeoutError" });
    }
  });

  test("withholds an open turn that the rules of today keep here, instead of refusing the whole question", async () => {
    const context = new ContextManager({ store: new MemoryStore() });
    const consenting = new ExpertSystem({ redactPersonalData: true });
    const [before, after] = [network(), network()];
    await orchestrator([before], { rules: consenting, context }).answer({ ...HARD, text: `Write to ${MAIL}` });
    expect(await context.history("default")).toMatchObject([{ privacy: "open" }]);
    expect(await orchestrator([after], { context }).answer(HARD)).toMatchObject({ kind: "answered", engine: "large" });
    expect(sent(after)).not.toMatch(/jane|EMAIL/);
  });

  test("redacts personal data with consent and restores it in the answer, also in a stream", async () => {
    const rules = new ExpertSystem({ redactPersonalData: true });
    const large = scriptedEngine([""], { id: "large", place: "network" });
    const echo: Engine = {
      ...large,
      model: {
        ...large.model,
        async doGenerate(call) {
          large.calls.push(call);
          const text = call.prompt
            .flatMap((m) => (m.role === "user" ? m.content : []))
            .map((p) => (p.type === "text" ? p.text : ""))
            .join("");
          return {
            content: [{ type: "text", text: `You wrote: ${text}` }],
            finishReason: { unified: "stop", raw: undefined },
            usage: {
              inputTokens: { total: 3, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
              outputTokens: { total: 5, text: undefined, reasoning: undefined },
            },
            warnings: [],
          };
        },
        async doStream(call) {
          const { content, usage, finishReason } = await this.doGenerate(call);
          const text = content[0]?.type === "text" ? content[0].text : "";
          const parts: LanguageModelV4StreamPart[] = [
            { type: "text-start", id: "0" },
            ...[...text].map((delta) => ({ type: "text-delta" as const, id: "0", delta })),
            { type: "text-end", id: "0" },
            { type: "finish", usage, finishReason },
          ];
          return {
            stream: new ReadableStream({
              start: (c) => {
                for (const part of parts) c.enqueue(part);
                c.close();
              },
            }),
          };
        },
      },
    };
    const runtime = orchestrator([echo], { rules });
    const query = { text: `Write a letter to ${MAIL} about the garden` };
    const outcome = await runtime.answer(query);
    expect(outcome).toMatchObject({
      kind: "answered",
      text: `You wrote: ${query.text}`,
      usage: { inputTokens: 3, outputTokens: 5 },
    });
    const deltas: string[] = [];
    await runtime.answer(
      { ...query, remember: false },
      { onPart: (part) => part.type === "text-delta" && deltas.push(part.delta) },
    );
    expect(deltas.join("")).toContain(MAIL);
    expect(sent(large)).not.toContain(MAIL);
  });

  test("refuses at send time what only the assembled prompt holds, and answers on the device", async () => {
    const [small, large] = [device(), network()];
    const rules = new ExpertSystem();
    const blind = new ExpertSystem({ rules: [] });
    let calls = 0;
    // The first verdict misses the value (as a detector that was off would); the guard before the network does not.
    const flaky = new ExpertSystem();
    flaky.evaluate = (texts) => (calls++ === 0 ? blind : rules).evaluate(texts);
    const outcome = await orchestrator([small, large], { rules: flaky }).answer({
      ...HARD,
      text: `${HARD.text} ${secret()}`,
    });
    expect(outcome).toMatchObject({ kind: "answered", engine: "small" });
    expect(outcome.attempts[0]).toMatchObject({
      engine: "large",
      failure: expect.stringContaining("not sent: PRIVACY_"),
    });
    expect(large.calls).toEqual([]);
  });

  test("falls back to the other side and says why", async () => {
    const runtime = orchestrator([device(), network([new Error("the server is down")])]);
    const outcome = await runtime.answer(HARD);
    expect(outcome).toMatchObject({ kind: "answered", route: "local", engine: "small" });
    expect(outcome.attempts.map((attempt) => attempt.failure)).toEqual(["the server is down", undefined]);
  });

  test("escalates in the hybrid band when the local answer says that it does not know, and shows one answer only", async () => {
    const router = new Router({ threshold: 1, hybridBand: 1 });
    const shown: string[] = [];
    const outcome = await orchestrator([device(["I don't know."]), network()], { router }).answer(
      { text: "Tell me of the rivers" },
      { onPart: (part) => part.type === "text-delta" && shown.push(part.delta) },
    );
    expect(outcome).toMatchObject({ kind: "answered", engine: "large", decision: { route: "hybrid" } });
    expect(shown).toEqual(["from the network"]);
  });

  test("keeps the unsure local answer when the network fails after it", async () => {
    const router = new Router({ threshold: 1, hybridBand: 1 });
    const shown: string[] = [];
    const engines = [device(["I don't know."]), network([new Error("down")])];
    const outcome = await orchestrator(engines, { router }).answer(
      { text: "Tell me of the rivers" },
      { onPart: (part) => part.type === "text-delta" && shown.push(part.delta) },
    );
    expect(outcome).toMatchObject({ kind: "answered", engine: "small", text: "I don't know." });
    expect(shown).toEqual(["I don't know."]);
  });

  test("never shows a second answer after the first text was shown", async () => {
    const broken = scriptedEngine([["half an "]], { id: "large", place: "network" });
    const cut: Engine = {
      ...broken,
      model: {
        ...broken.model,
        doStream: async () => ({
          stream: new ReadableStream({
            start(controller) {
              controller.enqueue({ type: "text-start", id: "0" });
              controller.enqueue({ type: "text-delta", id: "0", delta: "half an " });
            },
            pull(controller) {
              controller.error(new Error("reset"));
            },
          }),
        }),
      },
    };
    const shown: string[] = [];
    const outcome = await orchestrator([cut, device()]).answer(HARD, {
      onPart: (part) => part.type === "text-delta" && shown.push(part.delta),
    });
    expect(outcome.kind).toBe("unanswerable");
    expect(shown.join("")).not.toContain("from the device");
  });

  test("says that nothing can answer, with two remedies, and remembers nothing", async () => {
    const runtime = orchestrator([deviceSkillsEngine({})]);
    const outcome = await runtime.answer({ text: "Who wrote Faust?" });
    expect(outcome).toMatchObject({
      kind: "unanswerable",
      reason: expect.stringContaining("No engine can answer this"),
    });
    expect(outcome.kind === "unanswerable" && outcome.remedies).toHaveLength(2);
    expect(await runtime.context.history("default")).toEqual([]);
  });

  test("remembers a note by one write and finds it again, quoting it", async () => {
    const { Orchestrator: Fresh } = await import("./orchestrator.js");
    const runtime: Orchestrator = new Fresh({ engines: [] });
    const skills = deviceSkillsEngine({ memory: runtime.context });
    const full = new Fresh({ engines: [skills], context: runtime.context });
    await full.answer({ text: "remember that the shed is painted green", project: "garden" });
    const turns = await full.context.history("garden");
    expect(turns).toMatchObject([{ kind: "note", answer: "" }]);
    expect(turns[0]?.question).toContain("the shed is painted green");
    const outcome = await full.answer({ text: "what did I say about the shed?", project: "garden" });
    expect(outcome).toMatchObject({ kind: "answered", engine: "device-skills" });
    expect(outcome.kind === "answered" && outcome.text).toContain("the shed is painted green");
    expect(outcome.kind === "answered" && outcome.text).toContain(turns[0]!.id);
  });

  test("keeps all of a private project on the device", async () => {
    const large = network();
    const runtime = orchestrator([device(), large]);
    await runtime.context.createProject("diary", { private: true });
    expect(await runtime.answer({ ...HARD, project: "diary" })).toMatchObject({ engine: "small" });
    expect(await runtime.answer({ ...HARD, project: "diary", forced: "remote" })).toMatchObject({ kind: "blocked" });
    expect(large.calls).toEqual([]);
  });

  test("streams text, ends the stream with the answer, and reports the outcome", async () => {
    const runtime = orchestrator([device([["one ", "two ", "three"]])]);
    const { textStream, outcome } = runtime.stream({ text: "count for me" });
    const reader = textStream.getReader();
    const chunks: string[] = [];
    for (let next = await reader.read(); !next.done; next = await reader.read()) chunks.push(next.value);
    expect(chunks).toEqual(["one ", "two ", "three"]);
    expect(await outcome).toMatchObject({ kind: "answered", text: "one two three" });
  });

  test("rejects with the signal's reason at once, whatever the engine does, and remembers nothing", async () => {
    const stuck = scriptedEngine(["never"], { id: "stuck", place: "device" });
    const hanging: Engine = {
      ...stuck,
      model: { ...stuck.model, doStream: async () => ({ stream: new ReadableStream() }) },
    };
    const runtime = orchestrator([hanging]);
    const stop = new AbortController();
    const answer = runtime.answer({ text: "hello there" }, { signal: stop.signal, onPart: () => {} });
    setTimeout(() => stop.abort(new Error("enough")), 5);
    await expect(answer).rejects.toThrow("enough");
    expect(await runtime.context.history("default")).toEqual([]);
    await expect(runtime.answer({ text: "x" }, { signal: stop.signal })).rejects.toThrow("enough");
  });

  test("keeps a later question here that quotes what an earlier turn kept, though nothing around it betrays it", async () => {
    const large = network();
    const runtime = orchestrator([device(), large]);
    await runtime.answer({ text: "remember my card PIN is 4711 please", project: "p" });
    const quoting = await runtime.answer({ ...HARD, text: `${HARD.text} Does 4711 fit the pattern?`, project: "p" });
    expect(quoting).toMatchObject({
      engine: "small",
      verdict: { kind: "keep-local", hits: [{ ruleId: "PRIVACY_090" }] },
    });
    expect(large.calls).toEqual([]);
    const elsewhere = await runtime.answer({
      ...HARD,
      text: `${HARD.text} Does 4711 fit the pattern?`,
      project: "other",
    });
    expect(elsewhere).toMatchObject({ engine: "large" });
  });

  describe("with a guard model", () => {
    const guarded = (judge: GuardModel["judge"]): { large: ReturnType<typeof network>; runtime: Orchestrator } => {
      const large = network();
      return { large, runtime: orchestrator([device(), large], { guard: { judge } }) };
    };

    test("blocks what the guard blocks, with the guard's rule id and reason", async () => {
      const { large, runtime } = guarded(async () => ({
        kind: "block",
        category: "weapons",
        reason: "asks for a weapon",
      }));
      expect(await runtime.answer(HARD)).toMatchObject({
        kind: "blocked",
        ruleId: "SAFETY_090",
        reason: "weapons: asks for a weapon",
      });
      expect(large.calls).toEqual([]);
    });

    test("keeps here what the guard keeps here, and lets pass what it allows", async () => {
      const kept = guarded(async () => ({ kind: "keep-local", category: "unsure", reason: "may be harmful" }));
      expect(await kept.runtime.answer(HARD)).toMatchObject({ engine: "small" });
      const allowed = guarded(async () => ({ kind: "allow" }));
      expect(await allowed.runtime.answer(HARD)).toMatchObject({ engine: "large" });
    });

    test("never makes the rules milder, and goes on with a warning when the guard fails", async () => {
      const mild = guarded(async () => ({ kind: "warn", category: "tone", reason: "is rude" }));
      expect(await mild.runtime.answer({ ...HARD, text: `${HARD.text} ${secret()}` })).toMatchObject({
        engine: "small",
      });
      const broken = guarded(() => Promise.reject(new Error("no memory")));
      expect(await broken.runtime.answer(HARD)).toMatchObject({
        engine: "large",
        verdict: { hits: [{ ruleId: "SAFETY_090", action: "warn" }] },
      });
    });
  });

  describe("with a decision log", () => {
    const run = async (
      engines: readonly Engine[],
      query: Query,
    ): Promise<{ entries: AuditEntry[]; outcome: Outcome; order: string[] }> => {
      const entries: AuditEntry[] = [];
      const order: string[] = [];
      const watched = engines.map(
        (engine): Engine => ({
          ...engine,
          model: {
            ...engine.model,
            doGenerate: (call) => {
              order.push(engine.id);
              return engine.model.doGenerate(call);
            },
          },
        }),
      );
      const audit = {
        append: async (entry: AuditEntry) => {
          order.push(entry.kind);
          entries.push(entry);
        },
      };
      const outcome = await orchestrator(watched, { audit }).answer(query);
      return { entries, outcome, order };
    };

    test("writes the decision before anything leaves, and then how it ended and how much left", async () => {
      const { entries, outcome, order } = await run([device(), network()], HARD);
      expect(order).toEqual(["decided", "large", "ended"]);
      expect(entries[0]).toMatchObject({ id: outcome.id, taken: { route: "remote", order: ["large", "small"] } });
      expect(entries[1]).toMatchObject({
        id: outcome.id,
        end: { outcome: "answered", sent: [{ engine: "large", requests: 1 }] },
      });
      expect(JSON.stringify(entries)).not.toContain("quicksort");
    });

    test("writes one entry for a question that stays, with what was dropped and why, and no value of a hit", async () => {
      const { entries } = await run([deviceSkillsEngine({}), device(), network()], {
        ...HARD,
        text: `${HARD.text} ${secret()}`,
      });
      expect(entries).toHaveLength(1);
      expect(entries[0]).toMatchObject({
        kind: "whole",
        taken: {
          verdict: "keep-local",
          dropped: [
            { engine: "device-skills", why: "does not answer this" },
            { engine: "large", why: "veto/rule" },
          ],
        },
        end: { outcome: "answered", sent: [] },
      });
      expect(JSON.stringify(entries)).not.toContain(secret());
    });

    test("shows a fallback, a blocked question and an aborted one", async () => {
      const fallback = await run([device(), network([new Error("down")])], HARD);
      expect(fallback.entries.at(-1)).toMatchObject({
        end: {
          attempts: [
            { engine: "large", failed: true },
            { engine: "small", failed: false },
          ],
        },
      });
      const blocked = await run([network()], { text: `What does ${secret()} open?`, forced: "remote" });
      expect(blocked.entries).toMatchObject([
        { kind: "whole", taken: { route: "blocked" }, end: { outcome: "blocked", sent: [] } },
      ]);
      const stop = new AbortController();
      const entries: AuditEntry[] = [];
      const stuck: Engine = {
        ...device(),
        model: {
          ...device().model,
          doGenerate: () => {
            stop.abort(new Error("enough"));
            return Promise.reject(stop.signal.reason);
          },
        },
      };
      const runtime = orchestrator([stuck], { audit: { append: async (entry) => void entries.push(entry) } });
      await expect(runtime.answer({ text: "hello there" }, { signal: stop.signal })).rejects.toThrow("enough");
      expect(entries).toMatchObject([{ kind: "whole", end: { outcome: "aborted" } }]);
    });

    test("calls no network engine when the decision cannot be written", async () => {
      const large = network();
      const audit = { append: () => Promise.reject(new Error("disk full")) };
      await expect(orchestrator([large], { audit }).answer(HARD)).rejects.toThrow("disk full");
      expect(large.calls).toEqual([]);
    });
  });

  test("counts questions by route and outcome, and names no text in what it measured", async () => {
    const metrics = new Metrics();
    const runtime = orchestrator([device(), network([new Error("down")])], { telemetry: metrics });
    await runtime.answer({ text: "hello there" });
    await runtime.answer(HARD);
    const snapshot = metrics.snapshot();
    expect(snapshot.counters).toEqual(
      expect.arrayContaining([
        { name: METRIC.questions, labels: { outcome: "answered", route: "local" }, value: 2 },
        { name: METRIC.engineErrors, labels: { engine: "large", kind: "Error" }, value: 1 },
      ]),
    );
    expect(JSON.stringify(snapshot)).not.toContain("quicksort");
  });

  test("does not remember what it is told not to", async () => {
    const runtime = orchestrator([device()]);
    expect(await runtime.answer({ text: "hello there", remember: false })).not.toHaveProperty("turnId");
    expect(await runtime.context.history("default")).toEqual([]);
  });

  test("refuses two engines of one id", () => {
    expect(() => orchestrator([device(), device()])).toThrow(TypeError);
  });

  test("judges by the rules of now when they were reloaded: turns said before, values they kept, and the record's version", async () => {
    const rules = new ExpertSystem({ rules: [] });
    const [small, large] = [device(), network()];
    const entries: AuditEntry[] = [];
    const audit = { append: async (entry: AuditEntry) => void entries.push(entry) };
    const runtime = orchestrator([small, large], { rules, audit });
    await runtime.answer({ ...HARD, project: "work", text: `${HARD.text} Use BADGE-4711` });
    await runtime.answer({ ...HARD, project: "work" });
    expect(JSON.stringify(large.calls.at(-1)!.prompt)).toContain("BADGE-4711");
    const own = { id: "OWN_001", description: "a badge number", pattern: "BADGE-[0-9]{4}" };
    rules.replaceWith(systemWithRuleFile(JSON.stringify({ version: 1, rules: [own] }), "rules.json"));
    await runtime.answer({ ...HARD, project: "work" });
    expect(JSON.stringify(large.calls.at(-1)!.prompt)).not.toContain("BADGE-4711");
    const versions = entries.flatMap((entry) => (entry.kind === "ended" ? [] : [entry.facts.ruleVersion]));
    expect(new Set(versions).size).toBe(2);
  });
});
