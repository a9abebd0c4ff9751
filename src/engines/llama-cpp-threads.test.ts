import { describe, expect, test } from "vitest";
import type { LlamaRuntime, LlamaSequence } from "../core/llama-binding.js";
import { ManualClock } from "../testing.js";
import { measureThreads, threadCandidates } from "./llama-cpp-threads.js";

/** A runtime whose tokens take a scripted time by thread count. */
function timed(msByThreads: Readonly<Record<number, number>>): {
  clock: ManualClock;
  runtime: LlamaRuntime;
  sequence: LlamaSequence;
  decoded: number[];
} {
  const clock = new ManualClock();
  const decoded: number[] = [];
  // Measuring touches one field of the runtime and two methods of the sequence.
  const runtime = { maxThreads: 4 } as LlamaRuntime;
  const sequence = {
    clearHistory: async () => {},
    evaluateWithoutGeneratingNewTokens: async () => {
      decoded.push(runtime.maxThreads);
      await clock.advance(msByThreads[runtime.maxThreads]!);
    },
  } as unknown as LlamaSequence;
  return { clock, runtime, sequence, decoded };
}

test("candidates double up to the number of cores, which is the last", () => {
  expect(threadCandidates(1)).toEqual([1]);
  expect(threadCandidates(2)).toEqual([1, 2]);
  expect(threadCandidates(6)).toEqual([1, 2, 4, 6]);
  expect(threadCandidates(8)).toEqual([1, 2, 4, 8]);
});

describe("measuring threads", () => {
  test("takes the fastest count and leaves the runtime at it", async () => {
    const { clock, runtime, sequence } = timed({ 1: 10, 2: 6, 4: 8 });
    const measured = await measureThreads(sequence, runtime, { clock, candidates: [1, 2, 4] });
    expect(measured.threads).toBe(2);
    expect(runtime.maxThreads).toBe(2);
    expect(measured.tried.map(({ threads }) => threads)).toEqual([1, 2, 4]);
    expect(measured.tokensPerSecond).toBeCloseTo(1000 / 6);
  });

  test("gives up early on a count that is far slower: a busy machine, spinning workers", async () => {
    const { clock, runtime, sequence, decoded } = timed({ 1: 1, 2: 300 });
    const measured = await measureThreads(sequence, runtime, { clock, candidates: [1, 2] });
    expect(measured.threads).toBe(1);
    expect(decoded.filter((threads) => threads === 2)).toHaveLength(2); // one to start its workers, one that is timed
  });

  test("stays with fewer threads when more are hardly faster", async () => {
    const { clock, runtime, sequence } = timed({ 1: 10, 2: 9 });
    expect((await measureThreads(sequence, runtime, { clock, candidates: [1, 2] })).threads).toBe(1);
  });

  test("of a slow model takes two tokens for each count", async () => {
    const { clock, runtime, sequence, decoded } = timed({ 1: 150, 2: 90 });
    await measureThreads(sequence, runtime, { clock, candidates: [1, 2] });
    expect(decoded).toEqual([1, 1, 2, 2, 1, 1, 2, 2]);
  });

  test("is ended by an abort", async () => {
    const { clock, runtime, sequence } = timed({ 1: 1 });
    const signal = AbortSignal.abort(new Error("no time"));
    await expect(measureThreads(sequence, runtime, { clock, candidates: [1], signal })).rejects.toThrow("no time");
  });
});
