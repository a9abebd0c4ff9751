import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tinyRedactor } from "../../test/support/tiny-redactor.js";
import { JsonStringRestorer, type TextRestorer } from "./json-string-restorer.js";

const VALUE = 'Jo "the\\boss"\n😀 Smith';

function restorerFor(value: string): JsonStringRestorer {
  const redactor = tinyRedactor();
  const hit = { ruleId: "T", action: "redact", severity: "low", kind: "NAME", source: "question", reason: "" } as const;
  redactor.redact(value, [{ ...hit, textIndex: 0, start: 0, end: value.length }]);
  return new JsonStringRestorer(() => redactor.createStreamRestorer());
}

function restoreInPieces(restorer: TextRestorer, text: string, cuts: readonly number[]): string {
  let output = "";
  let start = 0;
  for (const cut of [...cuts.map((at) => Math.min(at, text.length)).sort((a, b) => a - b), text.length]) {
    output += restorer.push(text.slice(start, cut));
    start = cut;
  }
  return output + restorer.flush();
}

describe("restoring inside JSON", () => {
  test("escapes what it puts there", () => {
    const json = restoreInPieces(restorerFor(VALUE), '{"to": "Dear [NAME_1]!", "n": 12345678901234567890}', []);
    expect(JSON.parse(json)).toMatchObject({ to: `Dear ${VALUE}!` });
    expect(json).toContain('"n": 12345678901234567890');
  });

  test("finds placeholders that the model wrote with escapes", () => {
    const json = restoreInPieces(restorerFor(VALUE), '["\\u005bNAME\\u005F1]"]', []);
    expect(JSON.parse(json)).toEqual([VALUE]);
  });

  test("gives the same values wherever the pieces are cut", () => {
    const text = fc
      .array(fc.constantFrom("[NAME_1]", "[NAME_", '"', "\\", "é", "😀", "\n", "a", "]", "\u0000", "\ud800"))
      .map((all) => all.join(""));
    fc.assert(
      fc.property(
        fc.dictionary(text, fc.oneof(text, fc.integer(), fc.array(text))),
        fc.array(fc.nat(300)),
        (value, cuts) => {
          const json = JSON.stringify(value);
          const restored = restoreInPieces(restorerFor(VALUE), json, cuts);
          expect(JSON.stringify(JSON.parse(restored))).toBe(
            JSON.stringify(JSON.parse(json.replaceAll("[NAME_1]", () => JSON.stringify(VALUE).slice(1, -1)))),
          );
        },
      ),
    );
  });

  test("never throws, and leaves text without strings alone", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const output = restoreInPieces(restorerFor(VALUE), text, [3]);
        if (!text.includes('"')) expect(output).toBe(text);
      }),
    );
  });

  test("gives an unfinished string back when the text ends", () => {
    expect(restoreInPieces(restorerFor("x"), '{"a": "b [NAME', [])).toBe('{"a": "b [NAME');
  });
});
