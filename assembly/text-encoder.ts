// Hashed n-grams of ASCII text. Pointers are byte offsets into the instance's own memory; lengths are in elements.

const FNV_OFFSET: i32 = 0x811c9dc5;
const FNV_PRIME: i32 = 0x01000193;
const SPACE: i32 = 32;

// A block as `text-hash-simd.ts` writes it, i32 each: whether it is of words; pointers to 256 bytes of lower case (of
// characters every gap is a space), to 256 bytes of groups (0 gap, 1 a token by itself, 2 letters, 3 digits) and to 9 i32
// of hashes; shortest and longest n-gram; first dimension; bins; 1 where half of the n-grams count minus one; a pointer to
// 256 logarithms (f32), or 0 where counts stay counts.
const BLOCK_BYTES: usize = 40;

/**
 * Runs `blocks` over the text (room for one byte more). `sums` (i32) and `seen` (u8) have an entry for each dimension, all
 * zero between two calls; `indices` (u16) and `values` (f32) one more. Returns the number of entries.
 */
export function encode(
  block: usize,
  blocks: i32,
  text: usize,
  length: i32,
  sums: usize,
  seen: usize,
  indices: usize,
  values: usize,
): i32 {
  let count: i32 = 0;
  store<u8>(text + <usize>length, SPACE);
  for (let index = 0; index < blocks; index++, block += BLOCK_BYTES) {
    const start = count;
    if (load<i32>(block) !== 0) count = words(block, text, length, sums, seen, indices, count);
    else count = characters(block, text, length, sums, seen, indices, count);
    count = finish(sums, seen, indices, values, start, count, load<usize>(block, 36));
  }
  return count;
}

// @inline
function words(block: usize, text: usize, length: i32, sums: usize, seen: usize, indices: usize, start: i32): i32 {
  const groups = load<usize>(block, 8);
  const lowered = load<usize>(block, 4);
  const one = i32(load<i32>(block, 16) === 1);
  const two = i32(load<i32>(block, 20) === 2);
  const offset = load<i32>(block, 24);
  const bins = load<i32>(block, 28);
  const signMask = load<i32>(block, 32);
  let count = start;
  let token = FNV_OFFSET; // hash of the token under way
  let pair = FNV_OFFSET; //  hash of the token before it, a space, and the token under way
  let group: i32 = 0; //     of the token under way
  let isLater: i32 = 0; //   a token came before
  for (let at = text, end = text + <usize>length; at <= end; at++) {
    const byte = <usize>load<u8>(at);
    const next = <i32>load<u8>(groups + byte);
    if (next !== group || next === 1) {
      if (group !== 0) {
        if (one) count = add(token, sums, seen, indices, count, offset, bins, signMask);
        if (two & isLater) count = add(pair, sums, seen, indices, count, offset, bins, signMask);
        pair = (token ^ SPACE) * FNV_PRIME;
        token = FNV_OFFSET;
        isLater = 1;
      }
      group = next;
    }
    if (next === 0) continue;
    const code = <i32>load<u8>(lowered + byte);
    token = (token ^ code) * FNV_PRIME;
    pair = (pair ^ code) * FNV_PRIME;
  }
  return count;
}

/** Every n-gram of the text with a space before and behind it. */
// @inline
function characters(block: usize, text: usize, length: i32, sums: usize, seen: usize, indices: usize, start: i32): i32 {
  const lowered = load<usize>(block, 4);
  const hashes = load<usize>(block, 12);
  const shortest = load<i32>(block, 16);
  const longest = load<i32>(block, 20);
  const offset = load<i32>(block, 24);
  const bins = load<i32>(block, 28);
  const signMask = load<i32>(block, 32);
  let count = start;
  let known: i32 = 0; // characters so far, as far as it matters
  let wasGap = true;
  store<i32>(hashes, FNV_OFFSET);
  for (let at = text, end = text + <usize>length; at <= end; at++) {
    const code = <i32>load<u8>(lowered + <usize>load<u8>(at));
    if (code === SPACE) {
      if (wasGap) continue;
      wasGap = true;
    } else {
      if (known === 0) {
        const first = (FNV_OFFSET ^ SPACE) * FNV_PRIME;
        store<i32>(hashes, first, 4);
        known = 1;
        if (shortest === 1) count = add(first, sums, seen, indices, count, offset, bins, signMask);
      }
      wasGap = false;
    }
    if (known < longest) known++;
    for (let n = known; n >= 1; n--) {
      const slot = hashes + ((<usize>n) << 2);
      const hash = (load<i32>(slot - 4) ^ code) * FNV_PRIME;
      store<i32>(slot, hash);
      if (n >= shortest) count = add(hash, sums, seen, indices, count, offset, bins, signMask);
    }
  }
  return count;
}

/** Entries `start` to `count` become values of length 1; what cancelled out leaves. */
// @inline
function finish(
  sums: usize,
  seen: usize,
  indices: usize,
  values: usize,
  start: i32,
  count: i32,
  logarithms: usize,
): i32 {
  let squares: f64 = 0;
  let kept = start;
  for (let entry = start; entry < count; entry++) {
    const index = <usize>load<u16>(indices + ((<usize>entry) << 1));
    const slot = sums + (index << 2);
    const sum = load<i32>(slot);
    store<i32>(slot, 0);
    store<u8>(seen + index, 0);
    let value = <f64>sum;
    if (logarithms !== 0) {
      const logarithm = <f64>load<f32>(logarithms + ((<usize>min<i32>(255, abs<i32>(sum))) << 2));
      value = sum < 0 ? -logarithm : logarithm;
    }
    squares += value * value;
    store<u16>(indices + ((<usize>kept) << 1), <u16>index);
    store<f32>(values + ((<usize>kept) << 2), <f32>value);
    kept += i32(sum !== 0);
  }
  const scale: f64 = 1.0 / sqrt<f64>(squares);
  for (let entry = start; entry < kept; entry++) {
    const slot = values + ((<usize>entry) << 2);
    store<f32>(slot, <f32>(<f64>load<f32>(slot) * scale));
  }
  return kept;
}

/** The finaliser of MurmurHash3, then the bin from its upper half and the sign from its last bit. Without a branch. */
// @inline
function add(
  hash: i32,
  sums: usize,
  seen: usize,
  indices: usize,
  count: i32,
  offset: i32,
  bins: i32,
  signMask: i32,
): i32 {
  let mixed: u32 = (<u32>hash ^ (<u32>hash >>> 16)) * 0x85ebca6b;
  mixed = (mixed ^ (mixed >>> 13)) * 0xc2b2ae35;
  mixed ^= mixed >>> 16;
  const index = <usize>(<u32>offset + (((mixed >>> 16) * <u32>bins) >>> 16));
  const slot = sums + (index << 2);
  store<i32>(slot, load<i32>(slot) + 1 - ((<i32>mixed & signMask) << 1));
  store<u16>(indices + ((<usize>count) << 1), <u16>index);
  const isNew = 1 - <i32>load<u8>(seen + index);
  store<u8>(seen + index, 1);
  return count + isNew;
}
