import { EmaBank } from "../nets/ema-bank.js";
import { Reservoir } from "../nets/reservoir.js";
import type { ReservoirOptions } from "../nets/reservoir-options.js";
import type { SparseVector } from "../nets/text-encoder.js";

/** A memory of a conversation that a readout can be trained on: one vector that each turn moves. */
export interface TurnFeatures {
  /** (size), live. */
  readonly values: Float32Array;
  step(turn: SparseVector): void;
  /** As before the first turn. */
  reset(): void;
}

/** Dimensions of a turn. */
export const TURN_INPUTS = 384;

/** Units of the topic memory's reservoir. */
export const TURN_UNITS = 1024;

/** The topic memory's reservoir, which keeps a fifth of the new; chosen on a split of the training dialogues. */
export const topicReservoirOptions: ReservoirOptions = {
  inputs: TURN_INPUTS,
  units: TURN_UNITS,
  topology: "structured",
  leakRate: 0.2,
  spectralRadius: 0.95,
  inputScaling: 0.175,
  seed: 20,
};

/** What is measured beside each other, by name. */
export const featureSets: Readonly<Record<string, () => TurnFeatures>> = {
  current: () => averages([1]),
  mean: () => new MeanPool(),
  ema: () => averages([0.2]),
  "last-5": () => new LastTurns(5),
  bank: () => averages([1, 0.4, 0.15, 0.04]),
  reservoir: () => reservoirFeatures(),
  "reservoir+bank": () => beside(reservoirFeatures(), averages([1, 0.4, 0.15, 0.04])),
};

function averages(rates: readonly number[]): TurnFeatures {
  const bank = new EmaBank({ inputs: TURN_INPUTS, rates });
  return {
    values: bank.state,
    step: ({ indices, values, count }) => bank.stepSparse(indices, values, count),
    reset: () => bank.reset(),
  };
}

function reservoirFeatures(): TurnFeatures {
  const reservoir = new Reservoir(topicReservoirOptions);
  return {
    values: reservoir.state,
    step: ({ indices, values, count }) => reservoir.stepSparse(indices, values, count),
    reset: () => reservoir.reset(),
  };
}

function beside(first: TurnFeatures, second: TurnFeatures): TurnFeatures {
  const values = new Float32Array(first.values.length + second.values.length);
  return {
    values,
    step(turn) {
      first.step(turn);
      second.step(turn);
      values.set(first.values);
      values.set(second.values, first.values.length);
    },
    reset() {
      first.reset();
      second.reset();
      values.fill(0);
    },
  };
}

class MeanPool implements TurnFeatures {
  readonly values: Float32Array = new Float32Array(TURN_INPUTS);
  #turns = 0;

  step({ indices, values, count }: SparseVector): void {
    this.#turns++;
    for (let index = 0; index < TURN_INPUTS; index++) this.values[index]! *= (this.#turns - 1) / this.#turns;
    for (let entry = 0; entry < count; entry++) this.values[indices[entry]!]! += values[entry]! / this.#turns;
  }

  reset(): void {
    this.values.fill(0);
    this.#turns = 0;
  }
}

class LastTurns implements TurnFeatures {
  readonly values: Float32Array;

  constructor(turns: number) {
    this.values = new Float32Array(turns * TURN_INPUTS);
  }

  step({ indices, values, count }: SparseVector): void {
    this.values.copyWithin(TURN_INPUTS, 0);
    this.values.fill(0, 0, TURN_INPUTS);
    for (let entry = 0; entry < count; entry++) this.values[indices[entry]!] = values[entry]!;
  }

  reset(): void {
    this.values.fill(0);
  }
}
