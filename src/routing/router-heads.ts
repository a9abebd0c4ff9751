import type { DenseLayer } from "../kernels/perceptron.js";
import { Mlp } from "../nets/mlp.js";
import { initialMlp } from "../nets/mlp-initial.js";
import { trainMlp } from "../nets/training.js";
import { type FeatureRows, selectRows, type TrainingRows } from "../nets/training-rows.js";
import { routingGain } from "./evaluation.js";
import { BLOCK, ROUTER_INPUTS, TABLE_OUTPUTS } from "./router-features.js";
import { SIDE } from "./router-model.js";
import type { RouterRow } from "./router-rows.js";
import type { HeadData } from "./router-training-data.js";
import { fitSoftmaxRegression } from "./softmax-regression.js";

/** Widths of the network beside the linear layer. */
export const SIDE_SIZES: readonly number[] = [ROUTER_INPUTS, 100, 50, 3];
export const MLP_EPOCHS = 40;

/** On the squared weights of indicators and of the table's sums, both in spreads. Chosen on folds of the training rows. */
const INDICATOR_PENALTY = 200;
const SUM_PENALTY = 20;

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

/** One layer for each of the two questions. */
export function linearHead(data: HeadData): { readonly side: Mlp; readonly localOk: Mlp } {
  const features = unhashed(data.side.features);
  return {
    side: new Mlp([linearLayer({ ...data.side, features }, 3)]),
    localOk: new Mlp([linearLayer({ ...data.localOk, features }, 2)]),
  };
}

/** What linear layers fitted without a row's fold say of it: (rows, 3) and (rows, 2). */
export function keptAside(
  data: HeadData,
  { folds, foldCount }: { readonly folds: Uint8Array; readonly foldCount: number },
): { readonly side: Float32Array<ArrayBuffer>; readonly localOk: Float32Array<ArrayBuffer> } {
  const features = unhashed(data.side.features);
  const count = folds.length;
  const side = new Float32Array(3 * count);
  const localOk = new Float32Array(2 * count);
  const rows = Array.from(folds, (_, row) => row);
  for (let fold = 0; fold < foldCount; fold++) {
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

/** Both heads on one fold. */
export interface Compared {
  readonly linear: number;
  readonly mlp: number;
  readonly epochs: number;
  /** The rows kept aside. */
  readonly inside: readonly number[];
  /** (rows, 3): what the network says of those; of the others what it learned. */
  readonly side: Float32Array;
}

/** APGR of both heads on one fold, and after how many epochs the network was best there. */
export async function comparedHeads(
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

/** The network of 384-100-50-3, trained on all rows for a known number of epochs. */
export async function mlpHead(
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
