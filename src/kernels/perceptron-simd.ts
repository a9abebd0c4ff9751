import { type Arena, arenaBytes } from "./arena.js";
import { perceptronWasm } from "./generated/perceptron-wasm.js";
import {
  type DenseLayer,
  type ForwardPass,
  type Int8Layer,
  inputLimit,
  outside,
  type PrunedLayer,
} from "./perceptron.js";
import { compileKernels } from "./wasm-module.js";

interface Exports {
  /** The whole pass; a count below zero says that the input is dense. 0 when a place lies outside the input. */
  run(network: number, count: number): number;
}

// As the kernel numbers them.
const F32 = 0;
const INT8 = 1;
const PRUNED = 2;

/** What every layer in the memory has; the vectors are those of four outputs. */
interface Shape {
  readonly inputs: number;
  readonly outputs: number;
  readonly vectors: number;
}

/** The forward pass in WebAssembly; undefined where the runtime has none. Weights are copied into memory of its own. */
export function simdPerceptron(layers: readonly DenseLayer[]): ForwardPass | undefined {
  // Inputs are padded to multiples of 4 by zeros: the kernel takes two or four at once and has no loop for the rest.
  const shapes = layers.map(({ inputs, outputs }) => ({
    inputs: (inputs + 3) & ~3,
    outputs,
    vectors: Math.ceil(outputs / 4),
  }));
  const bytes = shapes.reduce((sum, { inputs, vectors }) => sum + LINE_BYTES + arenaBytes(inputs * vectors * 4, 4), 0);
  const memory = networkMemory(F32, layers[0]!.inputs, shapes, bytes);
  if (memory === undefined) return undefined;
  const { arena } = memory;
  for (const [index, layer] of layers.entries()) {
    const shape = shapes[index]!;
    alignToLine(arena);
    const weights = arena.f32(shape.inputs * shape.vectors * 4);
    for (let output = 0; output < layer.outputs; output++)
      for (let input = 0; input < layer.inputs; input++)
        weights[floatPlace(shape, output, input)] = layer.weights[output * layer.inputs + input]!;
    memory.describe(index, weights.byteOffset, layer.bias);
  }
  return forwardPass(memory);
}

/** The same for 8-bit weights: integer products and sums, exact; one multiplication by a float for each output. */
export function simdInt8Perceptron(layers: readonly Int8Layer[]): ForwardPass | undefined {
  const shapes = layers.map(({ inputs, outputs }) => ({
    inputs: (inputs + 3) & ~3,
    outputs,
    vectors: 2 * Math.ceil(outputs / 8),
  }));
  const bytes = shapes.reduce(
    (sum, { inputs, vectors }) =>
      sum + LINE_BYTES + arenaBytes(Math.ceil(inputs / 2) * vectors * 8, 1) + 2 * arenaBytes(vectors * 4 + 4, 4),
    0,
  );
  const memory = networkMemory(INT8, layers[0]!.inputs, shapes, bytes);
  if (memory === undefined) return undefined;
  const { arena } = memory;
  for (const [index, layer] of layers.entries()) {
    const shape = shapes[index]!;
    alignToLine(arena);
    const weights = arena.u8(Math.ceil(shape.inputs / 2) * shape.vectors * 8);
    // The limit of the input stands before the scales, at their alignment.
    const scales = arena.f32(shape.vectors * 4 + 4);
    const zeroPoints = arena.i32(shape.vectors * 4);
    scales[0] = inputLimit(layer.inputs);
    for (let output = 0; output < layer.outputs; output++) {
      // The low byte of a lane is unsigned: its weights and zero point are shifted by 128.
      const shift = (output & 7) < 4 ? 128 : 0;
      for (let input = 0; input < layer.inputs; input++)
        weights[bytePlace(shape, output, input)] = layer.weights[output * layer.inputs + input]! + shift;
      scales[4 + output] = layer.scales[output]!;
      zeroPoints[output] = layer.zeroPoints[output]! + shift;
    }
    memory.describe(index, weights.byteOffset, layer.bias, scales.byteOffset, zeroPoints.byteOffset);
  }
  // A place costs about 8 ns, the dense loop 3 ns an input (EPYC, Node 20.20.2, 2026-11-23).
  return forwardPass(memory, 0.38 * layers[0]!.inputs);
}

const LINE_BYTES = 64;

/** One input's weights of a panel are whole cache lines; a sparse input that meets them askew reads half as many again. */
function alignToLine(arena: Arena): void {
  const over = arena.u8(0).byteOffset % LINE_BYTES;
  if (over > 0) arena.u8(LINE_BYTES - over);
}

