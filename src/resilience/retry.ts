import type { Clock } from "../core/clock.js";
import type { Random } from "../core/random.js";
import type { RetryBudget } from "./retry-budget.js";

export interface RetryOptions {
  /** Counts the first call; default 3. */
  readonly maxAttempts?: number | undefined;
  /** Longest first wait; it doubles with every attempt. Default 100. */
  readonly baseMs?: number | undefined;
  /** No own wait is longer. Default 10,000. */
  readonly capMs?: number | undefined;
  /** A server that asks for a longer wait than this is not called again. Default 60,000. */
  readonly maxRetryAfterMs?: number | undefined;
  /** No wait ends later than this after the first call began: the last error is thrown instead. Default none. */
  readonly deadlineMs?: number | undefined;
  /** Shared by all calls of one remote; a retry that it does not allow is not made. Default none. */
  readonly budget?: RetryBudget | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal?: AbortSignal | undefined;
  readonly isRetryable: (error: unknown) => boolean;
  /** How long the failed side asked to be left alone, where it said so. */
  readonly retryAfterMs?: ((error: unknown) => number | undefined) | undefined;
}

/**
 * Runs until it succeeds, fails for good, or `maxAttempts` calls were made; then throws the last error. Waits by
 * exponential backoff with full jitter (AWS Architecture Blog, 2015), never less than `retryAfterMs` asked for. An abort
 * ends call and wait at once with `signal.reason` and is never retried.
 */
export async function retry<T>(run: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const {
    maxAttempts = 3,
    maxRetryAfterMs = 60_000,
    deadlineMs,
    budget,
    clock,
    signal,
    isRetryable,
    retryAfterMs,
  } = options;
  if (!Number.isInteger(maxAttempts) || maxAttempts < 1) {
    throw new RangeError(`Cannot retry: expected maxAttempts of at least 1, got ${maxAttempts}`);
  }
  const startedMs = clock.monotonicMs();
  budget?.called();
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await run(attempt);
    } catch (error) {
      signal?.throwIfAborted();
      if (attempt >= maxAttempts || !isRetryable(error)) throw error;
      const askedMs = retryAfterMs?.(error) ?? 0;
      if (askedMs > maxRetryAfterMs) throw error;
      const waitMs = Math.max(askedMs, backoffMs(attempt, options));
      if (deadlineMs !== undefined && clock.monotonicMs() - startedMs + waitMs >= deadlineMs) throw error;
      if (budget?.mayRetry() === false) throw error;
      await clock.sleep(waitMs, signal === undefined ? {} : { signal });
    }
  }
}

/** The wait after failed attempt 1, 2, ...: uniform between 0 and `baseMs * 2^(attempt - 1)`, at most `capMs`. */
export function backoffMs(
  attempt: number,
  options: { readonly baseMs?: number | undefined; readonly capMs?: number | undefined; readonly random: Random },
): number {
  const { baseMs = 100, capMs = 10_000, random } = options;
  return random.next() * Math.min(capMs, baseMs * 2 ** (attempt - 1));
}
