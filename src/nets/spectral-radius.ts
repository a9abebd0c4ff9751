import { seededRandom } from "../core/random.js";
import { hessenbergEigenvalues, hessenbergEigenvector } from "./spectral-radius-hessenberg.js";

/** Overwrites `result` with the matrix times `x`, both (size). */
export type Product = (result: Float64Array, x: Float64Array) => void;

/** The largest modulus of an eigenvalue. */
export interface SpectralRadius {
  readonly radius: number;
  /** Length of A y - value * y for the unit vector y found, relative to the radius. */
  readonly residual: number;
  readonly restarts: number;
}

const WANTED = 4;

/**
 * Spectral radius of a real matrix known by its product, by Arnoldi's method with restarts from the leading Ritz
 * vectors: a relative error of 1e-9 for random matrices, where the power method keeps oscillating (the leading pair is
 * complex; 5 % off after 1000 steps, numbers.md section 3). Source: Saad 2011, Numerical methods for large eigenvalue
 * problems, chapter 6. A matrix whose whole spectrum lies on the circle (an orthogonal one) does not converge: Error.
 */
export function spectralRadius(
  size: number,
  product: Product,
  options: { readonly steps?: number; readonly maxRestarts?: number; readonly tolerance?: number } = {},
): SpectralRadius {
  const { steps = 120, maxRestarts = 40, tolerance = 1e-11 } = options;
  const dimension = Math.min(steps, size);
  const random = seededRandom(1);
  const start = Float64Array.from({ length: size }, () => random.next() - 0.5);
  for (let restarts = 0; restarts <= maxRestarts; restarts++) {
    const { basis, matrix, used, rest } = arnoldi(size, product, start, dimension);
    const { real, imaginary } = hessenbergEigenvalues(Float64Array.from(matrix), used);
    const leading = [...real.keys()]
      .filter((index) => imaginary[index]! >= 0)
      .sort((a, b) => square(real[b]!, imaginary[b]!) - square(real[a]!, imaginary[a]!))
      .slice(0, WANTED);
    const first = leading[0]!;
    const radius = Math.sqrt(square(real[first]!, imaginary[first]!));
    if (radius === 0) return { radius, residual: 0, restarts };
    const vectors = leading.map((index) =>
      hessenbergEigenvector(matrix, used, { real: real[index]!, imaginary: imaginary[index]! }),
    );
    const { real: y, imaginary: z } = vectors[0]!;
    const residual = (rest * Math.sqrt(square(y[used - 1]!, z[used - 1]!))) / radius;
    if (residual <= tolerance) return { radius, residual, restarts };
    start.fill(0);
    for (const vector of vectors) {
      for (let k = 0; k < used; k++) addScaled(start, basis[k]!, vector.real[k]! + vector.imaginary[k]!);
    }
  }
  throw new Error(
    `Cannot find the spectral radius of a matrix of ${size} rows: no convergence after ${maxRestarts} restarts`,
  );
}

/** An orthonormal basis of span(v, A v, A^2 v, ...), A in it (upper Hessenberg), and the length of what is left outside. */
function arnoldi(
  size: number,
  product: Product,
  start: Float64Array,
  dimension: number,
): { basis: Float64Array[]; matrix: Float64Array; used: number; rest: number } {
  const first = Float64Array.from(start);
  scale(first, 1 / Math.sqrt(dot(first, first)));
  const basis = [first];
  const rows = new Float64Array(dimension * dimension);
  const next = new Float64Array(size);
  let rest = 0;
  let used = 0;
  for (let k = 0; k < dimension; k++) {
    product(next, basis[k]!);
    const before = Math.sqrt(dot(next, next));
    for (let pass = 0; pass < 2; pass++) {
      // Twice is enough (Kahan, Parlett): once alone loses orthogonality
      for (let row = 0; row <= k; row++) {
        const part = dot(next, basis[row]!);
        rows[row * dimension + k] = rows[row * dimension + k]! + part;
        addScaled(next, basis[row]!, -part);
      }
    }
    used = k + 1;
    rest = Math.sqrt(dot(next, next));
    if (rest <= 1e-14 * before) {
      rest = 0;
      break;
    }
    if (used < dimension) {
      rows[used * dimension + k] = rest;
      basis.push(next.map((value) => value / rest));
    }
  }
  const matrix = new Float64Array(used * used);
  for (let row = 0; row < used; row++) matrix.set(rows.subarray(row * dimension, row * dimension + used), row * used);
  return { basis, matrix, used, rest };
}

function dot(a: Float64Array, b: Float64Array): number {
  let even = 0;
  let odd = 0;
  const pairs = a.length - (a.length % 2);
  for (let index = 0; index < pairs; index += 2) {
    even += a[index]! * b[index]!;
    odd += a[index + 1]! * b[index + 1]!;
  }
  return pairs === a.length ? even + odd : even + odd + a[pairs]! * b[pairs]!;
}

function addScaled(target: Float64Array, source: Float64Array, factor: number): void {
  for (let index = 0; index < target.length; index++) target[index] = target[index]! + factor * source[index]!;
}

function scale(values: Float64Array, factor: number): void {
  for (let index = 0; index < values.length; index++) values[index] = values[index]! * factor;
}

function square(real: number, imaginary: number): number {
  return real * real + imaginary * imaginary;
}
