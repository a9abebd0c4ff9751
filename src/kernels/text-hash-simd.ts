import { arenaBytes } from "./arena.js";
import { textEncoderWasm } from "./generated/text-encoder-wasm.js";
import { type HashBlock, LOGARITHMS, type TextHash } from "./text-hash.js";
import { compileKernels, type WasmKernels } from "./wasm-module.js";

interface Exports {
  encode(
    block: number,
    blocks: number,
    text: number,
    length: number,
    sums: number,
    indices: number,
    values: number,
    starts: number,
    ends: number,
    hashes: number,
    roots: number,
  ): number;
}

/** UTF-16 units of the longest text that the kernel takes. */
const MAX_LENGTH = 16_384;
/** Fields of a block in `assembly/text-encoder.ts`. */
const FIELDS = 8;
/** The kernel reads and lowers 64 bytes at once. */
const STEP = 64;
/** It gathers so many hashes. */
const HASHES = 272;
/** Sums of squares whose inverse root is looked up: a root and a division take as long as half of the rest. */
const ROOTS = 1024;

/** The kernel, for ASCII text of at most 16,384 characters; undefined where the runtime has no WebAssembly. */
export function simdTextHash(blocks: readonly HashBlock[], dimensions: number): TextHash | undefined {
  if (typeof TextEncoder === "undefined") return undefined;
  const kernels = compileKernels<Exports>(textEncoderWasm);
  return kernels === undefined ? undefined : new WasmTextHash(kernels, blocks, dimensions);
}

class WasmTextHash implements TextHash {
  readonly indices: Uint16Array<ArrayBuffer>;
  readonly values: Float32Array<ArrayBuffer>;
  readonly #exports: Exports;
  readonly #utf8: TextEncoder = new TextEncoder();
  readonly #text: Uint8Array<ArrayBuffer>;
  readonly #textAt: number;
  readonly #blocksAt: number;
  readonly #blocks: number;
  readonly #sumsAt: number;
  readonly #indicesAt: number;
  readonly #valuesAt: number;
  readonly #startsAt: number;
  readonly #endsAt: number;
  readonly #hashesAt: number;
  readonly #rootsAt: number;

  constructor(kernels: WasmKernels<Exports>, blocks: readonly HashBlock[], dimensions: number) {
    const perText = arenaBytes(MAX_LENGTH + STEP, 1) + 2 * arenaBytes(MAX_LENGTH + STEP, 2);
    const fixed = arenaBytes(HASHES, 4) + arenaBytes(ROOTS, 8);
    const perDimension = 2 * arenaBytes(dimensions + 1, 4) + arenaBytes(dimensions, 4);
    const bytes =
      arenaBytes(FIELDS * blocks.length, 4) + arenaBytes(LOGARITHMS.length, 4) + perText + perDimension + fixed;
    const { exports, arena } = kernels.instantiate(bytes);
    this.#exports = exports;
    const logarithms = arena.f32(LOGARITHMS.length);
    logarithms.set(LOGARITHMS);
    const fields = arena.i32(FIELDS * blocks.length);
    this.#blocksAt = fields.byteOffset;
    this.#blocks = blocks.length;
    for (const [place, { kind, marks, n, offset, bins, signed, logarithm }] of blocks.entries()) {
      const pointer = logarithm ? logarithms.byteOffset : 0;
      fields.set(
        [kind === "word" ? 1 : 0, marks ? 1 : 0, n[0], n[1], offset, bins, signed ? 1 : 0, pointer],
        place * FIELDS,
      );
    }
    this.#sumsAt = arena.i32(dimensions).byteOffset;
    this.#startsAt = arena.u16(MAX_LENGTH + STEP).byteOffset;
    this.#endsAt = arena.u16(MAX_LENGTH + STEP).byteOffset;
    this.#hashesAt = arena.i32(HASHES).byteOffset;
    const roots = arena.f64(ROOTS);
    for (let square = 1; square < ROOTS; square++) roots[square] = 1 / Math.sqrt(square);
    this.#rootsAt = roots.byteOffset;
    // One entry more: the kernel writes an index before it knows whether it is new.
    this.indices = arena.u16(dimensions + 1).subarray(0, dimensions);
    this.values = arena.f32(dimensions + 1).subarray(0, dimensions);
    this.#indicesAt = this.indices.byteOffset;
    this.#valuesAt = this.values.byteOffset;
    this.#text = arena.u8(MAX_LENGTH + STEP).subarray(0, MAX_LENGTH);
    this.#textAt = this.#text.byteOffset;
  }

  encode(text: string): number {
    if (text.length > MAX_LENGTH) return -1;
    // A unit that is not ASCII takes two bytes or three: then it must be folded first.
    const { read, written } = this.#utf8.encodeInto(text, this.#text);
    if (written !== text.length || read !== written) return -1;
    return this.#exports.encode(
      this.#blocksAt,
      this.#blocks,
      this.#textAt,
      written,
      this.#sumsAt,
      this.#indicesAt,
      this.#valuesAt,
      this.#startsAt,
      this.#endsAt,
      this.#hashesAt,
      this.#rootsAt,
    );
  }
}
