import { expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import { referenceLinearAlgebra } from "../kernels/linear-algebra-reference.js";
import { simdLinearAlgebra } from "../kernels/linear-algebra-simd.js";
import { RecursiveLeastSquares } from "./recursive-least-squares.js";
import { fitRidge } from "./ridge.js";

const simd: typeof referenceLinearAlgebra = (bytes) => simdLinearAlgebra(bytes)!;

test("both give the same bits", () => {
  const random = seededRandom(3);
  const [rows, inputs, outputs] = [150, 101, 7];
  const states = Float32Array.from({ length: rows * inputs }, () => random.next() - 0.5);
  const targets = Float32Array.from({ length: rows * outputs }, () => random.next() - 0.5);
  const fitted = [simd, referenceLinearAlgebra].map((kernels) =>
    fitRidge({ inputs, outputs, states, targets }, { kernels }),
  );
  expect(fitted[0]).toEqual(fitted[1]);
  for (const forgetting of [1, 0.99]) {
    const learnt = [simd, referenceLinearAlgebra].map((kernels) => {
      const online = new RecursiveLeastSquares({ inputs, outputs, forgetting, kernels });
      for (let row = 0; row < rows; row++) {
        online.step(
          states.subarray(row * inputs, (row + 1) * inputs),
          targets.subarray(row * outputs, (row + 1) * outputs),
        );
      }
      return online.readout();
    });
    expect(learnt[0]).toEqual(learnt[1]);
  }
});
