import { describe, expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import type { DenseLayer, ForwardPass, Int8Layer, PrunedLayer } from "./perceptron.js";

/** Layers of these widths with weights in [-1, 1) / sqrt(inputs) and biases in [-0.25, 0.25). */
export function chanceLayers(sizes: readonly number[], seed: number): DenseLayer[] {
  const random = seededRandom(seed);
  const numbers = (length: number, factor: number) =>
    Float32Array.from({ length }, () => (2 * random.next() - 1) * factor);
  return sizes.slice(1).map((outputs, index) => {
    const inputs = sizes[index]!;
    return { inputs, outputs, weights: numbers(inputs * outputs, 1 / Math.sqrt(inputs)), bias: numbers(outputs, 0.25) };
  });
}

/** Layers of these widths with 8-bit weights over the whole range and any zero point. */
export function chanceInt8Layers(sizes: readonly number[], seed: number): Int8Layer[] {
  const random = seededRandom(seed);
  const bytes = (length: number) => Int8Array.from({ length }, () => Math.floor(256 * random.next()) - 128);
  return sizes.slice(1).map((outputs, index) => {
    const inputs = sizes[index]!;
    return {
      inputs,
      outputs,
      weights: bytes(inputs * outputs),
      zeroPoints: bytes(outputs).map((point) => point >> 2),
      scales: Float32Array.from({ length: outputs }, () => (0.5 + random.next()) / (100 * Math.sqrt(inputs))),
      bias: Float32Array.from({ length: outputs }, () => random.next() - 0.5),
    };
  });
}

/** Layers of these widths of which about half of the blocks are left, and some inputs have none. */
export function chancePrunedLayers(sizes: readonly number[], seed: number): PrunedLayer[] {
  const random = seededRandom(seed);
  return chanceLayers(sizes, seed).map(({ inputs, outputs, bias }) => {
    const starts = new Int32Array(inputs + 1);
    const groups: number[] = [];
    const weights: number[] = [];
    for (let input = 0; input < inputs; input++) {
      const share = random.next();
      for (let group = 0; group < Math.ceil(outputs / 4); group++) {
        if (random.next() < share) continue;
        groups.push(group);
        for (let lane = 0; lane < 4; lane++)
          weights.push(4 * group + lane < outputs ? (2 * random.next() - 1) / Math.sqrt(inputs) : 0);
      }
      starts[input + 1] = groups.length;
    }
    return { inputs, outputs, starts, groups: Uint16Array.from(groups), weights: Float32Array.from(weights), bias };
  });
}

export const SIZES: readonly (readonly number[])[] = [
  [384, 100, 50, 3],
  [384, 3],
  [1, 1],
  [1, 2, 1],
  [3, 5, 2],
  [7, 9, 4, 5],
  [31, 33, 17, 13],
  [64, 32, 16, 8],
  [129, 71, 2],
  [1000, 45, 11],
  [10, 300, 70],
];

function inputOf(length: number, seed: number, zeros: number): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length }, () => (random.next() < zeros ? 0 : 4 * random.next() - 2));
}

