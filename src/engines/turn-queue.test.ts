import { expect, test } from "vitest";
import { TurnQueue } from "./turn-queue.js";

test("turns come in the order in which they were asked for", async () => {
  const queue = new TurnQueue();
  const order: number[] = [];
  const use = async (id: number): Promise<void> => {
    const end = await queue.take();
    order.push(id);
    await Promise.resolve();
    order.push(id);
    end();
    end();
  };
  await Promise.all([use(1), use(2), use(3)]);
  expect(order).toEqual([1, 1, 2, 2, 3, 3]);
  expect(queue.size).toBe(0);
});

test("an abort gives up the place at once, and who came later does not pass who holds the turn", async () => {
  const queue = new TurnQueue();
  const endFirst = await queue.take();
  const controller = new AbortController();
  const second = queue.take({ signal: controller.signal });
  let thirdHasIt = false;
  const third = queue.take().then((end) => {
    thirdHasIt = true;
    return end;
  });
  controller.abort(new Error("gone"));
  await expect(second).rejects.toThrow("gone");
  expect(thirdHasIt).toBe(false);
  expect(queue.size).toBe(2);
  endFirst();
  (await third)();
  expect(queue.size).toBe(0);
  await expect(queue.take({ signal: controller.signal })).rejects.toThrow("gone");
});
