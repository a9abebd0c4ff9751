import { readFileSync } from "node:fs";
import { referencePerceptron } from "../src/kernels/perceptron-reference.js";
import { referenceTextHash } from "../src/kernels/text-hash-reference.js";
import { Mlp } from "../src/nets/mlp.js";
import { initialMlp } from "../src/nets/mlp-initial.js";
import { quantizeMlp } from "../src/nets/quantization.js";
import type { TextFeatureEncoder } from "../src/nets/text-encoder.js";
import { TABLE_BINS, TABLE_INPUTS } from "../src/routing/hashed-table.js";
import { heuristicScore } from "../src/routing/heuristic.js";
import { ROUTER_INPUTS, RouterFeatures } from "../src/routing/router-features.js";
import { decodeRouter } from "../src/routing/router-file.js";
import { SIDE_SIZES } from "../src/routing/router-heads.js";
import { RouterModel } from "../src/routing/router-model.js";
import { textFeatures } from "../src/routing/text-features.js";
import { compare, type Report } from "./harness.js";

const WEIGHTS = "models/router.bin"; // benchmarks are bundled elsewhere and run in the root
/** 300 characters, the mean of the data's prompts. */
const PROMPT =
  "A farmer has 17 hens that each lay 3 eggs in a day. She keeps 4 eggs for breakfast every morning and bakes with 6 of them on Sundays, then sells all that are left at the market for $0.75 each. How much does she earn in a week, and by how much would that fall if two of the hens stopped laying eggs? ";

/** Time of the learned router's opinion, features and network, beside a twin in plain TypeScript. */
export function run(report: Report): void {
  const weights = decodeRouter(new Uint8Array(readFileSync(WEIGHTS)));
  const model = new RouterModel(weights);
  const float = initialMlp(SIDE_SIZES, { seed: 1 });
  const layered = new RouterModel({ ...weights, side: float });
  const int8 = new RouterModel({ ...weights, side: quantizeMlp(float) });
  const plain = plainTwin(weights, float);
  const batch =
    (ask: (text: string) => unknown) =>
    (iterations: number): unknown => {
      let last: unknown;
      for (let round = 0; round < iterations; round++) last = ask(PROMPT);
      return last;
    };
  const times = compare(
    {
      shipped: batch((text) => model.opinion(text).gain),
      layered: batch((text) => layered.opinion(text).gain),
      int8: batch((text) => int8.opinion(text).gain),
      plain: batch(plain),
      heuristic: batch((text) => heuristicScore(textFeatures(text)).score),
    },
    { totalMs: 600 },
  );
  const us = (name: keyof typeof times): number => times[name].medianNs / 1000;
  report.figure({
    name: "routing.opinion_us",
    value: us("shipped"),
    meaning: "a 300-character prompt: features and the shipped network, median",
    target: { atMost: 100 },
  });
  report.figure({
    name: "routing.requests_per_second",
    value: 1e6 / us("shipped"),
    meaning: "of it, on one core (RouteLLM's matrix factorisation: 155 on an L4)",
  });
  report.figure({
    name: "routing.twin_ratio",
    value: us("plain") / us("shipped"),
    meaning: "plain TypeScript: the same features and a dense 384-100-50-3 in f32, against the shipped router",
    target: { atLeast: 3 },
  });
  report.figure({
    name: "routing.twin_ratio_384_100_50_3",
    value: us("plain") / us("layered"),
    meaning: "the same against 384-100-50-3 by our kernels",
  });
  report.figure({
    name: "routing.int8_ratio",
    value: us("plain") / us("int8"),
    meaning: "the same against 384-100-50-3 in 8 bits",
  });
  report.figure({
    name: "routing.heuristic_us",
    value: us("heuristic"),
    meaning: "the rules of thumb on the same prompt",
  });
}

/** Features and network with no kernel: what a router in plain TypeScript takes. */
function plainTwin(weights: ReturnType<typeof decodeRouter>, network: Mlp): (text: string) => number {
  const hash = referenceTextHash(
    [
      { kind: "word", n: [1, 2], offset: 0, bins: TABLE_BINS, signed: true, marks: true, logarithm: true },
      { kind: "char", n: [4, 4], offset: TABLE_BINS, bins: TABLE_BINS, signed: true, marks: false, logarithm: true },
    ],
    TABLE_INPUTS,
  );
  const vector = { indices: hash.indices, values: hash.values, count: 0 };
  const encoder: TextFeatureEncoder = {
    dimensions: TABLE_INPUTS,
    encode(text) {
      vector.count = hash.encode(text);
      return vector;
    },
    encodeDense: () => {
      throw new Error("not needed here");
    },
  };
  const features = new RouterFeatures(weights.scaling, { encoder });
  const side = new Mlp(network.layers, { forward: referencePerceptron });
  const dense = new Float32Array(ROUTER_INPUTS);
  const out = new Float32Array(3);
  return (text) => {
    const { indices, values, count } = features.encode(text);
    dense.fill(0);
    for (let entry = 0; entry < count; entry++) dense[indices[entry]!] = values[entry]!;
    side.predict(dense, out);
    return out[1]! - out[0]!;
  };
}
