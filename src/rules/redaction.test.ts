import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RuleHit } from "../core/verdict.js";
import { Redactor, redactText } from "./redaction.js";

function hit(start: number, end: number, kind = "EMAIL"): RuleHit {
  return {
    ruleId: "PRIVACY_030",
    action: "redact",
    severity: "medium",
    kind,
    source: "question",
    textIndex: 0,
    start,
    end,
    reason: "",
  };
}

/** Texts rich in brackets and look-alikes, with spans over them. */
const redactable = fc
  .array(
    fc.constantFrom(
      "[EMAIL_1]",
      "[EMAIL_",
      "1]",
      "[",
      "]",
      "ada@lovelace.org",
      "CARD",
      "[TEXT_1]",
      "é",
      "\ud83e",
      "\n",
      "x",
    ),
    { maxLength: 20 },
  )
  .map((parts) => parts.join(""))
  .chain((text) =>
    fc.record({
      text: fc.constant(text),
      hits: fc.array(
        fc
          .tuple(fc.nat(text.length), fc.nat(text.length), fc.constantFrom("EMAIL", "CARD", "lower case"))
          .map(([a, b, kind]) => hit(Math.min(a, b), Math.max(a, b), kind)),
        { maxLength: 5 },
      ),
    }),
  );

describe("Redactor", () => {
  test("the same value has the same placeholder in every text of a request", () => {
    const redactor = new Redactor();
    expect(redactor.redact("from a@b.ch to c@d.ch", [hit(5, 11), hit(15, 21)])).toBe("from [EMAIL_1] to [EMAIL_2]");
    expect(redactor.redact("a@b.ch again", [hit(0, 6)])).toBe("[EMAIL_1] again");
    expect(redactor.restore("Hello [EMAIL_2], not [EMAIL_9]")).toBe("Hello c@d.ch, not [EMAIL_9]");
  });

  test("redact then restore is the identity, whatever the text holds and however the spans overlap", () => {
    fc.assert(
      fc.property(fc.array(redactable, { maxLength: 4 }), (texts) => {
        const redactor = new Redactor();
        const redacted = texts.map(({ text, hits }) => redactor.redact(text, hits));
        expect(redacted.map((text) => redactor.restore(text))).toEqual(texts.map(({ text }) => text));
      }),
    );
  });

  test("a stream cut anywhere is restored as the whole is", () => {
    fc.assert(
      fc.property(redactable, fc.array(fc.integer({ min: 1, max: 7 })), ({ text, hits }, cuts) => {
        const redactor = new Redactor();
        const redacted = redactor.redact(text, hits);
        const restorer = redactor.createStreamRestorer();
        let restored = "";
        let at = 0;
        for (const cut of cuts) {
          restored += restorer.push(redacted.slice(at, at + cut));
          at += cut;
        }
        restored += restorer.push(redacted.slice(at)) + restorer.flush();
        expect(restored).toBe(redactor.restore(redacted));
      }),
    );
  });

  test("a stream holds back no more than a placeholder may need", () => {
    const restorer = new Redactor().createStreamRestorer();
    expect(restorer.push("a [x")).toBe("a [x");
    expect(restorer.push("b [EMA")).toBe("b ");
    expect(restorer.push("IL!")).toBe("[EMAIL!");
  });

  test("a warning and a hit on the whole text replace nothing", () => {
    expect(redactText("text", [{ ...hit(0, 4), action: "warn" }, hit(0, 0)]).text).toBe("text");
  });

  test("a span outside the text is a mistake of the caller", () => {
    expect(() => new Redactor().redact("abc", [hit(0, 4)])).toThrow(RangeError);
  });
});
