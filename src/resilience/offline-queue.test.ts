import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ManualClock, seededRandom } from "../testing.js";
import { type FlushStep, OfflineQueue, type QueuedTexts } from "./offline-queue.js";

/** A store in memory that several queues may share, as processes do. */
function memory(): QueuedTexts & { readonly items: Map<string, { scope: string; text: string }> } {
  const items = new Map<string, { scope: string; text: string }>();
  return {
    items,
    list: async () => [...items].map(([key, entry]) => ({ key, ...entry })),
    async put(key, entry) {
      items.set(key, { ...entry });
    },
    async update(key, change) {
      const item = items.get(key);
      if (item === undefined) return false;
      items.set(key, { ...item, text: change(item.text) });
      return true;
    },
    delete: async (keys) => keys.filter((key) => items.delete(key)).length,
  };
}

const queueOn = (texts: QueuedTexts, clock: ManualClock, seed = 1): OfflineQueue<string> =>
  new OfflineQueue<string>({ texts, clock, random: seededRandom(seed), leaseMs: 1000 });

describe("an offline queue", () => {
  test("does what waits in order within each scope; after a failure the later ones of that scope wait", async () => {
    const texts = memory();
    const queue = queueOn(texts, new ManualClock());
    for (const [scope, content] of [
      ["a", "a1"],
      ["b", "b1"],
      ["a", "a2"],
      ["b", "b2"],
    ] as const)
      await queue.add(scope, content);
    const tried: string[] = [];
    let failing = true;
    const run = async ({ key, content }: { key: string; content: string }): Promise<FlushStep> => {
      tried.push(content);
      if (content === "a1" && failing) return { kind: "failed", reason: "503" };
      texts.items.delete(key); // as the store does together with the result
      return { kind: "done" };
    };
    expect(await queue.flush(run)).toBe(2);
    expect(tried).toEqual(["a1", "b1", "b2"]);
    failing = false;
    expect((await queue.list()).map(({ content, failures, lastFailure }) => [content, failures, lastFailure])).toEqual([
      ["a1", 1, "503"],
      ["a2", 0, undefined],
    ]);
    expect(await queue.flush(run)).toBe(2);
    expect(await queue.list()).toEqual([]);
  });

  test("what can only be done later stays as it was, and nothing more is tried", async () => {
    const queue = queueOn(memory(), new ManualClock());
    await queue.add("a", "a1");
    await queue.add("a", "a2");
    let tried = 0;
    expect(
      await queue.flush(async () => {
        tried++;
        return { kind: "later" };
      }),
    ).toBe(0);
    expect(tried).toBe(1);
    expect((await queue.list()).map(({ failures, claimedUntilMs }) => [failures, claimedUntilMs])).toEqual([
      [0, undefined],
      [0, undefined],
    ]);
  });

  test("one process at a time is at an item; a dead one's comes free after its lease, a set-back clock frees it too", async () => {
    const texts = memory();
    const clock = new ManualClock();
    const [one, two] = [queueOn(texts, clock), queueOn(texts, clock, 2)];
    await one.add("a", "a1");
    await one.add("a", "a2");
    const dead = one.flush(() => new Promise(() => {})); // killed here
    void dead;
    await new Promise((resolve) => setTimeout(resolve));
    const seen: string[] = [];
    const run = async ({ key, content }: { key: string; content: string }): Promise<FlushStep> => {
      seen.push(content);
      texts.items.delete(key);
      return { kind: "done" };
    };
    expect(await two.flush(run)).toBe(0);
    await clock.advance(1001);
    expect(await two.flush(run)).toBe(2);
    expect(seen).toEqual(["a1", "a2"]);

    await one.add("a", "a3");
    void one.flush(() => new Promise(() => {}));
    await new Promise((resolve) => setTimeout(resolve));
    const earlier = new ManualClock({ nowMs: clock.nowMs() - 3_600_000 });
    expect(await queueOn(texts, earlier, 3).flush(run)).toBe(1);
  });

  test("an abort or a failure of the runner leaves the item waiting", async () => {
    const queue = queueOn(memory(), new ManualClock());
    await queue.add("a", "a1");
    await expect(queue.flush(() => Promise.reject(new Error("bug")))).rejects.toThrow("bug");
    expect((await queue.list())[0]).not.toHaveProperty("claimedUntilMs");
    await expect(
      queue.flush(async () => ({ kind: "done" }), { signal: AbortSignal.abort(new Error("stop")) }),
    ).rejects.toThrow("stop");
    expect(await queue.drop(["none"])).toBe(0);
    expect(await queue.drop()).toBe(1);
  });

  test("two processes that flush at once never do an item twice", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 12 }), fc.nat(), async (scopes, seed) => {
        const texts = memory();
        const clock = new ManualClock();
        const done: string[] = [];
        const queues = [queueOn(texts, clock, seed), queueOn(texts, clock, seed + 1)];
        for (const [index, scope] of scopes.entries())
          await queues[0]!.add(scope, `${scope}${String(index).padStart(2, "0")}`);
        await Promise.all(
          queues.map((queue) =>
            queue.flush(async ({ key, content }) => {
              await Promise.resolve();
              done.push(content);
              texts.items.delete(key);
              return { kind: "done" };
            }),
          ),
        );
        expect(new Set(done).size).toBe(done.length);
        for (const scope of ["a", "b", "c"]) {
          const own = done.filter((content) => content.startsWith(scope));
          expect(own).toEqual([...own].sort());
        }
      }),
      { numRuns: 50 },
    );
  });
});
