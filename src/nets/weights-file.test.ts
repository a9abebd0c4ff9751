import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeWeights, encodeWeights, tableOf, WeightsError, type WeightsFile } from "./weights-file.js";

const file: WeightsFile = {
  kind: "mlp",
  meta: { seed: 7, data: "none", made: { by: "a test", at: [1, 2] } },
  tables: {
    hidden: { shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, 6) },
    scales: { shape: [3], values: Int8Array.of(-1, 0, 1) },
    curve: { shape: [2], values: Float64Array.of(Math.PI, -0) },
    nothing: { shape: [0], values: new Uint16Array(0) },
  },
};

test("what was written is read, with a hash that names it", () => {
  const bytes = encodeWeights(file);
  const { hash, ...read } = decodeWeights(bytes);
  expect(read).toEqual(file);
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  expect(encodeWeights(read)).toEqual(bytes);
});

test("bytes that lie anywhere in a larger buffer are read", () => {
  const bytes = encodeWeights(file);
  const larger = new Uint8Array(bytes.length + 3);
  larger.set(bytes, 3);
  expect(decodeWeights(larger.subarray(3)).tables).toEqual(file.tables);
});

test("a file read into a pooled Node Buffer gives the same tables", () => {
  const bytes = encodeWeights(file);
  const pooled = Buffer.from(bytes); // small ones share one pool of memory
  Buffer.from("something else in the pool");
  expect(decodeWeights(pooled).tables).toEqual(decodeWeights(bytes).tables);
});

describe("a file is refused", () => {
  test("when it is cut off at any length", () => {
    const bytes = encodeWeights(file);
    for (let length = 0; length < bytes.length; length++)
      expect(() => decodeWeights(bytes.subarray(0, length))).toThrow(WeightsError);
    expect(() => decodeWeights(bytes.subarray(0, 100))).toThrow(`expected ${bytes.length} bytes (the file is cut off`);
  });

  test("when any one byte of it was changed", () => {
    const bytes = encodeWeights(file);
    for (let index = 0; index < bytes.length; index++) {
      const tampered = bytes.slice();
      tampered[index]! ^= 0x10;
      expect(() => decodeWeights(tampered)).toThrow(WeightsError);
    }
  });

  test("when it is of another version, another kind, or something else", () => {
    const bytes = encodeWeights(file);
    const newer = bytes.slice();
    newer[4] = 2;
    expect(() => decodeWeights(newer)).toThrow("expected version 1 of the file format, got 2");
    expect(() => decodeWeights(bytes, { kind: "reservoir" })).toThrow(
      'expected weights of kind "reservoir", got "mlp"',
    );
    expect(() => decodeWeights(new Uint8Array(100))).toThrow("starts with MAIW, got 0x00000000");
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (chance) => {
        expect(() => decodeWeights(chance)).toThrow(WeightsError);
      }),
    );
  });

  test("when a table is absent, of another type or of another shape", () => {
    const read = decodeWeights(encodeWeights(file));
    expect(tableOf(read, "hidden", "f32", [2, 3])).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6));
    expect(() => tableOf(read, "hiden", "f32")).toThrow("expected a table hiden, got hidden,scales,curve,nothing");
    expect(() => tableOf(read, "toString", "f32")).toThrow("expected a table toString");
    expect(() => tableOf(read, "scales", "f32")).toThrow("expected f32 values for scales, got i8");
    expect(() => tableOf(read, "hidden", "f32", [3, 3])).toThrow("expected 9 values for hidden (3, 3), got 6 (2, 3)");
  });
});

test("a table whose length is not its shape's is not written", () => {
  expect(() =>
    encodeWeights({ kind: "mlp", meta: {}, tables: { hidden: { shape: [64, 64], values: new Float32Array(4095) } } }),
  ).toThrow("expected 4096 values for hidden (64, 64), got 4095");
});
