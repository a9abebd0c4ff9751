import { arenaBytes } from "./arena.js";
import { reservoirWasm } from "./generated/reservoir-wasm.js";
import type { Recurrence, ReservoirKernel, ReservoirKernels, ReservoirWeights } from "./reservoir.js";
import { structuredFactors } from "./reservoir-reference.js";
import { compileKernels, type WasmInstance, type WasmKernels } from "./wasm-module.js";

/** What `assembly/reservoir.ts` exports. */
interface ReservoirExports {
  structured(
    ...pointers: [
      ...[state: number, work: number, factors: number, leak: number, units: number, slots: number, gains: number],
      ...[inputs: number, indices: number, values: number, count: number, constants: number],
    ]
  ): void;
  leakyTanh(state: number, work: number, leak: number, units: number, constants: number): void;
  panels(out: number, from: number, weights: number, x: number, rows: number, columns: number): void;
  project(
    ...pointers: [
      ...[work: number, signs: number, size: number, slots: number, gains: number],
      ...[inputs: number, indices: number, values: number, count: number],
    ]
  ): void;
  blocks(
    ...pointers: [
      ...[out: number, weights: number, state: number, order: number, ordered: number],
      ...[units: number, blockSize: number],
    ]
  ): void;
  quantizedBlocks(
    ...pointers: [
      ...[out: number, weights: number, scales: number, state: number, order: number, rounded: number],
      ...[ordered: number, units: number, blockSize: number],
    ]
  ): void;
  sparse(out: number, weights: number, columns: number, state: number, units: number, fanIn: number): void;
  cycle(out: number, state: number, units: number, weight: number): void;
}

type Instance = WasmInstance<ReservoirExports>;

/** Writes the weights into the instance and returns the step; with `fresh` false the memory holds them already. */
type Layout = (instance: Instance, fresh: boolean) => Parts;

interface Parts {
  readonly state: Float32Array<ArrayBuffer>;
  readonly indices: Uint16Array;
  readonly values: Float32Array;
  readonly stepSparse: (count: number) => void;
  readonly stepDense: () => void;
}

const WIDE_ROWS = 20;
/** Scratch of the tanh. */
const CONSTANTS = 48;
/** Between two arrays at most so much is lost to alignment; and a last vector may read past its end. */
const SLACK_BYTES = 64;

/** The kernels in WebAssembly, or undefined where the runtime cannot (see `compileKernels`). */
export function wasmReservoirKernels(): ReservoirKernels | undefined {
  const module = compileKernels<ReservoirExports>(reservoirWasm);
  return module && { kind: "wasm", make: (weights, outputs) => make(module, weights, outputs) };
}

function make(module: WasmKernels<ReservoirExports>, weights: ReservoirWeights, outputs: number): ReservoirKernel {
  const { units } = weights;
  const { bytes, layout } = weights.kind === "structured" ? structuredLayout(weights) : matrixLayout(weights);
  const readoutRows = Math.ceil(outputs / 4) * 4;
  const total = bytes + arenaBytes(readoutRows * units, 4) + 2 * arenaBytes(readoutRows, 4) + 4 * SLACK_BYTES;
  const build = (instance: Instance, fresh: boolean): ReservoirKernel => {
    const parts = layout(instance, fresh);
    const { arena, exports } = instance;
    const [matrix, bias, result] = [arena.f32(readoutRows * units), arena.f32(readoutRows), arena.f32(readoutRows)];
    const [at, offset] = [result.byteOffset, bias.byteOffset];
    const [x, w] = [parts.state.byteOffset, matrix.byteOffset];
    const answer = result.subarray(0, outputs);
    return {
      kind: "wasm",
      state: parts.state,
      indices: parts.indices,
      values: parts.values,
      stepSparse: parts.stepSparse,
      stepDense: parts.stepDense,
      setReadout(readout, offsets) {
        packPanels(matrix, { rows: outputs, columns: units }, (row, column) => readout[row * units + column]!);
        bias.set(offsets);
      },
      readout(output) {
        exports.panels(at, offset, w, x, readoutRows, units);
        output.set(answer);
      },
      clone() {
        const other = module.instantiate(total);
        const kernel = build(other, false);
        new Uint8Array(other.arena.f32(0).buffer).set(new Uint8Array(parts.state.buffer));
        return kernel;
      },
    };
  };
  return build(module.instantiate(total), true);
}

