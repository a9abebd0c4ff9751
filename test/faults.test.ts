import { Buffer } from "node:buffer";
import type { LanguageModelV4Prompt } from "@ai-sdk/provider";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ContextManager } from "../src/context/context-manager.js";
import { KeptAnswers } from "../src/context/kept-answers.js";
import { MemoryStore } from "../src/context/memory-store.js";
import { QueuedQuestions } from "../src/context/queued-questions.js";
import { systemClock } from "../src/core/clock.js";
import type { Outcome } from "../src/core/outcome.js";
import type { Engine } from "../src/core/ports.js";
import type { Query } from "../src/core/query.js";
import { systemRandom } from "../src/core/random.js";
import { withBatching } from "../src/engines/batched.js";
import { withBreaker } from "../src/engines/breaking.js";
import { withCache } from "../src/engines/cached.js";
import type { PartListener } from "../src/engines/cascade.js";
import { createEgress } from "../src/engines/egress.js";
import { openAICompatibleEngine } from "../src/engines/openai-compatible.js";
import { withRetry } from "../src/engines/retrying.js";
import { withTimeout } from "../src/engines/timed.js";
import { Orchestrator, type QueuedQuestion } from "../src/orchestrator.js";
import { CircuitBreaker } from "../src/resilience/circuit-breaker.js";
import { OfflineQueue } from "../src/resilience/offline-queue.js";
import { ResponseCache } from "../src/resilience/response-cache.js";
import { ExpertSystem } from "../src/rules/expert-system.js";
import { scriptedEngine } from "../src/testing.js";
import { type Fault, type FaultServer, startFaultServer } from "./support/fault-server.js";
import { flaggedSamples, redactableSamples } from "./support/flagged-samples.js";

// The whole runtime over a real network that fails in every way: what is flagged never leaves, and nothing hangs.

const samples = flaggedSamples();
const redactable = redactableSamples();
const MAX_RESPONSE = 256 * 1024;
/** A question may take this long whatever the server does: three attempts of 250 ms with pauses, and the fallback. */
const PATIENCE_MS = 20_000;

let elsewhere: FaultServer; // where a redirect leads
let healthy: FaultServer; // the fallback
const servers: FaultServer[] = [];
beforeAll(async () => {
  elsewhere = await startFaultServer({ kind: "answer", text: "from elsewhere" });
  healthy = await startFaultServer({ kind: "answer", text: "from the fallback" });
});
afterAll(() => Promise.all([...servers, elsewhere, healthy].map((server) => server.close())));

/** Hard enough that the network comes first. */
const HARD = "Prove step by step that quicksort takes n log n comparisons on average, and compare it with heapsort.";

/** What the server does, and whether three attempts reach an answer in spite of it. Built when the servers' ports are known. */
const faults: readonly (readonly [string, () => readonly Fault[], "answers" | undefined])[] = [
  ["connection refused", () => [{ kind: "refuse" }], undefined],
  ["reset before the answer", () => [{ kind: "reset" }], undefined],
  ["reset within the answer, nothing shown", () => [{ kind: "reset-within", pieces: 0 }], undefined],
  ["reset within the answer, some shown", () => [{ kind: "reset-within", pieces: 2 }], undefined],
  ["no answer ever", () => [{ kind: "silence" }], undefined],
  ["a byte now and then", () => [{ kind: "drip", everyMs: 100 }], undefined],
  ["429", () => [{ kind: "status", status: 429 }], undefined],
  ["429 with Retry-After in seconds", () => [{ kind: "status", status: 429, retryAfter: "0" }], undefined],
  ["429 with a Retry-After of an hour", () => [{ kind: "status", status: 429, retryAfter: "3600" }], undefined],
  ["429 with a Retry-After of nonsense", () => [{ kind: "status", status: 429, retryAfter: "soon" }], undefined],
  ["500", () => [{ kind: "status", status: 500 }], undefined],
  ["502", () => [{ kind: "status", status: 502 }], undefined],
  ["503", () => [{ kind: "status", status: 503 }], undefined],
  ["400 that quotes the request", () => [{ kind: "status", status: 400 }], undefined],
  ["a cut answer", () => [{ kind: "truncated" }], undefined],
  ["an answer that is no JSON", () => [{ kind: "malformed" }], undefined],
  ["a page of HTML", () => [{ kind: "wrong-type" }], undefined],
  [
    "302 to another port",
    () => [{ kind: "redirect", status: 302, location: `${elsewhere.baseUrl}/chat/completions` }],
    undefined,
  ],
  [
    "307 to another port",
    () => [{ kind: "redirect", status: 307, location: `${elsewhere.baseUrl}/chat/completions` }],
    undefined,
  ],
  ["307 to itself, for ever", () => [{ kind: "redirect", status: 307, location: "/v1/chat/completions" }], undefined],
  ["307 to itself, once", () => [{ kind: "redirect", status: 307, location: "/v1/again" }, answer], "answers"],
  ["events twice, out of order and behind the end", () => [{ kind: "jumbled" }], "answers"],
  ["a gzip bomb", () => [{ kind: "gzip-bomb", bytes: 64 * 2 ** 20 }], undefined],
  ["an answer without end", () => [{ kind: "oversize", bytes: 16 * 2 ** 20 }], undefined],
  ["a 503 and a reset, then an answer", () => [{ kind: "status", status: 503 }, { kind: "reset" }, answer], "answers"],
  ["silence and a cut answer, then an answer", () => [{ kind: "silence" }, { kind: "truncated" }, answer], "answers"],
];
const answer: Fault = { kind: "answer", text: "from the first" };

