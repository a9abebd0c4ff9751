import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4StreamPart,
  LanguageModelV4StreamResult,
} from "@ai-sdk/provider";
import { type Clock, systemClock } from "../core/clock.js";
import { EngineError } from "../core/errors.js";
import { modelAround } from "../core/language-model.js";
import { untilAborted } from "./abort.js";

export interface EngineTimeouts {
  /** Longest silence of a stream: before its first part and between parts. */
  readonly silenceMs: number;
  /** Longest wait for an answer that comes whole; default 5 times `silenceMs`. */
  readonly wholeMs?: number | undefined;
  readonly clock?: Pick<Clock, "sleep"> | undefined;
}

/**
 * A model that is given up when it is silent for too long: the call inside is aborted, and fails with a retryable
 * EngineError, so that a retry or another engine can take over. Bytes that make no part of an answer are silence.
 */
export function withTimeout(model: LanguageModelV4, timeouts: EngineTimeouts): LanguageModelV4 {
  const { silenceMs, wholeMs = 5 * silenceMs, clock = systemClock } = timeouts;
  for (const [name, value] of Object.entries({ silenceMs, wholeMs })) {
    if (!(value > 0)) throw new RangeError(`Cannot time an engine: ${name} must be above 0, got ${value}`);
  }
  return modelAround(model, {
    async doGenerate(call) {
      const limit = new Limit(call, clock);
      try {
        return await limit.within(wholeMs, () => model.doGenerate(limit.call));
      } finally {
        limit.ended();
      }
    },
    async doStream(call) {
      const limit = new Limit(call, clock);
      try {
        const result = await limit.within(silenceMs, () => model.doStream(limit.call));
        return { ...result, stream: timedStream(result, limit, silenceMs) };
      } catch (error) {
        limit.ended();
        throw error;
      }
    },
  });
}

function timedStream(
  { stream }: LanguageModelV4StreamResult,
  limit: Limit,
  silenceMs: number,
): ReadableStream<LanguageModelV4StreamPart> {
  const reader = stream.getReader();
  return new ReadableStream<LanguageModelV4StreamPart>({
    async pull(controller) {
      try {
        const { done, value } = await limit.within(silenceMs, () => reader.read());
        if (!done) return controller.enqueue(value);
        limit.ended();
        controller.close();
      } catch (error) {
        limit.ended();
        throw error; // errors the stream, as the one inside would
      }
    },
    cancel(reason) {
      limit.ended();
      return reader.cancel(reason);
    },
  });
}

/**
 * The time limit of one call: a signal that ends it when the caller's own does, or when the time is over. Joined by hand:
 * `AbortSignal.any` takes as long as all the rest (Node 20).
 */
class Limit {
  readonly call: LanguageModelV4CallOptions;
  readonly #outer: AbortSignal | undefined;
  readonly #inner = new AbortController();
  readonly #clock: Pick<Clock, "sleep">;
  readonly #onOuter = (): void => this.#inner.abort(this.#outer?.reason);

  constructor(call: LanguageModelV4CallOptions, clock: Pick<Clock, "sleep">) {
    this.#outer = call.abortSignal;
    this.#clock = clock;
    this.call = { ...call, abortSignal: this.#inner.signal };
    if (this.#outer?.aborted) this.#onOuter();
    else this.#outer?.addEventListener("abort", this.#onOuter, { once: true });
  }

  /** The call has ended: the caller's signal need not tell it anything any more. */
  ended(): void {
    this.#outer?.removeEventListener("abort", this.#onOuter);
  }

  /** The outcome of `run`, or EngineError after `limitMs`, or the caller's own abort at once. */
  async within<T>(limitMs: number, run: () => PromiseLike<T>): Promise<T> {
    const settled = new AbortController();
    this.#clock.sleep(limitMs, { signal: settled.signal }).then(
      () => this.#inner.abort(silent(limitMs)),
      () => {}, // settled in time
    );
    try {
      return await untilAborted(run(), this.call.abortSignal);
    } catch (error) {
      if (this.#outer?.aborted) throw this.#outer.reason;
      throw this.#inner.signal.aborted ? this.#inner.signal.reason : error;
    } finally {
      settled.abort();
    }
  }
}

function silent(limitMs: number): EngineError {
  const seconds = Number((limitMs / 1000).toPrecision(3));
  return new EngineError(`no answer for ${seconds} s`, { retryable: true });
}
