import type {
  LanguageModelV4CallOptions,
  LanguageModelV4FilePart,
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4TextPart,
  LanguageModelV4ToolResultOutput,
  SharedV4Warning,
} from "@ai-sdk/provider";
import { CannotAnswerError } from "../core/errors.js";
import { fullMediaType, isTextualMedia, toBase64, toText } from "./file-data.js";
import { asRecord } from "./json-shape.js";

/** How one server wants its requests. */
export interface OpenAIRequestStyle {
  readonly model: string;
  /** What it does with a JSON schema: takes it, or only knows "any JSON object". */
  readonly structuredOutput: "json-schema" | "json-object";
  /** Newer OpenAI models refuse `max_tokens`; most other servers know nothing else. */
  readonly maxTokensField: "max_tokens" | "max_completion_tokens";
  /** Whether streams are asked for usage; a few old servers refuse the question. */
  readonly streamUsage: boolean;
  /** False for a server on this device: fetching a URL would be its own way to the network. */
  readonly mayFetchUrls: boolean;
}

type Json = Record<string, unknown>;

/**
 * The body of `POST /chat/completions` for a call, and a warning for every setting the protocol has no word for.
 * Throws CannotAnswerError for content that the protocol cannot carry.
 */
export function chatRequest(
  options: LanguageModelV4CallOptions,
  style: OpenAIRequestStyle,
  stream: boolean,
): { readonly body: Json; readonly warnings: SharedV4Warning[] } {
  const warnings: SharedV4Warning[] = [];
  const body: Json = {
    ...asRecord(options.providerOptions?.["openaiCompatible"]),
    model: style.model,
    messages: chatMessages(options.prompt, style, warnings),
  };
  const set = (key: string, value: unknown): void => {
    if (value !== undefined) body[key] = value;
  };
  set(style.maxTokensField, options.maxOutputTokens);
  set("temperature", options.temperature);
  set("top_p", options.topP);
  set("presence_penalty", options.presencePenalty);
  set("frequency_penalty", options.frequencyPenalty);
  set("seed", options.seed);
  if (options.stopSequences !== undefined && options.stopSequences.length > 0) body["stop"] = options.stopSequences;
  if (options.topK !== undefined) warnings.push({ type: "unsupported", feature: "topK" });
  if (options.reasoning !== undefined && options.reasoning !== "provider-default") {
    body["reasoning_effort"] = options.reasoning;
  }
  set("response_format", responseFormat(options.responseFormat, style, warnings));
  addTools(body, options, warnings);
  if (stream) {
    body["stream"] = true;
    if (style.streamUsage) body["stream_options"] = { include_usage: true };
  } else delete body["stream"]; // no extra setting may turn an answer into a stream that nobody reads
  return { body, warnings };
}

function responseFormat(
  format: LanguageModelV4CallOptions["responseFormat"],
  style: OpenAIRequestStyle,
  warnings: SharedV4Warning[],
): Json | undefined {
  if (format?.type !== "json") return undefined;
  if (format.schema === undefined) return { type: "json_object" };
  if (style.structuredOutput === "json-object") {
    const details = "the server knows JSON objects but no schema; describe the schema in the prompt";
    warnings.push({ type: "unsupported", feature: "responseFormat.schema", details });
    return { type: "json_object" };
  }
  const { schema, name = "response", description } = format;
  return {
    type: "json_schema",
    json_schema: { name, schema, strict: true, ...(description === undefined ? {} : { description }) },
  };
}

function addTools(body: Json, options: LanguageModelV4CallOptions, warnings: SharedV4Warning[]): void {
  const tools: Json[] = [];
  for (const tool of options.tools ?? []) {
    if (tool.type === "provider") {
      warnings.push({ type: "unsupported", feature: `provider-defined tool ${tool.id}` });
      continue;
    }
    const { name, description, inputSchema, strict } = tool;
    tools.push({
      type: "function",
      function: {
        name,
        ...(description === undefined ? {} : { description }),
        parameters: inputSchema,
        ...(strict === undefined ? {} : { strict }),
      },
    });
  }
  if (tools.length === 0) return;
  body["tools"] = tools;
  const choice = options.toolChoice;
  if (choice === undefined) return;
  body["tool_choice"] =
    choice.type === "tool" ? { type: "function", function: { name: choice.toolName } } : choice.type;
}

