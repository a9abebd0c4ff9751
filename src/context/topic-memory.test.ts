import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ContextManager } from "./context-manager.js";
import { MemoryStore } from "./memory-store.js";
import { type ProjectTopics, TopicMemory } from "./topic-memory.js";
import { decodeTopicWeights, encodeTopicWeights } from "./topic-weights.js";
import type { NewTurn } from "./turn.js";

const weights = decodeTopicWeights(readFileSync(new URL("../../models/topic-readout.bin", import.meta.url)));

const FLIGHTS = [
  "I want to book a flight from Seattle to New York next Monday",
  "Are there any cheaper economy tickets with that airline?",
  "Which flights leave in the morning and are nonstop?",
  "Please buy the plane ticket for two passengers",
];
const FOOD = [
  "Find me an Italian restaurant in San Jose",
  "Can I reserve a table for four at seven in the evening?",
  "Does the restaurant serve vegetarian food and is it moderate in price?",
  "What is the phone number of the restaurant, and where is it?",
];
const GOLDEN = -0.04885;
const NEW_FLIGHT = "I need another plane ticket, a return flight from New York to Seattle";

function said(question: string, answer = ""): NewTurn {
  return { kind: "turn", question, answer, route: "local", engine: "test", privacy: "open", ruleIds: [] };
}

function hear(memory: TopicMemory, project: ProjectTopics, questions: readonly string[]): void {
  for (const [place, question] of questions.entries())
    memory.observe(project, { question, answer: "", seq: place + 1 });
}

async function twoProjects(store = new MemoryStore(), memory = new TopicMemory(weights)) {
  const context = new ContextManager({ store, topics: async () => memory, windowTurns: 20 });
  for (const text of FLIGHTS) await context.remember("trip", said(text));
  for (const text of FOOD) await context.remember("dinner", said(text));
  return { store, context, memory };
}

describe("which project a text belongs to", () => {
  test("is learned from what was said in each, without labels", async () => {
    const { context } = await twoProjects();
    expect(await context.suggestProject(NEW_FLIGHT, "dinner")).toMatchObject({ project: "trip" });
    expect(await context.suggestProject(NEW_FLIGHT, "trip")).toBeUndefined();
    expect(await context.suggestProject("Book a table at a Mexican restaurant", "trip")).toMatchObject({
      project: "dinner",
    });
    expect(await context.suggestProject("yes, thanks", "dinner")).toBeUndefined();
    expect(await context.suggestProject("", "dinner")).toBeUndefined();
  });

  test("is the same from a new process, and the turn that the text became does not count", async () => {
    const { context, store } = await twoProjects();
    const first = await context.suggestProject(NEW_FLIGHT, "dinner");
    await context.checkpoint();
    const turn = await context.remember("dinner", said(NEW_FLIGHT, "Here it is"));
    const next = new ContextManager({ store, topics: async () => new TopicMemory(weights), windowTurns: 20 });
    const again = await next.suggestProject(NEW_FLIGHT, "dinner", { turnId: turn.id });
    expect(again?.project).toBe("trip");
    expect(again?.score).toBeCloseTo(first!.score, 5);
  });

  test("is not asked of one project alone, nor without a memory", async () => {
    const context = new ContextManager({ store: new MemoryStore(), topics: async () => new TopicMemory(weights) });
    for (const text of FLIGHTS) await context.remember("trip", said(text));
    expect(await context.suggestProject(NEW_FLIGHT, "trip")).toBeUndefined();
    const without = await twoProjects();
    const plain = new ContextManager({ store: without.store });
    expect(await plain.suggestProject(NEW_FLIGHT, "dinner")).toBeUndefined();
    const unset = new ContextManager({ store: without.store, topics: async () => undefined });
    expect(await unset.suggestProject(NEW_FLIGHT, "dinner")).toBeUndefined();
    expect(await unset.topic("trip")).toBeUndefined();
  });
});

