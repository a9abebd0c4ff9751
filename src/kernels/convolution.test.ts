import { expect, test } from "vitest";
import { convolutionContract } from "./convolution.contract.js";
import { convolutionKernels } from "./convolution.js";
import { referenceConvolution } from "./convolution-reference.js";
import { simdConvolution } from "./convolution-simd.js";

convolutionContract("reference", referenceConvolution);
convolutionContract("SIMD", (numbers) => simdConvolution(numbers)!); // Node has WebAssembly

test("this runtime gets SIMD, and its memory is bounded", () => {
  const kernels = convolutionKernels(100);
  expect(kernels.implementation).toBe("simd");
  expect(() => kernels.f32(100_000)).toThrow(RangeError);
});
