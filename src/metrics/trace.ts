/** What a span knows of itself. Never text of a question or an answer. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** One span that has ended. */
export interface FinishedSpan {
  readonly name: string;
  /** Monotonic milliseconds. */
  readonly startMs: number;
  readonly durationMs: number;
  readonly attributes?: Attributes;
}

/** One complete event (`ph: "X"`) of the trace event format; `ts` and `dur` in microseconds. */
export interface TraceEvent {
  readonly name: string;
  readonly ph: "X";
  readonly ts: number;
  readonly dur: number;
  readonly pid: number;
  /** A lane: events of one lane nest or follow each other, they never cross. */
  readonly tid: number;
  readonly args: Attributes;
}

/** A trace that ui.perfetto.dev and chrome://tracing open. */
export interface TraceFile {
  readonly traceEvents: readonly TraceEvent[];
  readonly displayTimeUnit: "ms";
  readonly otherData: { readonly droppedSpans: number };
}

const LONGEST_ATTRIBUTE = 120;

/**
 * Keeps the last `maxSpans` spans and writes them in Chrome's trace event format ("Trace Event Format", Google, 2016).
 * A string attribute longer than 120 characters is a text, not an attribute: only its length is kept.
 */
export class TraceRecorder {
  readonly #maxSpans: number;
  #spans: FinishedSpan[] = [];
  /** Where the next span goes once the buffer is full: the place of the oldest. */
  #next = 0;
  #dropped = 0;

  constructor(options: { readonly maxSpans?: number } = {}) {
    const { maxSpans = 10_000 } = options;
    if (!Number.isInteger(maxSpans) || maxSpans < 1)
      throw new RangeError(`Cannot make a TraceRecorder: expected maxSpans of at least 1, got ${maxSpans}`);
    this.#maxSpans = maxSpans;
  }

  /** Keeps one span; the oldest makes room for it. */
  record(span: FinishedSpan): void {
    if (this.#spans.length < this.#maxSpans) {
      this.#spans.push(span);
      return;
    }
    this.#spans[this.#next] = span;
    this.#next = (this.#next + 1) % this.#maxSpans;
    this.#dropped++;
  }

  /** The spans kept, as a trace file; `JSON.stringify(recorder)` writes it. O(n log n). */
  toJSON(): TraceFile {
    return {
      traceEvents: inLanes(this.#spans),
      displayTimeUnit: "ms",
      otherData: { droppedSpans: this.#dropped },
    };
  }

  /** Forgets the spans kept. */
  clear(): void {
    this.#spans = [];
    this.#next = 0;
    this.#dropped = 0;
  }
}

/**
 * Gives each span the first lane in which it lies wholly inside the span still open there, or after all of them. Spans of
 * questions answered at the same time thus go to different lanes; viewers draw crossing spans of one lane wrongly.
 */
function inLanes(spans: readonly FinishedSpan[]): TraceEvent[] {
  const lanes: number[][] = [];
  return [...spans]
    .sort((a, b) => a.startMs - b.startMs || b.durationMs - a.durationMs)
    .map((span) => {
      const endMs = span.startMs + span.durationMs;
      let lane = 0;
      for (; lane < lanes.length; lane++) {
        const open = lanes[lane]!;
        while (open.length > 0 && open[open.length - 1]! <= span.startMs) open.pop();
        if (open.length === 0 || endMs <= open[open.length - 1]!) break;
      }
      lanes[lane] ??= [];
      lanes[lane]!.push(endMs);
      return {
        name: span.name,
        ph: "X" as const,
        ts: span.startMs * 1000,
        dur: span.durationMs * 1000,
        pid: 1,
        tid: lane + 1,
        args: shortened(span.attributes ?? {}),
      };
    });
}

function shortened(attributes: Attributes): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [
      key,
      typeof value === "string" && value.length > LONGEST_ATTRIBUTE ? `[${value.length} characters]` : value,
    ]),
  );
}
