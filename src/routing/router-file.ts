import type { DenseLayer, Int8Layer, PrunedLayer } from "../kernels/perceptron.js";
import { Mlp } from "../nets/mlp.js";
import { SparseMlp } from "../nets/pruning.js";
import { QuantizedMlp } from "../nets/quantization.js";
import {
  decodeWeights,
  encodeWeights,
  type Json,
  type ReadWeights,
  tableOf,
  WeightsError,
  type WeightTable,
} from "../nets/weights-file.js";
import { VERIFIER_INPUTS, type VerifierWeights } from "./answer-model.js";
import type { ProbabilityMap } from "./calibration.js";
import { type HashedTable, TABLE_INPUTS } from "./hashed-table.js";
import { INDICATORS } from "./indicators.js";
import { ROUTER_INPUTS, TABLE_OUTPUTS } from "./router-features.js";
import type { RouterWeights } from "./router-model.js";

/** A network that a router's file can hold. */
export type RouterNetwork = Mlp | QuantizedMlp | SparseMlp;

/** Changes when features or signals change their meaning, so that weights for others are refused. */
const FEATURES_VERSION = 1;
const KIND = "router";

/** A router as its file holds it: its networks are of kinds that can be written. */
export type WritableRouterWeights = Omit<RouterWeights, "hash" | "side" | "localOk"> & {
  readonly side: RouterNetwork;
  readonly localOk: RouterNetwork;
};

/** A router that was read from a file. */
export type ReadRouterWeights = RouterWeights &
  WritableRouterWeights & { readonly meta: { readonly [name: string]: Json } };

/** The bytes of a router's file. `meta`: what a person should know, such as seed and hash of the data. */
export function encodeRouter(
  weights: WritableRouterWeights,
  meta: { readonly [name: string]: Json } = {},
): Uint8Array<ArrayBuffer> {
  const { scaling, side, localOk, temperature, localOkMap, thresholds, verifier } = weights;
  const tables: Record<string, WeightTable> = {
    ...hashedTables("table", scaling.table),
    means: vector(scaling.means),
    spreads: vector(scaling.spreads),
    ...networkTables("side", side),
    ...networkTables("localOk", localOk),
    ...mapTables("localOk.map", localOkMap),
    ...(verifier === undefined
      ? {}
      : {
          ...hashedTables("answers", verifier.table),
          "verifier.means": vector(verifier.means),
          "verifier.spreads": vector(verifier.spreads),
          ...layerTables("verifier.0", verifier.layer),
          ...mapTables("verifier.map", verifier.map),
        }),
  };
  return encodeWeights({
    kind: KIND,
    meta: {
      ...meta,
      features: FEATURES_VERSION,
      side: shapeOf(side),
      localOk: shapeOf(localOk),
      temperature,
      thresholds: { ...thresholds },
      verifier: verifier === undefined ? null : { temperature: verifier.temperature, knots: verifier.map.xs.length },
      knots: localOkMap.xs.length,
    },
    tables,
  });
}

