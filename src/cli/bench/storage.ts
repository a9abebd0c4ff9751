import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ContextManager } from "../../context/context-manager.js";
import { MemoryStore } from "../../context/memory-store.js";
import { SqlStore } from "../../context/sql-store.js";
import type { TopicMemory } from "../../context/topic-memory.js";
import type { NewTurn } from "../../context/turn.js";
import { openSqlite } from "../../platform/node/sqlite-driver.js";
import { compare, measureAsync, type Report } from "./measuring.js";

const TURN: NewTurn = {
  kind: "turn",
  question: "I would like to find a restaurant in San Jose that serves American food tonight ok",
  answer: "There are ten of them. How about the one in the old town, which is moderate in price?",
  route: "local",
  engine: "bench",
  privacy: "open",
  ruleIds: [],
};
const TURNS = 100;

/** Switches between projects with the state of their reservoir, in memory and from a file with 100 turns each. */
export async function measureSwitches(
  report: Report,
  { topics, totalMs }: { readonly topics: TopicMemory; readonly totalMs: number },
): Promise<void> {
  const [first, second] = [topics.empty(), topics.empty()];
  const stay = { ...TURN, seq: 1 };
  for (const project of [first, second]) for (let turn = 0; turn < 4; turn++) topics.observe(project, stay);
  const ns = compare(
    {
      same: (count) => {
        for (let index = 0; index < count; index++) topics.observe(first, stay);
        return first.utterances;
      },
      other: (count) => {
        for (let index = 0; index < count; index++) topics.observe(index % 2 === 0 ? first : second, stay);
        return first.utterances;
      },
    },
    { batchMs: 0.5, totalMs: totalMs / 4 },
  );
  report.figure({
    name: "switch.state_us",
    value: Math.max(0, ns.other.minNs - ns.same.minNs) / 1000,
    meaning: "the reservoir of another project, in memory: turns that change projects against turns that do not",
    target: { atMost: 0.2 },
  });
  const context = new ContextManager({ store: new MemoryStore(), topics: async () => topics });
  await fill(context);
  const hot = await measureAsync(
    async (count) => {
      for (let index = 0; index < count; index++) await context.open(index % 2 === 0 ? "work" : "home");
    },
    { totalMs: totalMs / 4 },
  );
  report.figure({
    name: "switch.open_us",
    value: hot.minNs / 1000,
    meaning: "opening the other of two projects in memory, asked of the runtime",
  });
  const directory = await mkdtemp(join(tmpdir(), "mobile-ai-bench-"));
  try {
    const store = new SqlStore({ driver: await openSqlite(join(directory, "store.sqlite")) });
    const stored = new ContextManager({ store, topics: async () => topics });
    await fill(stored);
    await stored.checkpoint();
    const disk = await measureAsync(
      async (count) => {
        for (let index = 0; index < count; index++) {
          const fresh = new ContextManager({ store, topics: async () => topics }); // knows nothing of what is in memory
          await fresh.open("work");
          await fresh.topic("work");
        }
      },
      { totalMs: totalMs / 4 },
    );
    report.figure({
      name: "switch.disk_ms",
      value: disk.minNs / 1e6,
      meaning: "a project with 100 turns from the store's file: window, reservoir, topics",
      target: { atMost: 1 },
    });
    const write = await measureAsync(
      async (count) => {
        for (let index = 0; index < count; index++) await stored.remember("work", TURN);
      },
      { batchMs: 50, totalMs: totalMs / 4 },
    );
    report.figure({
      name: "store.write_ms",
      value: write.minNs / 1e6,
      meaning: "a turn into the store's file, on the disk when it is done",
    });
    await stored.close();
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function fill(context: ContextManager): Promise<void> {
  for (const name of ["work", "home"]) {
    for (let turn = 0; turn < TURNS; turn++) await context.remember(name, TURN);
    await context.topic(name);
  }
}
