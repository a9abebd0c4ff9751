// Steps of an echo state network. Pointers are 16-byte aligned byte offsets into the instance's own memory; lengths are in
// elements. Matrices are packed in panels: 20 rows (five vectors), then 4 rows (one) while any are left, each panel column
// by column, so that a column of a panel is contiguous and a row of weights is never gathered.
import { transform } from "./shared/walsh-hadamard";

const WIDE: i32 = 20;

/**
 * state <- (1 - leak) state + leak tanh(work), lane by lane; `units` is a multiple of 16, `constants` 48 floats of scratch.
 *
 * The tanh is that of shared/tanh.ts in another order of operations (Estrin's: its powers beside each other instead of one
 * after the other), four vectors at once, with its constants read back from memory before the loop: V8 makes a constant
 * anew in each turn of a loop, three instructions each, but keeps what was loaded. Together 1.2 times as fast as four calls
 * of tanh4, 1.9 times as fast as one (2-core EPYC, Node 20.20.2, 2026-11-23). Largest error 3.99e-7 over all floats.
 */
export function leakyTanh(state: usize, work: usize, leak: usize, units: i32, constants: usize): void {
  const end = state + ((<usize>units) << 2);
  v128.store(constants, f32x4.splat(7.905311107635498), 0);
  v128.store(constants, f32x4.splat(-7.905311107635498), 16);
  v128.store(constants, f32x4.splat(-5.6416762410444755e-14), 32);
  v128.store(constants, f32x4.splat(4.087417207402143e-11), 48);
  v128.store(constants, f32x4.splat(-1.7583789182401143e-8), 64);
  v128.store(constants, f32x4.splat(1.0467499187504161e-5), 80);
  v128.store(constants, f32x4.splat(3.0360983153184112e-3), 96);
  v128.store(constants, f32x4.splat(0.1302255336823433), 112);
  v128.store(constants, f32x4.splat(2.4486609330362513e-4), 128);
  v128.store(constants, f32x4.splat(2.4222763997786688e-2), 144);
  v128.store(constants, f32x4.splat(0.46355838509634517), 160);
  v128.store(constants, f32x4.splat(1), 176);
  const most = v128.load(constants, 0);
  const least = v128.load(constants, 16);
  const a6 = v128.load(constants, 32);
  const a5 = v128.load(constants, 48);
  const a4 = v128.load(constants, 64);
  const a3 = v128.load(constants, 80);
  const a2 = v128.load(constants, 96);
  const a1 = v128.load(constants, 112);
  const b3 = v128.load(constants, 128);
  const b2 = v128.load(constants, 144);
  const b1 = v128.load(constants, 160);
  const one = v128.load(constants, 176);
  for (; state < end; state += 64, work += 64, leak += 64) {
    const x0 = f32x4.pmax(f32x4.pmin(v128.load(work), most), least);
    const x1 = f32x4.pmax(f32x4.pmin(v128.load(work, 16), most), least);
    const x2 = f32x4.pmax(f32x4.pmin(v128.load(work, 32), most), least);
    const x3 = f32x4.pmax(f32x4.pmin(v128.load(work, 48), most), least);
    const s0 = f32x4.mul(x0, x0);
    const s1 = f32x4.mul(x1, x1);
    const s2 = f32x4.mul(x2, x2);
    const s3 = f32x4.mul(x3, x3);
    const v0 = f32x4.add(f32x4.mul(b3, s0), b2);
    const v1 = f32x4.add(f32x4.mul(b3, s1), b2);
    const v2 = f32x4.add(f32x4.mul(b3, s2), b2);
    const v3 = f32x4.add(f32x4.mul(b3, s3), b2);
    const t0 = f32x4.mul(s0, s0);
    const t1 = f32x4.mul(s1, s1);
    const t2 = f32x4.mul(s2, s2);
    const t3 = f32x4.mul(s3, s3);
    const u0 = f32x4.add(f32x4.add(f32x4.mul(b1, s0), one), f32x4.mul(v0, t0));
    const u1 = f32x4.add(f32x4.add(f32x4.mul(b1, s1), one), f32x4.mul(v1, t1));
    const u2 = f32x4.add(f32x4.add(f32x4.mul(b1, s2), one), f32x4.mul(v2, t2));
    const u3 = f32x4.add(f32x4.add(f32x4.mul(b1, s3), one), f32x4.mul(v3, t3));
    const h0 = f32x4.add(f32x4.add(f32x4.mul(a5, s0), a4), f32x4.mul(a6, t0));
    const h1 = f32x4.add(f32x4.add(f32x4.mul(a5, s1), a4), f32x4.mul(a6, t1));
    const h2 = f32x4.add(f32x4.add(f32x4.mul(a5, s2), a4), f32x4.mul(a6, t2));
    const h3 = f32x4.add(f32x4.add(f32x4.mul(a5, s3), a4), f32x4.mul(a6, t3));
    const g0 = f32x4.add(f32x4.add(f32x4.mul(a3, s0), a2), f32x4.mul(h0, t0));
    const g1 = f32x4.add(f32x4.add(f32x4.mul(a3, s1), a2), f32x4.mul(h1, t1));
    const g2 = f32x4.add(f32x4.add(f32x4.mul(a3, s2), a2), f32x4.mul(h2, t2));
    const g3 = f32x4.add(f32x4.add(f32x4.mul(a3, s3), a2), f32x4.mul(h3, t3));
    const p0 = f32x4.mul(f32x4.add(f32x4.add(f32x4.mul(a1, s0), one), f32x4.mul(g0, t0)), x0);
    const p1 = f32x4.mul(f32x4.add(f32x4.add(f32x4.mul(a1, s1), one), f32x4.mul(g1, t1)), x1);
    const p2 = f32x4.mul(f32x4.add(f32x4.add(f32x4.mul(a1, s2), one), f32x4.mul(g2, t2)), x2);
    const p3 = f32x4.mul(f32x4.add(f32x4.add(f32x4.mul(a1, s3), one), f32x4.mul(g3, t3)), x3);
    const r0 = v128.load(leak);
    v128.store(state, f32x4.add(f32x4.mul(v128.load(state), f32x4.sub(one, r0)), f32x4.mul(f32x4.div(p0, u0), r0)));
    const r1 = v128.load(leak, 16);
    v128.store(
      state,
      f32x4.add(f32x4.mul(v128.load(state, 16), f32x4.sub(one, r1)), f32x4.mul(f32x4.div(p1, u1), r1)),
      16,
    );
    const r2 = v128.load(leak, 32);
    v128.store(
      state,
      f32x4.add(f32x4.mul(v128.load(state, 32), f32x4.sub(one, r2)), f32x4.mul(f32x4.div(p2, u2), r2)),
      32,
    );
    const r3 = v128.load(leak, 48);
    v128.store(
      state,
      f32x4.add(f32x4.mul(v128.load(state, 48), f32x4.sub(one, r3)), f32x4.mul(f32x4.div(p3, u3), r3)),
      48,
    );
  }
}

