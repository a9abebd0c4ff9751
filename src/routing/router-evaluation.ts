import { seededRandom } from "../core/random.js";
import { AnswerModel, type InputStatistics, OWN_KIND, VERIFIER_INPUTS } from "./answer-model.js";
import {
  areaUnderRoc,
  brierScore,
  type CascadeCost,
  type CurvePoint,
  calibrationError,
  cascadeCost,
  costQualityCurve,
  gainInterval,
  type JudgedScores,
  mean,
  type RoutingGain,
  routingGain,
} from "./evaluation.js";
import { RouterModel, type RouterWeights } from "./router-model.js";
import { foldsOf, type RouterRow, textHash } from "./router-rows.js";
import { type RouterTrainingOptions, trainRouter } from "./router-training.js";
import { statisticsOf } from "./verifier-training.js";

/** What a router said of rows that it was not fitted on. */
export interface RowOpinions {
  readonly rows: readonly RouterRow[];
  readonly gain: Float64Array;
  readonly localOk: Float64Array;
  readonly remoteOk: Float64Array;
  /** The chance of a right local answer once it is there; NaN without an answer or a verifier. */
  readonly afterAnswer: Float64Array;
  /** 1 where the threshold chosen on the training rows serves the row locally. */
  readonly servedLocally: Uint8Array;
  /** The same for the threshold on what remote would add to the answer that is there. */
  readonly keptLocally: Uint8Array;
}

export interface RouterEvaluationOptions extends Omit<RouterTrainingOptions, "onProgress"> {
  /** Rows to train on; default: the evaluated rows themselves, in folds. */
  readonly train?: readonly RouterRow[];
  /** Ready weights instead of training. */
  readonly weights?: RouterWeights;
  readonly folds?: number;
  /** At most this many training rows, chosen by the seed. */
  readonly labels?: number;
  readonly onProgress?: (progress: { readonly dataset: string; readonly done: number; readonly total: number }) => void;
}

/** Rows of one's own pair of models below which rows of every pair are used. */
const ENOUGH_OF_A_PAIR = 200;

/** What a router says of the rows of one data set, from weights, from other rows, or from the other folds. */
export async function opinionsOn(rows: readonly RouterRow[], options: RouterEvaluationOptions): Promise<RowOpinions> {
  const { train, weights, folds = 5, labels, seed, onProgress } = options;
  const dataset = rows[0]?.dataset ?? "";
  const said: RowOpinions = {
    rows,
    gain: new Float64Array(rows.length),
    localOk: new Float64Array(rows.length),
    remoteOk: new Float64Array(rows.length),
    afterAnswer: new Float64Array(rows.length).fill(Number.NaN),
    servedLocally: new Uint8Array(rows.length),
    keptLocally: new Uint8Array(rows.length),
  };
  const everyRow = Array.from(rows, (_, row) => row);
  if (weights !== undefined) {
    predict(said, everyRow, weights, undefined);
    return said;
  }
  const fitOn = async (chosen: readonly RouterRow[]): Promise<RouterWeights> => {
    const limited = labels === undefined ? chosen : limitRows(chosen, labels, seed);
    const { weights: fitted } = await trainRouter(limited, { ...trainingOptions(options), seed });
    return { ...fitted, hash: "" };
  };
  if (train !== undefined) {
    const chosen = rowsFor(rows, train);
    const seen = chosen.filter((row) => row.dataset === dataset);
    const transfer = options.transfer ?? seen.length === 0;
    const { weights: fitted } = await trainRouter(labels === undefined ? chosen : limitRows(chosen, labels, seed), {
      ...trainingOptions(options),
      seed,
      transfer,
    });
    predict(said, everyRow, { ...fitted, hash: "" }, seen.length === 0 ? undefined : seen);
    // What was learned of other kinds of questions says nothing of these (docs/routing.md): the answer alone decides.
    if (seen.length === 0) said.remoteOk.fill(1);
    onProgress?.({ dataset, done: 1, total: 1 });
    return said;
  }
  const foldOf = foldsOf(rows, folds, seed + 1000); // other folds than those inside the training
  for (let fold = 0; fold < folds; fold++) {
    onProgress?.({ dataset, done: fold, total: folds });
    const inside = everyRow.filter((row) => foldOf[row] === fold);
    const rest = rows.filter((_, row) => foldOf[row] !== fold);
    if (inside.length === 0) continue;
    const fitted = await fitOn(rest);
    predict(said, inside, fitted, rest);
  }
  onProgress?.({ dataset, done: folds, total: folds });
  return said;
}

