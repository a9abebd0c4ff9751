import { expect, test } from "vitest";
import { testContextStore } from "./context-store.contract.js";
import { MemoryStore } from "./memory-store.js";
import type { NewTurn } from "./turn.js";

testContextStore("memory", async (ports) => new MemoryStore(ports));

const NEW_TURN: NewTurn = {
  kind: "turn",
  question: "",
  answer: "an answer",
  route: "local",
  engine: "e",
  privacy: "open",
  ruleIds: [],
};

test("counts for a search what came since the last one, and nothing that has left", async () => {
  const store = new MemoryStore();
  const { id } = await store.createProject("p");
  const found = async (term: string): Promise<number[]> => {
    const { byTerm, documents, totalLength } = await store.postings(id, [term]);
    expect(totalLength).toBe(documents * 3); // one word and "an answer"
    return (byTerm.get(term) ?? []).map(({ seq }) => seq);
  };
  await store.addTurn(id, { ...NEW_TURN, kind: "note", question: "apple" });
  await store.addTurn(id, { ...NEW_TURN, question: "apple" });
  expect(await found("apple")).toEqual([1, 2]);
  await store.addTurn(id, { ...NEW_TURN, question: "apple" }, { maxTurns: 1 });
  await store.addTurn(id, { ...NEW_TURN, question: "pear" }, { maxTurns: 1 });
  expect(await found("apple")).toEqual([1]);
  expect(await found("pear")).toEqual([4]);
  expect((await store.turns(id, { limit: 9 })).map(({ seq }) => seq)).toEqual([4, 1]);
});

test("adds to a full project of 20,000 turns about as fast as to one of 200", async () => {
  const fill = async (maxTurns: number): Promise<() => Promise<number>> => {
    const store = new MemoryStore();
    const { id } = await store.createProject("p");
    for (let count = 0; count < 50; count++) await store.addTurn(id, { ...NEW_TURN, kind: "note" });
    for (let count = 0; count < maxTurns; count++) await store.addTurn(id, NEW_TURN);
    return async () => {
      const startedMs = performance.now();
      for (let count = 0; count < 500; count++) await store.addTurn(id, NEW_TURN, { maxTurns });
      return performance.now() - startedMs;
    };
  };
  const [small, large] = [await fill(200), await fill(20_000)];
  let [smallMs, largeMs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < 7; round++) {
    smallMs = Math.min(smallMs, await small());
    largeMs = Math.min(largeMs, await large());
  }
  expect(largeMs / smallMs).toBeLessThan(10); // a copy of all turns at each addition made it 70
});
