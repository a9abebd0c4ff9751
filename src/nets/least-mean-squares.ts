import { arenaBytes } from "../kernels/arena.js";
import { createLinearAlgebra, type LinearAlgebraKernels } from "../kernels/linear-algebra.js";
import { padded } from "../kernels/panel.js";

/** What a least mean squares readout is made of. */
export interface LeastMeanSquaresOptions {
  readonly inputs: number;
  readonly outputs: number;
  /** A constant 1 beside the inputs. Default true. */
  readonly bias?: boolean;
  /** Length of a step, above 0; with `normalised` below 2 (beyond it the weights would run away). Default 0.5. */
  readonly rate?: number;
  /** Divides each step by the squared length of its state, so that one rate suits any scale. Default true. */
  readonly normalised?: boolean;
  /** Default: the fastest that the runtime has. */
  readonly kernels?: (bytes: number) => LinearAlgebraKernels;
}

/**
 * A linear readout that follows the gradient of each row's squared error (Widrow & Hoff 1960; normalised: Nagumo & Noda
 * 1967): far less work than recursive least squares, and slower to learn where inputs are correlated. A step takes
 * 2 * inputs * outputs multiplications and no memory.
 */
export class LeastMeanSquares {
  readonly inputs: number;
  readonly outputs: number;
  readonly #bias: boolean;
  readonly #rate: number;
  readonly #normalised: boolean;
  readonly #kernels: LinearAlgebraKernels;
  readonly #size: number;
  readonly #weights: Float64Array;
  readonly #state: Float64Array;
  readonly #errors: Float64Array;

  constructor(options: LeastMeanSquaresOptions) {
    const { inputs, outputs, bias = true, rate = 0.5, normalised = true, kernels = createLinearAlgebra } = options;
    if (!Number.isInteger(inputs) || inputs < 1 || !Number.isInteger(outputs) || outputs < 1) {
      throw new RangeError(`Cannot learn ${outputs} outputs from ${inputs} inputs: expected whole numbers above 0`);
    }
    if (!(rate > 0 && rate < (normalised ? 2 : Number.POSITIVE_INFINITY))) {
      throw new RangeError(`Cannot learn at rate ${rate}: expected it above 0${normalised ? " and below 2" : ""}`);
    }
    this.inputs = inputs;
    this.outputs = outputs;
    this.#bias = bias;
    this.#rate = rate;
    this.#normalised = normalised;
    this.#size = padded(inputs + (bias ? 1 : 0));
    const lengths = [this.#size * outputs, this.#size, outputs] as const;
    this.#kernels = kernels(lengths.reduce((bytes, length) => bytes + arenaBytes(length, 8), 0));
    this.#weights = this.#kernels.arena.f64(lengths[0]);
    this.#state = this.#kernels.arena.f64(lengths[1]);
    this.#errors = this.#kernels.arena.f64(lengths[2]);
  }

  /** Learns one row. Returns the mean squared error of the readout before it. RangeError on another length or no finite value. */
  step(state: ArrayLike<number>, target: ArrayLike<number>): number {
    if (target.length !== this.outputs) {
      throw new RangeError(`Cannot learn a row: expected ${this.outputs} values of its target, got ${target.length}`);
    }
    const energy = this.#load(state);
    let check = energy * 0;
    for (let output = 0; output < this.outputs; output++) check += target[output]! * 0;
    if (check !== 0) throw new RangeError("Cannot learn a row: a value of its state or target is not finite");
    this.#kernels.rowsTimes(this.#errors, this.#weights, this.outputs, this.#size, this.#state);
    const rate = this.#normalised ? this.#rate / (1e-8 + energy) : this.#rate;
    let squares = 0;
    for (let output = 0; output < this.outputs; output++) {
      const error = target[output]! - this.#errors[output]!;
      squares += error * error;
      this.#errors[output] = error * rate;
    }
    this.#kernels.addRows(this.#weights, this.outputs, this.#size, this.#errors, this.#state);
    return squares / this.outputs;
  }

  /** out (outputs) = weights state + bias. */
  predict(out: Float32Array | Float64Array, state: ArrayLike<number>): void {
    this.#load(state);
    this.#kernels.rowsTimes(this.#errors, this.#weights, this.outputs, this.#size, this.#state);
    for (let output = 0; output < this.outputs; output++) out[output] = this.#errors[output]!;
  }

  /** Copies of the weights (outputs, inputs) and the bias (outputs; zeros without one). */
  readout(): { readonly weights: Float64Array; readonly bias: Float64Array } {
    const weights = new Float64Array(this.outputs * this.inputs);
    const bias = new Float64Array(this.outputs);
    for (let output = 0; output < this.outputs; output++) {
      const row = this.#weights.subarray(output * this.#size, (output + 1) * this.#size);
      weights.set(row.subarray(0, this.inputs), output * this.inputs);
      if (this.#bias) bias[output] = row[this.inputs]!;
    }
    return { weights, bias };
  }

  /** Takes the state over and returns its squared length. */
  #load(state: ArrayLike<number>): number {
    if (state.length !== this.inputs) {
      throw new RangeError(`Cannot read a state: expected ${this.inputs} values, got ${state.length}`);
    }
    let energy = this.#bias ? 1 : 0;
    for (let input = 0; input < this.inputs; input++) {
      const value = state[input]!;
      this.#state[input] = value;
      energy += value * value;
    }
    if (this.#bias) this.#state[this.inputs] = 1;
    return energy;
  }
}
