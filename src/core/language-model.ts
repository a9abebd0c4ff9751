import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4FilePart,
  LanguageModelV4GenerateResult,
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from "@ai-sdk/provider";
import type { TokenUsage } from "./outcome.js";
import type { ScannedText } from "./verdict.js";

/** Key of our own entry in `providerOptions` and `providerMetadata`. */
export const PROVIDER_KEY = "mao";

/** The project that a call is made for, where our entry in its `providerOptions` names one. */
export function projectOf(call: Pick<LanguageModelV4CallOptions, "providerOptions">): string | undefined {
  const project = call.providerOptions?.[PROVIDER_KEY]?.["project"];
  return typeof project === "string" ? project : undefined;
}

/** A V4 model with the name of the one inside and calls of its own: the frame of every behaviour around a model. */
export function modelAround(
  model: Pick<LanguageModelV4, "provider" | "modelId" | "supportedUrls">,
  calls: Pick<LanguageModelV4, "doGenerate" | "doStream">,
): LanguageModelV4 {
  return {
    specificationVersion: "v4",
    provider: model.provider,
    modelId: model.modelId,
    get supportedUrls() {
      return model.supportedUrls;
    },
    ...calls,
  };
}

/** Usage of which nothing is known: report only what was measured. */
export const UNKNOWN_USAGE: LanguageModelV4Usage = {
  inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: undefined, text: undefined, reasoning: undefined },
};

/** The two totals that an outcome reports; a field the engine left unknown is absent. */
export function totalsOf(usage: LanguageModelV4Usage): TokenUsage {
  const inputTokens = usage.inputTokens.total;
  const outputTokens = usage.outputTokens.total;
  return {
    ...(inputTokens === undefined ? {} : { inputTokens }),
    ...(outputTokens === undefined ? {} : { outputTokens }),
  };
}

/** All text parts of an answer, joined. */
export function textOfContent(content: readonly LanguageModelV4Content[]): string {
  let text = "";
  for (const part of content) if (part.type === "text") text += part.text;
  return text;
}

/** The text of the last user message; empty when there is none. */
export function lastUserText(prompt: LanguageModelV4Prompt): string {
  for (let index = prompt.length - 1; index >= 0; index--) {
    const message = prompt[index]!;
    if (message.role === "user") return message.content.map((part) => (part.type === "text" ? part.text : "")).join("");
  }
  return "";
}

/**
 * Every string of a call that an engine would receive: messages of all roles, tool calls and results, files that are text,
 * tool descriptions, the answer's schema. The last user message is `question`, the rest is named by its role. O(length).
 */
export function scannableTexts(
  options: Pick<LanguageModelV4CallOptions, "prompt" | "tools" | "responseFormat">,
): ScannedText[] {
  const texts: ScannedText[] = [];
  let question = -1;
  for (let index = 0; index < options.prompt.length; index++)
    if (options.prompt[index]!.role === "user") question = index;
  for (let index = 0; index < options.prompt.length; index++) {
    collectMessage(options.prompt[index]!, index === question ? "question" : "history", texts);
  }
  for (const tool of options.tools ?? []) collectStrings(tool, "request", texts);
  if (options.responseFormat?.type === "json") collectStrings(options.responseFormat, "request", texts);
  return texts;
}

function collectMessage(message: LanguageModelV4Message, source: ScannedText["source"], texts: ScannedText[]): void {
  if (message.role === "system") {
    texts.push({ source: "system", text: message.content });
    return;
  }
  for (const part of message.content) {
    switch (part.type) {
      case "text":
      case "reasoning":
        texts.push({ source, text: part.text });
        break;
      case "file":
        collectFile(part, texts);
        break;
      case "tool-call":
        collectStrings(part.input, source, texts);
        break;
      case "tool-result":
        collectStrings(part.output, "tool-result", texts);
        break;
      default:
        collectStrings(part, source, texts);
    }
  }
}

function collectFile(file: LanguageModelV4FilePart, texts: ScannedText[]): void {
  if (file.filename !== undefined) texts.push({ source: "attachment", text: file.filename });
  const { data } = file;
  if (data.type === "text") texts.push({ source: "attachment", text: data.text });
  else if (data.type === "url") texts.push({ source: "attachment", text: data.url.href });
  else if (data.type === "data" && isTextual(file.mediaType)) {
    const text = typeof data.data === "string" ? decodeBase64(data.data) : new TextDecoder().decode(data.data);
    texts.push({ source: "attachment", text });
  }
}

function isTextual(mediaType: string): boolean {
  return /^text\/|[/+](?:json|xml|yaml|csv|javascript)$/.test(mediaType);
}

