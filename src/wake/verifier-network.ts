import {
  type BlockParameters,
  type BlockSpec,
  type ConvolutionParameters,
  type ConvolutionSpec,
  macsOf,
  type PlannedBlock,
  planBlocks,
  SeparableConvolution,
} from "../nets/separable-convolution.js";
import {
  decodeWeights,
  encodeWeights,
  type Json,
  tableOf,
  WeightsError,
  type WeightsFile,
  type WeightTable,
} from "../nets/weights-file.js";
import type { Verifier } from "./detector.js";
import { BANDS, type Normalization } from "./front-end.js";

/** Version of what the tables mean; a network of another one is refused. */
const VERSION = 1;
const KIND = "wake-verifier";

/** A trained verifier and what must be known of it. */
export interface VerifierModel {
  readonly phrase: string;
  readonly normalization: Normalization;
  readonly spec: ConvolutionSpec;
  /** One network or several trained from other seeds, whose logits are averaged. */
  readonly members: readonly ConvolutionParameters[];
  /** Score of an event, 0 to 1. */
  readonly threshold: number;
  /** Seed, data, licence, command: whatever a person should know. */
  readonly about: { readonly [name: string]: Json };
}

/** The file of a verifier: weights of 8 bits with a step for each channel out. About 1 byte for each weight. */
export function encodeVerifier({
  phrase,
  normalization,
  spec,
  members,
  threshold,
  about,
}: VerifierModel): Uint8Array<ArrayBuffer> {
  const tables: Record<string, WeightTable> = {};
  for (const [member, parameters] of members.entries()) {
    const put = (name: string, values: Float32Array, columns: number): void => {
      const { bytes, steps } = quantized(values, columns);
      tables[`${name}.${member}`] = { shape: [values.length / columns, columns], values: bytes };
      tables[`${name}.step.${member}`] = { shape: [columns], values: steps };
    };
    for (const [index, plan] of planBlocks(spec).entries()) {
      const { depthwise, mix, scale, shift } = parameters.blocks[index]!; // one for each block of the spec
      if (plan.kind === "separable") put(`depthwise${index}`, depthwise, plan.channels);
      put(`mix${index}`, mix, plan.channelsOut);
      tables[`scale${index}.${member}`] = { shape: [plan.channelsOut], values: scale };
      tables[`shift${index}.${member}`] = { shape: [plan.channelsOut], values: shift };
    }
    tables[`head.${member}`] = { shape: [parameters.head.length], values: parameters.head };
  }
  const blocks = spec.blocks.map(({ kind, kt, kf, st, sf, channels }) => ({ kind, kt, kf, st, sf, channels }));
  const meta = {
    version: VERSION,
    phrase,
    normalization,
    threshold,
    input: { ...spec.input },
    blocks,
    members: members.length,
    about,
  };
  return encodeWeights({ kind: KIND, meta, tables });
}

/** Reads the file of a verifier. WeightsError when it is none, damaged, or of another version. */
export function decodeVerifier(file: Uint8Array): VerifierModel {
  const weights = decodeWeights(file, { kind: KIND });
  const { version, phrase, normalization, threshold, input, blocks, members, about } = weights.meta;
  if (version !== VERSION)
    throw new WeightsError(`Cannot load the verifier: expected version ${VERSION}, got ${version}`);
  if (
    typeof phrase !== "string" ||
    !isNormalization(normalization) ||
    typeof threshold !== "number" ||
    typeof members !== "number"
  ) {
    throw new WeightsError(
      "Cannot load the verifier: expected a phrase, normalization, threshold and members in its header",
    );
  }
  const spec = specOf(input, blocks);
  const plans = planBlocks(spec);
  return {
    phrase,
    normalization,
    spec,
    members: Array.from({ length: members }, (_, member) => parametersOf(weights, plans, member)),
    threshold,
    about: isObject(about) ? about : {},
  };
}

/** The verifier at work; `macs` are the multiplications of one run. */
export function createVerifier({
  spec,
  members,
}: Pick<VerifierModel, "spec" | "members">): Verifier & { readonly macs: number } {
  const networks = members.map((parameters) => new SeparableConvolution(spec, parameters));
  return {
    frames: spec.input.t,
    macs: macsOf(spec) * members.length,
    run(window) {
      let sum = 0;
      for (const network of networks) sum += network.run(window);
      return 1 / (1 + Math.exp(-sum / networks.length));
    },
  };
}

function specOf(input: Json | undefined, blocks: Json | undefined): ConvolutionSpec {
  if (!isObject(input) || !Array.isArray(blocks))
    throw new WeightsError("Cannot load the verifier: expected input and blocks in its header");
  const spec: ConvolutionSpec = {
    input: { t: numberIn(input, "t"), f: numberIn(input, "f"), channels: numberIn(input, "channels") },
    blocks: blocks.map((block: Json): BlockSpec => {
      if (!isObject(block) || (block["kind"] !== "full" && block["kind"] !== "separable"))
        throw new WeightsError("Cannot load the verifier: expected blocks of kind full or separable");
      const of = (name: string): number => numberIn(block, name);
      return { kind: block["kind"], kt: of("kt"), kf: of("kf"), st: of("st"), sf: of("sf"), channels: of("channels") };
    }),
  };
  const bands = spec.input.f * spec.input.channels;
  if (bands !== BANDS)
    throw new WeightsError(`Cannot load the verifier: expected frames of ${BANDS} bands, got ${bands}`);
  return spec;
}

function parametersOf(weights: WeightsFile, plans: readonly PlannedBlock[], member: number): ConvolutionParameters {
  const take = (name: string, rows: number, columns: number): Float32Array => {
    const bytes = tableOf(weights, `${name}.${member}`, "i8", [rows, columns]);
    const steps = tableOf(weights, `${name}.step.${member}`, "f32", [columns]);
    return Float32Array.from(bytes, (byte, at) => byte * steps[at % columns]!);
  };
  return {
    blocks: plans.map(
      (plan, index): BlockParameters => ({
        depthwise:
          plan.kind === "separable" ? take(`depthwise${index}`, plan.kt * plan.kf, plan.channels) : new Float32Array(0),
        mix: take(`mix${index}`, plan.mixed, plan.channelsOut),
        scale: tableOf(weights, `scale${index}.${member}`, "f32", [plan.channelsOut]),
        shift: tableOf(weights, `shift${index}.${member}`, "f32", [plan.channelsOut]),
      }),
    ),
    head: tableOf(weights, `head.${member}`, "f32"),
  };
}

function numberIn(of: { readonly [name: string]: Json }, name: string): number {
  const value = of[name];
  if (typeof value !== "number")
    throw new WeightsError(`Cannot load the verifier: expected a number ${name}, got ${typeof value}`);
  return value;
}

function isNormalization(value: Json | undefined): value is Normalization {
  return value === "pcen" || value === "ema";
}

/** Weights as bytes times a step for each column, rounded to nearest. */
function quantized(values: Float32Array, columns: number): { readonly bytes: Int8Array; readonly steps: Float32Array } {
  const steps = new Float32Array(columns);
  for (let at = 0; at < values.length; at++)
    steps[at % columns] = Math.max(steps[at % columns]!, Math.abs(values[at]!) / 127);
  const bytes = Int8Array.from(values, (value, at) =>
    steps[at % columns] === 0 ? 0 : Math.round(value / steps[at % columns]!),
  );
  return { bytes, steps };
}

function isObject(value: Json | undefined): value is { readonly [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
