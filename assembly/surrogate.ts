// Back-propagation through time for spiking layers. A layer's values are rows, one for each neuron, of (steps, lanes) floats: the
// lanes are the sequences of a batch, so that any sparse pattern of connections fills the vectors. A row has zeros before and
// behind it, so that a delay is an offset. Symbols as in docs/math/spiking-network.md; twin: src/kernels/surrogate-reference.ts.
import { sumLanesF32, sumLanesOfFourF32 } from "./shared/lanes";

/** row[n][c] = sum over n's connections k of weights[k] * source[k][c]; columns in multiples of 32. */
export function spread(
  rows: usize,
  rowBytes: usize,
  count: i32,
  columns: i32,
  starts: usize,
  sources: usize,
  weights: usize,
): void {
  const bytes = (<usize>columns) << 2;
  for (let at: usize = 0; at < bytes; at += 128) {
    let row = rows + at;
    for (let number = 0; number < count; number++) {
      const start = starts + ((<usize>number) << 2);
      let connection = (<usize>load<u32>(start)) << 2;
      const end = (<usize>load<u32>(start, 4)) << 2;
      let sum0 = f32x4.splat(0);
      let sum1 = sum0;
      let sum2 = sum0;
      let sum3 = sum0;
      let sum4 = sum0;
      let sum5 = sum0;
      let sum6 = sum0;
      let sum7 = sum0;
      for (; connection < end; connection += 4) {
        const source = <usize>load<u32>(sources + connection) + at;
        const weight = v128.load32_splat(weights + connection);
        sum0 = f32x4.add(sum0, f32x4.mul(weight, v128.load(source)));
        sum1 = f32x4.add(sum1, f32x4.mul(weight, v128.load(source, 16)));
        sum2 = f32x4.add(sum2, f32x4.mul(weight, v128.load(source, 32)));
        sum3 = f32x4.add(sum3, f32x4.mul(weight, v128.load(source, 48)));
        sum4 = f32x4.add(sum4, f32x4.mul(weight, v128.load(source, 64)));
        sum5 = f32x4.add(sum5, f32x4.mul(weight, v128.load(source, 80)));
        sum6 = f32x4.add(sum6, f32x4.mul(weight, v128.load(source, 96)));
        sum7 = f32x4.add(sum7, f32x4.mul(weight, v128.load(source, 112)));
      }
      v128.store(row, sum0);
      v128.store(row, sum1, 16);
      v128.store(row, sum2, 32);
      v128.store(row, sum3, 48);
      v128.store(row, sum4, 64);
      v128.store(row, sum5, 80);
      v128.store(row, sum6, 96);
      v128.store(row, sum7, 112);
      row += rowBytes;
    }
  }
}

