import type { Preference } from "../core/query.js";
import { createTextEncoder, type SparseVector, type TextFeatureEncoder } from "../nets/text-encoder.js";
import { type HashedTable, TABLE_BINS, tableBlocks } from "./hashed-table.js";
import { INDICATORS, indicate } from "./indicators.js";

/** Inputs of the router's networks. */
export const ROUTER_INPUTS = 384;

const WORDS = 200;
const CHARACTERS = 120;
/** Where each block of the 384 begins. */
export const BLOCK: Readonly<Record<"words" | "characters" | "indicators" | "table" | "circumstances", number>> = {
  words: 0,
  characters: WORDS,
  indicators: WORDS + CHARACTERS,
  table: WORDS + CHARACTERS + INDICATORS,
  circumstances: WORDS + CHARACTERS + INDICATORS + 2,
};

/** What the table's two numbers of a text are about: what remote would gain over local, and whether local is right. */
export const TABLE_OUTPUTS = 2;

/** What is known of a question beside its text; unknown is absent and stands as 0. */
export interface QuestionCircumstances {
  readonly preference?: Preference;
  readonly promptTokens?: number;
  readonly needs?: { readonly tools: boolean; readonly structuredOutput: boolean; readonly files: boolean };
  /** 0 (another topic than the turns before) to 1 (the same). */
  readonly topicContinuity?: number | undefined;
  readonly lastRoute?: "local" | "remote" | undefined;
  /** Since the turn before. */
  readonly idleMs?: number | undefined;
}

/** What was learned about features themselves: the table, and mean and spread of what is not a hash. */
export interface FeatureScaling {
  readonly table: HashedTable;
  /** (INDICATORS + TABLE_OUTPUTS): indicators, then the table's sums. */
  readonly means: Float32Array;
  readonly spreads: Float32Array;
}

interface SparseParts {
  readonly indices: Uint16Array;
  readonly values: Float32Array;
  readonly count: number;
}

interface DenseParts {
  readonly indicators: Float32Array;
  readonly sums: Float64Array;
}

const TABLE_BITS = 13; // TABLE_BINS is 2 to that power

/** Values beyond it are cut, in spreads: a text far from all that was seen decides nothing by its size. */
const MOST = 4;

/**
 * The 384 features of a question, sparse: words and characters folded from the hashes of the learned table, indicators,
 * what the table says, circumstances. One pass of hashing serves both. The vector belongs to the object and holds until
 * the next call. O(length).
 */
export class RouterFeatures {
  readonly #scaling: FeatureScaling;
  readonly #encoder: TextFeatureEncoder;
  readonly #withHashes: boolean;
  readonly #hashed: { indices: Uint16Array; values: Float32Array; count: number } = {
    indices: new Uint16Array(0),
    values: new Float32Array(0),
    count: 0,
  };
  readonly #indicators: Float32Array = new Float32Array(INDICATORS);
  readonly #folded: Float32Array = new Float32Array(WORDS + CHARACTERS);
  readonly #sums: Float64Array = new Float64Array(TABLE_OUTPUTS);
  readonly #parts: DenseParts = { indicators: this.#indicators, sums: this.#sums };
  readonly #vector: SparseVector = {
    indices: new Uint16Array(ROUTER_INPUTS),
    values: new Float32Array(ROUTER_INPUTS),
    count: 0,
  };

  constructor(
    scaling: FeatureScaling,
    {
      encoder = createTextEncoder({ blocks: tableBlocks }),
      hashes = true,
    }: {
      readonly encoder?: TextFeatureEncoder;
      /** Whether words and characters are wanted folded: linear layers have no weights there. */
      readonly hashes?: boolean;
    } = {},
  ) {
    this.#scaling = scaling;
    this.#encoder = encoder;
    this.#withHashes = hashes;
  }

  encode(text: string, circumstances: QuestionCircumstances = {}): SparseVector {
    const { entries, scales } = this.#scaling.table;
    const { indices, values, count } = this.#encoder.encode(text);
    const sums = this.#sums;
    let [gain, local] = [0, 0];
    for (let entry = 0; entry < count; entry++) {
      const at = TABLE_OUTPUTS * indices[entry]!;
      const value = values[entry]!;
      gain += value * entries[at]!;
      local += value * entries[at + 1]!;
    }
    sums[0] = gain * scales[0]!;
    sums[1] = local * scales[1]!;
    indicate(text, this.#indicators);
    this.#hashed.indices = indices;
    this.#hashed.values = values;
    this.#hashed.count = count;
    return this.assemble(this.#hashed, this.#parts, circumstances);
  }

  /** The features from their parts: training computes the parts once and the table's sums for each fold. */
  assemble(
    hashed: SparseParts,
    { indicators, sums }: DenseParts,
    circumstances: QuestionCircumstances = {},
  ): SparseVector {
    this.#vector.count = 0;
    if (this.#withHashes) this.#fold(hashed);
    const { means, spreads } = this.#scaling;
    for (let place = 0; place < INDICATORS; place++)
      this.#put(BLOCK.indicators + place, scaled(indicators[place]!, means[place]!, spreads[place]!));
    for (let output = 0; output < TABLE_OUTPUTS; output++) {
      const place = INDICATORS + output;
      this.#put(BLOCK.table + output, scaled(sums[output]!, means[place]!, spreads[place]!));
    }
    this.#circumstances(circumstances);
    return this.#vector;
  }

  #fold({ indices, values, count }: SparseParts): void {
    const folded = this.#folded;
    folded.fill(0);
    for (let entry = 0; entry < count; entry++) {
      const index = indices[entry]!;
      // Integers all: a bin of 8192 falls into one of the block's by its upper bits.
      const place =
        index < TABLE_BINS
          ? (index * WORDS) >> TABLE_BITS
          : WORDS + (((index - TABLE_BINS) * CHARACTERS) >> TABLE_BITS);
      folded[place] = folded[place]! + values[entry]!;
    }
    const vector = this.#vector;
    let next = 0;
    for (let place = 0; place < folded.length; place++) {
      const value = folded[place]!;
      if (value === 0) continue;
      vector.indices[next] = place;
      vector.values[next++] = value;
    }
    vector.count = next;
  }

  #circumstances({ preference, promptTokens, needs, topicContinuity, lastRoute, idleMs }: QuestionCircumstances): void {
    const first = BLOCK.circumstances;
    this.#put(first, preference === "quality" ? 1 : 0);
    this.#put(first + 1, preference === "battery" ? 1 : 0);
    this.#put(first + 2, promptTokens === undefined ? 0 : Math.log1p(promptTokens) / 10);
    this.#put(first + 3, needs?.tools ? 1 : 0);
    this.#put(first + 4, needs?.structuredOutput ? 1 : 0);
    this.#put(first + 5, needs?.files ? 1 : 0);
    this.#put(first + 6, topicContinuity ?? 0);
    this.#put(first + 7, lastRoute === "local" ? 1 : 0);
    this.#put(first + 8, lastRoute === "remote" ? 1 : 0);
    this.#put(first + 9, idleMs === undefined ? 0 : Math.log1p(Math.max(0, idleMs) / 1000) / 10);
  }

  #put(index: number, value: number): void {
    if (value === 0) return;
    const vector = this.#vector;
    vector.indices[vector.count] = index;
    vector.values[vector.count++] = value;
  }
}

function scaled(value: number, mean: number, spread: number): number {
  return spread === 0 ? 0 : Math.max(-MOST, Math.min(MOST, (value - mean) / spread));
}
