import { type HintAnswer, type PowerHint, unavailableHint } from "../../core/power-hints.js";

/** The app's own bridge to `PerformanceHintManager` (Android 12) or `Window.setSustainedPerformanceMode` (Android 7). */
export interface PerformanceModule {
  /** Resolves to false where the phone does not support it. */
  setPreferred(fast: boolean): Promise<boolean>;
}

/** A wish for speed through the app's bridge; iOS and plain React Native have none. */
export function reactNativeGovernor(module: PerformanceModule | undefined): PowerHint {
  if (module === undefined)
    return unavailableHint("governor", "the app handed in no bridge to the phone's performance hints");
  let held = false;
  const granted: HintAnswer = { kind: "granted", how: "performance hint" };
  return {
    name: "governor",
    async hold() {
      if (held) return granted;
      held = true; // even if it fails: what may be set is taken back
      try {
        if (await module.setPreferred(true)) return granted;
        held = false;
        return { kind: "unavailable", reason: "this phone takes no performance hints" };
      } catch (error) {
        return { kind: "unavailable", reason: error instanceof Error ? error.message : String(error) };
      }
    },
    async release() {
      if (!held) return;
      held = false;
      try {
        await module.setPreferred(false);
      } catch {
        // the window it was set on has gone, and the wish with it
      }
    },
    probe: async () => granted,
  };
}
