/**
 * Names of all metrics. OpenTelemetry's GenAI names where they fit (open-telemetry/semantic-conventions-genai, still
 * "Development", so they stand here alone); our own under `mao.`, with the unit at the end.
 */
export const METRIC = {
  /** Counter: questions by `route` and `outcome`. */
  questions: "mao.questions",
  /** Histogram: a whole question, by `route`. */
  questionDurationMs: "mao.question.duration_ms",
  /** Histogram: one span, by `stage` (the main path: rules, route, prompt, generate, remember); `Metrics` fills it. */
  stageDurationMs: "mao.stage.duration_ms",
  /** Histogram: tokens of one call, by `engine` and `gen_ai.token.type`; its sum is the total. */
  tokens: "gen_ai.client.token.usage",
  /** Counter: failed calls by `engine` and `kind`. */
  engineErrors: "mao.engine.errors",
  /** Counter: what the cache of answers did, by `kind`: hits, misses, expiries, evictions, failures. */
  cache: "mao.cache",
  /** Counter: bytes sent off the device, by `engine`. */
  sentBytes: "mao.sent_bytes",
  /** Counter: observations that were not a finite number and amounts below zero, by `metric`. */
  rejectedValues: "mao.telemetry.rejected_values",
} as const;

/** Names of labels and span attributes. */
export const LABEL = {
  route: "route",
  outcome: "outcome",
  stage: "stage",
  engine: "engine",
  kind: "kind",
  metric: "metric",
  /** `input` or `output`. */
  tokenType: "gen_ai.token.type",
  /** Set to `true` on the one series of a metric that takes what no longer fits (OpenTelemetry's name for it). */
  overflow: "otel.metric.overflow",
} as const;

/** One sentence on each metric, for the HELP lines of the Prometheus text. */
export const HELP: ReadonlyMap<string, string> = new Map<string, string>([
  [METRIC.questions, "Questions by the side that answered and by outcome."],
  [METRIC.questionDurationMs, "Milliseconds from question to outcome."],
  [METRIC.stageDurationMs, "Milliseconds in one stage of the main path."],
  [METRIC.tokens, "Tokens of one engine call, as the engine reported them."],
  [METRIC.engineErrors, "Engine calls that failed, by kind of failure."],
  [METRIC.cache, "What the cache of answers did: hits, misses, expiries, evictions, failures."],
  [METRIC.sentBytes, "Bytes sent off the device."],
  [METRIC.rejectedValues, "Values that were not recorded because they were not finite or were below zero."],
]);
