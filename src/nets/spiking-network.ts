import { type LifParameters, type LifState, lifState, stepLif } from "./lif.js";
import { maxDelayOf, type Synapses } from "./spiking-synapses.js";

/** One layer: the synapses that lead to it and its neurons. */
export interface SpikingLayer {
  readonly synapses: Synapses;
  readonly neurons: LifParameters;
}

/** A feed-forward network of spiking layers. */
export interface SpikingNetworkDescription {
  readonly inputs: number;
  readonly layers: readonly SpikingLayer[];
}

/** What one step cost. */
export interface SpikingWork {
  readonly spikes: number;
  /** Weights added because of a spike or a non-zero input. */
  readonly synapticOperations: number;
}

interface RunningLayer extends SpikingLayer {
  readonly state: LifState;
  readonly slots: number;
  /** (slots, units) currents of this step and of the coming ones. */
  readonly ring: Float32Array;
}

/**
 * A network that runs step by step in float, driven by events: a silent neuron's synapses are never touched. `step` allocates
 * nothing. The reference of the fixed-point network (`QuantizedSpikingNetwork`) and of the training's dense step.
 */
export class SpikingNetwork {
  readonly inputs: number;
  readonly #layers: readonly RunningLayer[];
  #step = 0;
  #spikes = 0;
  #operations = 0;

  /** RangeError when a layer's synapses do not fit its neurons or those before it. */
  constructor({ inputs, layers }: SpikingNetworkDescription) {
    if (layers.length === 0) throw new RangeError("Cannot make a spiking network: expected at least one layer");
    this.inputs = inputs;
    let before = inputs;
    this.#layers = layers.map(({ synapses, neurons }, index) => {
      if (synapses.inputs !== before || synapses.outputs !== neurons.units)
        throw new RangeError(
          `Cannot make a spiking network: expected synapses (${before}, ${neurons.units}) to layer ${index}, got (${synapses.inputs}, ${synapses.outputs})`,
        );
      before = neurons.units;
      const slots = maxDelayOf(synapses) + 1;
      return {
        synapses,
        neurons,
        slots,
        state: lifState(neurons.units),
        ring: new Float32Array(slots * neurons.units),
      };
    });
  }

  /** State of a layer after the last step: read it, do not write it. */
  state(layer: number): LifState {
    const found = this.#layers[layer];
    if (found === undefined) throw new RangeError(`Cannot read layer ${layer} of ${this.#layers.length}`);
    return found.state;
  }

  /** Work since the start or the last `reset`. */
  get work(): SpikingWork {
    return { spikes: this.#spikes, synapticOperations: this.#operations };
  }

  /** One step: input (inputs) holds 1 for a spike, or any current; 0 costs nothing. Returns the spikes of the last layer. */
  step(input: ArrayLike<number>): Uint8Array {
    if (input.length !== this.inputs)
      throw new RangeError(`Cannot step: expected ${this.inputs} inputs, got ${input.length}`);
    let before = input;
    for (let index = 0; index < this.#layers.length; index++) {
      const layer = this.#layers[index]!;
      this.#scatter(layer, before);
      const now = (this.#step % layer.slots) * layer.neurons.units;
      this.#spikes += stepLif(layer.state, layer.ring, layer.neurons, now);
      layer.ring.fill(0, now, now + layer.neurons.units);
      before = layer.state.spikes;
    }
    this.#step++;
    return this.#layers[this.#layers.length - 1]!.state.spikes;
  }

  /** Back to rest, counts included. */
  reset(): void {
    for (const { state, ring } of this.#layers) {
      for (const values of [state.membrane, state.current, state.refractory, state.spikes, ring]) values.fill(0);
    }
    this.#step = 0;
    this.#spikes = 0;
    this.#operations = 0;
  }

  #scatter({ synapses, neurons, slots, ring }: RunningLayer, input: ArrayLike<number>): void {
    const { starts, targets, delays, weights } = synapses;
    for (let from = 0; from < synapses.inputs; from++) {
      const value = input[from]!;
      if (value === 0) continue;
      const end = starts[from + 1]!;
      for (let synapse = starts[from]!; synapse < end; synapse++) {
        const slot = (this.#step + delays[synapse]!) % slots;
        const at = slot * neurons.units + targets[synapse]!;
        ring[at] = ring[at]! + weights[synapse]! * value;
      }
      this.#operations += end - starts[from]!;
    }
  }
}
