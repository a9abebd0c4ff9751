import { seededRandom } from "../src/core/random.js";
import { createDenseKernels, type DenseKernels } from "../src/kernels/dense.js";
import { referenceDense } from "../src/kernels/dense-reference.js";
import { createInt7Kernels, type Int7Kernels, referenceInt7 } from "../src/kernels/int7.js";
import { createLinearAlgebra } from "../src/kernels/linear-algebra.js";
import { referenceLinearAlgebra } from "../src/kernels/linear-algebra-reference.js";
import { createMelFilterbank } from "../src/kernels/mel.js";
import { referenceMel } from "../src/kernels/mel-reference.js";
import { GramAccumulator } from "../src/nets/gram.js";
import { LeastMeanSquares } from "../src/nets/least-mean-squares.js";
import { RecursiveLeastSquares } from "../src/nets/recursive-least-squares.js";
import { fitRidge } from "../src/nets/ridge.js";
import { type Batch, compare, measure, type Report, type Target } from "./harness.js";

const UNITS = 1000;
const OUTPUTS = 100;
const ROWS = 5000;
const random = seededRandom(4);
const chance = (): number => random.next() - 0.5;
const states = Float32Array.from({ length: ROWS * UNITS }, chance);
const targets = Float32Array.from({ length: ROWS * OUTPUTS }, chance);

/** Kernels and linear readouts, each beside its TypeScript twin in the same run; minima of batches. */
export function run(report: Report): void {
  const figure = (name: string, value: number, meaning: string, target?: Target): void =>
    report.figure({ name: `kernels.${name}`, value, meaning, ...(target && { target }) });
  dense(figure);
  sound(figure);
  steps(figure);
  solving(figure);
}

type Put = (name: string, value: number, meaning: string, target?: Target) => void;

/** Element-wise steps and products of f32 and int8. */
function dense(figure: Put): void {
  const [ours, twin] = [denseWork(createDenseKernels(2_000_000)), denseWork(referenceDense(2_000_000))];
  for (const { name, meaning, operations, atLeast } of DENSE) {
    const { simd, plain } = compare({ simd: ours[name], plain: twin[name] }, { batchMs: 0.3, totalMs: 150 });
    figure(`${name}_ns`, simd.minNs, meaning);
    figure(`${name}_twin_ratio`, plain.minNs / simd.minNs, `${name}: time of the TypeScript twin over ours`, {
      atLeast,
    });
    if (operations > 0)
      figure(`${name}_gflops`, operations / simd.minNs, `${name}: multiplications and additions a ns`);
  }
  const seven = createInt7Kernels(100_000);
  const { simd, plain } = compare(
    { simd: sevenBits(seven), plain: sevenBits(referenceInt7(100_000)) },
    { batchMs: 0.3, totalMs: 150 },
  );
  figure("layerInt7_ns", simd.minNs, `100 x 384, int8 weights and 7-bit input (${seven.kind})`);
  figure("layerInt7_twin_ratio", plain.minNs / simd.minNs, "layerInt7: time of the TypeScript twin over ours", {
    atLeast: 5,
  });
  figure("tanh_error", tanhError(), "largest error of tanh over each 997th float from 1e-8 to 20", { atMost: 4e-7 });
}

const DENSE = [
  { name: "dot", meaning: "dot product of 1000", operations: 2000, atLeast: 4 },
  { name: "readout", meaning: "100 x 1000 matrix times vector, f32", operations: 200_000, atLeast: 3 },
  { name: "layer", meaning: "100 x 384 with bias and ReLU, f32", operations: 76_800, atLeast: 3 },
  { name: "layerInt8", meaning: "100 x 384, int8 weights and int16 input", operations: 76_800, atLeast: 5 },
  {
    name: "sparseRows",
    meaning: "1000 x 1000, 100 stored entries a row, times vector",
    operations: 200_000,
    atLeast: 1,
  },
  { name: "sparseInput", meaning: "18 columns of 1000 added", operations: 36_000, atLeast: 3 },
  { name: "tanh", meaning: "tanh of 1000", operations: 0, atLeast: 1.5 },
  { name: "softmax3", meaning: "softmax of 3 (most of it is the call)", operations: 0, atLeast: 0.3 },
  { name: "softmax100", meaning: "softmax of 100", operations: 0, atLeast: 1.5 },
  { name: "leak", meaning: "leaky update of 1000", operations: 3000, atLeast: 2 },
] as const;

