// The fast Walsh-Hadamard transform, unnormalised, four lanes at once.

/** target <- Walsh-Hadamard transform of factors * source, each sum in the order of the twin's. */
export function transform(target: usize, source: usize, factors: usize, units: i32): void {
  const bytes = (<usize>units) << 2;
  for (let at: usize = 0; at < bytes; at += 64) {
    const from = source + at;
    const by = factors + at;
    let a = f32x4.mul(v128.load(from), v128.load(by));
    let b = f32x4.mul(v128.load(from, 16), v128.load(by, 16));
    let c = f32x4.mul(v128.load(from, 32), v128.load(by, 32));
    let d = f32x4.mul(v128.load(from, 48), v128.load(by, 48));
    // The two stages within a vector, two vectors at once: even lanes with odd ones, and in order again
    let even = v128.shuffle<f32>(a, b, 0, 2, 4, 6);
    let odd = v128.shuffle<f32>(a, b, 1, 3, 5, 7);
    a = f32x4.add(even, odd);
    b = f32x4.sub(even, odd);
    even = v128.shuffle<f32>(a, b, 0, 2, 4, 6);
    odd = v128.shuffle<f32>(a, b, 1, 3, 5, 7);
    a = f32x4.add(even, odd);
    b = f32x4.sub(even, odd);
    even = v128.shuffle<f32>(a, b, 0, 2, 4, 6);
    b = v128.shuffle<f32>(a, b, 1, 3, 5, 7);
    a = even;
    even = v128.shuffle<f32>(c, d, 0, 2, 4, 6);
    odd = v128.shuffle<f32>(c, d, 1, 3, 5, 7);
    c = f32x4.add(even, odd);
    d = f32x4.sub(even, odd);
    even = v128.shuffle<f32>(c, d, 0, 2, 4, 6);
    odd = v128.shuffle<f32>(c, d, 1, 3, 5, 7);
    c = f32x4.add(even, odd);
    d = f32x4.sub(even, odd);
    even = v128.shuffle<f32>(c, d, 0, 2, 4, 6);
    d = v128.shuffle<f32>(c, d, 1, 3, 5, 7);
    c = even;
    const ab = f32x4.add(a, b);
    const ba = f32x4.sub(a, b);
    const cd = f32x4.add(c, d);
    const dc = f32x4.sub(c, d);
    const to = target + at;
    v128.store(to, f32x4.add(ab, cd));
    v128.store(to, f32x4.add(ba, dc), 16);
    v128.store(to, f32x4.sub(ab, cd), 32);
    v128.store(to, f32x4.sub(ba, dc), 48);
  }
  let half: usize = 64;
  for (; half * 8 <= bytes; half *= 8) {
    if (half * 16 === bytes) break; // 8 would leave 2, and there is no pass for it: 4 and 4
    for (let start = target; start < target + bytes; start += half * 8) {
      for (let at = start; at < start + half; at += 16) pass8(at, half);
    }
  }
  for (; half * 4 <= bytes; half *= 4) {
    for (let start = target; start < target + bytes; start += half * 4) {
      for (let at = start; at < start + half; at += 16) pass4(at, half);
    }
  }
}

// @inline
function pass4(at: usize, half: usize): void {
  const at1 = at + half;
  const at2 = at1 + half;
  const at3 = at2 + half;
  const a = v128.load(at);
  const b = v128.load(at1);
  const c = v128.load(at2);
  const d = v128.load(at3);
  const ab = f32x4.add(a, b);
  const ba = f32x4.sub(a, b);
  const cd = f32x4.add(c, d);
  const dc = f32x4.sub(c, d);
  v128.store(at, f32x4.add(ab, cd));
  v128.store(at1, f32x4.add(ba, dc));
  v128.store(at2, f32x4.sub(ab, cd));
  v128.store(at3, f32x4.sub(ba, dc));
}

// @inline
function pass8(at: usize, half: usize): void {
  const at1 = at + half;
  const at2 = at1 + half;
  const at3 = at2 + half;
  const at4 = at3 + half;
  const at5 = at4 + half;
  const at6 = at5 + half;
  const at7 = at6 + half;
  let a = v128.load(at);
  let b = v128.load(at1);
  let c = v128.load(at2);
  let d = v128.load(at3);
  const ab = f32x4.add(a, b);
  const ba = f32x4.sub(a, b);
  const cd = f32x4.add(c, d);
  const dc = f32x4.sub(c, d);
  a = f32x4.add(ab, cd);
  b = f32x4.add(ba, dc);
  c = f32x4.sub(ab, cd);
  d = f32x4.sub(ba, dc);
  const e = v128.load(at4);
  const f = v128.load(at5);
  const g = v128.load(at6);
  const h = v128.load(at7);
  const ef = f32x4.add(e, f);
  const fe = f32x4.sub(e, f);
  const gh = f32x4.add(g, h);
  const hg = f32x4.sub(g, h);
  const e2 = f32x4.add(ef, gh);
  const f2 = f32x4.add(fe, hg);
  const g2 = f32x4.sub(ef, gh);
  const h2 = f32x4.sub(fe, hg);
  v128.store(at, f32x4.add(a, e2));
  v128.store(at1, f32x4.add(b, f2));
  v128.store(at2, f32x4.add(c, g2));
  v128.store(at3, f32x4.add(d, h2));
  v128.store(at4, f32x4.sub(a, e2));
  v128.store(at5, f32x4.sub(b, f2));
  v128.store(at6, f32x4.sub(c, g2));
  v128.store(at7, f32x4.sub(d, h2));
}
