/** What a spike does to the membrane: back to zero, or less by the threshold (no charge is lost). */
export type LifReset = "zero" | "subtract";

/**
 * A layer of leaky integrate-and-fire neurons in discrete time: i[t] = b i[t-1] + x[t] + c and v[t] = a v[t-1] + i[t], a spike
 * where v reaches the threshold. a, b: decays of membrane and synapse a step; c: bias. See docs/math/spiking-network.md.
 */
export interface LifParameters {
  readonly units: number;
  /** (units) exp(-step / tauMem). */
  readonly membraneDecay: Float32Array;
  /** (units) exp(-step / tauSyn); 0 for a current that lasts one step. */
  readonly synapseDecay: Float32Array;
  /** (units) above 0; Infinity for a unit that integrates and never fires. */
  readonly threshold: Float32Array;
  /** (units) a current of every step. */
  readonly bias: Float32Array;
  readonly reset: LifReset;
  /** Steps after a spike in which the membrane is held and the neuron cannot fire. */
  readonly refractorySteps: number;
}

/** What a layer remembers from step to step; all (units). */
export interface LifState {
  readonly membrane: Float32Array;
  readonly current: Float32Array;
  /** Steps yet to wait. */
  readonly refractory: Uint8Array;
  /** 1 for each neuron that fired in the last step. */
  readonly spikes: Uint8Array;
}

/** One value for every neuron, or one for each. */
export type PerNeuron = number | ArrayLike<number>;

/** Neurons by their time constants, in milliseconds. */
export interface LifOptions {
  readonly units: number;
  readonly stepMs: number;
  readonly tauMemMs?: PerNeuron;
  /** 0 for a current that lasts one step. */
  readonly tauSynMs?: PerNeuron;
  readonly threshold?: PerNeuron;
  readonly bias?: PerNeuron;
  readonly reset?: LifReset;
  readonly refractoryMs?: number;
}

/** Parameters from time constants. RangeError for a time constant below zero or a threshold not above it. */
export function lifParameters(options: LifOptions): LifParameters {
  const { units, stepMs, tauMemMs = 20, tauSynMs = 0, threshold = 1, bias = 0 } = options;
  const { reset = "zero", refractoryMs = 0 } = options;
  if (!Number.isInteger(units) || units < 1) throw new RangeError(`Cannot make a layer of ${units} neurons`);
  if (!(stepMs > 0)) throw new RangeError(`Cannot make neurons with a step of ${stepMs} ms`);
  const refractorySteps = Math.round(refractoryMs / stepMs);
  if (!(refractorySteps >= 0 && refractorySteps <= 255))
    throw new RangeError(`Cannot make neurons: a refractory period of ${refractoryMs} ms is not from 0 to 255 steps`);
  const parameters: LifParameters = {
    units,
    membraneDecay: perNeuron(units, "tauMemMs", tauMemMs).map((tau) => decayOf(stepMs, tau)),
    synapseDecay: perNeuron(units, "tauSynMs", tauSynMs).map((tau) => decayOf(stepMs, tau)),
    threshold: perNeuron(units, "threshold", threshold),
    bias: perNeuron(units, "bias", bias),
    reset,
    refractorySteps,
  };
  if (!parameters.threshold.every((value) => value > 0))
    throw new RangeError("Cannot make neurons: expected every threshold above 0");
  return parameters;
}

/** A layer at rest. */
export function lifState(units: number): LifState {
  return {
    membrane: new Float32Array(units),
    current: new Float32Array(units),
    refractory: new Uint8Array(units),
    spikes: new Uint8Array(units),
  };
}

/** One step of a layer, from its state and the step's input current (units) alone; updates the state, returns how many fired. */
export function stepLif(state: LifState, input: Float32Array, parameters: LifParameters, offset = 0): number {
  const { membrane, current, refractory, spikes } = state;
  const { units, membraneDecay, synapseDecay, threshold, bias, refractorySteps } = parameters;
  const subtracts = parameters.reset === "subtract";
  let fired = 0;
  for (let unit = 0; unit < units; unit++) {
    const arriving = synapseDecay[unit]! * current[unit]! + (input[offset + unit]! + bias[unit]!);
    current[unit] = arriving;
    spikes[unit] = 0;
    if (refractory[unit]! > 0) {
      refractory[unit] = refractory[unit]! - 1;
      continue;
    }
    const next = membraneDecay[unit]! * membrane[unit]! + arriving;
    if (next >= threshold[unit]!) {
      membrane[unit] = subtracts ? next - threshold[unit]! : 0;
      refractory[unit] = refractorySteps;
      spikes[unit] = 1;
      fired++;
    } else membrane[unit] = next;
  }
  return fired;
}

/**
 * exp(-stepMs / tauMs) by halving and Taylor's series: additions and products only, so the same bits in every runtime
 * (Math.exp differs between them). 0 where tau is 0. Relative error below 1e-14.
 */
export function decayOf(stepMs: number, tauMs: number): number {
  if (!(tauMs >= 0)) throw new RangeError(`Cannot decay with a time constant of ${tauMs} ms`);
  if (tauMs === 0) return 0;
  let x = stepMs / tauMs;
  let halvings = 0;
  for (; x > 0.125 && halvings < 20; halvings++) x /= 2;
  let sum = 1;
  for (let term = 12; term > 0; term--) sum = 1 - (x / term) * sum;
  for (; halvings > 0; halvings--) sum *= sum;
  return sum;
}

function perNeuron(units: number, name: string, value: PerNeuron): Float32Array {
  if (typeof value === "number") return new Float32Array(units).fill(value);
  if (value.length !== units)
    throw new RangeError(`Cannot make neurons: expected ${units} values of ${name}, got ${value.length}`);
  return Float32Array.from(value);
}