function denseWork(kernels: DenseKernels): Record<(typeof DENSE)[number]["name"], Batch> {
  const { arena } = kernels;
  const fill = (view: Float32Array): Float32Array => {
    for (let at = 0; at < view.length; at++) view[at] = chance();
    return view;
  };
  const matrix = fill(arena.f32(100 * UNITS));
  const [x, y] = [fill(arena.f32(UNITS)), fill(arena.f32(UNITS))];
  const [narrow, layer, bias] = [fill(arena.f32(384)), fill(arena.f32(100 * 384)), fill(arena.f32(100))];
  const out = arena.f32(100);
  const bytes = arena.i8(100 * 384).fill(3);
  const shorts = arena.i16(384).fill(-5);
  const whole = arena.i32(100);
  const starts = arena.i32(UNITS + 1);
  for (let row = 0; row <= UNITS; row++) starts[row] = 100 * row;
  const columns = arena.u16(100 * UNITS);
  for (let entry = 0; entry < columns.length; entry++) columns[entry] = (entry * 37) % UNITS;
  const [indices, values] = [arena.u16(18), fill(arena.f32(18))];
  for (let place = 0; place < 18; place++) indices[place] = (place * 7) % 100;
  const [three, threeOut] = [fill(arena.f32(3)), arena.f32(3)];
  const options = { bias, relu: true };
  const times =
    (work: () => unknown): Batch =>
    (n) => {
      let last: unknown;
      for (let step = 0; step < n; step++) last = work();
      return last;
    };
  return {
    dot: times(() => kernels.dot(x, y)),
    readout: times(() => kernels.matvec(out, matrix, x)),
    layer: times(() => kernels.matvec(out, layer, narrow, options)),
    layerInt8: times(() => kernels.matvecInt8(whole, bytes, shorts)),
    sparseRows: times(() => kernels.sparseRows(y, starts, columns, matrix, x)),
    sparseInput: times(() => kernels.addColumns(y, matrix, indices, values, 18)),
    tanh: times(() => kernels.tanh(y, x)),
    softmax3: times(() => kernels.softmax(threeOut, three)),
    softmax100: times(() => kernels.softmax(out, bias)),
    leak: times(() => kernels.leak(y, x, 0.3)),
  };
}

function sevenBits(kernels: Int7Kernels): Batch {
  const { arena } = kernels;
  const [out, matrix, x] = [arena.i32(100), arena.i8(100 * 384).fill(3), arena.u8(384).fill(5)];
  return (n) => {
    for (let step = 0; step < n; step++) kernels.matvec(out, matrix, x);
    return out[0];
  };
}

function tanhError(): number {
  const length = 4096;
  const kernels = createDenseKernels(8 * length + 64);
  const [x, y] = [kernels.arena.f32(length), kernels.arena.f32(length)];
  const bits = new Uint32Array(x.buffer, x.byteOffset, length);
  const [first, last] = [...new Uint32Array(Float32Array.of(1e-8, 20).buffer)] as [number, number]; // two values
  let worst = 0;
  for (let start = first; start < last; start += 997 * length) {
    for (let at = 0; at < length; at++) bits[at] = start + 997 * at;
    kernels.tanh(y, x);
    for (let at = 0; at < length; at++) worst = Math.max(worst, Math.abs(y[at]! - Math.tanh(x[at]!)));
  }
  return worst;
}

function sound(figure: Put): void {
  const samples = Float32Array.from({ length: 400 }, chance);
  const energies = new Float32Array(40);
  const work = (bank: ReturnType<typeof createMelFilterbank>): Batch => {
    return (n) => {
      for (let step = 0; step < n; step++) bank.run(energies, samples);
      return energies[0];
    };
  };
  const { simd, plain } = compare(
    { simd: work(createMelFilterbank()), plain: work(createMelFilterbank({ kernels: referenceMel })) },
    { batchMs: 0.5, totalMs: 200 },
  );
  figure("mel_ns", simd.minNs, "25 ms of sound to 40 mel bands", { atMost: 1500 });
  figure("mel_twin_ratio", plain.minNs / simd.minNs, "mel: time of the TypeScript twin over ours", { atLeast: 3 });
}

