import type { LanguageModelV4 } from "@ai-sdk/provider";
import { ContextManager } from "../../context/context-manager.js";
import { History } from "../../context/history.js";
import { MemoryStore } from "../../context/memory-store.js";
import type { TopicMemory } from "../../context/topic-memory.js";
import type { Turn } from "../../context/turn.js";
import { UNKNOWN_USAGE } from "../../core/language-model.js";
import type { Engine } from "../../core/ports.js";
import type { ScannedText } from "../../core/verdict.js";
import { type Circumstances, decide } from "../../decision.js";
import { deviceSkillsEngine } from "../../engines/device-skills/device-skills.js";
import { Orchestrator } from "../../orchestrator.js";
import { Router, type RoutingInput } from "../../routing/router.js";
import { ExpertSystem } from "../../rules/expert-system.js";
import { type Batch, compare, measure, measureAsync, type Report } from "./measuring.js";
import { madeUpRouterModel } from "./router-weights.js";

/** The prototype's documented pipeline, whole question without a language model, on another machine. */
export const UPSTREAM_NS = 5_911_000;

/** Questions of some 80 characters that no device skill answers. */
export const QUESTIONS = [
  "What is the boiling point of water on Mount Everest, and why does it differ there?",
  "Summarise the discussion about the garden shed and list what is still open, please.",
  "Write a function that sorts an array of names by length, then alphabetically.",
  "hello there, how are you today?",
  "Compare the advantages of heat pumps and gas boilers for an old house in the north.",
  "Which of my projects did I last talk about with you, and what was decided on it?",
  "Explain step by step why quicksort is fast on average and slow in the worst case.",
  "Who wrote the letters that the film about the lighthouse keeper was made from?",
] as const;

const ANSWER = "An answer of ordinary length, as a small model would give it in one breath.";

/** Answers at once, so that what is measured is everything around the model. */
const instant: LanguageModelV4 = {
  specificationVersion: "v4",
  provider: "bench",
  modelId: "instant",
  supportedUrls: {},
  doGenerate: async () => ({
    content: [{ type: "text", text: ANSWER }],
    finishReason: { unified: "stop", raw: undefined },
    usage: UNKNOWN_USAGE,
    warnings: [],
  }),
  doStream: () => Promise.reject(new Error("not measured")),
};

const supports = { tools: true, structuredOutput: true, files: true };
const local: Engine = { id: "local", place: "device", model: instant, supports, contextTokens: 2048 };
const remote: Engine = { id: "remote", place: "network", model: instant, supports, contextTokens: 16_384 };

/** An engine of each kind: skills, a model on the device, one on the network. */
export function questionEngines(): readonly Engine[] {
  return [deviceSkillsEngine({}), local, remote];
}

/** A turn of a made-up conversation. */
export function turnOf(question: string, seq: number): Turn {
  return {
    id: String(seq),
    projectId: "bench",
    seq,
    kind: "turn",
    question,
    answer: ANSWER,
    route: "local",
    engine: "local",
    privacy: "open",
    ruleIds: [],
    createdAtMs: seq,
  };
}

/** The rules, and the learned route with all it reads, each alone. */
export function measureParts(report: Report, totalMs: number): void {
  const rules = new ExpertSystem();
  const router = new Router({ model: madeUpRouterModel() });
  const plain = new Router();
  const engines = questionEngines();
  const texts = QUESTIONS.map((text): readonly ScannedText[] => [{ source: "question", text }]);
  const inputs = QUESTIONS.map(
    (text): RoutingInput => ({
      text,
      preference: "balanced",
      verdict: { kind: "allow", hits: [] },
      device: {},
      projectPrivate: false,
      promptTokens: 20,
      needs: { tools: false, structuredOutput: false, files: false },
      engines,
    }),
  );
  const each =
    <T>(items: readonly T[], body: (item: T) => unknown): Batch =>
    (count) => {
      let last: unknown;
      for (let index = 0; index < count; index++) last = body(items[index % items.length]!);
      return last;
    };
  const ns = compare(
    {
      rules: each(texts, (text) => rules.evaluate(text).kind),
      route: each(inputs, (input) => router.route(input).score),
      thumb: each(inputs, (input) => plain.route(input).score),
    },
    { totalMs: totalMs / 3 },
  );
  const figure = (name: string, value: number, meaning: string): void =>
    report.figure({ name, value: value / 1000, meaning });
  figure("rules.question_us", ns.rules.minNs, "all rules on a question of 80 characters");
  figure("route.learned_us", ns.route.minNs, "its route by a learned router: encoding, features, device skills asked");
  figure("route.thumb_us", ns.thumb.minNs, "its route by rules of thumb, device skills asked");
}