/**
 * The same for layers of which only blocks are left. A sparse input of few places walks over their blocks; any other over the
 * blocks of each four outputs, for which the memory holds them in that order as well.
 */
export function simdPrunedPerceptron(layers: readonly PrunedLayer[]): ForwardPass | undefined {
  const shapes = layers.map(({ inputs, outputs }) => ({ inputs, outputs, vectors: Math.ceil(outputs / 4) }));
  const first = layers[0]!;
  const scattered = fullBlocks(first);
  const gathered = layers.map(blocksByGroup);
  const bytes = [scattered, ...gathered].reduce(
    (sum, { starts, places, weights }) =>
      sum + LINE_BYTES + arenaBytes(starts.length, 4) + arenaBytes(places.length, 2) + arenaBytes(weights.length, 4),
    0,
  );
  const memory = networkMemory(PRUNED, first.inputs, shapes, bytes);
  if (memory === undefined) return undefined;
  const { arena } = memory;
  const pointers = ({ starts, places, weights }: OrderedBlocks): readonly [number, number, number] => {
    alignToLine(arena);
    const views = [arena.f32(weights.length), arena.i32(starts.length), arena.u16(places.length)] as const;
    views[0].set(weights);
    views[1].set(starts);
    views[2].set(places);
    return [views[0].byteOffset, views[1].byteOffset, views[2].byteOffset];
  };
  for (const [index, layer] of layers.entries()) {
    // Only the first layer can have a sparse input.
    const [weights, starts, groups] = index === 0 ? pointers(scattered) : [0, 0, 0];
    const [groupWeights, groupEnds, groupInputs] = pointers(gathered[index]!);
    memory.describe(index, weights, layer.bias, starts, groups, groupEnds, groupInputs, groupWeights);
  }
  // A place costs about 7 ns and 0.5 ns a block, a block of the other order 0.4 ns (EPYC, Node 20.20.2, 2026-11-23).
  const blocks = first.groups.length;
  return forwardPass(memory, (0.4 * blocks) / (7 + (0.5 * blocks) / first.inputs));
}

/** Blocks in the order in which one of the loops takes them. */
interface OrderedBlocks {
  /** By input: where each begins, and the end of the last. By group: how many each has. */
  readonly starts: Int32Array;
  /** By input: the group of each block. By group: its input. */
  readonly places: Uint16Array;
  readonly weights: Float32Array;
}

/** The blocks input after input, the number of each input's filled up to a multiple of four by blocks of zeros. */
function fullBlocks({ inputs, starts, groups, weights }: PrunedLayer): OrderedBlocks {
  const padded = new Int32Array(inputs + 1);
  for (let input = 0; input < inputs; input++)
    padded[input + 1] = padded[input]! + ((starts[input + 1]! - starts[input]! + 3) & ~3);
  const places = new Uint16Array(padded[inputs]!);
  const full = new Float32Array(4 * places.length);
  for (let input = 0; input < inputs; input++) {
    const begin = starts[input]!;
    const end = starts[input + 1]!;
    places.set(groups.subarray(begin, end), padded[input]!);
    full.set(weights.subarray(4 * begin, 4 * end), 4 * padded[input]!);
  }
  return { starts: padded, places, weights: full };
}

/** The blocks group after group, each group's number made even by a block of zeros. */
function blocksByGroup(layer: PrunedLayer): OrderedBlocks {
  const starts = new Int32Array(Math.ceil(layer.outputs / 4));
  for (const group of layer.groups) starts[group]!++;
  const next = new Int32Array(starts.length);
  let total = 0;
  for (let group = 0; group < starts.length; group++) {
    starts[group]! += starts[group]! & 1;
    next[group] = total;
    total += starts[group]!;
  }
  const places = new Uint16Array(total);
  const weights = new Float32Array(4 * total);
  for (let input = 0; input < layer.inputs; input++)
    for (let block = layer.starts[input]!; block < layer.starts[input + 1]!; block++) {
      const place = next[layer.groups[block]!]!++;
      places[place] = input;
      weights.set(layer.weights.subarray(4 * block, 4 * block + 4), 4 * place);
    }
  return { starts, places, weights };
}

interface NetworkMemory {
  readonly exports: Exports;
  readonly arena: Arena;
  /** Where the kernel finds everything. */
  readonly table: number;
  readonly input: Float32Array;
  readonly indices: Uint16Array;
  readonly values: Float32Array;
  readonly output: Float32Array;
  /** The last are pointers to what only some layers have. */
  describe(layer: number, weights: number, bias: Float32Array, ...others: readonly number[]): void;
}

// The fields of the table: see assembly/perceptron.ts.
const HEADER_FIELDS = 8;
const LAYER_FIELDS = 12;

