import type { HintAnswer, PowerHint } from "../../core/power-hints.js";

/** The part of a WakeLockSentinel that is used. */
export interface ScreenLock {
  readonly released: boolean;
  release(): Promise<void>;
}

/** The parts of the page that are used; `navigator` and `document` fit. */
export interface WakeLockEnvironment {
  readonly wakeLock?: { request(type: "screen"): Promise<ScreenLock> };
  readonly document?: Pick<Document, "visibilityState" | "addEventListener" | "removeEventListener">;
}

/**
 * Keeps the screen on while held (W3C Screen Wake Lock). The browser takes the lock away when the page is hidden; it is
 * asked for again when the page is seen again and still held.
 */
export function screenWakeLock(environment: WakeLockEnvironment = browserEnvironment()): PowerHint {
  const { wakeLock, document } = environment;
  const noApi: HintAnswer = { kind: "unavailable", reason: "this browser has no Screen Wake Lock" };
  const granted: HintAnswer = { kind: "granted", how: "Screen Wake Lock" };
  let wanted = false;
  let lock: ScreenLock | undefined;

  const request = async (): Promise<HintAnswer> => {
    if (wakeLock === undefined) return noApi;
    if (isHeld(lock)) return granted;
    if (document?.visibilityState === "hidden") return { kind: "unavailable", reason: "the page is hidden" };
    try {
      const own = await wakeLock.request("screen");
      if (!wanted || isHeld(lock)) await own.release();
      else lock = own;
      return granted;
    } catch (error) {
      return { kind: "unavailable", reason: error instanceof Error ? error.message : String(error) };
    }
  };
  const onVisible = (): void => {
    if (document?.visibilityState === "visible") void request(); // never rejects
  };

  return {
    name: "wake lock",
    hold() {
      if (!wanted) document?.addEventListener("visibilitychange", onVisible);
      wanted = true;
      return request();
    },
    async release() {
      wanted = false;
      document?.removeEventListener("visibilitychange", onVisible);
      const own = lock;
      lock = undefined;
      if (isHeld(own)) await own.release();
    },
    async probe() {
      if (wakeLock === undefined) return noApi;
      return document?.visibilityState === "hidden" ? { kind: "unavailable", reason: "the page is hidden" } : granted;
    },
  };
}

/** A function, so that the compiler does not take what was so before an await for what is so after it. */
function isHeld(lock: ScreenLock | undefined): lock is ScreenLock {
  return lock !== undefined && !lock.released;
}

function browserEnvironment(): WakeLockEnvironment {
  // lib.dom types both as always there; an older browser, a worker or an insecure page lacks them.
  const globals = globalThis as { navigator?: WakeLockEnvironment; document?: Document };
  return {
    ...(globals.navigator?.wakeLock === undefined ? {} : { wakeLock: globals.navigator.wakeLock }),
    ...(globals.document === undefined ? {} : { document: globals.document }),
  };
}
