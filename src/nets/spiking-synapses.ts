import { type Random, seededRandom } from "../core/random.js";

/** Sparse connections stored by presynaptic neuron: those of neuron n are starts[n] up to starts[n + 1], by delay, then target. */
export interface Synapses {
  readonly inputs: number;
  readonly outputs: number;
  /** (inputs + 1). */
  readonly starts: Uint32Array;
  readonly targets: Uint16Array;
  /** Steps from the spike to its effect; 0 is the same step. */
  readonly delays: Uint8Array;
  readonly weights: Float32Array;
}

/** One connection. */
export interface Synapse {
  readonly from: number;
  readonly to: number;
  readonly delaySteps: number;
  readonly weight: number;
}

/** Synapses in the order the network wants them. RangeError for a neuron or a delay that cannot be. */
export function synapsesOf(inputs: number, outputs: number, list: readonly Synapse[]): Synapses {
  const sorted = [...list].sort((a, b) => a.from - b.from || a.delaySteps - b.delaySteps || a.to - b.to);
  const starts = new Uint32Array(inputs + 1);
  for (const { from, to, delaySteps } of sorted) {
    if (!isIndex(from, inputs) || !isIndex(to, outputs) || !isIndex(delaySteps, 256))
      throw new RangeError(`Cannot connect neuron ${from} of ${inputs} to ${to} of ${outputs} in ${delaySteps} steps`);
    starts[from + 1] = starts[from + 1]! + 1;
  }
  for (let input = 0; input < inputs; input++) starts[input + 1] = starts[input + 1]! + starts[input]!;
  return {
    inputs,
    outputs,
    starts,
    targets: Uint16Array.from(sorted, (synapse) => synapse.to),
    delays: Uint8Array.from(sorted, (synapse) => synapse.delaySteps),
    weights: Float32Array.from(sorted, (synapse) => synapse.weight),
  };
}

/** How random connections are drawn. */
export interface RandomSynapsesOptions {
  readonly inputs: number;
  readonly outputs: number;
  /** Probability of each (from, to, delay), above 0, at most 1. */
  readonly connectivity: number;
  /** Steps; every pair may be connected once for each. */
  readonly delays?: readonly number[];
  /** Weights are uniform in mean - spread to mean + spread. */
  readonly mean?: number;
  readonly spread?: number;
  readonly seed: number;
}

/** Connections drawn independently with the given probability: the same from a seed on every machine. */
export function randomSynapses(options: RandomSynapsesOptions): Synapses {
  const { inputs, outputs, connectivity, delays = [0], mean = 0, spread = 1 } = options;
  if (!(connectivity > 0 && connectivity <= 1))
    throw new RangeError(`Cannot connect neurons: expected a connectivity in (0, 1], got ${connectivity}`);
  const random: Random = seededRandom(options.seed);
  const list: Synapse[] = [];
  for (let from = 0; from < inputs; from++)
    for (const delaySteps of delays)
      for (let to = 0; to < outputs; to++)
        if (random.next() < connectivity)
          list.push({ from, to, delaySteps, weight: mean + spread * (2 * random.next() - 1) });
  return synapsesOf(inputs, outputs, list);
}

/** Largest delay, in steps; 0 without connections. */
export function maxDelayOf(synapses: Synapses): number {
  let most = 0;
  for (const delay of synapses.delays) most = Math.max(most, delay);
  return most;
}

function isIndex(value: number, length: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < length;
}