/**
 * One step of the structured network: signs and transform three times, inputs and bias added before the third. `factors` is
 * (3, units); `units` is a power of four, at least 16; `constants` is scratch, see `leakyTanh`.
 */
export function structured(
  state: usize,
  work: usize,
  factors: usize,
  leak: usize,
  units: i32,
  slots: usize,
  gains: usize,
  inputs: i32,
  indices: usize,
  values: usize,
  count: i32,
  constants: usize,
): void {
  const bytes = (<usize>units) << 2;
  transform(work, state, factors, units);
  transform(work, work, factors + bytes, units);
  addInputs(work, slots, gains, inputs, indices, values, count);
  transform(work, work, factors + 2 * bytes, units);
  leakyTanh(state, work, leak, units, constants);
}

/** Each input, and last the bias, times its gain at its slot; all inputs in order where `indices` is 0. */
function addInputs(
  work: usize,
  slots: usize,
  gains: usize,
  inputs: i32,
  indices: usize,
  values: usize,
  count: i32,
): void {
  for (let place: usize = 0; place < <usize>count; place++) {
    const input = indices === 0 ? place : <usize>load<u16>(indices + (place << 1));
    const at = work + ((<usize>load<u16>(slots + (input << 1))) << 2);
    store<f32>(at, load<f32>(at) + load<f32>(values + (place << 2)) * load<f32>(gains + (input << 2)));
  }
  const bias = work + ((<usize>load<u16>(slots + ((<usize>inputs) << 1))) << 2);
  store<f32>(bias, load<f32>(bias) + load<f32>(gains + ((<usize>inputs) << 2)));
}

