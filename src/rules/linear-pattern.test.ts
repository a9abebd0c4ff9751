import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LinearPattern, PatternError } from "./linear-pattern.js";

/** Patterns that both engines read alike: ours takes the longest match, so the whole text is matched from end to end. */
const pattern: fc.Arbitrary<string> = fc.letrec<{ part: string; all: string }>((tie) => ({
  part: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(
      "a",
      "b",
      "c",
      "1",
      "\\d",
      "\\w",
      "\\s",
      "[ab]",
      "[^a]",
      "[a-c1]",
      ".",
      "\\.",
      "\\b",
      "-",
      "[\\d-]",
    ),
    tie("all").map((inner) => `(?:${inner})`),
    fc
      .tuple(fc.constantFrom("a", "[bc]", "\\d", "(ab|c)"), fc.constantFrom("?", "*", "+", "{2}", "{1,3}", "{2,}"))
      .map(([atom, sign]) => atom + sign),
  ),
  all: fc
    .array(tie("part"), { minLength: 1, maxLength: 4 })
    .chain((parts) => fc.constantFrom(parts.join(""), `${parts.join("")}|${parts.slice(1).join("") || "a"}`)),
})).all;
const text = fc.string({ unit: fc.constantFrom("a", "b", "c", "1", "2", " ", ".", "-"), maxLength: 12 });

describe("against the engine of the runtime", () => {
  test("whether a pattern matches a whole text is the same", () => {
    fc.assert(
      fc.property(pattern, text, (source, input) => {
        let own: LinearPattern;
        try {
          own = new LinearPattern(`^(?:${source})$`);
        } catch (error) {
          expect(error).toBeInstanceOf(PatternError);
          return;
        }
        expect(own.find(input) !== undefined).toBe(new RegExp(`^(?:${source})$`).test(input));
      }),
      { numRuns: 2000 },
    );
  });

  test("whether and where a match begins is the same", () => {
    fc.assert(
      fc.property(pattern, text, (source, input) => {
        let own: LinearPattern;
        try {
          own = new LinearPattern(source);
        } catch {
          return;
        }
        expect(own.find(input)?.start).toBe(new RegExp(source).exec(input)?.index);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("a search by windows", () => {
  test("finds what lies across two of them, and reads each character once", () => {
    const search = new LinearPattern("ab{3,9}c").searcher();
    const input = "xx abbb bbc abbbbbc";
    expect(search.find(input, 0, 7)).toBeUndefined();
    expect(search.find(input, 4, 14)).toBeUndefined();
    expect(search.find(input, 8, 19)).toEqual({ start: 12, end: 19 });
    search.reset();
    expect(search.find("abbbc", 0, 5)).toEqual({ start: 0, end: 5 });
  });

  test("gives one match after the other", () => {
    const search = new LinearPattern("[0-9]{3}").searcher();
    const input = "123 456 7 890";
    expect(search.find(input, 0, 4)).toEqual({ start: 0, end: 3 });
    expect(search.find(input, 4, 8)).toEqual({ start: 4, end: 7 });
    expect(search.find(input, 8, 13)).toEqual({ start: 10, end: 13 });
  });
});

test("takes time in proportion to the text where backtracking takes exponential time", () => {
  const hostile = new LinearPattern("(?:a+)+b|(?:a|aa)+c");
  const fastest = (length: number): number => {
    const input = "a".repeat(length);
    let best = Number.POSITIVE_INFINITY;
    for (let run = 0; run < 5; run++) {
      const began = performance.now();
      expect(hostile.find(input)).toBeUndefined();
      best = Math.min(best, performance.now() - began);
    }
    return best;
  };
  fastest(2000);
  expect(fastest(80_000)).toBeLessThan(Math.max(20 * fastest(10_000), 20));
});

test("ignores case where asked, and knows the text that every match holds", () => {
  expect(new LinearPattern("proj-[a-z]{2}", { ignoreCase: true }).find("see PROJ-xY.")).toEqual({ start: 4, end: 11 });
  expect(new LinearPattern("proj-[a-z]{2}").find("see PROJ-xY.")).toBeUndefined();
  expect(new LinearPattern("(?:no|yes)?ACME-\\d{3}x").requiredText).toBe("acme-");
  expect(new LinearPattern("a|b").requiredText).toBe("");
});

test.each([
  ["", "empty", 0],
  ["a(b", "not closed", 1],
  ["a)b", "too many", 1],
  ["[ab", "not closed", 0],
  ["(a)\\1", "back reference", 3],
  ["a(?=b)", "look-around", 1],
  ["a(?<n>b)", "named groups", 1],
  ["a*?", "lazy", 2],
  ["a{3,1}", "backwards", 1],
  ["a{999}", "more than 250", 1],
  ["+a", "nothing before", 0],
  ["[z-a]", "backwards", 2],
  ["\\q", "not known", 0],
  ["a*", "empty text", 0],
  ["(?:a?)+b", "may be empty", 6],
  ["a\\", "backslash", 1],
  ["[a-z]{250}[a-z]{250}[a-z]{250}", "too large", 0],
])("refuses %j and says where", (source, message, at) => {
  const act = (): LinearPattern => new LinearPattern(source);
  expect(act).toThrow(PatternError);
  try {
    act();
  } catch (error) {
    expect((error as PatternError).message).toContain(message); // a PatternError, as tested above
    expect((error as PatternError).at).toBe(at);
  }
});
