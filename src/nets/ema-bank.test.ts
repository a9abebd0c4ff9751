import { expect, test } from "vitest";
import { EmaBank } from "./ema-bank.js";

test("each rate averages as its formula says, sparse as dense", () => {
  const dense = new EmaBank({ inputs: 3, rates: [1, 0.5] });
  const sparse = new EmaBank({ inputs: 3, rates: [1, 0.5] });
  for (const input of [
    [1, 0, 2],
    [0, 0, 4],
  ]) {
    dense.step(input);
    sparse.stepSparse([0, 2], [input[0]!, input[2]!]);
  }
  expect([...dense.state]).toEqual([0, 0, 4, 0.25, 0, 2.5]);
  expect(sparse.state).toEqual(dense.state);
});

test("four rates unless told otherwise; what cannot be is refused", () => {
  expect(new EmaBank({ inputs: 384 }).rates).toEqual([1, 0.4, 0.15, 0.04]);
  expect(() => new EmaBank({ inputs: 3, rates: [0] })).toThrow("a rate is 0, expected more than 0 and at most 1");
  expect(() => new EmaBank({ inputs: 0 })).toThrow("inputs is 0");
  expect(() => new EmaBank({ inputs: 3 }).step([1])).toThrow("expected 3 inputs, got 1");
  expect(() => new EmaBank({ inputs: 3 }).stepSparse([3], [1])).toThrow("expected an input from 0 to 2, got 3");
  const bank = new EmaBank({ inputs: 3 });
  expect(() => bank.step([1, Number.NaN, 1])).toThrow("expected a finite number for input 1, got NaN");
  expect(() => bank.stepSparse([0, 2], [1, Number.POSITIVE_INFINITY])).toThrow("for input 2, got Infinity");
  for (const count of [-1, 0.5, 2]) expect(() => bank.stepSparse([1], [1], count)).toThrow(`expected ${count} pairs`);
  expect(bank.state.every((value) => value === 0)).toBe(true);
  expect(() => new EmaBank({ inputs: 3 }).setState(new Float32Array(3))).toThrow("expected 12 averages, got 3");
});
