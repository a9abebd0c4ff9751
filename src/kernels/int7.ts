import { Arena } from "./arena.js";
import { intSevenRelaxedWasm } from "./generated/int-seven-relaxed-wasm.js";
import { intSevenWasm } from "./generated/int-seven-wasm.js";
import { compileKernels, type WasmKernels } from "./wasm-module.js";

/** The product of int8 weights with an input of 7 bits, such as a quantized layer behind a ReLU. */
export interface Int7Kernels {
  readonly kind: "relaxed" | "simd" | "reference";
  readonly arena: Arena;
  /** out (rows) = matrix (rows, columns) x, x from 0 to 127, columns a multiple of 16 (fill up with zeros); exact. */
  matvec(out: Int32Array, matrix: Int8Array, x: Uint8Array): void;
}

interface Int7Exports {
  matvecInt7(out: number, matrix: number, rows: number, columns: number, x: number): void;
}

/**
 * The fastest kernels that the runtime has and that are right there: the relaxed dot product of Node 20 (behind a flag) gives
 * twice the result, so that one is tried on known numbers before it is trusted.
 */
export function createInt7Kernels(bytes: number): Int7Kernels {
  return relaxedInt7(bytes) ?? simdInt7(bytes) ?? referenceInt7(bytes);
}

/** The kernels with relaxed SIMD; undefined where the runtime has none or it is wrong. */
export function relaxedInt7(bytes: number): Int7Kernels | undefined {
  const module = compileKernels<Int7Exports>(intSevenRelaxedWasm);
  if (module === undefined || !isRight(instantiated("relaxed", module, 1024))) return undefined;
  return instantiated("relaxed", module, bytes);
}

/** The kernels with fixed-width SIMD; undefined where the runtime has none. */
export function simdInt7(bytes: number): Int7Kernels | undefined {
  const module = compileKernels<Int7Exports>(intSevenWasm);
  return module && instantiated("simd", module, bytes);
}

/** The kernels in plain TypeScript. */
export function referenceInt7(bytes: number): Int7Kernels {
  return {
    kind: "reference",
    arena: new Arena(new ArrayBuffer(bytes)),
    matvec(out, matrix, x) {
      const columns = x.length;
      for (let row = 0; row < out.length; row++) {
        let sum = 0;
        for (let column = 0; column < columns; column++) sum += matrix[row * columns + column]! * x[column]!;
        out[row] = sum;
      }
    },
  };
}

function instantiated(kind: "relaxed" | "simd", module: WasmKernels<Int7Exports>, bytes: number): Int7Kernels {
  const { exports, arena } = module.instantiate(bytes);
  return {
    kind,
    arena,
    matvec(out, matrix, x) {
      exports.matvecInt7(out.byteOffset, matrix.byteOffset, out.length, x.length, x.byteOffset);
    },
  };
}

/** Whether products at the ends of both ranges, and unequal ones, come out exactly. */
function isRight(kernels: Int7Kernels): boolean {
  const matrix = kernels.arena.i8(64);
  const x = kernels.arena.u8(16);
  const out = kernels.arena.i32(4);
  for (let at = 0; at < 16; at++) x[at] = at % 3 === 0 ? 127 : 8 * at;
  for (let at = 0; at < 64; at++) matrix[at] = at < 16 ? -128 : at < 32 ? 127 : at * 37;
  kernels.matvec(out, matrix, x);
  for (let row = 0; row < 4; row++) {
    let sum = 0;
    for (let column = 0; column < 16; column++) sum += matrix[row * 16 + column]! * x[column]!;
    if (out[row] !== sum) return false;
  }
  return true;
}
