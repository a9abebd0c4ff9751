import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { describe, expect, test } from "vitest";
import { EngineError } from "../core/errors.js";
import { collectStream, textOfContent, UNKNOWN_USAGE } from "../core/language-model.js";
import { ManualClock, scriptedEngine, seededRandom } from "../testing.js";
import { withRetry } from "./retrying.js";

const ask: LanguageModelV4CallOptions = { prompt: [{ role: "user", content: [{ type: "text", text: "Hi" }] }] };
const passing = new EngineError("overloaded", { retryable: true, status: 503 });
const lasting = new EngineError("no such model", { retryable: false, status: 404 });
const fast = {
  clock: { ...new ManualClock(), nowMs: () => 0, monotonicMs: () => 0, sleep: async () => {} },
  random: seededRandom(1),
};

/** A model whose n-th stream consists of the n-th list of parts; an Error breaks the stream there. */
function streaming(...streams: (LanguageModelV4StreamPart | Error)[][]): LanguageModelV4 & { calls: number } {
  const model = {
    ...scriptedEngine([""]).model,
    calls: 0,
    doStream: async () => {
      const parts = [...streams[model.calls++]!];
      const stream = new ReadableStream<LanguageModelV4StreamPart>({
        pull(controller) {
          const part = parts.shift();
          if (part === undefined) controller.close();
          else if (part instanceof Error) controller.error(part);
          else controller.enqueue(part);
        },
      });
      return { stream };
    },
  };
  return model;
}

const start: LanguageModelV4StreamPart[] = [
  { type: "stream-start", warnings: [] },
  { type: "text-start", id: "0" },
];
const hello: LanguageModelV4StreamPart = { type: "text-delta", id: "0", delta: "Hello" };
const end: LanguageModelV4StreamPart[] = [
  { type: "text-end", id: "0" },
  { type: "finish", usage: UNKNOWN_USAGE, finishReason: { unified: "stop", raw: "stop" } },
];

describe("a model with retries", () => {
  test("answers when a failure passes, and gives up on one that lasts", async () => {
    const engine = scriptedEngine([passing, passing, "Hello"]);
    expect(textOfContent((await withRetry(engine.model, fast).doGenerate(ask)).content)).toBe("Hello");
    await expect(withRetry(scriptedEngine([lasting, "Hello"]).model, fast).doGenerate(ask)).rejects.toBe(lasting);
    await expect(withRetry(scriptedEngine([passing]).model, { ...fast, maxAttempts: 2 }).doGenerate(ask)).rejects.toBe(
      passing,
    );
  });

  test.each<[string, LanguageModelV4StreamPart | Error]>([
    ["an error part", { type: "error", error: passing }],
    ["a broken stream", passing],
  ])("begins a stream again after %s before the first content", async (_name, failure) => {
    const model = streaming([...start, failure], [...start, hello, ...end]);
    const { stream } = await withRetry(model, fast).doStream(ask);
    expect(textOfContent((await collectStream(stream)).content)).toBe("Hello");
    expect(model.calls).toBe(2);
  });

  test("never says the same twice: after the first content a failure goes through", async () => {
    const model = streaming([...start, hello, { type: "error", error: passing }], [...start, hello, ...end]);
    const { stream } = await withRetry(model, fast).doStream(ask);
    await expect(collectStream(stream)).rejects.toBe(passing);
    expect(model.calls).toBe(1);
  });

  test("hands every part through once and in order", async () => {
    const { stream } = await withRetry(streaming([...start, hello, ...end]), fast).doStream(ask);
    const types: string[] = [];
    await collectStream(stream, { onPart: (part) => types.push(part.type) });
    expect(types).toEqual(["stream-start", "text-start", "text-delta", "text-end", "finish"]);
  });

  test("stops waiting for the first content on abort", async () => {
    const silent: LanguageModelV4 = {
      ...scriptedEngine([""]).model,
      doStream: async () => ({ stream: new ReadableStream() }),
    };
    const controller = new AbortController();
    const pending = withRetry(silent, fast).doStream({ ...ask, abortSignal: controller.signal });
    const reason = new Error("stop");
    setTimeout(() => controller.abort(reason), 5);
    await expect(pending).rejects.toBe(reason);
  });
});
