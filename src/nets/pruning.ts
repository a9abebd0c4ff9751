import type { DenseLayer, ForwardPass, PrunedLayer, SparseBuffers } from "../kernels/perceptron.js";
import { referencePrunedPerceptron } from "../kernels/perceptron-pruned-reference.js";
import { simdPrunedPerceptron } from "../kernels/perceptron-simd.js";
import type { Classifier } from "./classifier.js";
import { checkDense, checkSparse, Mlp } from "./mlp.js";

/**
 * A perceptron that keeps, stores and multiplies only the blocks of weights that pruning left: four weights of one input each,
 * because four numbers are what one instruction takes. The layers are copied.
 */
export class SparseMlp implements Classifier {
  readonly kind = "sparse";
  readonly inputs: number;
  readonly outputs: number;
  readonly bytes: number;
  readonly layers: readonly PrunedLayer[];
  readonly #pass: ForwardPass;

  constructor(
    layers: readonly PrunedLayer[],
    { forward = fastest }: { readonly forward?: (layers: readonly PrunedLayer[]) => ForwardPass } = {},
  ) {
    checkLayers(layers);
    this.layers = layers.map((layer) => ({
      inputs: layer.inputs,
      outputs: layer.outputs,
      starts: layer.starts.slice(),
      groups: layer.groups.slice(),
      weights: layer.weights.slice(),
      bias: layer.bias.slice(),
    }));
    this.inputs = layers[0]!.inputs;
    this.outputs = layers[layers.length - 1]!.outputs;
    this.bytes = layers.reduce(
      (sum, { starts, groups, weights, bias }) =>
        sum + starts.byteLength + groups.byteLength + weights.byteLength + bias.byteLength,
      0,
    );
    this.#pass = forward(this.layers);
  }

  get implementation(): "simd" | "reference" {
    return this.#pass.implementation;
  }

  get lent(): SparseBuffers {
    return this.#pass.lent;
  }

  predict(input: Float32Array, out: Float32Array): void {
    checkDense(this, input, out);
    this.#pass.dense(input, out);
  }

  predictSparse(indices: Uint16Array, values: Float32Array, count: number, out: Float32Array): void {
    checkSparse(this, indices, values, count, out);
    this.#pass.sparse(indices, values, count, out);
  }

  /** The same network with its zeros written out, for `trainMlp` with `keepZeros`. */
  toMlp(): Mlp {
    return new Mlp(this.layers.map(denseLayer));
  }
}

/**
 * What to take away: the share `sparsity` of all blocks, 0 to below 1, the smallest first, each measured against its layer's
 * typical weight; or every block whose root mean square is at most `magnitude` (0 takes those that are nothing but zeros).
 */
export type PruningTarget = { readonly sparsity: number } | { readonly magnitude: number };

/**
 * Leaves out the weights that say least, in blocks of four outputs of one input (Han 2015, by magnitude). From half of the
 * blocks on the rest is faster than before on dense inputs, from three quarters on also on sparse ones. Train `toMlp()` with
 * `keepZeros` to make up for the loss and prune the result by `{ magnitude: 0 }`.
 */
export function pruneMlp(mlp: Mlp, target: PruningTarget): SparseMlp {
  const sizes = mlp.layers.map(blockSizes);
  if ("magnitude" in target) {
    if (!(target.magnitude >= 0))
      throw new RangeError(`Cannot prune: expected a magnitude of 0 or more, got ${target.magnitude}`);
    return new SparseMlp(mlp.layers.map((layer, index) => prunedLayer(layer, sizes[index]!, target.magnitude)));
  }
  const { sparsity } = target;
  if (!(sparsity >= 0 && sparsity < 1))
    throw new RangeError(`Cannot prune: expected a sparsity from 0 to below 1, got ${sparsity}`);
  // Layers of different widths start from weights of different size: what counts is a block's share in its own layer.
  const typical = sizes.map((list) => Math.sqrt(list.reduce((sum, size) => sum + size * size, 0) / list.length) || 1);
  const shares = sizes.map((list, index) => list.map((size) => size / typical[index]!));
  const sorted = Float32Array.from(shares.flatMap((list) => [...list])).sort();
  const taken = Math.round(sparsity * sorted.length);
  const limit = taken === 0 ? -1 : sorted[taken - 1]!;
  return new SparseMlp(mlp.layers.map((layer, index) => prunedLayer(layer, shares[index]!, limit)));
}

