import { expect, test } from "vitest";
import { denseWasm } from "./generated/dense-wasm.js";
import { compileKernels } from "./wasm-module.js";

test("a module runs over memory of its own", () => {
  const kernels = compileKernels<{ dot(a: number, b: number, length: number): number }>(denseWasm)!;
  const { exports, arena } = kernels.instantiate(4096);
  const a = arena.f32(19).fill(2);
  const b = arena.f32(19).fill(3);
  expect(exports.dot(a.byteOffset, b.byteOffset, 19)).toBe(114);
});
