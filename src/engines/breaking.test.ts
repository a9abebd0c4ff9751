import type { LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { describe, expect, test } from "vitest";
import { EgressRefusedError, EngineError } from "../core/errors.js";
import { collectStream } from "../core/language-model.js";
import { Orchestrator } from "../orchestrator.js";
import { CircuitBreaker, CircuitOpenError } from "../resilience/circuit-breaker.js";
import { ManualClock, scriptedEngine } from "../testing.js";
import { breakerRefusal, withBreaker } from "./breaking.js";

const call: LanguageModelV4CallOptions = { prompt: [{ role: "user", content: [{ type: "text", text: "hi" }] }] };
const down = new EngineError("503", { retryable: true, status: 503 });

describe("a model behind a breaker", () => {
  test.each(["whole", "streamed"] as const)(
    "is left alone after failures in a row and tried again later, %s",
    async (way) => {
      const clock = new ManualClock();
      const engine = scriptedEngine([down, down, "well again"]);
      const breaker = new CircuitBreaker({ failureThreshold: 2, cooldownMs: 1000, clock });
      const model = withBreaker(engine.model, breaker);
      const ask = async () =>
        way === "whole" ? model.doGenerate(call) : collectStream((await model.doStream(call)).stream);
      for (let index = 0; index < 2; index++) await expect(ask()).rejects.toBe(down);
      await expect(ask()).rejects.toThrow(CircuitOpenError);
      expect(engine.calls).toHaveLength(2);
      expect(breakerRefusal(breaker)).toMatchObject({ code: "veto/breaker-open" });
      await clock.advance(1000);
      expect(breakerRefusal(breaker)).toBeUndefined();
      await ask();
      expect(breaker.state).toBe("closed");
    },
  );

  test("what says nothing about the remote does not count", async () => {
    const clock = new ManualClock();
    const breaker = new CircuitBreaker({ failureThreshold: 1, clock });
    for (const error of [
      new EngineError("400", { retryable: false, status: 400 }),
      new EgressRefusedError("not sent", { hits: [] }),
      new DOMException("gone", "AbortError"),
    ]) {
      const model = withBreaker(scriptedEngine([error]).model, breaker);
      await expect(model.doGenerate(call)).rejects.toBe(error);
      await expect(model.doStream(call).then(({ stream }) => collectStream(stream))).rejects.toBe(error);
    }
    expect(breaker.state).toBe("closed");
  });

  test("while it is open a question goes to the device at once and says why", async () => {
    const clock = new ManualClock();
    const breaker = new CircuitBreaker({ failureThreshold: 1, clock });
    const large = scriptedEngine([down], { id: "large", place: "network" });
    const orchestrator = new Orchestrator({
      clock,
      engines: [
        scriptedEngine(["small answer"], { id: "small", place: "device" }),
        { ...large, model: withBreaker(large.model, breaker), refuses: () => breakerRefusal(breaker) },
      ],
    });
    const hard = { text: "Prove step by step that quicksort is fast on average, and derive the recurrence in detail" };
    expect(await orchestrator.answer(hard)).toMatchObject({
      kind: "answered",
      engine: "small",
      attempts: [{ engine: "large" }, {}],
    });
    const next = await orchestrator.answer(hard);
    expect(next).toMatchObject({ kind: "answered", engine: "small", attempts: [{ engine: "small" }] });
    expect(next.decision.reasons.map(({ code }) => code)).toContain("veto/breaker-open");
    expect(large.calls).toHaveLength(1);
    expect(await orchestrator.answer({ ...hard, forced: "remote" })).toMatchObject({ kind: "unanswerable" });
  });
});
