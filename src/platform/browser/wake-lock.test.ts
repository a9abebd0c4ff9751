import { expect, test } from "vitest";
import { type ScreenLock, screenWakeLock, type WakeLockEnvironment } from "./wake-lock.js";

class Page extends EventTarget {
  visibilityState: DocumentVisibilityState = "visible";
  readonly locks: (ScreenLock & { released: boolean })[] = [];
  refusal: Error | undefined;

  get environment(): WakeLockEnvironment {
    return {
      // The listener overloads of Document are narrower than those of EventTarget, which takes them all.
      document: this as unknown as Document,
      wakeLock: {
        request: async () => {
          if (this.refusal !== undefined) throw this.refusal;
          const lock = {
            released: false,
            release: async () => {
              lock.released = true;
            },
          };
          this.locks.push(lock);
          return lock;
        },
      },
    };
  }
  get held(): number {
    return this.locks.filter(({ released }) => !released).length;
  }
  async show(visibilityState: DocumentVisibilityState): Promise<void> {
    this.visibilityState = visibilityState;
    if (visibilityState === "hidden") for (const lock of this.locks) lock.released = true;
    this.dispatchEvent(new Event("visibilitychange"));
    await new Promise((done) => setTimeout(done));
  }
}

test("keeps the screen on while held, and asks again when the page comes back", async () => {
  const page = new Page();
  const hint = screenWakeLock(page.environment);
  expect(await hint.hold()).toEqual({ kind: "granted", how: "Screen Wake Lock" });
  await hint.hold();
  expect(page.locks).toHaveLength(1);
  await page.show("hidden");
  expect(page.held).toBe(0);
  await page.show("visible");
  expect(page.held).toBe(1);
  await hint.release();
  expect(page.held).toBe(0);
  await page.show("visible");
  expect(page.held).toBe(0);
});

test("a lock that comes after it was released is given back", async () => {
  const page = new Page();
  const hint = screenWakeLock(page.environment);
  const answer = hint.hold();
  await hint.release();
  await answer;
  expect(page.held).toBe(0);
});

test("says why not", async () => {
  expect(await screenWakeLock({}).hold()).toEqual({
    kind: "unavailable",
    reason: "this browser has no Screen Wake Lock",
  });
  const page = new Page();
  page.refusal = new DOMException("the battery is low", "NotAllowedError");
  expect(await screenWakeLock(page.environment).hold()).toEqual({ kind: "unavailable", reason: "the battery is low" });
  page.visibilityState = "hidden";
  expect(await screenWakeLock(page.environment).probe()).toEqual({ kind: "unavailable", reason: "the page is hidden" });
});