describe("what a conversation is about", () => {
  test("is read from its echo, and so is a change of subject", async () => {
    const { context } = await twoProjects();
    const before = await context.topic("trip");
    expect(before?.likeliest.now).toBe("Flights");
    for (const text of FOOD) await context.remember("trip", said(text));
    const after = await context.topic("trip");
    expect(after?.likeliest.now).toBe("Restaurants");
    expect(after?.recent[0]?.topic).toBe("Restaurants");
    expect(await context.topic("none")).toBeUndefined();
  });

  test("is told of a question before it is remembered, and nothing changes by asking", async () => {
    const { context } = await twoProjects();
    const before = await context.topic("trip");
    expect(await context.staysOnTopic("Is there a later flight?", "trip")).toBe(true);
    expect(await context.topic("trip")).toEqual(before);
    expect(await context.staysOnTopic("Is there a later flight?", "none")).toBeUndefined();
    const memory = new TopicMemory(weights);
    const project = memory.empty();
    const talk = [
      FLIGHTS[0]!,
      "I found a flight with Delta Airlines. It takes off at 6 am and costs $ 200.",
      "Yes, please book it.",
      "Your ticket has been booked. Do you need help with anything else?",
    ];
    hear(memory, project, talk);
    expect(memory.staysOnTopic(project, "Please find me a restaurant that serves Italian food in San Jose")).toBe(
      false,
    );
    expect(memory.staysOnTopic(project, "Which airline is it?")).toBe(true);
  });

  test("scores higher for a change with the first question about something else", () => {
    const memory = new TopicMemory(weights);
    const project = memory.empty();
    expect(memory.view(project)).toBeUndefined();
    hear(memory, project, FLIGHTS);
    const score = memory.view(project)!.changeScore;
    memory.observe(project, { question: FOOD[0]!, answer: "", seq: 9 });
    expect(memory.view(project)!.changeScore).toBeGreaterThan(score);
  });
});

describe("the state of a project", () => {
  test("is saved and loaded to the bit, or in a quarter of its bytes", () => {
    const memory = new TopicMemory(weights);
    const project = memory.empty();
    hear(memory, project, FOOD);
    project.revision = 5;
    const bytes = memory.save(project);
    expect(memory.load(bytes)).toEqual(project);
    expect(new TopicMemory(weights).save(memory.load(bytes)!)).toEqual(bytes);
    const small = memory.save(project, { precision: "int8" });
    expect(bytes.length - small.length).toBeGreaterThan(3000);
    expect(memory.view(memory.load(small)!)?.likeliest.now).toBe("Restaurants");
  });

  test("is refused when it is damaged or of other weights: it is made again from the turns", () => {
    const memory = new TopicMemory(weights);
    const bytes = memory.save(memory.empty());
    expect(memory.load(bytes.subarray(0, 100))).toBeUndefined();
    const changed = bytes.slice();
    changed[changed.length - 20]! ^= 1;
    expect(memory.load(changed)).toBeUndefined();
    const other = new TopicMemory({ ...weights, words: weights.words, readout: weights.readout, hash: "0".repeat(64) });
    expect(other.load(bytes)).toBeUndefined();
    expect(memory.load(bytes)).toBeDefined();
  });

  test("goes with a forgotten turn, and is made again without it", async () => {
    const { context, store, memory } = await twoProjects();
    await context.topic("dinner");
    const secret = await context.remember("dinner", said(NEW_FLIGHT));
    await context.checkpoint();
    const { id } = (await context.find("dinner"))!;
    const saved = memory.load((await store.loadState(id))!)!;
    expect(saved.seq).toBe(5);
    await context.forgetTurn(secret.id);
    expect(await store.loadState(id)).toBeUndefined();
    await context.topic("dinner");
    await context.checkpoint();
    const again = memory.load((await store.loadState(id))!)!;
    expect(again.utterances).toBe(4);
    expect(again.seq).toBe(4);
  });

  test("that another process has overtaken is not saved over what it forgot", async () => {
    const { context, store } = await twoProjects();
    await context.topic("dinner");
    const { id } = (await context.find("dinner"))!;
    const other = new ContextManager({ store });
    const [newest] = await other.history("dinner", { limit: 1 });
    await other.forgetTurn(newest!.id);
    await context.checkpoint();
    expect(await store.loadState(id)).toBeUndefined();
  });

  test("follows each turn once it is known, like one made from all turns at once", async () => {
    const { context, memory } = await twoProjects();
    await context.topic("trip");
    await context.remember("trip", said(FOOD[0]!, "There are three."));
    const step = await context.topic("trip");
    const whole = memory.empty();
    hear(memory, whole, FLIGHTS);
    memory.observe(whole, { question: FOOD[0]!, answer: "There are three.", seq: 5 });
    expect(step?.changeScore).toBe(memory.view(whole)?.changeScore);
  });

  test("remembers beyond the window, whether or not anyone asked", async () => {
    const store = new MemoryStore();
    const context = new ContextManager({ store, topics: async () => new TopicMemory(weights), windowTurns: 4 });
    for (let round = 0; round < 2; round++) {
      for (const text of FLIGHTS) await context.remember("trip", said(text));
      await context.checkpoint();
    }
    const { id } = (await context.find("trip"))!;
    expect(new TopicMemory(weights).load((await store.loadState(id))!)?.utterances).toBe(8);
  });
});

