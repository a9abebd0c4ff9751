import type { LanguageModelV4, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { describe, expect, test } from "vitest";
import { EngineError } from "../core/errors.js";
import { collectStream, textOfContent } from "../core/language-model.js";
import { ManualClock, scriptedEngine } from "../testing.js";
import { withTimeout } from "./timed.js";

const call = { prompt: [{ role: "user" as const, content: [{ type: "text" as const, text: "hi" }] }] };
const never = (): Promise<never> => new Promise(() => {});

/** A model that begins a stream, says one thing, and then nothing; it listens to no signal. */
function stuck(): LanguageModelV4 & { signals: AbortSignal[]; cancelled: unknown[] } {
  const signals: AbortSignal[] = [];
  const cancelled: unknown[] = [];
  const parts: LanguageModelV4StreamPart[] = [
    { type: "text-start", id: "0" },
    { type: "text-delta", id: "0", delta: "beginning" },
  ];
  return {
    signals,
    cancelled,
    specificationVersion: "v4",
    provider: "stuck",
    modelId: "stuck",
    supportedUrls: {},
    doGenerate: ({ abortSignal }) => {
      signals.push(abortSignal!);
      return never();
    },
    async doStream({ abortSignal }) {
      signals.push(abortSignal!);
      const stream = new ReadableStream<LanguageModelV4StreamPart>({
        pull(controller) {
          const part = parts.shift();
          if (part !== undefined) controller.enqueue(part);
          return part === undefined ? never() : undefined;
        },
        cancel: (reason) => void cancelled.push(reason),
      });
      return { stream };
    },
  };
}

/** Lets what waits for nothing but its turn happen, then moves time on. */
async function pass(clock: ManualClock, ms: number): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await clock.advance(ms);
}

describe("withTimeout", () => {
  test("lets an answer in time through, whole and as a stream, and leaves no timer behind", async () => {
    const clock = new ManualClock();
    const model = withTimeout(scriptedEngine([["a", "b"]]).model, { silenceMs: 100, clock });
    expect(textOfContent((await model.doGenerate(call)).content)).toBe("ab");
    const { stream } = await model.doStream(call);
    expect(textOfContent((await collectStream(stream)).content)).toBe("ab");
    expect(clock.sleepers).toBe(0);
  });

  test("gives up a whole answer that does not come, and tells the model", async () => {
    const clock = new ManualClock();
    const inner = stuck();
    const answer = withTimeout(inner, { silenceMs: 100, wholeMs: 300, clock }).doGenerate(call);
    const failure = expect(answer).rejects.toMatchObject({ message: "no answer for 0.3 s", retryable: true });
    await pass(clock, 299);
    expect(inner.signals[0]!.aborted).toBe(false);
    await pass(clock, 1);
    await failure;
    expect(inner.signals[0]!.aborted).toBe(true);
    await expect(answer).rejects.toThrow(EngineError);
  });

  test("gives up a stream that falls silent, however long it has been running", async () => {
    const clock = new ManualClock();
    const inner = stuck();
    const { stream } = await withTimeout(inner, { silenceMs: 100, clock }).doStream(call);
    const reader = stream.getReader();
    await pass(clock, 99);
    expect((await reader.read()).value).toMatchObject({ type: "text-start" });
    await pass(clock, 99);
    expect((await reader.read()).value).toMatchObject({ delta: "beginning" });
    const next = expect(reader.read()).rejects.toThrow("no answer for 0.1 s");
    await pass(clock, 100);
    await next;
    expect(inner.signals[0]!.aborted).toBe(true);
    expect(clock.sleepers).toBe(0);
  });

  test("passes the caller's own abort on at once, with its reason", async () => {
    const clock = new ManualClock();
    const caller = new AbortController();
    const model = withTimeout(stuck(), { silenceMs: 100, clock });
    const answer = model.doGenerate({ ...call, abortSignal: caller.signal });
    const { stream } = await model.doStream({ ...call, abortSignal: caller.signal });
    const reader = stream.getReader();
    await reader.read();
    await reader.read();
    const last = reader.read();
    caller.abort(new RangeError("mine"));
    await expect(answer).rejects.toThrow("mine");
    await expect(last).rejects.toThrow("mine");
    expect(clock.sleepers).toBe(0);
  });

  test("hangs up when nobody reads on, and passes failures of the model through", async () => {
    const inner = stuck();
    const clock = new ManualClock();
    const { stream } = await withTimeout(inner, { silenceMs: 100, clock }).doStream(call);
    await stream.cancel("enough");
    expect(inner.cancelled).toEqual(["enough"]);
    const failing = withTimeout(scriptedEngine([new TypeError("broken")]).model, { silenceMs: 100, clock });
    await expect(failing.doGenerate(call)).rejects.toThrow(new TypeError("broken"));
    await expect(failing.doStream(call)).rejects.toThrow(new TypeError("broken"));
    expect(() => withTimeout(inner, { silenceMs: 0 })).toThrow(RangeError);
  });
});
