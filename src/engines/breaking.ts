import type { LanguageModelV4, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { EngineError } from "../core/errors.js";
import { modelAround } from "../core/language-model.js";
import type { Refusal } from "../core/ports.js";
import { type CircuitBreaker, CircuitOpenError, type Passage } from "../resilience/circuit-breaker.js";

/**
 * A model behind a breaker: while that is open a call fails at once with CircuitOpenError. What says that the remote is
 * ill counts (no connection, silence, 408, 429, 5xx); a refusal by rules, an abort and a bad request do not.
 */
export function withBreaker(model: LanguageModelV4, breaker: CircuitBreaker): LanguageModelV4 {
  const enter = (): Passage => {
    const passage = breaker.enter();
    if (passage !== undefined) return passage;
    throw new CircuitOpenError(`not tried: ${waitOf(breaker)}`, { retryAfterMs: breaker.retryInMs });
  };
  return modelAround(model, {
    async doGenerate(call) {
      const passage = enter();
      try {
        const result = await model.doGenerate(call);
        passage.succeeded();
        return result;
      } catch (error) {
        tell(passage, error);
        throw error;
      }
    },
    async doStream(call) {
      const passage = enter();
      try {
        const result = await model.doStream(call);
        return { ...result, stream: watched(result.stream, passage) };
      } catch (error) {
        tell(passage, error);
        throw error;
      }
    },
  });
}

/** Why an engine with this breaker would refuse now. */
export function breakerRefusal(breaker: CircuitBreaker): Refusal | undefined {
  return breaker.state === "open" ? { code: "veto/breaker-open", detail: waitOf(breaker) } : undefined;
}

function waitOf(breaker: CircuitBreaker): string {
  const seconds = Math.ceil(breaker.retryInMs / 1000);
  return `the remote failed several times in a row and is left alone for ${seconds} more second${seconds === 1 ? "" : "s"}`;
}

function tell(passage: Passage, error: unknown): void {
  if (error instanceof EngineError && error.retryable) passage.failed();
  else passage.withdrawn();
}

/** The stream, whose end or failure the passage hears of. */
function watched(
  stream: ReadableStream<LanguageModelV4StreamPart>,
  passage: Passage,
): ReadableStream<LanguageModelV4StreamPart> {
  const reader = stream.getReader();
  return new ReadableStream<LanguageModelV4StreamPart>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) {
          passage.succeeded();
          controller.close();
          return;
        }
        if (value.type === "error") tell(passage, value.error);
        controller.enqueue(value);
      } catch (error) {
        tell(passage, error);
        throw error;
      }
    },
    async cancel(reason) {
      passage.withdrawn();
      await reader.cancel(reason);
    },
  });
}
