// Forward pass of a perceptron, f32 and int8. All numbers of a network lie in the instance's memory, described by a table of
// i32 that `src/kernels/perceptron-simd.ts` writes and whose fields the constants below name. Outputs stand in lanes: a
// panel is 8, 4 or 1 vectors of four outputs, its weights input by input, so one splat input serves the whole panel and no
// sum is ever taken across lanes.

const LAYERS: usize = 0;
const INDICES: usize = 4;
const VALUES: usize = 8;
const PAIRS: usize = 12;
const LIMIT: usize = 16;
const KIND: usize = 20;
const FIRST_LAYER: usize = 32;
const LAYER_BYTES: usize = 48;
const INPUTS: usize = 0;
const VECTORS: usize = 4;
const WEIGHTS: usize = 8;
const BIAS: usize = 12;
const X: usize = 16;
const Y: usize = 20;
const SCALE: usize = 24;
const ZERO_POINT: usize = 28;
const STARTS: usize = 24;
const GROUPS: usize = 28;
const GROUP_ENDS: usize = 32;
const GROUP_INPUTS: usize = 36;
const GROUP_WEIGHTS: usize = 40;

const F32: i32 = 0;
const INT8: i32 = 1;
const INFINITE: i32 = 0x7f800000;
/** 1.5 * 2^23: a float of magnitude below 2^22 that is added to it leaves its nearest integer in the low bits. */
const ROUNDING: f32 = 12582912;
const ROUNDING_BITS: i32 = 0x4b400000;
/** Below it (2^-100) a whole input counts as zero: its inverse would not be a float. */
const SMALLEST: i32 = 0x0d800000;

/**
 * The whole pass, from the dense input at the first layer's X (count below 0) or from `count` places and values, to the softmax
 * in the last layer's Y. False, and no answer, when a place lies outside the input. One function for all kinds and no call
 * from two places: the compiler puts every callee in line, each one time.
 */
export function run(network: usize, count: i32): bool {
  const layers = load<i32>(network, LAYERS);
  const kind = load<i32>(network, KIND);
  const pairs = load<usize>(network, PAIRS);
  let layer = network + FIRST_LAYER;
  let x = load<usize>(layer, X);
  let length = load<i32>(layer, INPUTS);
  if (count >= 0) {
    if (!inside(network, count)) return false;
    x = load<usize>(network, VALUES);
    length = count;
  }
  for (let index = 0; index < layers; index++) {
    const highest = highestBits(x, length);
    if (highest >= INFINITE) {
      nothing(network + FIRST_LAYER + <usize>(layers - 1) * LAYER_BYTES);
      return true;
    }
    const sparse = index === 0 && count >= 0;
    const indices = load<usize>(network, INDICES);
    const hidden = index + 1 < layers;
    if (kind === INT8) {
      const limit = load<f32>(load<usize>(layer, SCALE));
      // A whole input that is next to nothing counts as zero.
      const step: f32 = highest < SMALLEST ? 0 : reinterpret<f32>(highest) / limit;
      const inverse: f32 = highest < SMALLEST ? 0 : limit / reinterpret<f32>(highest);
      let sum: i32;
      if (sparse) {
        sum = quantizePlaces(indices, x, length, inverse, pairs);
        sparseInt8Layer(layer, pairs, length);
      } else {
        sum = quantize(x, length, inverse, pairs);
        int8Layer(layer, pairs);
      }
      finish(layer, sum, step, hidden);
    } else {
      if (kind === F32) {
        if (sparse) sparseLayer(layer, indices, x, <usize>((length + 3) & ~3));
        else denseLayer(layer);
      } else {
        if (sparse) scatterBlocks(layer, indices, x, <usize>length);
        else gatherBlocks(layer);
      }
      if (hidden) rectify(layer);
    }
    layer += LAYER_BYTES;
    if (hidden) {
      x = load<usize>(layer, X);
      length = load<i32>(layer, INPUTS);
    }
  }
  softmax(layer - LAYER_BYTES);
  return true;
}

/** Whether all places are below the number of inputs; zeros fill the last eight. */
function inside(network: usize, count: i32): bool {
  let highest = i32x4.splat(0);
  let at = load<usize>(network, INDICES);
  const end = at + ((<usize>count) << 1);
  for (; at < end; at += 16) highest = i16x8.max_u(highest, v128.load(at));
  const limit = load<i32>(network, LIMIT);
  return limit > 0xffff || i16x8.all_true(i16x8.lt_u(highest, i16x8.splat(<i16>limit)));
}

