import type { LanguageModelV4GenerateResult } from "@ai-sdk/provider";
import { expect, test } from "vitest";
import { UNKNOWN_USAGE } from "../core/language-model.js";
import { checkAnswer } from "./answer-verifier.js";

function answer(text: string, finish: "stop" | "length" = "stop"): LanguageModelV4GenerateResult {
  return {
    content: [{ type: "text", text }],
    finishReason: { unified: finish, raw: undefined },
    usage: UNKNOWN_USAGE,
    warnings: [],
  };
}

test.each([
  ["", "stop", false, "answer/empty"],
  ["  \n", "stop", false, "answer/empty"],
  ["The answer is", "length", false, "answer/cut-off"],
  ["not json", "stop", true, "answer/unparsable"],
  ["I'm not sure about that.", "stop", false, "answer/hedge"],
  ["As an AI I have no opinion.", "stop", false, "answer/hedge"],
] as const)("escalates %j (%s)", (text, finish, wantsJson, code) => {
  expect(checkAnswer(answer(text, finish), { wantsJson })).toMatchObject({ kind: "escalate", code });
});

test.each([
  ["Paris.", false],
  ['{"city": "Paris"}', true],
  ["People say 'I don't know' when they do not know.", false],
])("accepts %j", (text, wantsJson) => {
  expect(checkAnswer(answer(text), { wantsJson })).toEqual({ kind: "accept" });
});

test("accepts an answer that is a tool call", () => {
  const call = {
    ...answer(""),
    content: [{ type: "tool-call" as const, toolCallId: "1", toolName: "f", input: "{}" }],
  };
  expect(checkAnswer(call, { wantsJson: false })).toEqual({ kind: "accept" });
});
