import { describe, expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import type { ConvolutionKernels, DepthwiseShape } from "./convolution.js";
import { referenceConvolution } from "./convolution-reference.js";

/** What every implementation of the convolution kernels must do: as the plain loops do, to float rounding. */
export function convolutionContract(name: string, make: (numbers: number) => ConvolutionKernels): void {
  const random = seededRandom(7);
  const filled = (kernels: ConvolutionKernels, length: number): Float32Array => {
    const out = kernels.f32(length);
    for (let index = 0; index < length; index++) out[index] = random.next() < 0.1 ? 0 : 2 * random.next() - 1;
    return out;
  };
  const copied = (kernels: ConvolutionKernels, values: Float32Array): Float32Array => {
    const out = kernels.f32(values.length);
    out.set(values);
    return out;
  };
  const near = (got: Float32Array, want: Float32Array, slack = 2e-5): void => {
    for (let index = 0; index < want.length; index++) {
      if (Number.isNaN(want[index])) expect(got[index]).toBeNaN();
      else if (!Number.isFinite(want[index]!)) expect(got[index]).toBe(want[index]);
      else
        expect(Math.abs(got[index]! - want[index]!)).toBeLessThanOrEqual(slack * Math.max(1, Math.abs(want[index]!)));
    }
  };
  const reference = referenceConvolution();

  describe(`${name} convolution kernels`, () => {
    test.each([
      [1, 4, 1],
      [3, 4, 5],
      [4, 8, 16],
      [7, 12, 300],
      [9, 40, 33],
      [2, 8, 0],
    ])("multiply (%i x %i over %i), straight, transposed and added", (m, n, k) => {
      const kernels = make(40_000);
      const a = filled(kernels, Math.max(1, m * k));
      const b = filled(kernels, Math.max(4, k * n));
      const c = filled(kernels, m * n);
      for (const add of [false, true]) {
        if (k === 0 && !add) continue; // an empty sum leaves C alone in SIMD: no caller has one
        for (const shape of [
          { m, n, k, cRows: n, aRows: k, aColumns: 1, bRows: n },
          { m, n, k, cRows: n, aRows: 1, aColumns: m, bRows: n },
        ]) {
          const want = c.slice();
          reference.multiply(want, a, b, shape, add);
          const got = copied(kernels, c);
          kernels.multiply(got, a, b, shape, add);
          near(got, want, 1e-4);
        }
      }
    });

    const shapes: readonly DepthwiseShape[] = [
      { t: 7, f: 5, channels: 8, tOut: 7, fOut: 5, kt: 3, kf: 3, st: 1, sf: 1, pt: 1, pf: 1 },
      { t: 9, f: 1, channels: 4, tOut: 5, fOut: 1, kt: 9, kf: 1, st: 2, sf: 1, pt: 4, pf: 0 },
      { t: 8, f: 6, channels: 12, tOut: 4, fOut: 3, kt: 3, kf: 3, st: 2, sf: 2, pt: 1, pf: 1 },
      { t: 1, f: 1, channels: 4, tOut: 1, fOut: 1, kt: 3, kf: 3, st: 1, sf: 1, pt: 1, pf: 1 },
    ];
    test.each(shapes)("depthwise forwards and backwards, $t x $f to $tOut x $fOut", (shape) => {
      const kernels = make(20_000);
      const batch = 2;
      const inputs = batch * shape.t * shape.f * shape.channels;
      const outputs = batch * shape.tOut * shape.fOut * shape.channels;
      const x = filled(kernels, inputs);
      const w = filled(kernels, shape.kt * shape.kf * shape.channels);
      const d = filled(kernels, outputs);
      const dx = filled(kernels, inputs);
      const dw = filled(kernels, w.length);
      const out = kernels.f32(outputs);
      const want = { out: new Float32Array(outputs), dx: dx.slice(), dw: dw.slice() };
      reference.depthwise(want.out, x, w, shape, batch);
      reference.depthwiseInput(want.dx, d, w, shape, batch);
      reference.depthwiseWeights(want.dw, d, x, shape, batch);
      kernels.depthwise(out, x, w, shape, batch);
      kernels.depthwiseInput(dx, d, w, shape, batch);
      kernels.depthwiseWeights(dw, d, x, shape, batch);
      near(out, want.out);
      near(dx, want.dx);
      near(dw, want.dw);
    });

    test.each([0, 1, 6])("normalisation and rectifier over %i rows", (rows) => {
      const kernels = make(4000);
      const channels = 8;
      const [x, dy] = [filled(kernels, Math.max(4, rows * channels)), filled(kernels, Math.max(4, rows * channels))];
      if (rows > 1) x.set([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-42, -1e-42, -0]);
      const [scale, shift] = [filled(kernels, channels), filled(kernels, channels)];
      const run = (k: ConvolutionKernels): Float32Array[] => {
        const [y, dx] = [k.f32(x.length), k.f32(x.length)];
        const [sums, squares, dShift, dScale] = [k.f32(channels), k.f32(channels), k.f32(channels), k.f32(channels)];
        k.moments(sums, squares, x, rows, channels);
        k.affineRelu(y, x, scale, shift, rows, channels);
        k.affineReluSums(dShift, dScale, dy, y, x, rows, channels);
        k.affineReluInput(dx, dy, y, x, { a: scale, b: shift, e: scale }, rows, channels);
        return [sums, squares, y, dShift, dScale, dx];
      };
      const want = run(reference);
      for (const [index, got] of run(kernels).entries()) near(got, want[index]!);
    });
  });
}