// Two products are added before they meet the running sum, which halves the chain of additions that waits for itself.

function denseLayer(layer: usize): void {
  const x = load<usize>(layer, X);
  const end = x + ((<usize>load<i32>(layer, INPUTS)) << 2);
  let vectors = load<i32>(layer, VECTORS);
  let w = load<usize>(layer, WEIGHTS);
  let bias = load<usize>(layer, BIAS);
  let y = load<usize>(layer, Y);
  for (; vectors >= 8; vectors -= 8) {
    let s0 = v128.load(bias);
    let s1 = v128.load(bias, 16);
    let s2 = v128.load(bias, 32);
    let s3 = v128.load(bias, 48);
    let s4 = v128.load(bias, 64);
    let s5 = v128.load(bias, 80);
    let s6 = v128.load(bias, 96);
    let s7 = v128.load(bias, 112);
    for (let at = x; at < end; at += 8) {
      const x0 = v128.load32_splat(at);
      const x1 = v128.load32_splat(at, 4);
      s0 = f32x4.add(s0, f32x4.add(f32x4.mul(x0, v128.load(w)), f32x4.mul(x1, v128.load(w, 128))));
      s1 = f32x4.add(s1, f32x4.add(f32x4.mul(x0, v128.load(w, 16)), f32x4.mul(x1, v128.load(w, 144))));
      s2 = f32x4.add(s2, f32x4.add(f32x4.mul(x0, v128.load(w, 32)), f32x4.mul(x1, v128.load(w, 160))));
      s3 = f32x4.add(s3, f32x4.add(f32x4.mul(x0, v128.load(w, 48)), f32x4.mul(x1, v128.load(w, 176))));
      s4 = f32x4.add(s4, f32x4.add(f32x4.mul(x0, v128.load(w, 64)), f32x4.mul(x1, v128.load(w, 192))));
      s5 = f32x4.add(s5, f32x4.add(f32x4.mul(x0, v128.load(w, 80)), f32x4.mul(x1, v128.load(w, 208))));
      s6 = f32x4.add(s6, f32x4.add(f32x4.mul(x0, v128.load(w, 96)), f32x4.mul(x1, v128.load(w, 224))));
      s7 = f32x4.add(s7, f32x4.add(f32x4.mul(x0, v128.load(w, 112)), f32x4.mul(x1, v128.load(w, 240))));
      w += 256;
    }
    v128.store(y, s0);
    v128.store(y, s1, 16);
    v128.store(y, s2, 32);
    v128.store(y, s3, 48);
    v128.store(y, s4, 64);
    v128.store(y, s5, 80);
    v128.store(y, s6, 96);
    v128.store(y, s7, 112);
    bias += 128;
    y += 128;
  }
  for (; vectors > 0; vectors--) {
    let s0 = v128.load(bias);
    let s1 = f32x4.splat(0);
    for (let at = x; at < end; at += 16) {
      const x0 = v128.load32_splat(at);
      const x1 = v128.load32_splat(at, 4);
      const x2 = v128.load32_splat(at, 8);
      const x3 = v128.load32_splat(at, 12);
      s0 = f32x4.add(s0, f32x4.add(f32x4.mul(x0, v128.load(w)), f32x4.mul(x1, v128.load(w, 16))));
      s1 = f32x4.add(s1, f32x4.add(f32x4.mul(x2, v128.load(w, 32)), f32x4.mul(x3, v128.load(w, 48))));
      w += 64;
    }
    v128.store(y, f32x4.add(s0, s1));
    bias += 16;
    y += 16;
  }
}

