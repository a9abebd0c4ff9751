import type { DenseKernels } from "./dense.js";
import { denseWasm } from "./generated/dense-wasm.js";
import { compileKernels } from "./wasm-module.js";

/** What assembly/dense.ts exports: the kernels over byte offsets. */
interface DenseExports {
  dot(a: number, b: number, length: number): number;
  blend(y: number, x: number, length: number, weight: number, mask: number, floor: number): void;
  matvec(out: number, matrix: number, rows: number, columns: number, x: number, bias: number, rectified: number): void;
  matvecInt8(out: number, matrix: number, rows: number, columns: number, x: number): void;
  sparseRows(out: number, starts: number, columns: number, values: number, rows: number, x: number): void;
  addColumns(out: number, matrix: number, rows: number, indices: number, values: number, count: number): void;
  softmax(out: number, x: number, length: number): void;
  tanhInto(out: number, x: number, length: number): void;
}

/** The kernels in WebAssembly, four lanes at once; undefined where the runtime has none. */
export function simdDense(bytes: number): DenseKernels | undefined {
  const instance = compileKernels<DenseExports>(denseWasm)?.instantiate(bytes);
  if (instance === undefined) return undefined;
  const { exports, arena } = instance;
  return {
    kind: "simd",
    arena,
    dot(a, b) {
      return exports.dot(a.byteOffset, b.byteOffset, a.length);
    },
    axpy(y, x, weight) {
      exports.blend(y.byteOffset, x.byteOffset, y.length, weight, 0, Number.NEGATIVE_INFINITY);
    },
    matvec(out, matrix, x, options) {
      exports.matvec(
        out.byteOffset,
        matrix.byteOffset,
        out.length,
        x.length,
        x.byteOffset,
        options?.bias?.byteOffset ?? 0, // no view of the arena begins at 0
        options?.relu ? 1 : 0,
      );
    },
    matvecInt8(out, matrix, x) {
      exports.matvecInt8(out.byteOffset, matrix.byteOffset, out.length, x.length, x.byteOffset);
    },
    sparseRows(out, starts, columns, values, x) {
      exports.sparseRows(
        out.byteOffset,
        starts.byteOffset,
        columns.byteOffset,
        values.byteOffset,
        out.length,
        x.byteOffset,
      );
    },
    addColumns(out, matrix, indices, values, count) {
      exports.addColumns(out.byteOffset, matrix.byteOffset, out.length, indices.byteOffset, values.byteOffset, count);
    },
    biasRelu(x, bias) {
      exports.blend(x.byteOffset, bias.byteOffset, x.length, 1, 0, 0);
    },
    softmax(out, x) {
      exports.softmax(out.byteOffset, x.byteOffset, x.length);
    },
    tanh(out, x) {
      exports.tanhInto(out.byteOffset, x.byteOffset, x.length);
    },
    leak(state, target, rate) {
      exports.blend(state.byteOffset, target.byteOffset, state.length, rate, -1, Number.NEGATIVE_INFINITY);
    },
  };
}
