import { inspect } from "node:util";
import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { afterEach, describe, expect, test, vi } from "vitest";
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
import { CannotAnswerError, EgressRefusedError, EngineError } from "../core/errors.js";
import { collectStream, UNKNOWN_USAGE } from "../core/language-model.js";
import { ManualClock } from "../testing.js";
import { createEgress } from "./egress.js";
import { createOpenAICompatibleModel, namesCloudModel, openAICompatibleEngine } from "./openai-compatible.js";

const servers: OpenAIServer[] = [];
async function serve(...replies: ServerReply[]): Promise<OpenAIServer> {
  const server = await startOpenAIServer(replies);
  servers.push(server);
  return server;
}
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const egress = createEgress({ scanner: tinyScanner() });
const key = `k-${"7".repeat(24)}`;
const ask: LanguageModelV4CallOptions = {
  prompt: [{ role: "user", content: [{ type: "text", text: "How are you today?" }] }],
};

function modelOf(
  server: OpenAIServer,
  options: { maxResponseBytes?: number; place?: "network" } = {},
): LanguageModelV4 {
  const { baseUrl } = server;
  return createOpenAICompatibleModel({ baseUrl, model: "m", egress, apiKey: () => key, ...options });
}

async function partsOf(stream: ReadableStream<LanguageModelV4StreamPart>): Promise<LanguageModelV4StreamPart[]> {
  const parts: LanguageModelV4StreamPart[] = [];
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return parts;
    parts.push(value);
  }
}

describe("a request", () => {
  test("says everything the protocol has a word for, and warns of the rest", async () => {
    const server = await serve(jsonReply(completion({ content: "ok" })));
    const result = await modelOf(server).doGenerate({
      prompt: [
        { role: "system", content: "Be brief." },
        {
          role: "user",
          content: [
            { type: "text", text: "What is this?" },
            {
              type: "file",
              mediaType: "image/*",
              data: { type: "data", data: new Uint8Array([0xff, 0xd8, 0xff, 0xe0]) },
            },
            { type: "file", mediaType: "text/plain", data: { type: "text", text: "a note" } },
            { type: "file", mediaType: "text/csv", data: { type: "data", data: btoa("a,b") } },
          ],
        },
        {
          role: "assistant",
          content: [
            { type: "reasoning", text: "hm" },
            { type: "tool-call", toolCallId: "c1", toolName: "look", input: { at: "it" } },
          ],
        },
        {
          role: "tool",
          content: [
            {
              type: "tool-result",
              toolCallId: "c1",
              toolName: "look",
              output: { type: "json", value: { is: "a cat" } },
            },
            {
              type: "tool-result",
              toolCallId: "c2",
              toolName: "look",
              output: {
                type: "content",
                value: [
                  { type: "text", text: "seen" },
                  { type: "file", mediaType: "image/png", data: { type: "data", data: "AAAA" } },
                ],
              },
            },
          ],
        },
      ],
      maxOutputTokens: 10,
      temperature: 0,
      topP: 0.5,
      topK: 3,
      presencePenalty: 0.1,
      frequencyPenalty: 0.2,
      seed: 7,
      stopSequences: ["END"],
      reasoning: "low",
      responseFormat: { type: "json", schema: { type: "object" }, name: "thing" },
      tools: [
        { type: "function", name: "look", description: "Looks.", inputSchema: { type: "object" }, strict: true },
        { type: "provider", id: "x.search", name: "search", args: {} },
      ],
      toolChoice: { type: "tool", toolName: "look" },
      headers: { "x-trace": "1" },
      providerOptions: { openaiCompatible: { user: "u1", stream: true }, mao: { project: "secret-project" } },
    });
    expect(server.requests[0]).toMatchObject({
      method: "POST",
      path: "/v1/chat/completions",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json", "x-trace": "1" },
    });
    expect(server.requests[0]?.json).toEqual({
      user: "u1",
      model: "m",
      messages: [
        { role: "system", content: "Be brief." },
        {
          role: "user",
          content: [
            { type: "text", text: "What is this?" },
            { type: "image_url", image_url: { url: "data:image/jpeg;base64,/9j/4A==" } },
            { type: "text", text: "a note" },
            { type: "text", text: "a,b" },
          ],
        },
        {
          role: "assistant",
          content: null,
          reasoning_content: "hm",
          tool_calls: [{ id: "c1", type: "function", function: { name: "look", arguments: '{"at":"it"}' } }],
        },
        { role: "tool", tool_call_id: "c1", content: '{"is":"a cat"}' },
        { role: "tool", tool_call_id: "c2", content: "seen\n[file omitted]" },
      ],
      max_tokens: 10,
      temperature: 0,
      top_p: 0.5,
      presence_penalty: 0.1,
      frequency_penalty: 0.2,
      seed: 7,
      stop: ["END"],
      reasoning_effort: "low",
      response_format: {
        type: "json_schema",
        json_schema: { name: "thing", schema: { type: "object" }, strict: true },
      },
      tools: [
        {
          type: "function",
          function: { name: "look", description: "Looks.", parameters: { type: "object" }, strict: true },
        },
      ],
      tool_choice: { type: "function", function: { name: "look" } },
    });
    expect(result.warnings).toEqual([
      { type: "unsupported", feature: "file in a tool result" },
      { type: "unsupported", feature: "topK" },
      { type: "unsupported", feature: "provider-defined tool x.search" },
    ]);
  });

  test("falls back to any JSON object where the server knows no schema", async () => {
    const server = await serve(jsonReply(completion({ content: "{}" })));
    const { baseUrl } = server;
    const model = createOpenAICompatibleModel({ baseUrl, model: "m", egress, structuredOutput: "json-object" });
    const result = await model.doGenerate({ ...ask, responseFormat: { type: "json", schema: {} } });
    expect(server.requests[0]?.json).toMatchObject({ response_format: { type: "json_object" } });
    expect(server.requests[0]?.headers["authorization"]).toBeUndefined();
    expect(result.warnings).toMatchObject([{ type: "unsupported", feature: "responseFormat.schema" }]);
  });

  test("hands the address of an image to a network server only", async () => {
    const server = await serve(jsonReply(completion({ content: "a cat" })));
    const url = new URL("https://example.com/cat.png");
    const call: LanguageModelV4CallOptions = {
      prompt: [{ role: "user", content: [{ type: "file", mediaType: "image/png", data: { type: "url", url } }] }],
    };
    await expect(modelOf(server).doGenerate(call)).rejects.toThrow(CannotAnswerError);
    expect(server.requests).toHaveLength(0);
    await modelOf(server, { place: "network" }).doGenerate(call);
    expect(server.requests[0]?.body).toContain('"url":"https://example.com/cat.png"');
  });

  test("leaves for the network only when the rules allow it", async () => {
    const server = await serve(jsonReply(completion({ content: "ok" })));
    const call: LanguageModelV4CallOptions = {
      prompt: [{ role: "user", content: [{ type: "text", text: "TOPSECRET" }] }],
    };
    await expect(modelOf(server, { place: "network" }).doGenerate(call)).rejects.toThrow(EgressRefusedError);
    await expect(modelOf(server, { place: "network" }).doStream(call)).rejects.toThrow(EgressRefusedError);
    expect(server.receivedText()).toBe("");
    await modelOf(server).doGenerate(call); // the server is on this device
    expect(server.receivedText()).toContain("TOPSECRET");
  });
});

