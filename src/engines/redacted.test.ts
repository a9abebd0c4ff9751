import type { LanguageModelV4CallOptions, LanguageModelV4Content, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tinyScanner } from "../../test/support/scanners.js";
import { tinyRedactor } from "../../test/support/tiny-redactor.js";
import { EgressRefusedError } from "../core/errors.js";
import { collectStream, textOfContent, UNKNOWN_USAGE } from "../core/language-model.js";
import { scriptedEngine } from "../testing.js";
import { withEgressGuard } from "./guarded.js";
import { withRedaction } from "./redacted.js";

const scanner = tinyScanner();
const redaction = { scanner, createRedactor: tinyRedactor };
const EMAIL = "jo@example.org";
const say = (text: string): LanguageModelV4CallOptions => ({
  prompt: [{ role: "user", content: [{ type: "text", text }] }],
});

/** A model that answers with these parts, whole or streamed. */
function answering(parts: LanguageModelV4StreamPart[], content: LanguageModelV4Content[] = []) {
  const engine = scriptedEngine([""]);
  const finishReason = { unified: "stop" as const, raw: undefined };
  return {
    ...engine.model,
    calls: engine.calls,
    doGenerate: async (call: LanguageModelV4CallOptions) => {
      engine.calls.push(call);
      return { content, finishReason, usage: UNKNOWN_USAGE, warnings: [] };
    },
    doStream: async (call: LanguageModelV4CallOptions) => {
      engine.calls.push(call);
      const stream = new ReadableStream<LanguageModelV4StreamPart>({
        start(controller) {
          for (const part of parts) controller.enqueue(part);
          controller.enqueue({ type: "finish", usage: UNKNOWN_USAGE, finishReason });
          controller.close();
        },
      });
      return { stream };
    },
  };
}

describe("what goes out", () => {
  test("holds the same placeholder wherever the value stood", async () => {
    const model = answering([]);
    await withRedaction(model, redaction).doGenerate({
      prompt: [
        { role: "system", content: `You help ${EMAIL}.` },
        {
          role: "user",
          content: [
            { type: "text", text: `I am ${EMAIL}` },
            { type: "file", mediaType: "text/plain", data: { type: "data", data: btoa(`cc: ann@example.org`) } },
            { type: "file", mediaType: "image/png", data: { type: "data", data: "AAAA" } },
          ],
        },
        {
          role: "assistant",
          content: [
            { type: "reasoning", text: `it is ${EMAIL}` },
            { type: "tool-call", toolCallId: "1", toolName: "find", input: { [EMAIL]: [EMAIL, 4111111111111111, 3] } },
            { type: "tool-call", toolCallId: "2", toolName: "find", input: `{"who":"jo\\u0040example.org"}` },
          ],
        },
        {
          role: "tool",
          content: [
            { type: "tool-result", toolCallId: "1", toolName: "find", output: { type: "text", value: EMAIL } },
            {
              type: "tool-result",
              toolCallId: "2",
              toolName: "find",
              output: { type: "json", value: { card: 4111111111111111 } },
            },
          ],
        },
      ],
      tools: [{ type: "function", name: "find", description: `Asks ${EMAIL}`, inputSchema: { enum: [EMAIL] } }],
    });
    const sent = JSON.stringify(model.calls);
    expect(sent).not.toMatch(/example\.org|u0040|4111111111111111/);
    expect(sent.match(/\[EMAIL_1\]/g)).toHaveLength(9);
    expect(sent).toContain("[EMAIL_2]");
    expect(sent).toContain(`{"card":"[CARD_`);
    expect(sent).toContain('"data":"AAAA"');
  });

  test("is the very call when nothing has to be redacted", async () => {
    const model = answering([]);
    const call = say("hello");
    await withRedaction(model, redaction).doGenerate(call);
    expect(model.calls[0]).toBe(call);
  });

  test("passes the gate behind it, unless something else is wrong", async () => {
    const engine = scriptedEngine(["You are [EMAIL_1]"]);
    const model = withRedaction(withEgressGuard(engine.model, { scanner }), redaction);
    expect(textOfContent((await model.doGenerate(say(`I am ${EMAIL}`))).content)).toBe(`You are ${EMAIL}`);
    await expect(model.doGenerate(say(`I am ${EMAIL}, TOPSECRET`))).rejects.toThrow(EgressRefusedError);
    expect(engine.calls).toHaveLength(1);
  });
});

