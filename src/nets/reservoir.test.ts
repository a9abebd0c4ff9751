import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import { Reservoir } from "./reservoir.js";
import type { ReservoirOptions } from "./reservoir-options.js";
import { ReservoirStateError } from "./reservoir-state.js";

const SMALL: ReservoirOptions = { inputs: 5, outputs: 2, units: 64, seed: 7 };

function driven(options: ReservoirOptions, steps = 40): Reservoir {
  const reservoir = new Reservoir(options);
  const random = seededRandom(3);
  for (let step = 0; step < steps; step++) {
    reservoir.step(Array.from({ length: options.inputs }, () => random.next() - 0.5));
  }
  return reservoir;
}

describe("steps", () => {
  test("a sparse step is the dense step with zeros elsewhere", () => {
    const dense = new Reservoir(SMALL);
    const sparse = new Reservoir(SMALL);
    for (let step = 0; step < 20; step++) {
      dense.step([0, 0.5, 0, -0.25, 0]);
      sparse.stepSparse([3, 1, 9], [-0.25, 0.5, 7], 2);
    }
    for (let unit = 0; unit < 64; unit++) expect(sparse.state[unit]).toBeCloseTo(dense.state[unit]!, 6);
  });

  test("the same seed gives the same states, another seed others", () => {
    expect(driven(SMALL).state).toEqual(driven(SMALL).state);
    expect(driven({ ...SMALL, seed: 8 }).state).not.toEqual(driven(SMALL).state);
  });

  test("two states driven alike come together (the echo state property)", () => {
    const one = driven({ ...SMALL, leakRate: 0.5 });
    const other = one.clone();
    other.setState(new Float32Array(64).fill(0.9));
    const random = seededRandom(9);
    for (let step = 0; step < 600; step++) {
      const input = Array.from({ length: 5 }, () => random.next() - 0.5);
      one.step(input);
      other.step(input);
    }
    for (let unit = 0; unit < 64; unit++) expect(other.state[unit]).toBeCloseTo(one.state[unit]!, 5);
  });

  test("any leak is taken unit by unit", () => {
    const leakRate = new Float32Array(64).fill(1e-3);
    leakRate[10] = 1;
    const reservoir = new Reservoir({ ...SMALL, leakRate });
    reservoir.step([1, 1, 1, 1, 1]);
    const largestSlow = Math.max(...reservoir.state.map((value, unit) => (unit === 10 ? 0 : Math.abs(value))));
    expect(largestSlow).toBeLessThanOrEqual(1e-3);
    expect(Math.abs(reservoir.state[10]!)).toBeGreaterThan(0.1);
  });

  test("an input that is no number leaves the state as it was", () => {
    const reservoir = driven(SMALL);
    const before = reservoir.state.slice();
    expect(() => reservoir.step([0, Number.NaN, 0, 0, 0])).toThrow("for input 1, got NaN");
    expect(() => reservoir.stepSparse([2], [Number.POSITIVE_INFINITY])).toThrow("for input 2, got Infinity");
    expect(() => reservoir.stepSparse([5], [1])).toThrow("expected an input from 0 to 4, got 5");
    expect(() => reservoir.stepSparse([1.5], [1])).toThrow("expected an input from 0 to 4, got 1.5");
    for (const count of [-1, 0.5, Number.NaN, 2, 6])
      expect(() => reservoir.stepSparse([1], [1], count)).toThrow(`expected 0 to 5 pairs, got ${count} of 1 indices`);
    expect(() => reservoir.step([1])).toThrow("expected 5 inputs, got 1");
    expect(reservoir.state).toEqual(before);
  });

  test("states stay within [-1, 1] whatever comes in", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e20, max: 1e20, noNaN: true }), { minLength: 5, maxLength: 5 }),
        (input) => {
          const reservoir = new Reservoir({ ...SMALL, leakRate: 0.9 });
          for (let step = 0; step < 3; step++) reservoir.step(input);
          expect(reservoir.state.every((value) => Math.abs(value) <= 1.000001)).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe("readout", () => {
  test("is weights times state plus bias, computed when asked", () => {
    const reservoir = driven(SMALL);
    const weights = Float32Array.from({ length: 128 }, (_, at) => (at % 7) - 3);
    reservoir.setReadout({ weights, bias: [0.5, -0.5] });
    const expected = [0.5, -0.5];
    for (let row = 0; row < 2; row++) {
      for (let unit = 0; unit < 64; unit++) expected[row]! += weights[row * 64 + unit]! * reservoir.state[unit]!;
    }
    expect(reservoir.output()[0]).toBeCloseTo(expected[0]!, 4);
    expect(reservoir.output()[1]).toBeCloseTo(expected[1]!, 4);
    const before = reservoir.output()[0];
    reservoir.step([1, 0, 0, 0, 1]);
    expect(reservoir.output()[0]).not.toBe(before);
  });

  test("a readout of another shape is refused", () => {
    const odd = { weights: new Float64Array(128).fill(Number.NaN), bias: [0, 0] };
    expect(() => new Reservoir(SMALL).setReadout(odd)).toThrow("expected finite weights");
    expect(() => new Reservoir(SMALL).setReadout({ weights: [1, 2], bias: [0, 0] })).toThrow(
      "expected 2 rows of 64 weights and a bias, got 2 weights and 2 biases",
    );
  });
});

describe("state", () => {
  test("saved and loaded is the same to the bit, and goes on alike", () => {
    const reservoir = driven(SMALL);
    const bytes = reservoir.save();
    const other = new Reservoir(SMALL);
    other.load(bytes);
    expect(other.state).toEqual(reservoir.state);
    reservoir.step([1, 2, 3, 4, 5]);
    other.step([1, 2, 3, 4, 5]);
    expect(other.state).toEqual(reservoir.state);
  });

  test("in 8 bits is a quarter as long and within 1/254 of the largest value", () => {
    const reservoir = driven({ ...SMALL, units: 1024 });
    const bytes = reservoir.save({ precision: "int8" });
    expect(bytes.length).toBeLessThan(1024 + 64);
    const largest = Math.max(...reservoir.state.map(Math.abs));
    const other = new Reservoir({ ...SMALL, units: 1024 });
    other.load(bytes);
    const worst = Math.max(...reservoir.state.map((value, unit) => Math.abs(value - other.state[unit]!)));
    expect(worst).toBeLessThanOrEqual(largest / 254 + 1e-7);
  });

  test("any damaged byte is refused and changes nothing", () => {
    const bytes = driven(SMALL).save();
    const other = new Reservoir(SMALL);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const damaged = bytes.slice();
        damaged[at]! ^= flip;
        expect(() => other.load(damaged)).toThrow(ReservoirStateError);
        expect(other.state.every((value) => value === 0)).toBe(true);
      }),
    );
    expect(() => other.load(bytes.subarray(0, 100))).toThrow("expected 284 bytes for 64 units, got 100");
    const spoilt = new Reservoir(SMALL);
    spoilt.state[3] = Number.NaN;
    expect(() => other.load(spoilt.save())).toThrow("unit 3 is NaN");
    expect(() => other.load(new Uint8Array(5))).toThrow("these bytes are not one");
  });

  test("of another network is refused", () => {
    const bytes = driven(SMALL).save();
    expect(() => new Reservoir({ ...SMALL, seed: 8 }).load(bytes)).toThrow("expected seed 8, got 7");
    expect(() => new Reservoir({ ...SMALL, leakRate: 0.3 }).load(bytes)).toThrow(
      "another network: expected fingerprint",
    );
    expect(() => new Reservoir({ ...SMALL, units: 256 }).load(bytes)).toThrow("expected units 256, got 64");
  });

  test("copies out and in, and a clone goes its own way", () => {
    const reservoir = driven(SMALL);
    const kept = new Float32Array(64);
    reservoir.copyStateTo(kept);
    const clone = reservoir.clone();
    reservoir.reset();
    expect(reservoir.state.every((value) => value === 0)).toBe(true);
    expect(clone.state).toEqual(kept);
    reservoir.setState(kept);
    expect(reservoir.state).toEqual(kept);
    expect(() => reservoir.setState(new Float32Array(3))).toThrow("expected 64 units, got 3");
  });
});