describe("an answer", () => {
  test("has text, reasoning, tool calls, metadata and the usage the server counted", async () => {
    const usage = {
      prompt_tokens: 11,
      completion_tokens: 5,
      prompt_tokens_details: { cached_tokens: 4 },
      completion_tokens_details: { reasoning_tokens: 2 },
    };
    const tool_calls = [
      { id: "c1", type: "function", function: { name: "look", arguments: '{"a":1}' } },
      { type: "function", function: { name: "look", arguments: { b: 2 } } },
    ];
    const message = { content: "Hello", reasoning_content: "hm", tool_calls };
    const server = await serve(jsonReply(completion(message, { finish_reason: "tool_calls", usage })));
    const result = await modelOf(server).doGenerate(ask);
    expect(result.content).toEqual([
      { type: "reasoning", text: "hm" },
      { type: "text", text: "Hello" },
      { type: "tool-call", toolCallId: "c1", toolName: "look", input: '{"a":1}' },
      { type: "tool-call", toolCallId: expect.stringMatching(/^call_/), toolName: "look", input: '{"b":2}' },
    ]);
    expect(result.finishReason).toEqual({ unified: "tool-calls", raw: "tool_calls" });
    expect(result.usage).toEqual({
      inputTokens: { total: 11, noCache: 7, cacheRead: 4, cacheWrite: undefined },
      outputTokens: { total: 5, text: 3, reasoning: 2 },
    });
    expect(result.response).toMatchObject({
      id: "chatcmpl-1",
      modelId: "served-model",
      timestamp: new Date(1_800_000_000_000),
    });
  });

  test("has no usage when the server gave none", async () => {
    const server = await serve(jsonReply(completion({ content: "Hi" }, { finish_reason: "strange" })));
    const result = await modelOf(server).doGenerate(ask);
    expect(result.usage).toEqual(UNKNOWN_USAGE);
    expect(result.finishReason).toEqual({ unified: "other", raw: "strange" });
  });
});

