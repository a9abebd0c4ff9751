import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RuleHit, ScannedText, Verdict } from "../core/verdict.js";
import { ExpertSystem } from "../rules/expert-system.js";
import { Redactor } from "../rules/redaction.js";
import { redactionHits } from "./redaction-hits.js";

const rules = new ExpertSystem({ redactPersonalData: true });

function redacted(
  texts: readonly ScannedText[],
  scanner: { evaluate(texts: readonly ScannedText[]): Verdict },
): string[] {
  const hits = redactionHits(scanner, texts, undefined);
  const redactor = new Redactor();
  return texts.map(({ text }, index) => redactor.redact(text, hits.get(index) ?? []));
}

/** Sees an x only at the beginning of a text or right behind a placeholder: each value uncovers the next. */
const uncovering = {
  evaluate(texts: readonly ScannedText[]): Verdict {
    const hits = texts.flatMap(({ text, source }, textIndex): RuleHit[] => {
      const match = /^(?:\[X_1\])*(x)/.exec(text);
      if (match === null) return [];
      const end = match[0].length;
      const shared = { ruleId: "X", action: "redact", severity: "high", kind: "X", reason: "an x" } as const;
      return [{ ...shared, source, textIndex, start: end - 1, end }];
    });
    return hits.length === 0 ? { kind: "allow", hits } : { kind: "redact", hits };
  },
};

describe("redactionHits", () => {
  test("finds the town that shows itself only behind a street's placeholder", () => {
    const text = ["ich wohne in der Hauptstraße 12", "10115 Berlin"].join(", ");
    const [outgoing] = redacted([{ source: "question", text }], rules);
    expect(outgoing).not.toMatch(/Hauptstraße|Berlin|10115/);
    expect(rules.evaluate([{ source: "question", text: outgoing! }]).kind).toBe("allow");
  });

  test("gives offsets into the original, round after round, and ends", () => {
    const hits = redactionHits(
      uncovering,
      [
        { source: "question", text: "xxx and x" },
        { source: "history", text: "none" },
      ],
      undefined,
    );
    expect(hits.get(0)?.map(({ start, end }) => [start, end])).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
    expect(hits.has(1)).toBe(false);
    expect(redactionHits(uncovering, [{ source: "question", text: "x".repeat(100) }], undefined).get(0)).toHaveLength(
      4,
    );
  });

  test("leaves nothing that the rules would still redact, however personal data is strung together", () => {
    const values = [
      ["jo.smith83", "example-mail.com"].join("@"),
      ["+49 151", "23456789"].join(" "),
      ["4111 1111", "1111 1111"].join(" "),
      ["Hauptstraße 12", "10115 Berlin"].join(", "),
      ["12 Oak Lane", "Springfield"].join(", "),
      ["born on", "1984-03-12"].join(" "),
      ["DE89 3704 0044", "0532 0130 00"].join(" "),
    ];
    const word = fc.constantFrom("I live at", "ich wohne in der", "call", "and", "my number is", ",", "\n", "(", ")");
    const part = fc.oneof(word, fc.constantFrom(...values));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), fc.constantFrom(" ", ", ", " - "), (parts, joint) => {
        const [outgoing] = redacted([{ source: "question", text: parts.join(joint) }], rules);
        expect(rules.evaluate([{ source: "question", text: outgoing! }]).kind).not.toBe("redact");
      }),
    );
  });
});