interface World {
  readonly orchestrator: Orchestrator;
  readonly context: ContextManager;
  /** Whether the device says that it has a network. */
  readonly network: { online: boolean };
}

/** A remote that fails, perhaps another behind it, perhaps a model of the device. */
function world(
  first: FaultServer,
  options: { readonly consent?: boolean; readonly local?: boolean; readonly fallback?: boolean },
): World {
  const { consent = false, local = false, fallback = false } = options;
  const rules = new ExpertSystem({ redactPersonalData: consent });
  const store = new MemoryStore();
  const network = { online: true };
  const cache = new ResponseCache({ texts: new KeptAnswers(store), clock: systemClock });
  const remote = (server: FaultServer, id: string): Engine => {
    const engine = openAICompatibleEngine({
      baseUrl: server.baseUrl,
      model: "m",
      id,
      place: "network",
      egress: createEgress({ scanner: rules }),
      maxResponseBytes: MAX_RESPONSE,
    });
    const timed = withTimeout(engine.model, { silenceMs: 250, wholeMs: 250 });
    const retried = withRetry(timed, { maxAttempts: 3, baseMs: 1, maxRetryAfterMs: 1_000 });
    const breaker = new CircuitBreaker({ clock: systemClock });
    // Every call may wait, so that each goes through a batch of its own or of several.
    const batched = withBatching(withBreaker(retried, breaker), {
      soon: { maxBatchSize: 3, maxWaitMs: 1 },
      isListening: () => true,
    });
    return { ...engine, model: withCache(batched, { cache, hash: (text) => text }) };
  };
  const engines = [
    ...(local ? [scriptedEngine(["from the device"], { id: "local", place: "device" })] : []),
    remote(first, "first"),
    ...(fallback ? [remote(healthy, "second")] : []),
  ];
  const context = new ContextManager({ store });
  const queue = new OfflineQueue<QueuedQuestion>({
    texts: new QueuedQuestions(store),
    clock: systemClock,
    random: systemRandom,
  });
  const device = { status: () => ({ online: network.online }) };
  return { orchestrator: new Orchestrator({ engines, rules, context, queue, device }), context, network };
}

/** An outcome with all that was shown of it. */
async function ask(
  { orchestrator }: World,
  query: Query,
  stream: boolean,
): Promise<{ outcome: Outcome; shown: string }> {
  let shown = "";
  const onPart: PartListener = (part) => {
    if (part.type === "text-delta") shown += part.delta;
  };
  const signal = AbortSignal.timeout(PATIENCE_MS); // a hang rejects, and fails the test
  const outcome = await orchestrator.answer(query, {
    signal,
    ...(stream ? { onPart } : {}),
  });
  return { outcome, shown };
}

/** Each form in which a value could have left. */
function formsOf(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  const escaped = JSON.stringify(value).slice(1, -1);
  // Base64 of it at each of three offsets, without the characters that its neighbours decide.
  const encoded = [0, 1, 2].map((offset) =>
    Buffer.concat([Buffer.alloc(offset), bytes])
      .toString("base64")
      .slice(offset === 0 ? 0 : 4, -4),
  );
  return [value, escaped, encodeURIComponent(value), bytes.toString("hex"), ...encoded].filter(
    (form) => form.length >= 4,
  );
}

function expectNothingOf(values: readonly string[]): void {
  const received = [...servers, healthy, elsewhere].map((server) => server.receivedText()).join("\n");
  for (const value of values) for (const form of formsOf(value)) expect(received).not.toContain(form);
}

