import { type Clock, systemClock } from "../core/clock.js";
import type { Classifier } from "./classifier.js";
import type { FeatureRows } from "./training-rows.js";

/** One network as measured. */
export interface ClassifierMeasure<Quality> {
  readonly kind: Classifier["kind"];
  /** Bytes of the parameters. */
  readonly bytes: number;
  /** Fastest mean over the rows of one call with a sparse input. */
  readonly microseconds: number;
  readonly quality: Quality;
}

/** What compression changed. */
export interface CompressionReport<Quality> {
  readonly before: ClassifierMeasure<Quality>;
  readonly after: ClassifierMeasure<Quality>;
  /** Bytes before over bytes after. */
  readonly smaller: number;
  /** Time before over time after. */
  readonly faster: number;
  /** Share of the rows for which both name the same likeliest class. */
  readonly agreement: number;
}

/** What is measured, and by what. */
export interface CompressionReportOptions<Quality> {
  readonly rows: FeatureRows;
  /** Any quality that a caller cares for: accuracy, APGR, a table. */
  readonly evaluate: (classifier: Classifier) => Quality;
  readonly clock?: Clock;
  /** Time spent on measuring speed, 200 when absent. */
  readonly measureMs?: number;
}

/** Measures a network before and after compression on the same rows, in turns, so that both see the same machine. */
export function reportCompression<Quality>(
  before: Classifier,
  after: Classifier,
  { rows, evaluate, clock = systemClock, measureMs = 200 }: CompressionReportOptions<Quality>,
): CompressionReport<Quality> {
  if (rows.count === 0) throw new RangeError("Cannot measure: expected at least one row, got none");
  const chosen = choices(before, rows);
  const others = choices(after, rows);
  const agreeing = chosen.filter((choice, row) => choice === others[row]).length;
  const fastest = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const end = clock.monotonicMs() + measureMs;
  for (let round = 0; round < 3 || clock.monotonicMs() < end; round++)
    for (const [index, classifier] of [before, after].entries()) {
      const start = clock.monotonicMs();
      choices(classifier, rows);
      fastest[index] = Math.min(fastest[index]!, (1000 * (clock.monotonicMs() - start)) / rows.count);
    }
  const measure = (classifier: Classifier, microseconds: number): ClassifierMeasure<Quality> => ({
    kind: classifier.kind,
    bytes: classifier.bytes,
    microseconds,
    quality: evaluate(classifier),
  });
  return {
    before: measure(before, fastest[0]!),
    after: measure(after, fastest[1]!),
    smaller: before.bytes / after.bytes,
    faster: fastest[0]! / fastest[1]!,
    agreement: agreeing / rows.count,
  };
}

function choices(classifier: Classifier, rows: FeatureRows): Uint16Array {
  const { indices, values } = classifier.lent;
  const out = new Float32Array(classifier.outputs);
  const chosen = new Uint16Array(rows.count);
  for (let row = 0; row < rows.count; row++) {
    const begin = rows.starts[row]!;
    const count = rows.starts[row + 1]! - begin;
    for (let place = 0; place < count; place++) {
      indices[place] = rows.indices[begin + place]!;
      values[place] = rows.values[begin + place]!;
    }
    classifier.predictSparse(indices, values, count, out);
    for (let output = 1; output < out.length; output++) if (out[output]! > out[chosen[row]!]!) chosen[row] = output;
  }
  return chosen;
}
