import type { LanguageModelV4, LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { afterEach, describe, expect, test } from "vitest";
import {
  chunk,
  completion,
  jsonReply,
  type OpenAIServer,
  type ServerReply,
  startOpenAIServer,
} from "../../test/support/openai-server.js";
import { EgressRefusedError } from "../core/errors.js";
import { collectStream, textOfContent } from "../core/language-model.js";
import { ExpertSystem } from "../rules/expert-system.js";
import { Redactor } from "../rules/redaction.js";
import { createEgress } from "./egress.js";
import { createOpenAICompatibleModel } from "./openai-compatible.js";
import { withRedaction } from "./redacted.js";
import { withRetry } from "./retrying.js";

// The real rules over a real server: what the promise "it stays on the device" rests on.

const servers: OpenAIServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const EMAIL = "jo.smith@acme-mail.org";
const token = ["gh", "p_", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"].join("");

async function remote(
  redactPersonalData: boolean,
  ...replies: ServerReply[]
): Promise<{ server: OpenAIServer; model: LanguageModelV4 }> {
  const server = await startOpenAIServer(replies);
  servers.push(server);
  const scanner = new ExpertSystem({ redactPersonalData });
  const model = createOpenAICompatibleModel({
    baseUrl: server.baseUrl,
    model: "m",
    egress: createEgress({ scanner }),
    place: "network",
  });
  return { server, model: withRetry(withRedaction(model, { scanner, createRedactor: () => new Redactor() })) };
}

const say = (text: string): LanguageModelV4CallOptions => ({
  prompt: [{ role: "user", content: [{ type: "text", text }] }],
});

describe("the real rules in front of a remote model", () => {
  test.each([
    ["an address, without consent", `Write to ${EMAIL} please`, false],
    ["a token, even with consent", `Use the token ${token} please`, true],
    ["a token beside what may be redacted", `Tell ${EMAIL} the token ${token}`, true],
  ])("nothing is sent of %s", async (_name, question, consent) => {
    const { server, model } = await remote(consent, jsonReply(completion({ content: "ok" })));
    await expect(model.doGenerate(say(question))).rejects.toThrow(EgressRefusedError);
    await expect(model.doStream(say(question))).rejects.toThrow(EgressRefusedError);
    expect(server.receivedText()).toBe("");
  });

  test("with consent placeholders go out and values come back, in text and tool input, cut anywhere", async () => {
    for (const pieceBytes of [1, 3, 1000]) {
      const { server, model } = await remote(true, {
        kind: "events",
        pieceBytes,
        events: [
          ..."I wrote to [EMAIL_1].".split("").map((content) => chunk({ content })),
          chunk({ tool_calls: [{ index: 0, id: "c", function: { name: "mail", arguments: '{"to":"[EMA' } }] }),
          chunk({ tool_calls: [{ index: 0, function: { arguments: 'IL_1]"}' } }] }),
          chunk({}, "tool_calls"),
        ],
      });
      const { stream } = await model.doStream(say(`Write to ${EMAIL} please`));
      const result = await collectStream(stream);
      expect(textOfContent(result.content)).toBe(`I wrote to ${EMAIL}.`);
      expect(result.content).toContainEqual(expect.objectContaining({ toolName: "mail", input: `{"to":"${EMAIL}"}` }));
      expect(server.receivedText()).toContain("Write to [EMAIL_1] please");
      expect(server.receivedText()).not.toContain("jo.smith");
    }
  });

  test("a placeholder that the person typed stays what it is", async () => {
    const { model } = await remote(true, jsonReply(completion({ content: "[EMAIL_1] and [EMAIL_2]" })));
    const { content } = await model.doGenerate({
      prompt: [{ role: "system", content: "Keep [EMAIL_1] as it is." }, ...say(`I am ${EMAIL}`).prompt],
    });
    expect(textOfContent(content)).toBe(`[EMAIL_1] and ${EMAIL}`);
  });

  test("an ordinary question goes out as it is", async () => {
    const { server, model } = await remote(false, jsonReply(completion({ content: "Paris" })));
    expect(textOfContent((await model.doGenerate(say("What is the capital of France?"))).content)).toBe("Paris");
    expect(server.requests[0]?.body).toContain("What is the capital of France?");
  });
});
