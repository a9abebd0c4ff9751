// Any function as an engine: a LanguageModelV4 is two methods, and the orchestrator does the rest.
import { Orchestrator } from "mobile-ai-orchestrator";

const unknown = { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined };
const parrot = {
  id: "parrot",
  place: "device",
  supports: { tools: false, structuredOutput: false, files: false },
  model: {
    specificationVersion: "v4",
    provider: "example",
    modelId: "parrot",
    supportedUrls: {},
    async doGenerate({ prompt }) {
      const last = prompt
        .at(-1)
        .content.map((part) => part.text)
        .join("");
      return {
        content: [
          { type: "text", text: `You said "${last}", and there were ${prompt.length - 1} messages before it.` },
        ],
        finishReason: { unified: "stop", raw: undefined },
        usage: { inputTokens: unknown, outputTokens: { total: undefined, text: undefined, reasoning: undefined } },
        warnings: [],
      };
    },
    async doStream() {
      throw new Error("This example does not stream");
    },
  },
};

const orchestrator = new Orchestrator({ engines: [parrot] });
for (const text of ["good morning", "and good night"]) {
  const outcome = await orchestrator.answer({ text, project: "birds" });
  console.log(outcome.kind === "answered" ? outcome.text : outcome.reason);
}
await orchestrator.close();
