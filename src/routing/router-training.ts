import type { DenseLayer } from "../kernels/perceptron.js";
import { Mlp } from "../nets/mlp.js";
import { initialMlp } from "../nets/mlp-initial.js";
import { createTextEncoder } from "../nets/text-encoder.js";
import { trainMlp } from "../nets/training.js";
import { type FeatureRows, type SparseRow, selectRows, sparseRows, type TrainingRows } from "../nets/training-rows.js";
import { conformalThreshold, fitProbabilityMap, fitTemperature, mapProbability, temper } from "./calibration.js";
import { quantile, routingGain } from "./evaluation.js";
import { crossFitTable, type HashedTable, type HashedTexts, hashTexts, tableBlocks } from "./hashed-table.js";
import { INDICATORS, indicate } from "./indicators.js";
import { BLOCK, type FeatureScaling, ROUTER_INPUTS, RouterFeatures, TABLE_OUTPUTS } from "./router-features.js";
import { type Opinion, opinionOf, type RouterThresholds, type RouterWeights, SIDE } from "./router-model.js";
import { foldsOf, type RouterRow } from "./router-rows.js";
import { fitSoftmaxRegression } from "./softmax-regression.js";
import { fitVerifier } from "./verifier-training.js";

/** How a router is trained. */
export interface RouterTrainingOptions {
  readonly seed: number;
  /** `auto` trains both where there are enough rows and keeps what recovers more on rows kept aside; default `auto`. */
  readonly head?: "linear" | "mlp" | "auto";
  /** Mean regret promised for unchecked local answers; default 0.05. */
  readonly alpha?: number;
  /** Share of questions that go remote without a local attempt; default 0.2. */
  readonly directShare?: number;
  /** Verifier without what it learns of one kind of question: for answers to other kinds. */
  readonly transfer?: boolean;
  readonly onProgress?: (progress: { readonly stage: string; readonly done: number; readonly total: number }) => void;
  readonly signal?: AbortSignal;
}

/** A trained router, without the hash that its file will have, and what it said of each row while that was kept aside. */
export interface TrainedRouter {
  readonly weights: Omit<RouterWeights, "hash">;
  readonly head: "linear" | "mlp";
  readonly outOfFold: readonly Opinion[];
  /** The rows of which that is true: all, or the fold that was kept from a network. */
  readonly kept: readonly number[];
  /** APGR of either head on the rows kept aside, where both were trained. */
  readonly compared?: { readonly linear: number; readonly mlp: number };
}

export const SIDE_SIZES: readonly number[] = [ROUTER_INPUTS, 100, 50, 3];

const FOLDS = 5;
/** On the table's squared weights. */
const TABLE_PENALTY = 20;
/** On the squared weights of indicators and of the table's sums, both in spreads. Chosen on folds of the training rows. */
const INDICATOR_PENALTY = 200;
const SUM_PENALTY = 1;
/** Below this many rows a linear layer always wins (design/numbers.md, section 4, "labels needed"). */
const MLP_ROWS = 5000;
const MLP_EPOCHS = 40;
/** A network forty times as large must be better by more than chance: about one standard error of APGR on 2,000 rows. */
const CLEARLY = 0.01;

/**
 * Trains a router: the table by ridge regression (cross-fitted, so that the layers above see what it says of rows it was
 * not fitted on), the layers by cross-entropy, temperatures and thresholds on rows kept aside. The same seed and rows give
 * the same weights. RangeError for fewer than 20 rows.
 */