/**
 * A question without its answer: rules, encoding, learned route with the device's skills asked, the topic memory's step of the
 * reservoir, history. Then whole calls of the runtime with a model that answers at once, so that prompt, check of the answer, a second
 * step for it and the store are in it.
 */
export async function measureQuestion(
  report: Report,
  { topics, totalMs = 1500 }: { readonly topics: TopicMemory; readonly totalMs?: number },
): Promise<void> {
  const rules = new ExpertSystem();
  const router = new Router({ model: madeUpRouterModel() });
  const engines = questionEngines();
  const circumstances: Circumstances = {
    preference: "balanced",
    projectPrivate: false,
    device: {},
    engines,
    keptValues: [],
    task: { lastRoute: "local", idleMs: 20_000, sameTopic: true },
  };
  const queries = QUESTIONS.map((text) => ({ text }));
  const turns = QUESTIONS.map((question, place) => turnOf(question, place + 1));
  const heard = turns.map((turn) => ({ ...turn, answer: "" }));
  const history = new History({ windowTurns: 100 });
  const project = topics.empty();
  const pass = (count: number): number => {
    let sum = 0;
    for (let index = 0; index < count; index++) {
      const place = index % QUESTIONS.length;
      sum += decide(queries[place]!, circumstances, { rules, router }).routing.score;
      topics.observe(project, heard[place]!);
      history.push(turns[place]!);
    }
    return sum;
  };
  pass(20_000);
  const before = heapBytes();
  const whole = measure(pass, { totalMs });
  const growth = heapBytes() - before;
  const first = await firstAfterIdle(pass);
  report.figure({
    name: "question.whole_us",
    value: whole.minNs / 1000,
    meaning: "rules, encoding, learned route, reservoir, history: a question without a language model",
    target: { atMost: 8 },
  });
  report.figure({
    name: "question.upstream_ratio",
    value: UPSTREAM_NS / whole.minNs,
    meaning: "times as fast as the prototype's documented pipeline (5,911 us on another machine)",
    target: { atLeast: 700 },
  });
  report.figure({
    name: "question.per_second",
    value: 1e9 / whole.minNs,
    meaning: "the same, questions a second",
    target: { atLeast: 120_000 },
  });
  report.figure({
    name: "question.first_us",
    value: first,
    meaning: "the first after 200 ms of rest, median",
    target: { atMost: 150 },
  });
  if (!Number.isNaN(growth)) {
    report.figure({
      name: "question.heap_growth_kb",
      value: Math.max(0, growth) / 1024,
      meaning: "heap after all of these, beyond that before",
      target: { atMost: 16 },
    });
  }
  const context = new ContextManager({ store: new MemoryStore(), maxTurns: 200, topics: async () => topics });
  const runtime = new Orchestrator({ engines, rules, router, context });
  const ask = async (count: number): Promise<unknown> => {
    let last: unknown;
    for (let index = 0; index < count; index++) last = await runtime.answer(queries[index % queries.length]!);
    return last;
  };
  await ask(500);
  const answered = await measureAsync(ask, { totalMs });
  report.figure({
    name: "question.answered_us",
    value: answered.minNs / 1000,
    meaning:
      "asked of the runtime: also prompt, model that answers at once, the answer's rules and reservoir step, store",
  });
}

/** Microseconds of one pass after a rest in which other work took the caches; the median of several. */
async function firstAfterIdle(pass: (count: number) => unknown): Promise<number> {
  const samples: number[] = [];
  for (let sample = 0; sample < 9; sample++) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    const start = process.hrtime.bigint();
    pass(1);
    samples.push(Number(process.hrtime.bigint() - start) / 1000);
  }
  return samples.sort((a, b) => a - b)[samples.length >> 1]!;
}

/** After a collection; NaN where the process cannot ask for one. */
function heapBytes(): number {
  if (globalThis.gc === undefined) return Number.NaN;
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}
