import { generateText, jsonSchema, streamText, tool } from "ai";
import { generateText as generateTextV6, streamText as streamTextV6 } from "ai-v6";
import { describe, expect, test } from "vitest";
import { deviceSkillsEngine } from "../engines/device-skills/device-skills.js";
import { Orchestrator } from "../orchestrator.js";
import { scriptedEngine } from "../testing.js";
import { orchestratorModel } from "./orchestrator-model.js";
import { asLanguageModelV3 } from "./v3-view.js";

const secret = (): string => `ghp_${Array.from({ length: 36 }, (_, index) => "a8Z3kQ9x"[(index * 5) % 8]).join("")}`;

function runtime(): { orchestrator: Orchestrator; network: ReturnType<typeof scriptedEngine> } {
  const network = scriptedEngine([["Goethe ", "wrote it."]], { id: "large", place: "network" });
  return { orchestrator: new Orchestrator({ engines: [deviceSkillsEngine({}), network] }), network };
}

describe("the orchestrator as a model of the AI SDK", () => {
  test("answers generateText of ai 7 and tells route, engine and reasons", async () => {
    const model = orchestratorModel(runtime().orchestrator);
    const skill = await generateText({ model, prompt: "12 * 7" });
    expect(skill.text).toContain("84");
    expect(skill.providerMetadata?.["mao"]).toMatchObject({ route: "local", engine: "device-skills" });
    const remote = await generateText({ model, instructions: "Be brief.", prompt: "Who wrote Faust?" });
    expect(remote.text).toBe("Goethe wrote it.");
    expect(remote.providerMetadata?.["mao"]).toMatchObject({ route: "remote", engine: "large" });
  });

  test("streams through streamText of ai 7", async () => {
    const result = streamText({ model: orchestratorModel(runtime().orchestrator), prompt: "Who wrote Faust?" });
    const chunks: string[] = [];
    for await (const chunk of result.textStream) chunks.push(chunk);
    expect(chunks).toEqual(["Goethe ", "wrote it."]);
    expect((await result.providerMetadata)?.["mao"]).toMatchObject({ route: "remote" });
  });

  test("serves ai 6 through the V3 view, whole and streaming", async () => {
    const model = asLanguageModelV3(orchestratorModel(runtime().orchestrator));
    expect((await generateTextV6({ model, prompt: "Who wrote Faust?" })).text).toBe("Goethe wrote it.");
    const chunks: string[] = [];
    for await (const chunk of streamTextV6({ model, prompt: "12 * 7" }).textStream) chunks.push(chunk);
    expect(chunks.join("")).toContain("84");
  });

  test("passes tools to an engine that has them, never to a device skill", async () => {
    const { orchestrator, network } = runtime();
    const clock = tool({
      description: "tells the time",
      inputSchema: jsonSchema<{ zone: string }>({ type: "object", properties: { zone: { type: "string" } } }),
      execute: ({ zone }: { zone: string }) => zone,
    });
    await generateText({ model: orchestratorModel(orchestrator), prompt: "12 * 7", tools: { clock } });
    expect(network.calls[0]?.tools?.map((each) => each.name)).toEqual(["clock"]);
  });

  test("answers a blocked question with finish reason content-filter and the rule's id, streaming too", async () => {
    const { orchestrator, network } = runtime();
    const model = orchestratorModel(orchestrator);
    const messages = [
      { role: "user" as const, content: `my token is ${secret()}` },
      { role: "assistant" as const, content: "Noted." },
      { role: "user" as const, content: "Who wrote Faust?" },
    ];
    const blocked = await generateText({ model, messages });
    expect(blocked.finishReason).toBe("content-filter");
    expect(blocked.text).toMatch(/^Blocked by PRIVACY_\d{3}/);
    const streamed = streamText({ model, messages });
    let text = "";
    for await (const chunk of streamed.textStream) text += chunk;
    expect(text).toMatch(/^Blocked by PRIVACY_\d{3}/);
    expect(network.calls).toEqual([]);
  });

  test("remembers only when a project is named, and never adds history to a conversation", async () => {
    const { orchestrator, network } = runtime();
    const model = orchestratorModel(orchestrator);
    await generateText({ model, prompt: "Who wrote Faust?" });
    expect(await orchestrator.context.projects()).toEqual([]);
    const providerOptions = { mao: { project: "books", preference: "quality" } };
    await generateText({ model, prompt: "Who wrote Faust?", providerOptions });
    await generateText({ model, prompt: "Who wrote Werther?", providerOptions });
    expect(await orchestrator.context.history("books")).toHaveLength(2);
    expect(network.calls.at(-1)?.prompt).toHaveLength(1);
    expect(JSON.stringify(network.calls)).not.toContain("books");
  });

  test("rejects when no engine can answer, and names the remedies", async () => {
    const model = orchestratorModel(new Orchestrator({ engines: [deviceSkillsEngine({})] }));
    await expect(generateText({ model, prompt: "Who wrote Faust?", maxRetries: 0 })).rejects.toThrow(
      /No engine can answer.*Try:/s,
    );
  });

  test("refuses provider options that mean nothing", async () => {
    const model = orchestratorModel(runtime().orchestrator);
    const ask = (mao: Record<string, string>): Promise<unknown> =>
      generateText({ model, prompt: "x", maxRetries: 0, providerOptions: { mao } });
    await expect(ask({ preference: "speed" })).rejects.toThrow("quality, balanced, battery, private");
    await expect(ask({ route: "hybrid" })).rejects.toThrow("local or remote");
  });
});