/** Where a flagged text can hide in a question that is itself harmless. */
const places: readonly (readonly [string, (text: string) => Partial<Query>])[] = [
  ["question", (text) => ({ text })],
  ["system prompt", (system) => ({ system })],
  [
    "earlier message",
    (text) => ({ conversation: [said("user", text), said("assistant", "I see."), said("user", "Go on.")] }),
  ],
  [
    "earlier answer",
    (text) => ({ conversation: [said("user", "Hi"), said("assistant", text), said("user", "Go on.")] }),
  ],
  ["tool result", (value) => ({ conversation: [said("user", "Read it"), ...toolCall({ type: "text", value })] })],
  [
    "JSON of a tool",
    (a) => ({ conversation: [said("user", "Read"), ...toolCall({ type: "json", value: { a: [{ a }] } })] }),
  ],
  [
    "attachment",
    (text) => ({
      conversation: [
        {
          role: "user",
          content: [
            {
              type: "file",
              mediaType: "text/plain",
              data: { type: "data", data: Buffer.from(text).toString("base64") },
            },
            { type: "text", text: "Sum this up." },
          ],
        },
      ],
    }),
  ],
];

function said(role: "user" | "assistant", text: string): LanguageModelV4Prompt[number] {
  return role === "user" ? { role, content: [{ type: "text", text }] } : { role, content: [{ type: "text", text }] };
}

function toolCall(
  output: { type: "text"; value: string } | { type: "json"; value: { a: { a: string }[] } },
): LanguageModelV4Prompt {
  const call = { toolCallId: "1", toolName: "read" };
  return [
    { role: "assistant", content: [{ type: "tool-call", ...call, input: {} }] },
    { role: "tool", content: [{ type: "tool-result", ...call, output }] },
  ];
}

test("the rules flag every sample", () => {
  const rules = new ExpertSystem({ redactPersonalData: true });
  expect(new Set(samples.map(({ kind }) => kind)).size).toBe(20);
  for (const { kind, text, value } of [...samples, ...redactable]) {
    const { kind: verdict } = rules.evaluate([{ source: "question", text }]);
    expect({ kind, verdict }).toEqual({
      kind,
      verdict: redactable.some((each) => each.value === value) ? "redact" : "keep-local",
    });
  }
});

test("what this test looks for would be seen: without rules everything arrives", async () => {
  const server = await startFaultServer(answer);
  const engine = openAICompatibleEngine({
    baseUrl: server.baseUrl,
    model: "m",
    place: "network",
    egress: createEgress({ scanner: { evaluate: () => ({ kind: "allow", hits: [] }) } }),
  });
  for (const { text, value } of [...samples, ...redactable]) {
    await engine.model.doGenerate({ prompt: [said("user", text)] });
    expect(formsOf(value).some((form) => server.receivedText().includes(form))).toBe(true);
  }
  await server.close();
});

describe("a flagged text never reaches a remote", () => {
  test.each(places)("in the %s, whoever asks for the remote", async (_, at) => {
    const server = await startFaultServer({ kind: "reset" }, { kind: "answer", text: "got it" });
    servers.push(server);
    for (const sample of samples) {
      const query: Query = { text: "Go on.", ...at(sample.text) };
      const alone = world(server, { fallback: true, consent: true });
      for (const forced of [{}, { forced: "remote" as const }]) {
        const { outcome } = await ask(alone, { ...query, ...forced }, true);
        expect({ kind: sample.kind, outcome: outcome.kind }).not.toMatchObject({ outcome: "answered" });
      }
      const withLocal = world(server, { local: true, fallback: true, consent: true });
      const { outcome, shown } = await ask(withLocal, query, true);
      expect(outcome).toMatchObject({ kind: "answered", route: "local", text: "from the device" });
      expect(shown).toBe("from the device");
    }
    expect(server.requests).toBe(0);
    expectNothingOf(samples.map(({ value }) => value));
  });
});

test("what waited in the queue leaves as placeholders only, whatever happens on the way, and a flagged text never waits", async () => {
  const server = await startFaultServer({ kind: "status", status: 503 }, { kind: "reset" }, answer);
  servers.push(server);
  const given = world(server, { consent: true });
  given.network.online = false;
  for (const { text } of [...samples, ...redactable]) {
    const { outcome } = await ask(given, { text, forced: "remote", project: "work" }, false);
    expect(outcome.kind).toBe(redactable.some((each) => each.text === text) ? "queued" : "blocked");
  }
  given.network.online = true;
  const asked: string[] = [];
  const onOutcome = (item: { readonly content: QueuedQuestion }): void => void asked.push(item.content.text);
  for (let round = 0; round < 3; round++) await given.orchestrator.flushQueue({ onOutcome });
  expect(new Set(asked)).toEqual(new Set(redactable.map(({ text }) => text)));
  expect(server.receivedText()).toContain("_1]");
  expectNothingOf([...samples, ...redactable].map(({ value }) => value));
});