/** gradients[k] += sum over c of row[n][c] * source[k][c] for n's connections k; columns in multiples of 32. */
export function correlate(
  rows: usize,
  rowBytes: usize,
  count: i32,
  columns: i32,
  starts: usize,
  sources: usize,
  gradients: usize,
): void {
  const bytes = (<usize>columns) << 2;
  // Blocks of columns that let the sources of all rows stay in the second cache.
  for (let from: usize = 0; from < bytes; from += 4096) {
    const to = min(bytes, from + 4096);
    let row = rows;
    for (let number = 0; number < count; number++) {
      const start = starts + ((<usize>number) << 2);
      let connection = (<usize>load<u32>(start)) << 2;
      const end = (<usize>load<u32>(start, 4)) << 2;
      for (; connection + 16 <= end; connection += 16) {
        const source0 = <usize>load<u32>(sources + connection);
        const source1 = <usize>load<u32>(sources + connection, 4);
        const source2 = <usize>load<u32>(sources + connection, 8);
        const source3 = <usize>load<u32>(sources + connection, 12);
        let a0 = f32x4.splat(0);
        let a1 = a0;
        let a2 = a0;
        let a3 = a0;
        let b0 = a0;
        let b1 = a0;
        let b2 = a0;
        let b3 = a0;
        for (let at = from; at < to; at += 32) {
          const left = v128.load(row + at);
          const right = v128.load(row + at, 16);
          a0 = f32x4.add(a0, f32x4.mul(left, v128.load(source0 + at)));
          b0 = f32x4.add(b0, f32x4.mul(right, v128.load(source0 + at, 16)));
          a1 = f32x4.add(a1, f32x4.mul(left, v128.load(source1 + at)));
          b1 = f32x4.add(b1, f32x4.mul(right, v128.load(source1 + at, 16)));
          a2 = f32x4.add(a2, f32x4.mul(left, v128.load(source2 + at)));
          b2 = f32x4.add(b2, f32x4.mul(right, v128.load(source2 + at, 16)));
          a3 = f32x4.add(a3, f32x4.mul(left, v128.load(source3 + at)));
          b3 = f32x4.add(b3, f32x4.mul(right, v128.load(source3 + at, 16)));
        }
        const sums = sumLanesOfFourF32(f32x4.add(a0, b0), f32x4.add(a1, b1), f32x4.add(a2, b2), f32x4.add(a3, b3));
        v128.store(gradients + connection, f32x4.add(v128.load(gradients + connection), sums));
      }
      for (; connection < end; connection += 4) {
        const source = <usize>load<u32>(sources + connection);
        let a = f32x4.splat(0);
        let b = a;
        for (let at = from; at < to; at += 32) {
          a = f32x4.add(a, f32x4.mul(v128.load(row + at), v128.load(source + at)));
          b = f32x4.add(b, f32x4.mul(v128.load(row + at, 16), v128.load(source + at, 16)));
        }
        store<f32>(gradients + connection, load<f32>(gradients + connection) + sumLanesF32(f32x4.add(a, b)));
      }
      row += rowBytes;
    }
  }
}

/** Writes the sums of a and of a * b over so many columns (multiples of 8) to sums[0] and sums[1]. */
export function rowSums(a: usize, b: usize, columns: i32, sums: usize): void {
  const end = a + ((<usize>columns) << 2);
  let plain0 = f32x4.splat(0);
  let plain1 = plain0;
  let product0 = plain0;
  let product1 = plain0;
  for (; a < end; a += 32) {
    const left = v128.load(a);
    const right = v128.load(a, 16);
    plain0 = f32x4.add(plain0, left);
    plain1 = f32x4.add(plain1, right);
    product0 = f32x4.add(product0, f32x4.mul(left, v128.load(b)));
    product1 = f32x4.add(product1, f32x4.mul(right, v128.load(b, 16)));
    b += 32;
  }
  store<f32>(sums, sumLanesF32(f32x4.add(plain0, plain1)));
  store<f32>(sums, sumLanesF32(f32x4.add(product0, product1)), 4);
}

/** a = p a + q b + r over so many columns, multiples of 4. */
export function combine(a: usize, b: usize, columns: i32, p: f32, q: f32, r: f32): void {
  const end = a + ((<usize>columns) << 2);
  const ps = f32x4.splat(p);
  const qs = f32x4.splat(q);
  const rs = f32x4.splat(r);
  for (; a < end; a += 16) {
    const sum = f32x4.add(f32x4.mul(ps, v128.load(a)), f32x4.mul(qs, v128.load(b)));
    v128.store(a, f32x4.add(sum, rs));
    b += 16;
  }
}

/**
 * One neuron over all steps: y = scale x + shift, i[t] = b i[t-1] + y[t], v[t] = a v'[t-1] + i[t], s[t] = v >= 1, v' = v - s (z v + 1 - z).
 * `smooth` above 0 is the slope of the relaxation that takes the place of the step. `scratch` holds the currents (lanes).
 */