/** work (size) <- signs * transform of signs * (inputs and bias at their slots); `signs` is (2, size). */
export function project(
  work: usize,
  signs: usize,
  size: i32,
  slots: usize,
  gains: usize,
  inputs: i32,
  indices: usize,
  values: usize,
  count: i32,
): void {
  const bytes = (<usize>size) << 2;
  const end = work + bytes;
  for (let at = work; at < end; at += 32) {
    v128.store(at, f32x4.splat(0));
    v128.store(at, f32x4.splat(0), 16);
  }
  addInputs(work, slots, gains, inputs, indices, values, count);
  transform(work, work, signs, size);
  let by = signs + bytes;
  for (let at = work; at < end; at += 32, by += 32) {
    v128.store(at, f32x4.mul(v128.load(at), v128.load(by)));
    v128.store(at, f32x4.mul(v128.load(at, 16), v128.load(by, 16)), 16);
  }
}

/** out = from + weights * x, with weights (rows, columns) in panels; `rows` is a multiple of 4, `from` may be `out`. */
export function panels(out: usize, from: usize, weights: usize, x: usize, rows: i32, columns: i32): void {
  const end = x + ((<usize>columns) << 2);
  for (; rows >= WIDE; rows -= WIDE, out += 80, from += 80) {
    let a = v128.load(from);
    let b = v128.load(from, 16);
    let c = v128.load(from, 32);
    let d = v128.load(from, 48);
    let e = v128.load(from, 64);
    for (let at = x; at < end; at += 4, weights += 80) {
      const value = v128.load32_splat(at);
      a = f32x4.add(a, f32x4.mul(v128.load(weights), value));
      b = f32x4.add(b, f32x4.mul(v128.load(weights, 16), value));
      c = f32x4.add(c, f32x4.mul(v128.load(weights, 32), value));
      d = f32x4.add(d, f32x4.mul(v128.load(weights, 48), value));
      e = f32x4.add(e, f32x4.mul(v128.load(weights, 64), value));
    }
    v128.store(out, a);
    v128.store(out, b, 16);
    v128.store(out, c, 32);
    v128.store(out, d, 48);
    v128.store(out, e, 64);
  }
  for (; rows > 0; rows -= 4, out += 16, from += 16) {
    let sum = v128.load(from);
    for (let at = x; at < end; at += 4, weights += 16) {
      sum = f32x4.add(sum, f32x4.mul(v128.load(weights), v128.load32_splat(at)));
    }
    v128.store(out, sum);
  }
}

/** out += blockdiag(weights) * state[order]; `ordered` (units) is scratch. */
export function blocks(
  out: usize,
  weights: usize,
  state: usize,
  order: usize,
  ordered: usize,
  units: i32,
  blockSize: i32,
): void {
  for (let unit: usize = 0; unit < <usize>units; unit += 4) {
    const places = order + (unit << 1);
    const to = ordered + (unit << 2);
    store<f32>(to, load<f32>(state + ((<usize>load<u16>(places)) << 2)));
    store<f32>(to, load<f32>(state + ((<usize>load<u16>(places, 2)) << 2)), 4);
    store<f32>(to, load<f32>(state + ((<usize>load<u16>(places, 4)) << 2)), 8);
    store<f32>(to, load<f32>(state + ((<usize>load<u16>(places, 6)) << 2)), 12);
  }
  const bytes = (<usize>blockSize) << 2;
  for (let start: usize = 0; start < (<usize>units) << 2; start += bytes) {
    panels(out + start, out + start, weights + start * blockSize, ordered + start, blockSize, blockSize);
  }
}

/**
 * out += scales * (blockdiag(weights) * the state[order] in 16 bits), sums exact in 32 bits. Weights are 8-bit in the same
 * panels, by pairs of columns: of each row of a vector two columns, side by side. `rounded` and `ordered` (units) are scratch.
 */
