// Hashed n-grams of ASCII text. Pointers are byte offsets into the instance's own memory; lengths are in elements.

const FNV_OFFSET: i32 = 0x811c9dc5;
const FNV_PRIME: i32 = 0x01000193;
const SPACE: i32 = 32;

/** What a dimension holds beside its sum once an n-gram fell into it: a sum that came back to 0 is not untouched. */
const TOUCHED: i32 = 1 << 24;

// A block as `text-hash-simd.ts` writes it, i32 each: whether it is of words; whether marks and single digits are tokens;
// shortest and longest n-gram; first dimension; bins; 1 where half of the n-grams count minus one; a pointer to 256 logarithms
// (f32), or 0 where counts stay counts.
const BLOCK_BYTES: usize = 32;

/** Hashes that are gathered before their bins are touched, in bytes; the buffer has room for 16 more. */
const FULL_BYTES: usize = 1024;

/**
 * Runs `blocks` over the text of less than 16,385 bytes, which is lowered in its place and has room for 64 more. `sums` (i32)
 * has an entry for each dimension, all zero between two calls; `indices` (u16) and `values` (f32) one more; `starts` and `ends` (u16)
 * one for each byte and 64 more; `hashes` 272 i32; `roots` 1024 f64, the inverse square roots. Returns the number of entries.
 */
export function encode(
  block: usize,
  blocks: i32,
  text: usize,
  length: i32,
  sums: usize,
  indices: usize,
  values: usize,
  starts: usize,
  ends: usize,
  hashes: usize,
  roots: usize,
): i32 {
  let count: i32 = 0;
  for (let index = 0; index < blocks; index++, block += BLOCK_BYTES) {
    const start = count;
    if (load<i32>(block) !== 0) {
      const tokens = tokenize(text, length, load<i32>(block, 4) !== 0, starts, ends);
      count = words(block, text, tokens, starts, ends, hashes, sums, indices, count);
    } else count = characters(block, text, length, hashes, sums, indices, count);
    count = finish(sums, indices, values, start, count, load<usize>(block, 28), roots);
  }
  return count;
}

/**
 * Lowers the text and writes where each token begins and where it has ended; returns how many there are. 64 bytes at once become bits:
 * a run begins where its class does and the byte before has another.
 */
function tokenize(text: usize, length: i32, marks: bool, starts: usize, ends: usize): i32 {
  let letterBefore: u64 = 0;
  let digitBefore: u64 = 0;
  let markBefore: u64 = 0;
  let begun = starts;
  let ended = ends;
  for (let at = 0; at <= length; at += 64) {
    const place = text + <usize>at;
    let letters: u64 = 0;
    let digits: u64 = 0;
    let visible: u64 = 0;
    for (let part = 0; part < 64 && at + part < length; part += 16) {
      const bytes = v128.load(place + <usize>part);
      const lower = v128.or(bytes, i8x16.splat(0x20));
      const isLetter = within(lower, 97, 26);
      const isDigit = within(bytes, 48, 10);
      v128.store(place + <usize>part, v128.bitselect(lower, bytes, isLetter));
      letters |= (<u64>i8x16.bitmask(isLetter)) << part;
      digits |= (<u64>i8x16.bitmask(isDigit)) << part;
      if (marks) visible |= (<u64>i8x16.bitmask(within(bytes, 33, 94))) << part;
    }
    if (length - at < 64) {
      const inside = ((<u64>1) << (length - at)) - 1; // what lies behind the text is of another text
      letters &= inside;
      digits &= inside;
      visible &= inside;
    }
    const letterLeft = (letters << 1) | letterBefore;
    const digitLeft = (digits << 1) | digitBefore;
    let begin = letters & ~letterLeft;
    let end = ~letters & letterLeft;
    if (marks) {
      const single = visible & ~letters;
      const singleLeft = (single << 1) | markBefore;
      begin |= single;
      end |= singleLeft;
      markBefore = single >>> 63;
    } else {
      begin |= digits & ~digitLeft;
      end |= ~digits & digitLeft;
    }
    letterBefore = letters >>> 63;
    digitBefore = digits >>> 63;
    for (; begin !== 0; begin &= begin - 1, begun += 2) store<u16>(begun, <u16>(at + <i32>ctz(begin)));
    for (; end !== 0; end &= end - 1, ended += 2) store<u16>(ended, <u16>(at + <i32>ctz(end)));
  }
  return <i32>((ended - ends) >> 1);
}