/** Reads a router's file. WeightsError when it is damaged, of another kind, or for other features. */
export function decodeRouter(bytes: Uint8Array): ReadRouterWeights {
  // A Node Buffer's slice is a view; the tables must be copies.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const file = decodeWeights(plain, { kind: KIND });
  const { meta } = file;
  if (meta["features"] !== FEATURES_VERSION)
    throw new WeightsError(
      `Cannot load weights: expected a router for features ${FEATURES_VERSION}, got ${JSON.stringify(meta["features"] ?? null)}. Train it again: mobile-ai router train`,
    );
  const temperature = record(meta["temperature"], "temperature");
  const thresholds = record(meta["thresholds"], "thresholds");
  const number = (from: { readonly [name: string]: Json }, name: string): number => {
    const value = from[name];
    if (typeof value !== "number" || !Number.isFinite(value))
      throw new WeightsError(
        `Cannot load weights: expected a number for ${name}, got ${JSON.stringify(value ?? null)}`,
      );
    return value;
  };
  const width = [INDICATORS + TABLE_OUTPUTS];
  const verifier = meta["verifier"];
  return {
    scaling: {
      table: readHashed(file, "table", TABLE_OUTPUTS),
      means: tableOf(file, "means", "f32", width),
      spreads: tableOf(file, "spreads", "f32", width),
    },
    side: readNetwork(file, "side", 3),
    localOk: readNetwork(file, "localOk", 2),
    temperature: { side: number(temperature, "side"), localOk: number(temperature, "localOk") },
    localOkMap: readMap(file, "localOk.map", number(meta, "knots")),
    thresholds: {
      local: number(thresholds, "local"),
      direct: number(thresholds, "direct"),
      alpha: number(thresholds, "alpha"),
      escalate: number(thresholds, "escalate"),
    },
    ...(verifier === null || verifier === undefined
      ? {}
      : {
          verifier: readVerifier(file, {
            temperature: number(record(verifier, "verifier"), "temperature"),
            knots: number(record(verifier, "verifier"), "knots"),
          }),
        }),
    hash: file.hash,
    meta,
  };
}

function vector(values: Float32Array): WeightTable {
  return { shape: [values.length], values };
}

function hashedTables(name: string, { outputs, entries, scales }: HashedTable): Record<string, WeightTable> {
  return { [name]: { shape: [TABLE_INPUTS, outputs], values: entries }, [`${name}.scales`]: vector(scales) };
}

function readHashed(file: ReadWeights, name: string, outputs: number): HashedTable {
  return {
    outputs,
    entries: tableOf(file, name, "i8", [TABLE_INPUTS, outputs]),
    scales: tableOf(file, `${name}.scales`, "f32", [outputs]),
  };
}

function shapeOf(network: RouterNetwork): Json {
  return {
    kind: network.kind,
    sizes: [network.inputs, ...network.layers.map((layer) => layer.outputs)],
    ...(network.kind === "sparse" ? { blocks: network.layers.map((layer) => layer.groups.length) } : {}),
  };
}

function networkTables(name: string, network: RouterNetwork): Record<string, WeightTable> {
  const tables: Record<string, WeightTable> = {};
  switch (network.kind) {
    case "f32":
      for (const [index, layer] of network.layers.entries())
        Object.assign(tables, layerTables(`${name}.${index}`, layer));
      return tables;
    case "int8":
      for (const [index, { inputs, outputs, weights, zeroPoints, scales, bias }] of network.layers.entries()) {
        tables[`${name}.${index}.weights`] = { shape: [outputs, inputs], values: weights };
        tables[`${name}.${index}.zeroPoints`] = { shape: [outputs], values: zeroPoints };
        tables[`${name}.${index}.scales`] = vector(scales);
        tables[`${name}.${index}.bias`] = vector(bias);
      }
      return tables;
    case "sparse":
      for (const [index, { inputs, starts, groups, weights, bias }] of network.layers.entries()) {
        tables[`${name}.${index}.starts`] = { shape: [inputs + 1], values: starts };
        tables[`${name}.${index}.groups`] = { shape: [groups.length], values: groups };
        tables[`${name}.${index}.weights`] = { shape: [groups.length, 4], values: weights };
        tables[`${name}.${index}.bias`] = vector(bias);
      }
      return tables;
    default:
      return network satisfies never;
  }
}

function layerTables(name: string, { inputs, outputs, weights, bias }: DenseLayer): Record<string, WeightTable> {
  return { [`${name}.weights`]: { shape: [outputs, inputs], values: weights }, [`${name}.bias`]: vector(bias) };
}

