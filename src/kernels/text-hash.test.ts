import fc from "fast-check";
import { expect, test } from "vitest";
import type { HashBlock } from "./text-hash.js";
import { referenceTextHash } from "./text-hash-reference.js";
import { simdTextHash } from "./text-hash-simd.js";

const word: HashBlock = { kind: "word", n: [1, 2], offset: 0, bins: 37, signed: true, marks: false, logarithm: false };

const layouts: readonly (readonly HashBlock[])[] = [
  [word],
  [
    { ...word, marks: true, logarithm: true },
    { ...word, kind: "char", n: [3, 5], offset: 37, bins: 11, signed: false },
  ],
  [
    { ...word, n: [2, 2], bins: 1 },
    { ...word, kind: "char", n: [1, 8], offset: 5, bins: 300, logarithm: true },
  ],
  [{ ...word, kind: "char", n: [1, 1], bins: 65_000 }],
];

test("the kernel and its twin give the same bits", () => {
  for (const blocks of layouts) {
    const dimensions = blocks.at(-1)!.offset + blocks.at(-1)!.bins + 3;
    const kernel = simdTextHash(blocks, dimensions)!;
    const twin = referenceTextHash(blocks, dimensions);
    const same = (text: string): void => {
      const count = kernel.encode(text);
      expect(count).toBe(twin.encode(text));
      expect(kernel.indices.subarray(0, count)).toEqual(twin.indices.subarray(0, count));
      expect(kernel.values.subarray(0, count)).toEqual(twin.values.subarray(0, count));
    };
    fc.assert(fc.property(fc.string({ unit: "binary-ascii", maxLength: 300 }), same));
    const words = fc.constantFrom("the", "THE", "12", "a1", "-", "\n", "don't", "x");
    fc.assert(fc.property(fc.array(words, { maxLength: 60 }), (parts) => same(parts.join(" "))));
    same("");
    same(" ");
    same("a");
    same("word ".repeat(3276));
    same("z".repeat(16_384));
  }
});

test("the kernel leaves other text and longer text to its twin", () => {
  const kernel = simdTextHash([word], 37)!;
  expect(kernel.encode("naïve")).toBe(-1);
  expect(kernel.encode("\ud800")).toBe(-1);
  expect(kernel.encode("é".repeat(16_384))).toBe(-1);
  expect(kernel.encode("a".repeat(16_385))).toBe(-1);
  expect(kernel.encode("a")).toBe(1);
});

test("the kernel is at least twice as fast as its twin", () => {
  const blocks: readonly HashBlock[] = [{ ...word, bins: 384 }];
  const kernel = simdTextHash(blocks, 384)!;
  const twin = referenceTextHash(blocks, 384);
  const text = "I would like to find a restaurant in San Jose that serves American food tonight ok";
  const fastest = (hash: typeof twin): number => {
    let best = Number.POSITIVE_INFINITY;
    for (let run = 0; run < 40; run++) {
      const began = performance.now();
      for (let round = 0; round < 500; round++) hash.encode(text);
      best = Math.min(best, performance.now() - began);
    }
    return best;
  };
  fastest(twin);
  fastest(kernel);
  expect(fastest(twin) / fastest(kernel)).toBeGreaterThan(2);
});
