import { expect, test } from "vitest";
import { MemoryShedder, memoryLevelOf } from "./memory-shedder.js";

const GIB = 2 ** 30;

test("memory is short by what is free, and by how long tasks wait for it", () => {
  expect(memoryLevelOf({})).toBe("ample");
  expect(memoryLevelOf({ freeMemoryBytes: GIB, totalMemoryBytes: 8 * GIB })).toBe("ample");
  expect(memoryLevelOf({ freeMemoryBytes: 0.5 * GIB, totalMemoryBytes: 8 * GIB })).toBe("tight");
  expect(memoryLevelOf({ freeMemoryBytes: 0.25 * GIB, totalMemoryBytes: 8 * GIB })).toBe("critical");
  expect(memoryLevelOf({ freeMemoryBytes: 4 * GIB, totalMemoryBytes: 128 * GIB })).toBe("ample"); // 3 % of much is enough
  expect(memoryLevelOf({ freeMemoryBytes: 40e6 })).toBe("critical");
  expect(memoryLevelOf({ freeMemoryBytes: GIB, totalMemoryBytes: 4 * GIB, memoryPressure: 0.06 })).toBe("tight");
  expect(memoryLevelOf({ memoryPressure: 0.3 })).toBe("critical");
});

test("sheds caches, then the local model, then the scratch of the reservoir, whatever the order they came in", async () => {
  const shedder = new MemoryShedder();
  const done: string[] = [];
  const of = (name: string, bytes: number) => ({
    name,
    shed: async () => {
      await Promise.resolve();
      done.push(name);
      return bytes;
    },
  });
  shedder.add("reservoir-scratch", of("topics", 3));
  shedder.add("local-model", of("tiny", 2));
  shedder.add("caches", of("answers", 1));
  const remove = shedder.add("caches", of("gone", 9));
  remove();
  remove();
  expect(await shedder.shed("ample")).toEqual([]);
  expect(await shedder.shed("tight")).toEqual([{ kind: "caches", name: "answers", bytes: 1 }]);
  const [first, second] = await Promise.all([shedder.shed("critical"), shedder.shed("critical")]);
  expect(first.map(({ name }) => name)).toEqual(["answers", "tiny", "topics"]);
  expect(second).toEqual(first);
  expect(done).toEqual(["answers", "answers", "tiny", "topics", "answers", "tiny", "topics"]);
});

test("one that fails does not keep the others", async () => {
  const shedder = new MemoryShedder();
  shedder.add("caches", { name: "broken", shed: () => Promise.reject(new Error("no")) });
  shedder.add("local-model", { name: "tiny", shed: async () => 5 });
  expect(await shedder.shed("critical")).toEqual([
    { kind: "caches", name: "broken", bytes: 0, problem: "no" },
    { kind: "local-model", name: "tiny", bytes: 5 },
  ]);
});
