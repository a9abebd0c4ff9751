import type { LanguageModelV4, LanguageModelV4StreamPart, LanguageModelV4StreamResult } from "@ai-sdk/provider";
import { systemClock } from "../core/clock.js";
import { EngineError } from "../core/errors.js";
import { modelAround } from "../core/language-model.js";
import { systemRandom } from "../core/random.js";
import { type RetryOptions, retry } from "../resilience/retry.js";
import { untilAborted } from "./abort.js";

/** Waits and attempts as in `RetryOptions`; clock and chance default to the machine's. */
export type EngineRetryOptions = Partial<Omit<RetryOptions, "signal" | "retryAfterMs">>;

/**
 * A model that calls the one inside again when it fails in a way that may pass. A stream is only begun again while
 * nothing of the answer was handed out; after the first content, failures go through.
 */
export function withRetry(model: LanguageModelV4, options: EngineRetryOptions = {}): LanguageModelV4 {
  const complete: Omit<RetryOptions, "signal"> = {
    clock: systemClock,
    random: systemRandom,
    isRetryable: (error) => error instanceof EngineError && error.retryable,
    retryAfterMs: (error) => (error instanceof EngineError ? error.retryAfterMs : undefined),
    ...options,
  };
  return modelAround(model, {
    doGenerate: (call) => retry(async () => model.doGenerate(call), { ...complete, signal: call.abortSignal }),
    doStream: (call) =>
      retry(async () => begun(await model.doStream(call), call.abortSignal), { ...complete, signal: call.abortSignal }),
  });
}

/** Reads up to the first content; a failure before it rejects, so that it can be retried. */
async function begun(
  result: LanguageModelV4StreamResult,
  signal: AbortSignal | undefined,
): Promise<LanguageModelV4StreamResult> {
  const reader = result.stream.getReader();
  const held: LanguageModelV4StreamPart[] = [];
  try {
    for (;;) {
      const { done, value } = await untilAborted(reader.read(), signal);
      if (done) break;
      if (value.type === "error") throw value.error;
      held.push(value);
      if (!isPreamble(value)) break;
    }
  } catch (error) {
    reader.cancel(error).catch(() => {}); // that stream is given up; how it takes it is of no interest
    throw error;
  }
  const stream = new ReadableStream<LanguageModelV4StreamPart>({
    async pull(controller) {
      const waiting = held.shift();
      if (waiting !== undefined) return controller.enqueue(waiting);
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return { ...result, stream };
}

/** Parts that hold nothing of the answer yet. */
function isPreamble(part: LanguageModelV4StreamPart): boolean {
  switch (part.type) {
    case "stream-start":
    case "response-metadata":
    case "ping":
    case "raw":
    case "text-start":
    case "reasoning-start":
    case "tool-input-start":
      return true;
    case "text-delta":
    case "reasoning-delta":
    case "tool-input-delta":
      return part.delta === "";
    default:
      return false;
  }
}
