import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import { GramAccumulator } from "./gram.js";
import { fitRidge } from "./ridge.js";

const NUMPY_WEIGHTS = [
  1.1707317073170738, 1.3365853658536593, 1.1707317073170733, 0.4015009380863037, -1.4634146341463419,
  -0.06003752345215769,
];
const NUMPY_BIAS = [-2.814634146341465, 2.5853658536585375];

/** Rows of chance, targets a known readout of them plus noise. */
function problem(options: { rows: number; inputs: number; outputs: number; seed?: number; noise?: number }) {
  const { rows, inputs, outputs, seed = 1, noise = 0.1 } = options;
  const random = seededRandom(seed);
  const states = Float32Array.from({ length: rows * inputs }, () => random.next() * 2 - 1);
  const truth = Float64Array.from({ length: outputs * inputs }, () => random.next() * 2 - 1);
  const targets = new Float64Array(rows * outputs);
  for (let row = 0; row < rows; row++) {
    for (let output = 0; output < outputs; output++) {
      let sum = 3 + output + noise * (random.next() - 0.5);
      for (let input = 0; input < inputs; input++)
        sum += truth[output * inputs + input]! * states[row * inputs + input]!;
      targets[row * outputs + output] = sum;
    }
  }
  return { rows, inputs, outputs, states, targets, truth };
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let worst = 0;
  for (let at = 0; at < a.length; at++) worst = Math.max(worst, Math.abs(a[at]! - b[at]!));
  return worst;
}

describe("fitRidge", () => {
  test("gives what numpy gives", () => {
    // X = [[1,2,0],[0,1,3],[2,0,1],[1,1,1],[3,1,2]], y = [[1,0],[2,1],[0,4],[1,1],[5,2]], lambda 0.5, unshrunk constant:
    // A = hstack([X, 1]); solve(A.T @ A + diag([.5, .5, .5, 0]), A.T @ y) with numpy 2.4.6
    const data = {
      inputs: 3,
      outputs: 2,
      states: Float64Array.of(1, 2, 0, 0, 1, 3, 2, 0, 1, 1, 1, 1, 3, 1, 2),
      targets: Float64Array.of(1, 0, 2, 1, 0, 4, 1, 1, 5, 2),
    };
    const solution = fitRidge(data, { lambda: 0.5, scale: "absolute" });
    expect(largestDifference(solution.weights, NUMPY_WEIGHTS)).toBeLessThan(1e-13);
    expect(largestDifference(solution.bias, NUMPY_BIAS)).toBeLessThan(1e-13);
    expect(solution).toMatchObject({ lambda: 0.5, lambdaUsed: 0.5 });
    expect(solution.refusal).toBeUndefined();
  });

  test("finds the readout that made the targets", () => {
    const data = problem({ rows: 300, inputs: 41, outputs: 3, noise: 0 });
    const solution = fitRidge(data, { lambda: 1e-12 });
    expect(largestDifference(solution.weights, data.truth)).toBeLessThan(1e-9);
    expect(largestDifference(solution.bias, [3, 4, 5])).toBeLessThan(1e-9);
  });

  test("the dual form solves the same problem", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 2, max: 70 }),
        fc.integer({ min: 1, max: 6 }),
        fc.boolean(),
        fc.integer(),
        (rows, inputs, outputs, bias, seed) => {
          const data = problem({ rows, inputs, outputs, seed });
          const sums = new GramAccumulator({ inputs, outputs, bias });
          for (let row = 0; row < rows; row++) {
            sums.add(
              data.states.subarray(row * inputs, (row + 1) * inputs),
              data.targets.subarray(row * outputs, (row + 1) * outputs),
            );
          }
          const [ours, primal] = [fitRidge(data, { lambda: 0.01, bias }), sums.solve({ lambda: 0.01 })];
          expect(ours.lambda).toBeCloseTo(primal.lambda, 12);
          expect(largestDifference(ours.weights, primal.weights)).toBeLessThan(1e-9);
          expect(largestDifference(ours.bias, primal.bias)).toBeLessThan(1e-9);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("refuses a singular system, and says which lambda it took instead", () => {
    const rows = 50;
    const states = new Float64Array(rows * 4);
    const targets = new Float64Array(rows);
    const random = seededRandom(5);
    for (let row = 0; row < rows; row++) {
      const value = random.next();
      states.set([value, 2 * value, random.next(), 0], row * 4); // the second is twice the first, the last is silent
      targets[row] = value;
    }
    const solution = fitRidge({ inputs: 4, outputs: 1, states, targets }, { lambda: 0 });
    expect(solution.lambda).toBe(0);
    expect(solution.lambdaUsed).toBeGreaterThan(0);
    expect(solution.lambdaUsed).toBeLessThan(1e-9);
    expect(solution.refusal).toMatch(/^lambda 0 leaves the system singular to 16 digits/);
    for (let row = 0; row < rows; row++) {
      let sum = solution.bias[0]!;
      for (let input = 0; input < 4; input++) sum += solution.weights[input]! * states[row * 4 + input]!;
      expect(Math.abs(sum - targets[row]!)).toBeLessThan(1e-5);
    }
  });

  test("gives the mean of the targets for silent inputs", () => {
    const data = { inputs: 2, outputs: 1, states: new Float32Array(6), targets: Float32Array.of(1, 2, 6) };
    const solution = fitRidge(data);
    expect(solution.weights).toEqual(Float64Array.of(0, 0));
    expect(solution.bias[0]).toBeCloseTo(3, 12);
  });

  test("refuses what is no data", () => {
    const data = problem({ rows: 5, inputs: 2, outputs: 1 });
    expect(() => fitRidge({ ...data, inputs: 3 })).toThrow(/expected states \(rows, 3\)/);
    expect(() => fitRidge(data, { lambda: -1 })).toThrow(RangeError);
    expect(() => fitRidge({ ...data, states: new Float32Array(10).fill(Number.NaN) })).toThrow(/not finite/);
    const few = problem({ rows: 2, inputs: 8, outputs: 1 });
    expect(() => fitRidge({ ...few, states: new Float32Array(16).fill(Number.NaN) })).toThrow(/not finite/);
  });
});