export async function trainRouter(rows: readonly RouterRow[], options: RouterTrainingOptions): Promise<TrainedRouter> {
  if (rows.length < 20) throw new RangeError(`Cannot train a router: expected at least 20 rows, got ${rows.length}`);
  const { seed, head = "auto", alpha = 0.05, directShare = 0.2, onProgress, signal } = options;
  const report = (stage: string, done: number): void => onProgress?.({ stage, done, total: 5 });
  const folds = foldsOf(rows, FOLDS, seed);
  report("reading", 0);
  const { texts, indicators } = readTexts(rows);
  signal?.throwIfAborted();
  report("table", 1);
  const { table, outOfFold } = crossFitTable(texts, tableTargets(rows), {
    folds,
    foldCount: FOLDS,
    penalty: TABLE_PENALTY,
  });
  const scaling = scalingOf(table, indicators, outOfFold);
  const data = assembled(rows, { texts, indicators, sums: outOfFold, scaling });
  signal?.throwIfAborted();
  report("layers", 2);
  const linear = linearHead(data);
  const kept = keptAside(data, folds);
  report("network", 3);
  const wantsMlp = head === "mlp" || (head === "auto" && rows.length >= MLP_ROWS);
  const compared = wantsMlp ? await comparedHeads(data, rows, { folds, seed, signal }) : undefined;
  const useMlp = head === "mlp" || (compared !== undefined && compared.mlp > compared.linear + CLEARLY);
  const side = useMlp
    ? await mlpHead(data.side, { seed, signal, epochs: compared?.epochs ?? MLP_EPOCHS })
    : linear.side;
  report("calibration", 4);
  // A network is judged by the one fold that was kept from it, linear layers by all five.
  const judged = useMlp && compared !== undefined ? compared.inside : rows.map((_, row) => row);
  if (useMlp && compared !== undefined) kept.side.set(compared.side);
  const temperature = {
    side: fitTemperature(pick(kept.side, judged, 3), pick(data.side.targets, judged, 3), 3),
    localOk: fitTemperature(kept.localOk, data.localOk.targets, 2),
  };
  for (let row = 0; row < rows.length; row++) {
    temper(kept.side.subarray(3 * row, 3 * row + 3), temperature.side);
    temper(kept.localOk.subarray(2 * row, 2 * row + 2), temperature.localOk);
  }
  const localOkMap = fitProbabilityMap(
    rows.map((_, row) => kept.localOk[2 * row + 1]!),
    rows.map((row) => row.local),
  );
  const opinions = Array.from(rows, (_, row) =>
    opinionOf(kept.side.subarray(3 * row, 3 * row + 3), mapProbability(localOkMap, kept.localOk[2 * row + 1]!)),
  );
  const verifier = fitVerifier(rows, opinions, { folds, foldCount: FOLDS, transfer: options.transfer ?? false });
  const chosen = <Value>(list: readonly Value[]): readonly Value[] => judged.map((row) => list[row]!);
  const thresholds = thresholdsOf(chosen(rows), chosen(opinions), {
    alpha,
    directShare,
    afterAnswer: verifier === undefined ? undefined : pick(verifier.outOfFold, judged, 1),
  });
  report("done", 5);
  return {
    weights: {
      scaling,
      side,
      localOk: linear.localOk,
      temperature,
      localOkMap,
      thresholds,
      ...(verifier === undefined ? {} : { verifier: verifier.weights }),
    },
    head: useMlp ? "mlp" : "linear",
    outOfFold: opinions,
    kept: judged,
    ...(compared === undefined ? {} : { compared: { linear: compared.linear, mlp: compared.mlp } }),
  };
}

function readTexts(rows: readonly RouterRow[]): { readonly texts: HashedTexts; readonly indicators: Float32Array } {
  const prompts = rows.map((row) => row.prompt);
  const indicators = new Float32Array(rows.length * INDICATORS);
  for (const [row, prompt] of prompts.entries()) indicate(prompt, indicators, row * INDICATORS);
  return { texts: hashTexts(prompts, createTextEncoder({ blocks: tableBlocks })), indicators };
}

function tableTargets(rows: readonly RouterRow[]): Float64Array {
  const targets = new Float64Array(rows.length * TABLE_OUTPUTS);
  for (const [row, { local, remote }] of rows.entries()) {
    targets[row * TABLE_OUTPUTS] = remote - local;
    targets[row * TABLE_OUTPUTS + 1] = local;
  }
  return targets;
}

function scalingOf(table: HashedTable, indicators: Float32Array, sums: Float64Array): FeatureScaling {
  const means = new Float32Array(INDICATORS + TABLE_OUTPUTS);
  const spreads = new Float32Array(INDICATORS + TABLE_OUTPUTS);
  const measure = (values: ArrayLike<number>, width: number, offset: number): void => {
    const rows = values.length / width;
    for (let place = 0; place < width; place++) {
      let [sum, squares] = [0, 0];
      for (let at = place; at < values.length; at += width) sum += values[at]!;
      const mean = sum / rows;
      for (let at = place; at < values.length; at += width) squares += (values[at]! - mean) ** 2;
      const spread = Math.sqrt(squares / rows);
      means[offset + place] = mean;
      spreads[offset + place] = spread < 1e-6 ? 0 : spread;
    }
  };
  measure(indicators, INDICATORS, 0);
  measure(sums, TABLE_OUTPUTS, INDICATORS);
  return { table, means, spreads };
}

interface HeadData {
  readonly side: TrainingRows;
  readonly localOk: TrainingRows;
}

