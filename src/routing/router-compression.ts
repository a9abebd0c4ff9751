import { type Clock, systemClock } from "../core/clock.js";
import type { Classifier } from "../nets/classifier.js";
import { distillMlp } from "../nets/distillation.js";
import { Mlp } from "../nets/mlp.js";
import { pruneMlp } from "../nets/pruning.js";
import { quantizeMlp } from "../nets/quantization.js";
import { trainMlp } from "../nets/training.js";
import { type FeatureRows, type SparseRow, selectRows, sparseRows, type TrainingRows } from "../nets/training-rows.js";
import { routingGain } from "./evaluation.js";
import { ROUTER_INPUTS } from "./router-features.js";
import type { ReadRouterWeights, RouterNetwork, WritableRouterWeights } from "./router-file.js";
import { RouterModel, SIDE } from "./router-model.js";
import { foldsOf, type RouterRow } from "./router-rows.js";

/** One network on the rows of a data file. */
export interface NetworkReport {
  readonly kind: Classifier["kind"];
  readonly bytes: number;
  /** Median of one prediction from sparse features, in microseconds. */
  readonly microseconds: number;
  readonly apgr: number;
  /** Share of rows whose likeliest class is that of their labels. */
  readonly accuracy: number;
}

/** A network before and after it was made smaller, on the same rows in the same run. */
export interface CompressionReport {
  readonly before: NetworkReport;
  readonly after: NetworkReport;
  /** Share of rows on which both choose the same class. */
  readonly agreement: number;
  readonly rows: number;
}

export interface Compressed {
  readonly weights: WritableRouterWeights;
  readonly report: CompressionReport;
}

interface CompressionOptions {
  readonly clock?: Clock;
}

/** The router with a side network of 8-bit weights. TypeError unless it is of 32-bit floats now. */
export function quantizeRouter(
  weights: ReadRouterWeights,
  rows: readonly RouterRow[],
  { clock = systemClock }: CompressionOptions = {},
): Compressed {
  const data = featuresOf(weights, rows);
  return replaced(weights, quantizeMlp(wholeNetwork(weights, "quantize")), { data, rows, clock });
}

/**
 * The router with the weakest blocks of weights of its side network left out; with `epochs`, what is left is trained on four
 * fifths of the rows and reported on the others.
 */
export async function pruneRouter(
  weights: ReadRouterWeights,
  rows: readonly RouterRow[],
  options: CompressionOptions & {
    /** Share of the blocks that goes, 0 to below 1. */
    readonly sparsity: number;
    readonly epochs?: number;
    readonly seed: number;
    readonly signal?: AbortSignal;
  },
): Promise<Compressed> {
  const { sparsity, epochs = 0, seed, signal, clock = systemClock } = options;
  const data = featuresOf(weights, rows);
  let pruned = pruneMlp(wholeNetwork(weights, "prune"), { sparsity });
  if (epochs === 0) return replaced(weights, pruned, { data, rows, clock });
  const { inside, rest } = keptAside(rows, seed);
  const { mlp } = await trainMlp(pruned.toMlp(), selectRows(data, rest), {
    seed,
    epochs,
    keepZeros: true,
    batchSize: 64,
    optimizer: { kind: "adam", learningRate: 0.0003, weightDecay: 0.1 },
    ...(signal === undefined ? {} : { signal }),
  });
  pruned = pruneMlp(mlp, { magnitude: 0 });
  return replaced(weights, pruned, { data: selectRows(data, inside), rows: inside.map((row) => rows[row]!), clock });
}

/** The router with a student of a tenth of its side network's parameters, reported on a fifth of the rows kept aside. */
export async function distillRouter(
  weights: ReadRouterWeights,
  rows: readonly RouterRow[],
  options: CompressionOptions & {
    readonly seed: number;
    readonly epochs?: number;
    readonly temperature?: number;
    readonly signal?: AbortSignal;
    readonly onProgress?: (share: number) => void;
  },
): Promise<Compressed> {
  const { seed, epochs = 40, temperature, signal, onProgress, clock = systemClock } = options;
  const teacher = wholeNetwork(weights, "distill");
  if (teacher.layers.length < 2)
    throw new TypeError("Cannot distill the router: its network is one layer, of which no smaller one can be made");
  const data = featuresOf(weights, rows);
  const { inside, rest } = keptAside(rows, seed);
  const { mlp } = await distillMlp(teacher, selectRows(data, rest), {
    seed,
    epochs,
    batchSize: 64,
    optimizer: { kind: "adam", learningRate: 0.001, weightDecay: 0.02 },
    ...(temperature === undefined ? {} : { temperature }),
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined
      ? {}
      : { onProgress: (progress: { epoch: number; epochs: number }) => onProgress(progress.epoch / progress.epochs) }),
  });
  return replaced(weights, mlp, { data: selectRows(data, inside), rows: inside.map((row) => rows[row]!), clock });
}