/** The first layer for places and values whose number is a multiple of 4 (zeros added). */
function sparseLayer(layer: usize, indices: usize, values: usize, places: usize): void {
  const inputs = <usize>load<i32>(layer, INPUTS);
  let vectors = load<i32>(layer, VECTORS);
  let w = load<usize>(layer, WEIGHTS);
  let bias = load<usize>(layer, BIAS);
  let y = load<usize>(layer, Y);
  for (; vectors >= 8; vectors -= 8) {
    let s0 = v128.load(bias);
    let s1 = v128.load(bias, 16);
    let s2 = v128.load(bias, 32);
    let s3 = v128.load(bias, 48);
    let s4 = v128.load(bias, 64);
    let s5 = v128.load(bias, 80);
    let s6 = v128.load(bias, 96);
    let s7 = v128.load(bias, 112);
    for (let place: usize = 0; place < places; place += 2) {
      const at = values + (place << 2);
      const index = indices + (place << 1);
      const x0 = v128.load32_splat(at);
      const w0 = w + ((<usize>load<u16>(index)) << 7);
      const x1 = v128.load32_splat(at, 4);
      const w1 = w + ((<usize>load<u16>(index, 2)) << 7);
      s0 = f32x4.add(s0, f32x4.add(f32x4.mul(x0, v128.load(w0)), f32x4.mul(x1, v128.load(w1))));
      s1 = f32x4.add(s1, f32x4.add(f32x4.mul(x0, v128.load(w0, 16)), f32x4.mul(x1, v128.load(w1, 16))));
      s2 = f32x4.add(s2, f32x4.add(f32x4.mul(x0, v128.load(w0, 32)), f32x4.mul(x1, v128.load(w1, 32))));
      s3 = f32x4.add(s3, f32x4.add(f32x4.mul(x0, v128.load(w0, 48)), f32x4.mul(x1, v128.load(w1, 48))));
      s4 = f32x4.add(s4, f32x4.add(f32x4.mul(x0, v128.load(w0, 64)), f32x4.mul(x1, v128.load(w1, 64))));
      s5 = f32x4.add(s5, f32x4.add(f32x4.mul(x0, v128.load(w0, 80)), f32x4.mul(x1, v128.load(w1, 80))));
      s6 = f32x4.add(s6, f32x4.add(f32x4.mul(x0, v128.load(w0, 96)), f32x4.mul(x1, v128.load(w1, 96))));
      s7 = f32x4.add(s7, f32x4.add(f32x4.mul(x0, v128.load(w0, 112)), f32x4.mul(x1, v128.load(w1, 112))));
    }
    v128.store(y, s0);
    v128.store(y, s1, 16);
    v128.store(y, s2, 32);
    v128.store(y, s3, 48);
    v128.store(y, s4, 64);
    v128.store(y, s5, 80);
    v128.store(y, s6, 96);
    v128.store(y, s7, 112);
    w += inputs << 7;
    bias += 128;
    y += 128;
  }
  for (; vectors > 0; vectors--) {
    let s0 = v128.load(bias);
    let s1 = f32x4.splat(0);
    for (let place: usize = 0; place < places; place += 4) {
      const at = values + (place << 2);
      const index = indices + (place << 1);
      const x0 = v128.load32_splat(at);
      const w0 = w + ((<usize>load<u16>(index)) << 4);
      const x1 = v128.load32_splat(at, 4);
      const w1 = w + ((<usize>load<u16>(index, 2)) << 4);
      const x2 = v128.load32_splat(at, 8);
      const w2 = w + ((<usize>load<u16>(index, 4)) << 4);
      const x3 = v128.load32_splat(at, 12);
      const w3 = w + ((<usize>load<u16>(index, 6)) << 4);
      s0 = f32x4.add(s0, f32x4.add(f32x4.mul(x0, v128.load(w0)), f32x4.mul(x1, v128.load(w1))));
      s1 = f32x4.add(s1, f32x4.add(f32x4.mul(x2, v128.load(w2)), f32x4.mul(x3, v128.load(w3))));
    }
    v128.store(y, f32x4.add(s0, s1));
    w += inputs << 4;
    bias += 16;
    y += 16;
  }
}

/** Bits of the largest magnitude; at least INFINITE when one is infinite or NaN. Zeros fill the last four. */
function highestBits(values: usize, count: i32): i32 {
  const mask = i32x4.splat(0x7fffffff);
  let highest = i32x4.splat(0);
  const end = values + ((<usize>count) << 2);
  for (let at = values; at < end; at += 16) highest = i32x4.max_s(highest, v128.and(mask, v128.load(at)));
  return max(
    max(i32x4.extract_lane(highest, 0), i32x4.extract_lane(highest, 1)),
    max(i32x4.extract_lane(highest, 2), i32x4.extract_lane(highest, 3)),
  );
}

