import { inspect } from "node:util";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { LanguageModelV4CallOptions } from "@ai-sdk/provider";
import type { LanguageModelV3 as LanguageModelV3OfAi6 } from "@ai-sdk/provider-v3";
import { generateText, streamText } from "ai";
import { afterEach, describe, expect, test } from "vitest";
import {
  completion,
  jsonReply,
  type OpenAIServer,
  type ServerReply,
  startOpenAIServer,
  textEvents,
} from "../../test/support/openai-server.js";
import { tinyScanner } from "../../test/support/scanners.js";
import { tinyRedactor } from "../../test/support/tiny-redactor.js";
import { asLanguageModelV3 } from "../ai-sdk/v3-view.js";
import { EgressRefusedError, EngineError } from "../core/errors.js";
import { textOfContent } from "../core/language-model.js";
import type { Engine } from "../core/ports.js";
import { scriptedEngine } from "../testing.js";
import { providerEngine } from "./provider-engine.js";
import { withRedaction } from "./redacted.js";
import { withRetry } from "./retrying.js";

const servers: OpenAIServer[] = [];
async function serve(...replies: ServerReply[]): Promise<OpenAIServer> {
  const server = await startOpenAIServer(replies);
  servers.push(server);
  return server;
}
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const scanner = tinyScanner();
function engineOf({ baseUrl: baseURL }: OpenAIServer): Engine {
  return providerEngine(createOpenAICompatible({ name: "acme", baseURL, apiKey: "none" })("m"), { scanner });
}
const say = (text: string): LanguageModelV4CallOptions => ({
  prompt: [{ role: "user", content: [{ type: "text", text }] }],
});

describe("a provider's own model as an engine", () => {
  test("is on the network, answers through ai 7, whole and streamed", async () => {
    const server = await serve(jsonReply(completion({ content: "whole" })), {
      kind: "events",
      events: textEvents(["in ", "pieces"]),
    });
    const engine = engineOf(server);
    expect([engine.id, engine.place]).toEqual(["acme.chat:m", "network"]);
    expect((await generateText({ model: engine.model, prompt: "Hi" })).text).toBe("whole");
    expect(await streamText({ model: engine.model, prompt: "Hi" }).text).toBe("in pieces");
  });

  test("never sends what stays on the device", async () => {
    const server = await serve(jsonReply(completion({ content: "no" })));
    const { model } = engineOf(server);
    await expect(generateText({ model, prompt: "TOPSECRET", maxRetries: 0 })).rejects.toThrow(EgressRefusedError);
    const { fullStream } = streamText({ model, prompt: "TOPSECRET", maxRetries: 0, onError: () => {} });
    const types: string[] = [];
    for await (const part of fullStream) types.push(part.type);
    expect(types).toContain("error");
    expect(server.receivedText()).toBe("");
  });

  test("sends placeholders and returns values behind a redaction", async () => {
    const server = await serve({ kind: "events", events: textEvents(["Mail [EM", "AIL_1", "] now"]) });
    const model = withRedaction(engineOf(server).model, { scanner, createRedactor: tinyRedactor });
    expect(await streamText({ model, prompt: "I am jo@example.org" }).text).toBe("Mail jo@example.org now");
    expect(server.receivedText()).toContain("I am [EMAIL_1]");
    expect(server.receivedText()).not.toContain("example.org");
  });

  test("fails with an EngineError that holds no question, and is retried", async () => {
    const server = await serve(
      jsonReply({ error: { message: "busy with 'What a long question'" } }, 429, { "retry-after": "2" }),
      jsonReply(completion({ content: "ok" })),
    );
    const { model } = engineOf(server);
    const error = await model
      .doGenerate(say("What a long question this is"))
      .then(undefined, (thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toMatchObject({ status: 429, retryable: true, retryAfterMs: 2000 });
    expect(inspect(error, { depth: 9 })).not.toContain("long question");
    const sleeps: number[] = [];
    const clock = { nowMs: () => 0, monotonicMs: () => 0, sleep: async (ms: number) => void sleeps.push(ms) };
    const again = await serve(jsonReply({}, 503, { "retry-after": "2" }), jsonReply(completion({ content: "ok" })));
    const result = await withRetry(engineOf(again).model, { clock }).doGenerate(say("Hi"));
    expect(textOfContent(result.content)).toBe("ok");
    expect(sleeps).toEqual([2000]);
  });

  test("takes a provider of AI SDK 6 too, by its own declaration", async () => {
    const engine = scriptedEngine(["from V3"]);
    const old: LanguageModelV3OfAi6 = asLanguageModelV3(engine.model);
    const { model } = providerEngine(old, { scanner });
    expect((await generateText({ model, prompt: "Hi" })).text).toBe("from V3");
    await expect(model.doGenerate(say("TOPSECRET"))).rejects.toThrow(EgressRefusedError);
    expect(engine.calls).toHaveLength(1);
  });

  test("rejects with the signal's own reason", async () => {
    const server = await serve({ kind: "silence" });
    const controller = new AbortController();
    const pending = engineOf(server).model.doGenerate({ ...say("Hi"), abortSignal: controller.signal });
    const reason = new Error("stop");
    setTimeout(() => controller.abort(reason), 20);
    await expect(pending).rejects.toBe(reason);
  });
});
