import { expect, test } from "vitest";
import { type SyncEvent, type SyncEvents, serviceWorkerBackground } from "./background-work.js";

function worker() {
  const listeners = new Set<(event: SyncEvent) => void>();
  const waited: Promise<unknown>[] = [];
  const events: SyncEvents = {
    addEventListener: (_, listener) => void listeners.add(listener),
    removeEventListener: (_, listener) => void listeners.delete(listener),
  };
  const fire = (tag: string): void => {
    for (const listener of listeners) listener({ tag, waitUntil: (work) => void waited.push(work) });
  };
  return { events, fire, listeners, waited };
}

test("asks for periodic sync, runs when it comes, and only its own", async () => {
  const { events, fire, listeners, waited } = worker();
  const registered: unknown[] = [];
  const periodicSync = {
    register: async (tag: string, options: unknown) => void registered.push(tag, options),
    unregister: async (tag: string) => void registered.push(`no ${tag}`),
  };
  let runs = 0;
  const scheduler = serviceWorkerBackground({ periodicSync }, events);
  const run = async () => void runs++;
  expect(await scheduler.schedule({ minimumIntervalMs: 900_000, run })).toMatchObject({ kind: "granted" });
  await scheduler.schedule({ minimumIntervalMs: 900_000, run });
  fire("another");
  fire("mobile-ai-background");
  await Promise.all(waited);
  expect(runs).toBe(1);
  await scheduler.cancel();
  expect(listeners.size).toBe(0);
  expect(registered.at(-1)).toBe("no mobile-ai-background");
});

test("falls back to one sync, and says why there is none", async () => {
  const { events, listeners } = worker();
  const refuse = () => Promise.reject(new DOMException("Permission denied", "NotAllowedError"));
  const periodicSync = { register: refuse, unregister: async () => {} };
  const once = serviceWorkerBackground({ periodicSync, sync: { register: async () => {} } }, events);
  const work = { minimumIntervalMs: 1, run: async () => {} };
  expect(await once.schedule(work)).toEqual({
    kind: "granted",
    how: "Background Sync, once, when the network is back",
  });
  await once.cancel();
  expect(await serviceWorkerBackground({ periodicSync }, events).schedule(work)).toEqual({
    kind: "unavailable",
    reason: "Permission denied",
  });
  expect(await serviceWorkerBackground({}, events).schedule(work)).toMatchObject({ kind: "unavailable" });
  expect(listeners.size).toBe(0);
});