describe("a stream", () => {
  test("says text, reasoning and two interleaved tool calls as they come", async () => {
    const call = (index: number, rest: object): object => chunk({ tool_calls: [{ index, ...rest }] });
    const server = await serve({
      kind: "events",
      pieceBytes: 7,
      lineBreak: "\r\n",
      events: [
        ": keep-alive",
        chunk({ role: "assistant", content: "" }),
        chunk({ reasoning_content: "hm" }),
        chunk({ content: "Grüezi " }),
        chunk({ content: "😀" }),
        call(0, { id: "c1", function: { name: "look", arguments: "" } }),
        call(1, { id: "c2", function: { name: "move", arguments: '{"to"' } }),
        call(0, { function: { arguments: '{"at":' } }),
        call(1, { function: { arguments: ':"x"}' } }),
        call(0, { function: { arguments: "1}" } }),
        chunk({}, "tool_calls"),
        usageChunk({ prompt_tokens: 3, completion_tokens: 4 }),
      ],
    });
    const { stream } = await modelOf(server).doStream(ask);
    const parts = await partsOf(stream);
    expect(server.requests[0]?.json).toMatchObject({ stream: true, stream_options: { include_usage: true } });
    expect(parts.slice(1, -1)).toEqual([
      { type: "response-metadata", id: "chatcmpl-1", modelId: "served-model", timestamp: new Date(1_800_000_000_000) },
      { type: "reasoning-start", id: "0" },
      { type: "reasoning-delta", id: "0", delta: "hm" },
      { type: "reasoning-end", id: "0" },
      { type: "text-start", id: "1" },
      { type: "text-delta", id: "1", delta: "Grüezi " },
      { type: "text-delta", id: "1", delta: "😀" },
      { type: "text-end", id: "1" },
      { type: "tool-input-start", id: "c1", toolName: "look" },
      { type: "tool-input-start", id: "c2", toolName: "move" },
      { type: "tool-input-delta", id: "c2", delta: '{"to"' },
      { type: "tool-input-delta", id: "c1", delta: '{"at":' },
      { type: "tool-input-delta", id: "c2", delta: ':"x"}' },
      { type: "tool-input-delta", id: "c1", delta: "1}" },
      { type: "tool-input-end", id: "c1" },
      { type: "tool-call", toolCallId: "c1", toolName: "look", input: '{"at":1}' },
      { type: "tool-input-end", id: "c2" },
      { type: "tool-call", toolCallId: "c2", toolName: "move", input: '{"to":"x"}' },
    ]);
    expect(parts[0]).toEqual({ type: "stream-start", warnings: [] });
    expect(parts.at(-1)).toMatchObject({
      type: "finish",
      finishReason: { unified: "tool-calls" },
      usage: { inputTokens: { total: 3, cacheRead: undefined }, outputTokens: { total: 4, reasoning: undefined } },
    });
  });

  test("keeps whole tool calls apart that a server numbers alike", async () => {
    const whole = (id: string): object =>
      chunk({ tool_calls: [{ index: 0, id, function: { name: "look", arguments: `{"at":"${id}"}` } }] });
    const server = await serve({ kind: "events", events: [whole("a"), whole("b"), chunk({}, "tool_calls")] });
    const { content } = await collectStream((await modelOf(server).doStream(ask)).stream);
    expect(content).toMatchObject([{ input: '{"at":"a"}' }, { input: '{"at":"b"}' }]);
  });

  test("is complete without [DONE] once a finish reason came", async () => {
    const server = await serve({ kind: "events", events: textEvents(["a", "b"]), end: "close" });
    const { content, finishReason, usage } = await collectStream((await modelOf(server).doStream(ask)).stream);
    expect(content).toEqual([{ type: "text", text: "ab" }]);
    expect([finishReason.unified, usage]).toEqual(["stop", UNKNOWN_USAGE]);
  });

  test.each<[string, ServerReply, RegExp, boolean]>([
    ["breaks off", { kind: "events", events: [chunk({ content: "a" })], end: "break" }, /broke off/, true],
    ["ends early", { kind: "events", events: [chunk({ content: "a" })], end: "close" }, /broke off before/, true],
    ["holds no JSON", { kind: "events", events: [chunk({ content: "a" }), "data: {oops"] }, /no JSON/, true],
    ["holds other JSON", { kind: "events", events: [chunk({ content: "a" }), "data: 1"] }, /JSON object/, false],
    [
      "reports a failure",
      { kind: "events", events: [chunk({ content: "a" }), { error: { message: "overloaded", code: 503 } }] },
      /overloaded/,
      true,
    ],
    [
      "is endless",
      { kind: "events", events: [chunk({ content: "a" }), "data: ".padEnd(5000, "x")] },
      /larger|longer/,
      false,
    ],
  ])("that %s ends with a clear error after what it said", async (_name, reply, message, retryable) => {
    const server = await serve(reply);
    const { stream } = await modelOf(server, { maxResponseBytes: 4000 }).doStream(ask);
    const parts = await partsOf(stream);
    const failure = parts.find((part) => part.type === "error");
    expect(failure?.error).toBeInstanceOf(EngineError);
    expect(failure?.error).toMatchObject({ retryable, message: expect.stringMatching(message) });
    expect(parts.at(-1)).toMatchObject({ type: "finish", finishReason: { unified: "error" }, usage: UNKNOWN_USAGE });
  });

  test("that is one JSON text, or a page, is refused", async () => {
    const page: ServerReply = { kind: "body", headers: { "content-type": "text/html" }, body: "<html>Log in</html>" };
    const server = await serve(jsonReply(completion({ content: "a" })), page, jsonReply({ error: "model not found" }));
    await expect(modelOf(server).doStream(ask)).rejects.toThrow(/one JSON text instead of events/);
    await expect(modelOf(server).doStream(ask)).rejects.toThrow(/expected application\/json, got text\/html/);
    await expect(modelOf(server).doStream(ask)).rejects.toThrow(/model not found/);
  });

  test("ends at once with the signal's own reason, and hangs up", async () => {
    const server = await serve({ kind: "events", events: [chunk({ content: "a" })], end: "hang" });
    const controller = new AbortController();
    const { stream } = await modelOf(server).doStream({ ...ask, abortSignal: controller.signal });
    const reader = stream.getReader();
    let part = await reader.read();
    while (part.value?.type !== "text-delta") part = await reader.read();
    const pending = reader.read();
    const reason = { why: "enough" };
    controller.abort(reason);
    await expect(pending).rejects.toBe(reason);
    await expect(reader.read()).rejects.toBe(reason);
  });

  test("can be cancelled by its reader", async () => {
    const server = await serve({ kind: "events", events: [chunk({ content: "a" })], end: "hang" });
    const { stream } = await modelOf(server).doStream(ask);
    await stream.cancel();
  });
});

