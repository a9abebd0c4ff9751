import { describe, expect, test } from "vitest";
import { ManualClock } from "../testing.js";
import { Batcher } from "./batcher.js";

function recording(clock: ManualClock): { readonly batches: number[][]; readonly batcher: Batcher<number, string> } {
  const batches: number[][] = [];
  const batcher = new Batcher<number, string>({
    maxBatchSize: 3,
    maxWaitMs: 100,
    clock,
    run: async (items) => {
      batches.push([...items]);
      return items.map((item) =>
        item < 0 ? { status: "rejected", reason: new Error(`no ${item}`) } : { status: "fulfilled", value: `r${item}` },
      );
    },
  });
  return { batches, batcher };
}

describe("a batcher", () => {
  test("begins a full batch at once, and a smaller one when its first item has waited long enough", async () => {
    const clock = new ManualClock();
    const { batches, batcher } = recording(clock);
    const three = Promise.all([1, 2, 3].map((item) => batcher.add(item)));
    expect(await three).toEqual(["r1", "r2", "r3"]);
    const four = batcher.add(4);
    await clock.advance(60);
    const five = batcher.add(5);
    await clock.advance(39);
    expect(batches).toEqual([[1, 2, 3]]);
    await clock.advance(1);
    expect(await Promise.all([four, five])).toEqual(["r4", "r5"]);
    expect(batches).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
    await clock.advance(1000); // and no timer is left behind
    expect(batches).toHaveLength(2);
  });

  test("each caller gets its own error, and a batch that fails as a whole is everyone's", async () => {
    const clock = new ManualClock();
    const { batcher } = recording(clock);
    const settled = await Promise.allSettled([1, -2, 3].map((item) => batcher.add(item)));
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    const broken = new Batcher<number, string>({
      maxBatchSize: 2,
      maxWaitMs: 1,
      clock,
      run: () => Promise.reject(new Error("all")),
    });
    for (const each of await Promise.allSettled([broken.add(1), broken.add(2)])) {
      expect(each).toMatchObject({ status: "rejected", reason: new Error("all") });
    }
    const short = new Batcher<number, string>({ maxBatchSize: 1, maxWaitMs: 1, clock, run: async () => [] });
    await expect(short.add(1)).rejects.toThrow("expected 1 results, got 0");
  });

  test("who aborts while waiting is not sent; a batch that everybody left is aborted", async () => {
    const clock = new ManualClock();
    const { batches, batcher } = recording(clock);
    const gone = new AbortController();
    const first = batcher.add(1, { signal: gone.signal });
    const second = batcher.add(2);
    gone.abort(new Error("enough"));
    await expect(first).rejects.toThrow("enough");
    await clock.advance(100);
    expect(await second).toBe("r2");
    expect(batches).toEqual([[2]]);

    let work: AbortSignal | undefined;
    const slow = new Batcher<number, string>({
      maxBatchSize: 2,
      maxWaitMs: 1,
      clock,
      run: (_, signal) => {
        work = signal;
        return new Promise(() => {});
      },
    });
    const [one, two] = [new AbortController(), new AbortController()];
    const both = Promise.allSettled([slow.add(1, { signal: one.signal }), slow.add(2, { signal: two.signal })]);
    one.abort();
    expect(work!.aborted).toBe(false);
    two.abort();
    expect(work!.aborted).toBe(true);
    await both;
  });

  test("a flush begins what waits, and one of nothing does nothing", async () => {
    const { batches, batcher } = recording(new ManualClock());
    batcher.flush();
    const one = batcher.add(1);
    batcher.flush();
    expect(await one).toBe("r1");
    expect(batches).toEqual([[1]]);
    expect(batcher.waiting).toBe(0);
  });
});
