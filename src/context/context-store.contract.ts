import { describe, expect, onTestFinished, test } from "vitest";
import { ManualClock, seededRandom } from "../testing.js";
import { rankPostings } from "./bm25.js";
import { ContextManager } from "./context-manager.js";
import { MemoryStore } from "./memory-store.js";
import { ProjectExistsError, UnknownProjectError } from "./project.js";
import { type ContextStore, ItemGoneError } from "./store.js";
import { countTerms } from "./terms.js";
import type { NewTurn } from "./turn.js";

/** A turn for tests. */
export function newTurn(question: string, rest: Partial<NewTurn> = {}): NewTurn {
  return {
    kind: "turn",
    question,
    answer: "",
    route: "local",
    engine: "scripted",
    privacy: "open",
    ruleIds: [],
    ...rest,
  };
}

/** What every ContextStore does; `open` makes an empty one and `cleanUp` removes it. */
export function testContextStore(
  name: string,
  open: (ports: { clock: ManualClock; random: ReturnType<typeof seededRandom> }) => Promise<ContextStore>,
): void {
  describe(`context store: ${name}`, () => {
    const setUp = async () => {
      const clock = new ManualClock();
      const store = await open({ clock, random: seededRandom(1) });
      onTestFinished(() => store.close());
      return { clock, store };
    };

    test("creates projects, once for each name", async () => {
      const { store } = await setUp();
      const created = await store.createProject("work", { private: true });
      expect(created).toMatchObject({ name: "work", private: true, turns: 0, notes: 0 });
      expect(await store.project("work")).toEqual(created);
      expect(await store.project("home")).toBeUndefined();
      await expect(store.createProject("work")).rejects.toThrow(ProjectExistsError);
      expect(await store.createProject("work", { ifAbsent: true })).toEqual(created);
      for (const odd of ["__proto__", "constructor", "C:\\x/../y", "日本 'quoted' \"name\" %_", "x".repeat(200)]) {
        expect((await store.createProject(odd)).name).toBe(odd);
        expect((await store.project(odd))?.name).toBe(odd);
      }
    });

    test("keeps items of each kind in order, one for each key, and changes and removes them", async () => {
      const { store, clock } = await setUp();
      const work = await store.createProject("work");
      const home = await store.createProject("home");
      for (const key of ["a", "b", "c"]) {
        await store.putItem("queued", { key, projectId: work.id, text: `text of ${key} \ud800\0` });
        await clock.advance(1);
      }
      await store.putItem("queued", { key: "a", projectId: home.id, text: "again" });
      await store.putItem("cached", { key: "a", projectId: home.id, text: "another kind" });
      expect((await store.items("queued")).map(({ key, projectId }) => [key, projectId])).toEqual([
        ["b", work.id],
        ["c", work.id],
        ["a", home.id],
      ]);
      expect((await store.items("queued"))[0]).toEqual({
        key: "b",
        projectId: work.id,
        text: "text of b \ud800\0",
        createdAtMs: clock.nowMs() - 2,
      });
      expect(await store.updateItem("queued", "c", (old) => `${old}!`)).toBe(true);
      expect(await store.updateItem("queued", "none", (old) => old)).toBe(false);
      expect((await store.items("queued")).map(({ text }) => text)[1]).toBe("text of c \ud800\0!");
      expect(await store.deleteItems("queued", ["b", "none"])).toBe(1);
      expect(await store.deleteItems("queued")).toBe(2);
      expect((await store.items("cached")).map(({ text }) => text)).toEqual(["another kind"]);
      await expect(store.putItem("queued", { key: "x", projectId: "none", text: "" })).rejects.toThrow("deleted");
    });

    test("trims the items of a kind from the oldest, one that was touched last", async () => {
      const { store } = await setUp();
      const { id } = await store.createProject("work");
      for (const key of ["a", "b", "c", "d"])
        await store.putItem("cached", { key, projectId: id, text: "x".repeat(400) });
      await store.touchItem("cached", "a");
      await store.touchItem("cached", "none");
      expect((await store.item("cached", "a"))?.text.length).toBe(400);
      expect(await store.item("queued", "a")).toBeUndefined();
      expect(await store.trimItems("cached", { maxItems: 3, maxCharacters: 10_000 })).toBe(1);
      expect((await store.items("cached")).map(({ key }) => key)).toEqual(["c", "d", "a"]);
      expect(await store.trimItems("cached", { maxItems: 3, maxCharacters: 1000 })).toBe(1);
      expect(await store.trimItems("cached", { maxItems: 3, maxCharacters: 1000 })).toBe(0);
      expect((await store.items("cached")).map(({ key }) => key)).toEqual(["d", "a"]);
    });

    test("a turn that completes a queued item takes it along, and is not added twice", async () => {
      const { store } = await setUp();
      const { id } = await store.createProject("work");
      await store.putItem("queued", { key: "q1", projectId: id, text: "question" });
      await store.addTurn(id, newTurn("question"), { completes: "q1" });
      expect(await store.items("queued")).toEqual([]);
      await expect(store.addTurn(id, newTurn("question"), { completes: "q1" })).rejects.toThrow(ItemGoneError);
      expect((await store.project("work"))?.turns).toBe(1);
    });

    test("items go with what they were made from", async () => {
      const { store } = await setUp();
      const work = await store.createProject("work");
      const home = await store.createProject("home");
      const fill = async (): Promise<void> => {
        for (const kind of ["queued", "cached"] as const)
          for (const { name, id } of [work, home]) await store.putItem(kind, { key: name, projectId: id, text: name });
      };
      const left = async (): Promise<readonly string[]> =>
        (await Promise.all((["queued", "cached"] as const).map((kind) => store.items(kind)))).flatMap((items, index) =>
          items.map(({ key }) => `${index === 0 ? "queued" : "cached"} ${key}`),
        );
      await fill();
      const { turn } = await store.addTurn(work.id, newTurn("x"));
      await store.forgetTurn(turn.id);
      expect(await left()).toEqual(["queued work", "queued home", "cached home"]);
      await fill();
      await store.forgetProject("work");
      expect(await left()).toEqual(["queued home", "cached home"]);
      await fill();
      await store.deleteProject("home");
      expect(await left()).toEqual(["queued work", "cached work"]);
      await store.forgetAll();
      expect(await left()).toEqual([]);
    });

    test("renames a project and refuses a name that is taken", async () => {
      const { store, clock } = await setUp();
      const work = await store.createProject("work");
      await store.createProject("home");
      await clock.advance(5);
      await expect(store.changeProject("work", { name: "home" })).rejects.toThrow(ProjectExistsError);
      await expect(store.changeProject("none", { name: "x" })).rejects.toThrow(UnknownProjectError);
      const renamed = await store.changeProject("work", { name: "office", private: true });
      expect(renamed).toMatchObject({ id: work.id, name: "office", private: true, updatedAtMs: clock.nowMs() });
      expect(renamed.revision).toBeGreaterThan(work.revision);
      expect(await store.project("work")).toBeUndefined();
      expect((await store.projects()).map(({ name }) => name)).toEqual(["office", "home"]);
    });

    test("keeps turns in order, with all their fields", async () => {
      const { store, clock } = await setUp();
      const project = await store.createProject("work");
      const given = newTurn("why?", {
        answer: "because",
        route: "remote",
        engine: "e",
        ruleIds: ["PRIVACY_001", "SAFETY_2"],
      });
      const first = await store.addTurn(project.id, given);
      await clock.advance(10);
      const second = await store.addTurn(project.id, newTurn("a note", { kind: "note", privacy: "device-only" }));
      expect(first.turn).toEqual({
        ...given,
        id: first.turn.id,
        projectId: project.id,
        seq: 1,
        createdAtMs: clock.nowMs() - 10,
      });
      expect(await store.turns(project.id, { limit: 9 })).toEqual([second.turn, first.turn]);
      expect(await store.turns(project.id, { limit: 1 })).toEqual([second.turn]);
      expect(await store.turns(project.id, { limit: 9, beforeSeq: 2 })).toEqual([first.turn]);
      expect(await store.turnsBySeq(project.id, [1, 7])).toEqual([first.turn]);
      expect(second.project).toMatchObject({ turns: 1, notes: 1, updatedAtMs: clock.nowMs() });
      expect(second.project.revision).toBe(first.project.revision + 1);
      expect(await store.project("work")).toEqual(second.project);
      await expect(store.addTurn("none", newTurn("x"))).rejects.toThrow("its project was deleted");
    });

    test("ends a list of turns when it has enough text, but never before the first", async () => {
      const { store } = await setUp();
      const { id } = await store.createProject("work");
      for (let index = 0; index < 4; index++) await store.addTurn(id, newTurn("x".repeat(10)));
      const count = async (maxCharacters: number) => (await store.turns(id, { limit: 3, maxCharacters })).length;
      expect(await Promise.all([0, 10, 19, 20, 30, 99].map(count))).toEqual([1, 1, 1, 2, 3, 3]);
    });

    test("makes every turn of a private project device-only", async () => {
      const { store } = await setUp();
      const { id } = await store.createProject("diary", { private: true });
      expect((await store.addTurn(id, newTurn("x"))).turn.privacy).toBe("device-only");
      const imported = await store.importProject({
        name: "diary 2",
        private: true,
        createdAtMs: 5,
        turns: [{ ...newTurn("x"), createdAtMs: 5 }],
      });
      expect((await store.turns(imported.id, { limit: 1 }))[0]?.privacy).toBe("device-only");
    });

    test("removes the oldest turns beyond the limit, never notes", async () => {
      const { store } = await setUp();
      const { id } = await store.createProject("work");
      await store.addTurn(id, newTurn("zero note", { kind: "note" }));
      for (let index = 1; index <= 5; index++) await store.addTurn(id, newTurn(`zero ${index}`), { maxTurns: 3 });
      const turns = await store.turns(id, { limit: 9 });
      expect(turns.map(({ question }) => question)).toEqual(["zero 5", "zero 4", "zero 3", "zero note"]);
      expect(await store.project("work")).toMatchObject({ turns: 3, notes: 1 });
      const lists = await store.postings(id, ["zero", "1"]);
      expect(lists.byTerm.get("zero")?.length).toBe(4);
      expect(lists).toMatchObject({ documents: 4, totalLength: 8 });
      expect(lists.byTerm.has("1")).toBe(false);
    });

    test("imports a project whole, or not at all", async () => {
      const { store } = await setUp();
      await store.createProject("taken");
      const turns = [newTurn("one"), newTurn("two", { kind: "note" })].map((turn, index) => ({
        ...turn,
        createdAtMs: index,
      }));
      const imported = await store.importProject({ name: "new", private: false, createdAtMs: 3, turns });
      expect(imported).toMatchObject({ name: "new", createdAtMs: 3, turns: 1, notes: 1 });
      expect((await store.turns(imported.id, { limit: 9 })).map(({ createdAtMs }) => createdAtMs)).toEqual([1, 0]);
      await expect(store.importProject({ name: "taken", private: false, createdAtMs: 3, turns })).rejects.toThrow(
        ProjectExistsError,
      );
      expect(await store.project("taken")).toMatchObject({ turns: 0 });
    });

    test("forgets a turn, a project, and everything, and says how many there were", async () => {
      const { store } = await setUp();
      const work = await store.createProject("work", { private: true });
      const home = await store.createProject("home");
      const first = await store.addTurn(work.id, newTurn("alpha beta"));
      await store.addTurn(work.id, newTurn("beta", { kind: "note" }));
      await store.addTurn(home.id, newTurn("beta"));
      await store.saveState(work.id, new Uint8Array([1]));
      expect(await store.forgetTurn("none")).toBe(0);
      expect(await store.forgetTurn(first.turn.id)).toBe(1);
      expect(await store.forgetTurn(first.turn.id)).toBe(0);
      expect(await store.loadState(work.id)).toBeUndefined();
      expect(await store.project("work")).toMatchObject({ turns: 0, notes: 1 });
      expect((await store.postings(work.id, ["alpha", "beta"])).byTerm).toEqual(
        new Map([["beta", [{ seq: 2, frequency: 1, length: 1 }]]]),
      );
      expect((await store.addTurn(work.id, newTurn("after"))).turn.seq).toBe(3);
      expect(await store.forgetProject("none")).toBe(0);
      expect(await store.forgetProject("work")).toBe(2);
      expect(await store.project("work")).toMatchObject({ private: true, turns: 0, notes: 0 });
      expect(await store.postings(work.id, ["beta"])).toEqual({ documents: 0, totalLength: 0, byTerm: new Map() });
      await expect(store.deleteProject("none")).rejects.toThrow(UnknownProjectError);
      await store.addTurn(work.id, newTurn("again"));
      expect(await store.deleteProject("work")).toBe(1);
      expect(await store.project("work")).toBeUndefined();
      expect(await store.forgetAll()).toBe(1);
      expect(await store.projects()).toEqual([]);
      expect(await store.forgetAll()).toBe(0);
    });

    test("keeps values by key, and changes one without another writer between", async () => {
      const { store } = await setUp();
      expect(await store.getValue("k")).toBeUndefined();
      await store.setValue("k", "v\0\ud800");
      expect(await store.getValue("k")).toBe("v\0\ud800");
      await store.setValue("k", "");
      expect(await store.getValue("k")).toBe("");
      await Promise.all(
        Array.from({ length: 8 }, () => store.updateValue("n", (old) => String(Number(old ?? "0") + 1))),
      );
      expect(await store.getValue("n")).toBe("8");
      const refuse = (): string => {
        throw new Error("no");
      };
      await expect(store.updateValue("n", refuse)).rejects.toThrow("no");
      await expect(store.updateValue("fresh", refuse)).rejects.toThrow("no");
      expect(await store.getValue("n")).toBe("8");
      expect(await store.getValue("fresh")).toBeUndefined();
    });

    test("keeps bytes for a project", async () => {
      const { store } = await setUp();
      const { id } = await store.createProject("work");
      const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => index % 256);
      expect(await store.loadState(id)).toBeUndefined();
      await store.saveState(id, bytes);
      expect(await store.loadState(id)).toEqual(bytes);
      await expect(store.saveState("none", bytes)).rejects.toThrow("deleted");
      const { revision } = (await store.projects()).find((project) => project.id === id)!;
      await store.saveState(id, Uint8Array.of(7), { ifRevision: revision });
      await store.saveState(id, Uint8Array.of(8), { ifRevision: revision + 1 });
      await store.saveState("none", bytes, { ifRevision: revision });
      expect(await store.loadState(id)).toEqual(Uint8Array.of(7));
    });

    test("returns any text exactly as it was given", async () => {
      const { store } = await setUp();
      const { id } = await store.createProject("work");
      const texts = [
        "",
        "a\0b\0",
        "\ufeffbyte order mark \ufeff and longer than sixteen bytes",
        "\ud800 half \udc00 pairs \ud800",
        "\u001a0000 looks like an escape \u001a",
        "😀 日本語 é e\u0301 \r\n\t \u2028",
        "'; DROP TABLE turns; -- ? $1",
        "line\n".repeat(100_000),
        "x".repeat(1_000_000),
        "ab cd ".repeat(1_700_000),
      ];
      for (const text of texts) {
        const { turn } = await store.addTurn(
          id,
          newTurn(text, { answer: text.slice(0, 10), engine: text.slice(0, 9) }),
        );
        const [stored] = await store.turns(id, { limit: 1 });
        expect(stored?.question === text && stored.answer === text.slice(0, 10)).toBe(true);
        expect(stored?.engine).toBe(turn.engine);
      }
      const everything = await store.turns(id, { limit: 99 });
      expect(everything.map(({ question }) => question.length)).toEqual(texts.map(({ length }) => length).reverse());
    });

    test("ranks like a store in memory", async () => {
      const { store } = await setUp();
      const reference = new MemoryStore({ clock: new ManualClock(), random: seededRandom(1) });
      const words = ["cat", "dogs", "the", "running", "Äpfel", "日本語", "x1"];
      const random = seededRandom(7);
      const ids = await Promise.all([store, reference].map(async (each) => (await each.createProject("p")).id));
      for (let index = 0; index < 60; index++) {
        const text = Array.from({ length: 1 + Math.floor(random.next() * 9) }, () => {
          return words[Math.floor(random.next() * words.length)];
        }).join(" ");
        for (const [place, each] of [store, reference].entries()) await each.addTurn(ids[place]!, newTurn(text));
      }
      const terms = [...countTerms("the running cats 日本").counts.keys()];
      const [ranked, expected] = await Promise.all(
        [store, reference].map(async (each, place) => rankPostings(await each.postings(ids[place]!, terms), 100)),
      );
      expect(expected!.length).toBeGreaterThan(30);
      expect(ranked).toEqual(expected);
      for (const [maxPostings, count] of [
        [0, 1],
        [70, 2],
        [999, 4],
      ] as const) {
        const lists = await store.postings(ids[0]!, ["run", "the", "cat", "日", "none"], { maxPostings });
        const other = await reference.postings(ids[1]!, ["none", "日", "cat", "the", "run"], { maxPostings });
        expect([...lists.byTerm.keys()]).toEqual([...other.byTerm.keys()]);
        expect(lists.byTerm.size).toBe(count);
      }
    });

    test("runs calls made at the same time one after the other", async () => {
      const { store } = await setUp();
      const manager = new ContextManager({ store });
      const turns = await Promise.all(
        Array.from({ length: 40 }, (_, index) => manager.remember(`p${index % 2}`, newTurn(`q${index}`))),
      );
      expect(turns.map(({ seq }) => seq)).toEqual(turns.map((_, index) => Math.floor(index / 2) + 1));
      const direct = await store.createProject("direct");
      const added = await Promise.all(
        Array.from({ length: 20 }, (_, index) => store.addTurn(direct.id, newTurn(`q${index}`))),
      );
      expect(new Set(added.map(({ turn }) => turn.seq)).size).toBe(20);
    });
  });
}