describe("a failure", () => {
  test.each<[number, boolean]>([
    [400, false],
    [401, false],
    [404, false],
    [408, true],
    [425, true],
    [429, true],
    [500, true],
    [503, true],
  ])("with status %i is an EngineError that says whether to try again (%s)", async (status, retryable) => {
    const server = await serve(jsonReply({ error: { message: "no" } }, status));
    const error = await modelOf(server)
      .doGenerate(ask)
      .then(undefined, (thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toMatchObject({ status, retryable, message: `${server.origin} answered ${status}: no` });
  });

  test.each([
    ["7", 7000],
    [new Date(1_800_000_000_000 + 90_000).toUTCString(), 90_000],
    [new Date(1_700_000_000_000).toUTCString(), 0],
    ["soon", undefined],
  ])("obeys Retry-After: %s", async (retryAfter, retryAfterMs) => {
    const server = await serve(jsonReply({}, 429, { "retry-after": retryAfter }));
    const { baseUrl } = server;
    const model = createOpenAICompatibleModel({ baseUrl, model: "m", egress, clock: new ManualClock() });
    const error = await model.doGenerate(ask).then(undefined, (thrown: unknown) => thrown);
    expect(error).toMatchObject({ status: 429, retryable: true });
    expect((error as EngineError).retryAfterMs).toBe(retryAfterMs); // the line above saw that it is one
  });

  test("repeats neither the key nor the question", async () => {
    const echo = `Incorrect key ${key.slice(0, 12)}***${key.slice(-8)} for "How are you today" of user`;
    const server = await serve(jsonReply({ error: { message: echo } }, 401));
    for (const call of [modelOf(server).doGenerate(ask), modelOf(server).doStream(ask)]) {
      const error = await Promise.resolve(call).then(undefined, (thrown: unknown) => thrown);
      const shown = inspect(error, { depth: 9 });
      expect(shown).toContain("Incorrect key");
      expect(shown).not.toMatch(/7{6}|are you today/);
    }
  });

  test.each<[string, ServerReply, RegExp, boolean]>([
    ["JSON is cut", { kind: "body", body: '{"choices":[' }, /cut off or malformed/, true],
    [
      "body is cut",
      { kind: "body", body: JSON.stringify(completion({ content: "abc" })), cutAfter: 30 },
      /broke off/,
      true,
    ],
    [
      "answer is a page",
      { kind: "body", headers: { "content-type": "text/html" }, body: "<p>" },
      /got text\/html/,
      false,
    ],
    ["answer is too large", jsonReply(completion({ content: "x".repeat(5000) })), /larger than 4000 bytes/, false],
    ["answer is other JSON", jsonReply({ hello: 1 }), /expected a chat completion/, false],
    ["connection is reset", { kind: "reset" }, /Cannot reach/, true],
  ])("is clear when the %s", async (_name, reply, message, retryable) => {
    const server = await serve(reply);
    const error = await modelOf(server, { maxResponseBytes: 4000 })
      .doGenerate(ask)
      .then(undefined, (thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toMatchObject({ retryable, message: expect.stringMatching(message) });
  });

  test("is the signal's own reason when the person stopped a silent server", async () => {
    const server = await serve({ kind: "silence" });
    const controller = new AbortController();
    const pending = modelOf(server).doGenerate({ ...ask, abortSignal: controller.signal });
    const reason = new Error("stopped");
    setTimeout(() => controller.abort(reason), 20);
    await expect(pending).rejects.toBe(reason);
    await expect(modelOf(server).doStream({ ...ask, abortSignal: controller.signal })).rejects.toBe(reason);
  });
});

describe("the model", () => {
  test("is made with React Native's URL too, whose path cannot be set", async () => {
    const server = await serve(jsonReply(completion({ content: "ok" })));
    const { pathname, hostname } = Object.getOwnPropertyDescriptors(URL.prototype);
    vi.stubGlobal("URL", class extends URL {});
    Object.defineProperties(URL.prototype, { pathname: { get: pathname.get! }, hostname: { get: hostname.get! } });
    try {
      const model = createOpenAICompatibleModel({ baseUrl: `${server.baseUrl}/`, model: "m", egress });
      expect((await model.doGenerate(ask)).content).toEqual([{ type: "text", text: "ok" }]);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  test("refuses a base URL that is not http", () => {
    expect(() => createOpenAICompatibleModel({ baseUrl: "localhost:8080/v1", model: "m", egress })).toThrow(
      "expected a base URL with http or https, got localhost:",
    );
  });

  test("shows its key to nobody", async () => {
    const model = createOpenAICompatibleModel({
      baseUrl: `https://api.example.com/v1?token=${key}`,
      model: "m",
      egress,
      apiKey: () => key,
      headers: { "api-key": key },
    });
    for (const shown of [inspect(model, { depth: 9, showHidden: true }), JSON.stringify(model), String(model)]) {
      expect(shown).not.toContain(key);
    }
  });

  test("refuses addresses it cannot use, without repeating them", () => {
    const create = (baseUrl: string) => () => createOpenAICompatibleModel({ baseUrl, model: "m", egress });
    expect(create(`nowhere ${key}`)).toThrow(TypeError);
    expect(create(`https://user:${key}@api.example.com/v1`)).toThrow("(https://api.example.com) holds a user name");
  });

  test("as an engine says where it runs", () => {
    const place = (baseUrl: string, model = "m"): string => openAICompatibleEngine({ baseUrl, model, egress }).place;
    expect(place("http://127.0.0.1:11434/v1")).toBe("device");
    expect(place("http://127.0.0.1:11434/v1", "gpt-oss:120b-cloud")).toBe("network");
    expect(place("http://192.168.1.5:11434/v1")).toBe("network");
    expect(() =>
      openAICompatibleEngine({ baseUrl: "https://a.example/v1", model: "m", egress, place: "device" }),
    ).toThrow(TypeError);
    expect(openAICompatibleEngine({ baseUrl: "https://a.example/v1", model: "m", egress }).id).toBe(
      "openai-compatible:a.example/m",
    );
    expect(["qwen3:cloud", "x:4b-cloud", "cloudy:1b"].map(namesCloudModel)).toEqual([true, true, false]);
  });
});
