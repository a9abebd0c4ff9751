import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ContextManager } from "./context-manager.js";
import { newTurn } from "./context-store.contract.js";
import { MemoryStore } from "./memory-store.js";
import { crc32, type ProjectSnapshot } from "./snapshot.js";
import type { NewTurn } from "./turn.js";

const text = fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.constant("\ud800\0"));
const arbitraryTurn: fc.Arbitrary<NewTurn> = fc.record({
  kind: fc.constantFrom<NewTurn["kind"]>("turn", "note"),
  question: text,
  answer: text,
  route: fc.constantFrom<NewTurn["route"]>("local", "remote", "hybrid", "blocked"),
  engine: fc.string(),
  privacy: fc.constantFrom<NewTurn["privacy"]>("open", "device-only"),
  ruleIds: fc.array(fc.constantFrom("PRIVACY_001", "SAFETY_002")),
});

const withProject = async (): Promise<{ manager: ContextManager; snapshot: ProjectSnapshot }> => {
  const manager = new ContextManager({ store: new MemoryStore() });
  await manager.createProject("work");
  for (let index = 0; index < 3; index++) await manager.remember("work", newTurn(`q${index}`, { answer: "a" }));
  return { manager, snapshot: await manager.snapshot("work") };
};

describe("snapshot", () => {
  test("carries a whole project through JSON to another store", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(arbitraryTurn, { maxLength: 8 }), fc.boolean(), async (turns, isPrivate) => {
        const from = new ContextManager({ store: new MemoryStore() });
        await from.createProject("work", { private: isPrivate });
        for (const turn of turns) await from.remember("work", turn);
        const snapshot = await from.snapshot("work");
        const to = new ContextManager({ store: new MemoryStore() });
        const restored = await to.restore(JSON.parse(JSON.stringify(snapshot)));
        expect(restored).toMatchObject({ name: "work", private: isPrivate });
        expect(await to.snapshot("work")).toEqual(snapshot);
        const strip = (list: Awaited<ReturnType<ContextManager["history"]>>) => {
          return list.map(({ id, projectId, ...rest }) => rest);
        };
        expect(strip(await to.history("work", { limit: 99 }))).toEqual(
          strip(await from.history("work", { limit: 99 })),
        );
      }),
      { numRuns: 50 },
    );
  });

  test("restores beside the original under another name, and refuses a name that is taken", async () => {
    const { manager, snapshot } = await withProject();
    await expect(manager.restore(snapshot)).rejects.toThrow("there is one of that name already");
    expect(await manager.restore(snapshot, { as: "copy" })).toMatchObject({ name: "copy", turns: 3 });
    const ids = [...(await manager.history("work")), ...(await manager.history("copy"))].map(({ id }) => id);
    expect(new Set(ids).size).toBe(6);
    expect((await manager.search("copy", "q1"))[0]?.question).toBe("q1");
  });

  test("refuses what is no snapshot of ours, names the reason, and changes nothing", async () => {
    const { manager, snapshot } = await withProject();
    const turn = snapshot.turns[0]!;
    const polluting = JSON.parse(JSON.stringify(snapshot).replace('"turns":', '"__proto__":{"x":1},"turns":'));
    const deepPolluting = JSON.parse(JSON.stringify(snapshot).replace('"kind":', '"__proto__":{"x":1},"kind":'));
    let deep: unknown = 1;
    for (let level = 0; level < 100_000; level++) deep = [deep];
    const cases: readonly (readonly [unknown, string])[] = [
      [undefined, "it is not an object"],
      [null, "it is not an object"],
      ["text", "it is not an object"],
      [[], 'expected the format "mobile-ai-project"'],
      [{ ...snapshot, format: "zip" }, "expected the format"],
      [{ ...snapshot, version: 2 }, "it has version 2, this program reads 1"],
      [{ ...snapshot, version: undefined }, "it has version none"],
      [{ ...snapshot, more: 1 }, "more"],
      [{ ...snapshot, turns: {} }, "turns"],
      [{ ...snapshot, turns: [{ ...turn, privacy: "public" }] }, "turns.0.privacy"],
      [{ ...snapshot, turns: [turn, { ...turn, createdAtMs: 1.5 }] }, "turns.1.createdAtMs"],
      [{ ...snapshot, turns: [{ ...turn, createdAtMs: -1 }] }, "turns.0.createdAtMs"],
      [{ ...snapshot, turns: [{ ...turn, id: "x" }] }, "turns.0.id"],
      [{ ...snapshot, project: { ...snapshot.project, name: "" } }, "project.name: Cannot name a project"],
      [{ ...snapshot, project: { ...snapshot.project, name: "other" } }, "does not match its checksum"],
      [{ ...snapshot, turns: snapshot.turns.slice(1) }, "does not match its checksum"],
      [{ ...snapshot, turns: [{ ...turn, answer: "forged" }, ...snapshot.turns.slice(1)] }, "checksum"],
      [polluting, "__proto__: this key is not allowed"],
      [deepPolluting, "turns.0.__proto__: this key is not allowed"],
      [{ ...snapshot, turns: deep }, "nested too deep"],
    ];
    for (const [value, reason] of cases) {
      const refused = expect(manager.restore(value, { as: "new" })).rejects;
      await refused.toThrow("Cannot restore the snapshot: ");
      await expect(manager.restore(value, { as: "new" })).rejects.toThrow(reason);
    }
    expect((await manager.projects()).map(({ name }) => name)).toEqual(["work"]);
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
    await expect(manager.restore(snapshot, { as: "\n" })).rejects.toThrow(TypeError);
  });

  test("refuses more turns than would be kept", async () => {
    const { snapshot } = await withProject();
    const small = new ContextManager({ store: new MemoryStore(), maxTurns: 2 });
    await expect(small.restore(snapshot)).rejects.toThrow(RangeError);
    expect(await small.projects()).toEqual([]);
  });
});

test("crc32 is that of the standard", () => {
  // 0xCBF43926 is the check value for "123456789" as bytes; two bytes make one of our units.
  const units = String.fromCharCode(0x3231, 0x3433, 0x3635, 0x3837);
  const nine = crc32(units);
  // zlib.crc32("12345678"), Python 3.11
  expect(nine).toBe(0x9ae0daaf);
  expect(crc32("ab")).toBe(crc32("b", crc32("a")));
});