function structuredLayout(weights: ReservoirWeights & { kind: "structured" }): { bytes: number; layout: Layout } {
  const { units, inputs } = weights;
  const bytes =
    arenaBytes(CONSTANTS, 4) + arenaBytes(units, 4) * 6 + arenaBytes(inputs + 1, 4) * 2 + arenaBytes(inputs + 1, 2) * 2;
  const layout: Layout = ({ arena, exports }, fresh) => {
    const [state, work, factors, leak] = [arena.f32(units), arena.f32(units), arena.f32(3 * units), arena.f32(units)];
    const [gains, values] = [arena.f32(inputs + 1), arena.f32(inputs)];
    const [slots, indices] = [arena.u16(inputs + 1), arena.u16(inputs)];
    const scratch = arena.f32(CONSTANTS).byteOffset;
    if (fresh) {
      factors.set(structuredFactors(weights));
      leak.set(weights.leak);
      gains.set(weights.gains);
      slots.set(weights.slots);
    }
    const [x, to, by, rate] = [state.byteOffset, work.byteOffset, factors.byteOffset, leak.byteOffset];
    const [slot, gain, index, value] = [slots.byteOffset, gains.byteOffset, indices.byteOffset, values.byteOffset];
    return {
      ...{ state, indices, values },
      stepSparse: (count) =>
        exports.structured(x, to, by, rate, units, slot, gain, inputs, index, value, count, scratch),
      stepDense: () => exports.structured(x, to, by, rate, units, slot, gain, inputs, 0, value, inputs, scratch),
    };
  };
  return { bytes, layout };
}

function matrixLayout(weights: ReservoirWeights & { kind: "matrix" }): { bytes: number; layout: Layout } {
  const { units, inputs } = weights;
  const size = weights.signs.length / 2;
  const padded = Math.ceil(units / 16) * 16;
  const recurrence = recurrenceLayout(weights.recurrence, units);
  const bytes =
    arenaBytes(CONSTANTS, 4) +
    arenaBytes(padded, 4) * 2 +
    arenaBytes(size, 4) * 3 +
    arenaBytes(inputs + 1, 4) * 2 +
    arenaBytes(inputs + 1, 2) * 2 +
    recurrence.bytes;
  const layout: Layout = (instance, fresh) => {
    const { arena, exports } = instance;
    const [stateAndPadding, leak] = [arena.f32(padded), arena.f32(padded)];
    const [work, signs] = [arena.f32(size), arena.f32(2 * size)];
    const [gains, values] = [arena.f32(inputs + 1), arena.f32(inputs)];
    const [slots, indices] = [arena.u16(inputs + 1), arena.u16(inputs)];
    const scratch = arena.f32(CONSTANTS).byteOffset;
    const state = stateAndPadding.subarray(0, units);
    if (fresh) {
      leak.set(weights.leak);
      signs.set(weights.signs);
      gains.set(weights.gains);
      slots.set(weights.slots);
    }
    const product = recurrence.place(instance, fresh, state.byteOffset, work.byteOffset);
    const [x, to, by, rate] = [state.byteOffset, work.byteOffset, signs.byteOffset, leak.byteOffset];
    const [slot, gain, index, value] = [slots.byteOffset, gains.byteOffset, indices.byteOffset, values.byteOffset];
    const finish = (): void => {
      product();
      exports.leakyTanh(x, to, rate, padded, scratch);
    };
    return {
      ...{ state, indices, values },
      stepSparse(count) {
        exports.project(to, by, size, slot, gain, inputs, index, value, count);
        finish();
      },
      stepDense() {
        exports.project(to, by, size, slot, gain, inputs, 0, value, inputs);
        finish();
      },
    };
  };
  return { bytes, layout };
}

/** The bytes of a recurrence, and how it is placed: returns what adds its product to `work`. */
interface RecurrenceLayout {
  readonly bytes: number;
  place(instance: Instance, fresh: boolean, state: number, work: number): () => void;
}