describe("GramAccumulator", () => {
  const data = problem({ rows: 83, inputs: 13, outputs: 2 });
  const row = (index: number): [Float32Array, Float64Array] => [
    data.states.subarray(index * 13, (index + 1) * 13),
    data.targets.subarray(index * 2, (index + 1) * 2),
  ];

  test("sums the same in any block and in parts", () => {
    const whole = new GramAccumulator({ inputs: 13, outputs: 2 });
    const single = new GramAccumulator({ inputs: 13, outputs: 2, blockRows: 1 });
    const parts = [new GramAccumulator({ inputs: 13, outputs: 2 }), new GramAccumulator({ inputs: 13, outputs: 2 })];
    for (let index = 0; index < 83; index++) {
      whole.add(...row(index));
      single.add(...row(index));
      parts[index % 2]!.add(...row(index));
      if (index === 40) whole.solve(); // in the middle: nothing is lost or counted twice
    }
    parts[0]!.merge(parts[1]!);
    expect(parts[0]!.rows).toBe(83);
    const expected = fitRidge(data);
    for (const sums of [whole, single, parts[0]!]) {
      expect(largestDifference(sums.solve().weights, expected.weights)).toBeLessThan(1e-10);
    }
  });

  test("forgets by decay: the weight of a row is decay to the power of its age", () => {
    const decay = 0.9;
    const [aged, weighted] = [
      new GramAccumulator({ inputs: 13, outputs: 2, decay, bias: false }),
      new GramAccumulator({ inputs: 13, outputs: 2, bias: false }),
    ];
    for (let index = 0; index < 83; index++) {
      aged.add(...row(index));
      const root = Math.sqrt(decay ** (82 - index));
      weighted.add(
        Float64Array.from(row(index)[0], (value) => value * root),
        row(index)[1].map((value) => value * root),
      );
    }
    const options = { lambda: 1e-3, scale: "absolute" } as const;
    expect(largestDifference(aged.solve(options).weights, weighted.solve(options).weights)).toBeLessThan(1e-11);
  });

  test("refuses a row that would spoil the sums, and goes on without it", () => {
    const [sums, same] = [
      new GramAccumulator({ inputs: 2, outputs: 1 }),
      new GramAccumulator({ inputs: 2, outputs: 1 }),
    ];
    expect(() => sums.solve()).toThrow(/no row was added/);
    for (const sum of [sums, same]) sum.add([1, 2], [3]);
    expect(() => sums.add([1, Number.NaN], [3])).toThrow(/not finite/);
    expect(() => sums.add([1, 2], [Number.POSITIVE_INFINITY])).toThrow(/not finite/);
    expect(() => sums.add([1], [3])).toThrow(/expected 2 values of its state, got 1/);
    for (const sum of [sums, same]) sum.add([2, 1], [1]);
    expect(sums.solve()).toEqual(same.solve());
    expect(() => sums.merge(new GramAccumulator({ inputs: 3, outputs: 1 }))).toThrow(/Cannot merge/);
    expect(() => new GramAccumulator({ inputs: 2, outputs: 1, decay: 0 })).toThrow(RangeError);
    sums.reset();
    expect(sums.rows).toBe(0);
  });
});
