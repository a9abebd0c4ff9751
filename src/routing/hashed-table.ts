import type { TextBlock, TextFeatureEncoder } from "../nets/text-encoder.js";

/** Bins of words and pairs of words, and of runs of four characters (three to five are no better, and cost twice). */
export const TABLE_BINS = 8192;

/** How a text is hashed for the learned table: two blocks of the same width, each of length 1. */
export const tableBlocks: readonly TextBlock[] = [
  { kind: "word", n: [1, 2], bins: TABLE_BINS, tokens: "marks", scale: "log" },
  { kind: "char", n: [4, 4], bins: TABLE_BINS, scale: "log" },
];

export const TABLE_INPUTS: number = 2 * TABLE_BINS;

/** Rows of hashed texts: row r has `values[k]` at `indices[k]` for k from `starts[r]` up to `starts[r + 1]`. */
export interface HashedTexts {
  readonly count: number;
  readonly starts: Int32Array;
  readonly indices: Uint16Array;
  readonly values: Float32Array;
}

/** Hashes texts, one row each. */
export function hashTexts(texts: readonly string[], encoder: TextFeatureEncoder): HashedTexts {
  const starts = new Int32Array(texts.length + 1);
  let indices = new Uint16Array(1 << 16);
  let values = new Float32Array(1 << 16);
  let end = 0;
  for (const [row, text] of texts.entries()) {
    const vector = encoder.encode(text);
    if (end + vector.count > indices.length) {
      const room = 2 * (end + vector.count);
      [indices, values] = [grown(indices, new Uint16Array(room)), grown(values, new Float32Array(room))];
    }
    indices.set(vector.indices.subarray(0, vector.count), end);
    values.set(vector.values.subarray(0, vector.count), end);
    end += vector.count;
    starts[row + 1] = end;
  }
  return { count: texts.length, starts, indices: indices.slice(0, end), values: values.slice(0, end) };
}

function grown<Values extends Uint16Array<ArrayBuffer> | Float32Array<ArrayBuffer>>(old: Values, next: Values): Values {
  next.set(old);
  return next;
}

/** The rows with these numbers, in this order. */
export function selectTexts(texts: HashedTexts, rows: ArrayLike<number>): HashedTexts {
  const starts = new Int32Array(rows.length + 1);
  for (let place = 0; place < rows.length; place++) {
    starts[place + 1] = starts[place]! + texts.starts[rows[place]! + 1]! - texts.starts[rows[place]!]!;
  }
  const indices = new Uint16Array(starts[rows.length]!);
  const values = new Float32Array(indices.length);
  for (let place = 0; place < rows.length; place++) {
    const [from, to] = [texts.starts[rows[place]!]!, texts.starts[rows[place]! + 1]!];
    indices.set(texts.indices.subarray(from, to), starts[place]!);
    values.set(texts.values.subarray(from, to), starts[place]!);
  }
  return { count: rows.length, starts, indices, values };
}

export interface TableOptions {
  /** Penalty on the squared weights, absolute. */
  readonly penalty: number;
  /** Stops when the residual has shrunk to this share of the targets; default 5e-3. */
  readonly tolerance?: number;
  readonly maxSteps?: number;
}

/**
 * Ridge regression of several targets on sparse rows, in the dual: (X X' + penalty I) a = y by conjugate gradients, then
 * w = X' a. `targets` is (count, outputs), each column of mean 0; returns (inputs, outputs). O(steps * entries * outputs).
 */
export function fitWeights(texts: HashedTexts, targets: Float64Array, options: TableOptions): Float64Array {
  const outputs = targets.length / texts.count;
  const weights = new Float64Array(TABLE_INPUTS * outputs);
  const column = new Float64Array(texts.count);
  for (let output = 0; output < outputs; output++) {
    for (let row = 0; row < texts.count; row++) column[row] = targets[row * outputs + output]!;
    const fitted = fitColumn(texts, column, options);
    for (let input = 0; input < TABLE_INPUTS; input++) weights[input * outputs + output] = fitted[input]!;
  }
  return weights;
}

function fitColumn(
  texts: HashedTexts,
  targets: Float64Array,
  { penalty, tolerance = 5e-3, maxSteps = 200 }: TableOptions,
): Float64Array {
  const weights = new Float64Array(TABLE_INPUTS);
  const solution = new Float64Array(targets.length);
  const residual = targets.slice();
  const direction = targets.slice();
  const product = new Float64Array(targets.length);
  let norm = dot(residual, residual);
  const goal = norm * tolerance * tolerance;
  for (let step = 0; step < maxSteps && norm > goal; step++) {
    scatter(texts, direction, weights);
    gather(texts, weights, product);
    for (let row = 0; row < product.length; row++) product[row]! += penalty * direction[row]!;
    const length = norm / dot(direction, product);
    for (let row = 0; row < product.length; row++) {
      solution[row]! += length * direction[row]!;
      residual[row]! -= length * product[row]!;
    }
    const next = dot(residual, residual);
    const turn = next / norm;
    for (let row = 0; row < product.length; row++) direction[row] = residual[row]! + turn * direction[row]!;
    norm = next;
  }
  scatter(texts, solution, weights);
  return weights;
}