function recurrenceLayout(recurrence: Recurrence, units: number): RecurrenceLayout {
  switch (recurrence.kind) {
    case "blocks": {
      const { blockSize, matrix, order } = recurrence;
      return {
        bytes: arenaBytes(matrix.length, 4) + arenaBytes(units, 4) + arenaBytes(units, 2),
        place({ arena, exports }, fresh, state, work) {
          const [packed, ordered, places] = [arena.f32(matrix.length), arena.f32(units), arena.u16(units)];
          if (fresh) {
            packBlocks(packed, matrix, blockSize);
            places.set(order);
          }
          const [from, at, scratch] = [packed.byteOffset, places.byteOffset, ordered.byteOffset];
          return () => exports.blocks(work, from, state, at, scratch, units, blockSize);
        },
      };
    }
    case "quantized-blocks": {
      const { blockSize, matrix, scales, order } = recurrence;
      const padded = Math.ceil(units / 8) * 8;
      return {
        bytes: arenaBytes(matrix.length, 1) + arenaBytes(units, 4) + arenaBytes(padded, 2) * 3,
        place({ arena, exports }, fresh, state, work) {
          const [packed, factors] = [arena.i8(matrix.length), arena.f32(units)];
          const [places, rounded, ordered] = [arena.u16(padded), arena.i16(padded), arena.i16(padded)];
          if (fresh) {
            packBlockPairs(packed, matrix, blockSize);
            factors.set(scales);
            places.set(order);
          }
          const [from, by, at] = [packed.byteOffset, factors.byteOffset, places.byteOffset];
          const [first, second] = [rounded.byteOffset, ordered.byteOffset];
          return () => exports.quantizedBlocks(work, from, by, state, at, first, second, units, blockSize);
        },
      };
    }
    case "sparse": {
      const { fanIn, columns, matrix } = recurrence;
      return {
        bytes: arenaBytes(matrix.length, 4) + arenaBytes(columns.length, 2),
        place({ arena, exports }, fresh, state, work) {
          const [packed, places] = [arena.f32(matrix.length), arena.u16(columns.length)];
          if (fresh) {
            packed.set(matrix);
            places.set(columns);
          }
          const [from, at] = [packed.byteOffset, places.byteOffset];
          return () => exports.sparse(work, from, at, state, units, fanIn);
        },
      };
    }
    case "cycle":
      return {
        bytes: 0,
        place:
          ({ exports }, _fresh, state, work) =>
          () =>
            exports.cycle(work, state, units, recurrence.weight),
      };
    default: {
      const never: never = recurrence;
      return never;
    }
  }
}

/** Packs a matrix into panels of 20 rows, then of 4, each column by column; rows past the last are zero. */
function packPanels(
  target: Float32Array,
  shape: { readonly rows: number; readonly columns: number },
  weight: (row: number, column: number) => number,
): void {
  const padded = target.length / shape.columns;
  let at = 0;
  for (let first = 0; first < padded; ) {
    const width = padded - first >= WIDE_ROWS ? WIDE_ROWS : 4;
    for (let column = 0; column < shape.columns; column++) {
      for (let row = first; row < first + width; row++) target[at++] = row < shape.rows ? weight(row, column) : 0;
    }
    first += width;
  }
}

/** Packs each block into panels of its own. */
function packBlocks(target: Float32Array, matrix: Float32Array, blockSize: number): void {
  const length = blockSize * blockSize;
  for (let start = 0; start < matrix.length; start += length) {
    packPanels(
      target.subarray(start, start + length),
      { rows: blockSize, columns: blockSize },
      (row, column) => matrix[start + row * blockSize + column]!,
    );
  }
}

/** The same panels of 8-bit weights, two columns of a row side by side. */
function packBlockPairs(target: Int8Array, matrix: Int8Array, blockSize: number): void {
  let at = 0;
  for (let start = 0; start < matrix.length; start += blockSize * blockSize) {
    for (let first = 0; first < blockSize; ) {
      const width = blockSize - first >= WIDE_ROWS ? WIDE_ROWS : 4;
      for (let column = 0; column < blockSize; column += 2) {
        for (let row = first; row < first + width; row++) {
          target[at++] = matrix[start + row * blockSize + column]!;
          target[at++] = matrix[start + row * blockSize + column + 1]!;
        }
      }
      first += width;
    }
  }
}
