import { seededRandom } from "../core/random.js";

/**
 * Rows of features, the places that are not zero only: row r has `values[k]` at `indices[k]` for k from `starts[r]` up to
 * `starts[r + 1]`.
 */
export interface FeatureRows {
  readonly count: number;
  readonly inputs: number;
  /** (count + 1) */
  readonly starts: Int32Array;
  readonly indices: Uint16Array;
  readonly values: Float32Array;
}

/** What to learn from: features, what the network should say for each row, and how much each row counts. */
export interface TrainingRows {
  readonly features: FeatureRows;
  /** (count, outputs) row by row: probabilities, so a label is one 1 among zeros. */
  readonly targets: Float32Array;
  /** (count), 1 for each row when absent. */
  readonly weights?: Float32Array;
}

/** Rows from a dense matrix (rows, inputs); zeros are left out. */
export function denseRows(matrix: Float32Array, inputs: number): FeatureRows {
  const count = matrix.length / inputs;
  if (!Number.isInteger(count))
    throw new RangeError(`Cannot make rows: expected a multiple of ${inputs} values, got ${matrix.length}`);
  let filled = 0;
  for (const value of matrix) if (value !== 0) filled++;
  const starts = new Int32Array(count + 1);
  const indices = new Uint16Array(filled);
  const values = new Float32Array(filled);
  let next = 0;
  for (let row = 0; row < count; row++) {
    for (let place = 0; place < inputs; place++) {
      const value = matrix[row * inputs + place]!;
      if (value === 0) continue;
      indices[next] = place;
      values[next++] = value;
    }
    starts[row + 1] = next;
  }
  return { count, inputs, starts, indices, values };
}

/** One row as an encoder makes it: the first `count` entries count (all when absent). */
export interface SparseRow {
  readonly indices: ArrayLike<number>;
  readonly values: ArrayLike<number>;
  readonly count?: number;
}

/** Rows from sparse vectors, which are copied. RangeError for a place outside the inputs. */
export function sparseRows(rows: readonly SparseRow[], inputs: number): FeatureRows {
  const starts = new Int32Array(rows.length + 1);
  for (const [row, { values, count = values.length }] of rows.entries()) starts[row + 1] = starts[row]! + count;
  const indices = new Uint16Array(starts[rows.length]!);
  const values = new Float32Array(indices.length);
  for (const [row, one] of rows.entries()) {
    const at = starts[row]!;
    for (let place = at; place < starts[row + 1]!; place++) {
      const index = one.indices[place - at];
      if (index === undefined || !(index >= 0 && index < inputs))
        throw new RangeError(`Cannot make rows: expected places below ${inputs} in row ${row}, got ${index}`);
      indices[place] = index;
      values[place] = one.values[place - at]!;
    }
  }
  return { count: rows.length, inputs, starts, indices, values };
}

/** Targets (labels, classes) with a 1 at each label. RangeError for a label outside the classes. */
export function oneHot(labels: ArrayLike<number>, classes: number): Float32Array {
  const targets = new Float32Array(labels.length * classes);
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row]!;
    if (!Number.isInteger(label) || label < 0 || label >= classes)
      throw new RangeError(`Cannot make targets: expected labels below ${classes}, got ${label} in row ${row}`);
    targets[row * classes + label] = 1;
  }
  return targets;
}

/** The rows with these numbers, in this order; a number may repeat. */
export function selectRows(rows: TrainingRows, chosen: ArrayLike<number>): TrainingRows {
  const { features, targets, weights } = rows;
  const outputs = targets.length / features.count;
  const starts = new Int32Array(chosen.length + 1);
  for (let row = 0; row < chosen.length; row++) {
    const from = chosen[row]!;
    if (!(from >= 0 && from < features.count))
      throw new RangeError(`Cannot select rows: expected numbers below ${features.count}, got ${from}`);
    starts[row + 1] = starts[row]! + features.starts[from + 1]! - features.starts[from]!;
  }
  const indices = new Uint16Array(starts[chosen.length]!);
  const values = new Float32Array(indices.length);
  const selected = new Float32Array(chosen.length * outputs);
  for (let row = 0; row < chosen.length; row++) {
    const from = chosen[row]!;
    const begin = features.starts[from]!;
    const end = features.starts[from + 1]!;
    indices.set(features.indices.subarray(begin, end), starts[row]!);
    values.set(features.values.subarray(begin, end), starts[row]!);
    selected.set(targets.subarray(from * outputs, (from + 1) * outputs), row * outputs);
  }
  const result = {
    features: { count: chosen.length, inputs: features.inputs, starts, indices, values },
    targets: selected,
  };
  if (weights === undefined) return result;
  return { ...result, weights: Float32Array.from({ length: chosen.length }, (_, row) => weights[chosen[row]!]!) };
}

/** Splits rows by chance: `share` of them (rounded) into `kept`, the others into `rest`. The same split for the same seed. */
export function splitRows(
  rows: TrainingRows,
  { share, seed }: { readonly share: number; readonly seed: number },
): { readonly rest: TrainingRows; readonly kept: TrainingRows } {
  if (!(share >= 0 && share <= 1))
    throw new RangeError(`Cannot split rows: expected a share from 0 to 1, got ${share}`);
  const order = shuffled(rows.features.count, seed);
  const kept = Math.round(order.length * share);
  return { kept: selectRows(rows, order.subarray(0, kept)), rest: selectRows(rows, order.subarray(kept)) };
}

/** The numbers 0 to count - 1 in an order made by the seed (Fisher and Yates). */
export function shuffled(count: number, seed: number): Int32Array {
  const random = seededRandom(seed);
  const order = Int32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(random.next() * (last + 1));
    const moved = order[last]!;
    order[last] = order[other]!;
    order[other] = moved;
  }
  return order;
}

/** RangeError unless the rows fit a network of these widths. */
export function checkRows(rows: TrainingRows, inputs: number, outputs: number): void {
  const { features, targets, weights } = rows;
  if (features.inputs !== inputs)
    throw new RangeError(`Cannot train: expected rows of ${inputs} inputs, got ${features.inputs}`);
  if (features.count === 0) throw new RangeError("Cannot train: expected at least one row, got none");
  if (targets.length !== features.count * outputs)
    throw new RangeError(
      `Cannot train: expected ${features.count * outputs} targets (${features.count}, ${outputs}), got ${targets.length}`,
    );
  if (weights !== undefined && weights.length !== features.count)
    throw new RangeError(`Cannot train: expected ${features.count} row weights, got ${weights.length}`);
  for (let row = 0; row < features.count; row++)
    if (features.starts[row + 1]! - features.starts[row]! > inputs)
      throw new RangeError(`Cannot train: expected at most ${inputs} places in row ${row}`);
  for (const list of [features.values, targets, weights ?? []])
    for (const value of list)
      if (!Number.isFinite(value)) throw new RangeError(`Cannot train: expected finite numbers, got ${value}`);
}
