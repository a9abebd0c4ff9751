import { decayOf } from "./lif.js";
import { maxDelayOf, type Synapses } from "./spiking-synapses.js";

/** Constants of spike-timing-dependent plasticity; the defaults are those of Song, Miller and Abbott (2000). */
export interface StdpOptions {
  readonly stepMs: number;
  /** How long a spike that came first is remembered. */
  readonly tauPlusMs?: number;
  readonly tauMinusMs?: number;
  /** Change for a pair in the same step, as a share of the largest weight. */
  readonly gainPlus?: number;
  readonly gainMinus?: number;
  readonly lowest?: number;
  readonly highest?: number;
  /** `additive`: the same change for every weight, cut off at the bounds. `multiplicative`: less the nearer the bound (van Rossum 2000). */
  readonly dependence?: "additive" | "multiplicative";
}

interface Settings extends Required<Omit<StdpOptions, "stepMs" | "tauPlusMs" | "tauMinusMs">> {
  readonly plusDecay: number;
  readonly minusDecay: number;
}

/**
 * Pair-based plasticity with traces: a synapse whose spike arrives before its target fires grows by gainPlus exp(-dt / tauPlus),
 * after it shrinks by gainMinus exp(-dt / tauMinus), summed over all pairs. Arriving in the step of the target's spike counts as
 * before it. It writes the weights of the synapses it was given; a `SpikingNetwork` of the same synapses learns as it runs.
 */
export class Stdp {
  readonly synapses: Synapses;
  readonly #settings: Settings;
  readonly #slots: number;
  /** (slots, inputs) what each input's trace and spike were in the last steps: a delay looks back. */
  readonly #preTraces: Float32Array;
  readonly #preSpikes: Uint8Array;
  readonly #postTraces: Float32Array;
  /** Synapses by target: those of output n are #incoming[#incomingStarts[n]] on. */
  readonly #incoming: Uint32Array;
  readonly #incomingStarts: Uint32Array;
  readonly #origins: Uint32Array;
  #step = 0;

  constructor(synapses: Synapses, options: StdpOptions) {
    const { stepMs, tauPlusMs = 20, tauMinusMs = 20, gainPlus = 0.005, gainMinus = 0.00525 } = options;
    const { lowest = 0, highest = 1, dependence = "additive" } = options;
    if (!(lowest < highest)) throw new RangeError(`Cannot learn by spike timing: weights from ${lowest} to ${highest}`);
    this.synapses = synapses;
    this.#settings = {
      ...{ gainPlus, gainMinus, lowest, highest, dependence },
      plusDecay: decayOf(stepMs, tauPlusMs),
      minusDecay: decayOf(stepMs, tauMinusMs),
    };
    this.#slots = maxDelayOf(synapses) + 1;
    this.#preTraces = new Float32Array(this.#slots * synapses.inputs);
    this.#preSpikes = new Uint8Array(this.#slots * synapses.inputs);
    this.#postTraces = new Float32Array(synapses.outputs);
    const { targets, starts } = synapses;
    this.#incoming = Uint32Array.from(targets.keys()).sort((a, b) => targets[a]! - targets[b]! || a - b);
    this.#incomingStarts = new Uint32Array(synapses.outputs + 1);
    for (const target of targets) this.#incomingStarts[target + 1] = this.#incomingStarts[target + 1]! + 1;
    for (let output = 0; output < synapses.outputs; output++)
      this.#incomingStarts[output + 1] = this.#incomingStarts[output + 1]! + this.#incomingStarts[output]!;
    this.#origins = new Uint32Array(targets.length);
    for (let input = 0; input < synapses.inputs; input++) this.#origins.fill(input, starts[input]!, starts[input + 1]!);
  }

  /** Learns from one step: which inputs spiked (inputs) and which targets fired because of it (outputs). */
  step(input: ArrayLike<number>, output: ArrayLike<number>): void {
    const { inputs, outputs, starts, targets, delays, weights } = this.synapses;
    const { plusDecay, minusDecay } = this.#settings;
    const now = (this.#step % this.#slots) * inputs;
    const before = ((this.#step + this.#slots - 1) % this.#slots) * inputs;
    for (let from = 0; from < inputs; from++) {
      const spiked = input[from] !== 0;
      this.#preSpikes[now + from] = Number(spiked);
      this.#preTraces[now + from] = this.#preTraces[before + from]! * plusDecay + Number(spiked);
    }
    for (let to = 0; to < outputs; to++) this.#postTraces[to] = this.#postTraces[to]! * minusDecay;
    // A spike that arrives now comes after the target's earlier ones.
    for (let from = 0; from < inputs; from++)
      for (let synapse = starts[from]!; synapse < starts[from + 1]!; synapse++) {
        if (this.#preSpikes[this.#row(delays[synapse]!) + from] === 0) continue;
        weights[synapse] = this.#weaker(weights[synapse]!, this.#postTraces[targets[synapse]!]!);
      }
    for (let to = 0; to < outputs; to++) {
      if (output[to] === 0) continue;
      for (let index = this.#incomingStarts[to]!; index < this.#incomingStarts[to + 1]!; index++) {
        const synapse = this.#incoming[index]!;
        const trace = this.#preTraces[this.#row(delays[synapse]!) + this.#origins[synapse]!]!;
        weights[synapse] = this.#stronger(weights[synapse]!, trace);
      }
      this.#postTraces[to] = this.#postTraces[to]! + 1;
    }
    this.#step++;
  }

  /** Forgets which spikes there were; weights stay. */
  reset(): void {
    for (const values of [this.#preTraces, this.#preSpikes, this.#postTraces]) values.fill(0);
    this.#step = 0;
  }

  /** Where the values of so many steps ago are. */
  #row(delay: number): number {
    return ((this.#step + this.#slots - delay) % this.#slots) * this.synapses.inputs;
  }

  #stronger(weight: number, trace: number): number {
    const { gainPlus, lowest, highest, dependence } = this.#settings;
    const room = dependence === "additive" ? highest - lowest : highest - weight;
    return Math.min(highest, weight + gainPlus * trace * room);
  }

  #weaker(weight: number, trace: number): number {
    const { gainMinus, lowest, highest, dependence } = this.#settings;
    const room = dependence === "additive" ? highest - lowest : weight - lowest;
    return Math.max(lowest, weight - gainMinus * trace * room);
  }
}
