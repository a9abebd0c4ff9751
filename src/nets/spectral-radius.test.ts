import { describe, expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import { spectralRadius } from "./spectral-radius.js";
import { hessenbergEigenvalues } from "./spectral-radius-hessenberg.js";

function dense(matrix: readonly (readonly number[])[]): (result: Float64Array, x: Float64Array) => void {
  return (result, x) => {
    for (const [row, weights] of matrix.entries()) result[row] = weights.reduce((sum, w, at) => sum + w * x[at]!, 0);
  };
}

describe("eigenvalues of a Hessenberg matrix", () => {
  test("a companion matrix gives the roots of its polynomial", () => {
    const roots = [4, -2, 1];
    let polynomial = [1, -2, 5];
    for (const root of roots) {
      polynomial = [...polynomial, 0].map((c, k) => c - root * (polynomial[k - 1] ?? 0));
    }
    const matrix = new Float64Array(25);
    for (let column = 0; column < 5; column++) matrix[column] = -polynomial[column + 1]!;
    for (let row = 1; row < 5; row++) matrix[row * 5 + row - 1] = 1;
    const { real, imaginary } = hessenbergEigenvalues(matrix, 5);
    const found = [...real].map((re, k) => `${re.toFixed(9)} ${Math.abs(imaginary[k]!).toFixed(9)}`).sort();
    expect(found).toEqual(
      ["4 0", "-2 0", "1 0", "1 2", "1 2"]
        .map((pair) =>
          pair
            .split(" ")
            .map((part) => Number(part).toFixed(9))
            .join(" "),
        )
        .sort(),
    );
  });
});

describe("spectral radius", () => {
  test("of a small matrix with a complex leading pair", () => {
    const { radius, residual } = spectralRadius(
      4,
      dense([
        [0, -3, 0, 0],
        [3, 0, 0, 0],
        [0, 0, 2, 1],
        [0, 0, 0, 1],
      ]),
    );
    expect(radius).toBeCloseTo(3, 12);
    expect(residual).toBeLessThan(1e-11);
  });

  test("of random matrices agrees with LAPACK to 1e-9", () => {
    // numpy 2.4.6: max(abs(linalg.eigvals(M))), M[i][j] = mulberry32(seed).next() - 0.5, row by row
    const golden: readonly (readonly [number, number])[] = [
      [1, 5.337502834660453],
      [2, 5.073666016702353],
      [3, 5.198160769491079],
      [4, 5.096486468156421],
      [5, 5.1648655680816855],
      [6, 5.342340097878008],
    ];
    for (const [seed, expected] of golden) {
      const random = seededRandom(seed);
      const size = 300;
      const matrix = Float64Array.from({ length: size * size }, () => random.next() - 0.5);
      const { radius } = spectralRadius(size, (result, x) => {
        for (let row = 0; row < size; row++) {
          let sum = 0;
          for (let column = 0; column < size; column++) sum += matrix[row * size + column]! * x[column]!;
          result[row] = sum;
        }
      });
      expect(Math.abs(radius / expected - 1)).toBeLessThan(1e-9);
    }
  });

  test("a matrix whose spectrum is a circle is refused with a message, not answered wrongly", () => {
    const cycle = (result: Float64Array, x: Float64Array): void => {
      for (let at = 0; at < x.length; at++) result[at] = x[(at + 1) % x.length]!;
    };
    expect(() => spectralRadius(600, cycle, { maxRestarts: 2 })).toThrow("no convergence after 2 restarts");
  });
});
