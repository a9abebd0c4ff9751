import type {
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from "@ai-sdk/provider";
import { EngineError } from "../core/errors.js";
import { UNKNOWN_USAGE } from "../core/language-model.js";
import { asArray, asCount, asRecord, asText } from "./json-shape.js";

/** Reads the JSON answer of `POST /chat/completions`; throws EngineError when it is no such answer. */
export function readCompletion(
  answer: unknown,
  newToolCallId: () => string,
): Pick<LanguageModelV4GenerateResult, "content" | "finishReason" | "usage"> & {
  response: ResponseFacts;
} {
  const root = asRecord(answer);
  const choice = asRecord(asArray(root?.["choices"])[0]);
  const message = asRecord(choice?.["message"]);
  if (root === undefined || choice === undefined || message === undefined) {
    throw new EngineError("Cannot read the answer: expected a chat completion with a message, got other JSON");
  }
  const content: LanguageModelV4Content[] = [];
  const reasoning = reasoningOf(message);
  if (reasoning) content.push({ type: "reasoning", text: reasoning });
  const text = asText(message["content"]) ?? asText(message["refusal"]);
  if (text) content.push({ type: "text", text });
  for (const entry of asArray(message["tool_calls"])) {
    const call = asRecord(entry);
    const target = asRecord(call?.["function"]);
    const toolName = asText(target?.["name"]);
    if (toolName === undefined) throw new EngineError("Cannot read the answer: a tool call names no function");
    const toolCallId = asText(call?.["id"]) || newToolCallId();
    content.push({ type: "tool-call", toolCallId, toolName, input: argumentsOf(target?.["arguments"]) });
  }
  return {
    content,
    finishReason: finishReasonOf(choice["finish_reason"]),
    usage: usageOf(root["usage"]),
    response: responseFacts(root),
  };
}

interface ResponseFacts {
  id?: string;
  modelId?: string;
  timestamp?: Date;
}

function responseFacts(root: Readonly<Record<string, unknown>>): ResponseFacts {
  const id = asText(root["id"]);
  const modelId = asText(root["model"]);
  const created = asCount(root["created"]);
  return {
    ...(id ? { id } : {}),
    ...(modelId ? { modelId } : {}),
    ...(created ? { timestamp: new Date(created * 1000) } : {}),
  };
}

/** DeepSeek, llama-server and LM Studio say `reasoning_content`; OpenRouter, vLLM and Ollama `reasoning`. */
function reasoningOf(message: Readonly<Record<string, unknown>>): string | undefined {
  return asText(message["reasoning_content"]) ?? asText(message["reasoning"]);
}

/** Some servers hand the arguments over as an object instead of JSON text. */
function argumentsOf(value: unknown): string {
  if (typeof value === "string") return value.trim() === "" ? "{}" : value;
  return JSON.stringify(value ?? {});
}

const FINISH_REASONS: Readonly<Record<string, LanguageModelV4FinishReason["unified"]>> = {
  stop: "stop",
  length: "length",
  tool_calls: "tool-calls",
  function_call: "tool-calls",
  content_filter: "content-filter",
};

function finishReasonOf(value: unknown): LanguageModelV4FinishReason {
  const raw = asText(value);
  return { unified: (raw === undefined ? undefined : FINISH_REASONS[raw]) ?? "other", raw };
}

/** What the server counted; whatever it did not say stays undefined. */
function usageOf(value: unknown): LanguageModelV4Usage {
  const usage = asRecord(value);
  if (usage === undefined) return UNKNOWN_USAGE;
  const input = asCount(usage["prompt_tokens"]);
  const cached = asCount(asRecord(usage["prompt_tokens_details"])?.["cached_tokens"]);
  const output = asCount(usage["completion_tokens"]);
  const reasoning = asCount(asRecord(usage["completion_tokens_details"])?.["reasoning_tokens"]);
  return {
    inputTokens: { total: input, noCache: difference(input, cached), cacheRead: cached, cacheWrite: undefined },
    outputTokens: { total: output, text: difference(output, reasoning), reasoning },
  };
}

function difference(total: number | undefined, part: number | undefined): number | undefined {
  return total === undefined || part === undefined ? undefined : Math.max(0, total - part);
}

interface OpenToolCall {
  readonly id: string;
  readonly name: string;
  input: string;
}

/** Turns the chunks of a streamed chat completion into stream parts. Feed `read` in order, then `end` once. */
export class ChunkReader {
  readonly #newToolCallId: () => string;
  readonly #calls = new Map<number, OpenToolCall>();
  #open: { readonly type: "text" | "reasoning"; readonly id: string } | undefined;
  #nextId = 0;
  #metadataSent = false;
  #usage: LanguageModelV4Usage = UNKNOWN_USAGE;
  #finishReason: LanguageModelV4FinishReason | undefined;

  constructor(newToolCallId: () => string) {
    this.#newToolCallId = newToolCallId;
  }

  /** Whether the server said why it stopped. */
  get finished(): boolean {
    return this.#finishReason !== undefined;
  }

  /** The parts one chunk adds; throws EngineError for a chunk that is none. */
  read(chunk: unknown): LanguageModelV4StreamPart[] {
    const root = asRecord(chunk);
    if (root === undefined) throw new EngineError("Cannot read the stream: expected a JSON object in every event");
    const parts: LanguageModelV4StreamPart[] = [];
    if (!this.#metadataSent) {
      this.#metadataSent = true;
      parts.push({ type: "response-metadata", ...responseFacts(root) });
    }
    if (asRecord(root["usage"]) !== undefined) this.#usage = usageOf(root["usage"]);
    const choice = asRecord(asArray(root["choices"])[0]);
    if (choice === undefined) return parts; // the usage chunk has none
    const delta = asRecord(choice["delta"]);
    if (delta !== undefined) {
      const reasoning = reasoningOf(delta);
      if (reasoning) this.#say("reasoning", reasoning, parts);
      const text = asText(delta["content"]) ?? asText(delta["refusal"]);
      if (text) this.#say("text", text, parts);
      const calls = asArray(delta["tool_calls"]);
      for (let place = 0; place < calls.length; place++) this.#call(asRecord(calls[place]), place, parts);
    }
    if (asText(choice["finish_reason"])) this.#finishReason = finishReasonOf(choice["finish_reason"]);
    return parts;
  }

  /** Closes what is open and says how it ended. */
  end(): LanguageModelV4StreamPart[] {
    const parts: LanguageModelV4StreamPart[] = [];
    this.#close(parts);
    for (const { id, name, input } of this.#calls.values()) {
      parts.push(
        { type: "tool-input-end", id },
        { type: "tool-call", toolCallId: id, toolName: name, input: argumentsOf(input) },
      );
    }
    const finishReason = this.#finishReason ?? { unified: "other", raw: undefined };
    parts.push({ type: "finish", usage: this.#usage, finishReason });
    return parts;
  }

  #say(type: "text" | "reasoning", delta: string, parts: LanguageModelV4StreamPart[]): void {
    if (this.#open?.type !== type) {
      this.#close(parts);
      this.#open = { type, id: String(this.#nextId++) };
      parts.push({ type: `${type}-start`, id: this.#open.id });
    }
    parts.push({ type: `${type}-delta`, id: this.#open.id, delta });
  }

  #close(parts: LanguageModelV4StreamPart[]): void {
    if (this.#open) parts.push({ type: `${this.#open.type}-end`, id: this.#open.id });
    this.#open = undefined;
  }

  #call(entry: Readonly<Record<string, unknown>> | undefined, place: number, parts: LanguageModelV4StreamPart[]): void {
    const target = asRecord(entry?.["function"]);
    const givenId = asText(entry?.["id"]);
    const name = asText(target?.["name"]);
    let index = asCount(entry?.["index"]) ?? place;
    const known = this.#calls.get(index);
    // Servers that number every call 0 (or none) and send each whole: a new id with a new name is a new call.
    if (known !== undefined && givenId && givenId !== known.id && name) {
      index = Math.max(...this.#calls.keys()) + 1;
    }
    let call = this.#calls.get(index);
    if (call === undefined) {
      if (!name) throw new EngineError("Cannot read the stream: a tool call begins without a function name");
      this.#close(parts);
      call = { id: givenId || this.#newToolCallId(), name, input: "" };
      this.#calls.set(index, call);
      parts.push({ type: "tool-input-start", id: call.id, toolName: name });
    }
    const value = target?.["arguments"];
    const delta =
      typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value);
    if (delta === "") return;
    call.input += delta;
    parts.push({ type: "tool-input-delta", id: call.id, delta });
  }
}
