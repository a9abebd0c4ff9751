import {
  type BlockParameters,
  type BlockSpec,
  type ConvolutionParameters,
  type ConvolutionSpec,
  macsOf,
  planBlocks,
  SeparableConvolution,
} from "../nets/separable-convolution.js";
import {
  decodeWeights,
  encodeWeights,
  type Json,
  tableOf,
  WeightsError,
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
  readonly parameters: ConvolutionParameters;
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
  parameters,
  threshold,
  about,
}: VerifierModel): Uint8Array<ArrayBuffer> {
  const tables: Record<string, WeightTable> = {};
  for (const [index, plan] of planBlocks(spec).entries()) {
    const { depthwise, mix, scale, shift } = parameters.blocks[index]!; // one for each block of the spec
    const put = (name: string, values: Float32Array, columns: number): void => {
      const { bytes, steps } = quantized(values, columns);
      tables[`${name}${index}`] = { shape: [values.length / columns, columns], values: bytes };
      tables[`${name}${index}.step`] = { shape: [columns], values: steps };
    };
    if (plan.kind === "separable") put("depthwise", depthwise, plan.channels);
    put("mix", mix, plan.channelsOut);
    tables[`scale${index}`] = { shape: [plan.channelsOut], values: scale };
    tables[`shift${index}`] = { shape: [plan.channelsOut], values: shift };
  }
  tables["head"] = { shape: [parameters.head.length], values: parameters.head };
  const blocks = spec.blocks.map(({ kind, kt, kf, st, sf, channels }) => ({ kind, kt, kf, st, sf, channels }));
  return encodeWeights({
    kind: KIND,
    meta: { version: VERSION, phrase, normalization, threshold, input: { ...spec.input }, blocks, about },
    tables,
  });
}

/** Reads the file of a verifier. WeightsError when it is none, damaged, or of another version. */
export function decodeVerifier(file: Uint8Array): VerifierModel {
  const weights = decodeWeights(file, { kind: KIND });
  const { version, phrase, normalization, threshold, input, blocks, about } = weights.meta;
  if (version !== VERSION)
    throw new WeightsError(`Cannot load the verifier: expected version ${VERSION}, got ${version}`);
  if (
    typeof phrase !== "string" ||
    (normalization !== "pcen" && normalization !== "ema") ||
    typeof threshold !== "number" ||
    !isObject(input) ||
    !Array.isArray(blocks)
  ) {
    throw new WeightsError(
      "Cannot load the verifier: expected a phrase, normalization, threshold, input and blocks in its header",
    );
  }
  const number = (of: { readonly [name: string]: Json }, name: string): number => {
    const value = of[name];
    if (typeof value !== "number")
      throw new WeightsError(`Cannot load the verifier: expected a number ${name}, got ${typeof value}`);
    return value;
  };
  const spec: ConvolutionSpec = {
    input: { t: number(input, "t"), f: number(input, "f"), channels: number(input, "channels") },
    blocks: blocks.map((block: Json): BlockSpec => {
      if (!isObject(block) || (block["kind"] !== "full" && block["kind"] !== "separable"))
        throw new WeightsError("Cannot load the verifier: expected blocks of kind full or separable");
      return {
        kind: block["kind"],
        kt: number(block, "kt"),
        kf: number(block, "kf"),
        st: number(block, "st"),
        sf: number(block, "sf"),
        channels: number(block, "channels"),
      };
    }),
  };
  if (spec.input.f * spec.input.channels !== BANDS)
    throw new WeightsError(
      `Cannot load the verifier: expected frames of ${BANDS} bands, got ${spec.input.f * spec.input.channels}`,
    );
  const take = (name: string, rows: number, columns: number): Float32Array => {
    const bytes = tableOf(weights, name, "i8", [rows, columns]);
    const steps = tableOf(weights, `${name}.step`, "f32", [columns]);
    return Float32Array.from(bytes, (byte, at) => byte * steps[at % columns]!);
  };
  const parameters: ConvolutionParameters = {
    blocks: planBlocks(spec).map(
      (plan, index): BlockParameters => ({
        depthwise:
          plan.kind === "separable" ? take(`depthwise${index}`, plan.kt * plan.kf, plan.channels) : new Float32Array(0),
        mix: take(`mix${index}`, plan.mixed, plan.channelsOut),
        scale: tableOf(weights, `scale${index}`, "f32", [plan.channelsOut]),
        shift: tableOf(weights, `shift${index}`, "f32", [plan.channelsOut]),
      }),
    ),
    head: tableOf(weights, "head", "f32"),
  };
  return { phrase, normalization, spec, parameters, threshold, about: isObject(about) ? about : {} };
}

/** The verifier at work; `macs` are the multiplications of one run. */
export function createVerifier({
  spec,
  parameters,
}: Pick<VerifierModel, "spec" | "parameters">): Verifier & { readonly macs: number } {
  const network = new SeparableConvolution(spec, parameters);
  return { frames: spec.input.t, macs: macsOf(spec), run: (window) => 1 / (1 + Math.exp(-network.run(window))) };
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
