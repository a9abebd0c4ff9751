// Power spectrum and mel energies of a window of sound in f32, the twin of src/kernels/mel-reference.ts. Pointers are byte
// offsets, lengths in elements. A transform of n = 4^m complex points is m passes of radix 4 in Stockham's order (each pass
// writes its results sorted, so that four neighbours always share a vector); Van Loan, "Computational Frameworks for the Fast
// Fourier Transform", section 1.7.
import { sumLanesF32 } from "./shared/lanes";

/**
 * power (points + 1) of 2 * points real samples times their window: half as many complex points hold them, even samples as
 * real parts. `work` has 4 * points, `twiddles` three tables of cos and -sin of points / 4, `roots` two of points / 2 + 1.
 */
export function powerSpectrum(
  power: usize,
  samples: usize,
  window: usize,
  points: i32,
  work: usize,
  twiddles: usize,
  roots: usize,
): void {
  const bytes = (<usize>points) << 2;
  let inRe = work;
  let outRe = work + 2 * bytes;
  for (let at: usize = 0; at < bytes; at += 16) {
    const low = f32x4.mul(v128.load(samples + 2 * at), v128.load(window + 2 * at));
    const high = f32x4.mul(v128.load(samples + 2 * at, 16), v128.load(window + 2 * at, 16));
    v128.store(inRe + at, v128.shuffle<f32>(low, high, 0, 2, 4, 6));
    v128.store(inRe + bytes + at, v128.shuffle<f32>(low, high, 1, 3, 5, 7));
  }
  const quarter = bytes >> 2;
  for (let at: usize = 0; at < quarter; at += 16) {
    const table = twiddles + at;
    butterfly(
      inRe + at,
      bytes,
      quarter,
      outRe + 4 * at,
      16,
      v128.load(table),
      v128.load(table + quarter),
      v128.load(table + 2 * quarter),
      v128.load(table + 3 * quarter),
      v128.load(table + 4 * quarter),
      v128.load(table + 5 * quarter),
      true,
    );
  }
  for (let stride: usize = 16; stride < bytes; stride <<= 2) {
    const swap = inRe;
    inRe = outRe;
    outRe = swap;
    for (let at: usize = 0; at < quarter; at += stride) {
      const table = twiddles + at;
      const cos1 = v128.load32_splat(table);
      const sin1 = v128.load32_splat(table + quarter);
      const cos2 = v128.load32_splat(table + 2 * quarter);
      const sin2 = v128.load32_splat(table + 3 * quarter);
      const cos3 = v128.load32_splat(table + 4 * quarter);
      const sin3 = v128.load32_splat(table + 5 * quarter);
      for (let lane: usize = 0; lane < stride; lane += 16) {
        const place = inRe + at + lane;
        butterfly(place, bytes, quarter, outRe + 4 * at + lane, stride, cos1, sin1, cos2, sin2, cos3, sin3, false);
      }
    }
  }
  const re = outRe;
  const im = outRe + bytes;
  const first = load<f32>(re);
  const second = load<f32>(im);
  store<f32>(power, (first + second) * (first + second));
  store<f32>(power + bytes, (first - second) * (first - second));
  const half = f32x4.splat(0.5);
  const sines = roots + (bytes >> 1) + 4;
  for (let at: usize = 4; at <= bytes >> 1; at += 16) {
    const other = bytes - at - 12; // the mirrored four, in reverse
    const re0 = v128.load(re + at);
    const im0 = v128.load(im + at);
    const re1 = reversed(v128.load(re + other));
    const im1 = reversed(v128.load(im + other));
    const evenRe = f32x4.mul(half, f32x4.add(re0, re1));
    const evenIm = f32x4.mul(half, f32x4.sub(im0, im1));
    const oddRe = f32x4.mul(half, f32x4.add(im0, im1));
    const oddIm = f32x4.mul(half, f32x4.sub(re1, re0));
    const cos = v128.load(roots + at);
    const sin = v128.load(sines + at);
    const turnedRe = f32x4.sub(f32x4.mul(oddRe, cos), f32x4.mul(oddIm, sin));
    const turnedIm = f32x4.add(f32x4.mul(oddRe, sin), f32x4.mul(oddIm, cos));
    v128.store(power + at, squared(f32x4.add(evenRe, turnedRe), f32x4.add(evenIm, turnedIm)));
    const mirrored = squared(f32x4.sub(evenRe, turnedRe), f32x4.sub(turnedIm, evenIm));
    v128.store(power + other, reversed(mirrored));
  }
}

