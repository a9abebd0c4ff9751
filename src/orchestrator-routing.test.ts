import { describe, expect, test } from "vitest";
import type { Query } from "./core/query.js";
import { Orchestrator } from "./orchestrator.js";
import { Router } from "./routing/router.js";
import { type ScriptedReply, scriptedEngine } from "./testing.js";

/** Everything short of a veto is hybrid. */
const banded = new Router({ threshold: 1, hybridBand: 1 });

function built(local: readonly ScriptedReply[], second?: readonly ScriptedReply[]) {
  const engines = [
    scriptedEngine(local, { id: "local", place: "device" }),
    ...(second === undefined ? [] : [scriptedEngine(second, { id: "second", place: "device" })]),
    scriptedEngine(["remote"], { id: "remote", place: "network" }),
  ];
  return { orchestrator: new Orchestrator({ engines, router: banded }), engines };
}

const ask = async (orchestrator: Orchestrator, query: Query): Promise<{ engine: string; failures: string[] }> => {
  const outcome = await orchestrator.answer(query);
  if (outcome.kind !== "answered") throw new Error(`expected an answer, got ${outcome.kind}`);
  return { engine: outcome.engine, failures: outcome.attempts.flatMap(({ failure }) => failure ?? []) };
};

describe("a hybrid route", () => {
  test("keeps a local answer whose sums are right, and escalates one with a sum that is false", async () => {
    const { orchestrator } = built(["12 + 30 = 42, so 42.", "12 + 30 = 52, so 52."]);
    const question = "Tom has a dozen eggs and buys thirty. How many has he?";
    expect(await ask(orchestrator, { text: question })).toEqual({ engine: "local", failures: [] });
    expect(await ask(orchestrator, { text: question })).toEqual({
      engine: "remote",
      failures: ["escalated: the local answer has an equation that is false"],
    });
  });

  test("asks a second local model before the network when the first answer will not do", async () => {
    const { orchestrator, engines } = built(["2 + 2 = 5"], ["2 + 2 = 4"]);
    expect(await ask(orchestrator, { text: "Tell me about two and two, please, in words" })).toMatchObject({
      engine: "second",
    });
    expect(engines.at(-1)?.calls).toHaveLength(0);
  });
});

describe("a task", () => {
  test("that the remote began goes on there while a tool loop runs, and is free again after it", async () => {
    const { orchestrator } = built(["local"]);
    await orchestrator.answer({ text: "Write about gardens", forced: "remote" });
    const loop: Query = {
      text: "Write about gardens",
      conversation: [
        { role: "user", content: [{ type: "text", text: "Write about gardens" }] },
        {
          role: "assistant",
          content: [{ type: "tool-call", toolCallId: "1", toolName: "look", input: {} }],
        },
        {
          role: "tool",
          content: [
            { type: "tool-result", toolCallId: "1", toolName: "look", output: { type: "text", value: "roses" } },
          ],
        },
      ],
    };
    const { decision } = await orchestrator.plan(loop);
    expect(decision.route).toBe("remote");
    expect(decision.reasons.map(({ code }) => code)).toContain("task/tool-loop");
    expect((await orchestrator.plan({ text: "Write about gardens" })).decision.route).toBe("hybrid");
  });
});
