import type { DenseLayer, ForwardPass, SparseBuffers } from "../kernels/perceptron.js";
import { referencePerceptron } from "../kernels/perceptron-reference.js";
import { simdPerceptron } from "../kernels/perceptron-simd.js";
import type { Classifier } from "./classifier.js";

/**
 * A multilayer perceptron: fully connected layers, ReLU between them, softmax at the end. One layer alone is softmax
 * regression. The layers are copied; they do not change afterwards. RangeError when their shapes do not follow on each other.
 */
export class Mlp implements Classifier {
  readonly kind = "f32";
  readonly inputs: number;
  readonly outputs: number;
  readonly bytes: number;
  readonly layers: readonly DenseLayer[];
  readonly #pass: ForwardPass;

  constructor(
    layers: readonly DenseLayer[],
    { forward = fastest }: { readonly forward?: (layers: readonly DenseLayer[]) => ForwardPass } = {},
  ) {
    checkLayers(layers);
    this.layers = layers.map((layer) => ({
      inputs: layer.inputs,
      outputs: layer.outputs,
      weights: layer.weights.slice(),
      bias: layer.bias.slice(),
    }));
    this.inputs = layers[0]!.inputs;
    this.outputs = layers[layers.length - 1]!.outputs;
    this.bytes = layers.reduce((sum, layer) => sum + 4 * (layer.weights.length + layer.bias.length), 0);
    this.#pass = forward(this.layers);
  }

  /** `simd` where the runtime has it. */
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
}

function fastest(layers: readonly DenseLayer[]): ForwardPass {
  return simdPerceptron(layers) ?? referencePerceptron(layers);
}

/** The longest input: places are 16 bits wide. */
const MAX_WIDTH = 65_536;

function checkLayers(layers: readonly DenseLayer[]): void {
  if (layers.length === 0) throw new RangeError("Cannot make a perceptron: expected at least one layer, got none");
  for (const [index, layer] of layers.entries()) {
    const { inputs, outputs, weights, bias } = layer;
    const where = `layer ${index} (${outputs}, ${inputs})`;
    for (const width of [inputs, outputs])
      if (!Number.isInteger(width) || width < 1 || width > MAX_WIDTH)
        throw new RangeError(`Cannot make a perceptron: expected widths of 1 to ${MAX_WIDTH} for ${where}`);
    if (weights.length !== inputs * outputs)
      throw new RangeError(
        `Cannot make a perceptron: expected ${inputs * outputs} weights for ${where}, got ${weights.length}`,
      );
    if (bias.length !== outputs)
      throw new RangeError(`Cannot make a perceptron: expected ${outputs} biases for ${where}, got ${bias.length}`);
    const before = layers[index - 1];
    if (before !== undefined && before.outputs !== inputs)
      throw new RangeError(`Cannot make a perceptron: expected ${before.outputs} inputs for ${where}, got ${inputs}`);
    for (const list of [weights, bias])
      if (!list.every(Number.isFinite))
        throw new RangeError(`Cannot make a perceptron: expected finite weights for ${where}`);
  }
}

/** RangeError unless the lengths are those of the network. */
export function checkDense(net: Classifier, input: Float32Array, out: Float32Array): void {
  if (input.length !== net.inputs)
    throw new RangeError(`Cannot predict: expected ${net.inputs} inputs, got ${input.length}`);
  if (out.length !== net.outputs)
    throw new RangeError(`Cannot predict: expected room for ${net.outputs} outputs, got ${out.length}`);
}

/** RangeError unless the lists are long enough; whether each place lies inside the input the kernel sees. */
export function checkSparse(
  net: Classifier,
  indices: Uint16Array,
  values: Float32Array,
  count: number,
  out: Float32Array,
): void {
  if (out.length !== net.outputs)
    throw new RangeError(`Cannot predict: expected room for ${net.outputs} outputs, got ${out.length}`);
  if (!(count >= 0 && count <= indices.length && count <= values.length))
    throw new RangeError(
      `Cannot predict: expected ${count} places and values, got ${indices.length} and ${values.length}`,
    );
}
