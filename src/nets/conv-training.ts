import type { Random } from "../core/random.js";
import { type ConvolutionKernels, convolutionKernels } from "../kernels/convolution.js";
import { type Trained, type TrainedBlock, trained, trainedBlock } from "./conv-training-arrays.js";
import {
  type BlockParameters,
  type ConvolutionParameters,
  type ConvolutionSpec,
  gatherPatches,
  macsOf,
  mixShape,
  planBlocks,
} from "./separable-convolution.js";

/** Variance below which a channel counts as constant. */
const EPSILON = 1e-4;

/** Everything a trainer needs to go on where it stopped: copies. */
export interface TrainingSnapshot {
  readonly steps: number;
  readonly arrays: readonly Float32Array[];
}

/** How one step moves the numbers. */
export interface StepOptions {
  readonly learningRate: number;
  /** Decoupled decay of weights (Loshchilov and Hutter 2019); 1e-3 when absent. */
  readonly weightDecay?: number;
}

/**
 * Trains a network of convolutions on batches of one size: cross-entropy of the logit, batch normalisation (Ioffe and
 * Szegedy 2015), Adam. The same seed and batches give the same numbers on every runtime with the same kernels.
 */
export class ConvolutionTrainer {
  readonly spec: ConvolutionSpec;
  readonly batch: number;
  /** (batch, t, f, channels), filled by the caller before each step. */
  readonly input: Float32Array;
  /** Of the last forward pass: (batch). */
  readonly logits: Float32Array;
  steps = 0;
  readonly #kernels: ConvolutionKernels;
  readonly #blocks: readonly TrainedBlock[];
  readonly #head: Trained;
  readonly #slopes: readonly [Float32Array, Float32Array];
  /** Mean and maximum of each channel, and where the maximum is: (batch, channels). */
  readonly #means: Float32Array;
  readonly #maxima: Float32Array;
  readonly #places: Int32Array;
  readonly #vectors: {
    readonly sums: Float32Array;
    readonly squares: Float32Array;
    readonly a: Float32Array;
    readonly b: Float32Array;
    readonly e: Float32Array;
  };
  readonly #transposed: Float32Array;

  constructor(
    spec: ConvolutionSpec,
    options: {
      readonly batch: number;
      readonly random: Random;
      readonly makeKernels?: (numbers: number) => ConvolutionKernels;
    },
  ) {
    const { batch, random, makeKernels = convolutionKernels } = options;
    const plans = planBlocks(spec);
    const widest = Math.max(...plans.map((plan) => plan.channelsOut));
    const largest = Math.max(...plans.map((plan) => batch * plan.places * Math.max(plan.mixed, plan.channelsOut)));
    const each = spec.input.t * spec.input.f * spec.input.channels;
    const weights = plans.reduce(
      (sum, plan) =>
        sum + (plan.mixed + 2) * plan.channelsOut + plan.kt * plan.kf * plan.channels + 2 * plan.channelsOut,
      0,
    );
    const places = plans.reduce((sum, plan) => sum + batch * plan.places * (plan.mixed + 2 * plan.channelsOut), 0);
    const mixes = Math.max(...plans.map((plan) => plan.mixed * plan.channelsOut));
    const kernels = makeKernels(6 * weights + places + 2 * largest + batch * each + 8 * widest + mixes + 1000);
    this.spec = spec;
    this.batch = batch;
    this.#kernels = kernels;
    this.input = kernels.f32(batch * each);
    this.logits = new Float32Array(batch);
    this.#slopes = [kernels.f32(largest), kernels.f32(largest)];
    this.#vectors = {
      sums: kernels.f32(widest),
      squares: kernels.f32(widest),
      a: kernels.f32(widest),
      b: kernels.f32(widest),
      e: kernels.f32(widest),
    };
    this.#transposed = kernels.f32(mixes);
    this.#blocks = plans.map((plan) => trainedBlock(kernels, plan, batch, random));
    const channels = plans.at(-1)!.channelsOut; // planBlocks of no block: Math.max above is -Infinity, and allocation has thrown
    this.#head = trained(
      kernels,
      2 * channels + 1,
      (index) => (index < 2 * channels ? (2 * random.next() - 1) / Math.sqrt(channels) : 0),
      true,
    );
    this.#means = new Float32Array(batch * channels);
    this.#maxima = new Float32Array(batch * channels);
    this.#places = new Int32Array(batch * channels);
  }

  /** Multiplications of one step, forwards and backwards. */
  get macsPerStep(): number {
    return 3 * this.batch * macsOf(this.spec);
  }

  /**
   * One step on `input`: labels (batch) from 0 to 1, and how much each counts. Returns the mean loss in nats.
   */
  step(labels: Float32Array, weights: Float32Array, options: StepOptions): number {
    this.#forward("batch");
    const { batch, logits } = this;
    const slopes = new Float32Array(batch);
    let loss = 0;
    for (let item = 0; item < batch; item++) {
      const logit = logits[item]!;
      const label = labels[item]!;
      const weight = weights[item]! / batch;
      loss += weight * (Math.max(logit, 0) - logit * label + Math.log1p(Math.exp(-Math.abs(logit))));
      slopes[item] = weight * (1 / (1 + Math.exp(-logit)) - label);
    }
    this.#backward(slopes);
    this.#update(options);
    return loss;
  }

  /** Logits of `input` with the statistics of the last calibration. */
  predict(): Float32Array {
    this.#forward("kept");
    return this.logits;
  }

  /**
   * Puts the averaged numbers in the place of the last ones and measures mean and variance of every channel over the batches
   * that `fill` writes into `input`, block by block from the first. Training can go on after `restore` of a snapshot.
   */
  calibrate(batches: number, fill: (batch: number) => void): void {
    for (const array of this.#arrays()) array.values.set(array.average);
    for (const [depth, block] of this.#blocks.entries()) {
      const { channelsOut, places } = block.plan;
      const mean = new Float64Array(channelsOut);
      const square = new Float64Array(channelsOut);
      for (let batch = 0; batch < batches; batch++) {
        fill(batch);
        this.#forward("kept", depth);
        const { sums, squares } = this.#sumsOf(block);
        const rows = this.batch * places * batches;
        for (let channel = 0; channel < channelsOut; channel++) {
          mean[channel]! += sums[channel]! / rows;
          square[channel]! += squares[channel]! / rows;
        }
      }
      for (let channel = 0; channel < channelsOut; channel++) {
        block.mean[channel] = mean[channel]!;
        block.inverse[channel] = 1 / Math.sqrt(Math.max(0, square[channel]! - mean[channel]! ** 2) + EPSILON);
      }
    }
  }

  /** The network as it is used, normalisation folded into scale and shift; call `calibrate` first. */
  parameters(): ConvolutionParameters {
    return {
      blocks: this.#blocks.map(({ depthwise, mix, scale, shift, mean, inverse }): BlockParameters => {
        const folded = scale.values.map((value, channel) => value * inverse[channel]!);
        return {
          depthwise: depthwise?.values.slice() ?? new Float32Array(0),
          mix: mix.values.slice(),
          scale: folded,
          shift: shift.values.map((value, channel) => value - mean[channel]! * folded[channel]!),
        };
      }),
      head: this.#head.values.slice(),
    };
  }

  /** Copies of all that training has changed. */
  snapshot(): TrainingSnapshot {
    return {
      steps: this.steps,
      arrays: this.#arrays().flatMap(({ values, first, second, average }) => [
        values.slice(),
        first.slice(),
        second.slice(),
        average.slice(),
      ]),
    };
  }

  /** Goes back to a snapshot of a trainer of the same spec. RangeError when it is of another. */
  restore({ steps, arrays }: TrainingSnapshot): void {
    const own = this.#arrays().flatMap(({ values, first, second, average }) => [values, first, second, average]);
    if (own.length !== arrays.length || own.some((array, index) => array.length !== arrays[index]!.length)) {
      throw new RangeError("Cannot go on with this training: the snapshot is of another network");
    }
    for (const [index, array] of own.entries()) array.set(arrays[index]!);
    this.steps = steps;
  }

  /**
   * Starts from a trained network but for its head, which begins at zero: for adapting it to another phrase. `input` must hold
   * a batch, from which the statistics that were folded into scale and shift are recovered.
   */
  load(parameters: ConvolutionParameters): void {
    for (const [index, { depthwise, mix, scale, shift, mean, inverse }] of this.#blocks.entries()) {
      const from = parameters.blocks[index]!; // RangeError of set when it is of another spec
      depthwise?.values.set(from.depthwise);
      mix.values.set(from.mix);
      scale.values.set(from.scale);
      shift.values.set(from.shift);
      mean.fill(0);
      inverse.fill(1);
    }
    this.#head.values.fill(0);
    this.#forward("kept");
    for (const block of this.#blocks) {
      const { plan, scale, shift, mean, inverse } = block;
      const rows = this.batch * plan.places;
      const { sums, squares } = this.#sumsOf(block);
      for (let channel = 0; channel < plan.channelsOut; channel++) {
        const middle = sums[channel]! / rows;
        const deviation = Math.sqrt(Math.max(0, squares[channel]! / rows - middle ** 2) + EPSILON);
        mean[channel] = middle;
        inverse[channel] = 1 / deviation;
        shift.values[channel]! += middle * scale.values[channel]!;
        scale.values[channel]! *= deviation;
      }
    }
    for (const array of this.#arrays()) array.average.set(array.values);
  }

  #arrays(): Trained[] {
    return [
      ...this.#blocks.flatMap(({ depthwise, mix, scale, shift }) =>
        depthwise === undefined ? [mix, scale, shift] : [depthwise, mix, scale, shift],
      ),
      this.#head,
    ];
  }

  #forward(statistics: "batch" | "kept", until: number = this.#blocks.length): void {
    const kernels = this.#kernels;
    const { a, b } = this.#vectors;
    let x = this.input;
    for (const [depth, block] of this.#blocks.entries()) {
      const { plan, middle, raw, out, mean, inverse } = block;
      const rows = this.batch * plan.places;
      if (block.depthwise === undefined) gatherPatches(middle, x, plan, this.batch);
      else kernels.depthwise(middle, x, block.depthwise.values, plan, this.batch);
      kernels.multiply(raw, middle, block.mix.values, mixShape(plan, rows), false);
      if (depth === until) return;
      if (statistics === "batch") {
        const { sums, squares } = this.#sumsOf(block);
        for (let channel = 0; channel < plan.channelsOut; channel++) {
          mean[channel] = sums[channel]! / rows;
          inverse[channel] = 1 / Math.sqrt(Math.max(0, squares[channel]! / rows - mean[channel]! ** 2) + EPSILON);
        }
      }
      for (let channel = 0; channel < plan.channelsOut; channel++) {
        a[channel] = block.scale.values[channel]! * inverse[channel]!;
        b[channel] = block.shift.values[channel]! - mean[channel]! * a[channel]!;
      }
      kernels.affineRelu(out, raw, a, b, rows, plan.channelsOut);
      x = out;
    }
    this.#pool(x);
  }

  #sumsOf({ plan, raw }: TrainedBlock): { readonly sums: Float32Array; readonly squares: Float32Array } {
    const { sums, squares } = this.#vectors;
    sums.fill(0);
    squares.fill(0);
    this.#kernels.moments(sums, squares, raw, this.batch * plan.places, plan.channelsOut);
    return { sums, squares };
  }

  #pool(x: Float32Array): void {
    const { places, channelsOut: channels } = this.#blocks.at(-1)!.plan;
    const head = this.#head.values;
    for (let item = 0; item < this.batch; item++) {
      let logit = head[2 * channels]!;
      for (let channel = 0; channel < channels; channel++) {
        const start = item * places * channels + channel;
        let sum = 0;
        let most = 0;
        let place = start;
        for (let at = start; at < start + places * channels; at += channels) {
          const value = x[at]!;
          sum += value;
          if (value > most) {
            most = value;
            place = at;
          }
        }
        const slot = item * channels + channel;
        this.#means[slot] = sum / places;
        this.#maxima[slot] = most;
        this.#places[slot] = place;
        logit += head[channel]! * (sum / places) + head[channels + channel]! * most;
      }
      this.logits[item] = logit;
    }
  }

  #backward(slopes: Float32Array): void {
    const { places, channelsOut: channels } = this.#blocks.at(-1)!.plan;
    const head = this.#head;
    let [d, other] = this.#slopes;
    for (let item = 0; item < this.batch; item++) {
      const slope = slopes[item]!;
      head.gradient[2 * channels]! += slope;
      for (let channel = 0; channel < channels; channel++) {
        const slot = item * channels + channel;
        head.gradient[channel]! += slope * this.#means[slot]!;
        head.gradient[channels + channel]! += slope * this.#maxima[slot]!;
        const share = (slope * head.values[channel]!) / places;
        const start = item * places * channels + channel;
        for (let at = start; at < start + places * channels; at += channels) d[at] = share;
        d[this.#places[slot]!]! += slope * head.values[channels + channel]!;
      }
    }
    for (let depth = this.#blocks.length - 1; depth >= 0; depth--) {
      const block = this.#blocks[depth]!;
      const below = depth === 0 ? this.input : this.#blocks[depth - 1]!.out;
      this.#blockBackward(block, below, d, other, depth > 0);
      if (block.depthwise !== undefined) continue; // two passes: the slopes are back in d
      [d, other] = [other, d];
    }
  }

  /** From the slopes of a block's output in `d` to those of its input: in `d` for a separable block, in `other` for a full one. */
  #blockBackward(
    block: TrainedBlock,
    below: Float32Array,
    d: Float32Array,
    other: Float32Array,
    wantsInput: boolean,
  ): void {
    const kernels = this.#kernels;
    const { plan, middle, raw, out, mean, inverse, scale, shift, mix } = block;
    const { channelsOut: n, mixed } = plan;
    const rows = this.batch * plan.places;
    const { sums, squares, a, b, e } = this.#vectors;
    sums.fill(0);
    squares.fill(0);
    kernels.affineReluSums(sums, squares, d, out, raw, rows, n);
    for (let channel = 0; channel < n; channel++) {
      const shiftSlope = sums[channel]!;
      const scaleSlope = (squares[channel]! - mean[channel]! * shiftSlope) * inverse[channel]!;
      shift.gradient[channel]! += shiftSlope;
      scale.gradient[channel]! += scaleSlope;
      const factor = scale.values[channel]! * inverse[channel]!;
      a[channel] = factor;
      b[channel] = (-factor * inverse[channel]! * scaleSlope) / rows;
      e[channel] = (-factor * shiftSlope) / rows - b[channel]! * mean[channel]!;
    }
    kernels.affineReluInput(d, d, out, raw, { a, b, e }, rows, n);
    kernels.multiply(
      mix.gradient,
      middle,
      d,
      { m: mixed, n, k: rows, cRows: n, aRows: 1, aColumns: mixed, bRows: n },
      true,
    );
    if (block.depthwise === undefined) {
      if (wantsInput) throw new RangeError("Cannot train: a full block must be the first");
      return;
    }
    const transposed = this.#transposed;
    for (let row = 0; row < mixed; row++)
      for (let column = 0; column < n; column++) transposed[column * mixed + row] = mix.values[row * n + column]!;
    kernels.multiply(
      other,
      d,
      transposed,
      { m: rows, n: mixed, k: n, cRows: mixed, aRows: n, aColumns: 1, bRows: mixed },
      false,
    );
    kernels.depthwiseWeights(block.depthwise.gradient, other, below, plan, this.batch);
    if (!wantsInput) return;
    d.fill(0, 0, this.batch * plan.t * plan.f * plan.channels);
    kernels.depthwiseInput(d, other, block.depthwise.values, plan, this.batch);
  }

  #update({ learningRate, weightDecay = 1e-3 }: StepOptions): void {
    this.steps++;
    const firstLeft = 1 - 0.9 ** this.steps;
    const secondLeft = 1 - 0.99 ** this.steps;
    const keep = Math.min(0.998, this.steps / (this.steps + 20));
    for (const { values, gradient, first, second, average, decays } of this.#arrays()) {
      const shrink = decays ? 1 - learningRate * weightDecay : 1;
      for (let index = 0; index < values.length; index++) {
        const slope = gradient[index]!;
        gradient[index] = 0;
        const mean = 0.9 * first[index]! + 0.1 * slope;
        const square = 0.99 * second[index]! + 0.01 * slope * slope;
        first[index] = mean;
        second[index] = square;
        const value =
          shrink * values[index]! - (learningRate * (mean / firstLeft)) / (Math.sqrt(square / secondLeft) + 1e-8);
        values[index] = value;
        average[index] = keep * average[index]! + (1 - keep) * value;
      }
    }
  }
}