/**
 * Each place becomes the number of its pair of inputs and the pair's two 16-bit values, one of them zero; returns the sum of
 * the values.
 */
function quantizePlaces(indices: usize, values: usize, count: i32, inverse: f32, pairs: usize): i32 {
  let sum = 0;
  for (let place = 0; place < count; place++) {
    const index = <i32>load<u16>(indices + ((<usize>place) << 1));
    const value = reinterpret<i32>(load<f32>(values + ((<usize>place) << 2)) * inverse + ROUNDING) - ROUNDING_BITS;
    sum += value;
    const pair = pairs + ((<usize>place) << 3);
    store<i32>(pair, index >> 1);
    store<i32>(pair, index & 1 ? value << 16 : value & 0xffff, 4);
  }
  // The kernel takes two pairs at once.
  store<i64>(pairs + ((<usize>count) << 3), 0);
  return sum;
}

/** Rounds x * inverse to 16 bits into `to`; returns the sum of what it wrote. */
function quantize(x: usize, count: i32, inverse: f32, to: usize): i32 {
  const factor = f32x4.splat(inverse);
  let sums = i32x4.splat(0);
  let place = to;
  const end = x + ((<usize>count) << 2);
  for (let at = x; at < end; at += 16) {
    const scaled = f32x4.add(f32x4.mul(v128.load(at), factor), f32x4.splat(ROUNDING));
    const integers = i32x4.sub(scaled, i32x4.splat(ROUNDING_BITS));
    sums = i32x4.add(sums, integers);
    store<i64>(place, i64x2.extract_lane(i16x8.narrow_i32x4_s(integers, integers), 0));
    place += 8;
  }
  return (
    i32x4.extract_lane(sums, 0) +
    i32x4.extract_lane(sums, 1) +
    i32x4.extract_lane(sums, 2) +
    i32x4.extract_lane(sums, 3)
  );
}

// A vector of int8 weights serves 8 outputs and 2 inputs: 16-bit lane 2k (2k + 1) holds, for the pair's first (second) input,
// output k in its low byte, 0 to 255, and output 4 + k in its high byte, -128 to 127. The dot product with the lanes as they
// are is low + 256 high, with the lanes shifted it is high: one load and one shift unpack 16 weights. Sums wrap at 32 bits
// and the difference is exact all the same.

function int8Layer(layer: usize, x: usize): void {
  const inputs = load<i32>(layer, INPUTS);
  const end = x + ((<usize>((inputs + 1) >> 1)) << 2);
  let groups = load<i32>(layer, VECTORS) >> 1;
  let w = load<usize>(layer, WEIGHTS);
  let y = load<usize>(layer, Y);
  for (; groups >= 4; groups -= 4) {
    let full0 = i32x4.splat(0);
    let full1 = i32x4.splat(0);
    let full2 = i32x4.splat(0);
    let full3 = i32x4.splat(0);
    let high0 = i32x4.splat(0);
    let high1 = i32x4.splat(0);
    let high2 = i32x4.splat(0);
    let high3 = i32x4.splat(0);
    for (let at = x; at < end; at += 4) {
      const pair = v128.load32_splat(at);
      const w0 = v128.load(w);
      full0 = i32x4.add(full0, i32x4.dot_i16x8_s(pair, w0));
      high0 = i32x4.add(high0, i32x4.dot_i16x8_s(pair, i16x8.shr_s(w0, 8)));
      const w1 = v128.load(w, 16);
      full1 = i32x4.add(full1, i32x4.dot_i16x8_s(pair, w1));
      high1 = i32x4.add(high1, i32x4.dot_i16x8_s(pair, i16x8.shr_s(w1, 8)));
      const w2 = v128.load(w, 32);
      full2 = i32x4.add(full2, i32x4.dot_i16x8_s(pair, w2));
      high2 = i32x4.add(high2, i32x4.dot_i16x8_s(pair, i16x8.shr_s(w2, 8)));
      const w3 = v128.load(w, 48);
      full3 = i32x4.add(full3, i32x4.dot_i16x8_s(pair, w3));
      high3 = i32x4.add(high3, i32x4.dot_i16x8_s(pair, i16x8.shr_s(w3, 8)));
      w += 64;
    }
    v128.store(y, low(full0, high0));
    v128.store(y, high0, 16);
    v128.store(y, low(full1, high1), 32);
    v128.store(y, high1, 48);
    v128.store(y, low(full2, high2), 64);
    v128.store(y, high2, 80);
    v128.store(y, low(full3, high3), 96);
    v128.store(y, high3, 112);
    y += 128;
  }
  for (; groups > 0; groups--) {
    let full = i32x4.splat(0);
    let high = i32x4.splat(0);
    for (let at = x; at < end; at += 8) {
      const pair0 = v128.load32_splat(at);
      const pair1 = v128.load32_splat(at, 4);
      const w0 = v128.load(w);
      const w1 = v128.load(w, 16);
      full = i32x4.add(full, i32x4.add(i32x4.dot_i16x8_s(pair0, w0), i32x4.dot_i16x8_s(pair1, w1)));
      const high0 = i32x4.dot_i16x8_s(pair0, i16x8.shr_s(w0, 8));
      high = i32x4.add(high, i32x4.add(high0, i32x4.dot_i16x8_s(pair1, i16x8.shr_s(w1, 8))));
      w += 32;
    }
    v128.store(y, low(full, high));
    v128.store(y, high, 16);
    y += 32;
  }
}

