import type { RuleHit, ScannedText } from "../core/verdict.js";
import type { RequestScanner } from "./egress.js";

/** Finding one value makes another visible at most so often; what is still found then is for the guard to refuse. */
const MAX_ROUNDS = 4;

/**
 * What to redact in each text, by its index: also what a rule sees only once the first value is gone, such as the town
 * behind a street, so that the guard finds nothing left to redact. Each round scans the texts once; a text without hits
 * takes one round, most others two.
 */
export function redactionHits(
  scanner: RequestScanner,
  texts: readonly ScannedText[],
  project: string | undefined,
): Map<number, RuleHit[]> {
  const found = new Map<number, RuleHit[]>();
  let masks = texts.map(({ text }) => new Mask(text, []));
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const masked = texts.map(({ source }, index) => ({ source, text: masks[index]!.masked })); // one mask for each text
    let added = false;
    for (const hit of scanner.evaluate(masked, { project }).hits) {
      if (hit.action !== "redact" || hit.end <= hit.start) continue;
      const original = masks[hit.textIndex]!.original(hit);
      const known = found.get(hit.textIndex);
      if (known === undefined) found.set(hit.textIndex, [original]);
      else known.push(original);
      added = true;
    }
    if (!added) break;
    masks = texts.map(({ text }, index) => new Mask(text, found.get(index) ?? []));
  }
  return found;
}

interface Span {
  /** In the masked text. */
  readonly from: number;
  readonly to: number;
  /** In the original. */
  readonly start: number;
  readonly end: number;
}

/** A text as it will read with placeholders, and the way back to its own offsets. */
class Mask {
  readonly masked: string;
  /** Ascending and apart. */
  readonly #spans: readonly Span[];

  constructor(text: string, hits: readonly RuleHit[]) {
    const joined: { start: number; end: number; kind: string }[] = [];
    for (const { start, end, kind } of [...hits].sort((a, b) => a.start - b.start)) {
      const last = joined.at(-1);
      if (last !== undefined && start < last.end) last.end = Math.max(last.end, end);
      else joined.push({ start, end, kind });
    }
    let masked = "";
    let copied = 0;
    this.#spans = joined.map(({ start, end, kind }) => {
      masked += text.slice(copied, start);
      const from = masked.length;
      masked += `[${kind}_1]`;
      copied = end;
      return { from, to: masked.length, start, end };
    });
    this.masked = masked + text.slice(copied);
  }

  /** The hit in the original's offsets; a placeholder that it touches belongs to it as a whole. */
  original(hit: RuleHit): RuleHit {
    const first = this.#spanBefore(hit.start + 1);
    const last = this.#spanBefore(hit.end);
    return {
      ...hit,
      start: first === undefined ? hit.start : hit.start < first.to ? first.start : hit.start - first.to + first.end,
      end: last === undefined ? hit.end : hit.end <= last.to ? last.end : hit.end - last.to + last.end,
    };
  }

  /** The last span that begins before an offset of the masked text. */
  #spanBefore(offset: number): Span | undefined {
    let low = 0;
    let high = this.#spans.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#spans[middle]!.from < offset) low = middle + 1;
      else high = middle;
    }
    return this.#spans[low - 1];
  }
}
