// Products and sums of convolutions over channels-last arrays: (positions, channels), channels a multiple of 4. Pointers are
// byte offsets, strides are in elements. Every function has its twin in src/kernels/convolution-reference.ts.

// @inline
function at(base: usize, index: i32): usize {
  return base + ((<usize>index) << 2);
}

/**
 * C (m, n; rows `ldc` apart) = A B, or C + A B. Element (i, p) of A lies at `i * rows + p * columns`, so that a transposed
 * array needs no copy; B is (k, n), rows `ldb` apart. n is a multiple of 4.
 */
export function multiply(
  c: usize,
  ldc: i32,
  a: usize,
  rows: i32,
  columns: i32,
  b: usize,
  ldb: i32,
  m: i32,
  n: i32,
  k: i32,
  add: i32,
): void {
  // 256 rows of B and of A stay in the first cache while all tiles use them
  for (let first = 0; first < k; first += 256) {
    const count = min(256, k - first);
    block(c, ldc, at(a, first * columns), rows, columns, at(b, first * ldb), ldb, m, n, count, first > 0 ? 1 : add);
  }
}

function block(
  c: usize,
  ldc: i32,
  a: usize,
  rows: i32,
  columns: i32,
  b: usize,
  ldb: i32,
  m: i32,
  n: i32,
  k: i32,
  add: i32,
): void {
  const stepA = (<usize>columns) << 2;
  const stepB = (<usize>ldb) << 2;
  let i = 0;
  for (; i + 4 <= m; i += 4) {
    const a0 = at(a, i * rows);
    const a1 = at(a0, rows);
    const a2 = at(a1, rows);
    const a3 = at(a2, rows);
    const c0 = at(c, i * ldc);
    const c1 = at(c0, ldc);
    const c2 = at(c1, ldc);
    const c3 = at(c2, ldc);
    let j = 0;
    for (; j + 8 <= n; j += 8) {
      const offset = (<usize>j) << 2;
      let s00 = f32x4.splat(0),
        s01 = f32x4.splat(0),
        s10 = f32x4.splat(0),
        s11 = f32x4.splat(0);
      let s20 = f32x4.splat(0),
        s21 = f32x4.splat(0),
        s30 = f32x4.splat(0),
        s31 = f32x4.splat(0);
      let pa: usize = 0;
      let pb = b + offset;
      for (let p = 0; p < k; p++) {
        const b0 = v128.load(pb);
        const b1 = v128.load(pb, 16);
        const x0 = v128.load32_splat(a0 + pa);
        s00 = f32x4.add(s00, f32x4.mul(x0, b0));
        s01 = f32x4.add(s01, f32x4.mul(x0, b1));
        const x1 = v128.load32_splat(a1 + pa);
        s10 = f32x4.add(s10, f32x4.mul(x1, b0));
        s11 = f32x4.add(s11, f32x4.mul(x1, b1));
        const x2 = v128.load32_splat(a2 + pa);
        s20 = f32x4.add(s20, f32x4.mul(x2, b0));
        s21 = f32x4.add(s21, f32x4.mul(x2, b1));
        const x3 = v128.load32_splat(a3 + pa);
        s30 = f32x4.add(s30, f32x4.mul(x3, b0));
        s31 = f32x4.add(s31, f32x4.mul(x3, b1));
        pa += stepA;
        pb += stepB;
      }
      put(c0 + offset, s00, add);
      put(c0 + offset + 16, s01, add);
      put(c1 + offset, s10, add);
      put(c1 + offset + 16, s11, add);
      put(c2 + offset, s20, add);
      put(c2 + offset + 16, s21, add);
      put(c3 + offset, s30, add);
      put(c3 + offset + 16, s31, add);
    }
    for (; j < n; j += 4) {
      const offset = (<usize>j) << 2;
      let s0 = f32x4.splat(0),
        s1 = f32x4.splat(0),
        s2 = f32x4.splat(0),
        s3 = f32x4.splat(0);
      let pa: usize = 0;
      let pb = b + offset;
      for (let p = 0; p < k; p++) {
        const b0 = v128.load(pb);
        s0 = f32x4.add(s0, f32x4.mul(v128.load32_splat(a0 + pa), b0));
        s1 = f32x4.add(s1, f32x4.mul(v128.load32_splat(a1 + pa), b0));
        s2 = f32x4.add(s2, f32x4.mul(v128.load32_splat(a2 + pa), b0));
        s3 = f32x4.add(s3, f32x4.mul(v128.load32_splat(a3 + pa), b0));
        pa += stepA;
        pb += stepB;
      }
      put(c0 + offset, s0, add);
      put(c1 + offset, s1, add);
      put(c2 + offset, s2, add);
      put(c3 + offset, s3, add);
    }
  }
  for (; i < m; i++) {
    const a0 = at(a, i * rows);
    const c0 = at(c, i * ldc);
    for (let j = 0; j < n; j += 4) {
      const offset = (<usize>j) << 2;
      let s0 = f32x4.splat(0);
      let pa: usize = 0;
      let pb = b + offset;
      for (let p = 0; p < k; p++) {
        s0 = f32x4.add(s0, f32x4.mul(v128.load32_splat(a0 + pa), v128.load(pb)));
        pa += stepA;
        pb += stepB;
      }
      put(c0 + offset, s0, add);
    }
  }
}