/** Four butterflies of radix 4: points a quarter apart, results `step` apart; `sorted` when they still have to be interleaved. */
// @inline
function butterfly(
  at: usize,
  imaginary: usize,
  quarter: usize,
  out: usize,
  step: usize,
  cos1: v128,
  sin1: v128,
  cos2: v128,
  sin2: v128,
  cos3: v128,
  sin3: v128,
  interleaved: bool,
): void {
  const re0 = v128.load(at);
  const re1 = v128.load(at + quarter);
  const re2 = v128.load(at + 2 * quarter);
  const re3 = v128.load(at + 3 * quarter);
  const im0 = v128.load(at + imaginary);
  const im1 = v128.load(at + imaginary + quarter);
  const im2 = v128.load(at + imaginary + 2 * quarter);
  const im3 = v128.load(at + imaginary + 3 * quarter);
  const evenSumRe = f32x4.add(re0, re2);
  const evenSumIm = f32x4.add(im0, im2);
  const evenRe = f32x4.sub(re0, re2);
  const evenIm = f32x4.sub(im0, im2);
  const oddSumRe = f32x4.add(re1, re3);
  const oddSumIm = f32x4.add(im1, im3);
  const oddRe = f32x4.sub(re1, re3);
  const oddIm = f32x4.sub(im1, im3);
  const a = f32x4.add(evenSumRe, oddSumRe);
  const aIm = f32x4.add(evenSumIm, oddSumIm);
  const xRe = f32x4.add(evenRe, oddIm);
  const xIm = f32x4.sub(evenIm, oddRe);
  const b = f32x4.sub(f32x4.mul(xRe, cos1), f32x4.mul(xIm, sin1));
  const bIm = f32x4.add(f32x4.mul(xRe, sin1), f32x4.mul(xIm, cos1));
  const yRe = f32x4.sub(evenSumRe, oddSumRe);
  const yIm = f32x4.sub(evenSumIm, oddSumIm);
  const c = f32x4.sub(f32x4.mul(yRe, cos2), f32x4.mul(yIm, sin2));
  const cIm = f32x4.add(f32x4.mul(yRe, sin2), f32x4.mul(yIm, cos2));
  const zRe = f32x4.sub(evenRe, oddIm);
  const zIm = f32x4.add(evenIm, oddRe);
  const d = f32x4.sub(f32x4.mul(zRe, cos3), f32x4.mul(zIm, sin3));
  const dIm = f32x4.add(f32x4.mul(zRe, sin3), f32x4.mul(zIm, cos3));
  put(out, step, a, b, c, d, interleaved);
  put(out + imaginary, step, aIm, bIm, cIm, dIm, interleaved);
}

// @inline
function put(out: usize, step: usize, a: v128, b: v128, c: v128, d: v128, interleaved: bool): void {
  if (!interleaved) {
    v128.store(out, a);
    v128.store(out + step, b);
    v128.store(out + 2 * step, c);
    v128.store(out + 3 * step, d);
    return;
  }
  const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const ab2 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const cd2 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(out, v128.shuffle<f32>(ab0, cd0, 0, 1, 4, 5));
  v128.store(out, v128.shuffle<f32>(ab0, cd0, 2, 3, 6, 7), 16);
  v128.store(out, v128.shuffle<f32>(ab2, cd2, 0, 1, 4, 5), 32);
  v128.store(out, v128.shuffle<f32>(ab2, cd2, 2, 3, 6, 7), 48);
}

// @inline
function reversed(a: v128): v128 {
  return v128.shuffle<f32>(a, a, 3, 2, 1, 0);
}

// @inline
function squared(re: v128, im: v128): v128 {
  return f32x4.add(f32x4.mul(re, re), f32x4.mul(im, im));
}

/** energies (bands): each band's weights, from offsets[band] to offsets[band + 1] (multiples of 4), from bin starts[band] on. */
export function bandEnergies(
  energies: usize,
  power: usize,
  bands: i32,
  starts: usize,
  offsets: usize,
  weights: usize,
): void {
  let weight = weights;
  for (let band = 0; band < bands; band++) {
    const place = (<usize>band) << 1;
    const end = weights + ((<usize>load<u16>(offsets + place, 2)) << 2);
    let bin = power + ((<usize>load<u16>(starts + place)) << 2);
    let sums = f32x4.splat(0);
    for (; weight < end; weight += 16, bin += 16) {
      sums = f32x4.add(sums, f32x4.mul(v128.load(weight), v128.load(bin)));
    }
    store<f32>(energies + 2 * place, sumLanesF32(sums));
  }
}
