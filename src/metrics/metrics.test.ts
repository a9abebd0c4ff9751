import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ManualClock } from "../testing.js";
import { Metrics } from "./metrics.js";
import { METRIC } from "./names.js";
import type { MetricsSnapshot } from "./snapshot.js";
import { TraceRecorder } from "./trace.js";

type Event = { readonly name: string; readonly label: string; readonly value: number };

// Dyadic values: their sums are exact in any order, so that snapshots can be compared with equality.
const events = fc.array(
  fc.record({
    name: fc.constantFrom("a.b", "tokens", "mao.stage.duration_ms"),
    label: fc.constantFrom("local", "remote", 'odd "\\\n:'),
    value: fc.integer({ min: 0, max: 4_000_000 }).map((quarters) => quarters / 4),
  }),
  { maxLength: 40 },
);

function recorded(list: readonly Event[]): MetricsSnapshot {
  const metrics = new Metrics();
  for (const { name, label, value } of list) {
    metrics.count(name, { label }, value);
    metrics.observe(`${name}.h`, value, { label, other: "x" });
  }
  return metrics.snapshot();
}

function merged(...snapshots: readonly MetricsSnapshot[]): MetricsSnapshot {
  const metrics = new Metrics();
  for (const snapshot of snapshots) metrics.merge(snapshot);
  return metrics.snapshot();
}