function decodeBase64(text: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)));
  } catch {
    return text; // not base64 after all: it is sent as it is, so it is scanned as it is
  }
}

/** Cards, accounts and telephone numbers often come as JSON numbers: from 6 digits on they are read as texts. */
const LONG_NUMBER = 100_000;

/** A longer value needs no name beside it to be recognised. */
const SHORT_VALUE = 256;

/**
 * Adds every string below `value`, keys and long numbers included; a short value also together with its key, because a
 * password is known by the name beside it. Any depth; an object that stands in several places is read once.
 */
export function collectStrings(value: unknown, source: ScannedText["source"], texts: ScannedText[]): void {
  const waiting: unknown[] = [value];
  const seen = new Set<object>();
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next === "string") texts.push({ source, text: next });
    else if (typeof next === "number" && Math.abs(next) >= LONG_NUMBER) texts.push({ source, text: String(next) });
    if (typeof next !== "object" || next === null || seen.has(next)) continue;
    seen.add(next);
    const keyed = !Array.isArray(next);
    const entries = Object.entries(next);
    for (const [key, inner] of entries) {
      if (keyed) texts.push({ source, text: isShortScalar(inner) ? `${key}: ${inner}` : key });
    }
    for (let index = entries.length - 1; index >= 0; index--) waiting.push(entries[index]![1]);
  }
}

function isShortScalar(value: unknown): value is string | number {
  return typeof value === "number" || (typeof value === "string" && value.length <= SHORT_VALUE);
}

/** The parts a finished answer would have had as a stream: one delta for each text part. */
export function streamOfResult(result: LanguageModelV4GenerateResult): ReadableStream<LanguageModelV4StreamPart> {
  const parts: LanguageModelV4StreamPart[] = [{ type: "stream-start", warnings: result.warnings }];
  let textId = 0;
  for (const part of result.content) {
    if (part.type === "text" || part.type === "reasoning") {
      const id = String(textId++);
      parts.push(
        { type: `${part.type}-start`, id },
        { type: `${part.type}-delta`, id, delta: part.text },
        { type: `${part.type}-end`, id },
      );
    } else parts.push(part);
  }
  parts.push({
    type: "finish",
    usage: result.usage,
    finishReason: result.finishReason,
    ...(result.providerMetadata === undefined ? {} : { providerMetadata: result.providerMetadata }),
  });
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(part);
      controller.close();
    },
  });
}

/**
 * Reads a stream to its end and returns the answer it carried; `onPart` sees every part as it comes.
 * An `error` part rejects with its error; a stream that ends without `finish` reports finish reason `other`.
 */
export async function collectStream(
  stream: ReadableStream<LanguageModelV4StreamPart>,
  options: { readonly onPart?: (part: LanguageModelV4StreamPart) => void; readonly signal?: AbortSignal } = {},
): Promise<LanguageModelV4GenerateResult> {
  const { onPart, signal } = options;
  const content: LanguageModelV4Content[] = [];
  const open = new Map<string, { type: "text" | "reasoning"; text: string }>();
  let result: Pick<LanguageModelV4GenerateResult, "usage" | "finishReason" | "providerMetadata"> = {
    usage: UNKNOWN_USAGE,
    finishReason: { unified: "other", raw: undefined },
  };
  let warnings: LanguageModelV4GenerateResult["warnings"] = [];
  const reader = stream.getReader();
  const onAbort = (): void => void reader.cancel(signal?.reason).catch(() => {});
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { done, value: part } = await reader.read();
      signal?.throwIfAborted();
      if (done) break;
      onPart?.(part);
      switch (part.type) {
        case "stream-start":
          warnings = part.warnings;
          break;
        case "text-start":
        case "reasoning-start": {
          const piece = { type: part.type === "text-start" ? ("text" as const) : ("reasoning" as const), text: "" };
          open.set(part.id, piece);
          content.push(piece);
          break;
        }
        case "text-delta":
        case "reasoning-delta": {
          const piece = open.get(part.id);
          if (piece) piece.text += part.delta;
          break;
        }
        case "tool-call":
        case "tool-result":
        case "tool-approval-request":
        case "source":
        case "file":
        case "reasoning-file":
        case "custom":
          content.push(part);
          break;
        case "finish":
          result = part;
          break;
        case "error":
          throw part.error;
        default:
      }
    }
  } catch (error) {
    reader.cancel(error).catch(() => {}); // nobody reads on: let the engine stop
    throw error;
  } finally {
    signal?.removeEventListener("abort", onAbort);
    reader.releaseLock();
  }
  return {
    content,
    usage: result.usage,
    finishReason: result.finishReason,
    warnings,
    ...(result.providerMetadata === undefined ? {} : { providerMetadata: result.providerMetadata }),
  };
}