describe("options", () => {
  test.each<[Partial<ReservoirOptions>, string]>([
    [{ units: 1000 }, "units is 1000, expected a power of four from 16 on (structured)"],
    [{ inputs: 64 }, "inputs is 64, expected fewer than the 64 units (structured)"],
    [{ connectivity: 0.1 }, "connectivity is 0.1, expected none for structured, which has one of its own"],
    [
      { topology: "block-orthogonal", connectivity: 0.5, units: 60 },
      "a multiple of 4, at most 512, that divides the units",
    ],
    [{ topology: "sparse", units: 100 }, "units is 100, expected a multiple of 8 (sparse)"],
    [{ leakRate: 0 }, "leakRate is 0, expected more than 0 and at most 1"],
    [{ leakRate: new Float32Array(3) }, "leakRate is 3 rates, expected one number, or 64"],
    [{ spectralRadius: 0 }, "spectralRadius is 0, expected a number from 0.000001 to 100"],
    [{ inputScaling: Number.NaN }, "inputScaling is NaN"],
    [{ seed: -1 }, "seed is -1, expected a whole number from 0 to 4294967295"],
    [{ precision: "int8" }, "precision is int8 for structured, expected f32, or the topology block-orthogonal"],
    [{ outputs: 1.5 }, "outputs is 1.5"],
  ])("%o is refused", (options, message) => {
    expect(() => new Reservoir({ ...SMALL, ...options })).toThrow(message);
  });

  test("the preset for conversation is the default", () => {
    const { options } = new Reservoir({ inputs: 3 });
    expect(options).toMatchObject({ units: 1024, spectralRadius: 0.95, inputScaling: 0.3, topology: "structured" });
    expect(options.leakRate[0]).toBeCloseTo(0.2, 6);
  });
});
