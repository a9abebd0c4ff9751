import { expect, test } from "vitest";
import { createBufferPool } from "./buffer-pool.js";

test("lends what it has, zeroed, and makes more only when it must", () => {
  const pool = createBufferPool({ lengths: [384, 1000], each: 2 });
  expect(pool.made).toBe(4);
  const first = pool.lend(384);
  expect(first).toHaveLength(384);
  first.fill(7);
  pool.return(first);
  expect(pool.lend(384)).toBe(first);
  expect(first.every((value) => value === 0)).toBe(true);
  pool.lend(384);
  expect(pool.made).toBe(4);
  pool.lend(384);
  expect(pool.made).toBe(5);
  expect(pool.lent).toBe(3);
});

test("keeps other lengths once they came back", () => {
  const pool = createBufferPool();
  const other = pool.lend(17);
  pool.return(other);
  const made = pool.made;
  expect(pool.lend(17)).toBe(other);
  expect(pool.made).toBe(made);
});

test("a leak shows", () => {
  const pool = createBufferPool();
  const turn = (forgetful: boolean): void => {
    const [features, state] = [pool.lend(384), pool.lend(1000)];
    pool.return(features);
    if (!forgetful) pool.return(state);
  };
  for (let count = 0; count < 100; count++) turn(false);
  expect(pool).toMatchObject({ lent: 0, made: 8 });
  turn(true);
  expect(pool.lent).toBe(1);
});

test("refuses a buffer twice, a stranger's, and a length that is none", () => {
  const pool = createBufferPool();
  const buffer = pool.lend(384);
  pool.return(buffer);
  expect(() => pool.return(buffer)).toThrow(/not lent/);
  expect(() => pool.return(new Float32Array(384))).toThrow(/not lent/);
  expect(() => pool.return(createBufferPool().lend(384))).toThrow(/not lent/);
  for (const length of [0, -1, 1.5, Number.NaN]) expect(() => pool.lend(length)).toThrow(RangeError);
  expect(() => createBufferPool({ lengths: [0] })).toThrow(RangeError);
});