function put(to: usize, sum: v128, add: i32): void {
  v128.store(to, add ? f32x4.add(v128.load(to), sum) : sum);
}

/**
 * out (tOut, fOut, c): each channel of in (t, f, c) under its own kernel w (kt, kf, c), moved by (st, sf), with pt and pf
 * positions of zeros before the first. Positions beyond the array count as zero.
 */
export function depthwise(
  out: usize,
  x: usize,
  w: usize,
  t: i32,
  f: i32,
  c: i32,
  tOut: i32,
  fOut: i32,
  kt: i32,
  kf: i32,
  st: i32,
  sf: i32,
  pt: i32,
  pf: i32,
): void {
  for (let to = 0; to < tOut; to++) {
    const t0 = to * st - pt;
    const from = max(0, -t0);
    const end = min(kt, t - t0);
    for (let fo = 0; fo < fOut; fo++) {
      const f0 = fo * sf - pf;
      const fromF = max(0, -f0);
      const endF = min(kf, f - f0);
      const target = at(out, (to * fOut + fo) * c);
      for (let channel = 0; channel < c; channel += 4) {
        let sum = f32x4.splat(0);
        for (let dt = from; dt < end; dt++) {
          let px = at(x, ((t0 + dt) * f + f0 + fromF) * c + channel);
          let pw = at(w, (dt * kf + fromF) * c + channel);
          for (let df = fromF; df < endF; df++) {
            sum = f32x4.add(sum, f32x4.mul(v128.load(px), v128.load(pw)));
            px = at(px, c);
            pw = at(pw, c);
          }
        }
        v128.store(at(target, channel), sum);
      }
    }
  }
}

/** Adds to dx (t, f, c) what dOut (tOut, fOut, c) says of it: the transpose of `depthwise`. */
export function depthwiseInput(
  dx: usize,
  dOut: usize,
  w: usize,
  t: i32,
  f: i32,
  c: i32,
  tOut: i32,
  fOut: i32,
  kt: i32,
  kf: i32,
  st: i32,
  sf: i32,
  pt: i32,
  pf: i32,
): void {
  for (let to = 0; to < tOut; to++) {
    const t0 = to * st - pt;
    const from = max(0, -t0);
    const end = min(kt, t - t0);
    for (let fo = 0; fo < fOut; fo++) {
      const f0 = fo * sf - pf;
      const fromF = max(0, -f0);
      const endF = min(kf, f - f0);
      const source = at(dOut, (to * fOut + fo) * c);
      for (let channel = 0; channel < c; channel += 4) {
        const d = v128.load(at(source, channel));
        for (let dt = from; dt < end; dt++) {
          let px = at(dx, ((t0 + dt) * f + f0 + fromF) * c + channel);
          let pw = at(w, (dt * kf + fromF) * c + channel);
          for (let df = fromF; df < endF; df++) {
            v128.store(px, f32x4.add(v128.load(px), f32x4.mul(d, v128.load(pw))));
            px = at(px, c);
            pw = at(pw, c);
          }
        }
      }
    }
  }
}

