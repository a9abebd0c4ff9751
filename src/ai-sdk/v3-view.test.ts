import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import type { LanguageModelV3 as LanguageModelV3OfAi6 } from "@ai-sdk/provider-v3";
import {
  generateText as generateText7,
  isStepCount,
  jsonSchema as jsonSchema7,
  Output as Output7,
  streamText as streamText7,
  tool as tool7,
} from "ai";
import {
  generateText as generateText6,
  jsonSchema as jsonSchema6,
  stepCountIs,
  streamText as streamText6,
  tool as tool6,
} from "ai-v6";
import { afterEach, describe, expect, test } from "vitest";
import {
  chunk,
  completion,
  jsonReply,
  type OpenAIServer,
  type ServerReply,
  startOpenAIServer,
  textEvents,
  usageChunk,
} from "../../test/support/openai-server.js";
import { tinyScanner } from "../../test/support/scanners.js";
import { UNKNOWN_USAGE } from "../core/language-model.js";
import { createEgress } from "../engines/egress.js";
import { createOpenAICompatibleModel } from "../engines/openai-compatible.js";
import { scriptedEngine } from "../testing.js";
import { asLanguageModelV3 } from "./v3-view.js";

const servers: OpenAIServer[] = [];
async function serve(...replies: ServerReply[]): Promise<{ server: OpenAIServer; model: LanguageModelV4 }> {
  const server = await startOpenAIServer(replies);
  servers.push(server);
  const egress = createEgress({ scanner: tinyScanner() });
  return { server, model: createOpenAICompatibleModel({ baseUrl: server.baseUrl, model: "m", egress }) };
}
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const streamed: ServerReply = {
  kind: "events",
  events: [...textEvents(["in ", "pieces"]), usageChunk({ prompt_tokens: 3, completion_tokens: 2 })],
};
const toolCall: ServerReply = {
  kind: "events",
  events: [
    chunk({ tool_calls: [{ index: 0, id: "c1", function: { name: "add", arguments: '{"a":2,' } }] }),
    chunk({ tool_calls: [{ index: 0, function: { arguments: '"b":3}' } }] }),
    chunk({}, "tool_calls"),
  ],
};
const addSchema = {
  type: "object" as const,
  properties: { a: { type: "number" as const }, b: { type: "number" as const } },
  required: ["a", "b"],
};

describe("our model in the AI SDK", () => {
  test("answers ai 7, whole and streamed", async () => {
    const { model } = await serve(jsonReply(completion({ content: "whole" })), streamed);
    expect((await generateText7({ model, prompt: "Hi" })).text).toBe("whole");
    const result = streamText7({ model, prompt: "Hi" });
    expect(await result.text).toBe("in pieces");
    expect(await result.usage).toMatchObject({ inputTokens: 3, outputTokens: 2 });
  });

  test("answers ai 6 through its V3 view, whole and streamed", async () => {
    const { model } = await serve(jsonReply(completion({ content: "whole" })), streamed);
    const view: LanguageModelV3OfAi6 = asLanguageModelV3(model); // ai 6's own type, not only ours
    expect((await generateText6({ model: view, prompt: "Hi" })).text).toBe("whole");
    const result = streamText6({ model: view, prompt: "Hi" });
    expect(await result.text).toBe("in pieces");
    expect(await result.usage).toMatchObject({ inputTokens: 3, outputTokens: 2 });
  });

  test("calls tools and goes on with their results, in ai 7 and ai 6", async () => {
    for (const version of [7, 6]) {
      const { server, model } = await serve(toolCall, streamed);
      const execute = async ({ a, b }: { a: number; b: number }): Promise<number> => a + b;
      const text =
        version === 7
          ? await streamText7({
              model,
              prompt: "2 + 3?",
              tools: { add: tool7({ inputSchema: jsonSchema7<{ a: number; b: number }>(addSchema), execute }) },
              stopWhen: isStepCount(2),
            }).text
          : await streamText6({
              model: asLanguageModelV3(model),
              prompt: "2 + 3?",
              tools: { add: tool6({ inputSchema: jsonSchema6<{ a: number; b: number }>(addSchema), execute }) },
              stopWhen: stepCountIs(2),
            }).text;
      expect(text).toBe("in pieces");
      expect(server.requests[1]?.json).toMatchObject({
        messages: [
          { role: "user", content: "2 + 3?" },
          { role: "assistant", tool_calls: [{ id: "c1", function: { name: "add", arguments: '{"a":2,"b":3}' } }] },
          { role: "tool", tool_call_id: "c1", content: "5" },
        ],
      });
    }
  });

  test("gives structured output in ai 7", async () => {
    const { server, model } = await serve(jsonReply(completion({ content: '{"a":1,"b":2}' })));
    const schema = jsonSchema7<{ a: number; b: number }>(addSchema);
    const { output } = await generateText7({ model, prompt: "Two numbers", output: Output7.object({ schema }) });
    expect(output).toEqual({ a: 1, b: 2 });
    expect(server.requests[0]?.json).toMatchObject({ response_format: { type: "json_schema" } });
  });

  test("reports a stream that broke off as an error, in ai 7 and ai 6", async () => {
    const broken: ServerReply = { kind: "events", events: [chunk({ content: "a" })], end: "close" };
    const { model } = await serve(broken);
    const errors: unknown[] = [];
    const onError = ({ error }: { error: unknown }): void => void errors.push(error);
    await streamText7({ model, prompt: "Hi", onError }).consumeStream();
    await streamText6({ model: asLanguageModelV3(model), prompt: "Hi", onError }).consumeStream();
    expect(errors.map(String)).toEqual(Array(2).fill(expect.stringMatching(/^EngineError: .*broke off/)));
  });
});