export function lifForward(
  x: usize,
  v: usize,
  s: usize,
  steps: i32,
  lanes: i32,
  scale: f32,
  shift: f32,
  a: f32,
  b: f32,
  z: f32,
  smooth: f32,
  scratch: usize,
): void {
  const stepBytes = (<usize>lanes) << 2;
  memory.fill(scratch, 0, stepBytes);
  const scales = f32x4.splat(scale);
  const shifts = f32x4.splat(shift);
  const as = f32x4.splat(a);
  const bs = f32x4.splat(b);
  const zs = f32x4.splat(z);
  const rest = f32x4.splat(1 - z);
  const one = f32x4.splat(1);
  const slopes = f32x4.splat(smooth);
  for (let step = 0; step < steps; step++) {
    for (let at: usize = 0; at < stepBytes; at += 16) {
      const before = v128.load(v + at - stepBytes);
      const spiked = v128.load(s + at - stepBytes);
      const kept = f32x4.sub(before, f32x4.mul(spiked, f32x4.add(f32x4.mul(zs, before), rest)));
      const y = f32x4.add(f32x4.mul(scales, v128.load(x + at)), shifts);
      const current = f32x4.add(f32x4.mul(bs, v128.load(scratch + at)), y);
      v128.store(scratch + at, current);
      const next = f32x4.add(f32x4.mul(as, kept), current);
      v128.store(v + at, next);
      let spikes = v128.and(f32x4.ge(next, one), one);
      if (smooth > 0) {
        const over = f32x4.sub(next, one);
        const under = f32x4.add(one, f32x4.mul(slopes, f32x4.abs(over)));
        spikes = f32x4.add(f32x4.splat(0.5), f32x4.div(over, under));
      }
      v128.store(s + at, spikes);
    }
    x += stepBytes;
    v += stepBytes;
    s += stepBytes;
  }
}

/**
 * The same backwards: g holds dL/ds and becomes dL/dy; sums[0] and sums[1] are dL/da and dL/db. `reset` is 1 to send the gradient
 * through the reset as well, 0 to leave it out. `scratch` holds two values for each lane.
 */
export function lifBackward(
  v: usize,
  s: usize,
  g: usize,
  steps: i32,
  lanes: i32,
  a: f32,
  b: f32,
  z: f32,
  slope: f32,
  reset: f32,
  scratch: usize,
  sums: usize,
): void {
  const stepBytes = (<usize>lanes) << 2;
  memory.fill(scratch, 0, stepBytes << 1);
  const last = stepBytes * (steps - 1);
  v += last;
  s += last;
  g += last;
  const as = f32x4.splat(a);
  const bs = f32x4.splat(b);
  const zs = f32x4.splat(z);
  const rest = f32x4.splat(1 - z);
  const one = f32x4.splat(1);
  const slopes = f32x4.splat(slope);
  const resets = f32x4.splat(reset);
  let sumA = f32x4.splat(0);
  let sumB = f32x4.splat(0);
  for (let step = 0; step < steps; step++) {
    for (let at: usize = 0; at < stepBytes; at += 16) {
      const membrane = v128.load(v + at);
      const spikes = v128.load(s + at);
      const afterReset = f32x4.mul(as, v128.load(scratch + at));
      const amount = f32x4.add(f32x4.mul(zs, membrane), rest);
      const ofSpikes = f32x4.sub(v128.load(g + at), f32x4.mul(resets, f32x4.mul(amount, afterReset)));
      const over = f32x4.abs(f32x4.sub(membrane, one));
      const under = f32x4.div(one, f32x4.add(one, f32x4.mul(slopes, over)));
      const ofMembrane = f32x4.add(
        f32x4.mul(afterReset, f32x4.sub(one, f32x4.mul(zs, spikes))),
        f32x4.mul(ofSpikes, f32x4.mul(under, under)),
      );
      const ofCurrent = f32x4.add(ofMembrane, f32x4.mul(bs, v128.load(scratch + at + stepBytes)));
      v128.store(scratch + at, ofMembrane);
      v128.store(scratch + at + stepBytes, ofCurrent);
      v128.store(g + at, ofCurrent);
      const before = v128.load(v + at - stepBytes);
      const spikedBefore = v128.load(s + at - stepBytes);
      const kept = f32x4.sub(before, f32x4.mul(spikedBefore, f32x4.add(f32x4.mul(zs, before), rest)));
      sumA = f32x4.add(sumA, f32x4.mul(ofMembrane, kept));
      const earlier = v128.load(v + at - (stepBytes << 1));
      const spikedEarlier = v128.load(s + at - (stepBytes << 1));
      const keptEarlier = f32x4.sub(earlier, f32x4.mul(spikedEarlier, f32x4.add(f32x4.mul(zs, earlier), rest)));
      sumB = f32x4.add(sumB, f32x4.mul(ofCurrent, f32x4.sub(before, f32x4.mul(as, keptEarlier))));
    }
    v -= stepBytes;
    s -= stepBytes;
    g -= stepBytes;
  }
  store<f32>(sums, sumLanesF32(sumA));
  store<f32>(sums, sumLanesF32(sumB), 4);
}

