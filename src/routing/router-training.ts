import { createTextEncoder } from "../nets/text-encoder.js";
import { fitProbabilityMap, fitTemperature, mapProbability, temper } from "./calibration.js";
import { crossFitTable, type HashedTexts, hashTexts, tableBlocks } from "./hashed-table.js";
import { INDICATORS, indicate } from "./indicators.js";
import { TABLE_OUTPUTS } from "./router-features.js";
import { comparedHeads, keptAside, linearHead, MLP_EPOCHS, mlpHead } from "./router-heads.js";
import { type Opinion, opinionOf, type RouterWeights } from "./router-model.js";
import { foldsOf, type RouterRow } from "./router-rows.js";
import { thresholdsOf } from "./router-thresholds.js";
import { assembled, scalingOf } from "./router-training-data.js";
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

const FOLDS = 5;
/** On the table's squared weights. */
const TABLE_PENALTY = 20;
/** Below this many rows a linear layer always wins (design/numbers.md, section 4, "labels needed"). */
const MLP_ROWS = 5000;
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
  const kept = keptAside(data, { folds, foldCount: FOLDS });
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
