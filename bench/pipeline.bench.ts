import { readFileSync } from "node:fs";
import { measureQuestion, QUESTIONS, questionEngines, turnOf, UPSTREAM_NS } from "../src/cli/bench/question.js";
import { measureSwitches } from "../src/cli/bench/storage.js";
import { ContextManager } from "../src/context/context-manager.js";
import { History } from "../src/context/history.js";
import { MemoryStore } from "../src/context/memory-store.js";
import { buildPrompt } from "../src/context/prompt.js";
import { estimateTokens } from "../src/context/tokens.js";
import { TopicMemory } from "../src/context/topic-memory.js";
import { decodeTopicWeights } from "../src/context/topic-weights.js";
import type { Engine } from "../src/core/ports.js";
import type { ScannedText } from "../src/core/verdict.js";
import { Orchestrator } from "../src/orchestrator.js";
import { Router, type RoutingInput } from "../src/routing/router.js";
import { textFeatures } from "../src/routing/text-features.js";
import { ExpertSystem } from "../src/rules/expert-system.js";
import { compare, measureAsync, type Report } from "./harness.js";

/** Turns that a project keeps, by default. */
const MAX_TURNS = 10_000;

/** The main path without a language model: each part alone, then whole questions, then projects. */
export async function run(report: Report): Promise<void> {
  const rules = new ExpertSystem();
  const router = new Router();
  const engines = questionEngines();
  const [skills, local] = engines as readonly [Engine, Engine]; // and a remote one
  const texts = QUESTIONS.map((text): readonly ScannedText[] => [{ source: "question", text }]);
  const inputs = QUESTIONS.map(
    (text): RoutingInput => ({
      text,
      preference: "balanced",
      verdict: { kind: "allow", hits: [] },
      device: {},
      projectPrivate: false,
      promptTokens: estimateTokens(text),
      needs: { tools: false, structuredOutput: false, files: false },
      engines,
    }),
  );
  const each =
    <T>(items: readonly T[], body: (item: T) => unknown) =>
    (iterations: number): unknown => {
      let last: unknown;
      for (let index = 0; index < iterations; index++) last = body(items[index % items.length]!);
      return last;
    };
  const parts = compare(
    {
      rules: each(texts, (text) => rules.evaluate(text).kind),
      features: each(QUESTIONS, (text) => textFeatures(text).words),
      skills: each(QUESTIONS, (text) => skills.accepts?.(text)),
      route: each(inputs, (input) => router.route(input).score),
    },
    { totalMs: 400 },
  );
  const meaning = {
    rules: "rules on a question of 80 characters",
    features: "text features of it",
    skills: "asking the device skills whether they answer it",
    route: "the route, features and skills included",
  };
  for (const [name, { minNs }] of Object.entries(parts)) {
    report.figure({ name: `pipeline.${name}_ns`, value: minNs, meaning: meaning[name as keyof typeof meaning] }); // the keys are the same
  }

  prompts(report);
  const context = new ContextManager({ store: new MemoryStore() });
  const runtime = new Orchestrator({ engines: [skills, local], context });
  const ask = async (iterations: number): Promise<unknown> => {
    let last: unknown;
    for (let index = 0; index < iterations; index++)
      last = await runtime.answer({ text: QUESTIONS[index % QUESTIONS.length]! });
    return last;
  };
  await ask(MAX_TURNS + 500); // from here on the history is full
  const before = heapBytes();
  const whole = await measureAsync(ask, { totalMs: 1500 });
  const forgetful = await measureAsync(
    async (iterations) => {
      let last: unknown;
      for (let index = 0; index < iterations; index++) {
        last = await runtime.answer({ text: QUESTIONS[index % QUESTIONS.length]!, remember: false });
      }
      return last;
    },
    { totalMs: 800 },
  );
  report.figure({
    name: "pipeline.question_ns",
    value: whole.minNs,
    meaning: "a whole question: rules, route, prompt with history, remembered in memory",
  });
  report.figure({
    name: "pipeline.question_not_remembered_ns",
    value: forgetful.minNs,
    meaning: "the same, not remembered",
  });
  report.figure({
    name: "pipeline.upstream_ratio",
    value: UPSTREAM_NS / whole.minNs,
    meaning: "times faster than the prototype's documented 5,911 us (another machine's figure)",
    target: { atLeast: 10 },
  });
  report.figure({
    name: "pipeline.heap_growth_mb",
    value: Math.max(0, heapBytes() - before) / 2 ** 20,
    meaning: "heap after all of these questions, beyond that with a full history of 10,000 turns before",
    target: { atMost: 1 },
  });
  await projects(report);
  const topics = new TopicMemory(decodeTopicWeights(readFileSync("models/topic-readout.bin")));
  await measureQuestion(report, { topics, totalMs: 3000 });
  await measureSwitches(report, { topics, totalMs: 4000 });
}