function trainingOptions({
  head,
  alpha,
  directShare,
  transfer,
  signal,
}: RouterEvaluationOptions): Omit<RouterTrainingOptions, "seed"> {
  return {
    ...(head === undefined ? {} : { head }),
    ...(alpha === undefined ? {} : { alpha }),
    ...(directShare === undefined ? {} : { directShare }),
    ...(transfer === undefined ? {} : { transfer }),
    ...(signal === undefined ? {} : { signal }),
  };
}

/** A router is for a pair of models: rows of that pair where there are enough, else all. */
function rowsFor(rows: readonly RouterRow[], train: readonly RouterRow[]): readonly RouterRow[] {
  const pairs = new Set(rows.map((row) => row.pair));
  const own = train.filter((row) => pairs.has(row.pair));
  return own.length >= ENOUGH_OF_A_PAIR ? own : train;
}

function limitRows(rows: readonly RouterRow[], count: number, seed: number): readonly RouterRow[] {
  if (rows.length <= count) return rows;
  const order = rows.map((row, place) => ({ row, place, key: textHash(row.prompt, seed + 77) }));
  order.sort((a, b) => a.key - b.key || a.place - b.place);
  return order.slice(0, count).map(({ row }) => row);
}

function predict(
  said: RowOpinions,
  chosen: readonly number[],
  weights: RouterWeights,
  seen: readonly RouterRow[] | undefined,
): void {
  const model = new RouterModel(weights);
  const inputs: Float64Array[] = [];
  const answered: number[] = [];
  const taker = weights.verifier === undefined ? undefined : new AnswerModel(weights.verifier);
  for (const row of chosen) {
    const { prompt, response, second } = said.rows[row]!;
    const opinion = model.opinion(prompt);
    said.gain[row] = opinion.gain;
    said.localOk[row] = opinion.localOk;
    said.remoteOk[row] = opinion.remoteOk;
    said.servedLocally[row] = opinion.gain < weights.thresholds.local ? 1 : 0;
    if (taker === undefined || response === undefined) continue;
    const values = new Float64Array(VERIFIER_INPUTS);
    taker.inputs(prompt, { answer: response, second }, opinion, values);
    inputs.push(values);
    answered.push(row);
  }
  if (taker === undefined || weights.verifier === undefined || inputs.length === 0) return;
  const statistics = statisticsFor(taker, model, seen, inputs);
  const judge = new AnswerModel(weights.verifier, { statistics });
  for (const [place, row] of answered.entries()) {
    const after = judge.judge(inputs[place]!);
    said.afterAnswer[row] = after;
    said.keptLocally[row] = said.remoteOk[row]! - after < weights.thresholds.escalate ? 1 : 0;
  }
}

/** Of the training answers to the same kind of question; without any, of the judged answers, whose labels are not read. */
function statisticsFor(
  taker: AnswerModel,
  model: RouterModel,
  seen: readonly RouterRow[] | undefined,
  inputs: readonly Float64Array[],
): InputStatistics {
  if (seen === undefined) return statisticsOf(inputs);
  if (new Set(seen.map((row) => row.dataset)).size === 1 && seen.length > 0) {
    const own = seen.flatMap((row) => {
      if (row.response === undefined) return [];
      const values = new Float64Array(VERIFIER_INPUTS);
      taker.inputs(row.prompt, { answer: row.response, second: row.second }, model.opinion(row.prompt), values);
      return [values];
    });
    const of = statisticsOf(own);
    // The sums of tables on their own training rows are larger than on others: those were measured out of fold.
    const kept = taker.weights;
    const first = OWN_KIND;
    of.means.set(kept.means.subarray(first), first);
    of.spreads.set(kept.spreads.subarray(first), first);
    return of;
  }
  return taker.weights;
}

