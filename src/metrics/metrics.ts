import { type Clock, systemClock } from "../core/clock.js";
import type { Span, Telemetry } from "../core/ports.js";
import { emptyHistogram, type Histogram, observeValue, quantile } from "./histogram.js";
import { LABEL, METRIC } from "./names.js";
import { checkNames, type Labels, type MetricsSnapshot, readSnapshot } from "./snapshot.js";
import type { Attributes, TraceRecorder } from "./trace.js";

interface Series<Value> {
  readonly name: string;
  readonly labels: Labels;
  readonly value: Value;
}

interface Counter {
  amount: number;
}

const NO_LABELS: Labels = {};

/**
 * Counters and histograms in memory, and spans: each span is observed in `mao.stage.duration_ms` under its name, and kept
 * as a trace event when there is a recorder. At most `maxSeries` series are held; what comes after goes, by metric, to
 * one series labelled `otel.metric.overflow`, so totals stay right. A value that cannot be added up (not finite, an
 * amount below zero) is counted in `mao.telemetry.rejected_values`, because a measurement must not fail an answer.
 * A malformed name or label name is a TypeError on its first use.
 */
export class Metrics implements Telemetry {
  readonly #clock: Clock;
  readonly #trace: TraceRecorder | undefined;
  readonly #maxSeries: number;
  #counters = new Map<string, Series<Counter>>();
  #histograms = new Map<string, Series<Histogram>>();
  #stages = new Map<string, Histogram>();

  constructor(options: { readonly clock?: Clock; readonly trace?: TraceRecorder; readonly maxSeries?: number } = {}) {
    const { clock = systemClock, trace, maxSeries = 1000 } = options;
    if (!Number.isInteger(maxSeries) || maxSeries < 1)
      throw new RangeError(`Cannot make Metrics: expected maxSeries of at least 1, got ${maxSeries}`);
    this.#clock = clock;
    this.#trace = trace;
    this.#maxSeries = maxSeries;
  }

  count(name: string, labels: Labels = NO_LABELS, amount = 1): void {
    if (amount >= 0 && amount < Number.POSITIVE_INFINITY)
      this.#series(this.#counters, name, labels, newCounter).amount += amount;
    else this.#reject(name);
  }

  observe(name: string, value: number, labels: Labels = NO_LABELS): void {
    if (Number.isFinite(value)) observeValue(this.#series(this.#histograms, name, labels, emptyHistogram), value);
    else this.#reject(name);
  }

  span(name: string): Span {
    const startMs = this.#clock.monotonicMs();
    let ended = false;
    let attributes: Attributes | undefined;
    return {
      set: (more) => {
        if (this.#trace !== undefined) attributes = attributes === undefined ? more : { ...attributes, ...more };
      },
      end: () => {
        if (ended) return;
        ended = true;
        const durationMs = this.#clock.monotonicMs() - startMs;
        observeValue(this.#stage(name), durationMs);
        this.#trace?.record({ name, startMs, durationMs, ...(attributes === undefined ? {} : { attributes }) });
      },
    };
  }

  /** All that was measured since construction or `reset`. */
  snapshot(): MetricsSnapshot {
    return {
      format: 1,
      counters: inOrder(this.#counters).map(({ name, labels, value }) => ({ name, labels, value: value.amount })),
      histograms: inOrder(this.#histograms).map(({ name, labels, value }) => ({
        name,
        labels,
        count: value.count,
        sum: value.sum,
        min: value.min,
        max: value.max,
        p50: quantile(value, 0.5),
        p95: quantile(value, 0.95),
        p99: quantile(value, 0.99),
        buckets: Array.from(value.buckets, (count, index) => [index, count] as const).filter(([, count]) => count > 0),
      })),
    };
  }

  /** Adds an earlier snapshot, so that short processes accumulate; a damaged one is a TypeError and adds nothing. */
  merge(snapshot: MetricsSnapshot): void {
    const { counters, histograms } = readSnapshot(snapshot);
    for (const { name, labels, value } of counters) this.count(name, labels, value);
    for (const { name, labels, ...added } of histograms) {
      const own = this.#series(this.#histograms, name, labels, emptyHistogram);
      own.count += added.count;
      own.sum += added.sum;
      own.min = Math.min(own.min, added.min);
      own.max = Math.max(own.max, added.max);
      for (const [index, count] of added.buckets) own.buckets[index]! += count;
    }
  }

  /** Forgets everything measured; a span under way is counted when it ends. */
  reset(): void {
    this.#counters.clear();
    this.#histograms.clear();
    this.#stages.clear();
  }

  /** The histogram of a stage without the label key: a span is the most frequent measurement. */
  #stage(name: string): Histogram {
    let stage = this.#stages.get(name);
    if (stage === undefined) {
      stage = this.#series(this.#histograms, METRIC.stageDurationMs, { [LABEL.stage]: name }, emptyHistogram);
      if (this.#stages.size < this.#maxSeries) this.#stages.set(name, stage);
    }
    return stage;
  }

  #series<Value>(all: Map<string, Series<Value>>, name: string, labels: Labels, make: () => Value): Value {
    const key = keyOf(name, labels);
    const known = all.get(key);
    if (known !== undefined) return known.value;
    checkNames(name, labels);
    // The overflow series themselves stand outside the limit: one for each metric name, and names are constants.
    if (this.#counters.size + this.#histograms.size >= this.#maxSeries && labels[LABEL.overflow] === undefined)
      return this.#series(all, name, { [LABEL.overflow]: "true" }, make);
    const series = { name, labels: sorted(labels), value: make() };
    all.set(key, series);
    return series.value;
  }

  #reject(metric: string): void {
    this.count(METRIC.rejectedValues, { [LABEL.metric]: metric });
  }
}

function newCounter(): Counter {
  return { amount: 0 };
}

/** One text for a name and its labels, whatever their order; lengths keep any two apart. */
function keyOf(name: string, labels: Labels): string {
  const keys = Object.keys(labels);
  if (keys.length === 0) return name;
  if (keys.length > 1) keys.sort();
  let key = name;
  for (const label of keys) {
    const value = labels[label]!;
    key += `\n${label.length}:${label}${value.length}:${value}`;
  }
  return key;
}

function sorted(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function inOrder<Value>(all: ReadonlyMap<string, Series<Value>>): Series<Value>[] {
  return [...all.values()]
    .map((series) => ({ series, place: `${series.name}\n${JSON.stringify(series.labels)}` }))
    .sort((a, b) => (a.place < b.place ? -1 : 1))
    .map(({ series }) => series);
}