function assembled(
  rows: readonly RouterRow[],
  {
    texts,
    indicators,
    sums,
    scaling,
  }: {
    readonly texts: HashedTexts;
    readonly indicators: Float32Array;
    readonly sums: Float64Array;
    readonly scaling: FeatureScaling;
  },
): HeadData {
  const features = new RouterFeatures(scaling);
  const vectors: SparseRow[] = rows.map((_, row) => {
    const [start, end] = [texts.starts[row]!, texts.starts[row + 1]!];
    const { indices, values, count } = features.assemble(
      { indices: texts.indices.subarray(start, end), values: texts.values.subarray(start, end), count: end - start },
      {
        indicators: indicators.subarray(row * INDICATORS, (row + 1) * INDICATORS),
        sums: sums.subarray(row * TABLE_OUTPUTS, (row + 1) * TABLE_OUTPUTS),
      },
    );
    return { indices: indices.slice(0, count), values: values.slice(0, count) };
  });
  const all = sparseRows(vectors, ROUTER_INPUTS);
  const side = new Float32Array(rows.length * 3);
  const localOk = new Float32Array(rows.length * 2);
  for (const [row, { local, remote }] of rows.entries()) {
    side[3 * row + SIDE.local] = Math.max(0, local - remote);
    side[3 * row + SIDE.remote] = Math.max(0, remote - local);
    side[3 * row + SIDE.either] = 1 - Math.abs(remote - local);
    localOk[2 * row] = 1 - local;
    localOk[2 * row + 1] = local;
  }
  return { side: { features: all, targets: side }, localOk: { features: all, targets: localOk } };
}

/** The inputs a linear layer learns from: the table has said all that it could take from hashes. */
function unhashed({ count, inputs, starts, indices, values }: FeatureRows): FeatureRows {
  const keptStarts = new Int32Array(count + 1);
  const keptIndices: number[] = [];
  const keptValues: number[] = [];
  for (let row = 0; row < count; row++) {
    for (let entry = starts[row]!; entry < starts[row + 1]!; entry++) {
      if (indices[entry]! < BLOCK.indicators) continue;
      keptIndices.push(indices[entry]!);
      keptValues.push(values[entry]!);
    }
    keptStarts[row + 1] = keptIndices.length;
  }
  return {
    count,
    inputs,
    starts: keptStarts,
    indices: Uint16Array.from(keptIndices),
    values: Float32Array.from(keptValues),
  };
}

function penalties(): Float64Array {
  const each = new Float64Array(ROUTER_INPUTS).fill(INDICATOR_PENALTY);
  each.fill(SUM_PENALTY, BLOCK.table, BLOCK.table + TABLE_OUTPUTS);
  return each;
}

function linearLayer(rows: TrainingRows, outputs: number): DenseLayer {
  return fitSoftmaxRegression(rows, outputs, { penalties: penalties() });
}

function linearHead(data: HeadData): { readonly side: Mlp; readonly localOk: Mlp } {
  const features = unhashed(data.side.features);
  return {
    side: new Mlp([linearLayer({ ...data.side, features }, 3)]),
    localOk: new Mlp([linearLayer({ ...data.localOk, features }, 2)]),
  };
}

/** What linear layers fitted without a row's fold say of it: (rows, 3) and (rows, 2). */
function keptAside(
  data: HeadData,
  folds: Uint8Array,
): { readonly side: Float32Array<ArrayBuffer>; readonly localOk: Float32Array<ArrayBuffer> } {
  const features = unhashed(data.side.features);
  const count = folds.length;
  const side = new Float32Array(3 * count);
  const localOk = new Float32Array(2 * count);
  const rows = Array.from(folds, (_, row) => row);
  for (let fold = 0; fold < FOLDS; fold++) {
    const rest = rows.filter((row) => folds[row] !== fold);
    const inside = rows.filter((row) => folds[row] === fold);
    if (rest.length === 0 || inside.length === 0) continue;
    const sideNet = new Mlp([linearLayer(selectRows({ ...data.side, features }, rest), 3)]);
    const localNet = new Mlp([linearLayer(selectRows({ ...data.localOk, features }, rest), 2)]);
    predictRows(sideNet, features, inside, side);
    predictRows(localNet, features, inside, localOk);
  }
  return { side, localOk };
}

function predictRows(net: Mlp, features: FeatureRows, rows: readonly number[], out: Float32Array<ArrayBuffer>): void {
  const { starts, indices, values } = features;
  for (const row of rows) {
    const [start, end] = [starts[row]!, starts[row + 1]!];
    net.predictSparse(
      indices.subarray(start, end),
      values.subarray(start, end),
      end - start,
      out.subarray(row * net.outputs, (row + 1) * net.outputs),
    );
  }
}

