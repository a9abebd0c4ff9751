import { describe, expect, test } from "vitest";
import { initialMlp } from "./mlp-initial.js";
import { pruneMlp } from "./pruning.js";
import { quantizeMlp } from "./quantization.js";
import { encodeWeights, WeightsError } from "./weights-file.js";
import { decodeClassifier, encodeClassifier, type StoredClassifier } from "./weights-file-classifier.js";

const mlp = initialMlp([384, 100, 50, 3], { seed: 1 });
const input = Float32Array.from({ length: 384 }, (_, index) => ((index * 37) % 100) / 100 - 0.5);

function answer(classifier: StoredClassifier): Float32Array {
  const out = new Float32Array(classifier.outputs);
  classifier.predict(input, out);
  return out;
}

describe("a network's weights file", () => {
  test.each([
    ["f32", mlp],
    ["int8", quantizeMlp(mlp)],
    ["sparse", pruneMlp(mlp, { sparsity: 0.8 })],
    ["a linear head", initialMlp([384, 3], { seed: 2 })],
  ] as const)("of %s brings back the same bits, and the same file", (_, classifier) => {
    const notes = {
      meta: { seed: 1, data: "abc" },
      tables: { calibration: { shape: [2], values: Float64Array.of(1.25, 0.4) } },
    };
    const bytes = encodeClassifier(classifier, notes);
    const loaded = decodeClassifier(bytes);
    expect(loaded.classifier.kind).toBe(classifier.kind);
    expect(loaded.meta).toEqual(notes.meta);
    expect(loaded.tables).toEqual(notes.tables);
    expect(answer(loaded.classifier)).toEqual(answer(classifier));
    expect(decodeClassifier(encodeClassifier(loaded.classifier, loaded)).hash).toBe(loaded.hash);
  });

  test("of 8-bit weights is at least 3.5 times smaller, header and hash included", () => {
    expect(encodeClassifier(mlp).length / encodeClassifier(quantizeMlp(mlp)).length).toBeGreaterThan(3.5);
  });

  test("is refused when cut off or changed", () => {
    const bytes = encodeClassifier(mlp);
    expect(() => decodeClassifier(bytes.subarray(0, 1000))).toThrow("the file is cut off");
    for (const place of [0, 4, 20, 500, 100_000, bytes.length - 1]) {
      const changed = bytes.slice();
      changed[place]! ^= 1;
      expect(() => decodeClassifier(changed)).toThrow(WeightsError);
    }
  });

  test("is refused when its tables are not those of its network", () => {
    const network = { kind: "f32", sizes: [4, 3] };
    const bias = { shape: [3], values: new Float32Array(3) };
    const weights = { shape: [3, 4], values: new Float32Array(12) };
    const file = (meta: object, tables: object) =>
      encodeWeights({ kind: "classifier", meta: { ...meta }, tables: { ...tables } });
    expect(() => decodeClassifier(file({ network }, { "layer0.weights": weights, "layer0.bias": bias }))).not.toThrow();
    expect(() => decodeClassifier(file({ network }, { "layer0.bias": bias }))).toThrow(
      "expected a table layer0.weights",
    );
    const short = { shape: [3, 3], values: new Float32Array(9) };
    expect(() => decodeClassifier(file({ network }, { "layer0.weights": short, "layer0.bias": bias }))).toThrow(
      "expected 12 values for layer0.weights (3, 4), got 9 (3, 3)",
    );
    expect(() => decodeClassifier(file({}, {}))).toThrow("expected a network of kind");
    expect(() => decodeClassifier(file({ network: { kind: "f32", sizes: [4] } }, {}))).toThrow(WeightsError);
    const sparse = { network: { kind: "sparse", sizes: [1, 4] } };
    const block = {
      "layer0.starts": { shape: [2], values: Int32Array.of(0, 1) },
      "layer0.groups": { shape: [1], values: Uint16Array.of(7) },
      "layer0.weights": { shape: [1, 4], values: new Float32Array(4) },
      "layer0.bias": { shape: [4], values: new Float32Array(4) },
    };
    expect(() => decodeClassifier(file(sparse, block))).toThrow(WeightsError);
    expect(() => encodeClassifier(mlp, { tables: { "layer0.bias": bias } })).toThrow('without "layer"');
  });
});
