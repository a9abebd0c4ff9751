import { arenaBytes } from "../kernels/arena.js";
import { createLinearAlgebra, type LinearAlgebraKernels } from "../kernels/linear-algebra.js";
import { BLOCK_ROWS, packRow, padded, panelIndex } from "../kernels/panel.js";
import { type RidgeOptions, type RidgeSolution, solveGram } from "./ridge-solution.js";

/** What a Gram accumulator is made of. */
export interface GramOptions {
  readonly inputs: number;
  readonly outputs: number;
  /** Fits a constant beside the inputs, which the ridge does not shrink. Default true. */
  readonly bias?: boolean;
  /** What the sums keep with each row, in (0, 1]: 0.999 forgets with a half-life of 693 rows. Default 1. */
  readonly decay?: number;
  /**
   * Rows gathered before the sums are touched, 1 to 32. 32 (default) is the least work in all (a burst each 32 rows); 1 costs
   * the same with each row.
   */
  readonly blockRows?: number;
  /** Default: the fastest that the runtime has. */
  readonly kernels?: (bytes: number) => LinearAlgebraKernels;
}

/**
 * The sums X^T X and X^T Y of rows seen so far, in f64: all that a linear readout needs, so that no row has to be kept.
 * 8 bytes * (inputs^2 + inputs * outputs); a row costs inputs^2 / 2 + inputs * outputs multiplications.
 */
export class GramAccumulator {
  readonly inputs: number;
  readonly outputs: number;
  readonly bias: boolean;
  readonly decay: number;
  readonly #blockRows: number;
  readonly #createKernels: (bytes: number) => LinearAlgebraKernels;
  readonly #kernels: LinearAlgebraKernels;
  readonly #size: number;
  readonly #gram: Float64Array;
  readonly #cross: Float64Array;
  readonly #states: Float64Array;
  readonly #targets: Float64Array;
  #pending = 0;
  #rows = 0;

