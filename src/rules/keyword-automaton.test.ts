import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KeywordAutomaton } from "./keyword-automaton.js";

function find(automaton: KeywordAutomaton, keywords: readonly string[], text: string): string[] {
  const found: string[] = [];
  let state = 0;
  for (let index = 0; index < text.length; index++) {
    state = automaton.step(state, automaton.columnOf[text.charCodeAt(index)]!);
    let output = automaton.firstOutput[state]!;
    for (; output !== 0 && automaton.outputs[output]! >= 0; output++) {
      const keyword = keywords[automaton.outputs[output]!]!;
      found.push(`${index + 1 - keyword.length}:${keyword}`);
    }
  }
  return found.sort();
}

describe("KeywordAutomaton", () => {
  test("finds what a naive search finds, overlaps included", () => {
    const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        fc.uniqueArray(word, { minLength: 1, maxLength: 8 }),
        fc.string({ unit: fc.constantFrom("a", "B", "c", "d") }),
        (keywords, text) => {
          const expected: string[] = [];
          for (const keyword of keywords) {
            for (let at = 0; at <= text.length - keyword.length; at++) {
              if (text.slice(at, at + keyword.length).toLowerCase() === keyword) expected.push(`${at}:${keyword}`);
            }
          }
          expect(find(new KeywordAutomaton(keywords), keywords, text)).toEqual(expected.sort());
        },
      ),
    );
  });

  test("takes keywords of every script, and refuses more than its states can hold", () => {
    const keywords = Array.from({ length: 600 }, (_, index) => `k${String.fromCharCode(0x4e00 + index)}`);
    const automaton = new KeywordAutomaton(keywords);
    expect(find(automaton, keywords, `xK${String.fromCharCode(0x4e00 + 599)}`)).toEqual([`1:${keywords[599]}`]);
    const long = Array.from({ length: 700 }, (_, index) => `${index}`.padStart(4, "0") + "x".repeat(96));
    expect(() => new KeywordAutomaton(long)).toThrow(RangeError);
  });

  test("refuses a keyword that no text could match", () => {
    expect(() => new KeywordAutomaton(["Key"])).toThrow(TypeError);
    expect(() => new KeywordAutomaton([""])).toThrow(TypeError);
  });
});
