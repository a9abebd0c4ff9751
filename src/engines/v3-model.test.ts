import type { LanguageModelV3, LanguageModelV3CallOptions, LanguageModelV3StreamPart } from "@ai-sdk/provider";
import { expect, test } from "vitest";
import { CannotAnswerError } from "../core/errors.js";
import { collectStream, UNKNOWN_USAGE } from "../core/language-model.js";
import { fromLanguageModelV3 } from "./v3-model.js";

function v3Model(): LanguageModelV3 & { calls: LanguageModelV3CallOptions[] } {
  const calls: LanguageModelV3CallOptions[] = [];
  const finishReason = { unified: "stop" as const, raw: "stop" };
  return {
    specificationVersion: "v3",
    provider: "old",
    modelId: "m",
    supportedUrls: { "image/*": [/x/] },
    calls,
    async doGenerate(call) {
      calls.push(call);
      const content = [{ type: "file" as const, mediaType: "image/png", data: "AAAA" }];
      return { content, finishReason, usage: UNKNOWN_USAGE, warnings: [] };
    },
    async doStream(call) {
      calls.push(call);
      const parts: LanguageModelV3StreamPart[] = [
        { type: "stream-start", warnings: [] },
        { type: "file", mediaType: "image/png", data: "AAAA" },
        { type: "finish", usage: UNKNOWN_USAGE, finishReason },
      ];
      const stream = new ReadableStream<LanguageModelV3StreamPart>({
        start(controller) {
          for (const part of parts) controller.enqueue(part);
          controller.close();
        },
      });
      return { stream };
    },
  };
}

test("a V3 model receives files and tool results as V3 knows them", async () => {
  const old = v3Model();
  const model = fromLanguageModelV3(old);
  const url = new URL("https://example.com/a.png");
  const result = await model.doGenerate({
    reasoning: "high",
    prompt: [
      {
        role: "user",
        content: [
          { type: "file", mediaType: "image/png", data: { type: "data", data: "AAAA" } },
          { type: "file", mediaType: "image/png", data: { type: "url", url } },
          { type: "file", mediaType: "text/plain", data: { type: "text", text: "hé" } },
        ],
      },
      { role: "assistant", content: [{ type: "custom", kind: "x.y" }] },
      {
        role: "tool",
        content: [
          {
            type: "tool-result",
            toolCallId: "1",
            toolName: "t",
            output: {
              type: "content",
              value: [
                { type: "file", mediaType: "image/png", data: { type: "data", data: new Uint8Array([1]) } },
                { type: "file", mediaType: "image/png", data: { type: "url", url } },
                { type: "file", mediaType: "image/png", data: { type: "reference", reference: { old: "f1" } } },
                { type: "file", mediaType: "text/plain", data: { type: "text", text: "words" } },
              ],
            },
          },
        ],
      },
    ],
  });
  expect(old.calls[0]).toEqual({
    prompt: [
      {
        role: "user",
        content: [
          { type: "file", mediaType: "image/png", data: "AAAA" },
          { type: "file", mediaType: "image/png", data: url },
          { type: "file", mediaType: "text/plain", data: "aMOp" },
        ],
      },
      { role: "assistant", content: [] },
      {
        role: "tool",
        content: [
          {
            type: "tool-result",
            toolCallId: "1",
            toolName: "t",
            output: {
              type: "content",
              value: [
                { type: "file-data", data: "AQ==", mediaType: "image/png" },
                { type: "file-url", url: url.href },
                { type: "file-id", fileId: { old: "f1" } },
                { type: "text", text: "words" },
              ],
            },
          },
        ],
      },
    ],
  });
  expect(result.content).toEqual([{ type: "file", mediaType: "image/png", data: { type: "data", data: "AAAA" } }]);
  expect(result.warnings).toEqual([{ type: "unsupported", feature: "reasoning" }]);
});

test("a V3 model streams as a V4 one, and refuses what it cannot take", async () => {
  const model = fromLanguageModelV3(v3Model());
  const { content } = await collectStream((await model.doStream({ prompt: [] })).stream);
  expect(content).toEqual([{ type: "file", mediaType: "image/png", data: { type: "data", data: "AAAA" } }]);
  const data = { type: "reference" as const, reference: { old: "f1" } };
  const prompt = [{ role: "user" as const, content: [{ type: "file" as const, mediaType: "image/png", data }] }];
  await expect(model.doGenerate({ prompt })).rejects.toThrow(CannotAnswerError);
});
