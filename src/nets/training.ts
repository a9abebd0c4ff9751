import { type Clock, systemClock } from "../core/clock.js";
import { Mlp } from "./mlp.js";
import {
  checkOptimizer,
  newOptimizerMemory,
  type Optimizer,
  type OptimizerMemory,
  optimizerStep,
} from "./optimizer.js";
import { Backprop, type Objective, type Teacher } from "./training-backprop.js";
import { checkRows, shuffled, type TrainingRows } from "./training-rows.js";

/** How to train. */
export interface TrainingOptions {
  /** Decides the order of the rows, and nothing else. */
  readonly seed: number;
  /** 30 when absent; the last one when early stopping does not end it before. */
  readonly epochs?: number;
  /** Rows that share one step; 32 when absent. */
  readonly batchSize?: number;
  /** Adam with its usual settings when absent. */
  readonly optimizer?: Optimizer;
  /** (outputs): how much a target of each class counts; 1 when absent. */
  readonly classWeights?: readonly number[];
  /** Rows kept aside: the epoch with the lowest loss on them is the one that is returned. */
  readonly validation?: TrainingRows;
  /** Epochs without a lower validation loss after which training ends; 5 when absent. Without `validation` it means nothing. */
  readonly patience?: number;
  /** What a larger network says of each row: `distillMlp` makes it. */
  readonly teacher?: Teacher;
  /** Weights that are zero stay zero: training after pruning. */
  readonly keepZeros?: boolean;
  /** Where a training that was broken off goes on; the result is the same as without the break. */
  readonly resume?: TrainingCheckpoint;
  readonly onProgress?: (progress: TrainingProgress) => void;
  /** Rejects with `signal.reason` within about 50 ms of work. */
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

/** What one epoch came to: mean losses (nats) and shares of rows whose likeliest class is the target's. */
export interface EpochReport {
  /** From 1. */
  readonly epoch: number;
  /** Mean over the epoch's rows, each before its own step. */
  readonly loss: number;
  readonly validationLoss?: number;
  readonly validationAccuracy?: number;
}

/** Told after each epoch. */
export interface TrainingProgress extends EpochReport {
  readonly epochs: number;
  /** A copy from which a later call goes on. Costs a copy of all weights. */
  checkpoint(): TrainingCheckpoint;
}

/** A training between two epochs. Plain data: it can be cloned, posted or stored. */
export interface TrainingCheckpoint {
  readonly epoch: number;
  /** Weights and biases of each layer in f64, in the order the optimizer keeps. */
  readonly parameters: readonly Float64Array[];
  readonly memory: OptimizerMemory;
  readonly best?: { readonly report: EpochReport; readonly parameters: readonly Float64Array[] };
  readonly reports: readonly EpochReport[];
}

/** A trained network and how it came about. */
export interface TrainingResult {
  readonly mlp: Mlp;
  readonly reports: readonly EpochReport[];
  /** The epoch whose weights were taken. */
  readonly epoch: number;
  readonly stopped: "epochs" | "patience";
}

const SLICE_MS = 50;

/**
 * Trains a copy of `start` by back-propagation in f64 and returns it; `start` stays as it is. The same seed and rows give the
 * same bits on every runtime. RangeError when rows and network do not fit.
 */
export async function trainMlp(start: Mlp, rows: TrainingRows, options: TrainingOptions): Promise<TrainingResult> {
  const training = new Training(start, rows, options);
  const { signal, onProgress, clock = systemClock } = options;
  let sliceMs = clock.monotonicMs();
  for (;;) {
    const stopped = training.stopped();
    if (stopped !== undefined) return training.result(stopped);
    for (const _ of training.epoch()) {
      if (clock.monotonicMs() - sliceMs < SLICE_MS) continue;
      // A signal, a screen or a server on the same thread gets its turn.
      await clock.sleep(0, signal === undefined ? {} : { signal });
      sliceMs = clock.monotonicMs();
    }
    signal?.throwIfAborted();
    onProgress?.(training.progress());
  }
}

/** Mean loss and accuracy of a network on rows, computed as in training. */
export function evaluateMlp(
  mlp: Mlp,
  rows: TrainingRows,
  { classWeights }: { readonly classWeights?: readonly number[] } = {},
): { readonly loss: number; readonly accuracy: number } {
  checkRows(rows, mlp.inputs, mlp.outputs);
  return evaluate(new Backprop(mlp.layers), rows, { classWeights: weightsOf(classWeights, mlp.outputs) });
}

class Training {
  readonly #net: Backprop;
  readonly #rows: TrainingRows;
  readonly #options: TrainingOptions;
  readonly #optimizer: Optimizer;
  readonly #memory: OptimizerMemory;
  readonly #objective: Objective;
  readonly #reports: EpochReport[];
  #best: { report: EpochReport; parameters: readonly Float64Array[] } | undefined;