/** weights = X' rows */
function scatter({ count, starts, indices, values }: HashedTexts, rows: Float64Array, weights: Float64Array): void {
  weights.fill(0);
  for (let row = 0; row < count; row++) {
    const share = rows[row]!;
    const end = starts[row + 1]!;
    for (let entry = starts[row]!; entry < end; entry++) weights[indices[entry]!]! += share * values[entry]!;
  }
}

/** rows = X weights */
function gather({ count, starts, indices, values }: HashedTexts, weights: Float64Array, rows: Float64Array): void {
  for (let row = 0; row < count; row++) {
    const end = starts[row + 1]!;
    let sum = 0;
    for (let entry = starts[row]!; entry < end; entry++) sum += values[entry]! * weights[indices[entry]!]!;
    rows[row] = sum;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!;
  return sum;
}

/** What a table says of hashed texts: (rows, outputs). */
export function sumTable(
  { count, starts, indices, values }: HashedTexts,
  weights: ArrayLike<number>,
  outputs: number,
): Float64Array {
  const sums = new Float64Array(count * outputs);
  for (let row = 0; row < count; row++) {
    for (let entry = starts[row]!; entry < starts[row + 1]!; entry++) {
      const at = indices[entry]! * outputs;
      for (let output = 0; output < outputs; output++)
        sums[row * outputs + output]! += values[entry]! * weights[at + output]!;
    }
  }
  return sums;
}

/** A learned table of one or more numbers for each bin, in 8 bits: number = `scales[output]` times entry. */
export interface HashedTable {
  readonly outputs: number;
  /** (TABLE_INPUTS, outputs) */
  readonly entries: Int8Array;
  /** (outputs) */
  readonly scales: Float32Array;
}

/** Rounds a table to 8 bits, each output by its largest entry. */
export function roundTable(weights: Float64Array, outputs: number): HashedTable {
  const scales = new Float32Array(outputs);
  for (let at = 0; at < weights.length; at++) {
    scales[at % outputs] = Math.max(scales[at % outputs]!, Math.abs(weights[at]!) / 127);
  }
  const entries = new Int8Array(weights.length);
  for (let at = 0; at < weights.length; at++) {
    const scale = scales[at % outputs]!;
    entries[at] = scale === 0 ? 0 : Math.round(weights[at]! / scale);
  }
  return { outputs, entries, scales };
}

/**
 * Fits a table on all rows, and says what tables fitted without a row's fold say of it: what a layer above may learn
 * from. `targets` is (rows, outputs); each column's mean is taken off. `folds` names each row's fold, 0 up to `foldCount`.
 */
export function crossFitTable(
  texts: HashedTexts,
  targets: Float64Array,
  {
    folds,
    foldCount,
    penalty,
  }: { readonly folds: ArrayLike<number>; readonly foldCount: number; readonly penalty: number },
): { readonly table: HashedTable; readonly outOfFold: Float64Array } {
  const outputs = targets.length / texts.count;
  const rows = Array.from({ length: texts.count }, (_, row) => row);
  const fitOn = (chosen: readonly number[]): Float64Array => {
    const own = Float64Array.from({ length: chosen.length * outputs }, (_, at) => {
      return targets[chosen[Math.floor(at / outputs)]! * outputs + (at % outputs)]!;
    });
    centre(own, outputs);
    return fitWeights(selectTexts(texts, chosen), own, { penalty });
  };
  const outOfFold = new Float64Array(targets.length);
  for (let fold = 0; fold < foldCount; fold++) {
    const inside = rows.filter((row) => folds[row] === fold);
    const rest = rows.filter((row) => folds[row] !== fold);
    if (inside.length === 0 || rest.length === 0) continue;
    const sums = sumTable(selectTexts(texts, inside), fitOn(rest), outputs);
    for (const [place, row] of inside.entries())
      outOfFold.set(sums.subarray(place * outputs, (place + 1) * outputs), row * outputs);
  }
  return { table: roundTable(fitOn(rows), outputs), outOfFold };
}

function centre(values: Float64Array, outputs: number): void {
  const means = new Float64Array(outputs);
  for (let at = 0; at < values.length; at++) means[at % outputs]! += values[at]!;
  for (let at = 0; at < values.length; at++) values[at]! -= means[at % outputs]! / (values.length / outputs);
}
