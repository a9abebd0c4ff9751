import { expect, test } from "vitest";
import { TestHome } from "../../test/support/terminal.js";
import { ContextManager } from "../context/context-manager.js";
import { MemoryStore } from "../context/memory-store.js";
import { scriptedEngine } from "../testing.js";
import { shedIfShort } from "./memory-watch.js";

const turn = {
  kind: "turn",
  question: "q".repeat(100),
  answer: "a".repeat(100),
  route: "local",
  engine: "e",
  privacy: "open",
  ruleIds: [],
} as const;

test("gives back windows, then the model, then topics, says so, and nothing is lost", async () => {
  const context = new ContextManager({ store: new MemoryStore() });
  await context.remember("garden", turn);
  await context.remember("work", turn);
  const unloaded: string[] = [];
  const tiny = scriptedEngine(["x"], { id: "llama.cpp:tiny", place: "device" });
  Object.assign(tiny.model, { unload: async () => void unloaded.push("tiny") });
  const terminal = new TestHome().terminal();
  let said = "";
  terminal.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  const rooms = { engines: [tiny, scriptedEngine(["y"])], context, terminal };
  expect(await shedIfShort({ freeMemoryBytes: 4e9, totalMemoryBytes: 8e9 }, rooms)).toEqual([]);
  expect(said).toBe("");
  expect((await shedIfShort({ memoryPressure: 0.1 }, rooms)).map(({ kind }) => kind)).toEqual(["caches"]);
  expect(unloaded).toEqual([]);
  await context.history("garden");
  const report = await shedIfShort({ memoryPressure: 0.5 }, rooms);
  expect(report.map(({ name }) => name)).toEqual([
    "windows of other projects",
    "llama.cpp:tiny",
    "topics of all projects",
  ]);
  expect(unloaded).toEqual(["tiny"]);
  await new Promise((done) => setImmediate(done));
  expect(said).toContain("Memory is critical; given back: windows of other projects");
  expect(await context.history("garden")).toHaveLength(1);
  expect(await context.history("work")).toHaveLength(1);
});
