/** Lends `Float32Array` buffers by length and takes them back, so that a turn needs no new memory. */
export interface BufferPool {
  /** A buffer of zeros. Allocates when none of that length is free. RangeError when `length` is no whole number above 0. */
  lend(length: number): Float32Array<ArrayBuffer>;
  /** Takes a lent buffer back. Error when it was not lent by this pool, or came back before. */
  return(buffer: Float32Array<ArrayBuffer>): void;
  /** Buffers that are out now: 0 after a turn in which nothing leaked. */
  readonly lent: number;
  /** Buffers ever made: steady once the pool is warm. */
  readonly made: number;
}

/** Lengths of an encoded query and of a reservoir's state. */
const COMMON_LENGTHS = [384, 1000];
const KEPT_OF_EACH = 4;

/** A pool that has `each` buffers of every length in `lengths` from the start. O(1) lending, plus zeroing. */
export function createBufferPool(
  options: { readonly lengths?: readonly number[]; readonly each?: number } = {},
): BufferPool {
  const { lengths = COMMON_LENGTHS, each = KEPT_OF_EACH } = options;
  const free = new Map<number, Float32Array<ArrayBuffer>[]>();
  const out = new Set<Float32Array<ArrayBuffer>>();
  let made = 0;

  const make = (length: number): Float32Array<ArrayBuffer> => {
    made++;
    return new Float32Array(length);
  };
  for (const length of lengths) {
    requireLength(length);
    free.set(
      length,
      Array.from({ length: each }, () => make(length)),
    );
  }

  return {
    lend(length) {
      const kept = free.get(length);
      if (kept === undefined) requireLength(length);
      const buffer = kept?.pop()?.fill(0) ?? make(length);
      out.add(buffer);
      return buffer;
    },
    return(buffer) {
      if (!out.delete(buffer)) {
        throw new Error(
          `Cannot take back a buffer of ${buffer.length} values: it is not lent, expected one that came from this pool and once only`,
        );
      }
      const kept = free.get(buffer.length);
      if (kept === undefined) free.set(buffer.length, [buffer]);
      else kept.push(buffer);
    },
    get lent() {
      return out.size;
    },
    get made() {
      return made;
    },
  };
}

function requireLength(length: number): void {
  if (!Number.isInteger(length) || length < 1) {
    throw new RangeError(`Cannot lend a buffer of ${length} values: expected a whole number above 0`);
  }
}