function chatMessages(prompt: LanguageModelV4Prompt, style: OpenAIRequestStyle, warnings: SharedV4Warning[]): Json[] {
  const messages: Json[] = [];
  for (const message of prompt) {
    switch (message.role) {
      case "system":
        messages.push({ role: "system", content: message.content });
        break;
      case "user": {
        const only = message.content.length === 1 ? message.content[0] : undefined;
        // One text as a plain string: what every server understands.
        const content = only?.type === "text" ? only.text : message.content.map((part) => contentPart(part, style));
        messages.push({ role: "user", content });
        break;
      }
      case "assistant":
        messages.push(assistantMessage(message, warnings));
        break;
      case "tool":
        for (const part of message.content) {
          if (part.type !== "tool-result") continue; // approvals are between the caller and its user
          messages.push({ role: "tool", tool_call_id: part.toolCallId, content: toolOutput(part.output, warnings) });
        }
        break;
      default:
        message satisfies never;
    }
  }
  return messages;
}

function assistantMessage(
  message: Extract<LanguageModelV4Message, { role: "assistant" }>,
  warnings: SharedV4Warning[],
): Json {
  let text = "";
  let reasoning = "";
  const calls: Json[] = [];
  for (const part of message.content) {
    if (part.type === "text") text += part.text;
    else if (part.type === "reasoning") reasoning += part.text;
    else if (part.type === "tool-call") {
      const input = typeof part.input === "string" ? part.input : JSON.stringify(part.input ?? {});
      calls.push({ id: part.toolCallId, type: "function", function: { name: part.toolName, arguments: input } });
    } else warnings.push({ type: "unsupported", feature: `${part.type} part in an assistant message` });
  }
  return {
    role: "assistant",
    content: calls.length > 0 && text === "" ? null : text,
    ...(reasoning === "" ? {} : { reasoning_content: reasoning }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
}

function toolOutput(output: LanguageModelV4ToolResultOutput, warnings: SharedV4Warning[]): string {
  switch (output.type) {
    case "text":
    case "error-text":
      return output.value;
    case "json":
    case "error-json":
      return JSON.stringify(output.value);
    case "execution-denied":
      return output.reason ?? "The tool call was denied.";
    case "content":
      return output.value
        .map((part) => {
          if (part.type === "text") return part.text;
          const text = part.type === "file" && isTextualMedia(part.mediaType) ? toText(part.data) : undefined;
          if (text !== undefined) return text;
          warnings.push({ type: "unsupported", feature: `${part.type} in a tool result` });
          return `[${part.type} omitted]`;
        })
        .join("\n");
    default:
      return output satisfies never;
  }
}

function contentPart(part: LanguageModelV4TextPart | LanguageModelV4FilePart, style: OpenAIRequestStyle): Json {
  if (part.type === "text") return { type: "text", text: part.text };
  const { data } = part;
  const mediaType = fullMediaType(part);
  if (data.type === "text") return { type: "text", text: data.text };
  if (data.type === "url" && mediaType.startsWith("image/")) {
    if (data.url.protocol !== "data:" && !style.mayFetchUrls) {
      throw new CannotAnswerError(
        `Cannot send the address of an image to ${style.model}: a server on this device would fetch it over the network; give the bytes`,
      );
    }
    return { type: "image_url", image_url: { url: data.url.href } };
  }
  if (data.type === "data") {
    if (mediaType.startsWith("image/")) {
      return { type: "image_url", image_url: { url: `data:${mediaType};base64,${toBase64(data.data)}` } };
    }
    if (isTextualMedia(mediaType)) return { type: "text", text: toText(data) ?? "" };
    const format = AUDIO_FORMATS[mediaType];
    if (format !== undefined) return { type: "input_audio", input_audio: { data: toBase64(data.data), format } };
    if (mediaType === "application/pdf") {
      const filename = part.filename ?? "document.pdf";
      return { type: "file", file: { filename, file_data: `data:application/pdf;base64,${toBase64(data.data)}` } };
    }
  }
  throw new CannotAnswerError(
    `Cannot send a file to ${style.model}: the protocol carries images, wav, mp3, PDF and text, got ${part.mediaType} as ${data.type}`,
  );
}

const AUDIO_FORMATS: Readonly<Record<string, string>> = {
  "audio/wav": "wav",
  "audio/x-wav": "wav",
  "audio/mp3": "mp3",
  "audio/mpeg": "mp3",
};
