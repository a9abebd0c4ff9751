import {
  type ConvolutionKernels,
  convolutionKernels,
  type DepthwiseShape,
  type ProductShape,
} from "../kernels/convolution.js";

/** One block: a kernel (kt, kf) over time and frequency moved by (st, sf), then scale, shift and rectifier for each channel. */
export interface BlockSpec {
  /** `full`: every channel out sees every channel in. `separable`: a kernel for each channel alone, then a mix of channels. */
  readonly kind: "full" | "separable";
  readonly kt: number;
  readonly kf: number;
  readonly st: number;
  readonly sf: number;
  /** Channels out, a multiple of 4. */
  readonly channels: number;
}

/**
 * A small network that says whether a phrase was spoken in a window: blocks over (time, frequency, channels), then mean and
 * maximum over all places, then one logit (Zhang et al., "Hello Edge: keyword spotting on microcontrollers", 2017).
 */
export interface ConvolutionSpec {
  readonly input: { readonly t: number; readonly f: number; readonly channels: number };
  readonly blocks: readonly BlockSpec[];
}

/** The numbers of one block; the mix is (inputs of it, channels). */
export interface BlockParameters {
  /** (kt, kf, channels in); empty for a full block. */
  readonly depthwise: Float32Array;
  readonly mix: Float32Array;
  /** (channels): what normalisation comes to once training is over. */
  readonly scale: Float32Array;
  readonly shift: Float32Array;
}

export interface ConvolutionParameters {
  readonly blocks: readonly BlockParameters[];
  /** Weights of the means, of the maxima, and the bias: (2 channels + 1). */
  readonly head: Float32Array;
}

/** One block with the sizes that follow from the one before. */
export interface PlannedBlock extends DepthwiseShape {
  readonly kind: BlockSpec["kind"];
  readonly channelsOut: number;
  /** Numbers that one place out is mixed from. */
  readonly mixed: number;
  /** Places out: tOut * fOut. */
  readonly places: number;
}

/** Sizes of every block, zeros around so that the middle of each kernel meets the first place. RangeError for sizes no kernel takes. */
export function planBlocks(spec: ConvolutionSpec): PlannedBlock[] {
  let { t, f, channels } = spec.input;
  return spec.blocks.map(({ kind, kt, kf, st, sf, channels: channelsOut }) => {
    for (const size of [kt, kf, st, sf])
      if (!Number.isInteger(size) || size < 1)
        throw new RangeError(`Cannot plan a convolution: expected sizes of at least 1, got ${size}`);
    if (channelsOut % 4 !== 0 || channelsOut < 4 || (kind === "separable" && channels % 4 !== 0)) {
      throw new RangeError(
        `Cannot plan a ${kind} block of ${channels} to ${channelsOut} channels: expected multiples of 4`,
      );
    }
    const tOut = Math.ceil(t / st);
    const fOut = kf === f && kind === "full" ? 1 : Math.ceil(f / sf);
    const pf = fOut === 1 && kf === f ? 0 : (kf - 1) >> 1;
    const mixed = kind === "full" ? kt * kf * channels : channels;
    const block: PlannedBlock = {
      kind,
      t,
      f,
      channels,
      tOut,
      fOut,
      kt,
      kf,
      st,
      sf,
      pt: (kt - 1) >> 1,
      pf,
      channelsOut,
      mixed,
      places: tOut * fOut,
    };
    t = tOut;
    f = fOut;
    channels = channelsOut;
    return block;
  });
}

/** Multiplications of one window. */
export function macsOf(spec: ConvolutionSpec): number {
  return planBlocks(spec).reduce(
    (sum, { kind, places, mixed, channelsOut, kt, kf, channels }) =>
      sum + places * (mixed * channelsOut + (kind === "separable" ? kt * kf * channels : 0)),
    0,
  );
}

/** Copies what each place of a full block sees into rows: (batch * places, mixed). */
export function gatherPatches(patches: Float32Array, input: Float32Array, block: PlannedBlock, batch: number): void {
  const { t, f, channels, tOut, fOut, kt, kf, st, sf, pt, pf, mixed } = block;
  const line = kf * channels;
  patches.fill(0, 0, batch * tOut * fOut * mixed);
  for (let item = 0, row = 0; item < batch; item++) {
    for (let to = 0; to < tOut; to++) {
      for (let fo = 0; fo < fOut; fo++, row++) {
        const f0 = fo * sf - pf;
        const skip = Math.max(0, -f0) * channels;
        const end = Math.min(kf, f - f0) * channels;
        for (let dt = 0; dt < kt; dt++) {
          const ti = to * st - pt + dt;
          if (ti < 0 || ti >= t) continue;
          const from = ((item * t + ti) * f + f0) * channels;
          const into = row * mixed + dt * line;
          for (let index = skip; index < end; index++) patches[into + index] = input[from + index]!;
        }
      }
    }
  }
}

