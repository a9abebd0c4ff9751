import { type Recurrence, type ReservoirWeights, SPARSE_BLOCK_ROWS } from "../kernels/reservoir.js";
import { spectralRadius as measuredRadius } from "./spectral-radius.js";
import { nearlyGaussian, randomOrder, randomSigns, randomStream } from "./topology-random.js";
import type { TopologyOptions } from "./topology-structured.js";

/**
 * Input weights +- the input scaling (bias weights: +- the bias) beside a recurrence. The signs are those of a Walsh-Hadamard
 * matrix between random signs, a row of it for each input: as random as independent ones to a single input, orthogonal
 * among inputs, and O(units log units) for any number of them, with 8 bytes a unit where a matrix has 4 a unit and input.
 */
export function matrixWeights(options: TopologyOptions, recurrence: Recurrence): ReservoirWeights {
  const { units, inputs, inputScaling, bias, seed, leak } = options;
  let size = 16;
  while (size < units || size <= inputs) size *= 4;
  const signs = randomSigns(2 * size, randomStream(seed, 2));
  const slots = randomOrder(size, randomStream(seed, 3)).slice(0, inputs + 1);
  const gains = new Float32Array(inputs + 1).fill(inputScaling);
  gains[inputs] = bias;
  return { kind: "matrix", units, inputs, leak, slots, gains, signs, recurrence };
}

/**
 * Random orthogonal blocks times a random permutation times the radius: the spectral radius is exact, and blockSize of the
 * units' columns are taken by each row. `units` is a multiple of `blockSize`.
 */
export function blockOrthogonal(
  options: Pick<TopologyOptions, "units" | "spectralRadius" | "seed"> & { readonly blockSize: number },
): Recurrence & { readonly kind: "blocks" } {
  const { units, blockSize, spectralRadius, seed } = options;
  const random = randomStream(seed, 0);
  const matrix = new Float32Array(units * blockSize);
  for (let start = 0; start < matrix.length; start += blockSize * blockSize) {
    const block = randomOrthogonal(blockSize, () => nearlyGaussian(random));
    for (let index = 0; index < block.length; index++) matrix[start + index] = block[index]! * spectralRadius;
  }
  return { kind: "blocks", blockSize, matrix, order: randomOrder(units, randomStream(seed, 1)) };
}

/**
 * The product of n Householder reflections in random directions of n, n-1, ... dimensions: a random orthogonal matrix
 * (n, n) (Stewart 1980, The efficient generation of random orthogonal matrices) without a factorisation, 4/3 n^3 operations, of
 * + - * / and sqrt alone.
 */
function randomOrthogonal(size: number, draw: () => number): Float64Array {
  const matrix = new Float64Array(size * size);
  for (let index = 0; index < size; index++) matrix[index * (size + 1)] = 1;
  const direction = new Float64Array(size);
  const products = new Float64Array(size);
  for (let first = size - 1; first >= 0; first--) {
    let squares = 0;
    for (let index = first; index < size; index++) {
      direction[index] = draw();
      squares += direction[index]! * direction[index]!;
    }
    if (squares === 0) continue;
    const sign = direction[first]! < 0 ? -1 : 1;
    const length = Math.sqrt(squares);
    const half = squares + Math.abs(direction[first]!) * length;
    direction[first] = direction[first]! + sign * length;
    products.fill(0, first);
    for (let row = first; row < size; row++) {
      const weight = direction[row]!;
      const start = row * size;
      for (let column = first; column < size; column++) {
        products[column] = products[column]! + weight * matrix[start + column]!;
      }
    }
    for (let row = first; row < size; row++) {
      const weight = direction[row]! / half;
      const start = row * size;
      for (let column = first; column < size; column++) {
        matrix[start + column] = matrix[start + column]! - weight * products[column]!;
      }
    }
    // A sign for the row that this dimension closes: without it the last direction would be the same in every matrix.
    if (sign > 0) for (let column = first; column < size; column++) matrix[first * size + column]! *= -1;
  }
  return matrix;
}

/**
 * The same blocks in 8 bits, each row at the scale that keeps its length: the radius of a block is then right to 2e-3
 * (held by the tests), where that of the f32 blocks is right to 1e-6.
 */
export function quantizedBlocks(blocks: Recurrence & { readonly kind: "blocks" }): Recurrence {
  const { blockSize, order } = blocks;
  const units = order.length;
  const matrix = new Int8Array(units * blockSize);
  const scales = new Float32Array(units);
  for (let row = 0; row < units; row++) {
    const weights = blocks.matrix.subarray(row * blockSize, (row + 1) * blockSize);
    let largest = 0;
    for (const weight of weights) largest = Math.max(largest, Math.abs(weight));
    let length = 0;
    let rounded = 0;
    for (let column = 0; column < blockSize; column++) {
      const weight = weights[column]!;
      const integer = largest === 0 ? 0 : Math.round((weight / largest) * 127);
      matrix[row * blockSize + column] = integer;
      length += weight * weight;
      rounded += integer * integer;
    }
    scales[row] = rounded === 0 ? 0 : Math.sqrt(length / rounded) / 32767;
  }
  return { kind: "quantized-blocks", blockSize, matrix, scales, order };
}

/**
 * Random weights where each block of eight rows takes the same random columns; scaled to the measured spectral radius, which is
 * then right to 1e-9, and to 4e-9 once the weights are rounded to f32.
 */
export function sparseRecurrence(
  options: Pick<TopologyOptions, "units" | "spectralRadius" | "seed"> & { readonly fanIn: number },
): Recurrence {
  const { units, fanIn, spectralRadius, seed } = options;
  const blocks = units / SPARSE_BLOCK_ROWS;
  const randomColumns = randomStream(seed, 1);
  const columns = new Uint16Array(blocks * fanIn);
  for (let block = 0; block < blocks; block++) {
    columns.set(randomOrder(units, randomColumns).subarray(0, fanIn).sort(), block * fanIn);
  }
  const random = randomStream(seed, 0);
  const matrix = Float32Array.from({ length: units * fanIn }, () => nearlyGaussian(random));
  const { radius } = measuredRadius(units, (result, x) => sparseProduct(result, x, columns, matrix));
  const factor = spectralRadius / radius;
  for (let index = 0; index < matrix.length; index++) matrix[index] = matrix[index]! * factor;
  return { kind: "sparse", fanIn, columns, matrix };
}

function sparseProduct(result: Float64Array, x: Float64Array, columns: Uint16Array, matrix: Float32Array): void {
  const blocks = result.length / SPARSE_BLOCK_ROWS;
  const fanIn = columns.length / blocks;
  result.fill(0);
  for (let block = 0; block < blocks; block++) {
    const row = block * SPARSE_BLOCK_ROWS;
    let [s0, s1, s2, s3, s4, s5, s6, s7] = [0, 0, 0, 0, 0, 0, 0, 0];
    for (let link = block * fanIn; link < (block + 1) * fanIn; link++) {
      const value = x[columns[link]!]!;
      const at = link * SPARSE_BLOCK_ROWS;
      s0 += matrix[at]! * value;
      s1 += matrix[at + 1]! * value;
      s2 += matrix[at + 2]! * value;
      s3 += matrix[at + 3]! * value;
      s4 += matrix[at + 4]! * value;
      s5 += matrix[at + 5]! * value;
      s6 += matrix[at + 6]! * value;
      s7 += matrix[at + 7]! * value;
    }
    result.set([s0, s1, s2, s3, s4, s5, s6, s7], row);
  }
}
