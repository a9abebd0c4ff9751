/** One thing to measure: runs `iterations` times and returns something made of every result, so none is folded away. */
export type Batch = (iterations: number) => unknown;

/** The same for asynchronous work. */
export type AsyncBatch = (iterations: number) => Promise<unknown>;

/** Nanoseconds per operation over many batches; on a shared machine the minimum is the steady one. */
export interface Measurement {
  readonly minNs: number;
  readonly medianNs: number;
  readonly batches: number;
  readonly iterationsPerBatch: number;
}

/** How long to measure. */
export interface MeasureOptions {
  /** Length of one batch, in milliseconds: long enough for the clock, short enough to fit between two interruptions. */
  readonly batchMs?: number;
  readonly totalMs?: number;
}

/** What one figure must not pass. */
export type Target = { readonly atMost: number } | { readonly atLeast: number };

/** One number of a benchmark. */
export interface Figure {
  /** Flat and stable, unit at the end: `instrumentation.off_ratio`. */
  readonly name: string;
  readonly value: number;
  /** What it says, for the table. */
  readonly meaning: string;
  readonly target?: Target;
}

/** Where a benchmark puts its figures. */
export interface Report {
  figure(figure: Figure): void;
}

/** What a `*.bench.ts` file exports as `run`. */
export type Benchmark = (report: Report) => void | Promise<void>;

/** Whether a figure is what its target asks for; true without one. */
export function reaches({ value, target }: Pick<Figure, "value" | "target">): boolean {
  if (target === undefined) return true;
  return "atMost" in target ? value <= target.atMost : value >= target.atLeast;
}

// Kept where the optimizer cannot prove that nobody reads it.
const sink: { last: unknown } = { last: undefined };

/** Measures one batch function. */
export function measure(batch: Batch, options: MeasureOptions = {}): Measurement {
  return compare({ only: batch }, options).only;
}

/**
 * Measures several batch functions in turn, the order rotated each round, so that their ratios see the same machine. The
 * number of iterations is found in the warm-up, for each on its own.
 */
export function compare<Name extends string>(
  batches: Readonly<Record<Name, Batch>>,
  options: MeasureOptions = {},
): Record<Name, Measurement> {
  const { batchMs = 1, totalMs = 500 } = options;
  // The keys are those of `batches`: Object.keys forgets their type.
  const names = Object.keys(batches) as Name[];
  const iterations = new Map<Name, number>();
  const samples = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (const name of names) {
    let count = 1;
    let elapsed = 0;
    for (let round = 0; round < 60; round++) {
      elapsed = timed(batches[name], count);
      if (elapsed < batchMs * 1e6) count = Math.ceil(count * Math.min(4, Math.max(1.1, (batchMs * 1e6) / elapsed)));
    }
    iterations.set(name, count);
  }
  const end = process.hrtime.bigint() + BigInt(Math.round(totalMs * 1e6)) * BigInt(names.length);
  for (let round = 0; round < 5 || process.hrtime.bigint() < end; round++) {
    for (let place = 0; place < names.length; place++) {
      const name = names[(place + round) % names.length]!;
      const count = iterations.get(name)!;
      samples.get(name)!.push(timed(batches[name], count) / count);
    }
  }
  return Object.fromEntries(names.map((name) => [name, summary(samples.get(name)!, iterations.get(name)!)])) as Record<
    Name,
    Measurement
  >; // one entry for each name
}

/** Measures asynchronous work, whose batches cannot be interleaved as finely; otherwise as `measure`. */
export async function measureAsync(batch: AsyncBatch, options: MeasureOptions = {}): Promise<Measurement> {
  const { batchMs = 10, totalMs = 500 } = options;
  const timedAsync = async (count: number): Promise<number> => {
    const start = process.hrtime.bigint();
    sink.last = await batch(count);
    return Number(process.hrtime.bigint() - start);
  };
  let count = 1;
  for (let round = 0; round < 12; round++) {
    const elapsed = await timedAsync(count);
    if (elapsed < batchMs * 1e6) count = Math.ceil(count * Math.min(4, Math.max(1.1, (batchMs * 1e6) / elapsed)));
  }
  const samples: number[] = [];
  const end = process.hrtime.bigint() + BigInt(Math.round(totalMs * 1e6));
  while (samples.length < 5 || process.hrtime.bigint() < end) samples.push((await timedAsync(count)) / count);
  return summary(samples, count);
}

function timed(batch: Batch, iterations: number): number {
  const start = process.hrtime.bigint();
  sink.last = batch(iterations);
  return Number(process.hrtime.bigint() - start);
}

function summary(samples: number[], iterationsPerBatch: number): Measurement {
  samples.sort((a, b) => a - b);
  return {
    minNs: samples[0]!,
    medianNs: samples[samples.length >> 1]!,
    batches: samples.length,
    iterationsPerBatch,
  };
}
