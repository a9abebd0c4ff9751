import { type ReservoirKernels, type ReservoirWeights, SPARSE_BLOCK_ROWS } from "../kernels/reservoir.js";
import { blockOrthogonal, matrixWeights, quantizedBlocks, sparseRecurrence } from "./topology-matrix.js";
import { structuredWeights, type TopologyOptions } from "./topology-structured.js";

/** How the units are wired; `docs/math/echo-state-network.md` derives each, `docs/adr/0011` compares them. */
export type Topology = "structured" | "block-orthogonal" | "sparse" | "cycle";

/** What an echo state network is made of. */
export interface ReservoirOptions {
  readonly inputs: number;
  /** Rows of the readout; 0, the default, for one whose readout lives elsewhere. */
  readonly outputs?: number;
  /** Default 1024 for `structured`, which wants a power of four from 16 on; otherwise 1000, a multiple of eight. */
  readonly units?: number;
  /** The share of the new in each state, in (0, 1]: one number, or one for each unit. */
  readonly leakRate?: number | Float32Array;
  /** Largest modulus of an eigenvalue of the recurrent weights. */
  readonly spectralRadius?: number;
  /** Input weights are +- this. */
  readonly inputScaling?: number;
  /** Share of the recurrent weights that are not zero; only for `block-orthogonal` and `sparse`. Default 0.1. */
  readonly connectivity?: number;
  /** Bias weights are +- this. Default 0. */
  readonly bias?: number;
  readonly topology?: Topology;
  /** `int8` keeps the recurrent weights of `block-orthogonal` in 8 bits: a quarter of the memory, half of the time. */
  readonly precision?: "f32" | "int8";
  /** A 32-bit whole number; the same seed gives the same weights in every runtime. */
  readonly seed?: number;
  /** Arithmetic; default WebAssembly where the runtime has it. Does not change the weights. */
  readonly kernels?: ReservoirKernels;
}

/** Options with every default filled in. */
export type ResolvedReservoirOptions = Required<Omit<ReservoirOptions, "leakRate" | "kernels">> & {
  /** (units) */
  readonly leakRate: Float32Array;
};

/** Settings with a name: `literal` forgets within a few turns, `conversation` remembers some twenty and is the default. */
export const reservoirPresets: {
  readonly [name in "literal" | "conversation"]: Required<
    Pick<ReservoirOptions, "leakRate" | "spectralRadius" | "inputScaling">
  >;
} = {
  literal: { leakRate: 0.7, spectralRadius: 0.95, inputScaling: 1 },
  conversation: { leakRate: 0.2, spectralRadius: 0.95, inputScaling: 0.3 },
};

const MAX_SIZE = 65_535;

/** Checks options and fills in defaults. RangeError, with the wish, for each that cannot be. */
export function resolveReservoirOptions(options: ReservoirOptions): ResolvedReservoirOptions {
  const { conversation } = reservoirPresets;
  const { inputs, outputs = 0, topology = "structured", precision = "f32", seed = 1, bias = 0 } = options;
  const units = options.units ?? (topology === "structured" ? 1024 : 1000);
  const { spectralRadius = conversation.spectralRadius, inputScaling = conversation.inputScaling } = options;
  const { leakRate = conversation.leakRate } = options;
  if (!["structured", "block-orthogonal", "sparse", "cycle"].includes(topology)) {
    throw refused("topology", topology, "structured, block-orthogonal, sparse or cycle");
  }
  wholeNumber("units", units, 1, MAX_SIZE);
  wholeNumber("inputs", inputs, 1, MAX_SIZE);
  wholeNumber("outputs", outputs, 0, MAX_SIZE);
  wholeNumber("seed", seed, 0, 0xffff_ffff);
  within("spectralRadius", spectralRadius, 1e-6, 100);
  within("inputScaling", inputScaling, 0, 1e6);
  within("bias", bias, 0, 1e6);
  const leak = typeof leakRate === "number" ? new Float32Array(units).fill(leakRate) : Float32Array.from(leakRate);
  if (leak.length !== units) throw refused("leakRate", `${leak.length} rates`, `one number, or ${units}`);
  for (const rate of leak) if (!(rate > 0 && rate <= 1)) throw refused("leakRate", rate, "more than 0 and at most 1");
  if (precision !== "f32" && precision !== "int8") throw refused("precision", precision, "f32 or int8");
  if (precision === "int8" && topology !== "block-orthogonal") {
    throw refused("precision", `int8 for ${topology}`, "f32, or the topology block-orthogonal");
  }
  const own = topology === "structured" ? 1 : topology === "cycle" ? 1 / units : undefined;
  if (own !== undefined && options.connectivity !== undefined && options.connectivity !== own) {
    throw refused("connectivity", options.connectivity, `none for ${topology}, which has one of its own`);
  }
  const connectivity = own ?? options.connectivity ?? 0.1;
  within("connectivity", connectivity, 1 / MAX_SIZE, 1);
  if (topology === "structured") {
    if (units < 16 || Math.log2(units) % 2 !== 0)
      throw refused("units", units, "a power of four from 16 on (structured)");
    if (inputs >= units) throw refused("inputs", inputs, `fewer than the ${units} units (structured)`);
  } else if (topology === "block-orthogonal") {
    const size = fanIn(units, connectivity);
    if (size % 4 !== 0 || units % size !== 0 || size > 512) {
      const wish = "units times connectivity a multiple of 4, at most 512, that divides the units (block-orthogonal)";
      throw refused("connectivity", `${connectivity} of ${units} units`, wish);
    }
  } else if (topology === "sparse" && units % SPARSE_BLOCK_ROWS !== 0) {
    throw refused("units", units, `a multiple of ${SPARSE_BLOCK_ROWS} (sparse)`);
  }
  return {
    ...{ inputs, outputs, units, leakRate: leak, spectralRadius, inputScaling, connectivity, bias },
    ...{ topology, precision, seed },
  };
}

/** The weights that the options describe: the same numbers in every runtime. */
export function reservoirWeights(options: ResolvedReservoirOptions): ReservoirWeights {
  const { topology, units, connectivity, leakRate, spectralRadius, seed } = options;
  const parts: TopologyOptions = { ...options, leak: leakRate };
  switch (topology) {
    case "structured":
      return structuredWeights(parts);
    case "block-orthogonal": {
      const blocks = blockOrthogonal({ ...parts, blockSize: fanIn(units, connectivity) });
      return matrixWeights(parts, options.precision === "int8" ? quantizedBlocks(blocks) : blocks);
    }
    case "sparse":
      return matrixWeights(parts, sparseRecurrence({ units, spectralRadius, seed, fanIn: fanIn(units, connectivity) }));
    case "cycle":
      return matrixWeights(parts, { kind: "cycle", weight: spectralRadius });
    default: {
      const never: never = topology;
      return never;
    }
  }
}

function fanIn(units: number, connectivity: number): number {
  return Math.max(1, Math.round(units * connectivity));
}

function wholeNumber(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw refused(name, value, `a whole number from ${least} to ${most}`);
  }
}

function within(name: string, value: number, least: number, most: number): void {
  if (!(value >= least && value <= most)) throw refused(name, value, `a number from ${least} to ${most}`);
}

function refused(name: string, value: unknown, wish: string): RangeError {
  return new RangeError(`Cannot make a reservoir: ${name} is ${String(value)}, expected ${wish}`);
}
