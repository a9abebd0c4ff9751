import { type ForwardPass, outside, type PrunedLayer, sparseBuffers } from "./perceptron.js";
import { finite, rectify, softmax } from "./perceptron-reference.js";

/** The forward pass over blocks in plain TypeScript, sums in f64. */
export function referencePrunedPerceptron(layers: readonly PrunedLayer[]): ForwardPass {
  const first = layers[0]!;
  const activations = layers.map((layer) => new Float32Array(layer.outputs));
  // Whole groups of four, so that a block needs no test for outputs that are not there.
  const sums = layers.map((layer) => new Float64Array(4 * Math.ceil(layer.outputs / 4)));
  const finish = (index: number): void => {
    const y = activations[index]!;
    for (let output = 0; output < y.length; output++) y[output] = sums[index]![output]!;
    if (index + 1 < layers.length) rectify(y);
  };
  const rest = (out: Float32Array): void => {
    for (let index = 1; index < layers.length; index++) {
      const x = activations[index - 1]!;
      if (!finite(x, x.length)) {
        out.fill(Number.NaN); // a sum too large for a float
        return;
      }
      sums[index]!.set(layers[index]!.bias);
      for (let input = 0; input < x.length; input++)
        if (x[input] !== 0) addBlocks(layers[index]!, input, x[input]!, sums[index]!);
      finish(index);
    }
    softmax(activations[layers.length - 1]!, out);
  };
  return {
    implementation: "reference",
    lent: sparseBuffers(first.inputs),
    dense(input, out) {
      if (!finite(input, input.length)) {
        out.fill(Number.NaN);
        return;
      }
      sums[0]!.set(first.bias);
      for (let place = 0; place < input.length; place++)
        if (input[place] !== 0) addBlocks(first, place, input[place]!, sums[0]!);
      finish(0);
      rest(out);
    },
    sparse(indices, values, count, out) {
      if (!finite(values, count)) {
        out.fill(Number.NaN);
        return;
      }
      sums[0]!.set(first.bias);
      for (let place = 0; place < count; place++) {
        if (indices[place]! >= first.inputs) throw outside(indices, count, first.inputs);
        addBlocks(first, indices[place]!, values[place]!, sums[0]!);
      }
      finish(0);
      rest(out);
    },
  };
}

function addBlocks({ starts, groups, weights }: PrunedLayer, input: number, value: number, sums: Float64Array): void {
  const end = starts[input + 1]!;
  for (let block = starts[input]!; block < end; block++) {
    const output = 4 * groups[block]!;
    const weight = 4 * block;
    sums[output]! += value * weights[weight]!;
    sums[output + 1]! += value * weights[weight + 1]!;
    sums[output + 2]! += value * weights[weight + 2]!;
    sums[output + 3]! += value * weights[weight + 3]!;
  }
}
