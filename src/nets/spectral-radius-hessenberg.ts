/** Eigenvalues as parallel arrays; a complex one is followed by its conjugate. */
export interface Eigenvalues {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

const EPSILON = 2 ** -52;
const ITERATIONS_PER_VALUE = 60;

/**
 * Eigenvalues of an upper Hessenberg matrix (size, size), row by row; the matrix is overwritten. Francis' double-shift QR
 * algorithm (Martin, Peters, Wilkinson 1970, hqr). O(size^3). Error when it does not converge.
 */
export function hessenbergEigenvalues(matrix: Float64Array, size: number): Eigenvalues {
  const real = new Float64Array(size);
  const imaginary = new Float64Array(size);
  const at = (row: number, column: number): number => matrix[row * size + column]!;
  const put = (row: number, column: number, value: number): void => {
    matrix[row * size + column] = value;
  };
  let norm = 0;
  for (const value of matrix) norm += Math.abs(value);
  let last = size - 1;
  let shifted = 0;
  let iterations = 0;
  while (last >= 0) {
    let first = last;
    for (; first >= 1; first--) {
      const scale = Math.abs(at(first - 1, first - 1)) + Math.abs(at(first, first)) || norm;
      if (Math.abs(at(first, first - 1)) <= EPSILON * scale) {
        put(first, first - 1, 0);
        break;
      }
    }
    let x = at(last, last);
    if (first === last) {
      real[last] = x + shifted;
      last -= 1;
      iterations = 0;
      continue;
    }
    let y = at(last - 1, last - 1);
    let w = at(last, last - 1) * at(last - 1, last);
    if (first === last - 1) {
      const half = 0.5 * (y - x);
      const discriminant = half * half + w;
      const root = Math.sqrt(Math.abs(discriminant));
      x += shifted;
      if (discriminant >= 0) {
        const z = half + (half < 0 ? -root : root);
        real[last - 1] = x + z;
        real[last] = z === 0 ? x + z : x - w / z;
      } else {
        real[last - 1] = x + half;
        real[last] = x + half;
        imaginary[last - 1] = root;
        imaginary[last] = -root;
      }
      last -= 2;
      iterations = 0;
      continue;
    }
    if (iterations >= ITERATIONS_PER_VALUE) {
      throw new Error(`Cannot find the eigenvalues: no convergence after ${iterations} iterations for value ${last}`);
    }
    if (iterations % 10 === 9) {
      shifted += x;
      for (let row = 0; row <= last; row++) put(row, row, at(row, row) - x);
      const scale = Math.abs(at(last, last - 1)) + Math.abs(at(last - 1, last - 2));
      x = 0.75 * scale;
      y = x;
      w = -0.4375 * scale * scale;
    }
    iterations += 1;
    doubleShiftSweep(matrix, size, { first, last, x, y, w });
  }
  return { real, imaginary };
}

/** One sweep on rows and columns first..last; x, y, w are the sum-free form of the two shifts. */
function doubleShiftSweep(
  matrix: Float64Array,
  size: number,
  { first, last, x, y, w }: { first: number; last: number; x: number; y: number; w: number },
): void {
  const at = (row: number, column: number): number => matrix[row * size + column]!;
  let p = 0;
  let q = 0;
  let r = 0;
  let start = last - 2;
  for (; ; start--) {
    const z = at(start, start);
    const below = at(start + 1, start);
    p = ((x - z) * (y - z) - w) / below + at(start, start + 1);
    q = at(start + 1, start + 1) - z - (x - z) - (y - z);
    r = at(start + 2, start + 1);
    const scale = Math.abs(p) + Math.abs(q) + Math.abs(r);
    p /= scale;
    q /= scale;
    r /= scale;
    if (start === first) break;
    const above = Math.abs(at(start - 1, start - 1)) + Math.abs(z) + Math.abs(at(start + 1, start + 1));
    if (Math.abs(at(start, start - 1)) * (Math.abs(q) + Math.abs(r)) <= EPSILON * Math.abs(p) * above) break;
  }
  for (let row = start + 2; row <= last; row++) {
    matrix[row * size + row - 2] = 0;
    if (row !== start + 2) matrix[row * size + row - 3] = 0;
  }
  for (let k = start; k < last; k++) {
    const three = k !== last - 1;
    let scale = 1;
    if (k !== start) {
      p = at(k, k - 1);
      q = at(k + 1, k - 1);
      r = three ? at(k + 2, k - 1) : 0;
      scale = Math.abs(p) + Math.abs(q) + Math.abs(r);
      if (scale === 0) continue;
      p /= scale;
      q /= scale;
      r /= scale;
    }
    const length = Math.sqrt(p * p + q * q + r * r);
    const s = p < 0 ? -length : length;
    if (s === 0) continue;
    if (k !== start) matrix[k * size + k - 1] = -s * scale;
    else if (first !== start) matrix[k * size + k - 1] = -at(k, k - 1);
    p += s;
    const u0 = p / s;
    const u1 = q / s;
    const u2 = r / s;
    q /= p;
    r /= p;
    for (let column = k; column <= last; column++) {
      const sum = at(k, column) + q * at(k + 1, column) + (three ? r * at(k + 2, column) : 0);
      if (three) matrix[(k + 2) * size + column] = at(k + 2, column) - sum * u2;
      matrix[(k + 1) * size + column] = at(k + 1, column) - sum * u1;
      matrix[k * size + column] = at(k, column) - sum * u0;
    }
    for (let row = first; row <= Math.min(last, k + 3); row++) {
      const sum = u0 * at(row, k) + u1 * at(row, k + 1) + (three ? u2 * at(row, k + 2) : 0);
      if (three) matrix[row * size + k + 2] = at(row, k + 2) - sum * r;
      matrix[row * size + k + 1] = at(row, k + 1) - sum * q;
      matrix[row * size + k] = at(row, k) - sum;
    }
  }
}

/**
 * An eigenvector of unit length of an upper Hessenberg matrix (size, size) by inverse iteration from ones: its real and
 * its imaginary part.
 */
export function hessenbergEigenvector(
  matrix: Float64Array,
  size: number,
  value: { readonly real: number; readonly imaginary: number },
): { readonly real: Float64Array; readonly imaginary: Float64Array } {
  const re = Float64Array.from(matrix);
  const im = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    re[row * size + row] = re[row * size + row]! - value.real;
    im[row * size + row] = -value.imaginary;
  }
  const x = new Float64Array(size).fill(1);
  const y = new Float64Array(size);
  // Elimination of the one diagonal below, rows swapped where the pivot is the smaller. The right side needs no factors: ones
  // stand for what the elimination would have made of some other start.
  for (let k = 0; k + 1 < size; k++) {
    const below = (k + 1) * size;
    if (
      Math.abs(re[k * size + k]!) + Math.abs(im[k * size + k]!) <
      Math.abs(re[below + k]!) + Math.abs(im[below + k]!)
    ) {
      for (let column = k; column < size; column++) {
        swap(re, k * size + column, below + column);
        swap(im, k * size + column, below + column);
      }
    }
    const pr = re[k * size + k]!;
    const pi = im[k * size + k]!;
    const square = pr * pr + pi * pi;
    if (square === 0) continue;
    const fr = (re[below + k]! * pr + im[below + k]! * pi) / square;
    const fi = (im[below + k]! * pr - re[below + k]! * pi) / square;
    for (let column = k; column < size; column++) {
      const ar = re[k * size + column]!;
      const ai = im[k * size + column]!;
      re[below + column] = re[below + column]! - (fr * ar - fi * ai);
      im[below + column] = im[below + column]! - (fr * ai + fi * ar);
    }
  }
  for (let row = size - 1; row >= 0; row--) {
    let sr = x[row]!;
    let si = y[row]!;
    for (let column = row + 1; column < size; column++) {
      const ar = re[row * size + column]!;
      const ai = im[row * size + column]!;
      sr -= ar * x[column]! - ai * y[column]!;
      si -= ar * y[column]! + ai * x[column]!;
    }
    let dr = re[row * size + row]!;
    const di = im[row * size + row]!;
    if (dr * dr + di * di < 1e-30) dr = 1e-15;
    const square = dr * dr + di * di;
    x[row] = (sr * dr + si * di) / square;
    y[row] = (si * dr - sr * di) / square;
  }
  let squares = 0;
  for (let row = 0; row < size; row++) squares += x[row]! * x[row]! + y[row]! * y[row]!;
  const scale = 1 / Math.sqrt(squares);
  return { real: x.map((part) => part * scale), imaginary: y.map((part) => part * scale) };
}

function swap(values: Float64Array, a: number, b: number): void {
  const kept = values[a]!;
  values[a] = values[b]!;
  values[b] = kept;
}
