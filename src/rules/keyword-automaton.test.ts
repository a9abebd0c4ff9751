import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KeywordAutomaton } from "./keyword-automaton.js";

function find(automaton: KeywordAutomaton, keywords: readonly string[], text: string): string[] {
  const found: string[] = [];
  let state = 0;
  for (let index = 0; index < text.length; index++) {
    state = automaton.next[state + automaton.columnOf[text.charCodeAt(index)]!]!;
    let output = automaton.firstOutput[state / automaton.columns]!;
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

  test("refuses a keyword that no text could match", () => {
    expect(() => new KeywordAutomaton(["Key"])).toThrow(TypeError);
    expect(() => new KeywordAutomaton([""])).toThrow(TypeError);
  });
});