  constructor(start: Mlp, rows: TrainingRows, options: TrainingOptions) {
    const { optimizer = { kind: "adam" }, classWeights, teacher, validation, resume } = options;
    checkRows(rows, start.inputs, start.outputs);
    if (validation !== undefined) checkRows(validation, start.inputs, start.outputs);
    checkOptimizer(optimizer);
    for (const [name, value] of [
      ["epochs", options.epochs ?? 1],
      ["batchSize", options.batchSize ?? 1],
      ["patience", options.patience ?? 1],
    ] as const)
      if (!Number.isInteger(value) || value < 1)
        throw new RangeError(`Cannot train: expected ${name} of 1 or more, got ${value}`);
    if (teacher !== undefined) checkTeacher(teacher, rows, start.outputs);
    const labels = { classWeights: weightsOf(classWeights, start.outputs) };
    this.#objective = teacher === undefined ? labels : { ...labels, teacher };
    this.#net = new Backprop(start.layers);
    this.#rows = rows;
    this.#options = options;
    this.#optimizer = optimizer;
    this.#memory = newOptimizerMemory(optimizer, this.#net.layers);
    this.#reports = [...(resume?.reports ?? [])];
    this.#best = resume?.best;
    if (resume !== undefined) this.#restore(resume);
  }

  get #epochs(): number {
    return this.#options.epochs ?? 30;
  }

