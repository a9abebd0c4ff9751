import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { referenceTextHash } from "../kernels/text-hash-reference.js";
import { createTextEncoder, dialogueBlocks, type TextBlock } from "./text-encoder.js";

interface Goldens {
  readonly profiles: Readonly<Record<string, readonly TextBlock[]>>;
  readonly rows: readonly (Readonly<Record<string, readonly (readonly [number, number])[]>> & {
    readonly text: never;
  })[];
}

// Written by test/support/text-encoder-goldens.py.
const goldens = JSON.parse(
  readFileSync(new URL("../../test/support/text-encoder-goldens.json", import.meta.url), "utf8"),
) as Goldens;

/** Entries by dimension, rounded as the goldens are. */
function entries(blocks: readonly TextBlock[], text: string): [number, number][] {
  const { indices, values, count } = createTextEncoder({ blocks }).encode(text);
  return [...indices.subarray(0, count)]
    .map((index, entry): [number, number] => [index, values[entry]!])
    .sort((a, b) => a[0] - b[0]);
}

describe("the encoder agrees with an independent program", () => {
  for (const { text, ...profiles } of goldens.rows)
    test(`on ${JSON.stringify(text)}`, () => {
      for (const [name, expected] of Object.entries(profiles)) {
        const got = entries(goldens.profiles[name]!, text);
        expect(got.map(([index]) => index)).toEqual(expected.map(([index]) => index));
        for (const [place, [, value]] of expected.entries()) expect(got[place]![1]).toBeCloseTo(value, 5);
      }
    });
});

test("every block of a text has length 1", () => {
  const encoder = createTextEncoder({ blocks: goldens.profiles["routing"]! });
  const { indices, values, count } = encoder.encode("What is the capital of France?");
  let words = 0;
  let characters = 0;
  for (let entry = 0; entry < count; entry++) {
    if (indices[entry]! < 224) words += values[entry]! ** 2;
    else characters += values[entry]! ** 2;
  }
  expect(words).toBeCloseTo(1, 5);
  expect(characters).toBeCloseTo(1, 5);
});

test("no dimension comes twice, and a caller may append to the vector", () => {
  const encoder = createTextEncoder({ blocks: goldens.profiles["routing"]!, dimensions: 384 });
  const vector = encoder.encode("one two three ".repeat(400));
  const used = [...vector.indices.subarray(0, vector.count)];
  expect(new Set(used).size).toBe(used.length);
  expect(vector.indices.length).toBe(384);
  expect(vector.values.length).toBe(384);
});

test("writing in capitals, or in another Unicode form, changes nothing", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      expect(entries(dialogueBlocks, text.normalize("NFD"))).toEqual(entries(dialogueBlocks, text.normalize("NFC")));
    }),
  );
  expect(entries(dialogueBlocks, "STRASSE ΟΔΟΣ ÄRGER")).toEqual(entries(dialogueBlocks, "straße οδος ärger"));
});

test("half a surrogate pair is encoded like any letter", () => {
  expect(entries(dialogueBlocks, "a \ud800 b")).toHaveLength(5);
  expect(entries(dialogueBlocks, "a \udfff")).toHaveLength(3);
});

test("a vector is overwritten by the next one and by nothing else", () => {
  const encoder = createTextEncoder({ blocks: dialogueBlocks });
  const first = new Float32Array(384);
  const again = new Float32Array(384);
  encoder.encodeDense("the weather in Paris", first);
  encoder.encode("ß".repeat(30_000));
  encoder.encode("another thing ".repeat(3000));
  encoder.encodeDense("the weather in Paris", again);
  expect(again).toEqual(first);
});

test("a block that does not fit is refused", () => {
  const make = (blocks: readonly TextBlock[], dimensions?: number) => () =>
    createTextEncoder({ blocks, ...(dimensions === undefined ? {} : { dimensions }) });
  expect(make([{ kind: "word", n: [1, 3], bins: 10 }])).toThrow(RangeError);
  expect(make([{ kind: "char", n: [3, 2], bins: 10 }])).toThrow(RangeError);
  expect(make([{ kind: "word", n: [1, 1], bins: 0 }])).toThrow(RangeError);
  expect(make([{ kind: "word", n: [1, 1], bins: 10 }], 9)).toThrow(/at least 10/);
  expect(
    make([
      { kind: "word", n: [1, 1], bins: 10 },
      { kind: "word", n: [1, 1], bins: 10, offset: 5 },
    ]),
  ).toThrow(RangeError);
  expect(() => createTextEncoder({ blocks: dialogueBlocks }).encodeDense("a", new Float32Array(3))).toThrow(/384/);
});

test("time is linear in the text", () => {
  const hash = referenceTextHash(
    [{ kind: "char", n: [3, 5], offset: 0, bins: 123, signed: true, marks: false, logarithm: false }],
    123,
  );
  const unit = "the quick brown fox ".repeat(50);
  const texts = [unit, unit.repeat(8)];
  const fastest = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let run = 0; run < 200; run++) {
    for (const [place, text] of texts.entries()) {
      const began = performance.now();
      hash.encode(text);
      fastest[place] = Math.min(fastest[place]!, performance.now() - began);
    }
  }
  expect(fastest[1]! / fastest[0]!).toBeLessThan(24); // linear: 8; quadratic: 64
});
