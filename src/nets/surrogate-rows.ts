import { arenaBytes } from "../kernels/arena.js";
import type { SurrogateKernels } from "../kernels/surrogate.js";
import type { Synapses } from "./spiking-synapses.js";

/** What all layers share. */
export interface SurrogateShape {
  readonly steps: number;
  readonly lanes: number;
  /** Steps of zeros before and behind each row. */
  readonly padSteps: number;
}

/** Rows of (steps, lanes) floats with zeros around them; `at` is the pointer to the first row's first step. */
export interface Rows {
  readonly at: number;
  readonly rowBytes: number;
  readonly view: Float32Array;
}

/** Floats from row to row: an odd number of cache lines, so that rows do not crowd the same sets. */
function rowFloats({ steps, lanes, padSteps }: SurrogateShape): number {
  const lines = Math.ceil(((steps + 2 * padSteps) * lanes) / 16);
  return 16 * (lines % 2 === 0 ? lines + 1 : lines);
}

/** Bytes that so many rows take. */
export function rowsBytes(shape: SurrogateShape, count: number): number {
  return arenaBytes(rowFloats(shape) * count, 4);
}

/** Zeroed rows. */
export function rowsIn({ arena }: SurrogateKernels, shape: SurrogateShape, count: number): Rows {
  const floats = rowFloats(shape);
  const view = arena.f32(floats * count);
  return { at: view.byteOffset + 4 * shape.padSteps * shape.lanes, rowBytes: 4 * floats, view };
}

/** The values of one row, (steps, lanes), as a view. */
export function rowOf({ view, rowBytes }: Rows, { steps, lanes, padSteps }: SurrogateShape, row: number): Float32Array {
  const start = (row * rowBytes) / 4 + padSteps * lanes;
  return view.subarray(start, start + steps * lanes);
}

/** Connections as the kernels read them: by target for the way forward, by source for the way back. */
export interface Wiring {
  readonly synapses: Synapses;
  /** Number in `synapses` of each connection, in the order of targets: the order of weights and their gradients. */
  readonly order: Uint32Array;
  readonly starts: Int32Array;
  readonly sources: Int32Array;
  /** The list of each connection's spikes, where the sources list them, and its delay in bytes. */
  readonly lists: Int32Array | undefined;
  readonly shifts: Int32Array;
  /** For the way back: place of each connection in the order of targets. */
  readonly backOrder: Uint32Array;
  readonly backStarts: Int32Array;
  readonly backSources: Int32Array;
  readonly backWeights: Float32Array;
}

/** A layer's spikes as lists: (units) of a count and byte offsets. Behind the values of a row, twice the pad is room for delays. */
export interface EventLists {
  readonly at: number;
  readonly listBytes: number;
}

/** Bytes of the lists of so many rows. */
export function eventListsBytes({ steps, lanes }: SurrogateShape, count: number): number {
  return arenaBytes((steps * lanes + 1) * count, 4);
}

/** Empty lists. */
export function eventListsIn({ arena }: SurrogateKernels, { steps, lanes }: SurrogateShape, count: number): EventLists {
  return { at: arena.i32((steps * lanes + 1) * count).byteOffset, listBytes: 4 * (steps * lanes + 1) };
}

/** Bytes that a wiring takes. */
export function wiringBytes({ weights, inputs, outputs }: Synapses): number {
  return 5 * arenaBytes(weights.length, 4) + arenaBytes(outputs + 1, 4) + arenaBytes(inputs + 1, 4);
}

