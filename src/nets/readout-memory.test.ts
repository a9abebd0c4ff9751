import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import { createDenseKernels } from "../kernels/dense.js";
import { createMelFilterbank } from "../kernels/mel.js";
import { GramAccumulator } from "./gram.js";
import { LeastMeanSquares } from "./least-mean-squares.js";
import { RecursiveLeastSquares } from "./recursive-least-squares.js";

const CHUNK = 10_000;

setFlagsFromString("--expose-gc");
// What the flag exposes: only contexts made afterwards have it.
const collect: () => void = runInNewContext("gc");

/** Bytes over 100,000 steps: those the heap keeps, and those left as garbage on the way. */
function heapOf(step: () => void): { readonly kept: number; readonly garbage: number } {
  for (let count = 0; count < 3 * CHUNK; count++) step(); // until the optimizer is done
  collect();
  const start = getHeapStatistics().used_heap_size;
  let garbage = 0;
  for (let chunk = 0; chunk < 10; chunk++) {
    const before = getHeapStatistics().used_heap_size;
    for (let count = 0; count < CHUNK; count++) step();
    garbage += Math.max(0, getHeapStatistics().used_heap_size - before); // a collection hides one tenth
  }
  collect();
  return { kept: getHeapStatistics().used_heap_size - start, garbage };
}

/** What the statistics, the optimizer and the test runner take themselves: 5 bytes a step. */
const SLACK_BYTES = 500_000;
/** Of V8, which boxes a fraction that it passes to a function it did not inline. Not one buffer of 30 would fit. */
const BOXES_BYTES = 200 * 10 * CHUNK;

const random = seededRandom(1);
const fill = <View extends Float32Array>(view: View): View => {
  for (let at = 0; at < view.length; at++) view[at] = random.next() - 0.5;
  return view;
};

describe("the heap does not grow over 100,000 steps", () => {
  test("of dense kernels", () => {
    const kernels = createDenseKernels(100_000);
    const { arena } = kernels;
    const matrix = fill(arena.f32(20 * 384));
    const bias = fill(arena.f32(20));
    const x = fill(arena.f32(384));
    const out = arena.f32(20);
    const options = { bias, relu: true };
    const indices = arena.u16(20);
    const sum = new Float64Array(1);
    const { kept, garbage } = heapOf(() => {
      kernels.matvec(out, matrix, x, options);
      kernels.addColumns(out, matrix, indices, x, 20);
      kernels.axpy(out, bias, 0.5);
      kernels.leak(out, bias, 0.5);
      kernels.tanh(out, out);
      kernels.softmax(out, out);
      sum[0]! += kernels.dot(out, bias);
    });
    expect(Number.isFinite(sum[0])).toBe(true);
    expect(kept).toBeLessThan(SLACK_BYTES);
    expect(garbage).toBeLessThan(SLACK_BYTES);
  });

  test("of the mel filterbank", () => {
    const bank = createMelFilterbank();
    const [energies, samples] = [new Float32Array(40), fill(new Float32Array(400))];
    const { kept, garbage } = heapOf(() => bank.run(energies, samples));
    expect(kept).toBeLessThan(SLACK_BYTES);
    expect(garbage).toBeLessThan(SLACK_BYTES);
  });

  const state = fill(new Float32Array(30));
  const target = fill(new Float32Array(3));
  const shape = { inputs: 30, outputs: 3 };

  test.each([1, 0.99])("of recursive least squares that keeps %d", (forgetting) => {
    const online = new RecursiveLeastSquares({ ...shape, forgetting });
    const { kept, garbage } = heapOf(() => void online.step(state, target));
    expect(kept).toBeLessThan(SLACK_BYTES);
    expect(garbage).toBeLessThan(BOXES_BYTES);
  });

  test("of least mean squares", () => {
    const online = new LeastMeanSquares(shape);
    const { kept, garbage } = heapOf(() => void online.step(state, target));
    expect(kept).toBeLessThan(SLACK_BYTES);
    expect(garbage).toBeLessThan(BOXES_BYTES);
  });

  test.each([
    [32, 1],
    [32, 0.99],
    [1, 1],
    [1, 0.99],
  ])("of Gram sums in blocks of %d that keep %d", (blockRows, decay) => {
    const sums = new GramAccumulator({ ...shape, blockRows, decay });
    const { kept, garbage } = heapOf(() => sums.add(state, target));
    expect(kept).toBeLessThan(SLACK_BYTES);
    expect(garbage).toBeLessThan(BOXES_BYTES);
  });
});
