import { createSpikingReference } from "./spiking-reference.js";
import { createSpikingSimd } from "./spiking-simd.js";

/** One in the fixed point of the spiking kernel (Q12): the membrane reaches from -8 to 8. */
export const SPIKING_ONE = 4096;

/** A layer of neurons in fixed point, with the synapses that lead to it. Every array is copied. */
export interface SpikingLayerTables {
  readonly units: number;
  /** Largest delay of its synapses, in steps. */
  readonly maxDelay: number;
  /** (inputs + 1) where the rows of each presynaptic neuron begin. Without delays each neuron has exactly one row. */
  readonly rowStarts: Uint32Array;
  /** (rows) delay of each row, in steps. */
  readonly rowDelays: Uint8Array;
  /** (rows, units) weights in Q12, zero where there is no synapse. */
  readonly rows: Int16Array;
  /** (inputs) synapses that leave each presynaptic neuron: what one of its spikes costs. */
  readonly fanOut: Uint32Array;
  /** (units) factors a step, Q15; 0 for a current that lasts one step. */
  readonly synapseDecay: Int16Array;
  readonly membraneDecay: Int16Array;
  /** (units) Q12, at least 1; 32767 and above is never reached but by saturation. */
  readonly threshold: Int16Array;
  /** (units) a current of every step, Q12. */
  readonly bias: Int16Array;
  readonly reset: "zero" | "subtract";
  readonly refractorySteps: number;
}

/** A feed-forward network for the spiking kernel. */
export interface SpikingTables {
  /** Input channels. */
  readonly inputs: number;
  /** Whether inputs are spikes (bytes, zero or not) or currents (int16, Q15 factors of the first layer's rows). */
  readonly inputKind: "spikes" | "currents";
  readonly layers: readonly SpikingLayerTables[];
}

/** A network in its own memory. Nothing is allocated by `run`. */
export interface SpikingKernel {
  readonly kind: "simd" | "reference";
  /** (steps, inputStride) written by the caller before `run`; the padding stays zero. */
  readonly input: Uint8Array | Int16Array;
  readonly inputStride: number;
  /** (steps, outputStride / 8) bits of the last layer's spikes: neuron n is bit n % 8 of byte n / 8. */
  readonly output: Uint8Array;
  /** (steps, outputStride) membranes of the last layer after the step, Q12. */
  readonly membrane: Int16Array;
  readonly outputStride: number;
  /** Runs so many steps from row `first` of `input`; that the rows exist the caller sees to. */
  run(steps: number, first?: number): void;
  /** Membranes, currents, delayed spikes and counts to zero. */
  reset(): void;
  /** Spikes of a layer's neurons since the start. */
  spikeCount(layer: number): number;
  /** Synaptic operations (a weight added because of a spike or a non-zero input) on the way to a layer since the start. */
  operationCount(layer: number): number;
  /** Bits of a hidden layer's spikes in the last step. */
  layerSpikes(layer: number): Uint8Array;
}

/** The vector kernel, or where the runtime has none its plain twin, with room for so many steps in one `run`. */
export function createSpikingKernel(tables: SpikingTables, steps: number): SpikingKernel {
  checkTables(tables, steps);
  return createSpikingSimd(tables, steps) ?? createSpikingReference(tables, steps);
}

/** Neurons or channels with the padding of whole vectors of 8 or 16. */
export function padded(length: number, multiple: number): number {
  return Math.ceil(length / multiple) * multiple;
}

function checkTables(tables: SpikingTables, steps: number): void {
  if (!Number.isInteger(steps) || steps < 1) throw new RangeError(`Cannot make a spiking kernel of ${steps} steps`);
  if (tables.layers.length === 0) throw new RangeError("Cannot make a spiking kernel: expected at least one layer");
  let inputs = tables.inputs;
  for (const [index, layer] of tables.layers.entries()) {
    const { units, maxDelay } = layer;
    const expect = (name: string, got: number, wanted: number): void => {
      if (got !== wanted)
        throw new RangeError(`Cannot make a spiking kernel: expected ${wanted} ${name} in layer ${index}, got ${got}`);
    };
    if (!Number.isInteger(maxDelay) || maxDelay < 0 || maxDelay > 255)
      throw new RangeError(`Cannot make a spiking kernel: a delay of ${maxDelay} steps is not from 0 to 255`);
    const rows = layer.rowStarts[inputs] ?? -1;
    expect("row starts", layer.rowStarts.length, inputs + 1);
    expect("fan-outs", layer.fanOut.length, inputs);
    expect("delays", layer.rowDelays.length, rows);
    expect("weights", layer.rows.length, rows * units);
    for (const name of ["synapseDecay", "membraneDecay", "threshold", "bias"] as const)
      expect(`values of ${name}`, layer[name].length, units);
    for (let input = 0; input < inputs; input++) {
      const count = layer.rowStarts[input + 1]! - layer.rowStarts[input]!;
      if (count < 0 || (maxDelay === 0 && count !== 1))
        throw new RangeError(`Cannot make a spiking kernel: ${count} rows of neuron ${input} in layer ${index}`);
    }
    if (layer.rowDelays.some((delay) => delay > maxDelay))
      throw new RangeError(`Cannot make a spiking kernel: a delay beyond ${maxDelay} steps in layer ${index}`);
    if (layer.threshold.some((threshold) => threshold < 1))
      throw new RangeError(`Cannot make a spiking kernel: a threshold below 1 in layer ${index}`);
    inputs = units;
  }
}
