/** How the n-grams of one kind fall into their bins. */
export interface HashBlock {
  /** `word`: tokens, joined by a space where n is 2. `char`: code points of the text, each run of white space one space. */
  readonly kind: "word" | "char";
  /** Shortest and longest n-gram: 1 to 2 for words, 1 to 8 for characters. */
  readonly n: readonly [number, number];
  /** First dimension of the block. */
  readonly offset: number;
  /** 1 to 65,536. */
  readonly bins: number;
  /** An n-gram counts plus or minus one, by a bit of its hash; else plus one. */
  readonly signed: boolean;
  /** Of words only: single digits and single marks of punctuation are tokens too, and digit runs are not. */
  readonly marks: boolean;
  /** The logarithm of one plus the count stands in for the count. */
  readonly logarithm: boolean;
}

/** Hashes texts into sparse vectors of its own, which the next call overwrites. */
export interface TextHash {
  /** Dimensions that are not zero, in the order in which they first came; as long as the whole vector. */
  readonly indices: Uint16Array<ArrayBuffer>;
  readonly values: Float32Array<ArrayBuffer>;
  /**
   * The number of entries; each block has length 1 (L2), or no entry. -1 when the text must be folded first, or is too
   * long: then the reference takes it.
   */
  encode(text: string): number;
}

export const FNV_OFFSET = 0x811c9dc5;
export const FNV_PRIME = 0x01000193;

/** The logarithms of 1 to 256 as f32, by additions and divisions alone, so that every runtime has the same. */
export const LOGARITHMS: Float32Array = logarithms(256);

/** ln k = ln (k - 1) + 2 artanh(1 / (2 k - 1)). */
function logarithms(count: number): Float32Array {
  const table = new Float32Array(count);
  let sum = 0;
  for (let k = 2; k <= count; k++) {
    const x = 1 / (2 * k - 1);
    let power = x;
    let artanh = 0;
    for (let odd = 1; odd < 60; odd += 2) {
      artanh += power / odd;
      power *= x * x;
    }
    sum += 2 * artanh;
    table[k - 1] = sum;
  }
  return table;
}