/** Learning row by row, N = 1000. */
function steps(figure: Put): void {
  const shape = { inputs: UNITS, outputs: OUTPUTS };
  const rows = (learn: (state: Float32Array, target: Float32Array) => unknown): Batch => {
    let row = 0;
    return (n) => {
      for (let step = 0; step < n; step++) {
        row = (row + 1) % ROWS;
        learn(states.subarray(row * UNITS, (row + 1) * UNITS), targets.subarray(row * OUTPUTS, (row + 1) * OUTPUTS));
      }
      return row;
    };
  };
  const squares = new RecursiveLeastSquares(shape);
  const forgetting = new RecursiveLeastSquares({ ...shape, forgetting: 0.999 });
  const squaresTwin = new RecursiveLeastSquares({ ...shape, kernels: referenceLinearAlgebra });
  const means = new LeastMeanSquares(shape);
  const each = new GramAccumulator({ ...shape, blockRows: 1 });
  const blocks = new GramAccumulator(shape);
  // One after the other: together their sums would push each other out of the cache.
  const us = (learn: Batch): number => measure(learn, { batchMs: 2, totalMs: 300 }).minNs / 1000;
  const squaresUs = us(rows((state, target) => squares.step(state, target)));
  figure("rls_us", squaresUs, "recursive least squares, a step of 1000 inputs, 100 outputs", { atMost: 350 });
  figure("rls_forgetting_us", us(rows((state, target) => forgetting.step(state, target))), "the same, forgetting");
  figure(
    "rls_twin_ratio",
    us(rows((state, target) => squaresTwin.step(state, target))) / squaresUs,
    "RLS: time of the TypeScript twin over ours",
    {
      atLeast: 3,
    },
  );
  figure(
    "lms_us",
    us(rows((state, target) => means.step(state, target))),
    "least mean squares, a step of 1000 inputs, 100 outputs",
  );
  figure(
    "gram_turn_us",
    us(rows((state, target) => each.add(state, target))),
    "one turn into the Gram sums, 1000 inputs, 100 outputs",
    { atMost: 150 },
  );
  const blockUs = us((n) => {
    for (let step = 0; step < 32 * n; step++) {
      const row = step % ROWS;
      blocks.add(states.subarray(row * UNITS, (row + 1) * UNITS), targets.subarray(row * OUTPUTS, (row + 1) * OUTPUTS));
    }
    return n;
  });
  figure("gram_block_us", blockUs / 32, "the same in blocks of 32, mean of a block");
}

/** Fits at once and solves. */
function solving(figure: Put): void {
  const data = { inputs: UNITS, outputs: OUTPUTS, states, targets };
  const fitMs = fastest(3, () => fitRidge(data));
  figure("ridge_fit_ms", fitMs, "ridge of 5000 rows, 1000 inputs, 100 outputs, at once", { atMost: 800 });
  const [sums, twin] = [createLinearAlgebra, referenceLinearAlgebra].map((kernels) => {
    const gram = new GramAccumulator({ inputs: UNITS, outputs: OUTPUTS, kernels });
    for (let row = 0; row < 1200; row++) {
      gram.add(states.subarray(row * UNITS, (row + 1) * UNITS), targets.subarray(row * OUTPUTS, (row + 1) * OUTPUTS));
    }
    return gram;
  }) as [GramAccumulator, GramAccumulator]; // as many as there are kernels
  const solveMs = fastest(4, () => sums.solve());
  figure("ridge_solve_ms", solveMs, "Cholesky of 1001 unknowns and 100 right sides", { atMost: 300 });
  const ratio = fastest(2, () => twin.solve()) / solveMs;
  figure("ridge_solve_twin_ratio", ratio, "solve: time of the TypeScript twin over ours", { atLeast: 2 });
  const dual = { ...data, states: states.subarray(0, 200 * UNITS), targets: targets.subarray(0, 200 * OUTPUTS) };
  figure(
    "ridge_dual_ms",
    fastest(3, () => fitRidge(dual)),
    "ridge of 200 rows, 1000 inputs, by the dual form",
  );
}

/** Milliseconds of the processor, which a busy machine stretches less than those of the clock. */
function fastest(runs: number, work: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run++) {
    const began = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(began);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}
