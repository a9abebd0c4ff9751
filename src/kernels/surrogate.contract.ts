import { describe, expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import type { SurrogateKernels } from "./surrogate.js";

const LANES = 8;
const STEPS = 12;
const COLUMNS = LANES * STEPS;
const PAD = 2 * LANES;
const ROW = COLUMNS + 2 * PAD;

/** What both kernels of training by surrogate gradients compute, against sums written out here. Tolerance: float sums in another order. */
export function surrogateContract(name: string, create: (bytes: number) => SurrogateKernels): void {
  /** Rows of numbers with zeros around them, connections of every count, none and odd ones included. */
  function scene(values: (index: number) => number) {
    const kernels = create(200_000);
    const { arena } = kernels;
    const from = arena.f32(5 * ROW);
    const to = arena.f32(4 * ROW);
    for (let row = 0; row < 5; row++)
      for (let c = 0; c < COLUMNS; c++) from[row * ROW + PAD + c] = values(row * COLUMNS + c);
    const starts = arena.i32(5);
    starts.set([0, 7, 7, 8, 13]);
    const origins = Array.from({ length: 13 }, (_, k) => (k * 3) % 5);
    const delays = Array.from({ length: 13 }, (_, k) => k % 3);
    const sources = arena.i32(13);
    const lists = arena.i32(13);
    const shifts = arena.i32(13);
    const eventLists = arena.i32(5 * (COLUMNS + 1));
    const weights = arena.f32(13);
    const random = seededRandom(6);
    for (let k = 0; k < 13; k++) {
      sources[k] = from.byteOffset + 4 * (origins[k]! * ROW + PAD - delays[k]! * LANES);
      lists[k] = eventLists.byteOffset + 4 * origins[k]! * (COLUMNS + 1);
      shifts[k] = 4 * delays[k]! * LANES;
      weights[k] = random.next() - 0.5;
    }
    const at = (row: number): number => from.byteOffset + 4 * (row * ROW + PAD);
    for (let row = 0; row < 5; row++)
      kernels.exports.listEvents(at(row), COLUMNS, eventLists.byteOffset + 4 * row * (COLUMNS + 1));
    const value = (k: number, c: number): number => from[origins[k]! * ROW + PAD + c - delays[k]! * LANES]!;
    const target = to.byteOffset + 4 * PAD;
    return { ...kernels, from, to, starts, sources, lists, shifts, weights, value, target, at };
  }

  function expectRows({ to, starts, weights, value }: ReturnType<typeof scene>): void {
    for (let row = 0; row < 4; row++)
      for (let c = 0; c < COLUMNS; c++) {
        let sum = 0;
        for (let k = starts[row]!; k < starts[row + 1]!; k++) sum += weights[k]! * value(k, c);
        const got = to[row * ROW + PAD + c]!;
        if (Number.isFinite(sum)) expect(got).toBeCloseTo(sum, 4);
        else expect(got).toBe(sum);
      }
  }

  const noise = (): (() => number) => {
    const random = seededRandom(5);
    return () => 2 * random.next() - 1;
  };
  const spikes = (): (() => number) => {
    const random = seededRandom(5);
    return () => Number(random.next() < 0.2);
  };

  describe(name, () => {
    test("spread sums the weighted, delayed rows of its sources; a row without any is zero", () => {
      const made = scene(noise());
      made.to.fill(9);
      made.exports.spread(
        ...([made.target, 4 * ROW, 4, COLUMNS] as const),
        ...([made.starts.byteOffset, made.sources.byteOffset, made.weights.byteOffset] as const),
      );
      expectRows(made);
      expect(made.to[ROW + PAD]).toBe(0);
    });

    test("by events the same comes out of spikes", () => {
      const made = scene(spikes());
      made.exports.spreadEvents(
        ...([made.target, 4 * ROW, 4, COLUMNS, made.starts.byteOffset] as const),
        ...([made.lists.byteOffset, made.shifts.byteOffset, made.weights.byteOffset] as const),
      );
      expectRows(made);
    });

    test("correlate adds products of rows and delayed sources, from values and from events alike", () => {
      const made = scene(spikes());
      const random = seededRandom(9);
      for (let row = 0; row < 4; row++)
        for (let c = 0; c < COLUMNS; c++) made.to[row * ROW + PAD + c] = random.next() - 0.5;
      const gradients = made.arena.f32(13).fill(1);
      const byEvents = made.arena.f32(13).fill(1);
      const rows = [made.target, 4 * ROW, 4] as const;
      made.exports.correlate(...rows, COLUMNS, made.starts.byteOffset, made.sources.byteOffset, gradients.byteOffset);
      made.exports.correlateEvents(
        ...rows,
        ...([made.starts.byteOffset, made.lists.byteOffset, made.shifts.byteOffset, byEvents.byteOffset] as const),
      );
      for (let row = 0; row < 4; row++)
        for (let k = made.starts[row]!; k < made.starts[row + 1]!; k++) {
          let sum = 1;
          for (let c = 0; c < COLUMNS; c++) sum += made.to[row * ROW + PAD + c]! * made.value(k, c);
          expect(gradients[k]).toBeCloseTo(sum, 4);
          expect(byEvents[k]).toBeCloseTo(sum, 4);
        }
    });

    test("rows' sums and combinations", () => {
      const { exports, arena, at, from } = scene(noise());
      const sums = arena.f32(2);
      exports.rowSums(at(0), at(1), COLUMNS, sums.byteOffset);
      let [plain, product] = [0, 0];
      for (let c = PAD; c < PAD + COLUMNS; c++) {
        plain += from[c]!;
        product += from[c]! * from[ROW + c]!;
      }
      expect(sums[0]).toBeCloseTo(plain, 4);
      expect(sums[1]).toBeCloseTo(product, 4);
      const before = from.slice();
      exports.combine(at(0), at(1), COLUMNS, 2, -3, 0.5);
      for (let c = PAD; c < PAD + COLUMNS; c++)
        expect(from[c]).toBeCloseTo(2 * before[c]! - 3 * before[ROW + c]! + 0.5, 5);
      expect(from.subarray(ROW)).toEqual(before.subarray(ROW));
    });

    test("numbers that are none, endless and denormal go the same way through the neurons", () => {
      const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-40, -1e-40, 0, -0, 3];
      const made = scene((index) => odd[index % odd.length]!);
      const v = made.arena.f32(ROW);
      const s = made.arena.f32(ROW);
      const scratch = made.arena.f32(2 * LANES);
      const [vAt, sAt] = [v.byteOffset + 4 * PAD, s.byteOffset + 4 * PAD];
      made.exports.lifForward(made.at(0), vAt, sAt, STEPS, LANES, 1, 0, 0.5, 0, 1, 0, scratch.byteOffset);
      const lane = (values: Float32Array, number: number): number[] =>
        Array.from({ length: 4 }, (_, step) => values[PAD + step * LANES + number]!);
      expect(lane(v, 0).every(Number.isNaN)).toBe(true);
      expect(lane(s, 0)).toEqual([0, 0, 0, 0]); // what is no number does not fire
      expect(lane(s, 1)[0]).toBe(1);
      expect(lane(s, 2)).toEqual([0, 0, 0, 0]);
      expect(lane(v, 3)[3]).toBeCloseTo(1.875e-40, 42);
      expect(lane(s, 7)).toEqual([1, 1, 1, 1]);
    });
  });
}