  stopped(): "epochs" | "patience" | undefined {
    const done = this.#reports.length;
    if (this.#best !== undefined && done - this.#best.report.epoch >= (this.#options.patience ?? 5)) return "patience";
    return done >= this.#epochs ? "epochs" : undefined;
  }

  /** One epoch; yields after each batch, so that the caller may rest. */
  *epoch(): Generator<void, void, void> {
    const { seed, batchSize = 32, validation, keepZeros = false } = this.#options;
    const { features, weights } = this.#rows;
    const number = this.#reports.length + 1;
    const order = shuffled(features.count, (seed ^ Math.imul(number, 0x9e3779b1)) >>> 0);
    let loss = 0;
    let mass = 0;
    for (let begin = 0; begin < order.length; begin += batchSize) {
      const end = Math.min(order.length, begin + batchSize);
      let batchMass = 0;
      for (let place = begin; place < end; place++) batchMass += weights?.[order[place]!] ?? 1;
      if (batchMass > 0) {
        for (let place = begin; place < end; place++) {
          const row = order[place]!;
          const weight = weights?.[row] ?? 1;
          if (weight === 0) continue;
          loss += weight * this.#net.accumulate(this.#rows, row, this.#objective, weight / batchMass);
        }
        this.#net.finishBatch();
        optimizerStep(this.#optimizer, this.#memory, this.#net.layers, { keepZeros });
      }
      mass += batchMass;
      yield;
    }
    const report: EpochReport = { epoch: number, loss: loss / mass };
    if (!Number.isFinite(report.loss))
      throw new RangeError(
        `Cannot train: the loss became ${report.loss} in epoch ${number}; take a smaller learning rate`,
      );
    if (validation === undefined) {
      this.#reports.push(report);
      return;
    }
    const kept = evaluate(this.#net, validation, { classWeights: this.#objective.classWeights });
    const full = { ...report, validationLoss: kept.loss, validationAccuracy: kept.accuracy };
    this.#reports.push(full);
    if (kept.loss < (this.#best?.report.validationLoss ?? Number.POSITIVE_INFINITY))
      this.#best = { report: full, parameters: this.#parameters() };
  }

  progress(): TrainingProgress {
    return {
      ...this.#reports[this.#reports.length - 1]!,
      epochs: this.#epochs,
      checkpoint: () => ({
        epoch: this.#reports.length,
        parameters: this.#parameters(),
        memory: {
          steps: this.#memory.steps,
          first: this.#memory.first.map((list) => list.slice()),
          second: this.#memory.second.map((list) => list.slice()),
          powers: [...this.#memory.powers],
        },
        ...(this.#best === undefined ? {} : { best: this.#best }),
        reports: [...this.#reports],
      }),
    };
  }

  result(stopped: "epochs" | "patience"): TrainingResult {
    if (this.#best !== undefined) this.#setParameters(this.#best.parameters);
    return {
      mlp: new Mlp(this.#net.toLayers()),
      reports: this.#reports,
      epoch: this.#best?.report.epoch ?? this.#reports.length,
      stopped,
    };
  }

  #parameters(): Float64Array[] {
    return this.#net.layers.flatMap(({ weights, bias }) => [weights.slice(), bias.slice()]);
  }

  #setParameters(parameters: readonly Float64Array[]): void {
    copyLists(
      parameters,
      this.#net.layers.flatMap(({ weights, bias }) => [weights, bias]),
    );
  }

  #restore({ parameters, memory }: TrainingCheckpoint): void {
    this.#setParameters(parameters);
    copyLists(memory.first, this.#memory.first);
    copyLists(memory.second, this.#memory.second);
    this.#memory.steps = memory.steps;
    this.#memory.powers = [...memory.powers];
  }
}

function weightsOf(classWeights: readonly number[] | undefined, outputs: number): Float64Array {
  if (classWeights === undefined) return new Float64Array(outputs).fill(1);
  if (
    classWeights.length !== outputs ||
    classWeights.some((weight) => !(weight >= 0 && weight < Number.POSITIVE_INFINITY))
  )
    throw new RangeError(`Cannot train: expected ${outputs} class weights of 0 or more, got [${classWeights}]`);
  return Float64Array.from(classWeights);
}

function checkTeacher({ targets, temperature, share }: Teacher, rows: TrainingRows, outputs: number): void {
  if (targets.length !== rows.features.count * outputs)
    throw new RangeError(
      `Cannot train: expected ${rows.features.count * outputs} targets of a teacher, got ${targets.length}`,
    );
  if (!(temperature > 0 && temperature < Number.POSITIVE_INFINITY))
    throw new RangeError(`Cannot train: expected a positive temperature, got ${temperature}`);
  if (!(share >= 0 && share <= 1)) throw new RangeError(`Cannot train: expected a share from 0 to 1, got ${share}`);
}

function copyLists(from: readonly Float64Array[], to: readonly Float64Array[]): void {
  if (from.length !== to.length || from.some((list, index) => list.length !== to[index]!.length))
    throw new RangeError(
      `Cannot resume training: expected lists of ${to.map((list) => list.length)} numbers, got ${from.map((list) => list.length)}`,
    );
  for (const [index, list] of from.entries()) to[index]!.set(list);
}

function evaluate(
  net: Backprop,
  rows: TrainingRows,
  objective: Objective,
): { readonly loss: number; readonly accuracy: number } {
  const { features, targets, weights } = rows;
  const outputs = objective.classWeights.length;
  let loss = 0;
  let right = 0;
  let mass = 0;
  for (let row = 0; row < features.count; row++) {
    const weight = weights?.[row] ?? 1;
    loss += weight * net.loss(rows, row, objective);
    mass += weight;
    if (argmax(net.lastLogits) === argmax(targets.subarray(row * outputs, (row + 1) * outputs))) right += weight;
  }
  return { loss: loss / mass, accuracy: right / mass };
}

function argmax(values: Float32Array | Float64Array): number {
  let best = 0;
  for (let index = 1; index < values.length; index++) if (values[index]! > values[best]!) best = index;
  return best;
}
