import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import { referenceReservoirKernels } from "../kernels/reservoir-reference.js";
import { GramAccumulator } from "./gram.js";
import { LeastMeanSquares } from "./least-mean-squares.js";
import { RecursiveLeastSquares } from "./recursive-least-squares.js";
import { type Readout, Reservoir } from "./reservoir.js";
import type { ReservoirOptions } from "./reservoir-options.js";
import { fitRidge } from "./ridge.js";

const UNITS = 64;
const ROWS = 1500;

/** The error, by the deviation of the target (the input of two steps before), of a readout that one of the learners made. */
function errorOf(
  learn: (reservoir: Reservoir, rows: { states: Float32Array; targets: Float32Array }) => Readout,
): number {
  const options: ReservoirOptions = { inputs: 1, outputs: 1, units: UNITS, leakRate: 1, spectralRadius: 0.9, seed: 4 };
  const reservoir = new Reservoir({ ...options, inputScaling: 0.2 });
  const random = seededRandom(21);
  const inputs = Float32Array.from({ length: ROWS + 500 }, () => random.next() - 0.5);
  const states = new Float32Array(ROWS * UNITS);
  const targets = new Float32Array(ROWS);
  for (let row = 0; row < ROWS; row++) {
    reservoir.step([inputs[row]!]);
    states.set(reservoir.state, row * UNITS);
    targets[row] = inputs[row - 2] ?? 0;
  }
  reservoir.setReadout(learn(reservoir, { states, targets }));
  let squares = 0;
  let power = 0;
  for (let row = ROWS; row < ROWS + 500; row++) {
    reservoir.step([inputs[row]!]);
    squares += (reservoir.output()[0]! - inputs[row - 2]!) ** 2;
    power += inputs[row - 2]! ** 2;
  }
  return Math.sqrt(squares / power);
}

describe("a readout is learned", () => {
  test("by ridge regression", () => {
    expect(errorOf((_, rows) => fitRidge({ inputs: UNITS, outputs: 1, ...rows }))).toBeLessThan(0.02);
  });

  test("by sums that are kept turn by turn", () => {
    const error = errorOf((_, { states, targets }) => {
      const sums = new GramAccumulator({ inputs: UNITS, outputs: 1 });
      for (let row = 0; row < ROWS; row++) sums.add(states.subarray(row * UNITS, (row + 1) * UNITS), [targets[row]!]);
      return sums.solve();
    });
    expect(error).toBeLessThan(0.02);
  });

  test("by recursive and by least mean squares", () => {
    const online = (learner: RecursiveLeastSquares | LeastMeanSquares): number =>
      errorOf((_, { states, targets }) => {
        for (let row = 0; row < ROWS; row++)
          learner.step(states.subarray(row * UNITS, (row + 1) * UNITS), [targets[row]!]);
        return learner.readout();
      });
    expect(online(new RecursiveLeastSquares({ inputs: UNITS, outputs: 1 }))).toBeLessThan(0.02);
    expect(online(new LeastMeanSquares({ inputs: UNITS, outputs: 1 }))).toBeLessThan(0.6);
  });
});

setFlagsFromString("--expose-gc");
// What the flag exposes: only contexts made afterwards have it.
const collect: () => void = runInNewContext("gc");

const NETWORKS: readonly Partial<ReservoirOptions>[] = [
  { topology: "structured" },
  { topology: "block-orthogonal" },
  { topology: "block-orthogonal", precision: "int8" },
  { topology: "cycle" },
];

const INDICES = Uint16Array.from({ length: 18 }, (_, place) => place * 21);
const VALUES = Float32Array.from({ length: 18 }, (_, place) => (place % 2 === 0 ? 0.24 : -0.23));

for (const options of NETWORKS) {
  const name = `${options.topology} ${options.precision ?? "f32"}`;

  test(`${name}: the heap does not grow over 100,000 steps, readouts and changes of project`, () => {
    const reservoir = new Reservoir({ inputs: 384, outputs: 4, ...options });
    const kept = reservoir.state.slice();
    const steps = (count: number): void => {
      for (let step = 0; step < count; step++) {
        reservoir.stepSparse(INDICES, VALUES);
        reservoir.output();
        if (step % 100 === 0) {
          reservoir.copyStateTo(kept);
          reservoir.setState(kept);
        }
      }
    };
    steps(10_000);
    collect();
    const before = getHeapStatistics().used_heap_size;
    steps(100_000);
    collect();
    expect(getHeapStatistics().used_heap_size - before).toBeLessThan(200_000); // 2 bytes a step: the test runner's own
  });

  test(`${name}: WebAssembly takes at most half of the time of its twin`, () => {
    const fast = new Reservoir({ inputs: 384, ...options });
    const plain = new Reservoir({ inputs: 384, ...options, kernels: referenceReservoirKernels });
    const fastest = { fast: Number.POSITIVE_INFINITY, plain: Number.POSITIVE_INFINITY };
    for (let round = 0; round < 60; round++) {
      for (const [which, reservoir] of [
        ["fast", fast],
        ["plain", plain],
      ] as const) {
        const start = performance.now();
        for (let step = 0; step < 20; step++) reservoir.stepSparse(INDICES, VALUES);
        fastest[which] = Math.min(fastest[which], performance.now() - start);
      }
    }
    expect(fastest.fast).toBeLessThan(fastest.plain / 2);
  });
}
