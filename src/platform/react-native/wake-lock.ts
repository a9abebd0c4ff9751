import type { HintAnswer, PowerHint } from "../../core/power-hints.js";

/** The part of `expo-keep-awake` that is used; the module itself fits. */
export interface KeepAwakeModule {
  activateKeepAwakeAsync(tag?: string): Promise<void>;
  deactivateKeepAwake(tag?: string): Promise<void>;
  isAvailableAsync?(): Promise<boolean>;
}

const TAG = "mobile-ai";
const granted: HintAnswer = { kind: "granted", how: "keep awake" };

/**
 * Keeps the phone awake while held, through a module that the app hands in: `expo-keep-awake` (the screen stays on), or the
 * app's own bridge of the same face to `PowerManager.PARTIAL_WAKE_LOCK` (Android: the processor stays awake, the screen may not).
 */
export function reactNativeWakeLock(module: KeepAwakeModule | undefined): PowerHint {
  let held = false;
  const probe = async (): Promise<HintAnswer> => {
    if (module === undefined) return { kind: "unavailable", reason: "the app handed in no module that keeps awake" };
    try {
      if ((await module.isAvailableAsync?.()) === false)
        return { kind: "unavailable", reason: "this phone cannot be kept awake" };
      return granted;
    } catch (error) {
      return { kind: "unavailable", reason: error instanceof Error ? error.message : String(error) };
    }
  };
  return {
    name: "wake lock",
    probe,
    async hold() {
      if (held) return granted;
      const answer = await probe();
      if (answer.kind === "unavailable") return answer;
      held = true; // even if it fails: what may be held is released
      try {
        await module?.activateKeepAwakeAsync(TAG);
        return answer;
      } catch (error) {
        return { kind: "unavailable", reason: error instanceof Error ? error.message : String(error) };
      }
    },
    async release() {
      if (!held) return;
      held = false;
      try {
        await module?.deactivateKeepAwake(TAG);
      } catch {
        // Android rejects when the activity has gone, and its lock with it
      }
    },
  };
}
