import { arenaBytes } from "../kernels/arena.js";
import { createSurrogateKernels, createSurrogateReference, type SurrogateKernels } from "../kernels/surrogate.js";
import { decayOf, lifParameters } from "./lif.js";
import type { SpikingNetworkDescription } from "./spiking-network.js";
import { maxDelayOf, type Synapses } from "./spiking-synapses.js";
import {
  logit,
  SurrogateLayer,
  type SurrogateLayerOptions,
  sigmoid,
  surrogateLayerBytes,
  surrogateParameterCount,
} from "./surrogate-layer.js";
import {
  correlateBack,
  type EventLists,
  type Rows,
  rowOf,
  rowsBytes,
  rowsIn,
  type SurrogateShape,
  spreadBack,
  spreadForward,
  type Wiring,
  wiringBytes,
  wiringIn,
} from "./surrogate-rows.js";

/** A network to train by back-propagation through time. */
export interface SurrogateNetworkOptions {
  readonly inputs: number;
  readonly layers: readonly SurrogateLayerOptions[];
  /** From the last layer to the outputs, which integrate and never fire. */
  readonly readout: Synapses;
  readonly readoutTauMs: number;
  /** What the readout's weights and bias are multiplied by: spikes are rare, and an optimizer moves a weight by little; 1 when absent. */
  readonly readoutGain?: number;
  readonly stepMs: number;
  /** Steps of a sequence, and sequences of a batch; their product is a multiple of 32, the lanes one of 4. */
  readonly steps: number;
  readonly lanes: number;
  /** Of the fast sigmoid that stands for the derivative of the spike: 1 / (1 + slope |v - 1|)^2. */
  readonly slope?: number;
  /** Whether the gradient passes through the reset as well (by default not: it trains more steadily). */
  readonly resetGradient?: boolean;
  /** For the check of gradients: the spike is the sigmoid itself, whose derivative is exact. */
  readonly smooth?: boolean;
  /** "reference" for the plain twin. */
  readonly kernels?: "fastest" | "reference";
}

/** What penalises rates: neurons outside [lowest, highest] and a layer's mean off its target, in spikes a step. */
export interface RatePenalty {
  readonly target: number;
  readonly lowest: number;
  readonly highest: number;
  /** Weights of the squares of both. */
  readonly ofMean: number;
  readonly ofNeuron: number;
}

/** A batch forward and back. Parameters and gradients are flat arrays, so that any optimizer can step them. */
export class SurrogateNetwork {
  /** For each layer its weights, gains, shifts, logits of membrane and synapse decays; then the readout's weights, biases, logit of its decay. */
  readonly parameters: Float32Array;
  readonly gradients: Float32Array;
  readonly layers: readonly SurrogateLayer[];
  readonly steps: number;
  readonly lanes: number;
  readonly outputs: number;
  readonly kind: "simd" | "reference";
  readonly #options: SurrogateNetworkOptions;
  readonly #shape: SurrogateShape;
  readonly #kernels: SurrogateKernels;
  readonly #inputRows: Rows;
  readonly #logits: Rows;
  readonly #logitGradients: Rows;
  readonly #wiring: Wiring;
  readonly #readout: Float32Array;
  readonly #readoutGradients: Float32Array;
  readonly #sums: Float32Array;
  readonly #scratch: number;
  readonly #noPenalty: Float32Array;
  #penalty: RatePenalty | undefined;

