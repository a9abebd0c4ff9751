import { arenaBytes } from "../kernels/arena.js";
import type { LinearAlgebraKernels } from "../kernels/linear-algebra.js";
import { BLOCK_ROWS, packRow, padded, panelIndex } from "../kernels/panel.js";
import type { RidgeData } from "./ridge.js";
import { absoluteLambda, type RidgeOptions, type RidgeSolution, solveRegularised } from "./ridge-solution.js";

/**
 * Ridge regression with fewer rows than inputs: W = X^T (X X^T + lambda I)^-1 Y, a system of `rows` unknowns. A bias is
 * fitted by taking the means off first, which is the same as an unshrunk constant.
 */
export function solveDual(
  data: RidgeData & { readonly rows: number; readonly bias: boolean },
  options: RidgeOptions,
  createKernels: (bytes: number) => LinearAlgebraKernels,
): RidgeSolution {
  const { inputs, outputs, rows, bias, states, targets } = data;
  let squares = 0;
  for (const value of states) squares += value * value;
  requireFinite(squares, targets);
  const lambda = absoluteLambda(options, squares / inputs);
  const stateMeans = bias ? meansOf(states, rows, inputs) : new Float64Array(inputs);
  const targetMeans = bias ? meansOf(targets, rows, outputs) : new Float64Array(outputs);

  const [size, width, features] = [padded(rows), padded(outputs), padded(inputs)];
  const lengths = [size * size, Math.max(size, features) * BLOCK_ROWS, features * width, width * BLOCK_ROWS] as const;
  const kernels = createKernels(lengths.reduce((bytes, length) => bytes + arenaBytes(length, 8), 0));
  const [products, panel] = [kernels.arena.f64(lengths[0]), kernels.arena.f64(lengths[1])];
  for (let start = 0; start < inputs; start += BLOCK_ROWS) {
    panel.fill(0);
    for (let row = 0; row < Math.min(BLOCK_ROWS, inputs - start); row++) {
      const input = start + row;
      for (let time = 0; time < rows; time++) {
        panel[panelIndex(BLOCK_ROWS, row, time)] = states[time * inputs + input]! - stateMeans[input]!;
      }
    }
    kernels.addOuter(products, panel, size / 4, panel, size / 4, BLOCK_ROWS, 1, true);
  }

  const sides = new Float64Array(size * width);
  for (let time = 0; time < rows; time++) {
    for (let output = 0; output < outputs; output++) {
      sides[time * width + output] = targets[time * outputs + output]! - targetMeans[output]!;
    }
  }
  const { solution, ...used } = solveRegularised(
    { size, shrunk: rows, used: rows, matrix: products, sides, scale: squares / rows },
    lambda,
    createKernels,
  );

  const [product, sidePanel] = [kernels.arena.f64(lengths[2]), kernels.arena.f64(lengths[3])];
  const centred = new Float64Array(inputs);
  for (let start = 0; start < rows; start += BLOCK_ROWS) {
    panel.fill(0);
    sidePanel.fill(0);
    for (let row = 0; row < Math.min(BLOCK_ROWS, rows - start); row++) {
      const time = start + row;
      for (let input = 0; input < inputs; input++) {
        centred[input] = states[time * inputs + input]! - stateMeans[input]!;
      }
      packRow(panel, BLOCK_ROWS, row, centred, inputs);
      packRow(sidePanel, BLOCK_ROWS, row, solution.subarray(time * width, (time + 1) * width), width);
    }
    kernels.addOuter(product, panel, features / 4, sidePanel, width / 4, BLOCK_ROWS, 1, false);
  }

  const weights = new Float64Array(outputs * inputs);
  const constants = Float64Array.from(targetMeans);
  for (let output = 0; output < outputs; output++) {
    for (let input = 0; input < inputs; input++) {
      const weight = product[input * width + output]!;
      weights[output * inputs + input] = weight;
      constants[output] = constants[output]! - weight * stateMeans[input]!;
    }
  }
  return { inputs, outputs, weights, bias: constants, lambda, ...used };
}

function meansOf(values: Float32Array | Float64Array, rows: number, columns: number): Float64Array {
  const means = new Float64Array(columns);
  for (let at = 0; at < values.length; at++) means[at % columns] = means[at % columns]! + values[at]!;
  for (let column = 0; column < columns; column++) means[column] = means[column]! / rows;
  return means;
}

function requireFinite(squares: number, targets: Float32Array | Float64Array): void {
  let check = squares * 0;
  for (const value of targets) check += value * 0;
  if (check !== 0) throw new RangeError("Cannot fit a readout: a value of its states or targets is not finite");
}
