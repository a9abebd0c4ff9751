import { BUCKET_COUNT } from "./histogram.js";

/** Labels of one series, keys in alphabetical order. */
export type Labels = Readonly<Record<string, string>>;

/** One counter at one moment. */
export interface CounterSnapshot {
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
}

/** One histogram at one moment; `p50`, `p95` and `p99` are estimates and are not read back. */
export interface HistogramSnapshot {
  readonly name: string;
  readonly labels: Labels;
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** Pairs of bucket index (see `BUCKET_BOUNDS`) and observations in it, without the empty buckets. */
  readonly buckets: readonly (readonly [index: number, count: number])[];
}

/** Everything measured until one moment, as plain JSON, in alphabetical order. */
export interface MetricsSnapshot {
  /** Changes when the bucket bounds or the shape do; a snapshot of another format cannot be added up. */
  readonly format: 1;
  readonly counters: readonly CounterSnapshot[];
  readonly histograms: readonly HistogramSnapshot[];
}

/** Checks the names of a series against what every exporter can write; a wrong one is a TypeError. */
export function checkNames(name: string, labels: Labels): void {
  if (!/^[a-zA-Z][a-zA-Z0-9_.]*$/.test(name))
    throw new TypeError(`Cannot measure: expected a metric name of letters, digits, "_" and ".", got "${name}"`);
  // "le" is the bucket bound in the Prometheus text
  for (const label of Object.keys(labels))
    if (!/^[a-zA-Z][a-zA-Z0-9_.]*$/.test(label) || label === "le")
      throw new TypeError(
        `Cannot measure ${name}: expected a label name of letters, digits, "_" and "." but not "le", got "${label}"`,
      );
}

/** Checks a snapshot that came from a file; a TypeError says what is wrong with it. */
export function readSnapshot(value: unknown): MetricsSnapshot {
  const snapshot = fields(value, "the snapshot");
  if (snapshot["format"] !== 1) fail("format 1", snapshot["format"]);
  for (const counter of list(snapshot["counters"], "counters")) {
    readSeries(counter);
    if (!isCount(counter["value"])) fail(`a finite value of counter ${counter["name"]}, not below 0`, counter["value"]);
  }
  for (const histogram of list(snapshot["histograms"], "histograms")) readHistogram(histogram);
  // Each field that is read back was checked above.
  return value as MetricsSnapshot;
}

function readHistogram(histogram: Fields): void {
  readSeries(histogram);
  const { name, count, buckets } = histogram;
  for (const key of ["sum", "min", "max"])
    if (!Number.isFinite(histogram[key])) fail(`a finite ${key} of histogram ${name}`, histogram[key]);
  if (!isCount(count)) fail(`a finite count of histogram ${name}, not below 0`, count);
  if (!Array.isArray(buckets)) fail(`a list of buckets of histogram ${name}`, buckets);
  let total = 0;
  for (const bucket of buckets) {
    if (!Array.isArray(bucket) || !Number.isInteger(bucket[0]) || bucket[0] < 0 || bucket[0] >= BUCKET_COUNT)
      fail(`buckets of histogram ${name} as [index below ${BUCKET_COUNT}, count]`, JSON.stringify(bucket));
    if (!isCount(bucket[1])) fail(`a count in bucket ${bucket[0]} of histogram ${name}`, bucket[1]);
    total += bucket[1];
  }
  if (total !== count) fail(`${count} observations in the buckets of histogram ${name}`, total);
}

function readSeries(series: Fields): void {
  const { name } = series;
  if (typeof name !== "string") fail("a series with a name", name);
  const labels = fields(series["labels"], `the labels of ${name}`);
  for (const [key, label] of Object.entries(labels))
    if (typeof label !== "string") fail(`a text as label ${key} of ${name}`, label);
  checkNames(name, labels as Labels); // every value is a string, just checked
}

type Fields = Readonly<Record<string, unknown>>;

function fields(value: unknown, what: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) fail(`an object for ${what}`, value);
  return value as Fields; // an object, just checked
}

function list(value: unknown, what: string): readonly Fields[] {
  if (!Array.isArray(value)) fail(`a list of ${what}`, value);
  return value.map((entry) => fields(entry, `an entry of ${what}`));
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function fail(wish: string, got: unknown): never {
  throw new TypeError(`Cannot read the metrics snapshot: expected ${wish}, got ${String(got)}`);
}