function wholeNetwork({ side }: ReadRouterWeights, action: string): Mlp {
  if (side instanceof Mlp) return side;
  throw new TypeError(
    `Cannot ${action} the router: its network is ${side.kind} already; take the weights it was made from`,
  );
}

function replaced(
  weights: ReadRouterWeights,
  side: RouterNetwork,
  { data, rows, clock }: { readonly data: TrainingRows; readonly rows: readonly RouterRow[]; readonly clock: Clock },
): Compressed {
  const [before, after] = [predictions(weights.side, data.features), predictions(side, data.features)];
  const times = timesOf([weights.side, side], data.features, clock);
  let same = 0;
  for (let row = 0; row < rows.length; row++) if (likeliest(before, row) === likeliest(after, row)) same++;
  const { hash: _, meta: __, ...rest } = weights;
  return {
    weights: { ...rest, side },
    report: {
      before: reportOf(weights.side, before, { data, rows, microseconds: times[0]! }),
      after: reportOf(side, after, { data, rows, microseconds: times[1]! }),
      agreement: same / rows.length,
      rows: rows.length,
    },
  };
}

function reportOf(
  { kind, bytes }: Classifier,
  out: Float32Array,
  {
    data,
    rows,
    microseconds,
  }: { readonly data: TrainingRows; readonly rows: readonly RouterRow[]; readonly microseconds: number },
): NetworkReport {
  let right = 0;
  for (let row = 0; row < rows.length; row++) if (likeliest(out, row) === likeliest(data.targets, row)) right++;
  const { apgr } = routingGain({
    score: rows.map((_, row) => out[3 * row + SIDE.remote]! - out[3 * row + SIDE.local]!),
    local: rows.map((row) => row.local),
    remote: rows.map((row) => row.remote),
  });
  return { kind, bytes, microseconds, apgr, accuracy: right / rows.length };
}

/** Probabilities of all rows, (rows, 3). */
function predictions(network: Classifier, { count, starts, indices, values }: FeatureRows): Float32Array {
  const out = new Float32Array(3 * count);
  for (let row = 0; row < count; row++) {
    const [start, end] = [starts[row]!, starts[row + 1]!];
    network.predictSparse(
      indices.subarray(start, end),
      values.subarray(start, end),
      end - start,
      out.subarray(3 * row, 3 * row + 3),
    );
  }
  return out;
}

const TIMED_ROUNDS = 15;
const TIMED_ROWS = 200;

/** Microseconds of one prediction of each network: the least of some rounds in turn, because others share the machine. */
function timesOf(networks: readonly Classifier[], features: FeatureRows, clock: Clock): readonly number[] {
  const rows = Array.from({ length: Math.min(TIMED_ROWS, features.count) }, (_, row) => {
    const [start, end] = [features.starts[row]!, features.starts[row + 1]!];
    return { indices: features.indices.slice(start, end), values: features.values.slice(start, end) };
  });
  const out = new Float32Array(3);
  const least = networks.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < TIMED_ROUNDS; round++) {
    for (const [index, network] of networks.entries()) {
      const startMs = clock.monotonicMs();
      for (let repeat = 0; repeat < 10; repeat++)
        for (const { indices, values } of rows) network.predictSparse(indices, values, indices.length, out);
      const each = (1000 * (clock.monotonicMs() - startMs)) / (10 * rows.length);
      least[index] = Math.min(least[index]!, each);
    }
  }
  return least;
}

function featuresOf(weights: ReadRouterWeights, rows: readonly RouterRow[]): TrainingRows {
  const model = new RouterModel(weights);
  const vectors: SparseRow[] = rows.map(({ prompt }) => {
    model.opinion(prompt);
    const { indices, values, count } = model.features;
    return { indices: indices.slice(0, count), values: values.slice(0, count) };
  });
  const targets = new Float32Array(3 * rows.length);
  for (const [row, { local, remote }] of rows.entries()) {
    targets[3 * row + SIDE.local] = Math.max(0, local - remote);
    targets[3 * row + SIDE.remote] = Math.max(0, remote - local);
    targets[3 * row + SIDE.either] = 1 - Math.abs(remote - local);
  }
  return { features: sparseRows(vectors, ROUTER_INPUTS), targets };
}

function keptAside(rows: readonly RouterRow[], seed: number): { readonly inside: number[]; readonly rest: number[] } {
  const inside: number[] = [];
  const rest: number[] = [];
  for (const [row, fold] of foldsOf(rows, 5, seed + 2000).entries()) (fold === 0 ? inside : rest).push(row);
  return { inside, rest };
}

function likeliest(values: ArrayLike<number>, row: number): number {
  let best = 0;
  for (let place = 1; place < 3; place++) if (values[3 * row + place]! > values[3 * row + best]!) best = place;
  return best;
}