/** The product that mixes `rows` places of a block. */
export function mixShape({ mixed, channelsOut }: PlannedBlock, rows: number): ProductShape {
  return { m: rows, n: channelsOut, k: mixed, cRows: channelsOut, aRows: mixed, aColumns: 1, bRows: channelsOut };
}

/** Room in numbers that one window takes. */
function roomOf(blocks: readonly PlannedBlock[], input: number): number {
  const weights = blocks.reduce(
    (sum, { mixed, channelsOut, kt, kf, channels }) => sum + (mixed + 2) * channelsOut + kt * kf * channels,
    0,
  );
  const places = blocks.reduce((sum, { places: count, mixed, channelsOut }) => sum + count * (mixed + channelsOut), 0);
  return weights + places + input;
}

/** The trained network at work: one window in, one logit out, nothing allocated. */
export class SeparableConvolution {
  readonly spec: ConvolutionSpec;
  /** Multiplications of one run. */
  readonly macs: number;
  readonly #kernels: ConvolutionKernels;
  readonly #blocks: readonly {
    readonly plan: PlannedBlock;
    readonly own: BlockParameters;
    readonly middle: Float32Array;
    readonly out: Float32Array;
  }[];
  readonly #head: Float32Array;
  readonly #input: Float32Array;

  /** RangeError when parameters do not have the lengths that the spec asks for. */
  constructor(
    spec: ConvolutionSpec,
    parameters: ConvolutionParameters,
    { makeKernels = convolutionKernels }: { readonly makeKernels?: (numbers: number) => ConvolutionKernels } = {},
  ) {
    const plans = planBlocks(spec);
    checkLengths(plans, parameters);
    const inputs = spec.input.t * spec.input.f * spec.input.channels;
    const kernels = makeKernels(roomOf(plans, inputs));
    const held = (values: Float32Array): Float32Array => {
      const view = kernels.f32(values.length);
      view.set(values);
      return view;
    };
    this.spec = spec;
    this.macs = macsOf(spec);
    this.#kernels = kernels;
    this.#input = kernels.f32(inputs);
    this.#blocks = plans.map((plan, index) => {
      const { depthwise, mix, scale, shift } = parameters.blocks[index]!; // lengths are checked above
      return {
        plan,
        own: { depthwise: held(depthwise), mix: held(mix), scale: held(scale), shift: held(shift) },
        middle: kernels.f32(plan.places * plan.mixed),
        out: kernels.f32(plan.places * plan.channelsOut),
      };
    });
    this.#head = parameters.head.slice();
  }

  /** Logit of a window (t, f, channels): above 0 where the phrase is likelier than not among the windows of training. */
  run(window: Float32Array): number {
    this.#input.set(window);
    let x = this.#input;
    for (const { plan, own, middle, out } of this.#blocks) {
      if (plan.kind === "full") gatherPatches(middle, x, plan, 1);
      else this.#kernels.depthwise(middle, x, own.depthwise, plan, 1);
      this.#kernels.multiply(out, middle, own.mix, mixShape(plan, plan.places), false);
      this.#kernels.affineRelu(out, out, own.scale, own.shift, plan.places, plan.channelsOut);
      x = out;
    }
    const last = this.#blocks.at(-1)!.plan; // a spec has a block
    return pooledLogit(x, this.#head, last.places, last.channelsOut);
  }
}

function pooledLogit(x: Float32Array, head: Float32Array, places: number, channels: number): number {
  let logit = head[2 * channels]!;
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0;
    let most = 0; // a rectifier came before
    for (let at = channel; at < places * channels; at += channels) {
      const value = x[at]!;
      sum += value;
      if (value > most) most = value;
    }
    logit += (head[channel]! * sum) / places + head[channels + channel]! * most;
  }
  return logit;
}

function checkLengths(plans: readonly PlannedBlock[], { blocks, head }: ConvolutionParameters): void {
  if (plans.length === 0 || blocks.length !== plans.length)
    throw new RangeError(`Cannot make a convolution: expected ${plans.length} blocks, got ${blocks.length}`);
  for (const [index, plan] of plans.entries()) {
    const { depthwise, mix, scale, shift } = blocks[index]!;
    const wanted = [
      plan.kind === "separable" ? plan.kt * plan.kf * plan.channels : 0,
      plan.mixed * plan.channelsOut,
      plan.channelsOut,
      plan.channelsOut,
    ];
    for (const [place, values] of [depthwise, mix, scale, shift].entries()) {
      if (values.length !== wanted[place])
        throw new RangeError(
          `Cannot make a convolution: expected ${wanted[place]} numbers in block ${index}, got ${values.length}`,
        );
    }
  }
  const channels = plans.at(-1)!.channelsOut;
  if (head.length !== 2 * channels + 1)
    throw new RangeError(
      `Cannot make a convolution: expected ${2 * channels + 1} numbers in its head, got ${head.length}`,
    );
}
