import { arenaBytes } from "./arena.js";
import { spikingWasm } from "./generated/spiking-wasm.js";
import { padded, type SpikingKernel, type SpikingLayerTables, type SpikingTables } from "./spiking.js";
import { compileKernels } from "./wasm-module.js";

interface SpikingExports {
  run(network: number, inputs: number, outputs: number, steps: number): void;
}

/** Words of the records that assembly/spiking.ts reads. */
const NETWORK_WORDS = 6;
const SCORES_WORD = 4;
const LAYER_WORDS = 16;
const NEURON_FIELDS = 8;
const HAS_RING = 8;
const NOW_WORD = 2;
const SPIKE_COUNT_WORD = 12;
const OPERATION_COUNT_WORD = 14;

/** The network over WebAssembly vectors, or undefined where the runtime has none. Tables are those `createSpikingKernel` checked. */
export function createSpikingSimd(tables: SpikingTables, steps: number): SpikingKernel | undefined {
  const kernels = compileKernels<SpikingExports>(spikingWasm);
  if (kernels === undefined) return undefined;
  const { layers } = tables;
  const graded = tables.inputKind === "currents";
  const inputStride = padded(tables.inputs, 16);
  const outputStride = padded(layers[layers.length - 1]!.units, 8);
  const { exports, arena } = kernels.instantiate(bytesOf(tables, steps));

  const record = arena.i32(NETWORK_WORDS + LAYER_WORDS * layers.length);
  const input = graded ? arena.i16(steps * inputStride) : arena.u8(steps * inputStride);
  const output = arena.u8(steps * (outputStride >> 3));
  const membrane = arena.i16(steps * outputStride);
  const events = arena.i32(Math.max(inputStride, ...layers.map((layer) => padded(layer.units, 8))));
  const inputBits = arena.u8(padded(inputStride >> 3, 8));
  record.set([
    ...[inputStride, Number(graded), layers.length],
    ...[events, membrane, inputBits].map((view) => view.byteOffset),
  ]);

  let inputs = tables.inputs;
  const states = layers.map((layer, index) => {
    const units = padded(layer.units, 8);
    const rows = layer.rowDelays.length;
    const inputsPadded = index === 0 ? inputStride : padded(inputs, 8);
    const ring = arena.i16((layer.maxDelay + 1) * units);
    const neurons = neuronsOf(layer, arena.i16(units * NEURON_FIELDS));
    const spikes = arena.u8(padded(units >> 3, 8));
    const starts = arena.i32(inputsPadded + 1).fill(rows);
    starts.set(layer.rowStarts);
    const delays = arena.u8(rows);
    delays.set(layer.rowDelays);
    const weights = arena.i16(rows * units);
    for (let row = 0; row < rows; row++)
      weights.set(layer.rows.subarray(row * layer.units, (row + 1) * layer.units), row * units);
    const fanOut = arena.i32(inputsPadded);
    fanOut.set(layer.fanOut);
    const words = NETWORK_WORDS + LAYER_WORDS * index;
    record.set(
      [
        ...[units >> 3, layer.maxDelay + 1, 0, ring.byteOffset, neurons.byteOffset],
        ...[kindOf(layer) + (layer.maxDelay > 0 || (graded && index === 0) ? HAS_RING : 0), layer.refractorySteps],
        ...[spikes, starts, delays, weights, fanOut].map((view) => view.byteOffset),
      ],
      words,
    );
    inputs = layer.units;
    return { layer, ring, neurons, spikes, words };
  });

  const countAt = (word: number): number => (record[word]! >>> 0) + record[word + 1]! * 2 ** 32;
  const reset = (): void => {
    for (const { layer, ring, neurons, spikes, words } of states) {
      const units = padded(layer.units, 8);
      ring.fill(0);
      for (let slot = 0; slot < ring.length; slot += units) ring.set(layer.bias, slot);
      for (let first = 0; first < neurons.length; first += 8 * NEURON_FIELDS) neurons.fill(0, first, first + 24);
      spikes.fill(0);
      record[words + NOW_WORD] = 0;
      record.fill(0, words + SPIKE_COUNT_WORD, words + LAYER_WORDS);
    }
  };
  reset();
  const [networkAt, inputAt, outputAt] = [record.byteOffset, input.byteOffset, output.byteOffset];
  const [membraneAt, membraneBytes, inputBytes] = [
    membrane.byteOffset,
    2 * outputStride,
    (graded ? 2 : 1) * inputStride,
  ];
  return {
    ...{ kind: "simd", input, inputStride, output, membrane, outputStride },
    run(count, first = 0) {
      record[SCORES_WORD] = membraneAt + first * membraneBytes;
      exports.run(networkAt, inputAt + first * inputBytes, outputAt + first * (outputStride >> 3), count);
    },
    reset,
    spikeCount: (layer) => countAt(states[layer]!.words + SPIKE_COUNT_WORD),
    operationCount: (layer) => countAt(states[layer]!.words + OPERATION_COUNT_WORD),
    layerSpikes: (layer) => states[layer]!.spikes,
  };
}

/** Fields of eight neurons side by side; membrane, current and refractory count, at rest, come first. */
function neuronsOf(layer: SpikingLayerTables, view: Int16Array): Int16Array {
  for (let unit = 0; unit < padded(layer.units, 8); unit++) {
    const at = (unit >> 3) * 8 * NEURON_FIELDS + (unit & 7);
    view[at + 24] = layer.membraneDecay[unit] ?? 0;
    view[at + 32] = layer.synapseDecay[unit] ?? 0;
    view[at + 40] = (layer.threshold[unit] ?? 32768) - 1; // neurons of the padding never fire
    view[at + 48] = layer.bias[unit] ?? 0;
  }
  return view;
}

function kindOf({ synapseDecay, refractorySteps, reset }: SpikingLayerTables): number {
  return (
    Number(synapseDecay.some((decay) => decay !== 0)) +
    2 * Number(refractorySteps > 0) +
    4 * Number(reset === "subtract")
  );
}

function bytesOf({ inputs, layers }: SpikingTables, steps: number): number {
  let widest = padded(inputs, 16);
  let bytes = arenaBytes(NETWORK_WORDS + LAYER_WORDS * layers.length, 4) + arenaBytes(steps * widest, 2);
  for (const layer of layers) {
    bytes += bytesOfLayer(layer, widest);
    widest = Math.max(widest, padded(layer.units, 8));
  }
  const outputStride = padded(layers[layers.length - 1]!.units, 8);
  return bytes + arenaBytes(widest, 4) + arenaBytes(widest, 1) + 2 * arenaBytes(steps * outputStride, 2);
}

function bytesOfLayer({ units, maxDelay, rowDelays }: SpikingLayerTables, inputs: number): number {
  const width = padded(units, 8);
  const rows = rowDelays.length;
  const neurons = NEURON_FIELDS * arenaBytes(width, 2) + arenaBytes(padded(width >> 3, 8), 1);
  const tables = arenaBytes(inputs + 1, 4) + arenaBytes(inputs, 4) + arenaBytes(rows, 1) + arenaBytes(rows * width, 2);
  return neurons + arenaBytes((maxDelay + 1) * width, 2) + tables;
}
