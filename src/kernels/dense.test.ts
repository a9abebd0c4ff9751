import { describe } from "vitest";
import { denseContract } from "./dense.contract.js";
import { referenceDense } from "./dense-reference.js";
import { simdDense } from "./dense-simd.js";

describe("referenceDense", () => denseContract(referenceDense));
describe("simdDense", () => denseContract((bytes) => simdDense(bytes)!));
