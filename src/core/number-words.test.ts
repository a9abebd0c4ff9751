import { expect, test } from "vitest";
import { readNumberWords } from "./number-words.js";

const READINGS: readonly (readonly [text: string, n: bigint, d: bigint, words: number])[] = [
  ["seven", 7n, 1n, 1],
  ["twenty one apples", 21n, 1n, 2],
  ["two hundred and five", 205n, 1n, 4],
  ["two hundred and apples", 200n, 1n, 2],
  ["nine hundred ninety nine thousand nine hundred ninety nine", 999_999n, 1n, 9],
  ["one million two hundred thousand", 1_200_000n, 1n, 5],
  ["a dozen", 12n, 1n, 2],
  ["a hundred", 100n, 1n, 2],
  ["three point one four", 157n, 50n, 4],
  ["one point five million", 1_500_000n, 1n, 4],
  ["two thirds", 2n, 3n, 2],
  ["a quarter", 1n, 4n, 2],
  ["five and a half", 11n, 2n, 4],
  ["half", 1n, 2n, 1],
];

test.each(READINGS)("%s is %s/%s in %s words", (text, n, d, words) => {
  expect(readNumberWords(text.split(" "))).toMatchObject({ value: { n, d }, words });
});

test("leaves alone what is no number", () => {
  for (const text of ["apple", "a", "and five", "hundred", "point five", "third", "constructor", ""])
    expect(readNumberWords(text.split(" "))).toBeUndefined();
});
