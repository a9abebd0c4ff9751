import { seededRandom } from "../core/random.js";
import type { DenseLayer } from "../kernels/perceptron.js";
import { Mlp } from "./mlp.js";

/** Where training starts. */
export interface InitialOptions {
  readonly seed: number;
  /**
   * Half-width of the uniform weights: `he` sqrt(6 / inputs), made for ReLU (He 2015, equation 10); `xavier`
   * sqrt(6 / (inputs + outputs)) (Glorot 2010, equation 16). The last layer, which no ReLU follows, is always `xavier`.
   */
  readonly scheme?: "he" | "xavier";
}

/** 256 MiB of them: what a small device could hold at all. */
const MOST_WEIGHTS = 2 ** 26;

/**
 * A perceptron of these widths, inputs first, with weights by seed and biases of zero. Only mulberry32 and square roots are
 * used, so every runtime makes the same bits.
 */
export function initialMlp(sizes: readonly number[], { seed, scheme = "he" }: InitialOptions): Mlp {
  if (sizes.length < 2) throw new RangeError(`Cannot make a perceptron: expected two widths or more, got [${sizes}]`);
  const total = sizes.slice(1).reduce((sum, outputs, index) => sum + outputs * sizes[index]!, 0);
  if (total > MOST_WEIGHTS)
    throw new RangeError(`Cannot make a perceptron: expected at most ${MOST_WEIGHTS} weights, got ${total}`);
  const random = seededRandom(seed);
  const layers = sizes.slice(1).map((outputs, index): DenseLayer => {
    const inputs = sizes[index]!;
    const last = index === sizes.length - 2;
    const limit = Math.sqrt(6 / (scheme === "he" && !last ? inputs : inputs + outputs));
    const weights = Float32Array.from({ length: inputs * outputs }, () => (2 * random.next() - 1) * limit);
    return { inputs, outputs, weights, bias: new Float32Array(outputs) };
  });
  return new Mlp(layers);
}
