import { expect, test } from "vitest";
import { describeReservoirKernels } from "./reservoir.contract.js";
import { referenceReservoirKernels } from "./reservoir-reference.js";
import { wasmReservoirKernels } from "./reservoir-wasm.js";

describeReservoirKernels(referenceReservoirKernels);

const wasm = wasmReservoirKernels();
if (wasm) describeReservoirKernels(wasm);

test("Node has the WebAssembly kernels", () => {
  expect(wasm?.kind).toBe("wasm");
});
