import type { Random } from "../core/random.js";
import type { ConvolutionKernels } from "../kernels/convolution.js";
import type { PlannedBlock } from "./separable-convolution.js";

/** One array that training moves: its values, gradient, and both running means of Adam. */
export interface Trained {
  readonly values: Float32Array;
  readonly gradient: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
  /** The running mean of the values, which is what is kept at the end (Polyak and Juditsky 1992). */
  readonly average: Float32Array;
  readonly decays: boolean;
}

/** One block and all that its two passes need. */
export interface TrainedBlock {
  readonly plan: PlannedBlock;
  readonly depthwise: Trained | undefined;
  readonly mix: Trained;
  readonly scale: Trained;
  readonly shift: Trained;
  /** (batch * places, mixed), (batch * places, channels), the same rectified. */
  readonly middle: Float32Array;
  readonly raw: Float32Array;
  readonly out: Float32Array;
  /** Of the last batch, or of many while calibrating: (channels). */
  readonly mean: Float32Array;
  readonly inverse: Float32Array;
}

/** An array in the kernels' memory with what its training needs beside it. */
export function trained(
  kernels: ConvolutionKernels,
  length: number,
  initial: (index: number) => number,
  decays: boolean,
): Trained {
  const array = {
    values: kernels.f32(length),
    gradient: kernels.f32(length),
    first: kernels.f32(length),
    second: kernels.f32(length),
    average: kernels.f32(length),
    decays,
  };
  for (let index = 0; index < length; index++) array.values[index] = initial(index);
  array.average.set(array.values);
  return array;
}

/** A block with random weights, uniform so that variances pass through it unchanged (He et al. 2015). */
export function trainedBlock(
  kernels: ConvolutionKernels,
  plan: PlannedBlock,
  batch: number,
  random: Random,
): TrainedBlock {
  const { kind, kt, kf, channels, channelsOut, mixed, places } = plan;
  const uniform = (width: number) => (): number => (2 * random.next() - 1) * width;
  const rows = batch * places;
  return {
    plan,
    depthwise:
      kind === "full" ? undefined : trained(kernels, kt * kf * channels, uniform(Math.sqrt(3 / (kt * kf))), true),
    mix: trained(kernels, mixed * channelsOut, uniform(Math.sqrt(6 / mixed)), true),
    scale: trained(kernels, channelsOut, () => 1, false),
    shift: trained(kernels, channelsOut, () => 0, false),
    middle: kernels.f32(rows * mixed),
    raw: kernels.f32(rows * channelsOut),
    out: kernels.f32(rows * channelsOut),
    mean: kernels.f32(channelsOut),
    inverse: kernels.f32(channelsOut),
  };
}
