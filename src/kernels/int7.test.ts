import { setFlagsFromString } from "node:v8";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import { createInt7Kernels, type Int7Kernels, referenceInt7, relaxedInt7, simdInt7 } from "./int7.js";

// Before Node 22 the instructions are behind a flag, which works at run time, too.
if (Number(process.versions.node.split(".")[0]) < 22) setFlagsFromString("--experimental-wasm-relaxed-simd");

const IMPLEMENTATIONS = [
  ["reference", referenceInt7],
  ["simd", simdInt7],
  ["relaxed, or what stands in for it", createInt7Kernels],
] as const;

describe.each(IMPLEMENTATIONS)("%s", (_, create) => {
  test.each([1, 2, 3, 4, 5, 11])("%d rows are exact at any values", (rows) => {
    for (const columns of [16, 48, 400]) {
      for (const kind of ["chance", "ends", "zeros"] as const) {
        const kernels: Int7Kernels = create(rows * columns + columns + 8 * rows + 256)!;
        const random = seededRandom(rows * columns);
        const matrix = kernels.arena.i8(rows * columns);
        const x = kernels.arena.u8(columns);
        const out = kernels.arena.i32(rows);
        for (let at = 0; at < matrix.length; at++) {
          matrix[at] = kind === "chance" ? Math.floor(256 * random.next()) - 128 : kind === "ends" ? -128 : 0;
        }
        for (let at = 0; at < columns; at++) x[at] = kind === "chance" ? Math.floor(128 * random.next()) : 127;
        kernels.matvec(out, matrix, x);
        for (let row = 0; row < rows; row++) {
          let sum = 0;
          for (let column = 0; column < columns; column++) sum += matrix[row * columns + column]! * x[column]!;
          expect(out[row]).toBe(sum);
        }
      }
    }
  });
});

test("a runtime whose relaxed dot product is wrong is found out", () => {
  const major = Number(process.versions.node.split(".")[0]);
  // Node 20 gives twice the result; 22 and 24 are right.
  expect(relaxedInt7(1024) === undefined).toBe(major < 22);
  expect(createInt7Kernels(1024).kind).toBe(major < 22 ? "simd" : "relaxed");
});
