import { describe } from "vitest";
import { linearAlgebraContract } from "./linear-algebra.contract.js";
import { referenceLinearAlgebra } from "./linear-algebra-reference.js";
import { simdLinearAlgebra } from "./linear-algebra-simd.js";

describe("referenceLinearAlgebra", () => linearAlgebraContract(referenceLinearAlgebra));
describe("simdLinearAlgebra", () => linearAlgebraContract((bytes) => simdLinearAlgebra(bytes)!));
