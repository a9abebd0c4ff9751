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

// Long enough that a worker loses the processor (a scheduler slice is a few ms) as often as it will in an answer.
const ROUNDS = 2;
const ROUND_MS = 60;
const MAX_TOKENS_A_ROUND = 64;
/** Every thread costs energy and disturbs its neighbours, so one more must be worth it. */
const WORTHWHILE = 1.15;

/** 1, 2, 4, ... below `cores`, and `cores`. */
export function threadCandidates(cores: number): number[] {
  const candidates: number[] = [];
  for (let threads = 1; threads < cores; threads *= 2) candidates.push(threads);
  candidates.push(Math.max(1, cores));
  return candidates;
}

/**
 * Times single-token decoding for each candidate, in two rounds, and leaves the runtime at the fastest; of nearly equal
 * ones at the fewest threads. The sequence is cleared.
 *
 * More threads are not faster by themselves: ggml's workers meet at spinning barriers, and on a busy machine one of them
 * is always off the processor. A tiny model on a busy 2-core EPYC ran at 990 tokens/s with 1 thread and at 28 with 2
 * (Node 20.20.2, 2026-11-23). A candidate takes about 120 ms, or two tokens of a slow model, and less once it is clearly
 * slower than the best.
 */
export async function measureThreads(
  sequence: LlamaSequence,
  runtime: LlamaRuntime,
  options: { readonly clock: Clock; readonly candidates: readonly number[]; readonly signal?: AbortSignal },
): Promise<ThreadMeasurement> {
  const { clock, candidates, signal } = options;
  const spent = candidates.map((threads) => ({ threads, tokens: 0, ms: 0, hopeless: false }));
  try {
    for (let round = 0; round < ROUNDS; round++) {
      for (const candidate of spent) {
        if (candidate.hopeless) continue;
        runtime.maxThreads = candidate.threads;
        await sequence.clearHistory();
        await decodeOne(sequence); // the first batch with a new count starts its workers
        const startMs = clock.monotonicMs();
        let roundMs = 0;
        for (let tokens = 0; tokens < MAX_TOKENS_A_ROUND && (tokens === 0 || roundMs < ROUND_MS); tokens++) {
          signal?.throwIfAborted();
          if (tokens % 16 === 15) await sequence.clearHistory(); // the smallest context holds 32 tokens
          await decodeOne(sequence);
          roundMs = clock.monotonicMs() - startMs;
          candidate.tokens++;
        }
        candidate.ms += roundMs;
        candidate.hopeless = speedOf(candidate) < Math.max(...spent.map(speedOf)) / 4;
      }
    }
  } finally {
    await sequence.clearHistory();
  }
  const tried = spent.map((candidate) => ({ threads: candidate.threads, tokensPerSecond: speedOf(candidate) }));
  const best = tried.reduce((chosen, next) =>
    next.tokensPerSecond > chosen.tokensPerSecond * WORTHWHILE ? next : chosen,
  );
  runtime.maxThreads = best.threads;
  return { ...best, tried };
}

function speedOf({ tokens, ms }: { readonly tokens: number; readonly ms: number }): number {
  return tokens === 0 ? 0 : (tokens * 1000) / Math.max(ms, 0.001);
}

async function decodeOne(sequence: LlamaSequence): Promise<void> {
  await sequence.evaluateWithoutGeneratingNewTokens([1]);
}