describe("what comes back", () => {
  test("has its values again: text, reasoning, tool input and results", async () => {
    const model = answering(
      [],
      [
        { type: "reasoning", text: "[EMAIL_1]?" },
        { type: "text", text: "Hi [EMAIL_1]" },
        { type: "tool-call", toolCallId: "1", toolName: "find", input: '{"who": "[EMAIL_1]"}' },
        { type: "tool-result", toolCallId: "1", toolName: "find", result: { found: ["[EMAIL_1]"] } },
      ],
    );
    const { content } = await withRedaction(model, redaction).doGenerate(say(`I am ${EMAIL}`));
    expect(JSON.stringify(content).split(EMAIL)).toHaveLength(5);
    expect(JSON.stringify(content)).not.toContain("EMAIL_1");
  });

  test("is valid JSON when JSON was asked for", async () => {
    const engine = scriptedEngine(['{"a": "[QUOTE_1]"}']);
    const quote = 'say "x"';
    const quoting = {
      evaluate: (texts: readonly { text: string }[]) => ({
        kind: "redact" as const,
        hits: texts.flatMap(({ text }, textIndex) =>
          text === quote
            ? [
                {
                  ruleId: "T",
                  action: "redact" as const,
                  severity: "low" as const,
                  kind: "QUOTE",
                  source: "question" as const,
                  textIndex,
                  start: 0,
                  end: 7,
                  reason: "",
                },
              ]
            : [],
        ),
      }),
    };
    const model = withRedaction(engine.model, { scanner: quoting, createRedactor: tinyRedactor });
    const result = await model.doGenerate({ ...say(quote), responseFormat: { type: "json" } });
    expect(JSON.parse(textOfContent(result.content))).toEqual({ a: quote });
    expect(textOfContent((await model.doGenerate(say(quote))).content)).toBe(`{"a": "${quote}"}`);
  });

  test("is restored in streams cut anywhere, for each part on its own", async () => {
    const spoken = "Dear [EMAIL_1], and [x] [EMAIL_1]";
    const input = '{"to":"[EMAIL_1]","n":[1]}';
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(40)), fc.array(fc.nat(30)), async (textCuts, inputCuts) => {
        const textDeltas = pieces(spoken, textCuts).map((delta) => ({ type: "text-delta" as const, id: "0", delta }));
        const inputDeltas = pieces(input, inputCuts).map((delta) => ({
          type: "tool-input-delta" as const,
          id: "c",
          delta,
        }));
        const mixed: LanguageModelV4StreamPart[] = [];
        for (let place = 0; place < Math.max(textDeltas.length, inputDeltas.length); place++) {
          if (textDeltas[place]) mixed.push(textDeltas[place]!);
          if (inputDeltas[place]) mixed.push(inputDeltas[place]!);
        }
        const model = answering([
          { type: "text-start", id: "0" },
          { type: "tool-input-start", id: "c", toolName: "mail" },
          ...mixed,
          { type: "tool-input-end", id: "c" },
          { type: "text-end", id: "0" },
          { type: "tool-call", toolCallId: "c", toolName: "mail", input },
        ]);
        const { stream } = await withRedaction(model, redaction).doStream(say(`I am ${EMAIL}`));
        let streamedInput = "";
        const result = await collectStream(stream, {
          onPart: (part) => {
            if (part.type === "tool-input-delta") streamedInput += part.delta;
          },
        });
        expect(textOfContent(result.content)).toBe(spoken.replaceAll("[EMAIL_1]", EMAIL));
        expect(JSON.parse(streamedInput)).toEqual({ to: EMAIL, n: [1] });
        expect(result.content).toContainEqual({
          type: "tool-call",
          toolCallId: "c",
          toolName: "mail",
          input: `{"to":"${EMAIL}","n":[1]}`,
        });
      }),
      { numRuns: 50 },
    );
  });

  test("holds nothing back when a stream ends in the middle of a placeholder", async () => {
    const model = answering([
      { type: "text-start", id: "0" },
      { type: "text-delta", id: "0", delta: "Dear [EMA" },
    ]);
    const { stream } = await withRedaction(model, redaction).doStream(say(`I am ${EMAIL}`));
    expect(textOfContent((await collectStream(stream)).content)).toBe("Dear [EMA");
  });
});

function pieces(text: string, cuts: readonly number[]): string[] {
  const edges = [0, ...cuts.map((at) => Math.min(at, text.length)).sort((a, b) => a - b), text.length];
  return edges.slice(1).map((end, index) => text.slice(edges[index], end));
}
