import type { RuleHit, ScannedText } from "../core/verdict.js";

/** Rule id of a quotation: the value was flagged where it first stood, and here nothing around it betrays it. */
export const QUOTED_VALUE_RULE = "PRIVACY_090";

/** Shorter values stand in any text by chance. */
const SHORTEST_VALUE = 4;

/** The values that hits which keep a text on the device point at; spans of a whole text and mere warnings do not count. */
export function flaggedValues(texts: readonly ScannedText[], hits: readonly RuleHit[]): string[] {
  const values = new Set<string>();
  for (const { action, textIndex, start, end } of hits) {
    const value = texts[textIndex]?.text.slice(start, end) ?? "";
    if ((action === "keep-local" || action === "block") && value.length >= SHORTEST_VALUE) values.add(value);
  }
  return [...values];
}

/** A hit for each text that quotes one of the values word for word. O(values x length). */
export function quotations(texts: readonly ScannedText[], values: Iterable<string>): RuleHit[] {
  const hits: RuleHit[] = [];
  for (const value of values) {
    for (const [textIndex, { source, text }] of texts.entries()) {
      const start = text.indexOf(value);
      if (start === -1 || !standsAlone(text, start, start + value.length)) continue;
      hits.push({
        ruleId: QUOTED_VALUE_RULE,
        action: "keep-local",
        severity: "high",
        kind: "QUOTED",
        source,
        textIndex,
        start,
        end: start + value.length,
        reason: "This quotes a value that an earlier turn of this project kept on the device; it stays on this device.",
      });
    }
  }
  return hits;
}

/** Not inside a longer word or number: 4711 is not quoted by 147110. */
function standsAlone(text: string, start: number, end: number): boolean {
  const word = /[\p{L}\p{N}_]/u;
  const inside = (outer: string | undefined, inner: string | undefined): boolean =>
    outer !== undefined && inner !== undefined && word.test(outer) && word.test(inner);
  return !inside(text[start - 1], text[start]) && !inside(text[end], text[end - 1]);
}
