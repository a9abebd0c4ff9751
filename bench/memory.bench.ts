import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ContextManager } from "../src/context/context-manager.js";
import { SqlStore } from "../src/context/sql-store.js";
import { TopicMemory } from "../src/context/topic-memory.js";
import { decodeTopicWeights } from "../src/context/topic-weights.js";
import { openSqlite } from "../src/platform/node/sqlite-driver.js";
import { compare, measureAsync, type Report } from "./harness.js";

const TURN = {
  question: "I would like to find a restaurant in San Jose that serves American food tonight ok",
  answer: "There are ten of them. How about the one in the old town, which is moderate in price?",
  seq: 1,
};

/** What the memory of a conversation costs: a turn, a look, a suggestion, a switch of projects. */
export async function run(report: Report): Promise<void> {
  const weights = decodeTopicWeights(readFileSync("models/topic-readout.bin"));
  const memory = new TopicMemory(weights);
  const projects = new Map(["a", "b", "c", "d"].map((name) => [name, memory.empty()] as const));
  const all = [...projects.values()];
  for (const project of all) for (let turn = 0; turn < 4; turn++) memory.observe(project, TURN);
  const [first, second] = [all[0]!, all[1]!];
  const saved = memory.save(first);
  const times = (work: () => unknown) => (iterations: number) => {
    let last: unknown;
    for (let index = 0; index < iterations; index++) last = work();
    return last;
  };
  const measured = compare({
    turn: times(() => memory.observe(first, TURN)),
    switched: (iterations) => {
      for (let index = 0; index < iterations; index++) memory.observe(index % 2 === 0 ? first : second, TURN);
      return first.utterances;
    },
    view: times(() => {
      memory.observe(first, TURN);
      return memory.view(first);
    }),
    suggest: times(() => memory.compare(TURN.question, projects, "a")),
    load: times(() => memory.load(saved)),
  });
  const us = (name: keyof typeof measured): number => measured[name].minNs / 1000;
  report.figure({
    name: "memory.turn_us",
    value: us("turn"),
    meaning: "question and answer, 82 characters each, taken in",
    target: { atMost: 10 },
  });
  report.figure({
    name: "memory.switch_us",
    value: us("switched") - us("turn"),
    meaning: "the state of another project",
  });
  report.figure({
    name: "memory.view_us",
    value: us("view") - us("turn"),
    meaning: "topics now and before: 98 outputs",
  });
  report.figure({ name: "memory.suggest_us", value: us("suggest"), meaning: "a question against four projects" });
  report.figure({ name: "memory.load_us", value: us("load"), meaning: "a saved state" });

  const directory = mkdtempSync(join(tmpdir(), "mobile-ai-bench-"));
  try {
    const store = new SqlStore({ driver: await openSqlite(join(directory, "store.db")) });
    const topics = async (): Promise<TopicMemory> => memory;
    const context = new ContextManager({ store, topics });
    for (const name of ["work", "home"]) {
      for (let turn = 0; turn < 100; turn++) {
        const { question, answer } = TURN;
        const said = { kind: "turn", question, answer, route: "local", engine: "bench", privacy: "open" } as const;
        await context.remember(name, { ...said, ruleIds: [] });
      }
      await context.topic(name);
    }
    await context.checkpoint();
    const disk = await measureAsync(async (iterations) => {
      let turns = 0;
      for (let index = 0; index < iterations; index++) {
        const fresh = new ContextManager({ store, topics }); // knows nothing: window and state come from the file
        turns += (await fresh.open("work")).turns;
        await fresh.topic("work");
      }
      return turns;
    });
    report.figure({
      name: "memory.switch_from_disk_ms",
      value: disk.minNs / 1e6,
      meaning: "a project with 100 turns, window, state and topics",
      target: { atMost: 1 },
    });
    await store.close();
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
