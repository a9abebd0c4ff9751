import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4Prompt,
} from "@ai-sdk/provider";
import { modelAround, PROVIDER_KEY, projectOf, streamOfResult, UNKNOWN_USAGE } from "../core/language-model.js";
import type { ResponseCache } from "../resilience/response-cache.js";
import { SingleFlight } from "../resilience/single-flight.js";
import { asRecord } from "./json-shape.js";
import { SharedStream } from "./shared-stream.js";

export interface EngineCacheOptions {
  readonly cache: ResponseCache;
  /** A digest that nobody can turn back or meet by chance: SHA-256. */
  readonly hash: (text: string) => string | Promise<string>;
}

/**
 * A model that answers the same call of the same project from a cache, and makes one call of those that overlap. Calls
 * with tools or files, and those whose entry in `providerOptions` says `cache: false`, go through untouched; the answer to one
 * that says `remember: false` is not kept. An answer from the cache says so in `providerMetadata`: `{ mao: { cachedAgeMs } }`.
 *
 * Put it where nothing that must stay on the device arrives any more: behind the guard and the redaction of the
 * orchestrator, around retry and timeout.
 */
export function withCache(model: LanguageModelV4, { cache, hash }: EngineCacheOptions): LanguageModelV4 {
  const whole = new SingleFlight<LanguageModelV4GenerateResult>();
  const streams = new Map<string, SharedStream>();
  const keyOf = async (call: LanguageModelV4CallOptions): Promise<string> => hash(cacheText(model, call));
  const keep = async (key: string, call: LanguageModelV4CallOptions, result: LanguageModelV4GenerateResult) => {
    if (mayBeKept(result) && mayLeaveATrace(call))
      await cache.put(key, { scope: projectOf(call) ?? "", text: JSON.stringify(kept(result)) });
  };
  const find = async (key: string): Promise<LanguageModelV4GenerateResult | undefined> => {
    const found = await cache.get(key);
    return found === undefined ? undefined : answerOf(found);
  };
  return modelAround(model, {
    async doGenerate(call) {
      if (!mayBeCached(call)) return model.doGenerate(call);
      const key = await keyOf(call);
      return whole.run(
        key,
        async (signal) => {
          const found = await find(key);
          if (found !== undefined) return found;
          const result = await model.doGenerate({ ...call, abortSignal: signal });
          await keep(key, call, result);
          return result;
        },
        { signal: call.abortSignal },
      );
    },
    async doStream(call) {
      if (!mayBeCached(call)) return model.doStream(call);
      const key = await keyOf(call);
      let shared = streams.get(key);
      if (shared === undefined) {
        const found = await find(key);
        if (found !== undefined) return { stream: streamOfResult(found) };
        shared = streams.get(key); // another caller may have come while the store was asked
      }
      if (shared === undefined) {
        const begun = new SharedStream(
          async (abortSignal) => (await model.doStream({ ...call, abortSignal })).stream,
          () => {
            if (streams.get(key) === begun) streams.delete(key);
          },
        );
        begun.result.then((result) => keep(key, call, result)).catch(() => {}); // the readers hear of a failure
        streams.set(key, begun);
        shared = begun;
      }
      return { stream: untilCancelled(shared.reader(), call.abortSignal) };
    },
  });
}

/** How old an answer from a cache is, in milliseconds; undefined of one that was made just now. */
export function cachedAgeOf(result: Pick<LanguageModelV4GenerateResult, "providerMetadata">): number | undefined {
  const ageMs = result.providerMetadata?.[PROVIDER_KEY]?.["cachedAgeMs"];
  return typeof ageMs === "number" ? ageMs : undefined;
}

function mayBeCached({ prompt, tools = [], providerOptions }: LanguageModelV4CallOptions): boolean {
  if (tools.length > 0 || providerOptions?.[PROVIDER_KEY]?.["cache"] === false) return false;
  return prompt.every(
    (message) =>
      message.role === "system" || message.content.every((part) => part.type === "text" || part.type === "reasoning"),
  );
}