  constructor(options: GramOptions) {
    const { inputs, outputs, bias = true, decay = 1, blockRows = BLOCK_ROWS, kernels = createLinearAlgebra } = options;
    requireCount("inputs", inputs);
    requireCount("outputs", outputs);
    if (!(decay > 0 && decay <= 1))
      throw new RangeError(`Cannot accumulate with decay ${decay}: expected it in (0, 1]`);
    if (!Number.isInteger(blockRows) || blockRows < 1 || blockRows > BLOCK_ROWS) {
      throw new RangeError(`Cannot accumulate in blocks of ${blockRows} rows: expected 1 to ${BLOCK_ROWS}`);
    }
    this.inputs = inputs;
    this.outputs = outputs;
    this.bias = bias;
    this.decay = decay;
    this.#blockRows = blockRows;
    this.#size = padded(inputs + (bias ? 1 : 0));
    const width = padded(outputs);
    const lengths = [this.#size ** 2, this.#size * width, this.#size * blockRows, width * blockRows] as const;
    this.#createKernels = kernels;
    this.#kernels = kernels(lengths.reduce((bytes, length) => bytes + arenaBytes(length, 8), 0));
    const { arena } = this.#kernels;
    this.#gram = arena.f64(lengths[0]);
    this.#cross = arena.f64(lengths[1]);
    this.#states = arena.f64(lengths[2]);
    this.#targets = arena.f64(lengths[3]);
  }

  /** Rows added, those of merged accumulators included. */
  get rows(): number {
    return this.#rows;
  }

  /** Adds one row: state (inputs), target (outputs). RangeError on another length or a value that is not finite. */
  add(state: ArrayLike<number>, target: ArrayLike<number>): void {
    requireLength("state", state, this.inputs);
    requireLength("target", target, this.outputs);
    const [rows, row] = [this.#blockRows, this.#pending];
    const check =
      packRow(this.#states, rows, row, state, this.inputs) + packRow(this.#targets, rows, row, target, this.outputs);
    if (check !== 0) throw new RangeError("Cannot add a row: a value of its state or target is not finite");
    if (this.bias) this.#states[panelIndex(rows, row, this.inputs)] = 1;
    this.#rows++;
    this.#pending++;
    if (this.#pending === rows) this.#flush();
  }

  /** Adds the sums of another accumulator of the same shape, as if its rows had been added here without ageing anything. */
  merge(other: GramAccumulator): void {
    if (other.inputs !== this.inputs || other.outputs !== this.outputs || other.bias !== this.bias) {
      throw new RangeError(
        `Cannot merge sums of shape (${other.inputs}, ${other.outputs}, bias ${other.bias}): expected (${this.inputs}, ${this.outputs}, bias ${this.bias})`,
      );
    }
    other.#flush();
    this.#flush();
    for (let at = 0; at < this.#gram.length; at++) this.#gram[at] = this.#gram[at]! + other.#gram[at]!;
    for (let at = 0; at < this.#cross.length; at++) this.#cross[at] = this.#cross[at]! + other.#cross[at]!;
    this.#rows += other.#rows;
  }

  /** The readout of least squared error plus lambda times the squared weights, over all rows so far. O(inputs^3). */
  solve(options: RidgeOptions = {}): RidgeSolution {
    if (this.#rows === 0) throw new RangeError("Cannot solve for a readout: no row was added");
    this.#flush();
    const { inputs, outputs, bias } = this;
    const sums = { inputs, outputs, bias, size: this.#size, gram: this.#gram, cross: this.#cross };
    return solveGram(sums, options, this.#createKernels);
  }

  /** Forgets every row. */
  reset(): void {
    this.#gram.fill(0);
    this.#cross.fill(0);
    this.#pending = 0;
    this.#rows = 0;
  }

  #flush(): void {
    if (this.#pending === 0) return;
    const [groups, width, rows] = [this.#size / 4, padded(this.outputs) / 4, this.#blockRows];
    clearRows(this.#states, rows, this.#pending);
    clearRows(this.#targets, rows, this.#pending);
    let keep = 1;
    // Rows that waited are older: each counts by the root of what it would have kept, since the sums hold its square.
    for (let row = this.#pending - 1; row >= 0; row--, keep *= this.decay) {
      if (keep === 1) continue;
      scaleRow(this.#states, rows, row, Math.sqrt(keep));
      scaleRow(this.#targets, rows, row, Math.sqrt(keep));
    }
    if (rows === 1 && keep === 1) {
      // The panel of one row is the row itself: it goes through the sums in longer strides, in half the time.
      this.#kernels.rankOne(this.#gram, this.#size, this.#states, 1);
      this.#kernels.addRows(this.#cross, this.#size, 4 * width, this.#states, this.#targets);
    } else {
      this.#kernels.addOuter(this.#gram, this.#states, groups, this.#states, groups, rows, keep, true);
      this.#kernels.addOuter(this.#cross, this.#states, groups, this.#targets, width, rows, keep, false);
    }
    this.#pending = 0;
  }
}

function clearRows(panel: Float64Array, rows: number, from: number): void {
  if (from === rows) return;
  for (let group = 0; group < panel.length; group += 4 * rows) panel.fill(0, group + 4 * from, group + 4 * rows);
}

function scaleRow(panel: Float64Array, rows: number, row: number, factor: number): void {
  for (let group = 4 * row; group < panel.length; group += 4 * rows) {
    for (let at = group; at < group + 4; at++) panel[at] = panel[at]! * factor;
  }
}

function requireCount(name: string, count: number): void {
  if (!Number.isInteger(count) || count < 1) {
    throw new RangeError(`Cannot accumulate ${count} ${name}: expected a whole number above 0`);
  }
}

function requireLength(name: string, values: ArrayLike<number>, length: number): void {
  if (values.length !== length) {
    throw new RangeError(`Cannot add a row: expected ${length} values of its ${name}, got ${values.length}`);
  }
}
