import type { LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { describe, expect, onTestFinished, test } from "vitest";
import { completion, jsonReply, startOpenAIServer } from "../../test/support/openai-server.js";
import { collectStream, PROVIDER_KEY, textOfContent, UNKNOWN_USAGE } from "../core/language-model.js";
import { ExpertSystem } from "../rules/expert-system.js";
import { ManualClock, scriptedEngine } from "../testing.js";
import { withBatching } from "./batched.js";
import { createEgress } from "./egress.js";
import { openAICompatibleEngine } from "./openai-compatible.js";

const say = (text: string, mayWait?: "soon" | "background", abortSignal?: AbortSignal): LanguageModelV4CallOptions => ({
  prompt: [{ role: "user", content: [{ type: "text", text }] }],
  providerOptions: { [PROVIDER_KEY]: mayWait === undefined ? {} : { mayWait } },
  ...(abortSignal === undefined ? {} : { abortSignal }),
});
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("a batched model", () => {
  test("lets calls that may wait go out together, five or after 100 ms, and others at once", async () => {
    const clock = new ManualClock();
    const engine = scriptedEngine(["at once", "a", "b", new Error("c failed"), "d"]);
    const model = withBatching(engine.model, { clock });
    expect(textOfContent((await model.doGenerate(say("now"))).content)).toBe("at once");
    const waiting = Promise.allSettled([
      model.doGenerate(say("a", "soon")),
      model.doStream(say("b", "soon")).then(({ stream }) => collectStream(stream)),
      model.doGenerate(say("c", "soon")),
      model.doGenerate(say("d", "soon")),
    ]);
    await settle();
    expect(engine.calls).toHaveLength(1);
    await clock.advance(100);
    const [a, b, c, d] = await waiting;
    expect([a, b, d].map((each) => each?.status === "fulfilled" && textOfContent(each.value.content))).toEqual([
      "a",
      "b",
      "d",
    ]);
    expect(c).toMatchObject({ status: "rejected", reason: new Error("c failed") });

    const five = Promise.all(Array.from({ length: 5 }, () => model.doGenerate(say("x", "soon"))));
    await five; // without a moment passing
    expect(clock.sleepers).toBe(0);
  });

  test("background calls wait for ten or their time, in a lane of their own; a listening device lets everything wait", async () => {
    const clock = new ManualClock();
    const engine = scriptedEngine(["x"]);
    let listening = false;
    const model = withBatching(engine.model, { clock, isListening: () => listening });
    const background = model.doGenerate(say("a", "background"));
    await clock.advance(4999);
    expect(engine.calls).toHaveLength(0);
    await clock.advance(1);
    await background;
    listening = true;
    const quiet = model.doGenerate(say("b"));
    await settle();
    expect(engine.calls).toHaveLength(1);
    await clock.advance(100);
    await quiet;
  });

  test("uses the remote's own way to answer several at once, and who aborts is not sent", async () => {
    const clock = new ManualClock();
    const engine = scriptedEngine(["one by one"]);
    const batches: number[] = [];
    const model = withBatching(engine.model, {
      clock,
      generateMany: async (calls) => {
        batches.push(calls.length);
        return calls.slice(0, 2).map((_, index) => ({
          status: "fulfilled",
          value: {
            content: [{ type: "text", text: `together ${index}` }],
            finishReason: { unified: "stop", raw: undefined },
            usage: UNKNOWN_USAGE,
            warnings: [],
          },
        }));
      },
    });
    const gone = new AbortController();
    const all = Promise.allSettled([
      model.doGenerate(say("a", "soon")),
      model.doGenerate(say("b", "soon", gone.signal)),
      model.doGenerate(say("c", "soon")),
      model.doGenerate(say("d", "soon")),
    ]);
    gone.abort(new Error("enough"));
    await clock.advance(100);
    const results = await all;
    expect(
      results.map((each) => (each.status === "fulfilled" ? textOfContent(each.value.content) : String(each.reason))),
    ).toEqual([
      "together 0",
      "Error: enough",
      "together 1",
      "RangeError: Cannot share out a batch: the remote gave too few answers",
    ]);
    expect(batches).toEqual([3]);
    const alone = model.doGenerate(say("e", "soon"));
    await clock.advance(100);
    expect(textOfContent((await alone).content)).toBe("one by one");
  });

  test("asks a server that takes several calls in one request, each with its own answer or error", async () => {
    const responses = [
      { status: 200, body: completion({ content: "first" }) },
      { status: 429, body: { error: { message: "slow down" } } },
      { status: 200, body: completion({ content: "third" }) },
    ];
    const server = await startOpenAIServer(({ path }) =>
      jsonReply(path.endsWith("/batch") ? { responses } : completion({ content: "alone" })),
    );
    onTestFinished(() => server.close());
    const egress = createEgress({ scanner: new ExpertSystem() });
    const { model } = openAICompatibleEngine({ baseUrl: server.baseUrl, model: "m", egress, place: "network" });
    const url = `${server.baseUrl}/batch`;
    const batched = withBatching(model, {
      soon: { maxBatchSize: 3, maxWaitMs: 10_000 },
      generateMany: (calls, signal) => model.generateMany(calls, { url, signal }),
    });
    const results = await Promise.allSettled(["a", "b", "c"].map((text) => batched.doGenerate(say(text, "soon"))));
    expect(
      results.map((each) => (each.status === "fulfilled" ? textOfContent(each.value.content) : each.reason)),
    ).toEqual(["first", expect.objectContaining({ status: 429, retryable: true }), "third"]);
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]!.json).toMatchObject({ requests: [{ model: "m" }, { model: "m" }, { model: "m" }] });
    const flagged = "My password is Tr0ub4dor&3";
    const settled = await Promise.allSettled([flagged, "b", "c"].map((text) => batched.doGenerate(say(text, "soon"))));
    expect(
      settled.map((each) => (each.status === "fulfilled" ? textOfContent(each.value.content) : each.reason.name)),
    ).toEqual(["EgressRefusedError", "alone", "alone"]); // what one of them may not, the others may
    expect(server.receivedText()).not.toContain("Tr0ub4dor");
  });
});
