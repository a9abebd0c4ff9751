import { BUCKET_BOUNDS } from "./histogram.js";
import { HELP } from "./names.js";
import type { HistogramSnapshot, Labels, MetricsSnapshot } from "./snapshot.js";

/** The Content-Type under which `prometheusText` is served. */
export const PROMETHEUS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Every fourth bound, the powers of two: 42 lines for each series instead of 162. */
const EXPOSED_BOUNDS: readonly number[] = BUCKET_BOUNDS.filter((_, index) => index % 4 === 0);

/**
 * The snapshot in the Prometheus text exposition format 0.0.4. A "." in a name becomes "_", and a counter ends in
 * `_total`; bucket bounds are the powers of two from 2^-10 to 2^30.
 */
export function prometheusText(snapshot: MetricsSnapshot, options: { readonly help?: typeof HELP } = {}): string {
  const { help = HELP } = options;
  const families = new Map<string, string[]>();
  const family = (name: string, exposedName: string, type: "counter" | "histogram"): string[] => {
    let lines = families.get(exposedName);
    if (lines === undefined) {
      const sentence = help.get(name);
      lines = sentence === undefined ? [] : [`# HELP ${exposedName} ${escapeHelp(sentence)}`];
      lines.push(`# TYPE ${exposedName} ${type}`);
      families.set(exposedName, lines);
    }
    return lines;
  };
  for (const { name, labels, value } of snapshot.counters) {
    const exposedName = exposed(name).replace(/(_total)?$/, "_total");
    family(name, exposedName, "counter").push(`${exposedName}${labelSet(labels)} ${value}`);
  }
  for (const histogram of snapshot.histograms) {
    const exposedName = exposed(histogram.name);
    const lines = family(histogram.name, exposedName, "histogram");
    for (const line of histogramLines(exposedName, histogram)) lines.push(line);
  }
  return [...families.values()].map((lines) => `${lines.join("\n")}\n`).join("");
}

function histogramLines(name: string, histogram: HistogramSnapshot): string[] {
  const { labels, buckets, sum, count } = histogram;
  const lines: string[] = [];
  let below = 0;
  let next = 0;
  EXPOSED_BOUNDS.forEach((bound, exposedIndex) => {
    for (; next < buckets.length && buckets[next]![0] <= exposedIndex * 4; next++) below += buckets[next]![1];
    lines.push(`${name}_bucket${labelSet(labels, String(bound))} ${below}`);
  });
  lines.push(`${name}_bucket${labelSet(labels, "+Inf")} ${count}`);
  lines.push(`${name}_sum${labelSet(labels)} ${sum}`, `${name}_count${labelSet(labels)} ${count}`);
  return lines;
}

function labelSet(labels: Labels, bound?: string): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${exposed(label)}="${escapeLabel(value)}"`);
  if (bound !== undefined) pairs.push(`le="${bound}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function exposed(name: string): string {
  return name.replaceAll(".", "_");
}

function escapeLabel(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}
