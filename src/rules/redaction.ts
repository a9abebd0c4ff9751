import type { RuleHit } from "../core/verdict.js";

/** A text whose flagged values are placeholders, and what each placeholder stands for. */
export interface Redaction {
  readonly text: string;
  /** Placeholder to original. Never leaves the device. */
  readonly values: ReadonlyMap<string, string>;
}

/** Form of a placeholder: `[EMAIL_1]`. ASCII, so it survives JSON, tokenizers and models; no rule flags it. */
const PLACEHOLDER = /\[[A-Z][A-Z0-9_]{0,39}_[0-9]{1,7}\]/g;
const LONGEST_PLACEHOLDER = 50;
/** A beginning of a placeholder that more text may complete, at the end of a delta. */
const OPEN_TAIL = /\[(?:[A-Z][A-Z0-9_]{0,48})?$/;

/**
 * Replaces flagged values by placeholders and puts them back into answers. One Redactor serves one request: the same value
 * gets the same placeholder in all its texts. What looks like a placeholder in a text of the user's stays what it was:
 * its number is never given out, or, when it already was, the look-alike is itself replaced.
 */
export class Redactor {
  readonly #placeholderOf = new Map<string, string>();
  readonly #values = new Map<string, string>();
  readonly #taken = new Set<string>();
  readonly #lastNumber = new Map<string, number>();

  /** Placeholder to original, so far. */
  get values(): ReadonlyMap<string, string> {
    return this.#values;
  }

  /**
   * Replaces the spans of `hits`, which must all belong to `text`. Overlapping spans become one. Hits that only warn, or
   * that speak of the text as a whole (empty span), are left out. O(length + hits log hits).
   */
  redact(text: string, hits: readonly RuleHit[]): string {
    const spans: { start: number; end: number; kind: string }[] = [];
    const sorted = hits
      .filter((hit) => hit.action !== "warn" && hit.end > hit.start)
      .sort((a, b) => a.start - b.start || b.end - a.end);
    for (const { start, end, kind } of sorted) {
      if (start < 0 || end > text.length)
        throw new RangeError(`Cannot redact: the hit ends at ${end}, the text at ${text.length}`);
      const last = spans[spans.length - 1];
      if (last !== undefined && start < last.end) last.end = Math.max(last.end, end);
      else spans.push({ start, end, kind });
    }
    // Look-alikes of the whole text first: their numbers are then known before any is given out.
    for (const match of text.matchAll(PLACEHOLDER)) {
      if (!this.#values.has(match[0])) this.#taken.add(match[0]);
    }
    let redacted = "";
    let copied = 0;
    for (const { start, end, kind } of spans) {
      redacted += this.#escape(text.slice(copied, start));
      redacted += this.#placeholder(text.slice(start, end), kind);
      copied = end;
    }
    return redacted + this.#escape(text.slice(copied));
  }

  /** Puts the originals back. A placeholder that this Redactor did not give out stays as it is. */
  restore(text: string): string {
    if (this.#values.size === 0) return text;
    return text.replace(PLACEHOLDER, (placeholder) => this.#values.get(placeholder) ?? placeholder);
  }

  /** A restorer for a stream of deltas, cut anywhere: it holds back what may be the beginning of a placeholder. */
  createStreamRestorer(): { push(delta: string): string; flush(): string } {
    let held = "";
    return {
      push: (delta) => {
        const text = held + delta;
        const tail = OPEN_TAIL.exec(text.slice(-LONGEST_PLACEHOLDER));
        const ready = tail === null ? text.length : text.length - tail[0].length;
        held = text.slice(ready);
        return this.restore(text.slice(0, ready));
      },
      flush: () => {
        const rest = this.restore(held);
        held = "";
        return rest;
      },
    };
  }

  #escape(text: string): string {
    return this.#values.size === 0
      ? text
      : text.replace(PLACEHOLDER, (found) => (this.#values.has(found) ? this.#placeholder(found, "TEXT") : found));
  }

  #placeholder(value: string, kind: string): string {
    const existing = this.#placeholderOf.get(value);
    if (existing !== undefined) return existing;
    const name = /^[A-Z][A-Z0-9_]{0,39}$/.test(kind) ? kind : "VALUE";
    let number = this.#lastNumber.get(name) ?? 0;
    let placeholder: string;
    do placeholder = `[${name}_${++number}]`;
    while (this.#taken.has(placeholder));
    this.#lastNumber.set(name, number);
    this.#placeholderOf.set(value, placeholder);
    this.#values.set(placeholder, value);
    return placeholder;
  }
}

/** Redacts one text on its own. */
export function redactText(text: string, hits: readonly RuleHit[]): Redaction {
  const redactor = new Redactor();
  return { text: redactor.redact(text, hits), values: redactor.values };
}
