import type { DenseLayer } from "../kernels/perceptron.js";
import { portableExp, portableLog } from "./training-math.js";
import type { TrainingRows } from "./training-rows.js";

/** What one layer learns, in f64: `weights` and their gradient (inputs, outputs) input by input, `bias` (outputs). */
export interface TrainedLayer {
  readonly inputs: number;
  readonly outputs: number;
  readonly weights: Float64Array;
  readonly bias: Float64Array;
  readonly weightGradient: Float64Array;
  readonly biasGradient: Float64Array;
}

/** What a row's loss is made of: labels by class weight, and a teacher's word if there is one. */
export interface Objective {
  /** (outputs) */
  readonly classWeights: Float64Array;
  readonly teacher?: Teacher;
}

/**
 * A teacher's word: the loss is (1 - share) times that of the labels plus share * T^2 * KL(targets || softmax(z / T)), whose
 * slope share * T * (softmax(z / T) - targets) keeps its size whatever the temperature T (Hinton 2015, section 2).
 */
export interface Teacher {
  /** (rows, outputs): the teacher's probabilities at temperature T. */
  readonly targets: Float32Array;
  readonly temperature: number;
  readonly share: number;
}

/** The places of one layer's input that are not zero, and the slope of the loss there. */
interface Signal {
  count: number;
  readonly indices: Int32Array;
  readonly values: Float64Array;
  readonly slopes: Float64Array;
}

/**
 * Back-propagation of the cross-entropy L = - sum_k c_k t_k ln p_k (class weights c, targets t, p the softmax) through fully
 * connected layers with ReLU. Weights stand input by input, so that a place that is zero, of a sparse row or behind a ReLU,
 * costs nothing in either direction. docs/math/perceptron.md derives it.
 */
export class Backprop {
  readonly layers: readonly TrainedLayer[];
  readonly #signals: readonly Signal[];
  readonly #logits: Float64Array;
  readonly #sums: readonly Float64Array[];
  readonly #slope: Float64Array;
  readonly #first: FirstLayerGradient;

