import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ManualClock, seededRandom } from "../testing.js";
import { ContextManager } from "./context-manager.js";
import { newTurn } from "./context-store.contract.js";
import { MemoryStore } from "./memory-store.js";

const setUp = (options: { windowTurns?: number; maxTurns?: number; maxOpenProjects?: number } = {}) => {
  const clock = new ManualClock();
  const store = new MemoryStore({ clock, random: seededRandom(3) });
  return { clock, store, manager: new ContextManager({ store, clock, ...options }) };
};

const textsOf = (built: Awaited<ReturnType<ContextManager["prompt"]>>): string[] => {
  return built.messages.flatMap(({ content }) => {
    return typeof content === "string" ? [content] : content.map((part) => (part.type === "text" ? part.text : "?"));
  });
};
const wide = { place: "device", budgetTokens: 10_000 } as const;

describe("ContextManager", () => {
  test("tells the state of a project it has opened, and of no other", async () => {
    const { manager, clock } = setUp();
    expect(manager.state("work")).toBeUndefined();
    await manager.open("work");
    expect(manager.state("work")).toEqual({ turns: 0, private: false });
    await manager.remember("work", newTurn("q", { route: "remote" }));
    await manager.remember("work", newTurn("n", { kind: "note" }));
    await clock.advance(1500);
    expect(manager.state("work")).toEqual({ turns: 1, private: false, lastRoute: "remote", idleMs: 1500 });
    await manager.setPrivate("work", true);
    await manager.open("work");
    expect(manager.state("work")?.private).toBe(true);
    expect((await manager.remember("work", newTurn("q"))).privacy).toBe("device-only");
  });

  test("keeps projects apart", async () => {
    const { manager } = setUp();
    await manager.remember("work", newTurn("the plan", { answer: "is secret" }));
    await manager.remember("home", newTurn("the cat", { answer: "is asleep" }));
    expect(textsOf(await manager.prompt({ text: "now?", project: "home" }, wide))).toEqual([
      "the cat",
      "is asleep",
      "now?",
    ]);
    expect(await manager.search("home", "plan secret")).toEqual([]);
    expect((await manager.history("home")).length).toBe(1);
  });

  test("adds no history to a conversation that the caller keeps", async () => {
    const { manager } = setUp();
    await manager.remember("work", newTurn("q", { answer: "a" }));
    const conversation = [{ role: "user" as const, content: [{ type: "text" as const, text: "hello" }] }];
    const query = { text: "hello", project: "work", conversation };
    expect((await manager.prompt(query, wide)).messages).toBe(conversation);
    const built = await manager.prompt({ ...query, system: "Be brief." }, wide);
    expect(textsOf(built)).toEqual(["Be brief.", "hello"]);
    expect(built.tokens).toBe(3 + 2 + 8);
  });

  test("sees at the next call what another process has done to the store", async () => {
    const { manager, store } = setUp();
    const other = new ContextManager({ store });
    const first = await manager.remember("work", newTurn("one", { answer: "1" }));
    await other.remember("work", newTurn("two", { answer: "2" }));
    expect((await manager.remember("work", newTurn("three", { answer: "3" }))).seq).toBe(3);
    const texts = async () => textsOf(await manager.prompt({ text: "?", project: "work" }, wide));
    expect(await texts()).toEqual(["one", "1", "two", "2", "three", "3", "?"]);
    await other.forgetTurn(first.id);
    expect(await texts()).toEqual(["two", "2", "three", "3", "?"]);
    await other.setPrivate("work", true);
    const built = await manager.prompt({ text: "?", project: "work" }, { place: "network", budgetTokens: 999 });
    expect(built).toMatchObject({ withheldTurns: 2 });
    await other.deleteProject("work");
    expect(await texts()).toEqual(["?"]);
  });

  test("remembers across a restart", async () => {
    const { manager, store } = setUp();
    await manager.remember("work", newTurn("one", { answer: "1" }));
    await manager.checkpoint();
    const again = new ContextManager({ store });
    expect(textsOf(await again.prompt({ text: "?", project: "work" }, wide))).toEqual(["one", "1", "?"]);
  });

  test("holds no more windows, turns and text than it was told", async () => {
    const { manager } = setUp({ windowTurns: 2, maxTurns: 4, maxOpenProjects: 2 });
    for (const project of ["a", "b", "a", "c"]) await manager.remember(project, newTurn("q", { answer: "a" }));
    expect([manager.state("a"), manager.state("b"), manager.state("c")].map((state) => state?.turns)).toEqual([
      2,
      undefined,
      1,
    ]);
    for (let index = 0; index < 9; index++) await manager.remember("a", newTurn(`q${index}`, { answer: "a" }));
    expect((await manager.history("a", { limit: 99 })).map(({ question }) => question)).toEqual([
      "q8",
      "q7",
      "q6",
      "q5",
    ]);
    expect(textsOf(await manager.prompt({ text: "?", project: "a" }, wide))).toEqual(["q7", "a", "q8", "a", "?"]);
    expect(await manager.search("a", "q1")).toEqual([]);
  });

  test("finds turns and notes by any of their words, nearest first", async () => {
    const { manager } = setUp();
    await manager.remember("p", newTurn("where do I park the car?", { answer: "In the blue garage." }));
    await manager.remember("p", newTurn("The dog's name is Rex", { kind: "note" }));
    await manager.remember("p", newTurn("who walks the dog", { answer: "Anna does, at noon" }));
    const hits = await manager.search("p", "What are my DOGS names?");
    expect(hits.map(({ question }) => question)).toEqual(["The dog's name is Rex", "who walks the dog"]);
    expect(hits[0]).toMatchObject({ kind: "note", answer: "" });
    expect(hits[0]!.score).toBeGreaterThan(hits[1]!.score);
    expect((await manager.search("p", "parked garages", { limit: 1 }))[0]?.answer).toBe("In the blue garage.");
    expect((await manager.history("p", { search: "dog", beforeSeq: 3 })).map(({ seq }) => seq)).toEqual([2]);
    expect((await manager.history("p", { beforeSeq: 2 })).map(({ seq }) => seq)).toEqual([1]);
    expect(await manager.search("p", "?!")).toEqual([]);
    expect(await manager.search("none", "dog")).toEqual([]);
    await expect(manager.search("p", "dog", { limit: -1 })).rejects.toThrow(RangeError);
  });

  test("searches for any text without throwing", async () => {
    const { manager } = setUp();
    await manager.remember("p", newTurn("constructor __proto__ toString", { answer: "%_'\";" }));
    expect((await manager.search("p", "__proto__")).length).toBe(1);
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ unit: "binary" })), async (text) => {
        expect(Array.isArray(await manager.search("p", text))).toBe(true);
      }),
    );
  });

  test("remembers which project is current, also when it is renamed, until it is gone", async () => {
    const { manager } = setUp();
    expect(await manager.currentProject()).toBeUndefined();
    await manager.createProject("work");
    await manager.setCurrentProject("work");
    await manager.renameProject("work", "office");
    expect(await manager.currentProject()).toBe("office");
    expect(await manager.find("work")).toBeUndefined();
    await expect(manager.setCurrentProject("none")).rejects.toThrow("there is none of that name");
    await manager.deleteProject("office");
    expect(await manager.currentProject()).toBeUndefined();
  });

  test("forgets in its window too", async () => {
    const { manager } = setUp();
    await manager.remember("p", newTurn("one", { answer: "1" }));
    expect(await manager.forgetProject("p")).toBe(1);
    expect(textsOf(await manager.prompt({ text: "?", project: "p" }, wide))).toEqual(["?"]);
    await manager.remember("p", newTurn("two", { answer: "2" }));
    expect(await manager.forgetAll()).toBe(1);
    expect(manager.state("p")).toBeUndefined();
    expect(await manager.projects()).toEqual([]);
  });

  test("goes on after a call that failed", async () => {
    const { manager } = setUp();
    await manager.createProject("p");
    await expect(manager.createProject("p")).rejects.toThrow("one of that name already");
    await expect(manager.prompt({ text: "?", project: "p" }, { place: "device", budgetTokens: -1 })).rejects.toThrow(
      RangeError,
    );
    expect((await manager.remember("p", newTurn("q"))).seq).toBe(1);
    await manager.close();
  });

  test("refuses names and sizes that make no sense", async () => {
    const { manager, store } = setUp();
    for (const name of ["", " ", " a", "a ", "a\nb", "a\0", "\ud800", "\u2028", "x".repeat(201)]) {
      await expect(manager.open(name)).rejects.toThrow(TypeError);
    }
    expect((await manager.open("e\u0301t\u00e9")).name).toBe("\u00e9t\u00e9");
    expect(manager.state("e\u0301te\u0301")).toBeDefined();
    for (const options of [{ windowTurns: 0 }, { maxTurns: 1.5 }, { maxOpenProjects: Number.NaN }]) {
      expect(() => new ContextManager({ store, ...options })).toThrow(RangeError);
    }
  });
});