/** Which bytes are one of `count` from `first` on: a comparison with signs is one instruction. */
// @inline
function within(bytes: v128, first: i32, count: i32): v128 {
  return i8x16.lt_s(i8x16.sub(bytes, i8x16.splat(<i8>(first + 128))), i8x16.splat(<i8>(count - 128)));
}

// Each phase stores only where its loop counter says: hashes first, then their bins, then the sums. That was 1.5 times as fast
// as one pass over the tokens; why was not found out.

/** Words and pairs of them: hashes of some hundred tokens, then their bins. */
// @inline
function words(
  block: usize,
  text: usize,
  tokens: i32,
  starts: usize,
  ends: usize,
  hashes: usize,
  sums: usize,
  indices: usize,
  start: i32,
): i32 {
  const one = load<i32>(block, 8) === 1;
  const two = load<i32>(block, 12) === 2;
  let count = start;
  let hash: i32 = 0;
  let next = hashes;
  const full = hashes + FULL_BYTES;
  for (let token = 0; token < tokens; token++) {
    const place = (<usize>token) << 1;
    const end = text + <usize>load<u16>(ends + place);
    let pair = (hash ^ SPACE) * FNV_PRIME; // of the token before, a space, and this one
    hash = FNV_OFFSET;
    for (let at = text + <usize>load<u16>(starts + place); at < end; at++) {
      const code = <i32>load<u8>(at);
      hash = (hash ^ code) * FNV_PRIME;
      pair = (pair ^ code) * FNV_PRIME;
    }
    if (one) {
      store<i32>(next, hash);
      next += 4;
    }
    if (two && token > 0) {
      store<i32>(next, pair);
      next += 4;
    }
    if (next >= full) {
      count = addAll(block, hashes, next, sums, indices, count);
      next = hashes;
    }
  }
  return addAll(block, hashes, next, sums, indices, count);
}

/** Every n-gram of the text with a space before and behind it, longest first at each character. */
// @inline
function characters(
  block: usize,
  text: usize,
  length: i32,
  hashes: usize,
  sums: usize,
  indices: usize,
  start: i32,
): i32 {
  const shortest = load<i32>(block, 8);
  const longest = load<i32>(block, 12);
  let count = start;
  let next = hashes;
  const full = hashes + FULL_BYTES;
  let known: i32 = 0; // characters so far, as far as it matters
  let wasGap = true;
  let h1: i32 = 0; // hash of the last character
  let h2: i32 = 0; // of the last two, and so on
  let h3: i32 = 0;
  let h4: i32 = 0;
  let h5: i32 = 0;
  let h6: i32 = 0;
  let h7: i32 = 0;
  for (let at = text, end = text + <usize>length; at <= end; at++) {
    const byte = at === end ? SPACE : <i32>load<u8>(at);
    let code = byte;
    if (byte <= SPACE || byte === 127) {
      if (wasGap) continue;
      wasGap = true;
      code = SPACE;
    } else {
      if (known === 0) {
        h1 = (FNV_OFFSET ^ SPACE) * FNV_PRIME;
        known = 1;
        if (shortest === 1) {
          store<i32>(next, h1);
          next += 4;
        }
      }
      wasGap = false;
      if (<u32>(byte - 65) < 26) code = byte | 32;
    }
    if (known < longest) known++;
    if (known >= 8) {
      store<i32>(next, (h7 ^ code) * FNV_PRIME);
      next += 4;
    }
    h7 = (h6 ^ code) * FNV_PRIME;
    if (known >= 7 && shortest <= 7) {
      store<i32>(next, h7);
      next += 4;
    }
    h6 = (h5 ^ code) * FNV_PRIME;
    if (known >= 6 && shortest <= 6) {
      store<i32>(next, h6);
      next += 4;
    }
    h5 = (h4 ^ code) * FNV_PRIME;
    if (known >= 5 && shortest <= 5) {
      store<i32>(next, h5);
      next += 4;
    }
    h4 = (h3 ^ code) * FNV_PRIME;
    if (known >= 4 && shortest <= 4) {
      store<i32>(next, h4);
      next += 4;
    }
    h3 = (h2 ^ code) * FNV_PRIME;
    if (known >= 3 && shortest <= 3) {
      store<i32>(next, h3);
      next += 4;
    }
    h2 = (h1 ^ code) * FNV_PRIME;
    if (known >= 2 && shortest <= 2) {
      store<i32>(next, h2);
      next += 4;
    }
    h1 = (FNV_OFFSET ^ code) * FNV_PRIME;
    if (shortest === 1) {
      store<i32>(next, h1);
      next += 4;
    }
    if (next >= full) {
      count = addAll(block, hashes, next, sums, indices, count);
      next = hashes;
    }
  }
  return addAll(block, hashes, next, sums, indices, count);
}