/** Wires rows of sources to rows of gradients of the same shape. */
export function wiringIn(
  kernels: SurrogateKernels,
  shape: SurrogateShape,
  from: Rows,
  to: Rows,
  synapses: Synapses,
  events?: EventLists,
): Wiring {
  const { inputs, outputs, starts, targets, delays } = synapses;
  const count = targets.length;
  const origins = new Uint32Array(count);
  for (let input = 0; input < inputs; input++) origins.fill(input, starts[input]!, starts[input + 1]!);
  const order = Uint32Array.from(targets.keys()).sort((a, b) => targets[a]! - targets[b]! || a - b);
  const place = new Uint32Array(count);
  for (const [index, synapse] of order.entries()) place[synapse] = index;
  const { arena } = kernels;
  const stepBytes = 4 * shape.lanes;
  const forwardStarts = arena.i32(outputs + 1);
  for (const target of targets) forwardStarts[target + 1] = forwardStarts[target + 1]! + 1;
  for (let output = 0; output < outputs; output++)
    forwardStarts[output + 1] = forwardStarts[output + 1]! + forwardStarts[output]!;
  const sources = arena.i32(count);
  const lists = arena.i32(count);
  const shifts = arena.i32(count);
  for (const [index, synapse] of order.entries()) {
    sources[index] = from.at + origins[synapse]! * from.rowBytes - delays[synapse]! * stepBytes;
    lists[index] = events === undefined ? 0 : events.at + origins[synapse]! * events.listBytes;
    shifts[index] = delays[synapse]! * stepBytes;
  }
  const backStarts = arena.i32(inputs + 1);
  backStarts.set(starts);
  const backSources = arena.i32(count);
  for (let synapse = 0; synapse < count; synapse++)
    backSources[synapse] = to.at + targets[synapse]! * to.rowBytes + delays[synapse]! * stepBytes;
  const backWeights = arena.f32(count);
  return {
    ...{ synapses, order, starts: forwardStarts, sources, lists: events === undefined ? undefined : lists, shifts },
    ...{ backOrder: place, backStarts, backSources, backWeights },
  };
}

/** x of the targets of a wiring from the values, or the listed spikes, of its sources. */
export function spreadForward(
  { exports }: SurrogateKernels,
  { steps, lanes }: SurrogateShape,
  { synapses, starts, sources, lists, shifts }: Wiring,
  weights: Float32Array,
  x: Rows,
): void {
  const into = [x.at, x.rowBytes, synapses.outputs, steps * lanes, starts.byteOffset] as const;
  if (lists === undefined) exports.spread(...into, sources.byteOffset, weights.byteOffset);
  else exports.spreadEvents(...into, lists.byteOffset, shifts.byteOffset, weights.byteOffset);
}

/** Adds to the gradients of a wiring's weights what follows from dL/dx of its targets. */
export function correlateBack(
  { exports }: SurrogateKernels,
  { steps, lanes }: SurrogateShape,
  { synapses, starts, sources, lists, shifts }: Wiring,
  ofX: Rows,
  gradients: Float32Array,
): void {
  const { at, rowBytes } = ofX;
  if (lists === undefined) {
    const from = [at, rowBytes, synapses.outputs, steps * lanes, starts.byteOffset] as const;
    exports.correlate(...from, sources.byteOffset, gradients.byteOffset);
  } else {
    const from = [at, rowBytes, synapses.outputs, starts.byteOffset] as const;
    exports.correlateEvents(...from, lists.byteOffset, shifts.byteOffset, gradients.byteOffset);
  }
}

/** dL/ds of the sources of a wiring from dL/dx of its targets. */
export function spreadBack(
  { exports }: SurrogateKernels,
  { steps, lanes }: SurrogateShape,
  wiring: Wiring,
  weights: Float32Array,
  before: Rows,
): void {
  const { backOrder, backWeights, backStarts, backSources, synapses } = wiring;
  for (let synapse = 0; synapse < backOrder.length; synapse++) backWeights[synapse] = weights[backOrder[synapse]!]!;
  const columns = steps * lanes;
  exports.spread(
    ...([before.at, before.rowBytes, synapses.inputs, columns] as const),
    ...([backStarts.byteOffset, backSources.byteOffset, backWeights.byteOffset] as const),
  );
}