/** Building a prompt costs what fits into it, however long the window is. */
function prompts(report: Report): void {
  const windowOf = (length: number): History => {
    const turns = Array.from({ length }, (_, age) => turnOf(QUESTIONS[age % QUESTIONS.length]!, length - age));
    return History.of(turns);
  };
  const build =
    (history: History) =>
    (iterations: number): unknown => {
      let tokens = 0;
      for (let index = 0; index < iterations; index++) {
        const question = QUESTIONS[index % QUESTIONS.length]!;
        tokens += buildPrompt({ question, turns: history, place: "device", budgetTokens: 1536 }).tokens;
      }
      return tokens;
    };
  const measured = compare({ short: build(windowOf(100)), long: build(windowOf(10_000)) }, { totalMs: 400 });
  report.figure({
    name: "pipeline.prompt_ns",
    value: measured.short.minNs,
    meaning: "building a prompt of 1536 tokens (about 30 turns) from a window of 100 turns",
  });
  report.figure({
    name: "pipeline.prompt_window_ratio",
    value: measured.long.minNs / measured.short.minNs,
    meaning: "the same from a window of 10,000 turns, against it",
    target: { atMost: 1.5 },
  });
}

/** Switching between projects costs the window of one project, however many turns the others have. */
async function projects(report: Report): Promise<void> {
  const turn = {
    kind: "turn" as const,
    question: QUESTIONS[0],
    answer: "An answer.",
    route: "local" as const,
    engine: "local",
    privacy: "open" as const,
    ruleIds: [],
  };
  const context = new ContextManager({ store: new MemoryStore() });
  for (let index = 0; index < 100; index++) for (const name of ["a", "b"]) await context.remember(name, turn);
  const hot = await measureAsync(async (iterations) => {
    for (let index = 0; index < iterations; index++) await context.open(index % 2 === 0 ? "a" : "b");
    return context.state("a");
  });
  const cold = new ContextManager({ store: new MemoryStore(), maxOpenProjects: 1 });
  for (const [name, count] of [
    ["short", 100],
    ["long", 2000],
  ] as const) {
    for (let index = 0; index < count; index++) await cold.remember(name, turn);
  }
  const load = (name: string) =>
    measureAsync(async (iterations) => {
      for (let index = 0; index < iterations; index++) {
        await cold.open("other");
        await cold.open(name);
      }
      return cold.state(name);
    });
  const [short, long] = [await load("short"), await load("long")];
  report.figure({ name: "pipeline.switch_hot_ns", value: hot.minNs, meaning: "switch between two loaded projects" });
  report.figure({
    name: "pipeline.switch_cold_ns",
    value: short.minNs,
    meaning: "load a project's window of 100 turns, and an empty one",
  });
  report.figure({
    name: "pipeline.switch_length_ratio",
    value: long.minNs / short.minNs,
    meaning: "the same of a project with 20 times the turns, against it",
    target: { atMost: 3 },
  });
}

function heapBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
