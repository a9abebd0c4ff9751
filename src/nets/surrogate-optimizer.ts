/** What Adam remembers, as it is written to a checkpoint. */
export interface AdamState {
  steps: number;
  readonly first: Float32Array;
  readonly second: Float32Array;
  /** Running mean of the parameters themselves (Polyak and Juditsky 1992): steadier than the last step. */
  readonly average: Float32Array;
}

/** Memory of flat parameters before the first step. */
export function adamState(parameters: Float32Array): AdamState {
  const { length } = parameters;
  return { steps: 0, first: new Float32Array(length), second: new Float32Array(length), average: parameters.slice() };
}

/** One step of Adam (Kingma and Ba 2015), the gradient's norm clipped; returns that norm. Parameters that are not finite stay. */
export function adamStep(
  parameters: Float32Array,
  gradients: Float32Array,
  state: AdamState,
  {
    learningRate,
    clip,
    averaging,
  }: { readonly learningRate: number; readonly clip: number; readonly averaging: number },
): number {
  state.steps++;
  const { first, second, average, steps } = state;
  let square = 0;
  for (const gradient of gradients) square += gradient * gradient;
  const norm = Math.sqrt(square);
  const factor = norm > clip ? clip / norm : 1;
  const rate = (learningRate * Math.sqrt(1 - BETA2 ** steps)) / (1 - BETA1 ** steps);
  // The mean of the first steps is that of the steps so far, not of the beginning.
  const share = Math.max(1 - averaging, 1 / steps);
  for (let index = 0; index < parameters.length; index++) {
    const value = parameters[index]!;
    if (!Number.isFinite(value)) continue;
    const gradient = factor * gradients[index]!;
    first[index] = BETA1 * first[index]! + (1 - BETA1) * gradient;
    second[index] = BETA2 * second[index]! + (1 - BETA2) * gradient * gradient;
    const next = value - (rate * first[index]!) / (Math.sqrt(second[index]!) + 1e-8);
    parameters[index] = next;
    average[index] = average[index]! + share * (next - average[index]!);
  }
  return norm;
}

const BETA1 = 0.9;
const BETA2 = 0.999;
