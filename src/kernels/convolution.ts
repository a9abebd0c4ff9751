import { referenceConvolution } from "./convolution-reference.js";
import { simdConvolution } from "./convolution-simd.js";

/** Sizes of one depthwise convolution over (t, f, channels): kernel (kt, kf), moved by (st, sf), zeros (pt, pf) before the first. */
export interface DepthwiseShape {
  readonly t: number;
  readonly f: number;
  readonly channels: number;
  readonly tOut: number;
  readonly fOut: number;
  readonly kt: number;
  readonly kf: number;
  readonly st: number;
  readonly sf: number;
  readonly pt: number;
  readonly pf: number;
}

/** A matrix product: `c` (m, n) with rows `cRows` apart, `a` element (i, p) at `i * aRows + p * aColumns`, `b` (k, n) with rows `bRows` apart. */
export interface ProductShape {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly cRows: number;
  readonly aRows: number;
  readonly aColumns: number;
  readonly bRows: number;
}

/**
 * Sums and products of convolutional networks over channels-last arrays, channels and n multiples of 4. All arrays must
 * come from `f32` of the same kernels. Outputs first; lengths are checked by the caller.
 */
export interface ConvolutionKernels {
  readonly implementation: "simd" | "reference";
  /** Zeroed numbers that the kernels can reach. RangeError when the room asked for at construction is used up. */
  f32(length: number): Float32Array<ArrayBuffer>;
  /** C = A B, or C + A B when `add`. */
  multiply(c: Float32Array, a: Float32Array, b: Float32Array, shape: ProductShape, add: boolean): void;
  /** `batch` arrays out (tOut, fOut, channels), each channel of x (t, f, channels) under its kernel w (kt, kf, channels). */
  depthwise(out: Float32Array, x: Float32Array, w: Float32Array, shape: DepthwiseShape, batch: number): void;
  /** Adds to dx what dOut says of the inputs. */
  depthwiseInput(dx: Float32Array, dOut: Float32Array, w: Float32Array, shape: DepthwiseShape, batch: number): void;
  /** Adds to dw what dOut says of the kernel. */
  depthwiseWeights(dw: Float32Array, dOut: Float32Array, x: Float32Array, shape: DepthwiseShape, batch: number): void;
  /** Adds the sums of x (rows, channels) and of its squares to `sums` and `squares` (channels). */
  moments(sums: Float32Array, squares: Float32Array, x: Float32Array, rows: number, channels: number): void;
  /** y = max(0, x * scale + shift) over (rows, channels); y may be x. */
  affineRelu(
    y: Float32Array,
    x: Float32Array,
    scale: Float32Array,
    shift: Float32Array,
    rows: number,
    channels: number,
  ): void;
  /** Adds the sums of dy, and of dy * x, where y > 0. */
  affineReluSums(
    dShift: Float32Array,
    dScale: Float32Array,
    dy: Float32Array,
    y: Float32Array,
    x: Float32Array,
    rows: number,
    channels: number,
  ): void;
  /** dx = (dy where y > 0) * a + x * b + e; dx may be dy. */
  affineReluInput(
    dx: Float32Array,
    dy: Float32Array,
    y: Float32Array,
    x: Float32Array,
    factors: { readonly a: Float32Array; readonly b: Float32Array; readonly e: Float32Array },
    rows: number,
    channels: number,
  ): void;
}

/** The fastest kernels this runtime has, with room for so many numbers. */
export function convolutionKernels(numbers: number): ConvolutionKernels {
  return simdConvolution(numbers) ?? referenceConvolution();
}
