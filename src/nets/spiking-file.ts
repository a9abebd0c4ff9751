import type { SpikingLayer, SpikingNetworkDescription } from "./spiking-network.js";
import type { Synapses } from "./spiking-synapses.js";
import { type Json, tableOf, WeightsError, type WeightsFile, type WeightTable } from "./weights-file.js";

/** What a file of a network holds beside its tables. */
export interface SpikingFileParts {
  readonly meta: { readonly [name: string]: Json };
  readonly tables: { readonly [name: string]: WeightTable };
}

/**
 * A network as tables of a weights file: for each (neuron, delay) a bit for each target that it reaches, and a weight of 8 bits for
 * each bit that is set, in steps of 1/127 of the target's largest. About 1.4 bytes for each of the synapses at 30 %.
 */
export function spikingFileParts({ inputs, layers }: SpikingNetworkDescription): SpikingFileParts {
  const tables: Record<string, WeightTable> = {};
  const shapes = layers.map(({ synapses, neurons }, index) => {
    const { units } = neurons;
    const delays = [...new Set(synapses.delays)].sort((a, b) => a - b);
    const bits = new Uint8Array(synapses.inputs * delays.length * bytesFor(units));
    const steps = new Float32Array(units);
    for (const [synapse, target] of synapses.targets.entries())
      steps[target] = Math.max(steps[target]!, Math.abs(synapses.weights[synapse]!) / 127);
    const weights = new Int8Array(synapses.weights.length);
    for (let from = 0; from < synapses.inputs; from++)
      for (let synapse = synapses.starts[from]!; synapse < synapses.starts[from + 1]!; synapse++) {
        const target = synapses.targets[synapse]!;
        const row = (from * delays.length + delays.indexOf(synapses.delays[synapse]!)) * bytesFor(units);
        const at = row + (target >> 3);
        if ((bits[at]! & (1 << (target & 7))) !== 0)
          throw new RangeError(`Cannot write the network: two synapses of one delay from ${from} to ${target}`);
        bits[at] = bits[at]! | (1 << (target & 7));
        weights[synapse] = steps[target] === 0 ? 0 : Math.round(synapses.weights[synapse]! / steps[target]!);
      }
    tables[`synapses${index}`] = { shape: [synapses.inputs * delays.length, bytesFor(units)], values: bits };
    tables[`weights${index}`] = { shape: [weights.length], values: weights };
    tables[`step${index}`] = { shape: [units], values: steps };
    for (const name of NEURON_FIELDS) tables[`${name}${index}`] = { shape: [units], values: neurons[name] };
    return { units, delays, reset: neurons.reset, refractorySteps: neurons.refractorySteps };
  });
  return { meta: { inputs, layers: shapes }, tables };
}

/** The network of a weights file. WeightsError when its tables are not those of a network. */
export function spikingNetworkOf(file: WeightsFile): SpikingNetworkDescription {
  const { inputs, layers } = file.meta;
  if (!isCount(inputs) || !Array.isArray(layers) || layers.length === 0)
    throw new WeightsError("Cannot load the spiking network: expected inputs and layers in the header");
  let before = inputs;
  return {
    inputs,
    layers: layers.map((shape: Json, index): SpikingLayer => {
      if (!isShape(shape))
        throw new WeightsError(`Cannot load the spiking network: expected units, delays and reset of layer ${index}`);
      const { units, delays, reset, refractorySteps } = shape;
      const synapses = synapsesFrom(file, index, before, units, delays);
      const [membraneDecay, synapseDecay, threshold, bias] = NEURON_FIELDS.map((name) =>
        tableOf(file, `${name}${index}`, "f32", [units]),
      ) as [Float32Array, Float32Array, Float32Array, Float32Array]; // one for each field
      before = units;
      return { synapses, neurons: { units, reset, refractorySteps, membraneDecay, synapseDecay, threshold, bias } };
    }),
  };
}

const NEURON_FIELDS = ["membraneDecay", "synapseDecay", "threshold", "bias"] as const;

interface Shape {
  readonly units: number;
  readonly delays: readonly number[];
  readonly reset: "zero" | "subtract";
  readonly refractorySteps: number;
}

function synapsesFrom(
  file: WeightsFile,
  index: number,
  inputs: number,
  outputs: number,
  delayList: readonly number[],
): Synapses {
  const bits = tableOf(file, `synapses${index}`, "u8", [inputs * delayList.length, bytesFor(outputs)]);
  const steps = tableOf(file, `step${index}`, "f32", [outputs]);
  const fixed = tableOf(file, `weights${index}`, "i8");
  const starts = new Uint32Array(inputs + 1);
  const targets = new Uint16Array(fixed.length);
  const delays = new Uint8Array(fixed.length);
  const weights = new Float32Array(fixed.length);
  let synapse = 0;
  for (let from = 0; from < inputs; from++) {
    for (const [place, delay] of delayList.entries()) {
      const row = (from * delayList.length + place) * bytesFor(outputs);
      for (let target = 0; target < outputs; target++) {
        if ((bits[row + (target >> 3)]! & (1 << (target & 7))) === 0) continue;
        targets[synapse] = target;
        delays[synapse] = delay;
        weights[synapse] = (fixed[synapse] ?? 0) * steps[target]!;
        synapse++;
      }
    }
    starts[from + 1] = synapse;
  }
  if (synapse !== fixed.length)
    throw new WeightsError(
      `Cannot load the spiking network: expected ${synapse} weights of layer ${index}, got ${fixed.length}`,
    );
  return { inputs, outputs, starts, targets, delays, weights };
}

function bytesFor(units: number): number {
  return Math.ceil(units / 8);
}

function isShape(shape: Json): shape is { readonly [name: string]: Json } & Shape {
  if (typeof shape !== "object" || shape === null || Array.isArray(shape)) return false;
  // An object and no array, as has just been seen; isArray does not narrow readonly arrays away.
  const { units, delays, reset, refractorySteps } = shape as { readonly [name: string]: Json };
  if (!isCount(units) || !(refractorySteps === 0 || isCount(refractorySteps))) return false;
  if (reset !== "zero" && reset !== "subtract") return false;
  return Array.isArray(delays) && delays.every((delay: Json) => delay === 0 || (isCount(delay) && delay < 256));
}

function isCount(value: Json | undefined): value is number {
  return typeof value === "number" && Number.isInteger(value) && value > 0 && value < 65_536;
}
