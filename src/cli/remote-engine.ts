import type { Engine } from "../core/ports.js";
import { createEgress, type Fetch, openEgress, type RequestScanner } from "../engines/egress.js";
import { openAICompatibleEngine } from "../engines/openai-compatible.js";
import { withRetry } from "../engines/retrying.js";
import { withTimeout } from "../engines/timed.js";

/**
 * The remote of the settings, with retries around it, and one limit on its silence around those. It counts as the
 * network even on a loopback address: the person called it remote, and what listens there may forward.
 */
export function remoteEngine(options: {
  readonly baseUrl: string;
  readonly model: string;
  readonly maxAttempts: number;
  readonly silenceMs: number;
  readonly contextTokens?: number;
  readonly apiKey: () => Promise<string | undefined>;
  readonly scanner: RequestScanner;
  readonly sentBytes: (engine: string, bytes: number) => void;
  /** Default: the runtime's own. */
  readonly fetch?: Fetch | undefined;
}): Engine {
  const { baseUrl, model, maxAttempts, silenceMs, contextTokens, apiKey, scanner, sentBytes, fetch } = options;
  const { record, totals } = openEgress(({ engine, bytes }) => sentBytes(engine ?? "unknown", bytes));
  const egress = createEgress({ scanner, record, fetch });
  const engine = openAICompatibleEngine({ baseUrl, model, apiKey, egress, place: "network", contextTokens });
  return { ...engine, model: withTimeout(withRetry(engine.model, { maxAttempts }), { silenceMs }), departed: totals };
}
