import type { TrainedLayer } from "./training-backprop.js";

/** How a gradient becomes a step. Weight decay is decoupled (Loshchilov and Hutter 2019): weights shrink, biases do not. */
export type Optimizer =
  | {
      readonly kind: "adam";
      /** 0.001 when absent. */
      readonly learningRate?: number;
      /** 0.9: how much of the mean gradient stays from step to step. */
      readonly beta1?: number;
      /** 0.999: the same for its square. */
      readonly beta2?: number;
      readonly epsilon?: number;
      /** Share of a weight, times the learning rate, that each step takes away; 0 when absent. */
      readonly weightDecay?: number;
    }
  | {
      readonly kind: "sgd";
      /** 0.01 when absent. */
      readonly learningRate?: number;
      /** 0.9 when absent. */
      readonly momentum?: number;
      readonly weightDecay?: number;
    };

/** What an optimizer remembers between steps: running means in the order weights, bias of each layer. */
export interface OptimizerMemory {
  steps: number;
  readonly first: readonly Float64Array[];
  /** Empty for `sgd`. */
  readonly second: readonly Float64Array[];
  /** beta1 and beta2 to the power of `steps`; kept as products because a power function differs between runtimes. */
  powers: [number, number];
}

/** Memory before the first step. */
export function newOptimizerMemory(optimizer: Optimizer, layers: readonly TrainedLayer[]): OptimizerMemory {
  const zeros = (): Float64Array[] =>
    layers.flatMap(({ weights, bias }) => [new Float64Array(weights.length), new Float64Array(bias.length)]);
  return { steps: 0, first: zeros(), second: optimizer.kind === "adam" ? zeros() : [], powers: [1, 1] };
}

/** RangeError for a setting with which no training can work. */
export function checkOptimizer(optimizer: Optimizer): void {
  const rate = optimizer.learningRate ?? 1;
  if (!(rate > 0 && rate < Number.POSITIVE_INFINITY))
    throw new RangeError(`Cannot train: expected a positive learning rate, got ${rate}`);
  const shares = optimizer.kind === "adam" ? [optimizer.beta1 ?? 0, optimizer.beta2 ?? 0] : [optimizer.momentum ?? 0];
  for (const share of shares)
    if (!(share >= 0 && share < 1))
      throw new RangeError(`Cannot train: expected a share from 0 to below 1, got ${share}`);
  const decay = optimizer.weightDecay ?? 0;
  if (!(decay >= 0 && decay * rate < 1))
    throw new RangeError(`Cannot train: expected a weight decay of 0 or more, got ${decay}`);
}

/** One step of all layers along their gradients, which are set back to zero. With `keepZeros` a weight of zero stays zero. */
export function optimizerStep(
  optimizer: Optimizer,
  memory: OptimizerMemory,
  layers: readonly TrainedLayer[],
  { keepZeros = false }: { readonly keepZeros?: boolean } = {},
): void {
  memory.steps++;
  memory.powers = [memory.powers[0] * decayOfMean(optimizer), memory.powers[1] * decayOfSquare(optimizer)];
  for (const [index, layer] of layers.entries()) {
    update(optimizer, memory, 2 * index, layer.weights, layer.weightGradient, optimizer.weightDecay ?? 0, keepZeros);
    update(optimizer, memory, 2 * index + 1, layer.bias, layer.biasGradient, 0, false);
  }
}

function decayOfMean(optimizer: Optimizer): number {
  return optimizer.kind === "adam" ? (optimizer.beta1 ?? 0.9) : 0;
}

function decayOfSquare(optimizer: Optimizer): number {
  return optimizer.kind === "adam" ? (optimizer.beta2 ?? 0.999) : 0;
}

function update(
  optimizer: Optimizer,
  memory: OptimizerMemory,
  slot: number,
  values: Float64Array,
  gradient: Float64Array,
  weightDecay: number,
  keepZeros: boolean,
): void {
  const first = memory.first[slot]!;
  if (optimizer.kind === "sgd") {
    const { learningRate = 0.01, momentum = 0.9 } = optimizer;
    const keep = 1 - learningRate * weightDecay;
    for (let index = 0; index < values.length; index++) {
      const mean = momentum * first[index]! + gradient[index]!;
      gradient[index] = 0;
      if (keepZeros && values[index] === 0) continue;
      first[index] = mean;
      values[index] = keep * values[index]! - learningRate * mean;
    }
    return;
  }
  const { learningRate = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = optimizer;
  const keep = 1 - learningRate * weightDecay;
  const second = memory.second[slot]!;
  // Kingma and Ba 2015, algorithm 1; the corrections of the means' start at zero are taken out of the loop.
  const step = learningRate / (1 - memory.powers[0]);
  const scale = 1 / Math.sqrt(1 - memory.powers[1]);
  for (let index = 0; index < values.length; index++) {
    const slope = gradient[index]!;
    gradient[index] = 0;
    if (keepZeros && values[index] === 0) continue;
    const mean = beta1 * first[index]! + (1 - beta1) * slope;
    const square = beta2 * second[index]! + (1 - beta2) * slope * slope;
    first[index] = mean;
    second[index] = square;
    values[index] = keep * values[index]! - (step * mean) / (Math.sqrt(square) * scale + epsilon);
  }
}
