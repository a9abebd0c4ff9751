import type { ConvolutionKernels, DepthwiseShape } from "./convolution.js";
import { convolutionWasm } from "./generated/convolution-wasm.js";
import { compileKernels } from "./wasm-module.js";

type Depthwise = (
  ...sizes: [
    out: number,
    x: number,
    w: number,
    t: number,
    f: number,
    c: number,
    tOut: number,
    fOut: number,
    kt: number,
    kf: number,
    st: number,
    sf: number,
    pt: number,
    pf: number,
  ]
) => void;

interface Exports {
  multiply(
    c: number,
    ldc: number,
    a: number,
    rows: number,
    columns: number,
    b: number,
    ldb: number,
    m: number,
    n: number,
    k: number,
    add: number,
  ): void;
  readonly depthwise: Depthwise;
  readonly depthwiseInput: Depthwise;
  readonly depthwiseWeights: Depthwise;
  moments(sums: number, squares: number, x: number, rows: number, c: number): void;
  affineRelu(y: number, x: number, scale: number, shift: number, rows: number, c: number): void;
  affineReluSums(dShift: number, dScale: number, dy: number, y: number, x: number, rows: number, c: number): void;
  affineReluInput(
    dx: number,
    dy: number,
    y: number,
    x: number,
    a: number,
    b: number,
    e: number,
    rows: number,
    c: number,
  ): void;
}

/** Padding of an arena's views, at most 15 bytes each. */
const ARENA_SLACK_BYTES = 16 * 256;

/** Four numbers at once in WebAssembly; undefined where that cannot run. */
export function simdConvolution(numbers: number): ConvolutionKernels | undefined {
  const kernels = compileKernels<Exports>(convolutionWasm)?.instantiate(numbers * 4 + ARENA_SLACK_BYTES);
  if (kernels === undefined) return undefined;
  const { exports, arena } = kernels;
  const each = (
    run: Depthwise,
    outStep: number,
    xStep: number,
    out: Float32Array,
    x: Float32Array,
    w: Float32Array,
    shape: DepthwiseShape,
    batch: number,
  ): void => {
    const { t, f, channels, tOut, fOut, kt, kf, st, sf, pt, pf } = shape;
    for (let index = 0; index < batch; index++) {
      run(
        out.byteOffset + 4 * index * outStep,
        x.byteOffset + 4 * index * xStep,
        w.byteOffset,
        t,
        f,
        channels,
        tOut,
        fOut,
        kt,
        kf,
        st,
        sf,
        pt,
        pf,
      );
    }
  };
  const inputs = ({ t, f, channels }: DepthwiseShape): number => t * f * channels;
  const outputs = ({ tOut, fOut, channels }: DepthwiseShape): number => tOut * fOut * channels;
  return {
    implementation: "simd",
    f32: (length) => arena.f32(length),
    multiply(c, a, b, { m, n, k, cRows, aRows, aColumns, bRows }, add) {
      exports.multiply(c.byteOffset, cRows, a.byteOffset, aRows, aColumns, b.byteOffset, bRows, m, n, k, add ? 1 : 0);
    },
    depthwise: (out, x, w, shape, batch) =>
      each(exports.depthwise, outputs(shape), inputs(shape), out, x, w, shape, batch),
    depthwiseInput: (dx, dOut, w, shape, batch) =>
      each(exports.depthwiseInput, inputs(shape), outputs(shape), dx, dOut, w, shape, batch),
    depthwiseWeights(dw, dOut, x, shape, batch) {
      const { t, f, channels, tOut, fOut, kt, kf, st, sf, pt, pf } = shape;
      for (let index = 0; index < batch; index++) {
        exports.depthwiseWeights(
          dw.byteOffset,
          dOut.byteOffset + 4 * index * outputs(shape),
          x.byteOffset + 4 * index * inputs(shape),
          t,
          f,
          channels,
          tOut,
          fOut,
          kt,
          kf,
          st,
          sf,
          pt,
          pf,
        );
      }
    },
    moments: (sums, squares, x, rows, channels) =>
      exports.moments(sums.byteOffset, squares.byteOffset, x.byteOffset, rows, channels),
    affineRelu: (y, x, scale, shift, rows, channels) =>
      exports.affineRelu(y.byteOffset, x.byteOffset, scale.byteOffset, shift.byteOffset, rows, channels),
    affineReluSums: (dShift, dScale, dy, y, x, rows, channels) =>
      exports.affineReluSums(
        dShift.byteOffset,
        dScale.byteOffset,
        dy.byteOffset,
        y.byteOffset,
        x.byteOffset,
        rows,
        channels,
      ),
    affineReluInput: (dx, dy, y, x, { a, b, e }, rows, channels) =>
      exports.affineReluInput(
        dx.byteOffset,
        dy.byteOffset,
        y.byteOffset,
        x.byteOffset,
        a.byteOffset,
        b.byteOffset,
        e.byteOffset,
        rows,
        channels,
      ),
  };
}