function networkMemory(
  kind: number,
  inputs: number,
  shapes: readonly Shape[],
  weightBytes: number,
): NetworkMemory | undefined {
  const last = shapes[shapes.length - 1]!;
  const widest = Math.max(...shapes.map((shape) => shape.inputs));
  const tableLength = HEADER_FIELDS + LAYER_FIELDS * shapes.length;
  const outputBytes = shapes.reduce((sum, { vectors }) => sum + 2 * arenaBytes(vectors * 4, 4), 0);
  const bytes =
    weightBytes +
    outputBytes +
    arenaBytes(tableLength, 4) +
    2 * arenaBytes(inputs + 7, 4) +
    arenaBytes(inputs + 7, 2) +
    8 * (widest + 1) +
    16;
  const instance = compileKernels<Exports>(perceptronWasm)?.instantiate(bytes);
  if (instance === undefined) return undefined;
  const { arena, exports } = instance;
  const table = arena.i32(tableLength);
  const input = arena.f32(inputs + 7);
  const indices = arena.u16(inputs + 7);
  const values = arena.f32(inputs + 7);
  const pairs = arena.i32(2 * (widest + 1));
  const outputs = shapes.map(({ vectors }) => arena.f32(vectors * 4));
  table.set([shapes.length, indices.byteOffset, values.byteOffset, pairs.byteOffset, inputs, kind]);
  return {
    exports,
    arena,
    table: table.byteOffset,
    input: input.subarray(0, inputs),
    indices,
    values,
    output: outputs[shapes.length - 1]!.subarray(0, last.outputs),
    describe(layer, weights, bias, ...others) {
      const shape = shapes[layer]!;
      // Lanes that only pad: nothing for the next layer, and no share of the softmax.
      const padded = arena.f32(shape.vectors * 4).fill(layer === shapes.length - 1 ? Number.NEGATIVE_INFINITY : 0);
      padded.set(bias);
      const x = layer === 0 ? input : outputs[layer - 1]!;
      const fields = [
        shape.inputs,
        shape.vectors,
        weights,
        padded.byteOffset,
        x.byteOffset,
        outputs[layer]!.byteOffset,
      ];
      table.set([...fields, ...others], HEADER_FIELDS + LAYER_FIELDS * layer);
    },
  };
}

/** `sparseUpTo`: from how many places on a sparse input is written out, because the dense loop is faster then. */
function forwardPass(
  { exports, table, input, indices, values, output }: NetworkMemory,
  sparseUpTo = Number.POSITIVE_INFINITY,
): ForwardPass {
  const give = (out: Float32Array): void => {
    for (let index = 0; index < output.length; index++) out[index] = output[index]!;
  };
  return {
    implementation: "simd",
    lent: { indices, values },
    dense(from, out) {
      input.set(from);
      exports.run(table, -1);
      give(out);
    },
    sparse(places, numbers, count, out) {
      // More places than inputs: some repeat, and the lists have no room.
      if (count > input.length || count > sparseUpTo) {
        input.fill(0);
        for (let place = 0; place < count; place++) {
          if (places[place]! >= input.length) throw outside(places, count, input.length);
          input[places[place]!]! += numbers[place]!;
        }
        exports.run(table, -1);
      } else {
        if (places !== indices || numbers !== values) {
          for (let place = 0; place < count; place++) {
            indices[place] = places[place]!;
            values[place] = numbers[place]!;
          }
        }
        // The kernel takes eight at once: zeros at place 0 fill the last ones.
        for (let place = count; place & 7; place++) {
          indices[place] = 0;
          values[place] = 0;
        }
        if (exports.run(table, count) === 0) throw outside(places, count, input.length);
      }
      give(out);
    },
  };
}

/** Where the kernel wants a weight: in panels of 8, then 1 vectors of outputs, each panel input by input. */
function floatPlace({ inputs, vectors }: Shape, output: number, input: number): number {
  const vector = output >> 2;
  const [start, width] = vector < (vectors & ~7) ? [vector & ~7, 8] : [vector, 1];
  return 4 * (start * inputs + input * width + vector - start) + (output & 3);
}

/** The same in bytes: panels of 4, then 1 vectors of 8 outputs and 2 inputs, each panel by pairs of inputs. */
function bytePlace({ inputs, vectors }: Shape, output: number, input: number): number {
  const pairs = (inputs + 1) >> 1;
  const groups = vectors >> 1;
  const group = output >> 3;
  const [start, width] = group < (groups & ~3) ? [group & ~3, 4] : [group, 1];
  const vector = start * pairs + (input >> 1) * width + group - start;
  return 16 * vector + 4 * (output & 3) + 2 * (input & 1) + ((output >> 2) & 1);
}
