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

const PIECE_ROWS = 64;

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
  const networks = [before, after];
  const chosen = networks.map(() => new Uint16Array(rows.count));
  // Short pieces in turns, the fastest of each: on a shared machine whole rounds are interrupted.
  const pieces = Math.ceil(rows.count / PIECE_ROWS);
  const fastest = networks.map(() => new Float64Array(pieces).fill(Number.POSITIVE_INFINITY));
  const end = clock.monotonicMs() + measureMs;
  for (let round = 0; round < 3 || clock.monotonicMs() < end; round++)
    for (let piece = 0; piece < pieces; piece++)
      for (const [index, network] of networks.entries()) {
        const start = clock.monotonicMs();
        choose(network, rows, piece * PIECE_ROWS, Math.min(rows.count, (piece + 1) * PIECE_ROWS), chosen[index]!);
        fastest[index]![piece] = Math.min(fastest[index]![piece]!, clock.monotonicMs() - start);
      }
  const microseconds = fastest.map((times) => (1000 * times.reduce((sum, time) => sum + time, 0)) / rows.count);
  const agreeing = chosen[0]!.reduce((sum, choice, row) => (choice === chosen[1]![row] ? sum + 1 : sum), 0);
  const measure = (classifier: Classifier, microseconds: number): ClassifierMeasure<Quality> => ({
    kind: classifier.kind,
    bytes: classifier.bytes,
    microseconds,
    quality: evaluate(classifier),
  });
  return {
    before: measure(before, microseconds[0]!),
    after: measure(after, microseconds[1]!),
    smaller: before.bytes / after.bytes,
    faster: microseconds[0]! / microseconds[1]!,
    agreement: agreeing / rows.count,
  };
}

/** The likeliest class of the rows from `begin` up to `end`. */
function choose(classifier: Classifier, rows: FeatureRows, begin: number, end: number, chosen: Uint16Array): void {
  const { indices, values } = classifier.lent;
  const out = new Float32Array(classifier.outputs);
  for (let row = begin; row < end; row++) {
    const from = rows.starts[row]!;
    const count = rows.starts[row + 1]! - from;
    for (let place = 0; place < count; place++) {
      indices[place] = rows.indices[from + place]!;
      values[place] = rows.values[from + place]!;
    }
    classifier.predictSparse(indices, values, count, out);
    let best = 0;
    for (let output = 1; output < out.length; output++) if (out[output]! > out[best]!) best = output;
    chosen[row] = best;
  }
}