function sparseInt8Layer(layer: usize, pairs: usize, count: i32): void {
  const rows = <usize>load<i32>(layer, INPUTS) >> 1;
  const end = pairs + ((<usize>count) << 3);
  let groups = load<i32>(layer, VECTORS) >> 1;
  let w = load<usize>(layer, WEIGHTS);
  let y = load<usize>(layer, Y);
  for (; groups >= 4; groups -= 4) {
    let full0 = i32x4.splat(0);
    let full1 = i32x4.splat(0);
    let full2 = i32x4.splat(0);
    let full3 = i32x4.splat(0);
    let high0 = i32x4.splat(0);
    let high1 = i32x4.splat(0);
    let high2 = i32x4.splat(0);
    let high3 = i32x4.splat(0);
    for (let place = pairs; place < end; place += 8) {
      const at = w + (load<usize>(place) << 6);
      const pair = v128.load32_splat(place, 4);
      const w0 = v128.load(at);
      full0 = i32x4.add(full0, i32x4.dot_i16x8_s(pair, w0));
      high0 = i32x4.add(high0, i32x4.dot_i16x8_s(pair, i16x8.shr_s(w0, 8)));
      const w1 = v128.load(at, 16);
      full1 = i32x4.add(full1, i32x4.dot_i16x8_s(pair, w1));
      high1 = i32x4.add(high1, i32x4.dot_i16x8_s(pair, i16x8.shr_s(w1, 8)));
      const w2 = v128.load(at, 32);
      full2 = i32x4.add(full2, i32x4.dot_i16x8_s(pair, w2));
      high2 = i32x4.add(high2, i32x4.dot_i16x8_s(pair, i16x8.shr_s(w2, 8)));
      const w3 = v128.load(at, 48);
      full3 = i32x4.add(full3, i32x4.dot_i16x8_s(pair, w3));
      high3 = i32x4.add(high3, i32x4.dot_i16x8_s(pair, i16x8.shr_s(w3, 8)));
    }
    v128.store(y, low(full0, high0));
    v128.store(y, high0, 16);
    v128.store(y, low(full1, high1), 32);
    v128.store(y, high1, 48);
    v128.store(y, low(full2, high2), 64);
    v128.store(y, high2, 80);
    v128.store(y, low(full3, high3), 96);
    v128.store(y, high3, 112);
    y += 128;
    w += rows << 6;
  }
  for (; groups > 0; groups--) {
    let full = i32x4.splat(0);
    let high = i32x4.splat(0);
    for (let place = pairs; place < end; place += 16) {
      const pair0 = v128.load32_splat(place, 4);
      const pair1 = v128.load32_splat(place, 12);
      const w0 = v128.load(w + (load<usize>(place) << 4));
      const w1 = v128.load(w + (load<usize>(place, 8) << 4));
      full = i32x4.add(full, i32x4.add(i32x4.dot_i16x8_s(pair0, w0), i32x4.dot_i16x8_s(pair1, w1)));
      const high0 = i32x4.dot_i16x8_s(pair0, i16x8.shr_s(w0, 8));
      high = i32x4.add(high, i32x4.add(high0, i32x4.dot_i16x8_s(pair1, i16x8.shr_s(w1, 8))));
    }
    v128.store(y, low(full, high));
    v128.store(y, high, 16);
    y += 32;
    w += rows << 4;
  }
}

