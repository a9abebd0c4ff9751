import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import type { Clock } from "./core/clock.js";
import { UNKNOWN_USAGE } from "./core/language-model.js";
import type { Engine } from "./core/ports.js";

export { seededRandom } from "./core/random.js";

/** A clock that moves only when told; sleepers wake in order. */
export class ManualClock implements Clock {
  #nowMs: number;
  #sleepers: { readonly atMs: number; readonly wake: () => void }[] = [];

  constructor(options: { readonly nowMs?: number } = {}) {
    this.#nowMs = options.nowMs ?? 1_800_000_000_000;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  sleep(ms: number, { signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const sleeper = {
        atMs: this.#nowMs + ms,
        wake: () => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        },
      };
      const onAbort = (): void => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(signal?.reason);
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#sleepers.push(sleeper);
    });
  }

  /** Moves time on and wakes every sleeper whose moment has come, earliest first. */
  async advance(ms: number): Promise<void> {
    this.#nowMs += ms;
    const due = this.#sleepers.filter((sleeper) => sleeper.atMs <= this.#nowMs).sort((a, b) => a.atMs - b.atMs);
    this.#sleepers = this.#sleepers.filter((sleeper) => sleeper.atMs > this.#nowMs);
    for (const sleeper of due) {
      sleeper.wake();
      await Promise.resolve();
    }
  }

  get sleepers(): number {
    return this.#sleepers.length;
  }
}

/** What a scripted engine does on one call: a text, several stream deltas, or a failure. */
export type ScriptedReply = string | readonly string[] | Error;

/** An engine that answers from a script, in order (the last reply repeats), and keeps every call it received. */
export function scriptedEngine(
  replies: readonly ScriptedReply[],
  options: Partial<Omit<Engine, "model">> = {},
): Engine & { readonly calls: LanguageModelV4CallOptions[] } {
  const calls: LanguageModelV4CallOptions[] = [];
  const next = (call: LanguageModelV4CallOptions): readonly string[] => {
    call.abortSignal?.throwIfAborted();
    const reply = replies[Math.min(calls.length, replies.length - 1)];
    calls.push(call);
    if (reply === undefined) throw new TypeError("Cannot answer: the script is empty");
    if (reply instanceof Error) throw reply;
    return typeof reply === "string" ? [reply] : reply;
  };
  const model: LanguageModelV4 = {
    specificationVersion: "v4",
    provider: "scripted",
    modelId: options.id ?? "scripted",
    supportedUrls: {},
    async doGenerate(call) {
      const text = next(call).join("");
      return {
        content: [{ type: "text", text }],
        finishReason: { unified: "stop", raw: undefined },
        usage: UNKNOWN_USAGE,
        warnings: [],
      };
    },
    async doStream(call) {
      const deltas = next(call);
      let index = -1;
      const stream = new ReadableStream<LanguageModelV4StreamPart>({
        pull(controller) {
          if (call.abortSignal?.aborted) return controller.error(call.abortSignal.reason);
          if (index === -1) {
            controller.enqueue({ type: "stream-start", warnings: [] });
            controller.enqueue({ type: "text-start", id: "0" });
          } else if (index < deltas.length) {
            controller.enqueue({ type: "text-delta", id: "0", delta: deltas[index]! });
          } else {
            controller.enqueue({ type: "text-end", id: "0" });
            controller.enqueue({
              type: "finish",
              usage: UNKNOWN_USAGE,
              finishReason: { unified: "stop", raw: undefined },
            });
            controller.close();
          }
          index++;
        },
      });
      return { stream };
    },
  };
  return {
    id: "scripted",
    place: "network",
    supports: { tools: true, structuredOutput: true, files: true },
    ...options,
    model,
    calls,
  };
}
