import { Mlp } from "../nets/mlp.js";
import { createTextEncoder } from "../nets/text-encoder.js";
import { denseRows, selectRows, type TrainingRows } from "../nets/training-rows.js";
import {
  type InputStatistics,
  OWN_KIND,
  putPrior,
  putSignals,
  putTableSum,
  standardised,
  VERIFIER_INPUTS,
  type VerifierWeights,
} from "./answer-model.js";
import { fitProbabilityMap, fitTemperature, mapProbability, temper } from "./calibration.js";
import { crossFitTable, hashTexts, tableBlocks } from "./hashed-table.js";
import type { Opinion } from "./router-model.js";
import type { RouterRow } from "./router-rows.js";
import { fitSoftmaxRegression } from "./softmax-regression.js";

const TABLE_PENALTY = 20;
const PENALTY = 10;
/** Fewer answers teach nothing. */
const FEWEST = 50;

export interface VerifierTraining {
  readonly folds: Uint8Array;
  readonly foldCount: number;
  /** Only signals, not the table of answers nor the router's opinion: those know one kind of question. */
  readonly transfer: boolean;
}

export interface FittedVerifier {
  readonly weights: VerifierWeights;
  /** Of each row with an answer, while it was kept aside; NaN for the others. */
  readonly outOfFold: Float64Array;
}

/** Teaches a verifier on the rows that have answers; undefined with fewer than 50. `opinions`: out of fold, row by row. */
export function fitVerifier(
  rows: readonly RouterRow[],
  opinions: readonly Opinion[],
  { folds, foldCount, transfer }: VerifierTraining,
): FittedVerifier | undefined {
  const answered = rows.flatMap(({ response }, row) => (response === undefined ? [] : [row]));
  if (answered.length < FEWEST) return undefined;
  const own = answered.map((row) => rows[row]!);
  const ownFolds = Uint8Array.from(answered, (row) => folds[row]!);
  const texts = hashTexts(
    own.map((row) => row.response!), // those with an answer were chosen
    createTextEncoder({ blocks: tableBlocks }),
  );
  const right = Float64Array.from(own, (row) => row.local);
  const { table, outOfFold: sums } = crossFitTable(texts, right, {
    folds: ownFolds,
    foldCount,
    penalty: TABLE_PENALTY,
  });
  const inputs = own.map((row, place) => {
    const values = new Float64Array(VERIFIER_INPUTS);
    putSignals(row.prompt, { answer: row.response!, second: row.second }, values); // as above
    putTableSum(sums[place]!, values);
    putPrior(opinions[answered[place]!]!, values);
    return values;
  });
  if (transfer) for (const values of inputs) values.fill(0, OWN_KIND);
  const statistics = statisticsOf(inputs);
  const data: TrainingRows = {
    features: denseRows(scaledByDataset(own, inputs), VERIFIER_INPUTS),
    targets: Float32Array.from({ length: 2 * own.length }, (_, at) => {
      const score = right[at >> 1]!;
      return at % 2 === 1 ? score : 1 - score;
    }),
    weights: evenWeights(own),
  };
  const penalties = new Float64Array(VERIFIER_INPUTS).fill(PENALTY);
  const fitLayer = (chosen: TrainingRows): VerifierWeights["layer"] => fitSoftmaxRegression(chosen, 2, { penalties });
  const kept = new Float32Array(2 * own.length);
  for (let fold = 0; fold < foldCount; fold++) {
    const rest = own.flatMap((_, place) => (ownFolds[place] === fold ? [] : [place]));
    if (rest.length === 0) continue;
    const net = new Mlp([fitLayer(selectRows(data, rest))]);
    const { starts, indices, values } = data.features;
    for (let place = 0; place < own.length; place++) {
      if (ownFolds[place] !== fold) continue;
      const [start, end] = [starts[place]!, starts[place + 1]!];
      net.predictSparse(
        indices.subarray(start, end),
        values.subarray(start, end),
        end - start,
        kept.subarray(2 * place, 2 * place + 2),
      );
    }
  }
  const temperature = fitTemperature(kept, data.targets, 2);
  for (let place = 0; place < own.length; place++) temper(kept.subarray(2 * place, 2 * place + 2), temperature);
  const said = own.map((_, place) => kept[2 * place + 1]!);
  const map = fitProbabilityMap(said, right);
  const outOfFold = new Float64Array(rows.length).fill(Number.NaN);
  for (const [place, row] of answered.entries()) outOfFold[row] = mapProbability(map, said[place]!);
  return {
    weights: { table, ...statistics, layer: fitLayer(data), temperature, map },
    outOfFold,
  };
}

/** Mean and spread of each input where it is known; of an engine's own answers they can be taken without knowing which were right. */
export function statisticsOf(inputs: readonly Float64Array[]): InputStatistics {
  const means = new Float32Array(VERIFIER_INPUTS);
  const spreads = new Float32Array(VERIFIER_INPUTS);
  for (let place = 0; place < VERIFIER_INPUTS; place++) {
    let [sum, squares, known] = [0, 0, 0];
    for (const values of inputs) {
      if (Number.isNaN(values[place]!)) continue;
      sum += values[place]!;
      known++;
    }
    if (known === 0) continue;
    const mean = sum / known;
    for (const values of inputs) if (!Number.isNaN(values[place]!)) squares += (values[place]! - mean) ** 2;
    const spread = Math.sqrt(squares / known);
    means[place] = mean;
    spreads[place] = spread < 1e-6 ? 0 : spread;
  }
  return { means, spreads };
}

/** (rows, VERIFIER_INPUTS): each data set in its own spreads, so that what differs between sets is not learned. */
function scaledByDataset(rows: readonly RouterRow[], inputs: readonly Float64Array[]): Float32Array {
  const scaled = new Float32Array(rows.length * VERIFIER_INPUTS);
  for (const dataset of new Set(rows.map((row) => row.dataset))) {
    const own = rows.flatMap((row, place) => (row.dataset === dataset ? [place] : []));
    const { means, spreads } = statisticsOf(own.map((place) => inputs[place]!));
    for (const place of own) {
      for (let input = 0; input < VERIFIER_INPUTS; input++) {
        scaled[place * VERIFIER_INPUTS + input] = standardised(inputs[place]![input]!, means[input]!, spreads[input]!);
      }
    }
  }
  return scaled;
}

/** Each data set counts by the square root of its rows, so that one large set does not decide alone. */
function evenWeights(rows: readonly RouterRow[]): Float32Array {
  const counts = new Map<string, number>();
  for (const { dataset } of rows) counts.set(dataset, (counts.get(dataset) ?? 0) + 1);
  const raw = Float32Array.from(rows, ({ dataset }) => 1 / Math.sqrt(counts.get(dataset)!)); // every row was counted
  const mean = raw.reduce((sum, each) => sum + each, 0) / raw.length;
  return raw.map((each) => each / mean);
}
