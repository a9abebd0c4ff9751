import type { HashBlock, TextHash } from "../kernels/text-hash.js";
import { referenceTextHash } from "../kernels/text-hash-reference.js";
import { simdTextHash } from "../kernels/text-hash-simd.js";

/** The n-grams of one kind and the dimensions they are hashed into. */
export interface TextBlock {
  /** `word`: tokens, and pairs of them. `char`: characters, a run of white space as one space, one before and behind. */
  readonly kind: "word" | "char";
  /** Shortest and longest n-gram: 1 to 2 words, 1 to 8 characters. */
  readonly n: readonly [number, number];
  readonly bins: number;
  /** First dimension of the block; default behind the block before. */
  readonly offset?: number;
  /** Half of the n-grams count minus one, so that two in one bin cancel rather than add on average; default true. */
  readonly signed?: boolean;
  /** Words: `runs` of letters and of digits (default), or with `marks` runs of letters, single digits, single marks. */
  readonly tokens?: "runs" | "marks";
  /** What becomes of a count before the block is scaled to length 1: it stays (default), or ln(1 + count). */
  readonly scale?: "count" | "log";
}

/** A vector of which most entries are zero. */
export interface SparseVector {
  /** The first `count` are dimensions that are not zero, none twice, in no order. */
  readonly indices: Uint16Array<ArrayBuffer>;
  readonly values: Float32Array<ArrayBuffer>;
  count: number;
}

/** Turns texts into vectors by hashing their n-grams: linear in the text, and the same in every runtime. */
export interface TextFeatureEncoder {
  readonly dimensions: number;
  /**
   * The text as a sparse vector that belongs to the encoder and holds until its next call. Its arrays have room for every
   * dimension, so that a caller may append entries of its own.
   */
  encode(text: string): SparseVector;
  /** The same as a dense vector (dimensions). RangeError for another length. */
  encodeDense(text: string, out: Float32Array): void;
}

/** Of a turn of a dialogue: signed words and pairs of words in 384 dimensions, of length 1. */
export const dialogueBlocks: readonly TextBlock[] = [{ kind: "word", n: [1, 2], bins: 384 }];

/** Makes an encoder. RangeError when a block does not fit. `dimensions` defaults to the end of the last block. */
export function createTextEncoder(options: {
  readonly blocks: readonly TextBlock[];
  readonly dimensions?: number;
}): TextFeatureEncoder {
  const blocks: HashBlock[] = [];
  let end = 0;
  for (const { kind, n, bins, offset = end, signed = true, tokens = "runs", scale = "count" } of options.blocks) {
    const longest = kind === "word" ? 2 : 8;
    if (!isWhole(n[0], 1, longest) || !isWhole(n[1], n[0], longest))
      throw new RangeError(
        `Cannot encode text: expected n of a ${kind} block within 1 to ${longest}, got ${n.join(" to ")}`,
      );
    if (!isWhole(bins, 1, 65_536) || !isWhole(offset, end, 65_536 - bins))
      throw new RangeError(
        `Cannot encode text: expected bins from 1 and an offset from ${end}, got ${bins} at ${offset}`,
      );
    blocks.push({ kind, n, offset, bins, signed, marks: tokens === "marks", logarithm: scale === "log" });
    end = offset + bins;
  }
  const { dimensions = end } = options;
  if (!isWhole(dimensions, Math.max(1, end), 65_536))
    throw new RangeError(`Cannot encode text: expected at least ${Math.max(1, end)} dimensions, got ${dimensions}`);
  return new HashingEncoder(blocks, dimensions);
}

class HashingEncoder implements TextFeatureEncoder {
  readonly dimensions: number;
  readonly #simd: TextHash | undefined;
  readonly #blocks: readonly HashBlock[];
  /** Made when it is needed first: beside the kernel it is for long texts and those beyond ASCII. */
  #reference: TextHash | undefined;
  readonly #vector: SparseVector;

  constructor(blocks: readonly HashBlock[], dimensions: number) {
    this.dimensions = dimensions;
    this.#blocks = blocks;
    this.#simd = simdTextHash(blocks, dimensions);
    const { indices, values } = this.#simd ?? this.#plain();
    this.#vector = { indices, values, count: 0 };
  }

  encode(text: string): SparseVector {
    const vector = this.#vector;
    let count = this.#simd === undefined ? -1 : this.#simd.encode(text);
    if (count < 0) {
      const plain = this.#plain();
      count = plain.encode(text);
      if (plain.indices !== vector.indices) {
        vector.indices.set(plain.indices.subarray(0, count));
        vector.values.set(plain.values.subarray(0, count));
      }
    }
    vector.count = count;
    return vector;
  }

  encodeDense(text: string, out: Float32Array): void {
    if (out.length !== this.dimensions)
      throw new RangeError(`Cannot encode text: expected room for ${this.dimensions} values, got ${out.length}`);
    const { indices, values, count } = this.encode(text);
    out.fill(0);
    for (let entry = 0; entry < count; entry++) out[indices[entry]!] = values[entry]!;
  }

  #plain(): TextHash {
    this.#reference ??= referenceTextHash(this.#blocks, this.dimensions);
    return this.#reference;
  }
}

function isWhole(value: number, from: number, to: number): boolean {
  return Number.isSafeInteger(value) && value >= from && value <= to;
}
