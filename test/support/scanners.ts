import type { RuleAction, RuleHit, ScannedText, Verdict } from "../../src/core/verdict.js";

const EMAIL = /[\w.+-]+@[\w-]+\.[a-z]{2,}/g;

/** A scanner with two rules: e-mail addresses are redacted (or as told), the word TOPSECRET stays on the device. */
export function tinyScanner(emailAction: RuleAction = "redact"): {
  evaluate(texts: readonly ScannedText[]): Verdict;
  readonly calls: (readonly ScannedText[])[];
} {
  const calls: (readonly ScannedText[])[] = [];
  return {
    calls,
    evaluate(texts) {
      calls.push(texts);
      const hits: RuleHit[] = [];
      texts.forEach(({ source, text }, textIndex) => {
        const add = (pattern: RegExp, kind: string, action: RuleAction): void => {
          for (const match of text.matchAll(pattern)) {
            const start = match.index;
            const end = start + match[0].length;
            const reason = `It holds what looks like ${kind}.`;
            hits.push({
              ruleId: `TEST_${kind}`,
              action,
              severity: "high",
              kind,
              source,
              textIndex,
              start,
              end,
              reason,
            });
          }
        };
        add(EMAIL, "EMAIL", emailAction);
        add(/TOPSECRET/g, "SECRET", "keep-local");
        add(/\b4\d{15}\b/g, "CARD", "redact");
      });
      if (hits.some((hit) => hit.action === "keep-local")) return { kind: "keep-local", hits };
      return { kind: hits.some((hit) => hit.action === "redact") ? "redact" : "allow", hits };
    },
  };
}
