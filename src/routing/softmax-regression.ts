import type { DenseLayer } from "../kernels/perceptron.js";
import { portableExp, portableLog } from "../nets/training-math.js";
import type { TrainingRows } from "../nets/training-rows.js";

export interface SoftmaxRegressionOptions {
  /** (inputs): what half the square of a weight of that input costs, against the mean loss times the rows. */
  readonly penalties: Float64Array;
  /** Stops when the gradient has shrunk to this share of the first; default 1e-4. */
  readonly tolerance?: number;
  readonly maxSteps?: number;
}

const MEMORY = 10;
const ARMIJO = 1e-4;

/**
 * Fits one layer with softmax to soft targets by cross-entropy and a penalty for each input: convex, so the same minimum
 * whatever the start. Limited-memory BFGS in f64 (Nocedal 1980). Uses no library exponential, so every runtime gets the
 * same weights. O(steps * entries * outputs).
 */
export function fitSoftmaxRegression(
  rows: TrainingRows,
  outputs: number,
  { penalties, tolerance = 1e-4, maxSteps = 200 }: SoftmaxRegressionOptions,
): DenseLayer {
  const { inputs } = rows.features;
  if (penalties.length !== inputs)
    throw new RangeError(`Cannot fit the layer: expected ${inputs} penalties, got ${penalties.length}`);
  if (rows.targets.length !== rows.features.count * outputs)
    throw new RangeError(
      `Cannot fit the layer: expected ${rows.features.count * outputs} targets, got ${rows.targets.length}`,
    );
  const loss = new PenalisedLoss(rows, outputs, penalties);
  const point = minimise(loss, { size: (inputs + 1) * outputs, tolerance, maxSteps });
  const weights = new Float32Array(inputs * outputs);
  for (let input = 0; input < inputs; input++)
    for (let output = 0; output < outputs; output++)
      weights[output * inputs + input] = point[input * outputs + output]!;
  return { inputs, outputs, weights, bias: Float32Array.from(point.subarray(inputs * outputs)) };
}

/** Parameters lie as (inputs + 1, outputs), the biases last. */
class PenalisedLoss {
  readonly #rows: TrainingRows;
  readonly #outputs: number;
  readonly #penalties: Float64Array;
  readonly #scores: Float64Array;

  constructor(rows: TrainingRows, outputs: number, penalties: Float64Array) {
    this.#rows = rows;
    this.#outputs = outputs;
    this.#penalties = penalties;
    this.#scores = new Float64Array(outputs);
  }

  /** The loss at a point; its gradient is written to `gradient`. */
  at(point: Float64Array, gradient: Float64Array): number {
    const { features, targets, weights } = this.#rows;
    const { count, inputs, starts, indices, values } = features;
    const outputs = this.#outputs;
    const scores = this.#scores;
    const biases = inputs * outputs;
    let loss = 0;
    for (let input = 0; input < inputs; input++) {
      const penalty = this.#penalties[input]!;
      for (let at = input * outputs; at < (input + 1) * outputs; at++) {
        loss += 0.5 * penalty * point[at]! * point[at]!;
        gradient[at] = penalty * point[at]!;
      }
    }
    gradient.fill(0, biases);
    for (let row = 0; row < count; row++) {
      for (let output = 0; output < outputs; output++) scores[output] = point[biases + output]!;
      for (let entry = starts[row]!; entry < starts[row + 1]!; entry++) {
        const at = indices[entry]! * outputs;
        for (let output = 0; output < outputs; output++) scores[output]! += values[entry]! * point[at + output]!;
      }
      const weight = weights?.[row] ?? 1;
      loss += weight * this.#toErrors(scores, targets, row * outputs);
      for (let output = 0; output < outputs; output++) gradient[biases + output]! += weight * scores[output]!;
      for (let entry = starts[row]!; entry < starts[row + 1]!; entry++) {
        const at = indices[entry]! * outputs;
        const value = weight * values[entry]!;
        for (let output = 0; output < outputs; output++) gradient[at + output]! += value * scores[output]!;
      }
    }
    return loss;
  }

  /** Turns scores into probability minus target, and returns the cross-entropy. */
  #toErrors(scores: Float64Array, targets: Float32Array, at: number): number {
    let top = Number.NEGATIVE_INFINITY;
    for (const score of scores) top = Math.max(top, score);
    let sum = 0;
    for (let output = 0; output < scores.length; output++) sum += portableExp(scores[output]! - top);
    const logSum = top + portableLog(sum);
    let loss = 0;
    for (let output = 0; output < scores.length; output++) {
      const target = targets[at + output]!;
      loss += target * (logSum - scores[output]!);
      scores[output] = portableExp(scores[output]! - logSum) - target;
    }
    return loss;
  }
}

function minimise(
  loss: PenalisedLoss,
  { size, tolerance, maxSteps }: { readonly size: number; readonly tolerance: number; readonly maxSteps: number },
): Float64Array {
  let point = new Float64Array(size);
  let gradient = new Float64Array(size);
  let value = loss.at(point, gradient);
  const goal = tolerance * Math.sqrt(product(gradient, gradient));
  const pairs: { readonly step: Float64Array; readonly change: Float64Array; readonly scale: number }[] = [];
  for (let round = 0; round < maxSteps && Math.sqrt(product(gradient, gradient)) > goal; round++) {
    const direction = descent(gradient, pairs);
    const slope = product(gradient, direction);
    const first = pairs.length === 0 ? 1 / Math.max(1, Math.sqrt(product(gradient, gradient))) : 1;
    let next = point;
    let nextGradient = gradient;
    let nextValue = value;
    let found = false;
    for (let length = first; length > 1e-12 && !found; length /= 2) {
      next = point.map((each, at) => each + length * direction[at]!);
      nextGradient = new Float64Array(size);
      nextValue = loss.at(next, nextGradient);
      found = nextValue <= value + ARMIJO * length * slope;
    }
    if (!found) break;
    const step = next.map((each, at) => each - point[at]!);
    const change = nextGradient.map((each, at) => each - gradient[at]!);
    const curvature = product(step, change);
    if (curvature > 1e-12) {
      pairs.push({ step, change, scale: 1 / curvature });
      if (pairs.length > MEMORY) pairs.shift();
    }
    point = next;
    gradient = nextGradient;
    value = nextValue;
  }
  return point;
}

/** The two-loop recursion. */
function descent(
  gradient: Float64Array,
  pairs: readonly { readonly step: Float64Array; readonly change: Float64Array; readonly scale: number }[],
): Float64Array {
  const direction = gradient.map((each) => -each);
  const shares = new Float64Array(pairs.length);
  for (let place = pairs.length - 1; place >= 0; place--) {
    const { step, change, scale } = pairs[place]!;
    shares[place] = scale * product(step, direction);
    add(direction, change, -shares[place]!);
  }
  const last = pairs.at(-1);
  if (last !== undefined) {
    const scale = 1 / (last.scale * product(last.change, last.change));
    for (let at = 0; at < direction.length; at++) direction[at]! *= scale;
  }
  for (const [place, { step, change, scale }] of pairs.entries()) {
    add(direction, step, shares[place]! - scale * product(change, direction));
  }
  return direction;
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!;
  return sum;
}

function add(target: Float64Array, values: Float64Array, scale: number): void {
  for (let at = 0; at < target.length; at++) target[at]! += scale * values[at]!;
}
