import { arenaBytes } from "./arena.js";
import { ASCII_KINDS, DIGIT, GAP, LETTER, MARK } from "./code-points.js";
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
    seen: number,
    indices: number,
    values: number,
  ): number;
}

/** UTF-16 units of the longest text that the kernel takes. */
const MAX_LENGTH = 16_384;
/** Fields of a block in `assembly/text-encoder.ts`. */
const FIELDS = 10;
const SPACE = 32;

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
  readonly #seenAt: number;
  readonly #indicesAt: number;
  readonly #valuesAt: number;

  constructor(kernels: WasmKernels<Exports>, blocks: readonly HashBlock[], dimensions: number) {
    const perBlock = 512 + arenaBytes(FIELDS, 4) + arenaBytes(9, 4);
    const perDimension = 2 * arenaBytes(dimensions + 1, 4) + arenaBytes(dimensions, 4) + arenaBytes(dimensions, 1);
    const bytes = blocks.length * perBlock + 1024 + perDimension + MAX_LENGTH + 16;
    const { exports, arena } = kernels.instantiate(bytes);
    this.#exports = exports;
    const logarithms = arena.f32(256);
    logarithms.set(LOGARITHMS);
    const fields = arena.i32(FIELDS * blocks.length);
    this.#blocksAt = fields.byteOffset;
    this.#blocks = blocks.length;
    for (const [place, block] of blocks.entries()) {
      const { kind, n, offset, bins, signed } = block;
      const lowered = arena.u8(256);
      const groups = arena.u8(256);
      fillTables(block, lowered, groups);
      fields.set(
        [
          kind === "word" ? 1 : 0,
          lowered.byteOffset,
          groups.byteOffset,
          arena.i32(9).byteOffset,
          n[0],
          n[1],
          offset,
          bins,
          signed ? 1 : 0,
          block.logarithm ? logarithms.byteOffset : 0,
        ],
        place * FIELDS,
      );
    }
    this.#sumsAt = arena.i32(dimensions).byteOffset;
    this.#seenAt = arena.u8(dimensions).byteOffset;
    // One entry more: the kernel writes an index before it knows whether it is new.
    this.indices = arena.u16(dimensions + 1).subarray(0, dimensions);
    this.values = arena.f32(dimensions + 1).subarray(0, dimensions);
    this.#indicesAt = this.indices.byteOffset;
    this.#valuesAt = this.values.byteOffset;
    this.#text = arena.u8(MAX_LENGTH + 16).subarray(0, MAX_LENGTH);
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
      this.#seenAt,
      this.#indicesAt,
      this.#valuesAt,
    );
  }
}

function fillTables({ kind, marks }: HashBlock, lowered: Uint8Array, groups: Uint8Array): void {
  for (let code = 0; code < 128; code++) {
    const group = ASCII_KINDS[code]!;
    if (kind === "word" && (group === GAP || (group === MARK && !marks))) continue;
    lowered[code] = group === GAP ? SPACE : group === LETTER ? code | 32 : code;
    groups[code] = group === LETTER ? 2 : group === DIGIT && !marks ? 3 : 1;
  }
}
