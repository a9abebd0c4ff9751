import { DIGIT, fold, GAP, kindOf, LETTER, MARK } from "./code-points.js";
import { FNV_OFFSET, FNV_PRIME, type HashBlock, LOGARITHMS, type TextHash } from "./text-hash.js";

/** The twin in plain TypeScript: takes any text. O(length), and O(length * n) for characters. */
export function referenceTextHash(blocks: readonly HashBlock[], dimensions: number): TextHash {
  return new ReferenceTextHash(blocks, dimensions);
}

const LONGEST = 8;
const SPACE = 32;

class ReferenceTextHash implements TextHash {
  readonly indices: Uint16Array<ArrayBuffer>;
  readonly values: Float32Array<ArrayBuffer>;
  readonly #blocks: readonly HashBlock[];
  /** Sum of the n-grams in each dimension; all zero between two calls. */
  readonly #sums: Int32Array;
  readonly #seen: Uint8Array;
  /** Of character n-grams: `[k]` is the hash of the last k characters. */
  readonly #hashes: Int32Array = new Int32Array(LONGEST + 1);
  #count = 0;

  constructor(blocks: readonly HashBlock[], dimensions: number) {
    this.#blocks = blocks;
    this.indices = new Uint16Array(dimensions);
    this.values = new Float32Array(dimensions);
    this.#sums = new Int32Array(dimensions);
    this.#seen = new Uint8Array(dimensions);
  }

  encode(text: string): number {
    const folded = fold(text);
    this.#count = 0;
    for (const block of this.#blocks) {
      const start = this.#count;
      if (block.kind === "word") this.#words(folded, block);
      else this.#characters(folded, block);
      this.#finish(start, block);
    }
    return this.#count;
  }

  #words(text: string, block: HashBlock): void {
    const { marks } = block;
    const one = block.n[0] === 1;
    const two = block.n[1] === 2;
    let token = FNV_OFFSET; // hash of the token under way
    let pair = FNV_OFFSET; //  hash of the token before it, a space, and the token under way
    let kind = GAP; //         of the token under way
    let isFirst = true;
    for (let index = 0; index <= text.length; index++) {
      let code = index < text.length ? text.charCodeAt(index) : SPACE;
      if (code >= 0xd800 && code < 0xdc00) {
        code = text.codePointAt(index)!; // index is within the text
        if (code > 0xffff) index++;
      }
      let next = kindOf(code);
      if (next === MARK && !marks) next = GAP;
      if (next !== kind || next > (marks ? LETTER : DIGIT)) {
        if (kind !== GAP) {
          if (one) this.#add(token, block);
          if (two && !isFirst) this.#add(pair, block);
          pair = Math.imul(token ^ SPACE, FNV_PRIME);
          token = FNV_OFFSET;
          isFirst = false;
        }
        kind = next;
      }
      if (next === GAP) continue;
      if (code < 128) {
        if (next === LETTER) code |= 32;
        token = Math.imul(token ^ code, FNV_PRIME);
        pair = Math.imul(pair ^ code, FNV_PRIME);
      } else {
        token = hashCodePoint(token, code);
        pair = hashCodePoint(pair, code);
      }
    }
  }

  /** Every n-gram of the text with a space before and behind it. */
  #characters(text: string, block: HashBlock): void {
    const hashes = this.#hashes;
    const [shortest, longest] = block.n;
    let known = 0; // characters so far, as far as it matters
    let wasGap = true;
    let isEmpty = true;
    for (let index = 0; index <= text.length; index++) {
      let code = index < text.length ? text.charCodeAt(index) : SPACE;
      if (code >= 0xd800 && code < 0xdc00) {
        code = text.codePointAt(index)!; // index is within the text
        if (code > 0xffff) index++;
      }
      const kind = kindOf(code);
      if (kind === GAP) {
        if (wasGap) continue;
        wasGap = true;
        code = SPACE;
      } else {
        if (isEmpty) {
          hashes[1] = Math.imul(FNV_OFFSET ^ SPACE, FNV_PRIME);
          known = 1;
          isEmpty = false;
          if (shortest === 1) this.#add(hashes[1]!, block);
        }
        wasGap = false;
        if (code < 128 && kind === LETTER) code |= 32;
      }
      if (known < longest) known++;
      hashes[0] = FNV_OFFSET;
      for (let n = known; n >= 1; n--) {
        const hash = code < 128 ? Math.imul(hashes[n - 1]! ^ code, FNV_PRIME) : hashCodePoint(hashes[n - 1]!, code);
        hashes[n] = hash;
        if (n >= shortest) this.#add(hash, block);
      }
    }
  }

  /** The finaliser of MurmurHash3, then the bin from its upper half and the sign from its last bit. */
  #add(hash: number, { offset, bins, signed }: HashBlock): void {
    let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    mixed ^= mixed >>> 16;
    const index = offset + (((mixed >>> 16) * bins) >>> 16);
    this.#sums[index]! += signed && (mixed & 1) === 1 ? -1 : 1;
    if (this.#seen[index] === 1) return;
    this.#seen[index] = 1;
    this.indices[this.#count++] = index;
  }

  /** Sums to values of length 1; what cancelled out leaves no entry. */
  #finish(start: number, { logarithm }: HashBlock): void {
    const { indices, values } = this;
    let squares = 0;
    let count = start;
    for (let entry = start; entry < this.#count; entry++) {
      const index = indices[entry]!;
      const sum = this.#sums[index]!;
      this.#sums[index] = 0;
      this.#seen[index] = 0;
      if (sum === 0) continue;
      const value = logarithm ? logarithmOf(sum) : sum;
      squares += value * value;
      indices[count] = index;
      values[count++] = value;
    }
    const scale = 1 / Math.sqrt(squares);
    for (let entry = start; entry < count; entry++) values[entry] = values[entry]! * scale;
    this.#count = count;
  }
}

/** Over its UTF-8 bytes; half a surrogate pair as three. */
function hashCodePoint(hash: number, code: number): number {
  let result = hash;
  if (code < 0x80) return Math.imul(result ^ code, FNV_PRIME);
  if (code < 0x800) result = Math.imul(result ^ (0xc0 | (code >> 6)), FNV_PRIME);
  else {
    if (code < 0x10000) result = Math.imul(result ^ (0xe0 | (code >> 12)), FNV_PRIME);
    else {
      result = Math.imul(result ^ (0xf0 | (code >> 18)), FNV_PRIME);
      result = Math.imul(result ^ (0x80 | ((code >> 12) & 63)), FNV_PRIME);
    }
    result = Math.imul(result ^ (0x80 | ((code >> 6) & 63)), FNV_PRIME);
  }
  return Math.imul(result ^ (0x80 | (code & 63)), FNV_PRIME);
}

/** sign(sum) * ln(1 + |sum|), counts beyond 255 as 255. */
function logarithmOf(sum: number): number {
  const logarithm = LOGARITHMS[Math.min(255, Math.abs(sum))]!;
  return sum < 0 ? -logarithm : logarithm;
}
