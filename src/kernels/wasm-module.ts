import { Arena } from "./arena.js";

/** One instance of a module over memory of its own, so that its views never go stale. */
export interface WasmInstance<Exports> {
  readonly exports: Exports;
  /** Where the caller's buffers are made; a view's `byteOffset` is the pointer that the exports take. */
  readonly arena: Arena;
}

/** A compiled module of kernels. `Exports` are its functions as the caller knows them. */
export interface WasmKernels<Exports> {
  /** An instance with room for so many bytes. RangeError when the device has no such memory. */
  instantiate(bytes: number): WasmInstance<Exports>;
}

const PAGE_BYTES = 65_536;
/** Below it AssemblyScript keeps its own data (tables of constants). */
const DATA_BYTES = 1024;

/**
 * Compiles the base64 string of a module: 0.2 ms for 10 KB. Undefined where the runtime has no WebAssembly (Hermes), no
 * SIMD, or forbids it (a content security policy without `wasm-unsafe-eval`): the caller takes the reference then.
 */
export function compileKernels<Exports>(base64: string): WasmKernels<Exports> | undefined {
  if (typeof WebAssembly === "undefined") return undefined;
  let module: WebAssembly.Module;
  try {
    module = new WebAssembly.Module(bytesOf(base64));
  } catch {
    return undefined; // CompileError: the runtime does not know an instruction, or a policy forbids compiling
  }
  return {
    instantiate(bytes) {
      const pages = Math.ceil((DATA_BYTES + bytes) / PAGE_BYTES);
      if (!(pages <= MAX_PAGES)) throw new RangeError(`Cannot hold ${bytes} bytes of a network: expected below 4 GiB`);
      const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
      const instance = new WebAssembly.Instance(module, { env: { memory } });
      // What a module exports is known to who wrote it, not to the type system.
      return { exports: instance.exports as Exports, arena: new Arena(memory.buffer, DATA_BYTES) };
    },
  };
}

/** Of 64 KiB each, in a memory with 32-bit addresses. */
const MAX_PAGES = 65_536;

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** By hand: the scope of an AudioWorklet has WebAssembly and no `atob`. */
function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const values = new Uint8Array(128);
  for (let value = 0; value < 64; value++) values[ALPHABET.charCodeAt(value)] = value;
  const length = base64.indexOf("=") < 0 ? base64.length : base64.indexOf("=");
  const bytes = new Uint8Array((length * 3) >> 2);
  for (let index = 0, at = 0, held = 0; index < length; index++) {
    held = (held << 6) | values[base64.charCodeAt(index)]!;
    if (index % 4 !== 0) bytes[at++] = held >> (6 - 2 * (index % 4));
  }
  return bytes;
}
