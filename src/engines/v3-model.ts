import type {
  LanguageModelV3,
  LanguageModelV3CallOptions,
  LanguageModelV3Content,
  LanguageModelV3Prompt,
  LanguageModelV3StreamPart,
  LanguageModelV3ToolResultOutput,
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4FilePart,
  LanguageModelV4Message,
  LanguageModelV4StreamPart,
  LanguageModelV4ToolResultOutput,
} from "@ai-sdk/provider";
import { CannotAnswerError } from "../core/errors.js";
import { modelAround } from "../core/language-model.js";
import { toBase64, toText } from "./file-data.js";

/**
 * A model of the AI SDK 6 line (specification V3) as a V4 one. The difference is small: how files are held, tool results
 * with files, and the `reasoning` setting and `custom` parts, which V3 has no word for (the setting becomes a warning).
 */
export function fromLanguageModelV3(model: LanguageModelV3): LanguageModelV4 {
  return modelAround(model, {
    async doGenerate(call) {
      const result = await model.doGenerate(toV3Call(call));
      const content = result.content.map(fromV3Content);
      return { ...result, content, warnings: [...result.warnings, ...lostSettings(call)] };
    },
    async doStream(call) {
      const result = await model.doStream(toV3Call(call));
      const lost = lostSettings(call);
      const transform = new TransformStream<LanguageModelV3StreamPart, LanguageModelV4StreamPart>({
        transform(part, controller) {
          if (part.type === "file") controller.enqueue(fromV3File(part));
          else if (part.type === "stream-start") controller.enqueue({ ...part, warnings: [...part.warnings, ...lost] });
          else controller.enqueue(part);
        },
      });
      return { ...result, stream: result.stream.pipeThrough(transform) };
    },
  });
}

function lostSettings({ reasoning }: LanguageModelV4CallOptions): { type: "unsupported"; feature: string }[] {
  return reasoning === undefined || reasoning === "provider-default"
    ? []
    : [{ type: "unsupported", feature: "reasoning" }];
}

function toV3Call({ reasoning: _unknownToV3, ...call }: LanguageModelV4CallOptions): LanguageModelV3CallOptions {
  return { ...call, prompt: call.prompt.map(toV3Message) };
}

function toV3Message(message: LanguageModelV4Message): LanguageModelV3Prompt[number] {
  if (message.role === "system") return message;
  const content: unknown[] = [];
  for (const part of message.content) {
    if (part.type === "file") content.push({ ...part, data: toV3Data(part) });
    else if (part.type === "tool-result") content.push({ ...part, output: toV3Output(part.output) });
    else if (part.type !== "custom" && part.type !== "reasoning-file") content.push(part);
  }
  // The cast: each part keeps the place it had, and those that differ between V3 and V4 were converted just above.
  return { ...message, content } as LanguageModelV3Prompt[number];
}

function toV3Data(file: LanguageModelV4FilePart): Uint8Array | string | URL {
  const { data } = file;
  switch (data.type) {
    case "data":
      return data.data;
    case "url":
      return data.url;
    case "text":
      return toBase64(new TextEncoder().encode(data.text));
    case "reference":
      throw new CannotAnswerError(
        "Cannot hand over a file: an AI SDK 6 provider takes bytes or a URL, got a reference",
      );
    default:
      return data satisfies never;
  }
}

type V3OutputPart = Extract<LanguageModelV3ToolResultOutput, { type: "content" }>["value"][number];

function toV3Output(output: LanguageModelV4ToolResultOutput): LanguageModelV3ToolResultOutput {
  if (output.type !== "content") return output;
  const value = output.value.map((part): V3OutputPart => {
    if (part.type !== "file") return part;
    const { data, mediaType, filename, providerOptions } = part;
    const own = providerOptions === undefined ? {} : { providerOptions };
    const name = filename === undefined ? {} : { filename };
    switch (data.type) {
      case "data":
        return { type: "file-data", data: toBase64(data.data), mediaType, ...name, ...own };
      case "url":
        return { type: "file-url", url: data.url.href, ...own };
      case "reference":
        return { type: "file-id", fileId: data.reference, ...own };
      case "text":
        return { type: "text", text: toText(data) ?? "", ...own };
      default:
        return data satisfies never;
    }
  });
  return { type: "content", value };
}

function fromV3Content(part: LanguageModelV3Content): LanguageModelV4Content {
  return part.type === "file" ? fromV3File(part) : part;
}

function fromV3File(
  part: Extract<LanguageModelV3Content, { type: "file" }>,
): Extract<LanguageModelV4Content, { type: "file" }> {
  return { ...part, data: { type: "data", data: part.data } };
}
