import type { ReservoirKernel, ReservoirKernels } from "../kernels/reservoir.js";
import { referenceReservoirKernels } from "../kernels/reservoir-reference.js";
import { wasmReservoirKernels } from "../kernels/reservoir-wasm.js";
import {
  type ReservoirOptions,
  type ResolvedReservoirOptions,
  reservoirWeights,
  resolveReservoirOptions,
} from "./reservoir-options.js";
import { decodeReservoirState, encodeReservoirState, fnv1a, type ReservoirIdentity } from "./reservoir-state.js";

/** A linear map of the state; `weights` (outputs, units) row by row, `bias` (outputs). */
export interface Readout {
  readonly weights: ArrayLike<number>;
  readonly bias: ArrayLike<number>;
}

/** Beyond it f32 sums of inputs could overflow. */
const LARGEST_INPUT = 1e20;

/**
 * Echo state network with leaky units: x <- (1 - leak) x + leak tanh(W x + W_in u + b), and a linear readout that is computed
 * only when it is asked for. Weights are fixed by the options and the seed; the readout is learned outside (ridge, RLS,
 * LMS) and set. A step allocates nothing. Source: Jaeger 2001, GMD report 148; Lukosevicius 2012.
 */
export class Reservoir {
  readonly options: ResolvedReservoirOptions;
  readonly #kernel: ReservoirKernel;
  readonly #identity: ReservoirIdentity;
  readonly #output: Float32Array;
  #outputIsOld = true;

  /** RangeError for an option that cannot be. `kernel`, where there is one already, holds the weights of these options. */
  constructor(options: ReservoirOptions, kernel?: ReservoirKernel) {
    this.options = resolveReservoirOptions(options);
    this.#kernel = kernel ?? makeKernel(this.options, options.kernels);
    this.#output = new Float32Array(this.options.outputs);
    this.#identity = identityOf(this.options);
  }

  /** (units), live: what it holds changes with the next step, and writing into it changes the network. */
  get state(): Float32Array {
    return this.#kernel.state;
  }

  /** Which arithmetic runs. */
  get kernels(): ReservoirKernel["kind"] {
    return this.#kernel.kind;
  }

  /** One step with all inputs (inputs). RangeError for another length, NaN or infinity; the state is then as it was. */
  step(input: ArrayLike<number>): void {
    const { values } = this.#kernel;
    if (input.length !== values.length) {
      throw new RangeError(`Cannot step the reservoir: expected ${values.length} inputs, got ${input.length}`);
    }
    for (let index = 0; index < values.length; index++) values[index] = checked(input[index]!, index);
    this.#kernel.stepDense();
    this.#outputIsOld = true;
  }

  /** One step with the first `count` of the pairs, every other input 0. RangeError as in `step`, or for an index that is none. */
  stepSparse(indices: ArrayLike<number>, values: ArrayLike<number>, count: number = indices.length): void {
    const kernel = this.#kernel;
    const inputs = kernel.values.length;
    if (count >>> 0 !== count || count > inputs || count > indices.length || count > values.length) {
      throw new RangeError(
        `Cannot step the reservoir: expected 0 to ${inputs} pairs, got ${count} of ${indices.length} indices and ${values.length} values`,
      );
    }
    for (let place = 0; place < count; place++) {
      const index = indices[place]!;
      if (index >>> 0 !== index || index >= inputs) {
        throw new RangeError(`Cannot step the reservoir: expected an input from 0 to ${inputs - 1}, got ${index}`);
      }
      kernel.indices[place] = index;
      kernel.values[place] = checked(values[place]!, index);
    }
    kernel.stepSparse(count);
    this.#outputIsOld = true;
  }

  /** (outputs): the readout of the state, computed once for each state. Overwritten by the next call after a step. */
  output(): Float32Array {
    if (this.#outputIsOld) {
      this.#kernel.readout(this.#output);
      this.#outputIsOld = false;
    }
    return this.#output;
  }

  /** Takes a learned readout. RangeError when its shape is another or a number is not finite. */
  setReadout(readout: Readout): void {
    const { outputs, units } = this.options;
    if (readout.weights.length !== outputs * units || readout.bias.length !== outputs) {
      throw new RangeError(
        `Cannot set the readout: expected ${outputs} rows of ${units} weights and a bias, got ${readout.weights.length} weights and ${readout.bias.length} biases`,
      );
    }
    if (!areFinite(readout.weights) || !areFinite(readout.bias))
      throw new RangeError("Cannot set the readout: expected finite weights and biases");
    this.#kernel.setReadout(readout.weights, readout.bias);
    this.#outputIsOld = true;
  }

  /** The zero state. */
  reset(): void {
    this.#kernel.state.fill(0);
    this.#outputIsOld = true;
  }

  /** Copies the state out: with `setState`, how one network serves many projects. */
  copyStateTo(target: Float32Array): void {
    target.set(this.#kernel.state);
  }

  /** Copies a state in. RangeError for another length. */
  setState(source: Float32Array): void {
    if (source.length !== this.options.units) {
      throw new RangeError(`Cannot set the state: expected ${this.options.units} units, got ${source.length}`);
    }
    this.#kernel.state.set(source);
    this.#outputIsOld = true;
  }

  /** A network with the same weights, readout and state that goes its own way. */
  clone(): Reservoir {
    return new Reservoir(this.options, this.#kernel.clone());
  }

  /** The state as bytes: `f32` bit-exact, `int8` in a quarter of the bytes. */
  save({ precision = "f32" }: { readonly precision?: "f32" | "int8" } = {}): Uint8Array<ArrayBuffer> {
    return encodeReservoirState(this.#kernel.state, this.#identity, precision);
  }

  /** The state that `save` wrote. ReservoirStateError, and nothing changed, when it is damaged or another network's. */
  load(bytes: Uint8Array): void {
    decodeReservoirState(this.#kernel.state, bytes, this.#identity);
    this.#outputIsOld = true;
  }
}

function identityOf(options: ResolvedReservoirOptions): ReservoirIdentity {
  const { units, seed, topology, precision, leakRate, inputs, spectralRadius, inputScaling, connectivity, bias } =
    options;
  const text = `${topology} ${precision}`;
  const names = Uint8Array.from(text, (character) => character.charCodeAt(0));
  const numbers = new DataView(new ArrayBuffer(48 + 4 * units));
  for (const [place, value] of [units, inputs, spectralRadius, inputScaling, connectivity, bias].entries()) {
    numbers.setFloat64(place * 8, value);
  }
  for (let unit = 0; unit < units; unit++) numbers.setFloat32(48 + unit * 4, leakRate[unit]!);
  return { units, seed, fingerprint: fnv1a(new Uint8Array(numbers.buffer), fnv1a(names)) };
}

function areFinite(values: ArrayLike<number>): boolean {
  for (let index = 0; index < values.length; index++) if (!Number.isFinite(values[index])) return false;
  return true;
}

function checked(value: number, index: number): number {
  if (!(Math.abs(value) <= LARGEST_INPUT)) {
    throw new RangeError(
      `Cannot step the reservoir: expected a number within ${LARGEST_INPUT} for input ${index}, got ${value}`,
    );
  }
  return value;
}

function makeKernel(options: ResolvedReservoirOptions, kernels: ReservoirKernels | undefined): ReservoirKernel {
  const chosen = kernels ?? wasmReservoirKernels() ?? referenceReservoirKernels;
  return chosen.make(reservoirWeights(options), options.outputs);
}
