import type { SurrogateKernels } from "../kernels/surrogate.js";
import { decayOf, type LifReset, type PerNeuron } from "./lif.js";
import type { SpikingLayer } from "./spiking-network.js";
import type { Synapses } from "./spiking-synapses.js";
import {
  correlateBack,
  type EventLists,
  eventListsBytes,
  eventListsIn,
  type Rows,
  rowsBytes,
  rowsIn,
  type SurrogateShape,
  spreadBack,
  spreadForward,
  type Wiring,
  wiringBytes,
  wiringIn,
} from "./surrogate-rows.js";

/** A layer to train: its connections (weights are where training begins) and its neurons. Thresholds are 1. */
export interface SurrogateLayerOptions {
  readonly synapses: Synapses;
  readonly stepMs: number;
  readonly tauMemMs: PerNeuron;
  /** 0 for a current that lasts one step, which then is not learned. */
  readonly tauSynMs?: number | Float32Array;
  readonly reset?: LifReset;
  /** Input currents of a neuron brought to mean 0 and variance 1 over the batch; folded into weights and biases by `layer`. */
  readonly normalised?: boolean;
  /** Where gain and shift begin: the membrane's mean is the shift, its deviation about the gain. */
  readonly gain?: number;
  readonly shift?: number;
}

/** Bytes of a layer's values, without its parameters. */
export function surrogateLayerBytes(shape: SurrogateShape, { synapses }: SurrogateLayerOptions): number {
  return 4 * rowsBytes(shape, synapses.outputs) + wiringBytes(synapses) + eventListsBytes(shape, synapses.outputs);
}

/** How many parameters a layer has: a weight for each synapse, then gain, shift and two decays for each neuron. */
export function surrogateParameterCount({ synapses }: SurrogateLayerOptions): number {
  return synapses.weights.length + 4 * synapses.outputs;
}

/** One layer in training: forward over a whole batch, backward through time. */
export class SurrogateLayer {
  readonly units: number;
  readonly spikes: Rows;
  /** The same as lists, unless spikes are smooth. */
  readonly events: EventLists;
  /** dL/ds before `backward`, dL/dx after it. */
  readonly gradient: Rows;
  /** (units) share of steps with a spike in the last batch. */
  readonly rates: Float32Array;
  readonly runningMean: Float32Array;
  readonly runningVariance: Float32Array;
  readonly weights: Float32Array;
  readonly membraneLogit: Float32Array;
  readonly synapseLogit: Float32Array;
  readonly #options: SurrogateLayerOptions;
  readonly #shape: SurrogateShape;
  readonly #kernels: SurrogateKernels;
  readonly #wiring: Wiring;
  readonly #x: Rows;
  readonly #v: Rows;
  readonly #gain: Float32Array;
  readonly #shift: Float32Array;
  readonly #gradients: Float32Array;
  readonly #mean: Float32Array;
  readonly #inverse: Float32Array;

