import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CannotAnswerError } from "../../core/errors.js";
import { collectStream } from "../../core/language-model.js";
import { ManualClock } from "../../testing.js";
import { deviceSkillsEngine } from "./device-skills.js";

const clock = new ManualClock({ nowMs: Date.UTC(2026, 10, 23, 14, 30) });
const engine = deviceSkillsEngine({ clock, timeZone: "Europe/Berlin" });

function promptOf(text: string) {
  return { prompt: [{ role: "user" as const, content: [{ type: "text" as const, text }] }] };
}

describe("deviceSkillsEngine", () => {
  test("is an engine on the device that names its skill with the answer", async () => {
    expect(engine).toMatchObject({ id: "device-skills", place: "device" });
    expect(await engine.model.doGenerate(promptOf("12*7"))).toMatchObject({
      finishReason: { unified: "stop" },
      providerMetadata: { mao: { skill: "arithmetic" } },
    });
  });

  test("streams what it generates", async () => {
    const generated = await engine.model.doGenerate(promptOf("12*7"));
    const { stream } = await engine.model.doStream(promptOf("12*7"));
    expect(await collectStream(stream)).toMatchObject({
      content: generated.content,
      providerMetadata: generated.providerMetadata,
    });
  });

  test("rejects a question outside its skills", async () => {
    await expect(engine.model.doGenerate(promptOf("Why is the sky blue?"))).rejects.toThrow(CannotAnswerError);
    await expect(engine.model.doStream(promptOf(""))).rejects.toThrow(CannotAnswerError);
  });

  test("rejects with the reason of an abort", async () => {
    const reason = new Error("stop");
    const call = { ...promptOf("12*7"), abortSignal: AbortSignal.abort(reason) };
    await expect(engine.model.doGenerate(call)).rejects.toBe(reason);
  });

  test("refuses a time zone that nobody knows", () => {
    expect(() => deviceSkillsEngine({ timeZone: "Mars/Olympus" })).toThrow(RangeError);
  });

  test("reads 03/04/2027 by the locale and says which way", async () => {
    const british = deviceSkillsEngine({ clock, timeZone: "UTC", locale: "en-GB" });
    const { content } = await british.model.doGenerate(promptOf("what day is 03/04/2027"));
    expect(content).toEqual([
      {
        type: "text",
        text: "3 April 2027 is a Saturday (reading 03/04/2027 as 3 April 2027; the other way round it is 4 March 2027).",
      },
    ]);
  });

  test("answers whatever it accepts, and throws on no text at all", async () => {
    const words = fc.constantFrom(
      ..."what is,how many,days,until,in,the,of,5,km,miles,%,2027,+,next,friday,remember,my,time,convert,to,words:,half,a,1/2,03/04/2027,weeks,between,and,sqrt,(,),is,born,unix".split(
        ",",
      ),
    );
    const text = fc.oneof(
      fc.array(words, { maxLength: 9 }).map((parts) => parts.join(" ")),
      fc.string({ unit: "binary" }),
    );
    await fc.assert(
      fc.asyncProperty(text, async (question) => {
        const accepted = engine.accepts?.(question);
        const answer = engine.model.doGenerate(promptOf(question)).then(
          (result) => result.content.length,
          (thrown: unknown) => thrown,
        );
        const found = await answer;
        if (accepted === undefined || found !== 1) expect(found).toBeInstanceOf(CannotAnswerError);
        if (found !== 1) expect(accepted?.skill ?? "recall").toBe("recall");
      }),
      { numRuns: 3000 },
    );
  });

  test("takes time in proportion on 10 MB", () => {
    const cost = (text: string): number => {
      let bestMs = Number.POSITIVE_INFINITY; // other tests run at the same time: one pause must not decide
      for (let round = 0; round < 3; round++) {
        const start = performance.now();
        engine.accepts?.(text);
        bestMs = Math.min(bestMs, performance.now() - start);
      }
      return bestMs;
    };
    for (const unit of ["lorem ipsum ", "1+", " ", "(", "remember that ", "how many words in: a "]) {
      const small = Math.max(cost(unit.repeat(Math.ceil(1e6 / unit.length))), 1);
      const large = cost(unit.repeat(Math.ceil(1e7 / unit.length)));
      expect(large / small).toBeLessThan(100);
    }
  });

  test("is quick on the longest questions it looks at", () => {
    const cost = (text: string): number => {
      const start = performance.now();
      for (let round = 0; round < 3; round++) engine.accepts?.(text);
      return performance.now() - start;
    };
    const plain = Math.max(cost("what is the plan? ".repeat(200)), 1);
    for (const unit of [
      "a ",
      "one ",
      "1 ",
      "'",
      '"',
      " and",
      "1,",
      "in ",
      "how many ",
      "days ",
      "of the ",
      "? ",
      "1 km ",
      "\n",
      "-",
    ])
      for (const start of ["", "what is ", "how many words in ", 'length of "', "average of ", "remember that "])
        expect(cost((start + unit.repeat(4000)).slice(0, 3999)) / plain).toBeLessThan(100);
  });

  test("measures 10 MB of text in proportion", async () => {
    const cost = async (words: number): Promise<number> => {
      const start = performance.now();
      const { content } = await engine.model.doGenerate(
        promptOf(`how many words in: ${"lorem ipsum ".repeat(words / 2)}`),
      );
      expect(content).toEqual([{ type: "text", text: `${words} words` }]);
      return performance.now() - start;
    };
    const small = Math.max(await cost(160_000), 1);
    expect((await cost(1_600_000)) / small).toBeLessThan(100);
  });
});
