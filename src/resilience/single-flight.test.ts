import { describe, expect, test } from "vitest";
import { SingleFlight } from "./single-flight.js";

describe("a single flight", () => {
  test("makes one call of ten at once, and another one later", async () => {
    const flights = new SingleFlight<number>();
    let calls = 0;
    const call = async (): Promise<number> => {
      calls++;
      await Promise.resolve();
      return calls;
    };
    expect(await Promise.all(Array.from({ length: 10 }, () => flights.run("a", call)))).toEqual(Array(10).fill(1));
    expect(flights.size).toBe(0);
    expect(await flights.run("a", call)).toBe(2);
  });

  test("keys do not share, and a failure reaches everyone and is not kept", async () => {
    const flights = new SingleFlight<string>();
    const fail = (): Promise<string> => Promise.reject(new Error("no"));
    const settled = await Promise.allSettled([
      flights.run("a", fail),
      flights.run("a", fail),
      flights.run("b", async () => "b"),
    ]);
    expect(settled.map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled"]);
    expect(await flights.run("a", async () => "again")).toBe("again");
  });

  test("who aborts leaves alone; when the last has left the call is aborted and nobody new joins it", async () => {
    const flights = new SingleFlight<string>();
    const [first, second] = [new AbortController(), new AbortController()];
    let inner: AbortSignal | undefined;
    const hang = (signal: AbortSignal): Promise<string> => {
      inner = signal;
      return new Promise(() => {});
    };
    const one = flights.run("a", hang, { signal: first.signal });
    const two = flights.run("a", hang, { signal: second.signal });
    first.abort(new Error("mine"));
    await expect(one).rejects.toThrow("mine");
    expect(inner!.aborted).toBe(false);
    second.abort(new Error("mine too"));
    await expect(two).rejects.toThrow("mine too");
    expect(inner!.aborted).toBe(true);
    expect(await flights.run("a", async () => "fresh")).toBe("fresh");
    await expect(flights.run("a", hang, { signal: first.signal })).rejects.toThrow("mine");
  });
});
