import {
  createSpikingKernel,
  SPIKING_ONE,
  type SpikingKernel,
  type SpikingLayerTables,
  type SpikingTables,
} from "../kernels/spiking.js";
import type { LifParameters } from "./lif.js";
import type { SpikingLayer, SpikingNetworkDescription, SpikingWork } from "./spiking-network.js";
import { maxDelayOf, type Synapses } from "./spiking-synapses.js";

/** How a network is brought to fixed point. */
export interface SpikingQuantizationOptions {
  /** Whether inputs are spikes or currents (then in [-1, 1), as Q15). */
  readonly inputKind?: "spikes" | "currents";
  /** Steps that one call may run. */
  readonly steps?: number;
}

/**
 * A network in int16 (Q12), eight neurons to a vector where the runtime has WebAssembly. Membranes and currents saturate at
 * -8 and 8; with membranes within them its spike counts differ from the float network's by less than 1 % (spiking-network.test.ts).
 */
export class QuantizedSpikingNetwork {
  readonly kernel: SpikingKernel;
  readonly #layers: number;

  constructor(description: SpikingNetworkDescription, options: SpikingQuantizationOptions = {}) {
    this.kernel = createSpikingKernel(spikingTables(description, options.inputKind ?? "spikes"), options.steps ?? 1);
    this.#layers = description.layers.length;
  }

  /** Work since the start or the last `kernel.reset`. */
  get work(): SpikingWork {
    let spikes = 0;
    let synapticOperations = 0;
    for (let layer = 0; layer < this.#layers; layer++) {
      spikes += this.kernel.spikeCount(layer);
      synapticOperations += this.kernel.operationCount(layer);
    }
    return { spikes, synapticOperations };
  }
}

/** A network's tables for the kernel: every number rounded to the nearest step of Q12 (decays: Q15) and saturated. */
export function spikingTables(
  { inputs, layers }: SpikingNetworkDescription,
  inputKind: "spikes" | "currents",
): SpikingTables {
  return { inputs, inputKind, layers: layers.map(tablesOf) };
}

function tablesOf({ synapses, neurons }: SpikingLayer): SpikingLayerTables {
  return {
    units: neurons.units,
    reset: neurons.reset,
    refractorySteps: neurons.refractorySteps,
    synapseDecay: fixed(neurons.synapseDecay, 32768),
    membraneDecay: fixed(neurons.membraneDecay, 32768),
    threshold: fixed(neurons.threshold, SPIKING_ONE).map((threshold) => Math.max(1, threshold)),
    bias: fixed(neurons.bias, SPIKING_ONE),
    ...rowsOf(synapses, neurons),
  };
}

function rowsOf(
  synapses: Synapses,
  { units }: LifParameters,
): Pick<SpikingLayerTables, "maxDelay" | "rowStarts" | "rowDelays" | "rows" | "fanOut"> {
  const { inputs, starts, targets, delays, weights } = synapses;
  const maxDelay = maxDelayOf(synapses);
  const fixedWeights = fixed(weights, SPIKING_ONE);
  const rowStarts = new Uint32Array(inputs + 1);
  const fanOut = new Uint32Array(inputs);
  const rowDelays: number[] = [];
  const rows: Int16Array[] = [];
  for (let from = 0; from < inputs; from++) {
    const end = starts[from + 1]!;
    fanOut[from] = end - starts[from]!;
    // The kernel's fast path, without delays, wants a row of every neuron.
    if (maxDelay === 0 && fanOut[from] === 0) {
      rows.push(new Int16Array(units));
      rowDelays.push(0);
    }
    for (let synapse = starts[from]!; synapse < end; synapse++) {
      if (synapse === starts[from] || delays[synapse] !== delays[synapse - 1]) {
        rows.push(new Int16Array(units));
        rowDelays.push(delays[synapse]!);
      }
      const row = rows[rows.length - 1]!;
      row[targets[synapse]!] = saturated(row[targets[synapse]!]! + fixedWeights[synapse]!);
    }
    rowStarts[from + 1] = rows.length;
  }
  const flat = new Int16Array(rows.length * units);
  for (const [row, values] of rows.entries()) flat.set(values, row * units);
  return { maxDelay, rowStarts, rowDelays: Uint8Array.from(rowDelays), rows: flat, fanOut };
}

function fixed(values: Float32Array, one: number): Int16Array {
  return Int16Array.from(values, (value) => saturated(Math.round(value * one)));
}

function saturated(value: number): number {
  return Math.max(-32768, Math.min(32767, value));
}