/** Writes to list[1..] the byte offsets within the row of the columns (multiples of 4) that are not zero, and how many to list[0]. */
export function listEvents(row: usize, columns: i32, list: usize): void {
  const bytes = (<usize>columns) << 2;
  const zero = f32x4.splat(0);
  let end = list + 4;
  for (let at: usize = 0; at < bytes; at += 16) {
    let mask = i32x4.bitmask(f32x4.ne(v128.load(row + at), zero));
    while (mask !== 0) {
      store<u32>(end, <u32>at + ((<u32>ctz(mask)) << 2));
      end += 4;
      mask &= mask - 1;
    }
  }
  store<u32>(list, <u32>(end - list - 4) >> 2);
}

/** `spread` where sources are lists of spikes: each adds its weight, `shifts[k]` bytes later. Rows have room behind for the latest. */
export function spreadEvents(
  rows: usize,
  rowBytes: usize,
  count: i32,
  columns: i32,
  starts: usize,
  lists: usize,
  shifts: usize,
  weights: usize,
): void {
  for (let number = 0; number < count; number++) {
    memory.fill(rows, 0, (<usize>columns) << 2);
    const start = starts + ((<usize>number) << 2);
    const end = (<usize>load<u32>(start, 4)) << 2;
    for (let connection = (<usize>load<u32>(start)) << 2; connection < end; connection += 4) {
      let event = <usize>load<u32>(lists + connection);
      const stop = event + ((<usize>load<u32>(event)) << 2);
      const row = rows + load<u32>(shifts + connection);
      const weight = load<f32>(weights + connection);
      for (; event + 8 <= stop; event += 8) {
        const one = row + load<u32>(event, 4);
        store<f32>(one, load<f32>(one) + weight);
        const other = row + load<u32>(event, 8);
        store<f32>(other, load<f32>(other) + weight);
      }
      if (event < stop) {
        const one = row + load<u32>(event, 4);
        store<f32>(one, load<f32>(one) + weight);
      }
    }
    rows += rowBytes;
  }
}

/** `correlate` where sources are lists of spikes. Behind a row are zeros. */
export function correlateEvents(
  rows: usize,
  rowBytes: usize,
  count: i32,
  starts: usize,
  lists: usize,
  shifts: usize,
  gradients: usize,
): void {
  for (let number = 0; number < count; number++) {
    const start = starts + ((<usize>number) << 2);
    const end = (<usize>load<u32>(start, 4)) << 2;
    for (let connection = (<usize>load<u32>(start)) << 2; connection < end; connection += 4) {
      let event = <usize>load<u32>(lists + connection);
      const stop = event + ((<usize>load<u32>(event)) << 2);
      const row = rows + load<u32>(shifts + connection);
      let a: f32 = 0;
      let b: f32 = 0;
      let c: f32 = 0;
      let d: f32 = 0;
      for (; event + 16 <= stop; event += 16) {
        a += load<f32>(row + load<u32>(event, 4));
        b += load<f32>(row + load<u32>(event, 8));
        c += load<f32>(row + load<u32>(event, 12));
        d += load<f32>(row + load<u32>(event, 16));
      }
      for (; event < stop; event += 4) a += load<f32>(row + load<u32>(event, 4));
      store<f32>(gradients + connection, load<f32>(gradients + connection) + (a + b + (c + d)));
    }
    rows += rowBytes;
  }
}
