import type { LanguageModelV4FilePart, LanguageModelV4Prompt, LanguageModelV4ToolResultPart } from "@ai-sdk/provider";
import { CannotAnswerError } from "../core/errors.js";
import type { LlamaChatItem } from "../core/llama-binding.js";

/**
 * A conversation as llama.cpp's chat formats take it, ending in the unfinished answer. Tool calls and results become
 * text, reasoning is left out (models are trained without their old thoughts); a file that is not text is refused.
 */
export function toChatItems(prompt: LanguageModelV4Prompt): LlamaChatItem[] {
  const items: LlamaChatItem[] = [];
  for (const message of prompt) {
    switch (message.role) {
      case "system":
        items.push({ type: "system", text: message.content });
        break;
      case "user":
        addUser(items, message.content.map((part) => (part.type === "text" ? part.text : textOfFile(part))).join("\n"));
        break;
      case "assistant": {
        const texts: string[] = [];
        for (const part of message.content) {
          if (part.type === "text") texts.push(part.text);
          else if (part.type === "tool-call") texts.push(`[called ${part.toolName}: ${JSON.stringify(part.input)}]`);
          else if (part.type === "tool-result") texts.push(textOfResult(part));
          else if (part.type === "file") texts.push(textOfFile(part));
        }
        addAnswer(items, texts.join("\n"));
        break;
      }
      case "tool": {
        const results = message.content.filter((part) => part.type === "tool-result");
        if (results.length > 0) addUser(items, results.map(textOfResult).join("\n"));
        break;
      }
      default: {
        const never: never = message;
        throw new TypeError(`Cannot read the prompt: unknown role in ${JSON.stringify(never)}`);
      }
    }
  }
  if (items.at(-1)?.type !== "model") items.push({ type: "model", response: [] });
  return items;
}

// Most chat formats were trained on strictly alternating turns, so neighbours of one side are joined.
function addUser(items: LlamaChatItem[], text: string): void {
  const last = items.at(-1);
  if (last?.type === "user") last.text += `\n${text}`;
  else items.push({ type: "user", text });
}

function addAnswer(items: LlamaChatItem[], text: string): void {
  const last = items.at(-1);
  if (last?.type === "model") last.response = [...last.response, text];
  else items.push({ type: "model", response: [text] });
}

function textOfFile(file: LanguageModelV4FilePart): string {
  if (file.data.type === "text") return file.data.text;
  throw new CannotAnswerError(
    `Cannot read a file of type ${file.mediaType} with a local text model: only text can be attached`,
  );
}

function textOfResult(part: LanguageModelV4ToolResultPart): string {
  const { output } = part;
  switch (output.type) {
    case "text":
    case "error-text":
      return `[result of ${part.toolName}: ${output.value}]`;
    case "execution-denied":
      return `[${part.toolName} was not allowed to run${output.reason === undefined ? "" : `: ${output.reason}`}]`;
    case "json":
    case "error-json":
      return `[result of ${part.toolName}: ${JSON.stringify(output.value)}]`;
    case "content":
      return `[result of ${part.toolName}: ${output.value.map((piece) => (piece.type === "text" ? piece.text : `(${piece.type})`)).join(" ")}]`;
    default: {
      const never: never = output;
      throw new TypeError(`Cannot read a tool result: ${JSON.stringify(never)}`);
    }
  }
}
