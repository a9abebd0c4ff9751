import { linearAlgebraWasm } from "./generated/linear-algebra-wasm.js";
import type { LinearAlgebraKernels } from "./linear-algebra.js";
import { compileKernels } from "./wasm-module.js";

/** What assembly/linear-algebra.ts exports: the kernels over byte offsets. */
interface LinearAlgebraExports {
  addOuter(
    target: number,
    stride: number,
    left: number,
    leftGroups: number,
    right: number,
    rightGroups: number,
    rows: number,
    keep: number,
    sign: number,
    upper: number,
  ): void;
  factor(matrix: number, size: number, panel: number, diagonal: number): number;
  solve(factored: number, size: number, sides: number, groups: number, panel: number, sidePanel: number): void;
  symmetricTimes(out: number, matrix: number, size: number, x: number): void;
  rankOne(matrix: number, size: number, x: number, weight: number): void;
  rankTwo(matrix: number, size: number, x: number, y: number, keep: number, weightX: number, weightY: number): void;
  rowsTimes(out: number, matrix: number, rows: number, size: number, x: number): void;
  addRows(matrix: number, rows: number, size: number, left: number, right: number): void;
}

/** The kernels in WebAssembly, two lanes at once; undefined where the runtime has none. */
export function simdLinearAlgebra(bytes: number): LinearAlgebraKernels | undefined {
  const instance = compileKernels<LinearAlgebraExports>(linearAlgebraWasm)?.instantiate(bytes);
  if (instance === undefined) return undefined;
  const { exports, arena } = instance;
  return {
    kind: "simd",
    arena,
    addOuter(target, left, leftGroups, right, rightGroups, rows, keep, upper) {
      exports.addOuter(
        target.byteOffset,
        4 * rightGroups,
        left.byteOffset,
        leftGroups,
        right.byteOffset,
        rightGroups,
        rows,
        keep,
        1,
        upper ? 1 : 0,
      );
    },
    factor(matrix, size, panel, diagonal) {
      return exports.factor(matrix.byteOffset, size, panel.byteOffset, diagonal.byteOffset);
    },
    solve(factored, size, sides, groups, panel, sidePanel) {
      exports.solve(factored.byteOffset, size, sides.byteOffset, groups, panel.byteOffset, sidePanel.byteOffset);
    },
    symmetricTimes(out, matrix, size, x) {
      exports.symmetricTimes(out.byteOffset, matrix.byteOffset, size, x.byteOffset);
    },
    rankOne(matrix, size, x, weight) {
      exports.rankOne(matrix.byteOffset, size, x.byteOffset, weight);
    },
    rankTwo(matrix, size, x, y, keep, weightX, weightY) {
      exports.rankTwo(matrix.byteOffset, size, x.byteOffset, y.byteOffset, keep, weightX, weightY);
    },
    rowsTimes(out, matrix, rows, size, x) {
      exports.rowsTimes(out.byteOffset, matrix.byteOffset, rows, size, x.byteOffset);
    },
    addRows(matrix, rows, size, left, right) {
      exports.addRows(matrix.byteOffset, rows, size, left.byteOffset, right.byteOffset);
    },
  };
}