/**
 * Adds the n-grams whose hashes stand from `hashes` to `end` (which is overwritten, and three more). The finaliser of MurmurHash3, then the bin from
 * its upper half and the sign from its last bit, four at once.
 */
function addAll(block: usize, hashes: usize, end: usize, sums: usize, indices: usize, start: i32): i32 {
  const offset = load<i32>(block, 16);
  const first = sums + ((<usize>offset) << 2);
  const bins = i32x4.splat(load<i32>(block, 20));
  const signMask = i32x4.splat(load<i32>(block, 24));
  let count = start;
  for (let at = hashes; at < end; at += 16) {
    let mixed = v128.load(at);
    mixed = i32x4.mul(v128.xor(mixed, i32x4.shr_u(mixed, 16)), i32x4.splat(0x85ebca6b));
    mixed = i32x4.mul(v128.xor(mixed, i32x4.shr_u(mixed, 13)), i32x4.splat(0xc2b2ae35));
    mixed = v128.xor(mixed, i32x4.shr_u(mixed, 16));
    const bin = i32x4.shr_u(i32x4.mul(i32x4.shr_u(mixed, 16), bins), 16);
    const packed = v128.or(i32x4.shl(bin, 1), v128.and(mixed, signMask));
    count = add(i32x4.extract_lane(packed, 0), first, offset, indices, count);
    if (at + 4 >= end) break;
    count = add(i32x4.extract_lane(packed, 1), first, offset, indices, count);
    if (at + 8 >= end) break;
    count = add(i32x4.extract_lane(packed, 2), first, offset, indices, count);
    if (at + 12 >= end) break;
    count = add(i32x4.extract_lane(packed, 3), first, offset, indices, count);
  }
  return count;
}

// @inline
function add(packed: i32, first: usize, offset: i32, indices: usize, count: i32): i32 {
  const slot = first + ((<usize>(packed >> 1)) << 2);
  const sum = load<i32>(slot);
  const change = 1 - ((packed & 1) << 1);
  if (sum !== 0) {
    store<i32>(slot, sum + change);
    return count;
  }
  store<u16>(indices + ((<usize>count) << 1), <u16>((packed >> 1) + offset));
  store<i32>(slot, TOUCHED + change);
  return count + 1;
}

/** Entries `start` to `count` become values of length 1; what cancelled out leaves. `roots` has 1024 f64: 1 / sqrt(index). */
// @inline
function finish(
  sums: usize,
  indices: usize,
  values: usize,
  start: i32,
  count: i32,
  logarithms: usize,
  roots: usize,
): i32 {
  const first = indices + ((<usize>start) << 1);
  const end = indices + ((<usize>count) << 1);
  let scale: f64 = 0;
  if (logarithms === 0) {
    let squares: i64 = 0;
    for (let entry = first; entry < end; entry += 2) {
      const sum = <i64>(load<i32>(sums + ((<usize>load<u16>(entry)) << 2)) - TOUCHED);
      squares += sum * sum;
    }
    scale = squares < 1024 ? load<f64>(roots + ((<usize>squares) << 3)) : 1.0 / sqrt<f64>(<f64>squares);
  } else {
    let squares: f64 = 0;
    for (let entry = first; entry < end; entry += 2) {
      const sum = load<i32>(sums + ((<usize>load<u16>(entry)) << 2)) - TOUCHED;
      const value = logarithmOf(sum, logarithms);
      squares += value * value;
    }
    scale = 1.0 / sqrt<f64>(squares);
  }
  let kept = start;
  for (let entry = first; entry < end; entry += 2) {
    const index = load<u16>(entry);
    const slot = sums + ((<usize>index) << 2);
    const sum = load<i32>(slot) - TOUCHED;
    store<i32>(slot, 0);
    if (sum === 0) continue;
    const value = logarithms === 0 ? <f64>sum : logarithmOf(sum, logarithms);
    store<u16>(indices + ((<usize>kept) << 1), index);
    store<f32>(values + ((<usize>kept) << 2), <f32>(value * scale));
    kept++;
  }
  return kept;
}

/** sign(sum) * ln(1 + |sum|), counts beyond 255 as 255. */
// @inline
function logarithmOf(sum: i32, logarithms: usize): f64 {
  const logarithm = <f64>load<f32>(logarithms + ((<usize>min<i32>(255, abs<i32>(sum))) << 2));
  return sum < 0 ? -logarithm : logarithm;
}