interface Compared {
  readonly linear: number;
  readonly mlp: number;
  readonly epochs: number;
  /** The rows kept aside. */
  readonly inside: readonly number[];
  /** (rows, 3): what the network says of those; of the others what it learned. */
  readonly side: Float32Array;
}

/** The entries (width) of some rows. */
function pick<Values extends Float32Array | Float64Array>(
  values: Values,
  rows: readonly number[],
  width: number,
): Values {
  const picked = values.slice(0, rows.length * width) as Values; // a slice is of the same type
  for (const [place, row] of rows.entries())
    for (let at = 0; at < width; at++) picked[place * width + at] = values[row * width + at]!;
  return picked;
}

/** APGR of both heads on one fold, and after how many epochs the network was best there. */
async function comparedHeads(
  data: HeadData,
  rows: readonly RouterRow[],
  options: { readonly folds: Uint8Array; readonly seed: number; readonly signal: AbortSignal | undefined },
): Promise<Compared> {
  const { folds, seed, signal } = options;
  const inside: number[] = [];
  const rest: number[] = [];
  for (const [row, fold] of folds.entries()) (fold === 0 ? inside : rest).push(row);
  const linear = new Mlp([linearLayer(selectRows({ ...data.side, features: unhashed(data.side.features) }, rest), 3)]);
  const result = await trainMlp(initialMlp(SIDE_SIZES, { seed }), selectRows(data.side, rest), {
    ...mlpOptions(seed, signal),
    epochs: MLP_EPOCHS,
    validation: selectRows(data.side, inside),
  });
  const gainOf = (net: Mlp): number => {
    const out = new Float32Array(3 * rows.length);
    predictRows(net, data.side.features, inside, out);
    return routingGain({
      score: inside.map((row) => out[3 * row + SIDE.remote]! - out[3 * row + SIDE.local]!),
      local: inside.map((row) => rows[row]!.local),
      remote: inside.map((row) => rows[row]!.remote),
    }).apgr;
  };
  const side = new Float32Array(3 * rows.length);
  predictRows(
    result.mlp,
    data.side.features,
    rows.map((_, row) => row),
    side,
  );
  return { linear: gainOf(linear), mlp: gainOf(result.mlp), epochs: Math.max(1, result.epoch), inside, side };
}

async function mlpHead(
  rows: TrainingRows,
  {
    seed,
    signal,
    epochs,
  }: { readonly seed: number; readonly signal: AbortSignal | undefined; readonly epochs: number },
): Promise<Mlp> {
  const { mlp } = await trainMlp(initialMlp(SIDE_SIZES, { seed }), rows, { ...mlpOptions(seed, signal), epochs });
  return mlp;
}

function mlpOptions(
  seed: number,
  signal: AbortSignal | undefined,
): Pick<Parameters<typeof trainMlp>[2], "seed" | "optimizer" | "batchSize" | "signal"> {
  return {
    seed,
    batchSize: 64,
    optimizer: { kind: "adam", learningRate: 0.0005, weightDecay: 0.1 },
    ...(signal === undefined ? {} : { signal }),
  };
}

function thresholdsOf(
  rows: readonly RouterRow[],
  opinions: readonly Opinion[],
  {
    alpha,
    directShare,
    afterAnswer,
  }: { readonly alpha: number; readonly directShare: number; readonly afterAnswer: Float64Array | undefined },
): RouterThresholds {
  const score = opinions.map((opinion) => opinion.gain);
  const regret = rows.map(({ local, remote }) => Math.max(0, remote - local));
  const local = within(conformalThreshold({ score, regret }, { alpha }));
  return {
    local,
    direct: quantile(Float64Array.from(score).sort(), 1 - directShare),
    alpha,
    escalate: afterAnswer === undefined ? local : escalationThreshold(opinions, regret, { alpha, afterAnswer }),
  };
}

/** Below it a checked answer may stay: the same promise, on the rows that have answers. */
function escalationThreshold(
  opinions: readonly Opinion[],
  regret: readonly number[],
  { alpha, afterAnswer }: { readonly alpha: number; readonly afterAnswer: Float64Array },
): number {
  const answered = opinions.flatMap((_, row) => (Number.isNaN(afterAnswer[row]!) ? [] : [row]));
  return within(
    conformalThreshold(
      {
        score: answered.map((row) => opinions[row]!.remoteOk - afterAnswer[row]!),
        regret: answered.map((row) => regret[row]!),
      },
      { alpha },
    ),
  );
}

function within(threshold: number): number {
  return Math.max(-1, Math.min(1, threshold));
}
