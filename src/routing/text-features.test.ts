import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { heuristicScore } from "./heuristic.js";
import { FEATURE_WINDOW, textFeatures } from "./text-features.js";

describe("textFeatures", () => {
  test("counts words, digits, lines, marks and word groups whatever their case", () => {
    const features = textFeatures("Why does function f(x) = x^2 + 1 fail?\nExplain, THEN fix it. 42");
    expect(features).toMatchObject({ lines: 2, digits: 4, questionMarks: 1 });
    expect(features.groups).toMatchObject({ reasoning: 2, code: 1, parts: 1 });
    expect(features.mathMarks).toBe(3);
    expect(features.codeMarks).toBe(1);
  });

  test("counts a text of one group word as exactly that", () => {
    expect(textFeatures("hello").groups.smallTalk).toBe(1);
    expect(textFeatures("hellos").groups.smallTalk).toBe(0);
    expect(textFeatures("").words).toBe(0);
  });

  test("reads the beginning of a long text only, but knows its length", () => {
    const text = "a ".repeat(FEATURE_WINDOW);
    expect(textFeatures(text)).toMatchObject({ characters: text.length, words: FEATURE_WINDOW / 2 });
  });

  test("takes any string, and its score stays within 0 to 1", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 2000 }), (text) => {
        const { score, reasons } = heuristicScore(textFeatures(text));
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1);
        for (const reason of reasons) expect(reason.weight).not.toBe(0);
      }),
    );
  });
});