function readNetwork(file: ReadWeights, name: string, outputs: number): RouterNetwork {
  const shape = record(file.meta[name], name);
  const sizes = shape["sizes"];
  if (!isWidths(sizes) || sizes[0] !== ROUTER_INPUTS || sizes.at(-1) !== outputs)
    throw new WeightsError(
      `Cannot load weights: expected widths from ${ROUTER_INPUTS} to ${outputs} for ${name}, got ${JSON.stringify(sizes ?? null)}`,
    );
  const layers = sizes
    .slice(1)
    .map((width, index) => ({ name: `${name}.${index}`, inputs: sizes[index]!, outputs: width }));
  switch (shape["kind"]) {
    case "f32":
      return new Mlp(layers.map((layer) => readLayer(file, layer.name, layer)));
    case "int8":
      return new QuantizedMlp(layers.map((layer) => readInt8(file, layer)));
    case "sparse": {
      const blocks = shape["blocks"];
      if (!isWidths(blocks) || blocks.length !== layers.length)
        throw new WeightsError(`Cannot load weights: expected ${layers.length} numbers of blocks for ${name}`);
      return new SparseMlp(layers.map((layer, index) => readPruned(file, layer, blocks[index]!)));
    }
    default:
      throw new WeightsError(
        `Cannot load weights: expected f32, int8 or sparse for ${name}, got ${JSON.stringify(shape["kind"] ?? null)}`,
      );
  }
}

interface Widths {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
}

function readLayer(file: ReadWeights, name: string, { inputs, outputs }: Omit<Widths, "name">): DenseLayer {
  return {
    inputs,
    outputs,
    weights: tableOf(file, `${name}.weights`, "f32", [outputs, inputs]),
    bias: tableOf(file, `${name}.bias`, "f32", [outputs]),
  };
}

function readInt8(file: ReadWeights, { name, inputs, outputs }: Widths): Int8Layer {
  return {
    inputs,
    outputs,
    weights: tableOf(file, `${name}.weights`, "i8", [outputs, inputs]),
    zeroPoints: tableOf(file, `${name}.zeroPoints`, "i8", [outputs]),
    scales: tableOf(file, `${name}.scales`, "f32", [outputs]),
    bias: tableOf(file, `${name}.bias`, "f32", [outputs]),
  };
}

function readPruned(file: ReadWeights, { name, inputs, outputs }: Widths, blocks: number): PrunedLayer {
  return {
    inputs,
    outputs,
    starts: tableOf(file, `${name}.starts`, "i32", [inputs + 1]),
    groups: tableOf(file, `${name}.groups`, "u16", [blocks]),
    weights: tableOf(file, `${name}.weights`, "f32", [blocks, 4]),
    bias: tableOf(file, `${name}.bias`, "f32", [outputs]),
  };
}

function readVerifier(
  file: ReadWeights,
  { temperature, knots }: { readonly temperature: number; readonly knots: number },
): VerifierWeights {
  return {
    table: readHashed(file, "answers", 1),
    means: tableOf(file, "verifier.means", "f32", [VERIFIER_INPUTS]),
    spreads: tableOf(file, "verifier.spreads", "f32", [VERIFIER_INPUTS]),
    layer: readLayer(file, "verifier.0", { inputs: VERIFIER_INPUTS, outputs: 2 }),
    temperature,
    map: readMap(file, "verifier.map", knots),
  };
}

function mapTables(name: string, { xs, ys }: ProbabilityMap): Record<string, WeightTable> {
  return { [`${name}.xs`]: vector(xs), [`${name}.ys`]: vector(ys) };
}

function readMap(file: ReadWeights, name: string, knots: number): ProbabilityMap {
  return { xs: tableOf(file, `${name}.xs`, "f32", [knots]), ys: tableOf(file, `${name}.ys`, "f32", [knots]) };
}

function record(value: Json | undefined, name: string): { readonly [name: string]: Json } {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new WeightsError(`Cannot load weights: expected ${name} in the header`);
  return value as { readonly [name: string]: Json }; // neither null nor a list, so an object
}

function isWidths(value: Json | undefined): value is readonly number[] {
  return Array.isArray(value) && value.every((each) => Number.isSafeInteger(each) && Number(each) >= 0);
}