/** Everything a router is judged by on one data set. */
export interface RouterFigures extends RoutingGain {
  readonly rows: number;
  readonly local: number;
  readonly remote: number;
  readonly low: number;
  readonly high: number;
  /** How well low P(local ok) finds wrong local answers. */
  readonly auroc: number;
  readonly ece: number;
  readonly brier: number;
  readonly regret: number;
  readonly localShare: number;
  /** For a cascade: at 80 % of the gap, with the share of direct remote calls that was asked for. */
  readonly cost?: CascadeCost;
  readonly curve: readonly CurvePoint[];
}

/** The figures of a router's opinions; with `cascade`, of the system that may read the local answer. */
export function figuresOf(
  said: RowOpinions,
  {
    cascade = false,
    directShare = 0.2,
    seed = 0,
  }: { readonly cascade?: boolean; readonly directShare?: number; readonly seed?: number } = {},
): RouterFigures {
  const judged = judgedOf(said, cascade);
  const { local, remote, score } = judged;
  const localOk = cascade
    ? said.afterAnswer.map((value, row) => (Number.isNaN(value) ? said.localOk[row]! : value))
    : said.localOk;
  const { low, high } = gainInterval(judged, { seed });
  const served = regretOf(said, judged, cascade);
  const cost = cascade ? cascadeCost({ ...judged, prior: said.gain }, { directShare, gap: 0.8 }) : undefined;
  return {
    ...routingGain(judged, seededRandom(seed)),
    rows: score.length,
    local: mean(local),
    remote: mean(remote),
    low,
    high,
    auroc: areaUnderRoc(
      Array.from(localOk, (value) => -value),
      Array.from(local, (value) => value < 0.5),
    ),
    ece: calibrationError(localOk, local),
    brier: brierScore(localOk, local),
    ...served,
    ...(cost === undefined ? {} : { cost }),
    curve: costQualityCurve(judged, seededRandom(seed)),
  };
}

/** Scores for the metric: before the answer the expected gain, after it what remote would add to this very answer. */
export function judgedOf(said: RowOpinions, cascade: boolean): JudgedScores {
  const score = said.gain.map((gain, row) => {
    const after = said.afterAnswer[row]!;
    return cascade && !Number.isNaN(after) ? said.remoteOk[row]! - after : gain;
  });
  return { score, local: said.rows.map((row) => row.local), remote: said.rows.map((row) => row.remote) };
}

function regretOf(
  said: RowOpinions,
  { local, remote }: JudgedScores,
  cascade: boolean,
): { readonly regret: number; readonly localShare: number } {
  let [regret, share] = [0, 0];
  for (let row = 0; row < said.rows.length; row++) {
    const served = cascade && !Number.isNaN(said.afterAnswer[row]!) ? said.keptLocally : said.servedLocally;
    if (served[row] !== 1) continue;
    share++;
    regret += Math.max(0, remote[row]! - local[row]!);
  }
  return { regret: regret / said.rows.length, localShare: share / said.rows.length };
}

/** What routers get that learn nothing: names as they stand in the table. */
export function baselineScores(rows: readonly RouterRow[], seed = 0): Readonly<Record<string, Float64Array>> {
  const random = seededRandom(seed);
  return {
    random: Float64Array.from(rows, () => random.next()),
    "prompt length": Float64Array.from(rows, (row) => row.prompt.length),
    oracle: Float64Array.from(rows, (row) => row.remote - row.local),
  };
}