test("the readout belongs to the reservoir of today: when this fails, train it again (models/topic-readout.md)", () => {
  const memory = new TopicMemory(weights);
  const project = memory.empty();
  hear(memory, project, [...FLIGHTS, FOOD[0]!]);
  expect(memory.view(project)!.changeScore).toBeCloseTo(GOLDEN, 4);
});

test("weights are written and read to the same bytes, and other files are refused", () => {
  const bytes = encodeTopicWeights(weights);
  expect(decodeTopicWeights(bytes).hash).toBe(weights.hash);
  expect(bytes.length).toBeLessThan(200 * 1024);
  expect(() => decodeTopicWeights(bytes.subarray(0, 5000))).toThrow(/bytes/);
});

test("a turn is taken in within the time of a few hundred characters read by the plain twin", () => {
  const memory = new TopicMemory(weights);
  const project = memory.empty();
  const turn = { question: FLIGHTS[0]!, answer: FOOD[0]!, seq: 1 };
  const long = { question: "word ".repeat(100_000), answer: "", seq: 1 };
  const fastest = (what: typeof turn): number => {
    let best = Number.POSITIVE_INFINITY;
    for (let run = 0; run < 60; run++) {
      const began = performance.now();
      for (let round = 0; round < 20; round++) memory.observe(project, what);
      best = Math.min(best, performance.now() - began);
    }
    return best;
  };
  fastest(turn);
  expect(fastest(long) / fastest(turn)).toBeLessThan(10); // half a megabyte costs what its first kilobyte does
});

describe("a question that was looked at before it became a turn", () => {
  const turn = { question: NEW_FLIGHT, answer: "Here it is", seq: 9 };

  test("leaves the very state that it leaves without the look, also when another project was entered meanwhile", () => {
    const memory = new TopicMemory(weights);
    const [plain, looked, interrupted, other] = [memory.empty(), memory.empty(), memory.empty(), memory.empty()];
    for (const project of [plain, looked, interrupted, other]) hear(memory, project, FLIGHTS);
    memory.observe(plain, turn);
    memory.staysOnTopic(looked, NEW_FLIGHT);
    memory.observe(looked, turn);
    memory.staysOnTopic(interrupted, NEW_FLIGHT);
    memory.observe(other, { ...turn, question: FOOD[0]! });
    memory.observe(interrupted, turn);
    expect(looked.state).toEqual(plain.state);
    expect(interrupted.state).toEqual(plain.state);
    expect(memory.save(looked)).toEqual(memory.save(plain));
    expect(looked.utterances).toBe(plain.utterances);
  });

  test("counts once, and not at all while it is no turn", () => {
    const memory = new TopicMemory(weights);
    const [plain, looked] = [memory.empty(), memory.empty()];
    for (const project of [plain, looked]) hear(memory, project, FLIGHTS);
    memory.staysOnTopic(looked, NEW_FLIGHT);
    memory.observe(looked, { ...turn, question: FOOD[0]! });
    memory.observe(plain, { ...turn, question: FOOD[0]! });
    expect(looked.state).toEqual(plain.state);
    expect(memory.save(looked)).toEqual(memory.save(plain));
  });
});
