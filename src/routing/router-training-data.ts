import { type SparseRow, sparseRows, type TrainingRows } from "../nets/training-rows.js";
import type { HashedTable, HashedTexts } from "./hashed-table.js";
import { INDICATORS } from "./indicators.js";
import { type FeatureScaling, ROUTER_INPUTS, RouterFeatures, TABLE_OUTPUTS } from "./router-features.js";
import { SIDE } from "./router-model.js";
import type { RouterRow } from "./router-rows.js";

/** Means and spreads of indicators and of what the table says, over the training rows. */
export function scalingOf(table: HashedTable, indicators: Float32Array, sums: Float64Array): FeatureScaling {
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

/** The same features with the targets of either network. */
export interface HeadData {
  readonly side: TrainingRows;
  readonly localOk: TrainingRows;
}

/** Rows for both networks: sides (local, remote, either) and local (wrong, right), soft where scores are. */
export function assembled(
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
