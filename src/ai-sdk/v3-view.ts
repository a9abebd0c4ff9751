import type {
  LanguageModelV3,
  LanguageModelV3CallOptions,
  LanguageModelV3Content,
  LanguageModelV3DataContent,
  LanguageModelV3FinishReason,
  LanguageModelV3GenerateResult,
  LanguageModelV3Message,
  LanguageModelV3StreamPart,
  LanguageModelV3StreamResult,
  LanguageModelV3ToolResultOutput,
  LanguageModelV3Usage,
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4GenerateResult,
  LanguageModelV4Message,
  LanguageModelV4StreamPart,
  LanguageModelV4ToolResultOutput,
  SharedV4FileData,
} from "@ai-sdk/provider";

type V3Warning = LanguageModelV3GenerateResult["warnings"][number];
type V4Warning = LanguageModelV4GenerateResult["warnings"][number];

type Json = null | string | number | boolean | Json[] | { [key: string]: Json | undefined };
type Metadata = Record<string, { [key: string]: Json | undefined }>;

/** `Part` with its JSON as `ai` 6 declares it: arrays may be written to there, and are readonly in today's package. */
type WithPlainJson<Part> = Part extends unknown
  ? {
      [Key in keyof Part]: Key extends "providerMetadata"
        ? Metadata
        : Key extends "result"
          ? NonNullable<Json>
          : Key extends "usage"
            ? Omit<LanguageModelV3Usage, "raw"> & { raw?: { [key: string]: Json | undefined } }
            : Key extends "content"
              ? WithPlainJson<LanguageModelV3Content>[]
              : Part[Key];
    }
  : never;

/**
 * A model of specification V3 that both declarations of it accept: the one `ai` 6 brings along (`@ai-sdk/provider` 3) and
 * the one in `@ai-sdk/provider` 4, so that our declarations name one package only.
 */
export interface LanguageModelV3View extends Omit<LanguageModelV3, "doGenerate" | "doStream"> {
  doGenerate(options: LanguageModelV3CallOptions): PromiseLike<WithPlainJson<LanguageModelV3GenerateResult>>;
  doStream(
    options: LanguageModelV3CallOptions,
  ): PromiseLike<
    Omit<LanguageModelV3StreamResult, "stream"> & { stream: ReadableStream<WithPlainJson<LanguageModelV3StreamPart>> }
  >;
}

/**
 * A V4 model as `ai` 6 wants it (specification V3). What V3 has no word for is told in the nearest way: `interrupted` as
 * `other`, a file at a URL as a source; `custom` parts and pings are left out.
 */
export function asLanguageModelV3(model: LanguageModelV4): LanguageModelV3View {
  const view: LanguageModelV3 = {
    specificationVersion: "v3",
    provider: model.provider,
    modelId: model.modelId,
    get supportedUrls() {
      return model.supportedUrls;
    },
    async doGenerate(call) {
      const {
        content,
        finishReason,
        warnings,
        request,
        structuredOutputText: _copy,
        ...rest
      } = await model.doGenerate(toV4Call(call, model.provider));
      return {
        ...rest,
        content: content.flatMap(toV3Content),
        finishReason: toV3FinishReason(finishReason),
        warnings: warnings.map(toV3Warning),
        ...(request === undefined ? {} : { request: { body: request.body } }),
      };
    },
    async doStream(call) {
      const { stream, request, response } = await model.doStream(toV4Call(call, model.provider));
      const transform = new TransformStream<LanguageModelV4StreamPart, LanguageModelV3StreamPart>({
        transform(part, controller) {
          for (const converted of toV3StreamPart(part)) controller.enqueue(converted);
        },
      });
      return {
        stream: stream.pipeThrough(transform),
        ...(request === undefined ? {} : { request: { body: request.body } }),
        ...(response === undefined ? {} : { response }),
      };
    },
  };
  // The cast: JSON is JSON, only whether its arrays may be written to is declared differently.
  return view as LanguageModelV3View;
}

function toV4Call(call: LanguageModelV3CallOptions, provider: string): LanguageModelV4CallOptions {
  return { ...call, prompt: call.prompt.map((message) => toV4Message(message, provider)) };
}