  /** RangeError when layers do not fit each other or the shape not the kernels. */
  constructor(options: SurrogateNetworkOptions) {
    const { inputs, layers, readout, steps, lanes } = options;
    check(options);
    const padSteps = Math.max(2, maxDelayOf(readout), ...layers.map((layer) => maxDelayOf(layer.synapses)));
    const shape: SurrogateShape = { steps, lanes, padSteps };
    const counts = layers.map(surrogateParameterCount);
    const readoutCount = readout.weights.length + readout.outputs + 1;
    const total = counts.reduce((sum, count) => sum + count, readoutCount);
    const widest = Math.max(readout.outputs, ...layers.map((layer) => layer.synapses.outputs));
    const bytes =
      rowsBytes(shape, inputs) +
      layers.reduce((sum, layer) => sum + surrogateLayerBytes(shape, layer), 0) +
      2 * rowsBytes(shape, readout.outputs) +
      wiringBytes(readout) +
      2 * arenaBytes(total, 4) +
      arenaBytes(2 * lanes, 4) +
      arenaBytes(2, 4);
    this.#kernels = options.kernels === "reference" ? createSurrogateReference(bytes) : createSurrogateKernels(bytes);
    const { arena } = this.#kernels;
    this.kind = this.#kernels.kind;
    this.#options = options;
    this.#shape = shape;
    this.steps = steps;
    this.lanes = lanes;
    this.outputs = readout.outputs;
    this.parameters = arena.f32(total);
    this.gradients = arena.f32(total);
    this.#sums = arena.f32(2);
    this.#scratch = arena.f32(2 * lanes).byteOffset;
    this.#noPenalty = new Float32Array(widest);
    this.#inputRows = rowsIn(this.#kernels, shape, inputs);
    const listed = options.smooth !== true;
    let from: { readonly rows: Rows; readonly events?: EventLists } = { rows: this.#inputRows };
    let first = 0;
    this.layers = layers.map((layer, index) => {
      const end = first + counts[index]!;
      const made = new SurrogateLayer(
        ...([this.#kernels, shape, from, layer] as const),
        ...([this.parameters.subarray(first, end), this.gradients.subarray(first, end)] as const),
      );
      first = end;
      from = listed ? { rows: made.spikes, events: made.events } : { rows: made.spikes };
      return made;
    });
    this.#logits = rowsIn(this.#kernels, shape, readout.outputs);
    this.#logitGradients = rowsIn(this.#kernels, shape, readout.outputs);
    this.#wiring = wiringIn(this.#kernels, shape, from.rows, this.#logitGradients, readout, from.events);
    this.#readout = this.parameters.subarray(first);
    this.#readoutGradients = this.gradients.subarray(first);
    for (const [index, synapse] of this.#wiring.order.entries()) this.#readout[index] = readout.weights[synapse]!;
    this.#readout[readoutCount - 1] = logit(decayOf(options.stepMs, options.readoutTauMs));
  }

  /** (steps, lanes) of one input channel, written by the caller. */
  input(channel: number): Float32Array {
    return rowOf(this.#inputRows, this.#shape, channel);
  }

  /** (steps, lanes) of one output after `forward`. */
  logits(output: number): Float32Array {
    return rowOf(this.#logits, this.#shape, output);
  }

  /** dL/d of the same, written by the caller before `backward`, which destroys it. */
  logitGradients(output: number): Float32Array {
    return rowOf(this.#logitGradients, this.#shape, output);
  }

  /** Runs the batch. A momentum above 0 normalises by the batch and moves the running statistics by it; 0 uses those. */
  forward(momentum: number): void {
    const smooth = this.#options.smooth === true ? this.#slope : 0;
    for (const layer of this.layers) layer.forward(momentum, smooth, this.#sums, this.#scratch);
    spreadForward(this.#kernels, this.#shape, this.#wiring, this.#readout, this.#logits);
    const { lanes } = this;
    const a = this.#readoutDecay;
    const inflow = (1 - a) * this.#readoutGain;
    for (let output = 0; output < this.outputs; output++) {
      const row = this.logits(output);
      const bias = this.#readout[this.#wiring.order.length + output]!;
      for (let c = 0; c < row.length; c++) row[c] = inflow * (row[c]! + bias) + (c < lanes ? 0 : a * row[c - lanes]!);
    }
  }

  /** Adds the mean penalty of rates to the loss whose gradients `backward` computes; returns it. */
  penalise(penalty: RatePenalty | undefined): number {
    this.#penalty = penalty;
    if (penalty === undefined) return 0;
    let loss = 0;
    for (const { rates, units } of this.layers) {
      const mean = rates.reduce((sum, rate) => sum + rate, 0) / units;
      loss += penalty.ofMean * (mean - penalty.target) ** 2;
      for (const rate of rates) loss += (penalty.ofNeuron / units) * beyond(rate, penalty) ** 2;
    }
    return loss;
  }

  /** Gradients of all parameters, from `logitGradients`. What `gradients` held is replaced. */
  backward(): void {
    this.gradients.fill(0);
    this.#backwardReadout();
    const resetGradient = this.#options.resetGradient === true ? 1 : 0;
    for (let index = this.layers.length - 1; index >= 0; index--) {
      const layer = this.layers[index]!;
      if (index === this.layers.length - 1)
        spreadBack(this.#kernels, this.#shape, this.#wiring, this.#readout, layer.gradient);
      else this.layers[index + 1]!.backwardTo(layer.gradient);
      layer.backward(this.#slope, resetGradient, this.#rateGradient(layer), this.#sums, this.#scratch);
    }
  }

  /** The trained network, everything folded into weights and biases; the outputs are a last layer that never fires. */
  description(): SpikingNetworkDescription {
    const { readout, inputs } = this.#options;
    const a = this.#readoutDecay;
    const inflow = (1 - a) * this.#readoutGain;
    const weights = new Float32Array(readout.weights.length);
    for (const [index, synapse] of this.#wiring.order.entries()) weights[synapse] = inflow * this.#readout[index]!;
    const bias = this.#readout.slice(weights.length, weights.length + this.outputs).map((value) => inflow * value);
    const neurons = lifParameters({ units: this.outputs, stepMs: 1, threshold: Number.POSITIVE_INFINITY, bias });
    const last = {
      synapses: { ...readout, weights },
      neurons: { ...neurons, membraneDecay: neurons.membraneDecay.fill(a) },
    };
    return { inputs, layers: [...this.layers.map((layer) => layer.layer()), last] };
  }

  get #slope(): number {
    return this.#options.slope ?? 5;
  }

  get #readoutGain(): number {
    return this.#options.readoutGain ?? 1;
  }

  get #readoutDecay(): number {
    return sigmoid(this.#readout[this.#readout.length - 1]!);
  }

  #backwardReadout(): void {
    const { lanes, outputs } = this;
    const a = this.#readoutDecay;
    const inflow = (1 - a) * this.#readoutGain;
    const connections = this.#wiring.order.length;
    const gradients = this.#readoutGradients;
    let toDecay = 0;
    for (let output = 0; output < outputs; output++) {
      const row = this.logits(output);
      const gradient = this.logitGradients(output);
      let toBias = 0;
      for (let c = gradient.length - 1; c >= 0; c--) {
        const ofLogit = gradient[c]! + (c + lanes < gradient.length ? a * gradient[c + lanes]! : 0);
        gradient[c] = ofLogit;
        const before = c < lanes ? 0 : row[c - lanes]!;
        // row = (1 - a) (x + bias) + a before, so x + bias is had from what is kept
        toDecay += ofLogit * (before - (row[c]! - a * before) / (1 - a));
        toBias += ofLogit;
      }
      gradients[connections + output] = inflow * toBias;
      for (let c = 0; c < gradient.length; c++) gradient[c] = inflow * gradient[c]!;
    }
    gradients[gradients.length - 1] = toDecay * a * (1 - a);
    correlateBack(this.#kernels, this.#shape, this.#wiring, this.#logitGradients, gradients);
  }

  #rateGradient({ rates, units }: SurrogateLayer): Float32Array {
    const penalty = this.#penalty;
    if (penalty === undefined) return this.#noPenalty;
    const mean = rates.reduce((sum, rate) => sum + rate, 0) / units;
    const ofMean = (2 * penalty.ofMean * (mean - penalty.target)) / units;
    const columns = this.steps * this.lanes;
    return rates.map((rate) => (ofMean + (2 * penalty.ofNeuron * beyond(rate, penalty)) / units) / columns);
  }
}

function beyond(rate: number, { lowest, highest }: RatePenalty): number {
  return rate - Math.max(lowest, Math.min(highest, rate));
}

function check({ inputs, layers, readout, steps, lanes }: SurrogateNetworkOptions): void {
  if (
    !(Number.isInteger(steps) && steps > 0 && Number.isInteger(lanes) && lanes > 0) ||
    lanes % 4 !== 0 ||
    (steps * lanes) % 32 !== 0
  )
    throw new RangeError(
      `Cannot train on batches of ${lanes} sequences of ${steps} steps: expected lanes in fours and a product in 32s`,
    );
  if (layers.length === 0) throw new RangeError("Cannot train a spiking network: expected at least one layer");
  let before = inputs;
  for (const synapses of [...layers.map((layer) => layer.synapses), readout]) {
    if (synapses.inputs !== before)
      throw new RangeError(
        `Cannot train a spiking network: expected synapses from ${before} neurons, got ${synapses.inputs}`,
      );
    before = synapses.outputs;
  }
}
