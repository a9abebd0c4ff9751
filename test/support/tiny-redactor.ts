import type { RuleHit } from "../../src/core/verdict.js";
import type { RequestRedactor } from "../../src/engines/redacted.js";

/** A redactor small enough to be seen to be right: `[KIND_1]`, stable within one request. */
export function tinyRedactor(): RequestRedactor {
  const values = new Map<string, string>();
  const restore = (text: string): string => {
    let restored = text;
    for (const [placeholder, value] of values) restored = restored.replaceAll(placeholder, () => value);
    return restored;
  };
  return {
    redact(text, hits) {
      let redacted = text;
      for (const { start, end, kind } of [...hits].sort((a: RuleHit, b: RuleHit) => b.start - a.start)) {
        const value = text.slice(start, end);
        let placeholder = [...values].find(([, known]) => known === value)?.[0];
        placeholder ??= `[${kind}_${values.size + 1}]`;
        values.set(placeholder, value);
        redacted = redacted.slice(0, start) + placeholder + redacted.slice(end);
      }
      return redacted;
    },
    restore,
    createStreamRestorer() {
      let held = "";
      return {
        push(delta) {
          const text = held + delta;
          const open = text.lastIndexOf("[");
          const cut = open === -1 || text.includes("]", open) ? text.length : open;
          held = text.slice(cut);
          return restore(text.slice(0, cut));
        },
        flush() {
          const rest = restore(held);
          held = "";
          return rest;
        },
      };
    },
  };
}