function low(full: v128, high: v128): v128 {
  return i32x4.sub(full, i32x4.shl(high, 8));
}

/** In place over Y, from integer sums to floats: (sum - zero point * sum of the input) * scale * step + bias, then ReLU. */
function finish(layer: usize, sum: i32, step: f32, rectified: bool): void {
  const total = i32x4.splat(sum);
  const steps = f32x4.splat(step);
  const floor = f32x4.splat(rectified ? 0 : -Infinity);
  let bias = load<usize>(layer, BIAS);
  let scale = load<usize>(layer, SCALE) + 16;
  let zero = load<usize>(layer, ZERO_POINT);
  let at = load<usize>(layer, Y);
  const end = at + ((<usize>load<i32>(layer, VECTORS)) << 4);
  for (; at < end; at += 16) {
    const exact = i32x4.sub(v128.load(at), i32x4.mul(v128.load(zero), total));
    const scaled = f32x4.mul(f32x4.convert_i32x4_s(exact), f32x4.mul(v128.load(scale), steps));
    v128.store(at, f32x4.pmax(f32x4.add(scaled, v128.load(bias)), floor));
    bias += 16;
    scale += 16;
    zero += 16;
  }
}

/**
 * Four outputs at a time, over the inputs of which they have blocks. Their number is even (a block of zeros is added): a loop
 * over the blocks of each input instead would end 384 times where no processor foresees it.
 */
function gatherBlocks(layer: usize): void {
  const x = load<usize>(layer, X);
  let bias = load<usize>(layer, BIAS);
  let y = load<usize>(layer, Y);
  let ends = load<usize>(layer, GROUP_ENDS);
  let place = load<usize>(layer, GROUP_INPUTS);
  let w = load<usize>(layer, GROUP_WEIGHTS);
  for (let vectors = load<i32>(layer, VECTORS); vectors > 0; vectors--) {
    const end = place + (load<usize>(ends) << 1);
    let s0 = v128.load(bias);
    let s1 = f32x4.splat(0);
    for (; place < end; place += 4) {
      const x0 = v128.load32_splat(x + ((<usize>load<u16>(place)) << 2));
      const x1 = v128.load32_splat(x + ((<usize>load<u16>(place, 2)) << 2));
      s0 = f32x4.add(s0, f32x4.mul(x0, v128.load(w)));
      s1 = f32x4.add(s1, f32x4.mul(x1, v128.load(w, 16)));
      w += 32;
    }
    v128.store(y, f32x4.add(s0, s1));
    bias += 16;
    y += 16;
    ends += 4;
  }
}

/** The first layer for `count` places: each adds its blocks, four weights, to the outputs whose group stands beside them. */
function scatterBlocks(layer: usize, indices: usize, values: usize, count: usize): void {
  const y = load<usize>(layer, Y);
  memory.copy(y, load<usize>(layer, BIAS), (<usize>load<i32>(layer, VECTORS)) << 4);
  for (let place: usize = 0; place < count; place++) {
    const starts = load<usize>(layer, STARTS) + ((<usize>load<u16>(indices + (place << 1))) << 2);
    const value = v128.load32_splat(values + (place << 2));
    let group = load<usize>(layer, GROUPS) + (load<usize>(starts) << 1);
    const end = load<usize>(layer, GROUPS) + (load<usize>(starts, 4) << 1);
    let w = load<usize>(layer, WEIGHTS) + (load<usize>(starts) << 4);
    // Four at a time (blocks of zeros fill them up): a loop of five turns here and six there is one that no processor foresees.
    for (; group < end; group += 8) {
      const y0 = y + ((<usize>load<u16>(group)) << 4);
      const y1 = y + ((<usize>load<u16>(group, 2)) << 4);
      const y2 = y + ((<usize>load<u16>(group, 4)) << 4);
      const y3 = y + ((<usize>load<u16>(group, 6)) << 4);
      v128.store(y0, f32x4.add(v128.load(y0), f32x4.mul(value, v128.load(w))));
      v128.store(y1, f32x4.add(v128.load(y1), f32x4.mul(value, v128.load(w, 16))));
      v128.store(y2, f32x4.add(v128.load(y2), f32x4.mul(value, v128.load(w, 32))));
      v128.store(y3, f32x4.add(v128.load(y3), f32x4.mul(value, v128.load(w, 48))));
      w += 64;
    }
  }
}

