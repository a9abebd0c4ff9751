import { expect, test } from "vitest";
import { japaneseVowels, lorenz, mackeyGlass, narma10, uniformNoise } from "../bench/tasks-series.js";

// Check values of the published definitions, made by an independent program (numpy), to the 8 decimals given.

test("Mackey-Glass 17 is the series that the literature's figures are about", () => {
  const series = mackeyGlass(9000);
  expect(series[0]).toBeCloseTo(1.09204759, 7);
  expect(series[1]).toBeCloseTo(1.03666502, 7);
  expect(series[2]).toBeCloseTo(0.98252082, 7);
  expect(series[8999]).toBeCloseTo(0.42734773, 6);
  const mean = series.reduce((sum, x) => sum + x, 0) / 9000;
  expect(mean).toBeCloseTo(0.92964814, 7);
  expect(Math.sqrt(series.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 9000)).toBeCloseTo(0.22626074, 7);
});

test("NARMA10 of seed 1", () => {
  const { u, y } = narma10(7300, 1);
  expect(u[0]).toBeCloseTo(0.07058749, 8);
  expect(y[10]).toBeCloseTo(0.11853086, 8);
  expect(y[7299]).toBeCloseTo(0.52220016, 7);
});

test("Lorenz after its transient", () => {
  const [x, y, z] = lorenz(1);
  expect(x).toBeCloseTo(13.79428113, 6);
  expect(y).toBeCloseTo(12.95353589, 6);
  expect(z).toBeCloseTo(34.90250233, 6);
});

test("noise is mulberry32", () => {
  expect((uniformNoise(1, 924)[0]! + 1) / 2).toBeCloseTo(0.141174979, 8);
});

test("vowels are read up to their end marks, and a cut file is refused", () => {
  const line = (value: number): string => `${new Array(12).fill(value).join(" ")}\n`;
  const text = line(0.5) + line(0.25) + line(1) + line(0.125) + line(1);
  const [first, second] = japaneseVowels(text, [1, 1]);
  expect(first!.frames.length).toBe(2);
  expect(second!.speaker).toBe(1);
  expect(() => japaneseVowels(line(0.5), [1])).toThrow("expected 1 utterances, got 0");
  expect(() => japaneseVowels("1 2 3\n", [1])).toThrow("expected 12 numbers a line, got 3");
});
