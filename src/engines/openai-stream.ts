import type { LanguageModelV4StreamPart, SharedV4Warning } from "@ai-sdk/provider";
import { EngineError } from "../core/errors.js";
import { UNKNOWN_USAGE } from "../core/language-model.js";
import { EventStreamParser } from "./event-stream.js";
import { ChunkReader } from "./openai-response.js";

export interface CompletionStreamOptions {
  readonly warnings: SharedV4Warning[];
  /** Cap on the whole stream. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
  readonly includeRawChunks?: boolean | undefined;
  readonly newToolCallId: () => string;
  /** Throws when a chunk is the server's report of a failure. */
  readonly throwIfFailed: (chunk: unknown) => void;
}

/**
 * The events of a streamed chat completion as stream parts. A failure under way is an `error` part with an EngineError,
 * then `finish` with reason `error`; an abort rejects the pending read with `signal.reason` at once and hangs up.
 */
export function readCompletionStream(
  body: ReadableStream<Uint8Array>,
  options: CompletionStreamOptions,
): ReadableStream<LanguageModelV4StreamPart> {
  const { warnings, maxBytes, signal, includeRawChunks = false, newToolCallId, throwIfFailed } = options;
  const reader = body.getReader();
  const parser = new EventStreamParser({ maxEventLength: maxBytes });
  const chunks = new ChunkReader(newToolCallId);
  let bytes = 0;
  let over = false;
  let onAbort = (): void => {};
  const close = (): void => {
    over = true;
    signal?.removeEventListener("abort", onAbort);
    reader.cancel().catch(() => {}); // frees the connection; it may be closed already
  };
  /** The parts of the next bytes; closes the source when they are the last. */
  const next = async (): Promise<LanguageModelV4StreamPart[]> => {
    const { done, value } = await reader.read();
    bytes += value?.byteLength ?? 0;
    if (bytes > maxBytes) throw new EngineError(`Cannot read the stream: it is larger than ${maxBytes} bytes`);
    const parts: LanguageModelV4StreamPart[] = [];
    let complete = false;
    for (const { data } of value ? parser.push(value) : parser.end()) {
      complete = data === "[DONE]";
      if (complete) break;
      const chunk = parseChunk(data);
      if (includeRawChunks) parts.push({ type: "raw", rawValue: chunk });
      throwIfFailed(chunk);
      parts.push(...chunks.read(chunk));
    }
    if (!complete && !done) return parts;
    if (!complete && !chunks.finished) {
      throw new EngineError("Cannot read the stream: it broke off before the answer was complete", { retryable: true });
    }
    close();
    parts.push(...chunks.end());
    return parts;
  };
  return new ReadableStream<LanguageModelV4StreamPart>({
    start(controller) {
      onAbort = () => {
        close();
        controller.error(signal?.reason);
      };
      controller.enqueue({ type: "stream-start", warnings });
      if (signal?.aborted) onAbort();
      else signal?.addEventListener("abort", onAbort, { once: true });
    },
    async pull(controller) {
      try {
        let parts: LanguageModelV4StreamPart[] = [];
        while (!over && parts.length === 0) parts = await next();
        if (signal?.aborted) return; // the abort has closed the stream already
        for (const part of parts) controller.enqueue(part);
        if (over) controller.close();
      } catch (error) {
        if (signal?.aborted) return;
        close();
        controller.enqueue({ type: "error", error: streamError(error) });
        const finishReason = { unified: "error" as const, raw: undefined };
        controller.enqueue({ type: "finish", usage: UNKNOWN_USAGE, finishReason });
        controller.close();
      }
    },
    cancel: close,
  });
}

function parseChunk(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    throw new EngineError("Cannot read the stream: an event is no JSON", { retryable: true }); // whose words stay out
  }
}

function streamError(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  return new EngineError("Cannot read the stream: the connection broke off", { retryable: true, cause: error });
}
