import { systemClock } from "../core/clock.js";
import type { Engine } from "../core/ports.js";
import { withBatching } from "../engines/batched.js";
import { breakerRefusal, withBreaker } from "../engines/breaking.js";
import { type EngineCacheOptions, withCache } from "../engines/cached.js";
import { createEgress, type Fetch, openEgress, type RequestScanner } from "../engines/egress.js";
import { openAICompatibleEngine } from "../engines/openai-compatible.js";
import { withRetry } from "../engines/retrying.js";
import { withTimeout } from "../engines/timed.js";
import { CircuitBreaker } from "../resilience/circuit-breaker.js";
import { RetryBudget } from "../resilience/retry-budget.js";

/**
 * The remote of the settings. From the wire outwards: a limit on the silence of one attempt, retries, a limit on the silence
 * of all of them, a breaker, batches of what may wait, the cache of answers. It counts as the network even on a loopback address: the person called
 * it remote, and what listens there may forward.
 */
export function remoteEngine(options: {
  readonly baseUrl: string;
  readonly model: string;
  readonly maxAttempts: number;
  readonly attemptMs: number;
  /** Whether the server is known to take gzipped requests; it is found out otherwise. */
  readonly gzip: boolean;
  /** Where the server takes several questions in one request, if it does. */
  readonly batchUrl?: string | undefined;
  readonly silenceMs: number;
  readonly contextTokens?: number;
  readonly apiKey: () => Promise<string | undefined>;
  readonly scanner: RequestScanner;
  readonly sentBytes: (engine: string, bytes: number) => void;
  /** Default: no answer is given again. */
  readonly cache?: EngineCacheOptions | undefined;
  /** Default: the runtime's own. */
  readonly fetch?: Fetch | undefined;
}): Engine {
  const {
    baseUrl,
    model,
    maxAttempts,
    attemptMs,
    silenceMs,
    contextTokens,
    apiKey,
    scanner,
    sentBytes,
    fetch,
    cache,
    gzip,
    batchUrl,
  } = options;
  const { record, totals } = openEgress(({ engine, bytes }) => sentBytes(engine ?? "unknown", bytes));
  const acceptsGzip = gzip ? [new URL(baseUrl).origin] : [];
  const egress = createEgress({ scanner, record, fetch, acceptsGzip });
  const wire = openAICompatibleEngine({ baseUrl, model, apiKey, egress, place: "network", contextTokens });
  const attempt = withTimeout(wire.model, { silenceMs: Math.min(attemptMs, silenceMs) });
  const retried = withRetry(attempt, { maxAttempts, budget: new RetryBudget(), deadlineMs: silenceMs });
  const breaker = new CircuitBreaker({ clock: systemClock });
  const batched = withBatching(withBreaker(withTimeout(retried, { silenceMs }), breaker), {
    generateMany:
      batchUrl === undefined ? undefined : (calls, signal) => wire.model.generateMany(calls, { url: batchUrl, signal }),
  });
  return {
    ...wire,
    model: cache === undefined ? batched : withCache(batched, cache),
    departed: totals,
    refuses: () => breakerRefusal(breaker),
  };
}
