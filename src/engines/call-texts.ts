import type {
  JSONValue,
  LanguageModelV4CallOptions,
  LanguageModelV4FilePart,
  LanguageModelV4Message,
  LanguageModelV4ToolResultOutput,
} from "@ai-sdk/provider";
import type { ScannedText } from "../core/verdict.js";
import { isTextualMedia, toText } from "./file-data.js";

/** Called with every text in order; what it returns takes the text's place. */
export type TextMapper = (text: string, source: ScannedText["source"]) => string;

/**
 * The call with every text of its prompt, tools and answer schema mapped, always in the same order. Names of tools, ids,
 * URLs and binary files stay. Nothing of the call itself is changed.
 */
export function mapCallTexts(call: LanguageModelV4CallOptions, map: TextMapper): LanguageModelV4CallOptions {
  let question = -1;
  for (let index = 0; index < call.prompt.length; index++) {
    if (call.prompt[index]!.role === "user") question = index;
  }
  const prompt = call.prompt.map((message, index) =>
    mapMessage(message, map, index === question ? "question" : "history"),
  );
  const { tools, responseFormat, stopSequences } = call;
  const onRequest = (text: string): string => map(text, "request");
  return {
    ...call,
    prompt,
    ...(tools === undefined ? {} : { tools: tools.map((tool) => mapTool(tool, onRequest)) }),
    ...(responseFormat?.type === "json" ? { responseFormat: mapShaped(responseFormat, onRequest) } : {}),
    ...(stopSequences === undefined ? {} : { stopSequences: stopSequences.map(onRequest) }),
  };
}

function mapMessage(
  message: LanguageModelV4Message,
  map: TextMapper,
  source: ScannedText["source"],
): LanguageModelV4Message {
  if (message.role === "system") return { ...message, content: map(message.content, "system") };
  const content: unknown[] = [];
  for (const part of message.content) {
    switch (part.type) {
      case "text":
      case "reasoning":
        content.push({ ...part, text: map(part.text, source) });
        break;
      case "file":
        content.push(mapFile(part, map));
        break;
      case "tool-call":
        content.push({ ...part, input: mapInput(part.input, (text) => map(text, source)) });
        break;
      case "tool-result":
        content.push({ ...part, output: mapOutput(part.output, map) });
        break;
      case "tool-approval-response":
        content.push(part.reason === undefined ? part : { ...part, reason: map(part.reason, source) });
        break;
      default:
        content.push(part);
    }
  }
  // The cast: every part kept its type and place, so the content still fits the message's role.
  return { ...message, content } as LanguageModelV4Message;
}

function mapFile(file: LanguageModelV4FilePart, map: TextMapper): LanguageModelV4FilePart {
  const named = file.filename === undefined ? file : { ...file, filename: map(file.filename, "attachment") };
  const { data } = file;
  const text = data.type === "text" || isTextualMedia(file.mediaType) ? toText(data) : undefined;
  if (text === undefined) return named;
  const mapped = map(text, "attachment");
  return mapped === text ? named : { ...named, data: { type: "text", text: mapped } };
}

function mapTool<Tool extends NonNullable<LanguageModelV4CallOptions["tools"]>[number]>(
  tool: Tool,
  map: (text: string) => string,
): Tool {
  if (tool.type === "provider") return { ...tool, args: mapShaped(tool.args, map) };
  const { description } = tool;
  return {
    ...tool,
    ...(description === undefined ? {} : { description: map(description) }),
    inputSchema: mapShaped(tool.inputSchema, map),
    ...(tool.inputExamples === undefined ? {} : { inputExamples: mapShaped(tool.inputExamples, map) }),
  };
}

function mapOutput(output: LanguageModelV4ToolResultOutput, map: TextMapper): LanguageModelV4ToolResultOutput {
  const onResult = (text: string): string => map(text, "tool-result");
  switch (output.type) {
    case "text":
    case "error-text":
      return { ...output, value: onResult(output.value) };
    case "json":
    case "error-json":
      return { ...output, value: mapJsonTexts(output.value, onResult) };
    case "execution-denied":
      return output.reason === undefined ? output : { ...output, reason: onResult(output.reason) };
    case "content":
      return {
        ...output,
        value: output.value.map((part) => {
          if (part.type === "text") return { ...part, text: onResult(part.text) };
          if (part.type !== "file") return part;
          const text = part.data.type === "text" || isTextualMedia(part.mediaType) ? toText(part.data) : undefined;
          if (text === undefined) return part;
          const mapped = onResult(text);
          return mapped === text ? part : { ...part, data: { type: "text", text: mapped } };
        }),
      };
    default:
      return output satisfies never;
  }
}

/** A tool call's input is JSON, or already JSON text (which is mapped inside, so that its escapes hide nothing). */
function mapInput(input: unknown, map: (text: string) => string): unknown {
  if (typeof input !== "string") return mapUnknown(input, map);
  let parsed: unknown;
  try {
    parsed = JSON.parse(input);
  } catch {
    return map(input);
  }
  const mapped = mapUnknown(parsed, map);
  const text = JSON.stringify(mapped);
  return text === JSON.stringify(parsed) ? input : text;
}

/** Numbers of this many digits are read as texts too: cards, accounts and telephone numbers often come as numbers. */
const LONG_NUMBER = 100_000;

/** JSON with every string, key and long number mapped; a number that changes becomes a string. */
export function mapJsonTexts(value: JSONValue, map: (text: string) => string): JSONValue {
  // The cast: strings become strings, numbers numbers or strings, and objects and arrays keep their shape.
  return mapUnknown(value, map) as JSONValue;
}

/** The cast in one place: the shape of a schema or of settings stays, only words inside its strings change. */
function mapShaped<T>(value: T, map: (text: string) => string): T {
  return mapUnknown(value, map) as T;
}

function mapUnknown(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === "string") return map(value);
  if (typeof value === "number" && Math.abs(value) >= LONG_NUMBER) {
    const text = String(value);
    const mapped = map(text);
    return mapped === text ? value : mapped;
  }
  if (Array.isArray(value)) return value.map((inner) => mapUnknown(inner, map));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [map(key), mapUnknown(inner, map)]));
}
