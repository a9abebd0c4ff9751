import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4Prompt } from "@ai-sdk/provider";
import { describe, expect, test } from "vitest";
import { KeptAnswers } from "../context/kept-answers.js";
import { MemoryStore } from "../context/memory-store.js";
import { collectStream, PROVIDER_KEY, textOfContent } from "../core/language-model.js";
import { ResponseCache } from "../resilience/response-cache.js";
import { ManualClock, type ScriptedReply, scriptedEngine } from "../testing.js";
import { cachedAgeOf, withCache } from "./cached.js";

async function cached(script: readonly ScriptedReply[], options: { ttlMs?: number; maxEntries?: number } = {}) {
  const clock = new ManualClock();
  const store = new MemoryStore({ clock });
  await store.createProject("work");
  await store.createProject("home");
  const { model, calls } = scriptedEngine(script);
  const cache = new ResponseCache({ texts: new KeptAnswers(store), clock, ...options });
  return { clock, store, calls, cache, model: withCache(model, { cache, hash: (text) => text }) };
}

const say = (
  text: string,
  rest: Partial<LanguageModelV4CallOptions> = {},
  project = "work",
): LanguageModelV4CallOptions => ({
  prompt: [{ role: "user", content: [{ type: "text", text }] }],
  providerOptions: { [PROVIDER_KEY]: { project } },
  ...rest,
});

const whole = async (model: LanguageModelV4, call: LanguageModelV4CallOptions) => {
  const result = await model.doGenerate(call);
  return { text: textOfContent(result.content), ageMs: cachedAgeOf(result) };
};
const streamed = async (model: LanguageModelV4, call: LanguageModelV4CallOptions) => {
  const result = await collectStream((await model.doStream(call)).stream);
  return { text: textOfContent(result.content), ageMs: cachedAgeOf(result) };
};

describe("a cached model", () => {
  test.each([
    ["whole", whole],
    ["streamed", streamed],
  ] as const)("answers the same call once, %s, and says how old it is", async (_, ask) => {
    const { model, calls, clock, cache } = await cached(["one", "two"]);
    expect(await ask(model, say("what?"))).toEqual({ text: "one", ageMs: undefined });
    await new Promise((resolve) => setTimeout(resolve));
    await clock.advance(500);
    expect(await ask(model, say("  what? "))).toEqual({ text: "one", ageMs: 500 });
    expect(calls.length).toBe(1);
    expect(cache.counts).toMatchObject({ hits: 1, misses: 1 });
  });

  test("each project, setting and question has its own answer", async () => {
    const { model, calls } = await cached(Array.from({ length: 9 }, (_, index) => `${index}`));
    for (const call of [
      say("a"),
      say("b"),
      say("a", {}, "home"),
      say("a", { temperature: 1 }),
      say("a", { providerOptions: { [PROVIDER_KEY]: { project: "work" }, other: { x: 1 } } }),
    ])
      await whole(model, call);
    expect(calls.length).toBe(5);
    await whole(model, say("a", { headers: { "x-trace": "1" } }));
    expect(calls.length).toBe(5);
  });

  test("a question asked again in the same conversation finds its answer, one asked in another place does not", async () => {
    const { model, calls } = await cached(["one", "two"]);
    const turn = (role: "user" | "assistant", text: string): LanguageModelV4Prompt[number] => ({
      role,
      content: [{ type: "text", text }],
    });
    const before = [turn("user", "hi"), turn("assistant", "hello")];
    const ask = (...prompt: LanguageModelV4Prompt) => whole(model, say("", { prompt }));
    expect((await ask(...before, turn("user", "and?"))).text).toBe("one");
    expect((await ask(...before, turn("user", "and?"), turn("assistant", "one"), turn("user", "and?"))).text).toBe(
      "one",
    );
    expect((await ask(turn("user", "and?"))).text).toBe("two");
    expect(calls.length).toBe(2);
  });

  test.each([
    ["whole", whole],
    ["streamed", streamed],
  ] as const)("ten of the same at once make one call, %s", async (_, ask) => {
    const { model, calls } = await cached(["one"]);
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(model, say("what?"))));
    expect(new Set(answers.map(({ text }) => text))).toEqual(new Set(["one"]));
    expect(calls.length).toBe(1);
  });

  test("tools, files, a wish for none, failures and cut answers are not cached", async () => {
    const { model, calls, store } = await cached(["x"]);
    const tool = { type: "function" as const, name: "t", inputSchema: { type: "object" as const } };
    const file = { type: "file" as const, mediaType: "image/png", data: { type: "data" as const, data: "AA==" } };
    for (const call of [
      say("a", { tools: [tool] }),
      say("a", { prompt: [{ role: "user", content: [file] }] }),
      say("a", { providerOptions: { [PROVIDER_KEY]: { project: "work", cache: false } } }),
    ]) {
      await whole(model, call);
      await streamed(model, call);
    }
    expect(calls.length).toBe(6);
    expect(await store.items("cached")).toEqual([]);
    const failing = await cached([new Error("no"), "then"]);
    await expect(whole(failing.model, say("a"))).rejects.toThrow("no");
    expect((await whole(failing.model, say("a"))).text).toBe("then");
  });

  test("who aborts leaves the others alone; a cached answer is forgotten with its project", async () => {
    const { model, store, calls } = await cached(["one", "two"]);
    const gone = new AbortController();
    const first = whole(model, say("a", { abortSignal: gone.signal }));
    const second = whole(model, say("a"));
    const firstStream = streamed(model, say("b", { abortSignal: gone.signal }));
    const secondStream = streamed(model, say("b"));
    gone.abort(new Error("enough"));
    await expect(first).rejects.toThrow("enough");
    await expect(firstStream).rejects.toThrow("enough");
    expect((await second).text).not.toBe("");
    expect((await secondStream).text).not.toBe("");
    const before = calls.length;
    await new Promise((resolve) => setTimeout(resolve));
    await whole(model, say("a"));
    expect(calls.length).toBe(before);
    await store.forgetProject("work");
    await whole(model, say("a"));
    expect(calls.length).toBe(before + 1);
  });

  test("an entry of another version or of damaged text is a miss, and a store that fails loses no answer", async () => {
    const { model, store } = await cached(["one", "two"]);
    await whole(model, say("a"));
    const [item] = await store.items("cached");
    for (const text of ["{", "[]", "null", '{"content":1}']) {
      await store.updateItem("cached", item!.key, () => text);
      expect((await whole(model, say("a"))).text).toBe("two");
    }
    await store.deleteProject("work");
    store.item = () => Promise.reject(new Error("disk"));
    expect((await whole(model, say("a"))).text).toBe("two");
  });

  test("the oldest go when there are too many, and those that are too old", async () => {
    const { model, calls, clock, cache } = await cached(["x"], { maxEntries: 2, ttlMs: 1000 });
    for (const text of ["a", "b", "c"]) await whole(model, say(text));
    await whole(model, say("b"));
    expect(calls.length).toBe(3);
    await whole(model, say("a"));
    expect(calls.length).toBe(4);
    await clock.advance(1001);
    await whole(model, say("b"));
    expect(calls.length).toBe(5);
    expect(cache.counts).toEqual({ hits: 1, misses: 5, expiries: 1, evictions: 2, failures: 0 });
  });
});
