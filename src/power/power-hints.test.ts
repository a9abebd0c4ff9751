import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HintAnswer, PowerHint } from "../core/power-hints.js";
import { ManualClock } from "../testing.js";
import { PowerController } from "./power-controller.js";
import { PowerHints } from "./power-hints.js";

/** A platform that answers only when told, and would notice two calls at once. */
class SlowHint implements PowerHint {
  readonly name = "wake lock";
  readonly calls: string[] = [];
  held = false;
  answer: HintAnswer | Error = { kind: "granted", how: "in a test" };
  #waiting: (() => void)[] = [];

  hold(): Promise<HintAnswer> {
    return this.#call("hold", () => {
      if (this.answer instanceof Error) throw this.answer;
      this.held = this.answer.kind === "granted";
      return this.answer;
    });
  }
  release(): Promise<void> {
    return this.#call("release", () => {
      this.held = false;
    });
  }
  probe(): Promise<HintAnswer> {
    return Promise.resolve({ kind: "granted", how: "in a test" });
  }
  async answerAll(): Promise<void> {
    for (let round = 0; round < 20; round++) {
      for (const wake of this.#waiting.splice(0)) wake();
      await Promise.resolve();
    }
  }
  #call<T>(name: string, run: () => T): Promise<T> {
    expect(this.#waiting).toHaveLength(0);
    this.calls.push(name);
    return new Promise((resolve) => this.#waiting.push(() => resolve(undefined as T))).then(run);
  }
}

describe("power hints", () => {
  test("are held while active, released otherwise, and released when closed", async () => {
    const clock = new ManualClock();
    const power = new PowerController({ clock });
    const hint = new SlowHint();
    const hints = new PowerHints(power, [hint]);
    expect(hint.calls).toEqual([]);
    power.dispatch("wakeWord");
    await hint.answerAll();
    expect(hints.status()).toEqual([{ name: "wake lock", held: true, answer: { kind: "granted", how: "in a test" } }]);
    await clock.advance(8000);
    await hint.answerAll();
    expect(hint).toMatchObject({ held: false, calls: ["hold", "release"] });
    power.dispatch("wakeWord");
    const closing = hints.close();
    await hint.answerAll();
    await closing;
    expect(hint.held).toBe(false);
    power.dispatch("wakeWord");
    await hint.answerAll();
    expect(hint.held).toBe(false);
  });

  test("say why the platform refused, and release even what rejected", async () => {
    const power = new PowerController({ clock: new ManualClock() });
    const hint = new SlowHint();
    const hints = new PowerHints(power, [hint]);
    hint.answer = { kind: "unavailable", reason: "the page is hidden" };
    power.dispatch("wakeWord");
    await hint.answerAll();
    expect(hints.status()).toMatchObject([{ held: false, answer: { reason: "the page is hidden" } }]);
    power.dispatch("silence");
    hint.answer = new Error("broken");
    power.dispatch("wakeWord");
    await hint.answerAll();
    expect(hints.status()).toMatchObject([{ held: false, problem: "broken" }]);
    power.dispatch("silence");
    await hint.answerAll();
    expect(hint.calls.at(-1)).toBe("release");
  });

  test("end as the last state wants it, whenever the platform answers", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom("wakeWord" as const, "silence" as const, "answer" as const), { maxLength: 30 }),
        async (steps) => {
          const power = new PowerController({ clock: new ManualClock() });
          const hint = new SlowHint();
          const hints = new PowerHints(power, [hint]);
          for (const step of steps) {
            if (step === "answer") await hint.answerAll();
            else power.dispatch(step);
          }
          await hint.answerAll();
          expect(hint.held).toBe(power.state === "active");
          const closing = hints.close();
          await hint.answerAll();
          await closing;
          expect(hint.held).toBe(false);
        },
      ),
    );
  });
});
