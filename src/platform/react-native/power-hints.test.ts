import { expect, test } from "vitest";
import { reactNativeBackground } from "./background-work.js";
import { reactNativeGovernor } from "./governor.js";
import { reactNativeWakeLock } from "./wake-lock.js";

test("the wake lock is held under a name of our own, once, and released once", async () => {
  const calls: string[] = [];
  const hint = reactNativeWakeLock({
    activateKeepAwakeAsync: async (tag) => void calls.push(`on ${tag}`),
    deactivateKeepAwake: async (tag) => void calls.push(`off ${tag}`),
  });
  expect(await hint.hold()).toEqual({ kind: "granted", how: "keep awake" });
  await hint.hold();
  await hint.release();
  await hint.release();
  expect(calls).toEqual(["on mobile-ai", "off mobile-ai"]);
});

test("the wake lock says why not, and releases what failed half-way", async () => {
  let released = 0;
  const failing = reactNativeWakeLock({
    activateKeepAwakeAsync: () => Promise.reject(new Error("no activity")),
    deactivateKeepAwake: () => {
      released++;
      return Promise.reject(new Error("no activity"));
    },
  });
  expect(await failing.hold()).toEqual({ kind: "unavailable", reason: "no activity" });
  await failing.release();
  expect(released).toBe(1);
  expect(await reactNativeWakeLock(undefined).hold()).toMatchObject({ kind: "unavailable" });
  const none = { activateKeepAwakeAsync: async () => {}, deactivateKeepAwake: async () => {} };
  expect(await reactNativeWakeLock({ ...none, isAvailableAsync: async () => false }).probe()).toMatchObject({
    reason: "this phone cannot be kept awake",
  });
});

test("background work is defined at once, asked for at no less than 15 minutes, and says how it ended", async () => {
  let task: (() => Promise<number>) | undefined;
  const registered: unknown[] = [];
  const scheduler = reactNativeBackground({
    taskManager: {
      defineTask: (_, executor) => {
        task = executor;
      },
    },
    backgroundTask: {
      getStatusAsync: async () => 2,
      registerTaskAsync: async (name, options) => void registered.push(name, options),
      unregisterTaskAsync: async (name) => void registered.push(`no ${name}`),
    },
  });
  expect(await task?.()).toBe(1); // started by the system before anything was scheduled
  let fails = false;
  const run = async () => {
    if (fails) throw new Error("no");
  };
  expect(await scheduler.schedule({ minimumIntervalMs: 60_000, run })).toMatchObject({ kind: "granted" });
  expect(registered).toEqual(["mobile-ai-background", { minimumInterval: 15 }]);
  expect(await task?.()).toBe(1);
  fails = true;
  expect(await task?.()).toBe(2);
  await scheduler.cancel();
  expect(registered.at(-1)).toBe("no mobile-ai-background");
});

test("background work says when the phone restricts it", async () => {
  const backgroundTask = {
    getStatusAsync: async () => 1,
    registerTaskAsync: async () => {},
    unregisterTaskAsync: async () => {},
  };
  const scheduler = reactNativeBackground({ taskManager: { defineTask: () => {} }, backgroundTask });
  expect(await scheduler.schedule({ minimumIntervalMs: 1, run: async () => {} })).toMatchObject({
    kind: "unavailable",
    reason: expect.stringContaining("restrict"),
  });
});

test("a performance hint goes through the app's bridge, and says when there is none", async () => {
  const wishes: boolean[] = [];
  const hint = reactNativeGovernor({
    setPreferred: async (fast) => {
      wishes.push(fast);
      return true;
    },
  });
  expect(await hint.hold()).toMatchObject({ kind: "granted" });
  await hint.hold();
  await hint.release();
  await hint.release();
  expect(wishes).toEqual([true, false]);
  const deaf = reactNativeGovernor({ setPreferred: async () => false });
  expect(await deaf.hold()).toMatchObject({ kind: "unavailable" });
  expect(await reactNativeGovernor(undefined).hold()).toMatchObject({ kind: "unavailable" });
});
