import { noTelemetry, type Telemetry } from "../src/core/ports.js";
import { Metrics } from "../src/metrics/metrics.js";
import { LABEL, METRIC } from "../src/metrics/names.js";
import { TraceRecorder } from "../src/metrics/trace.js";
import { compare, type Report } from "./harness.js";

const TEXT = "What is the boiling point of water on Mount Everest, and why does it differ from the one at the sea?";

// A stand-in for a stage: FNV-1a over a question of 100 characters, about a tenth of a microsecond.
function work(seed: number): number {
  let hash = seed ^ 0x811c9dc5;
  for (let index = 0; index < TEXT.length; index++) hash = Math.imul(hash ^ TEXT.charCodeAt(index), 0x01000193);
  return hash;
}

/** The five stages of a question, without a word of telemetry. */
function without(iterations: number): number {
  let sum = 0;
  for (let index = 0; index < iterations; index++) {
    sum ^= work(index);
    sum ^= work(index + 1);
    sum ^= work(index + 2);
    sum ^= work(index + 3);
    sum ^= work(index + 4);
  }
  return sum;
}

/**
 * The same stages, reported as the main path reports them. The source is compiled anew for each telemetry: a process runs
 * with one of them, and a call site that has seen several would be slower than any process ever is.
 */
function withTelemetry(telemetry: Telemetry): (iterations: number) => number {
  const make = new Function(
    "work",
    "METRIC",
    "LABEL",
    "telemetry",
    `return function (iterations) {
      let sum = 0;
      for (let index = 0; index < iterations; index++) {
        const rules = telemetry.span("rules");
        sum ^= work(index);
        rules.set({ hits: 0 });
        rules.end();
        const route = telemetry.span("route");
        sum ^= work(index + 1);
        route.set({ route: "local", score: 0.2 });
        route.end();
        const prompt = telemetry.span("prompt");
        sum ^= work(index + 2);
        prompt.end();
        const generate = telemetry.span("generate");
        sum ^= work(index + 3);
        generate.end();
        const remember = telemetry.span("remember");
        sum ^= work(index + 4);
        remember.end();
        telemetry.count(METRIC.questions, { [LABEL.route]: "local", [LABEL.outcome]: "answered" });
        telemetry.observe(METRIC.questionDurationMs, index & 1023, { [LABEL.route]: "local" });
      }
      return sum;
    }`,
  );
  return make(work, METRIC, LABEL, telemetry);
}

/** What telemetry costs one question: off, counting, and counting with a trace. */
export function run(report: Report): void {
  const measured = compare(
    {
      without,
      off: withTelemetry(noTelemetry),
      metrics: withTelemetry(new Metrics()),
      tracing: withTelemetry(new Metrics({ trace: new TraceRecorder() })),
    },
    { totalMs: 1000 },
  );
  const base = measured.without.minNs;
  report.figure({
    name: "instrumentation.stages_ns",
    value: base,
    meaning: "five stand-in stages without telemetry",
  });
  report.figure({
    name: "instrumentation.off_ratio",
    value: measured.off.minNs / base,
    meaning: "telemetry off, against no calls at all",
    target: { atMost: 1.1 },
  });
  report.figure({
    name: "instrumentation.metrics_ns",
    value: measured.metrics.minNs - base,
    meaning: "metrics on: added to one question (5 spans, 1 count, 1 observation)",
    target: { atMost: 3000 },
  });
  report.figure({
    name: "instrumentation.tracing_ns",
    value: measured.tracing.minNs - base,
    meaning: "metrics and trace on: added to one question",
    target: { atMost: 6000 },
  });
}