function toV4Message(message: LanguageModelV3Message, provider: string): LanguageModelV4Message {
  if (message.role === "system") return message;
  const content: unknown[] = [];
  for (const part of message.content) {
    if (part.type === "file") content.push({ ...part, data: toV4Data(part.data) });
    else if (part.type === "tool-result") content.push({ ...part, output: toV4Output(part.output, provider) });
    else content.push(part);
  }
  // The cast: each part keeps the place it had, and those that differ between V3 and V4 were converted just above.
  return { ...message, content } as LanguageModelV4Message;
}

function toV4Data(data: LanguageModelV3DataContent): SharedV4FileData {
  return data instanceof URL ? { type: "url", url: data } : { type: "data", data };
}

type V4OutputPart = Extract<LanguageModelV4ToolResultOutput, { type: "content" }>["value"][number];

function toV4Output(output: LanguageModelV3ToolResultOutput, provider: string): LanguageModelV4ToolResultOutput {
  if (output.type !== "content") return output;
  const value = output.value.map((part): V4OutputPart => {
    switch (part.type) {
      case "text":
      case "custom":
        return part;
      case "file-data":
      case "image-data": {
        const { type: _type, data, ...rest } = part;
        return { type: "file", data: { type: "data", data }, ...rest };
      }
      case "file-url":
      case "image-url": {
        const { type, url, ...rest } = part;
        const mediaType = type === "image-url" ? "image" : "application/octet-stream"; // V3 does not say; the bytes will
        return { mediaType, ...rest, type: "file", data: { type: "url", url: new URL(url) } };
      }
      case "file-id":
      case "image-file-id": {
        const { type, fileId, ...rest } = part;
        const reference = typeof fileId === "string" ? { [provider]: fileId } : fileId;
        const mediaType = type === "image-file-id" ? "image" : "application/octet-stream";
        // The cast: a reference is names and ids; a provider named "type" is the one thing V4 forbids there.
        const data = { type: "reference", reference } as SharedV4FileData;
        return { ...rest, type: "file", data, mediaType };
      }
      default:
        return part satisfies never;
    }
  });
  return { type: "content", value };
}

/** One part or none. */
function toV3Content(part: LanguageModelV4Content): LanguageModelV3Content[] {
  switch (part.type) {
    case "custom":
      return [];
    case "text": {
      const { citations: _none, ...text } = part;
      return [text];
    }
    case "file":
    case "reasoning-file": {
      const { mediaType, data, providerMetadata } = part;
      const own = providerMetadata === undefined ? {} : { providerMetadata };
      if (data.type === "data") return [{ type: "file", mediaType, data: data.data, ...own }];
      return [{ type: "source", sourceType: "url", id: data.url.href, url: data.url.href, ...own }];
    }
    default:
      return [part];
  }
}

function toV3StreamPart(part: LanguageModelV4StreamPart): LanguageModelV3StreamPart[] {
  switch (part.type) {
    case "ping":
      return [];
    case "stream-start":
      return [{ type: "stream-start", warnings: part.warnings.map(toV3Warning) }];
    case "finish":
      return [{ ...part, finishReason: toV3FinishReason(part.finishReason) }];
    case "text-end": {
      const { citations: _none, ...end } = part;
      return [end];
    }
    case "custom":
    case "file":
    case "reasoning-file":
    case "tool-call":
    case "tool-result":
    case "tool-approval-request":
    case "source":
      // The cast: every content part of V3 is a stream part of V3 too, but for text and reasoning, which are not here.
      return toV3Content(part) as LanguageModelV3StreamPart[];
    default:
      return [part];
  }
}

function toV3FinishReason({ unified, raw }: LanguageModelV4FinishReason): LanguageModelV3FinishReason {
  return { unified: unified === "interrupted" ? "other" : unified, raw };
}

function toV3Warning(warning: V4Warning): V3Warning {
  if (warning.type !== "deprecated") return warning;
  return { type: "other", message: `${warning.setting} is deprecated: ${warning.message}` };
}
