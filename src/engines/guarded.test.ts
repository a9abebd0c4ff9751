import type { LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { describe, expect, test } from "vitest";
import { tinyScanner } from "../../test/support/scanners.js";
import { EgressRefusedError, EngineError } from "../core/errors.js";
import { scriptedEngine } from "../testing.js";
import { openEgress } from "./egress.js";
import { withEgressGuard } from "./guarded.js";
import { withRetry } from "./retrying.js";

const ask: LanguageModelV4CallOptions = { prompt: [{ role: "user", content: [{ type: "text", text: "grüezi" }] }] };

describe("a guarded model", () => {
  test("passes what the rules allow, without our own settings, and counts it", async () => {
    const engine = scriptedEngine(["ok"]);
    const account = openEgress();
    const model = withEgressGuard(engine.model, { scanner: tinyScanner(), record: account.record });
    await model.doGenerate({
      prompt: [{ ...ask.prompt[0]!, providerOptions: { mao: { a: 1 }, other: { b: 2 } } }],
      providerOptions: { mao: { project: "p" } },
    });
    expect(engine.calls[0]).toEqual({ prompt: [{ ...ask.prompt[0], providerOptions: { other: { b: 2 } } }] });
    expect(account.totals()).toMatchObject({ requests: 1 });
    expect(account.totals().bytes).toBeGreaterThanOrEqual(7);
  });

  test.each<[string, Partial<LanguageModelV4CallOptions>]>([
    ["the system message", { prompt: [{ role: "system", content: "TOPSECRET" }] }],
    [
      "a tool's result",
      {
        prompt: [
          {
            role: "tool",
            content: [
              {
                type: "tool-result",
                toolCallId: "1",
                toolName: "t",
                output: { type: "json", value: { a: [4111111111111111] } },
              },
            ],
          },
        ],
      },
    ],
    [
      "a tool's schema",
      { tools: [{ type: "function", name: "t", inputSchema: { type: "string", default: "TOPSECRET" } }] },
    ],
    ["a provider's setting", { providerOptions: { openai: { user: "jo@example.org" } } }],
    ["a message's own setting", { prompt: [{ ...ask.prompt[0]!, providerOptions: { x: { y: "TOPSECRET" } } }] }],
    ["a stop sequence", { stopSequences: ["TOPSECRET"] }],
    [
      "a file of text",
      {
        prompt: [
          {
            role: "user",
            content: [{ type: "file", mediaType: "text/plain", data: { type: "data", data: btoa("TOPSECRET") } }],
          },
        ],
      },
    ],
  ])("refuses for %s, streamed or not", async (_name, settings) => {
    const engine = scriptedEngine(["ok"]);
    const model = withEgressGuard(engine.model, { scanner: tinyScanner() });
    await expect(model.doGenerate({ ...ask, ...settings })).rejects.toThrow(EgressRefusedError);
    await expect(model.doStream({ ...ask, ...settings })).rejects.toThrow(EgressRefusedError);
    expect(engine.calls).toHaveLength(0);
  });

  test("scans again at every retry", async () => {
    const scanner = tinyScanner();
    const engine = scriptedEngine([new EngineError("later", { retryable: true }), "ok"]);
    const model = withRetry(withEgressGuard(engine.model, { scanner }), { baseMs: 0 });
    await model.doGenerate(ask);
    expect(scanner.calls).toHaveLength(2);
  });
});