test("ten flagged questions at once in one batch and one that is not: only that one leaves", async () => {
  const server = await startFaultServer(answer);
  servers.push(server);
  const given = world(server, { consent: true });
  const questions = [
    ...samples.slice(0, 10).map(({ text }) => text),
    "Tell me the story of the tower of Hanoi, please",
  ];
  const outcomes = await Promise.all(questions.map((text) => ask(given, { text, forced: "remote" }, false)));
  expect(outcomes.filter(({ outcome }) => outcome.kind === "answered")).toHaveLength(1);
  expect(server.requests).toBe(1);
  expectNothingOf(samples.map(({ value }) => value));
});

test("a name that cannot be resolved is a failure of the network that the device answers for", async () => {
  const nowhere = { ...healthy, baseUrl: "http://no-such-host.invalid/v1" };
  const { outcome } = await ask(world(nowhere, { local: true }), { text: HARD, preference: "quality" }, true);
  expect(outcome).toMatchObject({ kind: "answered", engine: "local", attempts: [{ engine: "first" }, {}] });
  expect(outcome.attempts[0]?.failure).toMatch(/Cannot reach http:\/\/no-such-host\.invalid: (?:ENOTFOUND|EAI_AGAIN)/);
});

test("a connection that died while the device slept is given up, and the next attempt takes another", async () => {
  const server = await startFaultServer(answer);
  servers.push(server);
  const given = world(server, {});
  expect((await ask(given, { text: "first of all", forced: "remote" }, false)).outcome.kind).toBe("answered");
  server.goDeaf(); // the kept connection swallows everything from here on, a new one works
  const { outcome } = await ask(given, { text: "second of all", forced: "remote" }, false);
  expect(outcome).toMatchObject({ kind: "answered", text: "from the first" });
});

describe.each(faults)("under %s", (_, script, ending) => {
  const partial = "piece 0 piece 1 ";
  const play = async (): Promise<FaultServer> => {
    const server = await startFaultServer(...script());
    servers.push(server);
    return server;
  };
  const check = async (
    given: World,
    query: Query,
    stream: boolean,
    expected: string | undefined,
    secret: readonly string[],
  ): Promise<void> => {
    const { outcome, shown } = await ask(given, { ...query, queue: false }, stream);
    if (shown.startsWith("piece")) {
      // Something was shown: no other answer may follow it.
      expect([outcome.kind, shown]).toEqual(["unanswerable", partial]);
    } else if (expected === undefined) {
      expect([outcome.kind, shown]).toEqual(["unanswerable", ""]);
      expect(outcome).toMatchObject({ reason: expect.stringContaining("No engine could answer this: first failed") });
    } else {
      expect(outcome).toMatchObject({ kind: "answered", text: expected });
      expect(shown).toBe(stream ? expected : "");
    }
    // What is told about it quotes nothing either.
    const told = JSON.stringify({ ...outcome, text: "", content: [] });
    for (const value of secret) for (const form of formsOf(value)) expect(told).not.toContain(form);
    for (const { failure = "" } of outcome.attempts) expect(failure.length).toBeLessThan(600);
  };

  test("a history full of flagged turns stays here", async () => {
    const values = samples.map(({ value }) => value);
    for (const [behind, otherwise] of [
      [{}, undefined],
      [{ fallback: true }, "from the fallback"],
      [{ local: true }, "from the device"],
    ] as const) {
      for (const stream of [false, true]) {
        const server = await play();
        const given = world(server, { ...behind, consent: true });
        for (const { text } of samples) {
          const told = await world(server, { local: true, consent: true }).orchestrator.plan({ text });
          expect(told.verdict.kind).toBe("keep-local");
          const ruleIds = told.verdict.hits.map(({ ruleId }) => ruleId);
          const turn = { kind: "turn", route: "local", engine: "local", privacy: "device-only", ruleIds } as const;
          await given.context.remember("work", { ...turn, question: text, answer: `You said: ${text}` });
        }
        // A hard question, so that the network comes first and the device after it.
        const query: Query = {
          text: HARD,
          project: "work",
          ...("local" in behind ? { preference: "quality" } : { forced: "remote" }),
        };
        await check(given, query, stream, ending === "answers" ? "from the first" : otherwise, values);
        expect(server.requests).toBeLessThanOrEqual(3 * 4);
        await server.close();
      }
    }
    expectNothingOf(values);
  });

  test("what may be redacted leaves as placeholders only, at every attempt and at the fallback", async () => {
    const values = redactable.map(({ value }) => value);
    for (const stream of [false, true]) {
      const server = await play();
      const given = world(server, { fallback: true, consent: true });
      const query: Query = { text: redactable.map(({ text }) => text).join("\n"), forced: "remote" };
      await check(given, query, stream, ending === "answers" ? "from the first" : "from the fallback", values);
      expect(server.receivedText()).toContain("[EMAIL_1]");
      await server.close();
    }
    expectNothingOf(values);
    expect(elsewhere.requests).toBe(0);
  });
});