/** Adds to dw (kt, kf, c) what dOut says of the kernel. */
export function depthwiseWeights(
  dw: usize,
  dOut: usize,
  x: usize,
  t: i32,
  f: i32,
  c: i32,
  tOut: i32,
  fOut: i32,
  kt: i32,
  kf: i32,
  st: i32,
  sf: i32,
  pt: i32,
  pf: i32,
): void {
  for (let dt = 0; dt < kt; dt++) {
    for (let df = 0; df < kf; df++) {
      for (let channel = 0; channel < c; channel += 4) {
        let sum = f32x4.splat(0);
        for (let to = 0; to < tOut; to++) {
          const ti = to * st - pt + dt;
          if (ti < 0 || ti >= t) continue;
          for (let fo = 0; fo < fOut; fo++) {
            const fi = fo * sf - pf + df;
            if (fi < 0 || fi >= f) continue;
            sum = f32x4.add(
              sum,
              f32x4.mul(
                v128.load(at(dOut, (to * fOut + fo) * c + channel)),
                v128.load(at(x, (ti * f + fi) * c + channel)),
              ),
            );
          }
        }
        const target = at(dw, (dt * kf + df) * c + channel);
        v128.store(target, f32x4.add(v128.load(target), sum));
      }
    }
  }
}

/** Adds the sums of x (rows, c) and of its squares, channel by channel, to `sums` (c) and `squares` (c). */
export function moments(sums: usize, squares: usize, x: usize, rows: i32, c: i32): void {
  for (let channel = 0; channel < c; channel += 4) {
    let sum = f32x4.splat(0);
    let square = f32x4.splat(0);
    let px = at(x, channel);
    for (let row = 0; row < rows; row++) {
      const value = v128.load(px);
      sum = f32x4.add(sum, value);
      square = f32x4.add(square, f32x4.mul(value, value));
      px = at(px, c);
    }
    v128.store(at(sums, channel), f32x4.add(v128.load(at(sums, channel)), sum));
    v128.store(at(squares, channel), f32x4.add(v128.load(at(squares, channel)), square));
  }
}

/** y (rows, c) = x * scale (c) + shift (c), below 0 made 0. y may be x. */
export function affineRelu(y: usize, x: usize, scale: usize, shift: usize, rows: i32, c: i32): void {
  const zero = f32x4.splat(0);
  for (let channel = 0; channel < c; channel += 4) {
    const a = v128.load(at(scale, channel));
    const b = v128.load(at(shift, channel));
    let offset = (<usize>channel) << 2;
    for (let row = 0; row < rows; row++) {
      v128.store(y + offset, f32x4.max(zero, f32x4.add(f32x4.mul(v128.load(x + offset), a), b)));
      offset = at(offset, c);
    }
  }
}

/** Adds to dShift (c) the sum of dy where y > 0, and to dScale (c) that of dy * x: what `affineRelu` says of its parameters. */
export function affineReluSums(dShift: usize, dScale: usize, dy: usize, y: usize, x: usize, rows: i32, c: i32): void {
  const zero = f32x4.splat(0);
  for (let channel = 0; channel < c; channel += 4) {
    let sum = f32x4.splat(0);
    let product = f32x4.splat(0);
    let offset = (<usize>channel) << 2;
    for (let row = 0; row < rows; row++) {
      const d = v128.and(v128.load(dy + offset), f32x4.gt(v128.load(y + offset), zero));
      sum = f32x4.add(sum, d);
      product = f32x4.add(product, f32x4.mul(d, v128.load(x + offset)));
      offset = at(offset, c);
    }
    v128.store(at(dShift, channel), f32x4.add(v128.load(at(dShift, channel)), sum));
    v128.store(at(dScale, channel), f32x4.add(v128.load(at(dScale, channel)), product));
  }
}

/** dx (rows, c) = dy * a (c) where y > 0, + x * b (c) + e (c): normalisation, scale and rectifier backwards in one pass. dx may be dy. */
export function affineReluInput(
  dx: usize,
  dy: usize,
  y: usize,
  x: usize,
  a: usize,
  b: usize,
  e: usize,
  rows: i32,
  c: i32,
): void {
  const zero = f32x4.splat(0);
  for (let channel = 0; channel < c; channel += 4) {
    const va = v128.load(at(a, channel));
    const vb = v128.load(at(b, channel));
    const ve = v128.load(at(e, channel));
    let offset = (<usize>channel) << 2;
    for (let row = 0; row < rows; row++) {
      const d = v128.and(v128.load(dy + offset), f32x4.gt(v128.load(y + offset), zero));
      v128.store(dx + offset, f32x4.add(f32x4.mul(d, va), f32x4.add(f32x4.mul(v128.load(x + offset), vb), ve)));
      offset = at(offset, c);
    }
  }
}
