import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Metrics } from "./metrics.js";
import { HELP, METRIC } from "./names.js";
import { PROMETHEUS_CONTENT_TYPE, prometheusText } from "./prometheus.js";

interface Sample {
  readonly name: string;
  readonly labels: Record<string, string>;
  readonly value: number;
}

/** A strict reader of the exposition format 0.0.4, written from its description and not from our writer. */
function parse(text: string): { samples: Sample[]; types: Map<string, string>; help: Map<string, string> } {
  const samples: Sample[] = [];
  const types = new Map<string, string>();
  const help = new Map<string, string>();
  if (text !== "" && !text.endsWith("\n")) throw new Error("the last line must end with a line feed");
  for (const line of text.split("\n").slice(0, -1)) {
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$/.exec(line);
    if (comment !== null) {
      const target = comment[1] === "HELP" ? help : types;
      if (target.has(comment[2]!)) throw new Error(`second ${comment[1]} of ${comment[2]}`);
      target.set(comment[2]!, comment[3]!);
      continue;
    }
    const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/s.exec(line);
    if (sample === null) throw new Error(`not a sample: ${line}`);
    const labels: Record<string, string> = {};
    let rest = sample[2] ?? "";
    while (rest !== "") {
      const pair = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/.exec(rest);
      if (pair === null) throw new Error(`not a label: ${rest}`);
      if (Object.hasOwn(labels, pair[1]!)) throw new Error(`second label ${pair[1]}`);
      labels[pair[1]!] = pair[2]!.replace(/\\(.)/g, (_, escaped: string) => (escaped === "n" ? "\n" : escaped));
      rest = rest.slice(pair[0].length);
    }
    const value = sample[3] === "+Inf" ? Number.POSITIVE_INFINITY : Number(sample[3]);
    if (Number.isNaN(value)) throw new Error(`not a number: ${sample[3]}`);
    samples.push({ name: sample[1]!, labels, value });
  }
  return { samples, types, help };
}

describe("prometheusText", () => {
  test("writes a counter with HELP, TYPE and _total", () => {
    const metrics = new Metrics();
    metrics.count(METRIC.questions, { route: "local", outcome: "answered" }, 3);
    expect(prometheusText(metrics.snapshot())).toBe(
      [
        "# HELP mao_questions_total Questions by the side that answered and by outcome.",
        "# TYPE mao_questions_total counter",
        'mao_questions_total{outcome="answered",route="local"} 3',
        "",
      ].join("\n"),
    );
  });

  test("writes a histogram as cumulative buckets up to +Inf, with sum and count", () => {
    const metrics = new Metrics();
    for (const value of [0.75, 1, 3, 5e9]) metrics.observe("latency_ms", value);
    const { samples, types } = parse(prometheusText(metrics.snapshot()));
    expect(types).toEqual(new Map([["latency_ms", "histogram"]]));
    const buckets = samples.filter(({ name }) => name === "latency_ms_bucket");
    expect(buckets).toHaveLength(42);
    const below = (le: string): number | undefined => buckets.find(({ labels }) => labels["le"] === le)?.value;
    expect(["0.5", "1", "2", "4", "1073741824", "+Inf"].map(below)).toEqual([0, 2, 2, 3, 3, 4]);
    expect(samples.find(({ name }) => name === "latency_ms_sum")?.value).toBe(5_000_000_004.75);
    expect(samples.find(({ name }) => name === "latency_ms_count")?.value).toBe(4);
  });

  test("escapes the label's backslash, quote and line feed", () => {
    const metrics = new Metrics();
    metrics.count("c", { path: 'C:\\x "y"\nz' });
    expect(prometheusText(metrics.snapshot())).toBe('# TYPE c_total counter\nc_total{path="C:\\\\x \\"y\\"\\nz"} 1\n');
  });

  test("escapes a help text and does not take a built-in property for one", () => {
    const metrics = new Metrics();
    metrics.count("c");
    metrics.count("constructor");
    expect(prometheusText(metrics.snapshot(), { help: new Map([["c", "a\\b\nc"]]) })).toBe(
      "# HELP c_total a\\\\b\\nc\n# TYPE c_total counter\nc_total 1\n# TYPE constructor_total counter\nconstructor_total 1\n",
    );
  });

  test("parses back to what was measured, whatever the labels hold", () => {
    const observation = fc.record({
      name: fc.constantFrom("gen_ai.client.token.usage", "mao.stage.duration_ms", "x"),
      label: fc.string({ unit: "grapheme" }),
      value: fc.double({ min: 0, max: 1e12, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(observation, { maxLength: 15 }), (list) => {
        const metrics = new Metrics();
        for (const { name, label, value } of list) {
          metrics.count(`${name}.n`, { "a.label": label }, value);
          metrics.observe(name, value, { "a.label": label });
        }
        const snapshot = metrics.snapshot();
        const { samples } = parse(prometheusText(snapshot));
        const read = (name: string, label: string): number[] =>
          samples
            .filter((sample) => sample.name === name && sample.labels["a_label"] === label)
            .map(({ value }) => value);
        for (const { name, labels, value } of snapshot.counters)
          expect(read(`${name.replaceAll(".", "_")}_total`, labels["a.label"]!)).toEqual([value]);
        for (const { name, labels, sum, count } of snapshot.histograms) {
          const exposed = name.replaceAll(".", "_");
          expect(read(`${exposed}_sum`, labels["a.label"]!)).toEqual([sum]);
          expect(read(`${exposed}_count`, labels["a.label"]!)).toEqual([count]);
          const buckets = read(`${exposed}_bucket`, labels["a.label"]!);
          expect(buckets).toEqual([...buckets].sort((a, b) => a - b));
          expect(buckets.at(-1)).toBe(count);
        }
      }),
    );
  });

  test("is empty for nothing, and is served as version 0.0.4", () => {
    expect(prometheusText(new Metrics().snapshot())).toBe("");
    expect(PROMETHEUS_CONTENT_TYPE).toBe("text/plain; version=0.0.4; charset=utf-8");
  });

  test("has a sentence for every metric of ours", () => {
    for (const name of Object.values(METRIC)) expect(HELP.get(name)).toMatch(/^[A-Z].*\.$/);
  });
});