  constructor(
    kernels: SurrogateKernels,
    shape: SurrogateShape,
    from: { readonly rows: Rows; readonly events?: EventLists },
    options: SurrogateLayerOptions,
    parameters: Float32Array,
    gradients: Float32Array,
  ) {
    const { synapses, stepMs, tauMemMs, tauSynMs = 0, gain = 1, shift = 0 } = options;
    const units = synapses.outputs;
    this.units = units;
    this.#kernels = kernels;
    this.#shape = shape;
    this.#options = options;
    this.#x = rowsIn(kernels, shape, units);
    this.#v = rowsIn(kernels, shape, units);
    this.spikes = rowsIn(kernels, shape, units);
    this.gradient = rowsIn(kernels, shape, units);
    this.events = eventListsIn(kernels, shape, units);
    this.#wiring = wiringIn(kernels, shape, from.rows, this.gradient, synapses, from.events);
    const count = synapses.weights.length;
    const block = (index: number): Float32Array =>
      parameters.subarray(count + index * units, count + (index + 1) * units);
    this.weights = parameters.subarray(0, count);
    this.#gain = block(0).fill(gain);
    this.#shift = block(1).fill(shift);
    this.membraneLogit = block(2);
    this.synapseLogit = block(3);
    for (const [index, synapse] of this.#wiring.order.entries()) this.weights[index] = synapses.weights[synapse]!;
    for (let unit = 0; unit < units; unit++) {
      this.membraneLogit[unit] = logit(decayOf(stepMs, at(tauMemMs, unit)));
      this.synapseLogit[unit] = logit(decayOf(stepMs, at(tauSynMs, unit)));
    }
    this.#gradients = gradients;
    this.rates = new Float32Array(units);
    this.runningMean = new Float32Array(units);
    this.runningVariance = new Float32Array(units).fill(1);
    this.#mean = new Float32Array(units);
    this.#inverse = new Float32Array(units).fill(1);
  }

  /** Spikes of the whole batch. `momentum` moves the running mean and variance; 0 uses them instead of the batch's own. */
  forward(momentum: number, smooth: number, sums: Float32Array, scratch: number): void {
    const { exports } = this.#kernels;
    const { steps, lanes } = this.#shape;
    const columns = steps * lanes;
    const [x, v, s] = [this.#x, this.#v, this.spikes];
    spreadForward(this.#kernels, this.#shape, this.#wiring, this.weights, x);
    const z = this.#options.reset === "subtract" ? 0 : 1;
    for (let unit = 0; unit < this.units; unit++) {
      const row = unit * x.rowBytes;
      if (this.#options.normalised === true) this.#normalise(unit, momentum, sums);
      const { a, b, scale, shift } = this.#constants(unit);
      exports.lifForward(x.at + row, v.at + row, s.at + row, steps, lanes, scale, shift, a, b, z, smooth, scratch);
      exports.rowSums(s.at + row, s.at + row, columns, sums.byteOffset);
      this.rates[unit] = sums[0]! / columns;
      if (smooth === 0) exports.listEvents(s.at + row, columns, this.events.at + unit * this.events.listBytes);
    }
  }

  /** From dL/ds in `gradient`, plus `rateGradient` (units) for every spike, to dL/dx there; adds to the parameters' gradients. */
  backward(
    slope: number,
    resetGradient: number,
    rateGradient: Float32Array,
    sums: Float32Array,
    scratch: number,
  ): void {
    const { exports } = this.#kernels;
    const { steps, lanes } = this.#shape;
    const columns = steps * lanes;
    const [x, v, s, g] = [this.#x, this.#v, this.spikes, this.gradient];
    const z = this.#options.reset === "subtract" ? 0 : 1;
    const [ofGain, ofShift, ofMembrane, ofSynapse] = [0, 1, 2, 3].map(
      (index) => this.weights.length + index * this.units,
    ) as [number, number, number, number]; // four by construction
    for (let unit = 0; unit < this.units; unit++) {
      const row = unit * x.rowBytes;
      const { a, b, scale } = this.#constants(unit);
      if (rateGradient[unit] !== 0) exports.combine(g.at + row, g.at + row, columns, 1, 0, rateGradient[unit]!);
      exports.lifBackward(
        v.at + row,
        s.at + row,
        g.at + row,
        steps,
        lanes,
        a,
        b,
        z,
        slope,
        resetGradient,
        scratch,
        sums.byteOffset,
      );
      const [toA, toB] = [sums[0]!, sums[1]!];
      exports.rowSums(g.at + row, x.at + row, columns, sums.byteOffset);
      const [plain, product] = [sums[0]!, sums[1]!];
      const [mean, inverse] = [this.#mean[unit]!, this.#inverse[unit]!];
      const toScaled = inverse * (product - mean * plain);
      const factor = (1 - a) * (1 - b);
      const toFactor = toScaled * this.#gain[unit]! + plain * this.#shift[unit]!;
      this.#add(ofGain + unit, toScaled * factor);
      this.#add(ofShift + unit, plain * factor);
      this.#add(ofMembrane + unit, (toA - toFactor * (1 - b)) * a * (1 - a));
      this.#add(ofSynapse + unit, (toB - toFactor * (1 - a)) * b * (1 - b));
      const normalised = this.#options.normalised === true;
      const [m1, m2] = normalised ? [plain / columns, toScaled / columns] : [0, 0];
      exports.combine(
        g.at + row,
        x.at + row,
        columns,
        scale,
        -scale * inverse * m2,
        scale * (inverse * m2 * mean - m1),
      );
    }
    correlateBack(this.#kernels, this.#shape, this.#wiring, g, this.#gradients);
  }

  /** dL/ds of the layer before into its gradient rows, after `backward`. */
  backwardTo(before: Rows): void {
    spreadBack(this.#kernels, this.#shape, this.#wiring, this.weights, before);
  }

  /** The trained layer with normalisation, gain and shift folded in. */
  layer(): SpikingLayer {
    const { synapses, reset = "zero" } = this.#options;
    const { order } = this.#wiring;
    const weights = new Float32Array(synapses.weights.length);
    const neurons = {
      ...{ units: this.units, reset, refractorySteps: 0 },
      membraneDecay: new Float32Array(this.units),
      synapseDecay: new Float32Array(this.units),
      threshold: new Float32Array(this.units).fill(1),
      bias: new Float32Array(this.units),
    };
    for (let unit = 0; unit < this.units; unit++) {
      if (this.#options.normalised === true) this.#useRunning(unit);
      const { a, b, scale, shift } = this.#constants(unit);
      neurons.membraneDecay[unit] = a;
      neurons.synapseDecay[unit] = b;
      neurons.bias[unit] = shift;
      for (let k = this.#wiring.starts[unit]!; k < this.#wiring.starts[unit + 1]!; k++)
        weights[order[k]!] = scale * this.weights[k]!;
    }
    return { synapses: { ...synapses, weights }, neurons };
  }

  #normalise(unit: number, momentum: number, sums: Float32Array): void {
    if (momentum === 0) {
      this.#useRunning(unit);
      return;
    }
    const columns = this.#shape.steps * this.#shape.lanes;
    const row = this.#x.at + unit * this.#x.rowBytes;
    this.#kernels.exports.rowSums(row, row, columns, sums.byteOffset);
    const mean = sums[0]! / columns;
    const variance = Math.max(0, sums[1]! / columns - mean * mean);
    this.#mean[unit] = mean;
    this.#inverse[unit] = 1 / Math.sqrt(variance + VARIANCE_FLOOR);
    this.runningMean[unit] = this.runningMean[unit]! + momentum * (mean - this.runningMean[unit]!);
    this.runningVariance[unit] = this.runningVariance[unit]! + momentum * (variance - this.runningVariance[unit]!);
  }

  #useRunning(unit: number): void {
    this.#mean[unit] = this.runningMean[unit]!;
    this.#inverse[unit] = 1 / Math.sqrt(this.runningVariance[unit]! + VARIANCE_FLOOR);
  }

  /** a, b: decays; the current is scale x + shift, such that a constant one of shift alone brings the membrane to it. */
  #constants(unit: number): { a: number; b: number; scale: number; shift: number } {
    const a = sigmoid(this.membraneLogit[unit]!);
    const b = sigmoid(this.synapseLogit[unit]!);
    const factor = (1 - a) * (1 - b);
    const scale = this.#gain[unit]! * factor * this.#inverse[unit]!;
    return { a, b, scale, shift: this.#shift[unit]! * factor - scale * this.#mean[unit]! };
  }

  #add(index: number, value: number): void {
    this.#gradients[index] = this.#gradients[index]! + value;
  }
}

/** The logistic function, and its inverse: -Infinity at 0. */
export function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

export function logit(share: number): number {
  return Math.log(share / (1 - share));
}

const VARIANCE_FLOOR = 1e-5;

function at(values: PerNeuron, unit: number): number {
  return typeof values === "number" ? values : values[unit]!;
}
