import type { Clock } from "../core/clock.js";
import type { LlamaRuntime, LlamaSequence } from "../core/llama-binding.js";

/** Speed of one thread count. */
export interface ThreadSpeed {
  readonly threads: number;
  readonly tokensPerSecond: number;
}

/** What a measurement found: all that was tried, and the fastest. */
export interface ThreadMeasurement {
  readonly threads: number;
  readonly tokensPerSecond: number;
  readonly tried: readonly ThreadSpeed[];
}

/** Keeps the measured thread count between runs, so that a start does not measure again. */
export interface ThreadStore {
  get(key: string): Promise<number | undefined> | number | undefined;
  set(key: string, threads: number): Promise<void> | void;
}

const MAX_TOKENS = 8;
const BUDGET_MS = 200;

/** 1, 2, 4, ... below `cores`, and `cores`. */
export function threadCandidates(cores: number): number[] {
  const candidates: number[] = [];
  for (let threads = 1; threads < cores; threads *= 2) candidates.push(threads);
  candidates.push(Math.max(1, cores));
  return candidates;
}

/**
 * Times single-token decoding for each candidate and leaves the runtime at the fastest. The sequence is cleared.
 *
 * More threads are not faster by themselves: ggml's workers meet at spinning barriers, and on a busy machine one of them
 * is always off the processor. A tiny model on a busy 2-core EPYC ran at 2475 tokens/s with 1 thread and at 3 with the
 * library's default (Node 20.20.2, 2026-11-22). A candidate takes at most 8 tokens or about 200 ms, and fewer once it is
 * clearly slower than the best.
 */
export async function measureThreads(
  sequence: LlamaSequence,
  runtime: LlamaRuntime,
  options: { readonly clock: Clock; readonly candidates: readonly number[]; readonly signal?: AbortSignal },
): Promise<ThreadMeasurement> {
  const { clock, candidates, signal } = options;
  const tried: ThreadSpeed[] = [];
  let best: ThreadSpeed | undefined;
  try {
    for (const threads of candidates) {
      runtime.maxThreads = threads;
      await sequence.clearHistory();
      await decodeOne(sequence); // the first batch with a new count starts its workers
      let tokens = 0;
      const startMs = clock.monotonicMs();
      let spentMs = 0;
      while (tokens < MAX_TOKENS && (tokens === 0 || spentMs < BUDGET_MS)) {
        signal?.throwIfAborted();
        await decodeOne(sequence);
        tokens++;
        spentMs = clock.monotonicMs() - startMs;
        if (best !== undefined && tokens >= 2 && (tokens * 1000) / spentMs < best.tokensPerSecond / 4) break;
      }
      const speed = { threads, tokensPerSecond: (tokens * 1000) / Math.max(spentMs, 0.001) };
      tried.push(speed);
      if (best === undefined || speed.tokensPerSecond > best.tokensPerSecond) best = speed;
    }
  } finally {
    if (best !== undefined) runtime.maxThreads = best.threads;
    await sequence.clearHistory();
  }
  if (best === undefined) throw new RangeError("Cannot measure threads: there is no candidate");
  return { ...best, tried };
}

async function decodeOne(sequence: LlamaSequence): Promise<void> {
  await sequence.evaluateWithoutGeneratingNewTokens([1]);
}