describe("Metrics", () => {
  test("adds up a counter by its labels, in whatever order they are given", () => {
    const metrics = new Metrics();
    metrics.count(METRIC.questions, { route: "local", outcome: "answered" });
    metrics.count(METRIC.questions, { outcome: "answered", route: "local" }, 2);
    metrics.count(METRIC.questions, { route: "remote", outcome: "answered" });
    expect(metrics.snapshot().counters).toEqual([
      { name: METRIC.questions, labels: { outcome: "answered", route: "local" }, value: 3 },
      { name: METRIC.questions, labels: { outcome: "answered", route: "remote" }, value: 1 },
    ]);
  });

  test("keeps apart labels whose texts run together", () => {
    const metrics = new Metrics();
    metrics.count("c", { a: "1", b: "2" });
    metrics.count("c", { a: "1\n1:b1:2" });
    expect(metrics.snapshot().counters).toHaveLength(2);
  });

  test("observes a span under its name in milliseconds, once, however often it is ended", async () => {
    const clock = new ManualClock();
    const metrics = new Metrics({ clock });
    const span = metrics.span("rules");
    await clock.advance(8);
    span.end();
    await clock.advance(100);
    span.end();
    const [stage] = metrics.snapshot().histograms;
    expect(stage).toMatchObject({ name: METRIC.stageDurationMs, labels: { stage: "rules" }, count: 1, sum: 8 });
    expect(stage).toMatchObject({ min: 8, max: 8, p50: 8, p95: 8, p99: 8 });
  });

  test("counts in each histogram as many observations as were made", () => {
    fc.assert(
      fc.property(events, (list) => {
        for (const { name, labels, count, sum, buckets } of recorded(list).histograms) {
          const own = list.filter((event) => `${event.name}.h` === name && event.label === labels["label"]);
          expect(count).toBe(own.length);
          expect(sum).toBe(own.reduce((total, { value }) => total + value, 0));
          expect(buckets.reduce((total, [, inside]) => total + inside, 0)).toBe(own.length);
        }
      }),
    );
  });

  test("merges to what one process would have measured, in any order and any grouping", () => {
    fc.assert(
      fc.property(events, events, events, (a, b, c) => {
        const [first, second, third] = [recorded(a), recorded(b), recorded(c)];
        const whole = recorded([...a, ...b, ...c]);
        expect(merged(first, second, third)).toEqual(whole);
        expect(merged(third, first, second)).toEqual(whole);
        expect(merged(first, merged(second, third))).toEqual(whole);
        expect(merged(merged(first, second), third)).toEqual(whole);
      }),
    );
  });

  test("takes back its own snapshot after a way through JSON", () => {
    fc.assert(
      fc.property(events, (list) => {
        const snapshot = recorded(list);
        expect(merged(JSON.parse(JSON.stringify(snapshot)))).toEqual(snapshot);
      }),
    );
  });

  test("adds nothing of a damaged snapshot and says what is wrong", () => {
    const metrics = new Metrics();
    const good = recorded([{ name: "tokens", label: "local", value: 3 }]);
    const damaged = (change: object): MetricsSnapshot => ({ ...good, ...change });
    const histogram = good.histograms[0]!;
    const cases: [MetricsSnapshot, RegExp][] = [
      [damaged({ format: 2 }), /expected format 1, got 2/],
      [damaged({ counters: "none" }), /expected a list of counters/],
      [damaged({ counters: [{ name: "c", labels: {}, value: -1 }] }), /value of counter c, not below 0, got -1/],
      [damaged({ counters: [{ name: "c", labels: { le: "1" }, value: 1 }] }), /not "le", got "le"/],
      [damaged({ histograms: [{ ...histogram, buckets: [[500, 1]] }] }), /index below 162/],
      [damaged({ histograms: [{ ...histogram, count: 7 }] }), /7 observations in the buckets/],
      [damaged({ histograms: [{ ...histogram, sum: null }] }), /finite sum/],
    ];
    for (const [snapshot, message] of cases) expect(() => metrics.merge(snapshot)).toThrow(message);
    expect(metrics.snapshot()).toEqual({ format: 1, counters: [], histograms: [] });
  });

  test("counts what cannot be added up instead of adding it or failing", () => {
    const metrics = new Metrics();
    metrics.observe("latency_ms", Number.NaN);
    metrics.observe("latency_ms", Number.POSITIVE_INFINITY);
    metrics.count("c", {}, -1);
    expect(metrics.snapshot()).toEqual({
      format: 1,
      counters: [
        { name: METRIC.rejectedValues, labels: { metric: "c" }, value: 1 },
        { name: METRIC.rejectedValues, labels: { metric: "latency_ms" }, value: 2 },
      ],
      histograms: [],
    });
  });

  test("stays within its number of series and keeps the totals right", () => {
    const metrics = new Metrics({ maxSeries: 3 });
    for (let user = 0; user < 100; user++) metrics.count("c", { user: String(user) });
    const { counters } = metrics.snapshot();
    expect(counters).toHaveLength(4);
    expect(counters.find(({ labels }) => labels["otel.metric.overflow"] === "true")?.value).toBe(97);
  });

  test("refuses a name that no exporter could write", () => {
    expect(() => new Metrics().count("two words")).toThrow(TypeError);
    expect(() => new Metrics().count("c", { le: "1" })).toThrow(/label name/);
    expect(() => new Metrics({ maxSeries: 0 })).toThrow(RangeError);
  });

  test("forgets on reset and still counts the span that was under way", async () => {
    const clock = new ManualClock();
    const metrics = new Metrics({ clock });
    metrics.count("c");
    metrics.span("rules").end();
    const span = metrics.span("rules");
    metrics.reset();
    expect(metrics.snapshot()).toEqual({ format: 1, counters: [], histograms: [] });
    span.end();
    expect(metrics.snapshot().histograms[0]?.count).toBe(1);
  });

  test("keeps spans with their attributes when there is a recorder", async () => {
    const clock = new ManualClock({ nowMs: 1000 });
    const trace = new TraceRecorder();
    const metrics = new Metrics({ clock, trace });
    const question = metrics.span("question");
    await clock.advance(1);
    const rules = metrics.span("rules");
    rules.set({ hits: 1 });
    rules.set({ verdict: "allow" });
    await clock.advance(2);
    rules.end();
    question.end();
    expect(trace.toJSON().traceEvents).toEqual([
      { name: "question", ph: "X", ts: 1_000_000, dur: 3000, pid: 1, tid: 1, args: {} },
      { name: "rules", ph: "X", ts: 1_001_000, dur: 2000, pid: 1, tid: 1, args: { hits: 1, verdict: "allow" } },
    ]);
  });
});