export function quantizedBlocks(
  out: usize,
  weights: usize,
  scales: usize,
  state: usize,
  order: usize,
  rounded: usize,
  ordered: usize,
  units: i32,
  blockSize: i32,
): void {
  const full = f32x4.splat(32767);
  for (let unit: usize = 0; unit < <usize>units; unit += 8) {
    const low = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(v128.load(state + (unit << 2)), full)));
    const high = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(v128.load(state + (unit << 2), 16), full)));
    v128.store(rounded + (unit << 1), i16x8.narrow_i32x4_s(low, high));
  }
  for (let unit: usize = 0; unit < <usize>units; unit += 4) {
    const places = order + (unit << 1);
    const to = ordered + (unit << 1);
    store<u16>(to, load<u16>(rounded + ((<usize>load<u16>(places)) << 1)));
    store<u16>(to, load<u16>(rounded + ((<usize>load<u16>(places, 2)) << 1)), 2);
    store<u16>(to, load<u16>(rounded + ((<usize>load<u16>(places, 4)) << 1)), 4);
    store<u16>(to, load<u16>(rounded + ((<usize>load<u16>(places, 6)) << 1)), 6);
  }
  for (let first: i32 = 0; first < units; first += blockSize) {
    const x = ordered + ((<usize>first) << 1);
    const end = x + ((<usize>blockSize) << 1);
    let rows = blockSize;
    for (; rows >= WIDE; rows -= WIDE, out += 80, scales += 80) {
      let a = i32x4.splat(0);
      let b = i32x4.splat(0);
      let c = i32x4.splat(0);
      let d = i32x4.splat(0);
      let e = i32x4.splat(0);
      for (let at = x; at < end; at += 4, weights += 40) {
        const pair = v128.load32_splat(at);
        a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load_ext<i8>(weights), pair));
        b = i32x4.add(b, i32x4.dot_i16x8_s(v128.load_ext<i8>(weights, 8), pair));
        c = i32x4.add(c, i32x4.dot_i16x8_s(v128.load_ext<i8>(weights, 16), pair));
        d = i32x4.add(d, i32x4.dot_i16x8_s(v128.load_ext<i8>(weights, 24), pair));
        e = i32x4.add(e, i32x4.dot_i16x8_s(v128.load_ext<i8>(weights, 32), pair));
      }
      addScaled(out, scales, a);
      addScaled(out + 16, scales + 16, b);
      addScaled(out + 32, scales + 32, c);
      addScaled(out + 48, scales + 48, d);
      addScaled(out + 64, scales + 64, e);
    }
    for (; rows > 0; rows -= 4, out += 16, scales += 16) {
      let sum = i32x4.splat(0);
      for (let at = x; at < end; at += 4, weights += 8) {
        sum = i32x4.add(sum, i32x4.dot_i16x8_s(v128.load_ext<i8>(weights), v128.load32_splat(at)));
      }
      addScaled(out, scales, sum);
    }
  }
}

// Out of line the step takes a sixth longer.
// @inline
function addScaled(out: usize, scales: usize, sums: v128): void {
  v128.store(out, f32x4.add(v128.load(out), f32x4.mul(f32x4.convert_i32x4_s(sums), v128.load(scales))));
}

/** out += weights * state, eight rows to a block that share their `fanIn` columns. */
export function sparse(out: usize, weights: usize, columns: usize, state: usize, units: i32, fanIn: i32): void {
  const outEnd = out + ((<usize>units) << 2);
  const even = (<usize>(fanIn & ~1)) << 1;
  for (; out < outEnd; out += 32) {
    let a = v128.load(out);
    let b = v128.load(out, 16);
    let c = f32x4.splat(0);
    let d = f32x4.splat(0);
    for (const end = columns + even; columns < end; columns += 4, weights += 64) {
      const first = v128.load32_splat(state + ((<usize>load<u16>(columns)) << 2));
      const second = v128.load32_splat(state + ((<usize>load<u16>(columns, 2)) << 2));
      a = f32x4.add(a, f32x4.mul(v128.load(weights), first));
      b = f32x4.add(b, f32x4.mul(v128.load(weights, 16), first));
      c = f32x4.add(c, f32x4.mul(v128.load(weights, 32), second));
      d = f32x4.add(d, f32x4.mul(v128.load(weights, 48), second));
    }
    if (fanIn & 1) {
      const last = v128.load32_splat(state + ((<usize>load<u16>(columns)) << 2));
      a = f32x4.add(a, f32x4.mul(v128.load(weights), last));
      b = f32x4.add(b, f32x4.mul(v128.load(weights, 16), last));
      columns += 2;
      weights += 32;
    }
    v128.store(out, f32x4.add(a, c));
    v128.store(out, f32x4.add(b, d), 16);
  }
}

/** out[i] += weight * state[i - 1], the first after the last. */
export function cycle(out: usize, state: usize, units: i32, weight: f32): void {
  const last = ((<usize>units) << 2) - 4;
  store<f32>(out, load<f32>(out) + weight * load<f32>(state + last));
  const factor = f32x4.splat(weight);
  let at: usize = 4;
  for (; at + 12 <= last; at += 16) {
    v128.store(out + at, f32x4.add(v128.load(out + at), f32x4.mul(v128.load(state + at - 4), factor)));
  }
  for (; at <= last; at += 4) store<f32>(out + at, load<f32>(out + at) + weight * load<f32>(state + at - 4));
}
