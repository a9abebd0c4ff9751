import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TraceRecorder } from "./trace.js";

describe("TraceRecorder", () => {
  test("keeps the newest spans within its bound and tells how many it dropped", () => {
    const recorder = new TraceRecorder({ maxSpans: 3 });
    for (let startMs = 0; startMs < 8; startMs++) recorder.record({ name: "s", startMs, durationMs: 0.5 });
    const { traceEvents, otherData } = recorder.toJSON();
    expect(traceEvents.map(({ ts }) => ts)).toEqual([5000, 6000, 7000]);
    expect(otherData.droppedSpans).toBe(5);
  });

  test("puts spans that cross on different lanes", () => {
    const recorder = new TraceRecorder();
    recorder.record({ name: "first question", startMs: 0, durationMs: 10 });
    recorder.record({ name: "second question", startMs: 5, durationMs: 10 });
    recorder.record({ name: "third question", startMs: 12, durationMs: 10 });
    expect(recorder.toJSON().traceEvents.map(({ tid }) => tid)).toEqual([1, 2, 1]);
  });

  test("never lets two spans of one lane cross, and loses none", () => {
    const span = fc.record({
      name: fc.constant("s"),
      startMs: fc.integer({ min: 0, max: 50 }),
      durationMs: fc.integer({ min: 0, max: 20 }),
    });
    fc.assert(
      fc.property(fc.array(span, { maxLength: 30 }), (spans) => {
        const recorder = new TraceRecorder();
        for (const one of spans) recorder.record(one);
        const { traceEvents } = recorder.toJSON();
        expect(traceEvents).toHaveLength(spans.length);
        for (const a of traceEvents)
          for (const b of traceEvents) {
            if (a.tid !== b.tid || a.ts > b.ts) continue;
            const apart = b.ts >= a.ts + a.dur;
            const nested = b.ts + b.dur <= a.ts + a.dur || (a.ts === b.ts && a.dur <= b.dur);
            expect(apart || nested).toBe(true);
          }
      }),
    );
  });

  test("keeps only the length of an attribute that is a text", () => {
    const recorder = new TraceRecorder();
    recorder.record({ name: "s", startMs: 0, durationMs: 1, attributes: { route: "local", oops: "x".repeat(5000) } });
    expect(recorder.toJSON().traceEvents[0]?.args).toEqual({ route: "local", oops: "[5000 characters]" });
  });

  test("writes itself through JSON.stringify and forgets on clear", () => {
    const recorder = new TraceRecorder({ maxSpans: 1 });
    recorder.record({ name: "a", startMs: 1, durationMs: 2 });
    recorder.record({ name: "b", startMs: 3, durationMs: 2 });
    expect(JSON.parse(JSON.stringify(recorder))).toEqual({
      traceEvents: [{ name: "b", ph: "X", ts: 3000, dur: 2000, pid: 1, tid: 1, args: {} }],
      displayTimeUnit: "ms",
      otherData: { droppedSpans: 1 },
    });
    recorder.clear();
    expect(recorder.toJSON().traceEvents).toEqual([]);
    expect(recorder.toJSON().otherData.droppedSpans).toBe(0);
  });
});
