import { arenaBytes } from "../kernels/arena.js";
import { createLinearAlgebra, type LinearAlgebraKernels } from "../kernels/linear-algebra.js";
import { padded } from "../kernels/panel.js";

/** What a recursive least squares readout is made of. */
export interface RecursiveLeastSquaresOptions {
  readonly inputs: number;
  readonly outputs: number;
  /** A constant 1 beside the inputs; it is shrunk like their weights. Default true. */
  readonly bias?: boolean;
  /** Weight of the squared weights at the start, above 0. Default 1e-6. Large: slow and steady. */
  readonly lambda?: number;
  /**
   * What the past keeps with each step, at most 1 (default: nothing is forgotten) and at least 1 - 14 / inputs: a memory that
   * is much shorter than the inputs are many determines nothing.
   */
  readonly forgetting?: number;
  /** Default: the fastest that the runtime has. */
  readonly kernels?: (bytes: number) => LinearAlgebraKernels;
}

/** Beyond it a covariance grows a millionfold before its turn to be bounded comes. */
const MOST_FORGOTTEN = 14;

/**
 * A linear readout that is, after every step, the ridge regression of all rows so far (Plackett 1950; Haykin, Adaptive Filter
 * Theory, section 10.3), in f64 and with a covariance kept on and above its diagonal, so that it cannot lose its symmetry.
 * Forgetting would let the covariance of a direction that no input excites grow without bound: with each step one input in
 * turn is told its present weights again, as strongly as lambda would by then (after Gay 1996, dynamic regularisation).
 * A step takes 1.5 * inputs^2 + 2 * inputs * outputs multiplications (forgetting: 2 * inputs^2) and no memory.
 */
export class RecursiveLeastSquares {
  readonly inputs: number;
  readonly outputs: number;
  readonly #bias: boolean;
  readonly #lambda: number;
  readonly #forgetting: number;
  readonly #kernels: LinearAlgebraKernels;
  readonly #size: number;
  readonly #covariance: Float64Array;
  readonly #weights: Float64Array;
  readonly #state: Float64Array;
  readonly #gain: Float64Array;
  readonly #errors: Float64Array;
  readonly #bounded: Float64Array;
  #turn = 0;
  #resets = 0;

  constructor(options: RecursiveLeastSquaresOptions) {
    const { inputs, outputs, bias = true, lambda = 1e-6, forgetting = 1, kernels = createLinearAlgebra } = options;
    if (!Number.isInteger(inputs) || inputs < 1 || !Number.isInteger(outputs) || outputs < 1) {
      throw new RangeError(`Cannot learn ${outputs} outputs from ${inputs} inputs: expected whole numbers above 0`);
    }
    if (!(lambda > 0 && lambda < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`Cannot learn with lambda ${lambda}: expected a finite number above 0`);
    }
    const least = Math.max(0.01, 1 - MOST_FORGOTTEN / (inputs + 1));
    if (!(forgetting >= least && forgetting <= 1)) {
      throw new RangeError(`Cannot learn ${inputs} inputs with forgetting ${forgetting}: expected it in [${least}, 1]`);
    }
    this.inputs = inputs;
    this.outputs = outputs;
    this.#bias = bias;
    this.#lambda = lambda;
    this.#forgetting = forgetting;
    this.#size = padded(inputs + (bias ? 1 : 0));
    const lengths = [this.#size ** 2, this.#size * outputs, this.#size, this.#size, outputs, this.#size] as const;
    this.#kernels = kernels(lengths.reduce((bytes, length) => bytes + arenaBytes(length, 8), 0));
    const { arena } = this.#kernels;
    this.#covariance = arena.f64(lengths[0]);
    this.#weights = arena.f64(lengths[1]);
    this.#state = arena.f64(lengths[2]);
    this.#gain = arena.f64(lengths[3]);
    this.#errors = arena.f64(lengths[4]);
    this.#bounded = arena.f64(lengths[5]);
    this.#restart();
  }

  /** How often the covariance was found spent (not positive any more) and began anew, the weights kept. */
  get resets(): number {
    return this.#resets;
  }

  /** Learns one row. Returns the mean squared error of the readout before it. RangeError on another length or no finite value. */
  step(state: ArrayLike<number>, target: ArrayLike<number>): number {
    if (target.length !== this.outputs) {
      throw new RangeError(`Cannot learn a row: expected ${this.outputs} values of its target, got ${target.length}`);
    }
    let check = this.#load(state);
    for (let output = 0; output < this.outputs; output++) check += target[output]! * 0;
    if (check !== 0) throw new RangeError("Cannot learn a row: a value of its state or target is not finite");

    const [kernels, size, gain] = [this.#kernels, this.#size, this.#gain];
    kernels.symmetricTimes(gain, this.#covariance, size, this.#state);
    let variance = dot(this.#state, gain);
    if (!(variance >= 0 && variance < Number.POSITIVE_INFINITY)) {
      this.#resets++;
      this.#restart();
      kernels.symmetricTimes(gain, this.#covariance, size, this.#state);
      variance = dot(this.#state, gain);
      if (!(variance < Number.POSITIVE_INFINITY))
        throw new RangeError("Cannot learn a row: its state is too large to be squared");
    }
    const scale = 1 / (this.#forgetting + variance);

    kernels.rowsTimes(this.#errors, this.#weights, this.outputs, size, this.#state);
    let squares = 0;
    for (let output = 0; output < this.outputs; output++) {
      const error = target[output]! - this.#errors[output]!;
      squares += error * error;
      this.#errors[output] = error * scale;
    }
    kernels.addRows(this.#weights, this.outputs, size, this.#errors, gain);
    if (this.#forgetting === 1) kernels.rankOne(this.#covariance, size, gain, -scale);
    else this.#forget(scale);
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

  #load(state: ArrayLike<number>): number {
    if (state.length !== this.inputs) {
      throw new RangeError(`Cannot read a state: expected ${this.inputs} values, got ${state.length}`);
    }
    let check = 0;
    for (let input = 0; input < this.inputs; input++) {
      const value = state[input]!;
      this.#state[input] = value;
      check += value * 0;
    }
    if (this.#bias) this.#state[this.inputs] = 1;
    return check;
  }

  /** Takes the gain off the covariance, lets the rest grow by 1 / forgetting, and bounds one input. */
  #forget(scale: number): void {
    const [size, gain, bounded, keep] = [this.#size, this.#gain, this.#bounded, 1 / this.#forgetting];
    const used = this.inputs + (this.#bias ? 1 : 0);
    const input = this.#turn;
    this.#turn = (input + 1) % used;
    for (let row = 0; row < size; row++) {
      const entry = this.#covariance[row < input ? row * size + input : input * size + row]!;
      bounded[row] = keep * (entry - scale * gain[input]! * gain[row]!);
    }
    const strength = this.#lambda * used * (1 - this.#forgetting);
    const weight = strength / (1 + strength * bounded[input]!);
    this.#kernels.rankTwo(this.#covariance, size, gain, bounded, keep, -scale * keep, -weight);
  }

  #restart(): void {
    this.#covariance.fill(0);
    const used = this.inputs + (this.#bias ? 1 : 0);
    for (let row = 0; row < used; row++) this.#covariance[row * this.#size + row] = 1 / this.#lambda;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}
