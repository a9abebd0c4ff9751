import fc from "fast-check";
import { expect, test } from "vitest";
import { ContextWords } from "./context-words.js";

test("says what a search of each window would say, in ascending order", () => {
  const piece = fc.constantFrom("phone", "card", " ", "12", "phonecard", "x".repeat(700), "\n", "Tel.");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.array(fc.nat(3000), { maxLength: 12 }), (pieces, places) => {
      const text = pieces.join("");
      const words = new ContextWords(/phone|card|tel\./i);
      words.begin();
      for (const place of places.sort((a, b) => a - b)) {
        const start = Math.min(place, text.length);
        const end = Math.min(text.length, start + 3);
        let expected = false;
        for (const match of text.matchAll(/phone|card|tel\./gi))
          if ((match.index >= start - 60 && match.index < start) || (match.index >= end && match.index < end + 30))
            expected = true;
        expect(words.isNear(text, start, 60, end, 30)).toBe(expected);
        expect(words.near(text, start, 60, end, 30).length > 0).toBe(expected);
      }
    }),
    { numRuns: 300 },
  );
});
