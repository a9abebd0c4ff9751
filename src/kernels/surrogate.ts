import { Arena } from "./arena.js";
import { surrogateWasm } from "./generated/surrogate-wasm.js";
import { surrogateReference } from "./surrogate-reference.js";
import { compileKernels } from "./wasm-module.js";

/**
 * Kernels of back-propagation through time over an arena. Pointers are byte offsets (of `Float32Array` views the arena lent);
 * rows hold (steps, lanes) floats. What each does is told in assembly/surrogate.ts.
 */
export interface SurrogateExports {
  /** row[n][c] = sum over n's connections k of weights[k] * source[k][c]. Columns in multiples of 32. */
  spread(
    rows: number,
    rowBytes: number,
    count: number,
    columns: number,
    starts: number,
    sources: number,
    weights: number,
  ): void;
  /** gradients[k] += sum over c of row[n][c] * source[k][c]. Columns in multiples of 32. */
  correlate(
    rows: number,
    rowBytes: number,
    count: number,
    columns: number,
    starts: number,
    sources: number,
    gradients: number,
  ): void;
  /** list = [how many, byte offset of each column of the row that is not zero ...]. Columns in multiples of 4. */
  listEvents(row: number, columns: number, list: number): void;
  /** `spread` where source k is the list at lists[k], shifts[k] bytes later, and every value is 1. */
  spreadEvents(
    rows: number,
    rowBytes: number,
    count: number,
    columns: number,
    starts: number,
    lists: number,
    shifts: number,
    weights: number,
  ): void;
  /** `correlate` with such sources. */
  correlateEvents(
    rows: number,
    rowBytes: number,
    count: number,
    starts: number,
    lists: number,
    shifts: number,
    gradients: number,
  ): void;
  /** sums = [sum of a, sum of a * b]. Columns in multiples of 8. */
  rowSums(a: number, b: number, columns: number, sums: number): void;
  /** a = p a + q b + r. Columns in multiples of 4. */
  combine(a: number, b: number, columns: number, p: number, q: number, r: number): void;
  lifForward(
    x: number,
    v: number,
    s: number,
    steps: number,
    lanes: number,
    scale: number,
    shift: number,
    a: number,
    b: number,
    z: number,
    smooth: number,
    scratch: number,
  ): void;
  lifBackward(
    v: number,
    s: number,
    g: number,
    steps: number,
    lanes: number,
    a: number,
    b: number,
    z: number,
    slope: number,
    reset: number,
    scratch: number,
    sums: number,
  ): void;
}

/** Kernels and the memory they work on. */
export interface SurrogateKernels {
  readonly kind: "simd" | "reference";
  readonly exports: SurrogateExports;
  readonly arena: Arena;
}

/** The vector kernels with so many bytes of memory, or where the runtime has none their plain twin. */
export function createSurrogateKernels(bytes: number): SurrogateKernels {
  const kernels = compileKernels<SurrogateExports>(surrogateWasm);
  if (kernels === undefined) return createSurrogateReference(bytes);
  return { kind: "simd", ...kernels.instantiate(bytes) };
}

/** The plain twin with so many bytes of memory. */
export function createSurrogateReference(bytes: number): SurrogateKernels {
  const buffer = new ArrayBuffer(bytes);
  return { kind: "reference", exports: surrogateReference(buffer), arena: new Arena(buffer) };
}
