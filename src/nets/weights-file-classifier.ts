import type { Classifier } from "./classifier.js";
import { Mlp } from "./mlp.js";
import { SparseMlp } from "./pruning.js";
import { QuantizedMlp } from "./quantization.js";
import {
  decodeWeights,
  encodeWeights,
  type Json,
  tableOf,
  WeightsError,
  type WeightsFile,
  type WeightTable,
} from "./weights-file.js";

/** The networks that a file can hold; all are a `Classifier`. */
export type StoredClassifier = Mlp | QuantizedMlp | SparseMlp;

/** What goes into the file beside the network. */
export interface ClassifierNotes {
  /** Seed, hash of the data, maker and the like. */
  readonly meta?: WeightsFile["meta"];
  /** Further tables, such as a calibration; names must not begin with `layer`. */
  readonly tables?: WeightsFile["tables"];
}

/** A network read from a file, with what stood beside it. */
export interface LoadedClassifier {
  readonly classifier: StoredClassifier;
  readonly meta: WeightsFile["meta"];
  readonly tables: WeightsFile["tables"];
  /** SHA-256 of the file: names exactly these weights. */
  readonly hash: string;
}

const KIND = "classifier";

/** The bytes of a network's weights file. Whether it is one layer or several, f32, int8 or pruned, is said in the file. */
export function encodeClassifier(
  classifier: StoredClassifier,
  { meta = {}, tables = {} }: ClassifierNotes = {},
): Uint8Array<ArrayBuffer> {
  const own = Object.keys(tables).find((name) => name.startsWith("layer"));
  if (own !== undefined) throw new RangeError(`Cannot write weights: expected table names without "layer", got ${own}`);
  const sizes = [classifier.inputs, ...classifier.layers.map(({ outputs }) => outputs)];
  return encodeWeights({
    kind: KIND,
    meta: { ...meta, network: { kind: classifier.kind, sizes } },
    tables: { ...layerTables(classifier), ...tables },
  });
}

/** Reads a network's weights file. WeightsError when it is cut off, changed, of another version or kind, or inconsistent. */
export function decodeClassifier(bytes: Uint8Array): LoadedClassifier {
  const file = decodeWeights(bytes, { kind: KIND });
  const { network, ...meta } = file.meta;
  const { kind, sizes } = networkOf(network);
  const tables = Object.fromEntries(Object.entries(file.tables).filter(([name]) => !name.startsWith("layer")));
  let classifier: StoredClassifier;
  try {
    classifier = networkFrom(file, kind, sizes);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new WeightsError(`Cannot load weights: ${cause.message}`, { cause });
  }
  return { classifier, meta, tables, hash: file.hash };
}

function layerTables(classifier: StoredClassifier): Record<string, WeightTable> {
  const tables: Record<string, WeightTable> = {};
  const add = (index: number, name: string, values: WeightTable["values"], ...shape: number[]): void => {
    tables[`layer${index}.${name}`] = { shape, values };
  };
  switch (classifier.kind) {
    case "f32":
      for (const [index, { inputs, outputs, weights, bias }] of classifier.layers.entries()) {
        add(index, "weights", weights, outputs, inputs);
        add(index, "bias", bias, outputs);
      }
      return tables;
    case "int8":
      for (const [index, { inputs, outputs, weights, zeroPoints, scales, bias }] of classifier.layers.entries()) {
        add(index, "weights", weights, outputs, inputs);
        add(index, "zeroPoints", zeroPoints, outputs);
        add(index, "scales", scales, outputs);
        add(index, "bias", bias, outputs);
      }
      return tables;
    case "sparse":
      for (const [index, { inputs, outputs, starts, groups, weights, bias }] of classifier.layers.entries()) {
        add(index, "starts", starts, inputs + 1);
        add(index, "groups", groups, groups.length);
        add(index, "weights", weights, groups.length, 4);
        add(index, "bias", bias, outputs);
      }
      return tables;
    default:
      return classifier satisfies never;
  }
}

function networkFrom(file: WeightsFile, kind: Classifier["kind"], sizes: readonly number[]): StoredClassifier {
  const shapes = sizes.slice(1).map((outputs, index) => ({ inputs: sizes[index]!, outputs, name: `layer${index}` }));
  switch (kind) {
    case "f32":
      return new Mlp(
        shapes.map(({ inputs, outputs, name }) => ({
          inputs,
          outputs,
          weights: tableOf(file, `${name}.weights`, "f32", [outputs, inputs]),
          bias: tableOf(file, `${name}.bias`, "f32", [outputs]),
        })),
      );
    case "int8":
      return new QuantizedMlp(
        shapes.map(({ inputs, outputs, name }) => ({
          inputs,
          outputs,
          weights: tableOf(file, `${name}.weights`, "i8", [outputs, inputs]),
          zeroPoints: tableOf(file, `${name}.zeroPoints`, "i8", [outputs]),
          scales: tableOf(file, `${name}.scales`, "f32", [outputs]),
          bias: tableOf(file, `${name}.bias`, "f32", [outputs]),
        })),
      );
    case "sparse":
      return new SparseMlp(
        shapes.map(({ inputs, outputs, name }) => {
          const groups = tableOf(file, `${name}.groups`, "u16");
          return {
            inputs,
            outputs,
            starts: tableOf(file, `${name}.starts`, "i32", [inputs + 1]),
            groups,
            weights: tableOf(file, `${name}.weights`, "f32", [groups.length, 4]),
            bias: tableOf(file, `${name}.bias`, "f32", [outputs]),
          };
        }),
      );
    default:
      return kind satisfies never;
  }
}

function networkOf(network: Json | undefined): {
  readonly kind: Classifier["kind"];
  readonly sizes: readonly number[];
} {
  if (typeof network === "object" && network !== null && "kind" in network && "sizes" in network) {
    const { kind, sizes } = network;
    if ((kind === "f32" || kind === "int8" || kind === "sparse") && Array.isArray(sizes)) {
      const widths = sizes.filter((width) => typeof width === "number" && Number.isInteger(width) && width > 0);
      if (widths.length === sizes.length && widths.length > 1) return { kind, sizes: widths };
    }
  }
  throw new WeightsError(
    `Cannot load weights: expected a network of kind f32, int8 or sparse and its sizes, got ${JSON.stringify(network)}`,
  );
}
