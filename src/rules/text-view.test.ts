import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { plainView } from "./text-view.js";

describe("plainView", () => {
  test("plain text is handed back itself", () => {
    const text = "Grüße aus Köln, 东京 and 🦊";
    expect(plainView(text)).toEqual({ text });
  });

  test("zero-width characters vanish and full-width and mathematical forms become ASCII", () => {
    expect(plainView("a\u200bb\ufeffc").text).toBe("abc");
    expect(plainView("４２ｋｅｙ＝x").text).toBe("42key=x");
    expect(plainView("\u{1d7cf}\u{1d400}").text).toBe("1A");
  });

  test("offsets map each unit to where it stood, on any text", () => {
    const unit = fc.constantFrom("a", "\u200b", "４", "\u{1d7d0}", "\ud835", "\udc00", "é", "\u00a0");
    fc.assert(
      fc.property(fc.string({ unit }), (text) => {
        const view = plainView(text);
        if (view.offsets === undefined) {
          expect(view.text).toBe(text);
          return;
        }
        expect(view.offsets[view.text.length]).toBe(text.length);
        for (let index = 0; index < view.text.length; index++) {
          expect(view.offsets[index]!).toBeLessThan(text.length);
          const original = text[view.offsets[index]!]!;
          if (original === "a" || original === "é") expect(view.text[index]).toBe(original);
        }
      }),
    );
  });
});