  constructor(layers: readonly DenseLayer[]) {
    this.layers = layers.map(trainedLayer);
    this.#signals = layers.map(({ inputs }) => ({
      count: 0,
      indices: new Int32Array(inputs),
      values: new Float64Array(inputs),
      slopes: new Float64Array(inputs),
    }));
    this.#sums = layers.map(({ outputs }) => new Float64Array(outputs));
    this.#logits = this.#sums[layers.length - 1]!;
    this.#slope = new Float64Array(Math.max(...layers.map(({ outputs }) => outputs)));
    this.#first = new FirstLayerGradient(this.layers[0]!);
  }

  /** The network's output for one row before softmax, (outputs), overwritten by the next call. */
  logits({ features }: TrainingRows, row: number): Float64Array {
    const first = this.#signals[0]!;
    const begin = features.starts[row]!;
    first.count = features.starts[row + 1]! - begin;
    for (let place = 0; place < first.count; place++) {
      first.indices[place] = features.indices[begin + place]!;
      first.values[place] = features.values[begin + place]!;
    }
    for (let index = 0; index < this.layers.length; index++) {
      const sums = this.#sums[index]!;
      multiply(this.layers[index]!, this.#signals[index]!, sums);
      const next = this.#signals[index + 1];
      if (next !== undefined) rectify(sums, next);
    }
    return this.#logits;
  }

  /** The logits of the row that was last asked for. */
  get lastLogits(): Float64Array {
    return this.#logits;
  }

  /** Loss of one row without its gradient. */
  loss(rows: TrainingRows, row: number, objective: Objective): number {
    return this.#loss(this.logits(rows, row), rows, row, objective);
  }

  /** Loss of one row; `factor` times its gradient is added to the layers' gradients, which are whole after `finishBatch`. */
  accumulate(rows: TrainingRows, row: number, objective: Objective, factor: number): number {
    const logits = this.logits(rows, row);
    const slope = this.#slope;
    const loss = this.#loss(logits, rows, row, objective);
    for (let output = 0; output < logits.length; output++) slope[output]! *= factor;
    for (let index = this.layers.length - 1; index >= 0; index--) {
      const layer = this.layers[index]!;
      const signal = this.#signals[index]!;
      for (let output = 0; output < layer.outputs; output++) layer.biasGradient[output]! += slope[output]!;
      if (index === 0) {
        this.#first.add(rows, row, slope);
        break;
      }
      backward(layer, signal, slope);
      // Behind a ReLU that was shut nothing changes: only the open places take the slope further down.
      slope.fill(0, 0, layer.inputs);
      for (let place = 0; place < signal.count; place++) slope[signal.indices[place]!] = signal.slopes[place]!;
    }
    return loss;
  }

  /** Brings the gradient of the first layer up to date. */
  finishBatch(): void {
    this.#first.flush();
  }

  #loss(logits: Float64Array, rows: TrainingRows, row: number, { classWeights, teacher }: Objective): number {
    const slope = this.#slope;
    const labels = softmaxLoss(logits, rows.targets, row, classWeights, slope);
    if (teacher === undefined) return labels;
    const { share } = teacher;
    for (let output = 0; output < logits.length; output++) slope[output]! *= 1 - share;
    return (1 - share) * labels + share * teacherLoss(logits, teacher, row, slope);
  }

  clearGradients(): void {
    for (const layer of this.layers) {
      layer.weightGradient.fill(0);
      layer.biasGradient.fill(0);
    }
  }

  /** The layers as a network keeps them: f32, (outputs, inputs). */
  toLayers(): DenseLayer[] {
    return this.layers.map(({ inputs, outputs, weights, bias }) => {
      const rows = new Float32Array(weights.length);
      for (let input = 0; input < inputs; input++)
        for (let output = 0; output < outputs; output++)
          rows[output * inputs + input] = weights[input * outputs + output]!;
      return { inputs, outputs, weights: rows, bias: Float32Array.from(bias) };
    });
  }
}

function trainedLayer({ inputs, outputs, weights, bias }: DenseLayer): TrainedLayer {
  const columns = new Float64Array(weights.length);
  for (let input = 0; input < inputs; input++)
    for (let output = 0; output < outputs; output++)
      columns[input * outputs + output] = weights[output * inputs + input]!;
  return {
    inputs,
    outputs,
    weights: columns,
    bias: Float64Array.from(bias),
    weightGradient: new Float64Array(weights.length),
    biasGradient: new Float64Array(outputs),
  };
}

/** Loss of one row; `slope` becomes its derivative by the logits, p_j sum_k c_k t_k - c_j t_j. */
function softmaxLoss(
  logits: Float64Array,
  targets: Float32Array,
  row: number,
  classWeights: Float64Array,
  slope: Float64Array,
): number {
  const outputs = logits.length;
  let highest = Number.NEGATIVE_INFINITY;
  for (let output = 0; output < outputs; output++) if (logits[output]! > highest) highest = logits[output]!;
  let sum = 0;
  for (let output = 0; output < outputs; output++) {
    slope[output] = portableExp(logits[output]! - highest);
    sum += slope[output]!;
  }
  const logSum = portableLog(sum);
  let loss = 0;
  let mass = 0;
  for (let output = 0; output < outputs; output++) {
    const wanted = classWeights[output]! * targets[row * outputs + output]!;
    if (wanted !== 0) loss += wanted * (logSum - (logits[output]! - highest));
    mass += wanted;
  }
  for (let output = 0; output < outputs; output++)
    slope[output] = (slope[output]! / sum) * mass - classWeights[output]! * targets[row * outputs + output]!;
  return loss;
}

