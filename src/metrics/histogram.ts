const STEPS_PER_DOUBLING = 4;
const LOWEST_EXPONENT = -10;
const HIGHEST_EXPONENT = 30;

/**
 * Upper bounds of the buckets, inclusive: 2^(i/4 - 10) for i = 0..160, from 0.00098 (a microsecond, in milliseconds) to
 * 1.07e9 (a gigabyte, a fortnight). One scheme for every unit, so any two histograms of one name add up. A value above
 * the last bound falls into bucket 161; a value at or below the first, zero included, into bucket 0.
 */
export const BUCKET_BOUNDS: readonly number[] = Array.from(
  { length: (HIGHEST_EXPONENT - LOWEST_EXPONENT) * STEPS_PER_DOUBLING + 1 },
  (_, index) => 2 ** (index / STEPS_PER_DOUBLING + LOWEST_EXPONENT),
);

/** Buckets of one histogram, the one without an upper bound included. */
export const BUCKET_COUNT: number = BUCKET_BOUNDS.length + 1;

/** Observations of one series, owned and changed in place by `Metrics`. */
export interface Histogram {
  count: number;
  sum: number;
  min: number;
  max: number;
  /** Observations in each bucket, not cumulative: (BUCKET_COUNT). Doubles, because merged counts may pass 2^32. */
  readonly buckets: Float64Array;
}

/** A histogram that has seen nothing. */
export function emptyHistogram(): Histogram {
  return {
    count: 0,
    sum: 0,
    min: Number.POSITIVE_INFINITY,
    max: Number.NEGATIVE_INFINITY,
    buckets: new Float64Array(BUCKET_COUNT),
  };
}

/** The bucket of a finite value. */
export function bucketOf(value: number): number {
  if (value <= BUCKET_BOUNDS[0]!) return 0;
  if (value > BUCKET_BOUNDS[BUCKET_BOUNDS.length - 1]!) return BUCKET_BOUNDS.length;
  const index = Math.ceil((Math.log2(value) - LOWEST_EXPONENT) * STEPS_PER_DOUBLING);
  // The logarithm is off by an ulp near a bound; the comparison with the bound itself decides.
  if (value > BUCKET_BOUNDS[index]!) return index + 1;
  return value <= BUCKET_BOUNDS[index - 1]! ? index - 1 : index;
}

/** Adds one finite value. */
export function observeValue(histogram: Histogram, value: number): void {
  histogram.count++;
  histogram.sum += value;
  if (value < histogram.min) histogram.min = value;
  if (value > histogram.max) histogram.max = value;
  histogram.buckets[bucketOf(value)]!++;
}

/**
 * The value below which the share `q` (0 to 1) of all observations lies, linear within its bucket and never outside
 * [min, max]. Buckets grow by 2^(1/4), so it is off by at most 19 % within the bounds. NaN when nothing was observed.
 */
export function quantile(histogram: Histogram, q: number): number {
  if (!(q >= 0 && q <= 1)) throw new RangeError(`Cannot take a quantile: expected a share from 0 to 1, got ${q}`);
  if (histogram.count === 0) return Number.NaN;
  const rank = q * histogram.count;
  let below = 0;
  for (let index = 0; index < BUCKET_COUNT; index++) {
    const inside = histogram.buckets[index]!;
    if (inside === 0 || below + inside < rank) {
      below += inside;
      continue;
    }
    const lower = Math.max(index === 0 ? histogram.min : BUCKET_BOUNDS[index - 1]!, histogram.min);
    const upper = Math.min(BUCKET_BOUNDS[index] ?? histogram.max, histogram.max);
    return Math.min(upper, lower + (upper - lower) * ((rank - below) / inside));
  }
  return histogram.max;
}
