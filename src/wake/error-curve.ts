import type { Recording } from "./manifest.js";

/** The best score of a tenth of a second that is not the phrase. */
export interface Candidate {
  /** Seconds of such sound before it. */
  readonly second: number;
  readonly score: number;
  readonly recording: Recording;
}

/** What a detector scored on one stream. */
export interface CurveInput {
  readonly candidates: readonly Candidate[];
  /** The best score on each recording of the phrase. */
  readonly positives: readonly number[];
  /** Of sound that is not the phrase. */
  readonly hours: number;
}

/** One threshold: how often it wakes wrongly in an hour, and what share of the phrases it misses. */
export interface CurvePoint {
  readonly threshold: number;
  readonly falseAlarmsPerHour: number;
  readonly missRate: number;
}

/** The trade of misses against false alarms of one detector, thresholds falling. */
export interface Curve {
  readonly points: readonly CurvePoint[];
  /** The least miss rate at no more than so many false alarms an hour, and its threshold. */
  at(falseAlarmsPerHour: number): CurvePoint;
  /** The recordings that wake wrongly at a threshold. */
  falseAlarms(threshold: number): readonly Recording[];
}

/** Seconds after a false alarm in which another is the same one. */
const SAME_SECONDS = 1;
const MOST_THRESHOLDS = 600;
const ABOVE_ALL = 1.000001;
/** Candidates below it are not kept. */
export const LEAST_SCORE = 0.001;

/** The curve of one or several streams together. Thresholds are the scores of the strongest candidates and what lies above all. */
export function errorCurve(inputs: readonly CurveInput[]): Curve {
  const hours = inputs.reduce((sum, input) => sum + input.hours, 0);
  const positives = inputs.flatMap((input) => input.positives).sort((a, b) => a - b);
  const scores = [...new Set(inputs.flatMap((input) => input.candidates.map(({ score }) => score)))].sort(
    (a, b) => b - a,
  );
  const thresholds = [
    ABOVE_ALL,
    ...scores.slice(0, MOST_THRESHOLDS),
    ...(scores.length <= MOST_THRESHOLDS ? [LEAST_SCORE] : []),
  ];
  const points = thresholds.map(
    (threshold): CurvePoint => ({
      threshold,
      falseAlarmsPerHour: alarms(inputs, threshold).length / Math.max(hours, 1e-9),
      missRate: positives.length === 0 ? 0 : below(positives, threshold) / positives.length,
    }),
  );
  return {
    points,
    at(rate) {
      const within = points.filter((point) => point.falseAlarmsPerHour <= rate + 1e-9);
      return within.reduce((best, point) => (point.missRate < best.missRate ? point : best), within[0]!); // the first has no alarm at all
    },
    falseAlarms: (threshold) => alarms(inputs, threshold),
  };
}

function alarms(inputs: readonly CurveInput[], threshold: number): Recording[] {
  const out: Recording[] = [];
  for (const { candidates } of inputs) {
    let last = Number.NEGATIVE_INFINITY;
    for (const { second, score, recording } of candidates) {
      if (score <= threshold || second - last < SAME_SECONDS) continue;
      last = second;
      out.push(recording);
    }
  }
  return out;
}

/** How many of the rising values are not above the threshold. */
function below(values: readonly number[], threshold: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! <= threshold) low = middle + 1;
    else high = middle;
  }
  return low;
}