/** In place: below zero becomes zero, NaN stays. */
function rectify(layer: usize): void {
  const zero = f32x4.splat(0);
  let at = load<usize>(layer, Y);
  const end = at + ((<usize>load<i32>(layer, VECTORS)) << 4);
  for (; at < end; at += 16) v128.store(at, f32x4.pmax(v128.load(at), zero));
}

/** In place over the last layer's Y; lanes that pad it hold -Infinity and become 0. */
function softmax(layer: usize): void {
  const y = load<usize>(layer, Y);
  const end = y + ((<usize>load<i32>(layer, VECTORS)) << 4);
  // pmax may lose a NaN, but its own power is NaN and so is the sum.
  let highest = v128.load(y);
  for (let at = y + 16; at < end; at += 16) highest = f32x4.pmax(highest, v128.load(at));
  highest = f32x4.pmax(highest, i32x4.shuffle(highest, highest, 2, 3, 0, 1));
  highest = f32x4.pmax(highest, i32x4.shuffle(highest, highest, 1, 0, 3, 2));
  let sums = f32x4.splat(0);
  for (let at = y; at < end; at += 16) {
    const power = exp(f32x4.sub(v128.load(at), highest));
    v128.store(at, power);
    sums = f32x4.add(sums, power);
  }
  sums = f32x4.add(sums, i32x4.shuffle(sums, sums, 2, 3, 0, 1));
  sums = f32x4.add(sums, i32x4.shuffle(sums, sums, 1, 0, 3, 2));
  for (let at = y; at < end; at += 16) v128.store(at, f32x4.div(v128.load(at), sums));
}

/** e to the power of x for x <= 0, zero below -87: Cephes' expf, relative error 2e-7. */
function exp(x: v128): v128 {
  // pmax is one instruction, and keeps a NaN that is its first operand.
  const clamped = f32x4.pmax(x, f32x4.splat(-87));
  // Rounded by ROUNDING: the low bits are the integer. Truncation by an instruction costs eight on x64.
  const rounded = f32x4.add(f32x4.mul(clamped, f32x4.splat(<f32>Math.LOG2E)), f32x4.splat(ROUNDING));
  const power = f32x4.sub(rounded, f32x4.splat(ROUNDING));
  let rest = f32x4.sub(clamped, f32x4.mul(power, f32x4.splat(0.693359375)));
  rest = f32x4.add(rest, f32x4.mul(power, f32x4.splat(2.1219444e-4)));
  // The polynomial of degree 7 in halves (Estrin), which shortens the chain of operations that wait for each other.
  const square = f32x4.mul(rest, rest);
  const low = f32x4.add(f32x4.splat(5.0000001201e-1), f32x4.mul(rest, f32x4.splat(1.6666665459e-1)));
  const middle = f32x4.add(f32x4.splat(4.1665795894e-2), f32x4.mul(rest, f32x4.splat(8.3334519073e-3)));
  const high = f32x4.add(f32x4.splat(1.3981999507e-3), f32x4.mul(rest, f32x4.splat(1.98756915e-4)));
  const upper = f32x4.add(middle, f32x4.mul(square, high));
  const curve = f32x4.add(low, f32x4.mul(square, upper));
  const sum = f32x4.add(f32x4.add(f32x4.splat(1), rest), f32x4.mul(square, curve));
  const exponent = i32x4.shl(i32x4.sub(rounded, i32x4.splat(ROUNDING_BITS - 127)), 23);
  return v128.andnot(f32x4.mul(sum, exponent), f32x4.lt(x, f32x4.splat(-87)));
}

/** No answer: NaN in all outputs. */
function nothing(layer: usize): void {
  let at = load<usize>(layer, Y);
  const end = at + ((<usize>load<i32>(layer, VECTORS)) << 4);
  for (; at < end; at += 16) v128.store(at, f32x4.splat(NaN));
}
