import { padded, type SpikingKernel, type SpikingLayerTables, type SpikingTables } from "./spiking.js";

/** The plain twin of assembly/spiking.ts, equal to the bit. Tables are those `createSpikingKernel` checked. */
export function createSpikingReference(tables: SpikingTables, steps: number): SpikingKernel {
  const graded = tables.inputKind === "currents";
  const inputStride = padded(tables.inputs, 16);
  const layers = tables.layers.map(layerOf);
  const last = layers[layers.length - 1]!;
  const outputStride = padded(last.tables.units, 8);
  const input = graded ? new Int16Array(steps * inputStride) : new Uint8Array(steps * inputStride);
  const output = new Uint8Array(steps * (outputStride >> 3));
  const membrane = new Int16Array(steps * outputStride);
  const reset = (): void => {
    for (const layer of layers) clear(layer);
  };
  reset();
  return {
    ...{ kind: "reference", input, inputStride, output, membrane, outputStride },
    run(count, first = 0) {
      for (let step = first; step < first + count; step++) {
        const offset = step * inputStride;
        for (let channel = 0; channel < tables.inputs; channel++) {
          const value = input[offset + channel]!;
          if (value !== 0) scatter(layers[0]!, channel, graded ? value : undefined);
        }
        for (let index = 0; index < layers.length; index++) {
          const layer = layers[index]!;
          update(layer);
          const next = layers[index + 1];
          if (next === undefined) continue;
          for (let unit = 0; unit < layer.tables.units; unit++) if (firedIn(layer, unit)) scatter(next, unit);
        }
        output.set(last.spikes, step * (outputStride >> 3));
        membrane.set(last.membrane, step * outputStride);
      }
    },
    reset,
    spikeCount: (layer) => layers[layer]!.spikeCount,
    operationCount: (layer) => layers[layer]!.operationCount,
    layerSpikes: (layer) => layers[layer]!.spikes,
  };
}

interface Layer {
  readonly tables: SpikingLayerTables;
  /** (maxDelay + 1, units) currents of this step and the coming ones. */
  readonly ring: Int16Array;
  readonly current: Int16Array;
  readonly membrane: Int16Array;
  readonly refractory: Int16Array;
  /** Bits. */
  readonly spikes: Uint8Array;
  now: number;
  spikeCount: number;
  operationCount: number;
}

function layerOf(tables: SpikingLayerTables): Layer {
  const { units, maxDelay } = tables;
  return {
    tables,
    ring: new Int16Array((maxDelay + 1) * units),
    current: new Int16Array(units),
    membrane: new Int16Array(units),
    refractory: new Int16Array(units),
    spikes: new Uint8Array(padded(units, 8) >> 3),
    now: 0,
    spikeCount: 0,
    operationCount: 0,
  };
}

function clear(layer: Layer): void {
  const { bias, units } = layer.tables;
  for (let slot = 0; slot < layer.ring.length; slot += units) layer.ring.set(bias, slot);
  for (const values of [layer.current, layer.membrane, layer.refractory, layer.spikes]) values.fill(0);
  layer.now = 0;
  layer.spikeCount = 0;
  layer.operationCount = 0;
}

function scatter(layer: Layer, from: number, factor?: number): void {
  const { rowStarts, rowDelays, rows, fanOut, units, maxDelay } = layer.tables;
  layer.operationCount += fanOut[from]!;
  for (let row = rowStarts[from]!; row < rowStarts[from + 1]!; row++) {
    const slot = ((layer.now + rowDelays[row]!) % (maxDelay + 1)) * units;
    for (let unit = 0; unit < units; unit++) {
      const weight = rows[row * units + unit]!;
      const change = factor === undefined ? weight : q15Product(weight, factor);
      layer.ring[slot + unit] = saturated(layer.ring[slot + unit]! + change);
    }
  }
}

function update(layer: Layer): void {
  const { tables, ring, current, membrane, refractory, spikes } = layer;
  const slot = layer.now * tables.units;
  spikes.fill(0);
  for (let unit = 0; unit < tables.units; unit++) {
    const arriving = saturated(q15Product(current[unit]!, tables.synapseDecay[unit]!) + ring[slot + unit]!);
    ring[slot + unit] = tables.bias[unit]!;
    current[unit] = arriving;
    if (refractory[unit]! > 0) {
      refractory[unit] = refractory[unit]! - 1;
      continue;
    }
    const next = saturated(q15Product(membrane[unit]!, tables.membraneDecay[unit]!) + arriving);
    const threshold = tables.threshold[unit]!;
    membrane[unit] = next;
    if (next < threshold) continue;
    spikes[unit >> 3] = spikes[unit >> 3]! | (1 << (unit & 7));
    layer.spikeCount++;
    membrane[unit] = tables.reset === "subtract" ? next - threshold : 0;
    refractory[unit] = tables.refractorySteps;
  }
  layer.now = (layer.now + 1) % (tables.maxDelay + 1);
}

function firedIn({ spikes }: Layer, unit: number): boolean {
  return ((spikes[unit >> 3]! >> (unit & 7)) & 1) === 1;
}

/** (a * b) / 2^15 rounded to nearest, halves up, saturating: what q15mulr does. */
function q15Product(a: number, b: number): number {
  return saturated((a * b + 16384) >> 15);
}

function saturated(value: number): number {
  return Math.max(-32768, Math.min(32767, value));
}