/** Root mean square of each block's weights, (inputs, groups of four outputs). */
function blockSizes({ inputs, outputs, weights }: DenseLayer): Float32Array {
  const groups = Math.ceil(outputs / 4);
  const sizes = new Float32Array(inputs * groups);
  for (let output = 0; output < outputs; output++)
    for (let input = 0; input < inputs; input++)
      sizes[input * groups + (output >> 2)]! += weights[output * inputs + input]! ** 2;
  for (let block = 0; block < sizes.length; block++) {
    const members = Math.min(4, outputs - 4 * (block % groups));
    sizes[block] = Math.sqrt(sizes[block]! / members);
  }
  return sizes;
}

/** Keeps the blocks whose size is above the limit. */
function prunedLayer({ inputs, outputs, weights, bias }: DenseLayer, sizes: Float32Array, limit: number): PrunedLayer {
  const width = Math.ceil(outputs / 4);
  const kept = sizes.reduce((count, size) => (size > limit ? count + 1 : count), 0);
  const starts = new Int32Array(inputs + 1);
  const groups = new Uint16Array(kept);
  const blocks = new Float32Array(4 * kept);
  let next = 0;
  for (let input = 0; input < inputs; input++) {
    for (let group = 0; group < width; group++) {
      if (!(sizes[input * width + group]! > limit)) continue;
      groups[next] = group;
      for (let lane = 0; lane < 4 && 4 * group + lane < outputs; lane++)
        blocks[4 * next + lane] = weights[(4 * group + lane) * inputs + input]!;
      next++;
    }
    starts[input + 1] = next;
  }
  return { inputs, outputs, starts, groups, weights: blocks, bias };
}

function denseLayer({ inputs, outputs, starts, groups, weights, bias }: PrunedLayer): DenseLayer {
  const all = new Float32Array(inputs * outputs);
  for (let input = 0; input < inputs; input++)
    for (let block = starts[input]!; block < starts[input + 1]!; block++)
      for (let lane = 0; lane < 4 && 4 * groups[block]! + lane < outputs; lane++)
        all[(4 * groups[block]! + lane) * inputs + input] = weights[4 * block + lane]!;
  return { inputs, outputs, weights: all, bias };
}

function fastest(layers: readonly PrunedLayer[]): ForwardPass {
  return simdPrunedPerceptron(layers) ?? referencePrunedPerceptron(layers);
}

function checkLayers(layers: readonly PrunedLayer[]): void {
  if (layers.length === 0) throw new RangeError("Cannot make a perceptron: expected at least one layer, got none");
  for (const [index, { inputs, outputs, starts, groups, weights, bias }] of layers.entries()) {
    const fail = (wish: string, found: number | string): never => {
      throw new RangeError(
        `Cannot make a perceptron: expected ${wish} for layer ${index} (${outputs}, ${inputs}), got ${found}`,
      );
    };
    if (starts.length !== inputs + 1) fail(`${inputs + 1} starts`, starts.length);
    if (bias.length !== outputs) fail(`${outputs} biases`, bias.length);
    if (weights.length !== 4 * groups.length) fail(`${4 * groups.length} weights`, weights.length);
    if (starts[0] !== 0 || starts[inputs] !== groups.length)
      fail(`starts from 0 to ${groups.length}`, `${starts[0]} to ${starts[inputs]}`);
    if (starts.some((start, place) => place > 0 && start < starts[place - 1]!))
      fail("starts that do not go back", "others");
    const outside = groups.find((group) => 4 * group >= outputs);
    if (outside !== undefined) fail(`groups below ${Math.ceil(outputs / 4)}`, outside);
    const before = layers[index - 1];
    if (before !== undefined && before.outputs !== inputs) fail(`${before.outputs} inputs`, inputs);
  }
}
