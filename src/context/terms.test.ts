import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rankPostings } from "./bm25.js";
import { decodeText, encodeText } from "./stored-text.js";
import { countTerms, INDEXED_CHARACTERS, MAX_TERMS, stem } from "./terms.js";

const terms = (text: string): string[] => [...countTerms(text).counts.keys()];

describe("countTerms", () => {
  test("splits words of any alphabet, without case and diacritics", () => {
    expect(terms("Don't PANIC: café-crème, naïve!")).toEqual(["don", "t", "panic", "cafe", "creme", "naive"]);
    expect(terms("Привет, мир; Γειά σου; ﬁne ＡＢＣ１")).toEqual(["привет", "мир", "γεια", "σου", "fine", "abc1"]);
    expect(terms("مرحبا، بالعالم؟ नमस्ते।")).toEqual(["مرحبا", "بالعالم", "नमस्ते"]);
    expect(terms("한국어 공부")).toEqual(["한국어", "공부"].map((word) => word.normalize("NFKD")));
    expect(terms("C3PO 42 3.14 snake_case 😀👍🏽 → ½")).toEqual(["c3po", "42", "3", "14", "snake", "case"]);
    expect(terms("İstanbul")).toEqual(terms("istanbul"));
  });

  test("takes Chinese and Japanese by characters and pairs", () => {
    expect(terms("日本語。犬")).toEqual(["日", "本", "日本", "語", "本語", "犬"]);
  });

  test("counts, and counts the rest of a text when it has too many distinct terms", () => {
    expect(countTerms("a b a", "b a").total).toBe(5);
    expect(countTerms("a b a", "b a").counts.get("a")).toBe(3);
    const many = Array.from({ length: 5_000 }, (_, index) => `w${index}`).join(" ");
    expect(countTerms(many).counts.size).toBe(MAX_TERMS);
    expect(countTerms(`${" ".repeat(INDEXED_CHARACTERS)}late`).total).toBe(0);
    expect(terms("x".repeat(500_000))).toEqual(["x".repeat(40)]);
  });

  test("is the same for composed and decomposed text, and never throws", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ unit: "binary" })), (text) => {
        expect(terms(text.toUpperCase().normalize("NFD")).every((term) => term !== "" && !/\s/.test(term))).toBe(true);
      }),
    );
    expect(terms("Crème Brûlée".normalize("NFD"))).toEqual(terms("Crème Brûlée".normalize("NFC")));
    expect(terms("\u{fe74} a\u{a8}")).toEqual(["\u{64d}", "a"]); // both are composed with a space
  });
});

test("English endings fall together, and short words and names stay", () => {
  const groups = [
    ["cat", "cats"],
    ["city", "cities"],
    ["class", "classes"],
    ["box", "boxes"],
    ["church", "churches"],
    ["run", "running"],
    ["make", "making"],
    ["hop", "hopping", "hopped"],
    ["hope", "hoping", "hoped"],
    ["visit", "visiting", "visited", "visits"],
    ["create", "creating", "created"],
    ["fall", "falling"],
    ["walk", "walks", "walking", "walked"],
    ["note", "notes", "noted"],
  ];
  for (const group of groups) expect(new Set(group.map(stem))).toEqual(new Set([group[0]]));
  for (const word of ["bus", "this", "king", "string", "bring", "need", "gas", "is", "red", "x86s"]) {
    expect(stem(word)).toBe(word);
  }
});

describe("rankPostings", () => {
  // By hand: N = 3, average length 2; idf(a) = ln(1 + 1.5 / 2.5), idf(b) = ln(1 + 2.5 / 1.5).
  test("scores by the formula", () => {
    const byTerm = new Map([
      [
        "a",
        [
          { seq: 1, frequency: 1, length: 2 },
          { seq: 2, frequency: 2, length: 3 },
        ],
      ],
      ["b", [{ seq: 1, frequency: 1, length: 2 }]],
    ]);
    const ranked = rankPostings({ documents: 3, totalLength: 6, byTerm }, 9);
    expect(ranked.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(ranked[0]!.score).toBeCloseTo(Math.log(1.6) + Math.log(1 + 2.5 / 1.5), 12);
    expect(ranked[1]!.score).toBeCloseTo((Math.log(1.6) * 2 * 2.2) / (2 + 1.2 * (0.25 + 0.75 * 1.5)), 12);
    expect(rankPostings({ documents: 3, totalLength: 6, byTerm }, 1).length).toBe(1);
  });

  test("prefers the newer of two equals, and a rare word to a common one", () => {
    const everywhere = [1, 2, 3, 4].map((seq) => ({ seq, frequency: 1, length: 1 }));
    const lists = {
      documents: 4,
      totalLength: 4,
      byTerm: new Map([
        ["the", everywhere],
        ["rare", [everywhere[1]!]],
      ]),
    };
    expect(rankPostings(lists, 9).map(({ seq }) => seq)).toEqual([2, 4, 3, 1]);
    expect(rankPostings({ documents: 0, totalLength: 0, byTerm: new Map() }, 9)).toEqual([]);
  });
});

test("stored text returns as it was, and holds nothing a database loses", () => {
  const unit = fc.constantFrom("\0", "\u001a", "\ufeff", "\ud800", "\udc00", "0", "a", "😀", "é");
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit }), fc.string({ unit: "binary" })), (text) => {
      const stored = encodeText(text);
      expect(decodeText(stored)).toBe(text);
      expect(stored).not.toContain("\0");
      expect(/[\ud800-\udfff]/u.test(stored)).toBe(false);
    }),
    { numRuns: 500 },
  );
  expect(encodeText("plain 😀 text\n")).toBe("plain 😀 text\n");
});
