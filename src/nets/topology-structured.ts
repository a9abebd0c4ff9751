import type { ReservoirWeights } from "../kernels/reservoir.js";
import { randomOrder, randomSigns, randomStream } from "./topology-random.js";

/** What the weights of any topology are made from, already validated. */
export interface TopologyOptions {
  readonly units: number;
  readonly inputs: number;
  readonly spectralRadius: number;
  readonly inputScaling: number;
  readonly bias: number;
  readonly seed: number;
  /** (units) */
  readonly leak: Float32Array;
}

/**
 * radius * H D3 H D2 H D1 with H the orthonormal Walsh-Hadamard matrix and D random signs: orthogonal times the radius, so
 * the spectral radius is exact and nothing but 3 * units signs is kept. Each input has a row of H D3 of its own, +-1 times the
 * input scaling; so has the bias. Source: Dong et al., Reservoir Computing meets Recurrent Kernels and Structured
 * Transforms, NeurIPS 2020.
 */
export function structuredWeights(options: TopologyOptions): ReservoirWeights {
  const { units, inputs, spectralRadius, inputScaling, bias, seed, leak } = options;
  const signs = randomSigns(3 * units, randomStream(seed, 0));
  const slots = randomOrder(units, randomStream(seed, 1)).slice(0, inputs + 1);
  const gain = (inputScaling * Math.sqrt(units)) / spectralRadius;
  const gains = new Float32Array(inputs + 1).fill(gain);
  gains[inputs] = (bias * Math.sqrt(units)) / spectralRadius;
  return { kind: "structured", units, inputs, leak, signs, slots, gains, spectralRadius };
}
