import { QUERIES_OF_82 } from "../src/cli/bench/networks.js";
import { referenceTextHash } from "../src/kernels/text-hash-reference.js";
import { createTextEncoder, dialogueBlocks, type TextBlock } from "../src/nets/text-encoder.js";
import { compare, type Report } from "./harness.js";

const ROUTING: readonly TextBlock[] = [
  { kind: "word", n: [1, 2], bins: 224, tokens: "marks", scale: "log" },
  { kind: "char", n: [3, 5], bins: 123, scale: "log" },
];

/** Time to turn a question into a vector, beside the plain twin and beside splitting by a regular expression. */
export function run(report: Report): void {
  const encoder = createTextEncoder({ blocks: dialogueBlocks });
  const routing = createTextEncoder({ blocks: ROUTING, dimensions: 384 });
  const twin = referenceTextHash(
    [{ kind: "word", n: [1, 2], offset: 0, bins: 384, signed: true, marks: false, logarithm: false }],
    384,
  );
  const dense = new Float32Array(384);
  const chinese = "明天在圣何塞的一家美国餐厅订一张两人的桌子，时间是晚上七点半，谢谢";
  const measured = compare(
    {
      encode: each((text) => encoder.encode(text).count),
      twin: each((text) => twin.encode(text)),
      naive: each((text) => naive(text, dense)),
      routing: each((text) => routing.encode(text).count),
      chinese: (iterations) => {
        let sum = 0;
        for (let index = 0; index < iterations; index++) sum += encoder.encode(chinese).count;
        return sum;
      },
    },
    { totalMs: 700 },
  );
  const us = (name: keyof typeof measured): number => measured[name].minNs / 1000;
  const figures: readonly (readonly [string, number, string, ({ atMost: number } | { atLeast: number })?])[] = [
    ["encode.query82_us", us("encode"), "82 characters, words and pairs, sparse", { atMost: 0.15 }],
    ["encode.query82_twin_us", us("twin"), "the same by the plain twin"],
    ["encode.query82_naive_us", us("naive"), "the same by a regular expression and arrays"],
    ["encode.naive_ratio", us("naive") / us("encode"), "naive / kernel", { atLeast: 4 }],
    ["encode.twin_ratio", us("twin") / us("encode"), "twin / kernel"],
    ["encode.routing82_us", us("routing"), "82 characters, words, pairs, 3 to 5 characters"],
    ["encode.chinese34_us", us("chinese"), "34 Chinese characters"],
  ];
  for (const [name, value, meaning, target] of figures)
    report.figure({ name, value, meaning, ...(target === undefined ? {} : { target }) });
}

function each(encode: (text: string) => number): (iterations: number) => number {
  return (iterations) => {
    let sum = 0;
    for (let index = 0; index < iterations; index++) sum += encode(QUERIES_OF_82[index & 63]!);
    return sum;
  };
}

/** What one would write first: split, join, hash, scale. */
function naive(text: string, out: Float32Array): number {
  out.fill(0);
  const words = text.toLowerCase().match(/[a-z]+|\d+/g) ?? [];
  const grams = [...words, ...words.slice(1).map((word, place) => `${words[place]} ${word}`)];
  for (const gram of grams) {
    let hash = 0x811c9dc5;
    for (const character of gram) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
    out[((hash >>> 16) * 384) >>> 16]! += (hash & 1) === 1 ? -1 : 1;
  }
  let squares = 0;
  for (const value of out) squares += value * value;
  const scale = 1 / Math.sqrt(squares);
  for (let index = 0; index < out.length; index++) out[index]! *= scale;
  return grams.length;
}
