import { describe, expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import { referenceInt8Perceptron } from "../kernels/perceptron-int8-reference.js";
import { Mlp } from "./mlp.js";
import { initialMlp } from "./mlp-initial.js";
import { QuantizedMlp, quantizeMlp } from "./quantization.js";

/** Share of inputs for which both say the same class is likeliest. */
function agreement(sizes: readonly number[], density: number, seed: number): number {
  const random = seededRandom(seed);
  const out = new Float32Array(3);
  const other = new Float32Array(3);
  let same = 0;
  const rounds = 2000;
  let net = initialMlp(sizes, { seed });
  let small = quantizeMlp(net);
  for (let round = 0; round < rounds; round++) {
    if (round % 200 === 0) {
      net = initialMlp(sizes, { seed: seed + round });
      small = quantizeMlp(net);
    }
    const input = Float32Array.from({ length: 384 }, () => (random.next() < density ? 2 * random.next() - 1 : 0));
    net.predict(input, out);
    small.predict(input, other);
    if (out.indexOf(Math.max(...out)) === other.indexOf(Math.max(...other))) same++;
  }
  return same / rounds;
}

describe("an 8-bit network", () => {
  test("is at least 3.5 times smaller", () => {
    const net = initialMlp([384, 100, 50, 3], { seed: 1 });
    expect(net.bytes / quantizeMlp(net).bytes).toBeGreaterThan(3.5);
  });

  // Networks that nobody trained are the hard case: their logits lie close together.
  for (const [name, sizes, density] of [
    ["dense inputs", [384, 100, 50, 3], 1],
    ["inputs of about 100 places", [384, 100, 50, 3], 0.26],
    ["inputs of about 18 places", [384, 100, 50, 3], 0.05],
    ["a linear head", [384, 3], 0.26],
  ] as const)
    test(`names the same class as before for 99.5 % of ${name}`, () => {
      expect(agreement(sizes, density, 7)).toBeGreaterThanOrEqual(0.995);
    });

  test("moves no weight by more than half a scale, and zero not at all", () => {
    const { layers } = initialMlp([30, 7], { seed: 3 });
    const weights = layers[0]!.weights.map((weight, index) =>
      index % 5 === 0 ? 0 : index < 30 ? Math.abs(weight) : weight,
    );
    const small = quantizeMlp(new Mlp([{ ...layers[0]!, weights }])).layers[0]!;
    for (const [index, weight] of weights.entries()) {
      const row = Math.floor(index / 30);
      const back = small.scales[row]! * (small.weights[index]! - small.zeroPoints[row]!);
      if (weight === 0) expect(back).toBe(0);
      // Rounding of the weight and of the zero point.
      else expect(Math.abs(back - weight)).toBeLessThanOrEqual(small.scales[row]! * 1.001);
    }
  });

  test("of nothing but zeros answers with its biases", () => {
    const out = new Float32Array(2);
    const zeros = new Mlp([
      { inputs: 3, outputs: 2, weights: new Float32Array(6), bias: Float32Array.of(0, Math.log(3)) },
    ]);
    quantizeMlp(zeros).predict(Float32Array.of(1, 2, 3), out);
    expect(out[1]).toBeCloseTo(0.75, 6);
  });

  test("runs in plain TypeScript too", () => {
    const net = quantizeMlp(initialMlp([384, 100, 50, 3], { seed: 1 }));
    const plain = new QuantizedMlp(net.layers, { forward: referenceInt8Perceptron });
    expect(plain.implementation).toBe("reference");
    const out = new Float32Array(3);
    const other = new Float32Array(3);
    net.predict(new Float32Array(384).fill(0.1), out);
    plain.predict(new Float32Array(384).fill(0.1), other);
    for (let index = 0; index < 3; index++) expect(out[index]).toBeCloseTo(other[index]!, 6);
  });

  test("is faster than the same network in f32, in the same run", () => {
    const net = initialMlp([384, 100, 50, 3], { seed: 1 });
    const small = quantizeMlp(net);
    const input = new Float32Array(384).fill(0.1);
    const out = new Float32Array(3);
    const fastest = (run: () => void): number => {
      let best = Number.POSITIVE_INFINITY;
      for (let round = 0; round < 60; round++) {
        const start = performance.now();
        for (let call = 0; call < 300; call++) run();
        best = Math.min(best, performance.now() - start);
      }
      return best;
    };
    // 1.7 times on a quiet machine; a shared one gets slack.
    expect(fastest(() => net.predict(input, out))).toBeGreaterThan(fastest(() => small.predict(input, out)));
  });

  test("whose lists do not fit its shape is refused", () => {
    const layer = quantizeMlp(initialMlp([4, 3], { seed: 1 })).layers[0]!;
    expect(() => new QuantizedMlp([{ ...layer, scales: new Float32Array(2) }])).toThrow(
      "expected 3 scales for layer 0 (3, 4), got 2",
    );
    expect(() => new QuantizedMlp([layer, layer])).toThrow("expected 3 inputs for layer 1 (3, 4), got 4");
  });
});