describe("the V3 view", () => {
  test("turns V3 files and tool results into V4 ones", async () => {
    const engine = scriptedEngine(["ok"]);
    const url = new URL("https://example.com/a.png");
    await asLanguageModelV3(engine.model).doGenerate({
      prompt: [
        {
          role: "user",
          content: [
            { type: "file", mediaType: "image/png", data: "AAAA" },
            { type: "file", mediaType: "image/png", data: url },
          ],
        },
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
                  { type: "text", text: "x" },
                  { type: "file-data", data: "AAAA", mediaType: "application/pdf", filename: "a.pdf" },
                  { type: "image-url", url: url.href },
                  { type: "file-id", fileId: "f1" },
                ],
              },
            },
          ],
        },
      ],
    });
    const expected: LanguageModelV4CallOptions["prompt"] = [
      {
        role: "user",
        content: [
          { type: "file", mediaType: "image/png", data: { type: "data", data: "AAAA" } },
          { type: "file", mediaType: "image/png", data: { type: "url", url } },
        ],
      },
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
                { type: "text", text: "x" },
                { type: "file", data: { type: "data", data: "AAAA" }, mediaType: "application/pdf", filename: "a.pdf" },
                { type: "file", data: { type: "url", url }, mediaType: "image" },
                {
                  type: "file",
                  data: { type: "reference", reference: { scripted: "f1" } },
                  mediaType: "application/octet-stream",
                },
              ],
            },
          },
        ],
      },
    ];
    expect(engine.calls[0]?.prompt).toEqual(expected);
  });

  test("says what V3 has no word for in the nearest way", async () => {
    const url = new URL("https://example.com/a.png");
    const finishReason = { unified: "interrupted" as const, raw: "cancelled" };
    const warning = { type: "deprecated" as const, setting: "a", message: "use b" };
    const content = [
      { type: "custom" as const, kind: "x.y" as const },
      { type: "reasoning-file" as const, mediaType: "image/png", data: { type: "data" as const, data: "AAAA" } },
      { type: "file" as const, mediaType: "image/png", data: { type: "url" as const, url } },
    ];
    const parts: LanguageModelV4StreamPart[] = [
      { type: "stream-start", warnings: [warning] },
      { type: "ping" },
      ...content,
      { type: "finish", usage: UNKNOWN_USAGE, finishReason },
    ];
    const model: LanguageModelV4 = {
      ...scriptedEngine([""]).model,
      doGenerate: async () => ({ content, finishReason, usage: UNKNOWN_USAGE, warnings: [warning] }),
      doStream: async () => ({
        stream: new ReadableStream({
          start(controller) {
            for (const part of parts) controller.enqueue(part);
            controller.close();
          },
        }),
      }),
    };
    const view = asLanguageModelV3(model);
    const converted = [
      { type: "file", mediaType: "image/png", data: "AAAA" },
      { type: "source", sourceType: "url", id: url.href, url: url.href },
    ];
    const warnings = [{ type: "other", message: "a is deprecated: use b" }];
    const other = { unified: "other", raw: "cancelled" };
    expect(await view.doGenerate({ prompt: [] })).toEqual({
      content: converted,
      finishReason: other,
      usage: UNKNOWN_USAGE,
      warnings,
    });
    const streamedParts: unknown[] = [];
    const reader = (await view.doStream({ prompt: [] })).stream.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) streamedParts.push(part.value);
    expect(streamedParts).toEqual([
      { type: "stream-start", warnings },
      ...converted,
      { type: "finish", usage: UNKNOWN_USAGE, finishReason: other },
    ]);
  });
});