/** T^2 KL of one row; share * its slope is added. Leaves out the targets' own entropy, which no weight changes. */
function teacherLoss(
  logits: Float64Array,
  { targets, temperature, share }: Teacher,
  row: number,
  slope: Float64Array,
): number {
  const outputs = logits.length;
  let highest = Number.NEGATIVE_INFINITY;
  for (let output = 0; output < outputs; output++) if (logits[output]! > highest) highest = logits[output]!;
  let sum = 0;
  for (let output = 0; output < outputs; output++) sum += portableExp((logits[output]! - highest) / temperature);
  const logSum = portableLog(sum);
  let loss = 0;
  for (let output = 0; output < outputs; output++) {
    const target = targets[row * outputs + output]!;
    const scaled = (logits[output]! - highest) / temperature;
    if (target !== 0) loss += target * (logSum - scaled);
    slope[output]! += share * temperature * (portableExp(scaled) / sum - target);
  }
  return temperature * temperature * loss;
}

/** sums = bias + the weights of each open place times its value, four places at once. */
function multiply(layer: TrainedLayer, signal: Signal, sums: Float64Array): void {
  const { outputs, weights } = layer;
  const { count, indices, values } = signal;
  sums.set(layer.bias);
  let place = 0;
  for (; place + 4 <= count; place += 4) {
    const value0 = values[place]!;
    const value1 = values[place + 1]!;
    const value2 = values[place + 2]!;
    const value3 = values[place + 3]!;
    let at0 = indices[place]! * outputs;
    let at1 = indices[place + 1]! * outputs;
    let at2 = indices[place + 2]! * outputs;
    let at3 = indices[place + 3]! * outputs;
    for (let output = 0; output < outputs; output++)
      sums[output]! +=
        value0 * weights[at0++]! + value1 * weights[at1++]! + (value2 * weights[at2++]! + value3 * weights[at3++]!);
  }
  for (; place < count; place++) {
    const value = values[place]!;
    let at = indices[place]! * outputs;
    for (let output = 0; output < outputs; output++) sums[output]! += value * weights[at++]!;
  }
}

function rectify(sums: Float64Array, next: Signal): void {
  let count = 0;
  for (let index = 0; index < sums.length; index++) {
    const value = sums[index]!;
    if (value > 0) {
      next.indices[count] = index;
      next.values[count++] = value;
    }
  }
  next.count = count;
}

/** Adds to the gradient, and takes the slope down to the open places; two places at once. */
function backward(layer: TrainedLayer, signal: Signal, slope: Float64Array): void {
  const { outputs, weights, weightGradient } = layer;
  const { count, indices, values, slopes } = signal;
  let place = 0;
  for (; place + 2 <= count; place += 2) {
    const value0 = values[place]!;
    const value1 = values[place + 1]!;
    let at0 = indices[place]! * outputs;
    let at1 = indices[place + 1]! * outputs;
    let sum0 = 0;
    let sum1 = 0;
    for (let output = 0; output < outputs; output++) {
      const down = slope[output]!;
      sum0 += weights[at0]! * down;
      sum1 += weights[at1]! * down;
      weightGradient[at0++]! += value0 * down;
      weightGradient[at1++]! += value1 * down;
    }
    slopes[place] = sum0;
    slopes[place + 1] = sum1;
  }
  for (; place < count; place++) {
    const value = values[place]!;
    let at = indices[place]! * outputs;
    let sum = 0;
    for (let output = 0; output < outputs; output++) {
      sum += weights[at]! * slope[output]!;
      weightGradient[at++]! += value * slope[output]!;
    }
    slopes[place] = sum;
  }
}

/** Rows whose slopes wait for the gradient of the first layer. */
const WAITING_ROWS = 64;

/**
 * The gradient of the first layer, the sum of value * slope over rows and their places. Rows wait until a batch is whole and
 * are then taken input by input: an input's gradient is read and written once for four rows instead of for each. The order
 * of the additions stays that of the rows.
 */
