import type { ChainedEntry } from "./hash-chain.js";

/** What left the device for one project in a span of time, from a verified chain. */
export interface DepartureReport {
  readonly questions: number;
  /** Requests that left, of questions whose end is known. */
  readonly requests: number;
  readonly bytes: number;
  /** Ids of questions of which something left. */
  readonly left: readonly string[];
  /** Questions that were allowed to use the network and whose end was never written: something may have left. */
  readonly unknown: readonly string[];
  /** True when every question of the span has an end and nothing left. */
  readonly nothingLeft: boolean;
}

/** Sums up what left. Without `projectId` all projects count; `fromMs` is inclusive, `toMs` exclusive. O(entries). */
export function departures(
  entries: readonly ChainedEntry[],
  span: { readonly projectId?: string; readonly fromMs?: number; readonly toMs?: number } = {},
): DepartureReport {
  const { projectId, fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = span;
  const open = new Set<string>();
  const left = new Set<string>();
  let [questions, requests, bytes] = [0, 0, 0];
  const counted = new Set<string>();
  for (const { entry } of entries) {
    if (projectId !== undefined && entry.projectId !== projectId) continue;
    if (entry.kind !== "ended") {
      if (entry.atMs < fromMs || entry.atMs >= toMs) continue;
      questions++;
      counted.add(entry.id);
      if (entry.kind === "decided") open.add(entry.id);
    }
    if (entry.kind === "decided" || !counted.has(entry.id)) continue;
    open.delete(entry.id);
    for (const sent of entry.end.sent) {
      requests += sent.requests;
      bytes += sent.bytes;
      if (sent.requests > 0) left.add(entry.id);
    }
  }
  return {
    questions,
    requests,
    bytes,
    left: [...left],
    unknown: [...open],
    nothingLeft: left.size === 0 && open.size === 0,
  };
}
