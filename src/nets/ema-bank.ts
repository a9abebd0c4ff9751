/** What an exponential moving average of several rates keeps. */
export interface EmaBankOptions {
  readonly inputs: number;
  /** The share of the new in each average, in (0, 1]. */
  readonly rates?: readonly number[];
}

const DEFAULT_RATES = [1, 0.4, 0.15, 0.04];

/**
 * Exponential moving averages of the inputs at several rates: m <- m + rate (u - m), each from zero. The plain memory that
 * an echo state network is measured against, and good extra features beside it.
 */
export class EmaBank {
  readonly rates: readonly number[];
  readonly inputs: number;
  /** (rates, inputs): rate 1 is the last input. */
  readonly state: Float32Array;

  constructor({ inputs, rates = DEFAULT_RATES }: EmaBankOptions) {
    if (!Number.isInteger(inputs) || inputs < 1) {
      throw new RangeError(`Cannot make an EMA bank: inputs is ${inputs}, expected a whole number from 1 on`);
    }
    for (const rate of rates) {
      if (!(rate > 0 && rate <= 1)) {
        throw new RangeError(`Cannot make an EMA bank: a rate is ${rate}, expected more than 0 and at most 1`);
      }
    }
    this.rates = rates.slice();
    this.inputs = inputs;
    this.state = new Float32Array(rates.length * inputs);
  }

  /** One step with all inputs (inputs). RangeError for another length, NaN or infinity; the averages are then as they were. */
  step(input: ArrayLike<number>): void {
    if (input.length !== this.inputs) {
      throw new RangeError(`Cannot step the EMA bank: expected ${this.inputs} inputs, got ${input.length}`);
    }
    for (let index = 0; index < this.inputs; index++) check(input[index]!, index);
    this.#decay();
    for (let row = 0; row < this.rates.length; row++) {
      const rate = this.rates[row]!;
      const start = row * this.inputs;
      for (let index = 0; index < this.inputs; index++) {
        this.state[start + index] = this.state[start + index]! + rate * input[index]!;
      }
    }
  }

  /** One step with the first `count` of the pairs, every other input 0. RangeError as in `step`, or for an index that is none. */
  stepSparse(indices: ArrayLike<number>, values: ArrayLike<number>, count: number = indices.length): void {
    if (count >>> 0 !== count || count > indices.length || count > values.length) {
      throw new RangeError(
        `Cannot step the EMA bank: expected ${count} pairs, got ${indices.length} indices and ${values.length} values`,
      );
    }
    for (let place = 0; place < count; place++) {
      if (!(indices[place]! >= 0 && indices[place]! < this.inputs)) {
        throw new RangeError(
          `Cannot step the EMA bank: expected an input from 0 to ${this.inputs - 1}, got ${indices[place]}`,
        );
      }
      check(values[place]!, indices[place]!);
    }
    this.#decay();
    for (let row = 0; row < this.rates.length; row++) {
      const rate = this.rates[row]!;
      const start = row * this.inputs;
      for (let place = 0; place < count; place++) {
        const at = start + indices[place]!;
        this.state[at] = this.state[at]! + rate * values[place]!;
      }
    }
  }

  /** Zero averages. */
  reset(): void {
    this.state.fill(0);
  }

  /** Copies averages (rates * inputs) in. */
  setState(source: Float32Array): void {
    if (source.length !== this.state.length) {
      throw new RangeError(`Cannot set the EMA bank: expected ${this.state.length} averages, got ${source.length}`);
    }
    this.state.set(source);
  }

  #decay(): void {
    for (let row = 0; row < this.rates.length; row++) {
      const kept = 1 - this.rates[row]!;
      for (let at = row * this.inputs; at < (row + 1) * this.inputs; at++) this.state[at] = this.state[at]! * kept;
    }
  }
}

/** One that is not finite would stay in the averages for ever. */
function check(value: number, index: number): void {
  if (!Number.isFinite(value)) {
    throw new RangeError(`Cannot step the EMA bank: expected a finite number for input ${index}, got ${value}`);
  }
}