/** What a forward pass must do, held against an oracle. `tolerance` is the largest difference of a probability. */
export function forwardPassContract<Layer extends { readonly inputs: number; readonly outputs: number }>(
  name: string,
  make: (layers: readonly Layer[]) => ForwardPass,
  {
    oracle,
    layers,
    tolerance,
  }: {
    readonly oracle: (layers: readonly Layer[], input: Float32Array) => readonly number[];
    readonly layers: (sizes: readonly number[], seed: number) => Layer[];
    readonly tolerance: number;
  },
): void {
  const agrees = (found: Float32Array, expected: readonly number[]): void => {
    for (const [index, value] of expected.entries())
      expect(Math.abs(found[index]! - value), `output ${index}: ${found[index]}, ${value}`).toBeLessThanOrEqual(
        tolerance,
      );
  };

  describe(name, () => {
    for (const sizes of SIZES)
      test(`${sizes.join("-")} says what the oracle says, dense and sparse`, () => {
        const net = layers(sizes, 1);
        const pass = make(net);
        const out = new Float32Array(sizes[sizes.length - 1]!);
        for (const zeros of [0, 0.5, 0.95]) {
          const input = inputOf(sizes[0]!, 3, zeros);
          const expected = oracle(net, input);
          pass.dense(input, out);
          agrees(out, expected);
          const places = [...input.keys()].filter((index) => input[index] !== 0).reverse();
          pass.sparse(
            Uint16Array.from(places),
            Float32Array.from(places, (index) => input[index]!),
            places.length,
            out,
          );
          agrees(out, expected);
        }
      });

    test("an input of zeros, of denormals, and of very large numbers is right", () => {
      const net = layers([40, 20, 3], 5);
      const pass = make(net);
      const out = new Float32Array(3);
      for (const factor of [0, 1e-42, 1e-38, 1e-20, 1e6]) {
        const input = inputOf(40, 6, 0).map((value) => value * factor);
        pass.dense(input, out);
        agrees(out, oracle(net, input));
        expect(out[0]! + out[1]! + out[2]!).toBeCloseTo(1, 5);
      }
      pass.sparse(new Uint16Array(0), new Float32Array(0), 0, out);
      agrees(out, oracle(net, new Float32Array(40)));
    });

    test("NaN or infinity anywhere in the input leaves no answer", () => {
      const pass = make(layers([41, 20, 3], 5));
      const out = new Float32Array(3);
      for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
        for (const place of [0, 7, 39, 40]) {
          const input = inputOf(41, 6, 0);
          input[place] = bad;
          pass.dense(input, out.fill(1));
          expect([...out]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
          pass.sparse(Uint16Array.of(3, place), Float32Array.of(1, bad), 2, out.fill(1));
          expect([...out]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
        }
      // and the next question is answered
      pass.dense(inputOf(41, 6, 0), out);
      expect(out[0]! + out[1]! + out[2]!).toBeCloseTo(1, 5);
    });

    test("places that repeat add up, even more of them than there are inputs", () => {
      const net = layers([5, 8, 3], 5);
      const pass = make(net);
      const out = new Float32Array(3);
      const places = Uint16Array.from({ length: 40 }, (_, index) => index % 5);
      pass.sparse(places, new Float32Array(40).fill(0.125), 40, out);
      agrees(out, oracle(net, new Float32Array(5).fill(1)));
      pass.sparse(Uint16Array.of(2, 4, 2), Float32Array.of(0.5, 1, 0.5), 3, out);
      agrees(out, oracle(net, Float32Array.of(0, 0, 1, 0, 1)));
    });

    test("rows of zero weights answer with the bias", () => {
      const [first, second] = layers([6, 8, 3], 9);
      const still = { ...second!, weights: (second as unknown as DenseLayer).weights.map(() => 0) }; // both kinds have such an array
      const zeroed = "zeroPoints" in still ? { ...still, zeroPoints: new Int8Array(3) } : still;
      const net = [first!, zeroed as Layer]; // a copy of a Layer with other numbers
      const out = new Float32Array(3);
      make(net).dense(inputOf(6, 1, 0), out);
      agrees(out, oracle(net, new Float32Array(6)));
    });

    test("a place outside the input is refused, wherever it stands, and the next question is answered", () => {
      const net = layers([6, 8, 3], 9);
      const pass = make(net);
      const out = new Float32Array(3);
      for (const count of [1, 4, 6, 20]) {
        const places = new Uint16Array(count).fill(5);
        places[count - 1] = 6;
        expect(() => pass.sparse(places, new Float32Array(count), count, out)).toThrow("below 6, got 6");
        places[count - 1] = 65_535;
        expect(() => pass.sparse(places, new Float32Array(count), count, out)).toThrow("below 6, got 65535");
      }
      pass.sparse(Uint16Array.of(1), Float32Array.of(1), 1, out);
      agrees(out, oracle(net, Float32Array.of(0, 1, 0, 0, 0, 0)));
    });

    test("the lent buffers give what one's own give", () => {
      const net = layers([6, 8, 3], 9);
      const pass = make(net);
      const out = new Float32Array(3);
      for (const count of [3, 1]) {
        pass.lent.indices.set([4, 0, 2].slice(0, count));
        pass.lent.values.set([1, 2, 3].slice(0, count));
        pass.sparse(pass.lent.indices, pass.lent.values, count, out);
        agrees(out, oracle(net, count === 3 ? Float32Array.of(2, 0, 3, 0, 1, 0) : Float32Array.of(0, 0, 0, 0, 1, 0)));
      }
    });

    test("only as many places as counted are read", () => {
      const net = layers([6, 8, 3], 9);
      const out = new Float32Array(3);
      make(net).sparse(Uint16Array.of(1, 2, 3), Float32Array.of(1, Number.NaN, Number.NaN), 1, out);
      agrees(out, oracle(net, Float32Array.of(0, 1, 0, 0, 0, 0)));
    });
  });
}
