import type { LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { describe, expect, test } from "vitest";
import {
  collectStream,
  lastUserText,
  scannableTexts,
  streamOfResult,
  textOfContent,
  totalsOf,
  UNKNOWN_USAGE,
} from "./language-model.js";

function streamOf(parts: readonly LanguageModelV4StreamPart[]): ReadableStream<LanguageModelV4StreamPart> {
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(part);
      controller.close();
    },
  });
}

describe("scannableTexts", () => {
  test("finds every string that would be sent, each with the part it stands in", () => {
    const texts = scannableTexts({
      prompt: [
        { role: "system", content: "system text" },
        { role: "user", content: [{ type: "text", text: "earlier" }] },
        {
          role: "assistant",
          content: [
            { type: "text", text: "answer" },
            { type: "tool-call", toolCallId: "1", toolName: "f", input: { path: "/x" } },
          ],
        },
        {
          role: "tool",
          content: [
            { type: "tool-result", toolCallId: "1", toolName: "f", output: { type: "text", value: "tool said" } },
          ],
        },
        {
          role: "user",
          content: [
            { type: "text", text: "now" },
            {
              type: "file",
              filename: "notes.txt",
              mediaType: "text/plain",
              data: { type: "data", data: new TextEncoder().encode("in a file") },
            },
            { type: "file", mediaType: "application/json", data: { type: "data", data: btoa('{"in":"base64"}') } },
            { type: "file", mediaType: "image/png", data: { type: "data", data: "iVBORw0KGgo=" } },
          ],
        },
      ],
      tools: [{ type: "function", name: "f", description: "reads a file", inputSchema: { type: "object" } }],
    });
    const of = (source: string): string[] => texts.filter((text) => text.source === source).map(({ text }) => text);
    expect(of("system")).toEqual(["system text"]);
    expect(of("question")).toEqual(["now"]);
    expect(of("history")).toEqual(expect.arrayContaining(["earlier", "answer", "path: /x", "/x"]));
    expect(of("tool-result")).toContain("tool said");
    expect(of("attachment")).toEqual(["notes.txt", "in a file", '{"in":"base64"}']);
    expect(of("request")).toContain("reads a file");
  });

  test("ends on an object nested 10,000 levels deep", () => {
    let value: unknown = "bottom";
    for (let level = 0; level < 10_000; level++) value = { value };
    const input = value as Record<string, never>;
    expect(() =>
      scannableTexts({
        prompt: [{ role: "assistant", content: [{ type: "tool-call", toolCallId: "1", toolName: "f", input }] }],
      }),
    ).not.toThrow();
  });
});

describe("collectStream", () => {
  const finish: LanguageModelV4StreamPart = {
    type: "finish",
    usage: UNKNOWN_USAGE,
    finishReason: { unified: "stop", raw: "stop" },
  };

  test("puts the deltas of interleaved parts together and shows every part", async () => {
    const seen: string[] = [];
    const result = await collectStream(
      streamOf([
        { type: "stream-start", warnings: [] },
        { type: "reasoning-start", id: "r" },
        { type: "text-start", id: "t" },
        { type: "text-delta", id: "t", delta: "Hel" },
        { type: "reasoning-delta", id: "r", delta: "hm" },
        { type: "text-delta", id: "t", delta: "lo" },
        { type: "text-end", id: "t" },
        finish,
      ]),
      { onPart: (part) => seen.push(part.type) },
    );
    expect(result.content).toEqual([
      { type: "reasoning", text: "hm" },
      { type: "text", text: "Hello" },
    ]);
    expect(result.finishReason.unified).toBe("stop");
    expect(seen).toHaveLength(8);
  });

  test("rejects with the error of an error part, and with the signal's reason", async () => {
    await expect(collectStream(streamOf([{ type: "error", error: new Error("broken") }]))).rejects.toThrow("broken");
    const stop = new AbortController();
    const waiting = collectStream(new ReadableStream(), { signal: stop.signal });
    stop.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
  });

  test("reports finish reason other when the stream ends without one", async () => {
    expect((await collectStream(streamOf([]))).finishReason.unified).toBe("other");
  });

  test("reads back what streamOfResult wrote", async () => {
    const result = {
      content: [
        { type: "text" as const, text: "a" },
        { type: "tool-call" as const, toolCallId: "1", toolName: "f", input: "{}" },
      ],
      finishReason: { unified: "tool-calls" as const, raw: undefined },
      usage: UNKNOWN_USAGE,
      warnings: [],
      providerMetadata: { mao: { skill: "x" } },
    };
    expect(await collectStream(streamOfResult(result))).toEqual(result);
  });
});

test("the small readers take what is there and invent nothing", () => {
  expect(
    lastUserText([
      { role: "user", content: [{ type: "text", text: "a" }] },
      { role: "assistant", content: [] },
    ]),
  ).toBe("a");
  expect(lastUserText([])).toBe("");
  expect(
    textOfContent([
      { type: "text", text: "a" },
      { type: "reasoning", text: "no" },
      { type: "text", text: "b" },
    ]),
  ).toBe("ab");
  expect(totalsOf(UNKNOWN_USAGE)).toEqual({});
});