class FirstLayerGradient {
  readonly #layer: TrainedLayer;
  readonly #slopes: Float64Array;
  readonly #rows = new Int32Array(WAITING_ROWS);
  /** Where the entries of each input begin. */
  readonly #starts: Int32Array;
  readonly #next: Int32Array;
  #slots = new Int32Array(0);
  #values = new Float64Array(0);
  #waiting = 0;
  #source: TrainingRows | undefined;

  constructor(layer: TrainedLayer) {
    this.#layer = layer;
    this.#slopes = new Float64Array(WAITING_ROWS * layer.outputs);
    this.#starts = new Int32Array(layer.inputs + 1);
    this.#next = new Int32Array(layer.inputs);
  }

  add(source: TrainingRows, row: number, slope: Float64Array): void {
    if (this.#waiting === WAITING_ROWS || (this.#source !== undefined && this.#source !== source)) this.flush();
    const { outputs } = this.#layer;
    const at = this.#waiting * outputs;
    for (let output = 0; output < outputs; output++) this.#slopes[at + output] = slope[output]!;
    this.#rows[this.#waiting++] = row;
    this.#source = source;
  }

  flush(): void {
    if (this.#source === undefined) return;
    this.#sort(this.#source.features);
    const { inputs, outputs, weightGradient } = this.#layer;
    for (let input = 0; input < inputs; input++)
      addRows(
        weightGradient,
        input * outputs,
        outputs,
        this.#slopes,
        this.#slots,
        this.#values,
        this.#starts[input]!,
        this.#starts[input + 1]!,
      );
    this.#waiting = 0;
    this.#source = undefined;
  }

  /** Puts the places of the waiting rows in the order of inputs, and of rows within an input (counting sort). */
  #sort({ starts, indices, values }: TrainingRows["features"]): void {
    const counts = this.#starts.fill(0);
    let total = 0;
    for (let slot = 0; slot < this.#waiting; slot++) {
      const row = this.#rows[slot]!;
      total += starts[row + 1]! - starts[row]!;
      for (let place = starts[row]!; place < starts[row + 1]!; place++) counts[indices[place]! + 1]!++;
    }
    if (total > this.#slots.length) {
      this.#slots = new Int32Array(2 * total);
      this.#values = new Float64Array(2 * total);
    }
    for (let input = 0; input < this.#next.length; input++) {
      this.#next[input] = counts[input]!;
      counts[input + 1]! += counts[input]!;
    }
    for (let slot = 0; slot < this.#waiting; slot++) {
      const row = this.#rows[slot]!;
      for (let place = starts[row]!; place < starts[row + 1]!; place++) {
        const entry = this.#next[indices[place]!]!++;
        this.#slots[entry] = slot * this.#layer.outputs;
        this.#values[entry] = values[place]!;
      }
    }
  }
}

/** One input's gradient (outputs) at `at` plus value * slope of its entries, one after the other, four at once. */
function addRows(
  gradient: Float64Array,
  at: number,
  outputs: number,
  slopes: Float64Array,
  slots: Int32Array,
  values: Float64Array,
  begin: number,
  end: number,
): void {
  let entry = begin;
  for (; entry + 4 <= end; entry += 4) {
    const value0 = values[entry]!;
    const value1 = values[entry + 1]!;
    const value2 = values[entry + 2]!;
    const value3 = values[entry + 3]!;
    const slope0 = slots[entry]!;
    const slope1 = slots[entry + 1]!;
    const slope2 = slots[entry + 2]!;
    const slope3 = slots[entry + 3]!;
    for (let output = 0; output < outputs; output++) {
      let sum = gradient[at + output]!;
      sum += value0 * slopes[slope0 + output]!;
      sum += value1 * slopes[slope1 + output]!;
      sum += value2 * slopes[slope2 + output]!;
      sum += value3 * slopes[slope3 + output]!;
      gradient[at + output] = sum;
    }
  }
  for (; entry < end; entry++) {
    const value = values[entry]!;
    const slope = slots[entry]!;
    for (let output = 0; output < outputs; output++) gradient[at + output]! += value * slopes[slope + output]!;
  }
}