function mayLeaveATrace({ providerOptions }: LanguageModelV4CallOptions): boolean {
  return providerOptions?.[PROVIDER_KEY]?.["remember"] !== false;
}

/** What the key is made of: model, project, settings and the normalised prompt. */
function cacheText(model: LanguageModelV4, call: LanguageModelV4CallOptions): string {
  const { prompt, abortSignal: _signal, headers: _headers, providerOptions, ...settings } = call;
  const { [PROVIDER_KEY]: _own, ...others } = providerOptions ?? {};
  return JSON.stringify([
    model.provider,
    model.modelId,
    projectOf(call) ?? "",
    sorted(settings),
    sorted(others),
    normalised(prompt),
  ]);
}

/**
 * The prompt as it matters: spaces at the ends of a text do not, and neither do directly preceding turns that asked the
 * very same, so that a question asked again finds its own answer.
 */
function normalised(prompt: LanguageModelV4Prompt): unknown[] {
  const messages = prompt.map((message) => [
    message.role,
    message.role === "system"
      ? message.content.trim()
      : message.content.map((part) => (part.type === "text" ? part.text.trim().normalize("NFC") : part)),
  ]);
  const question = JSON.stringify(messages.at(-1));
  let end = messages.length - 1;
  while (end >= 2 && messages[end - 1]![0] === "assistant" && JSON.stringify(messages[end - 2]) === question) end -= 2;
  return [...messages.slice(0, end), messages.at(-1)];
}

/** With the keys of every object in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  const record = asRecord(value);
  if (record === undefined) return value;
  return Object.fromEntries(
    Object.keys(record)
      .sort()
      .map((key) => [key, sorted(record[key])]),
  );
}

type Kept = Pick<LanguageModelV4GenerateResult, "content" | "finishReason">;

function mayBeKept({ content, finishReason }: LanguageModelV4GenerateResult): boolean {
  return (
    finishReason.unified === "stop" &&
    content.every(({ type }) => type === "text" || type === "reasoning") &&
    content.some((part) => part.type === "text" && part.text.trim() !== "")
  );
}

function kept({ content, finishReason }: LanguageModelV4GenerateResult): Kept {
  return { content, finishReason };
}

/** The answer as it was kept; undefined when a later version wrote something else. */
function answerOf({
  text,
  ageMs,
}: {
  readonly text: string;
  readonly ageMs: number;
}): LanguageModelV4GenerateResult | undefined {
  let record: ReturnType<typeof asRecord>;
  try {
    record = asRecord(JSON.parse(text));
  } catch {
    return undefined;
  }
  if (!Array.isArray(record?.["content"]) || asRecord(record["finishReason"]) === undefined) return undefined;
  const { content, finishReason } = record as unknown as Kept; // as `kept` wrote it
  return {
    content,
    finishReason,
    usage: UNKNOWN_USAGE, // this call used none
    warnings: [],
    providerMetadata: { [PROVIDER_KEY]: { cachedAgeMs: ageMs } },
  };
}

/** The stream, ended by the caller's own signal, which the shared source does not hear. */
function untilCancelled<T>(stream: ReadableStream<T>, signal: AbortSignal | undefined): ReadableStream<T> {
  if (signal === undefined) return stream;
  const reader = stream.getReader();
  let stop: () => void;
  return new ReadableStream<T>({
    start(controller) {
      stop = () => {
        reader.cancel(signal.reason).catch(() => {});
        controller.error(signal.reason);
      };
      if (signal.aborted) stop();
      else signal.addEventListener("abort", stop, { once: true });
    },
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (signal.aborted) return;
        if (!done) return controller.enqueue(value);
        signal.removeEventListener("abort", stop);
        controller.close();
      } catch (error) {
        signal.removeEventListener("abort", stop);
        controller.error(error);
      }
    },
    async cancel(reason) {
      signal.removeEventListener("abort", stop);
      await reader.cancel(reason);
    },
  });
}
