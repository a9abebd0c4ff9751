import type { BackgroundScheduler } from "../../core/power-hints.js";

/** The part of `expo-background-task` that is used; the module itself fits. */
export interface BackgroundTaskModule {
  /** 1 restricted, 2 available. */
  getStatusAsync(): Promise<number>;
  /** Minutes, at least 15: WorkManager and BGTaskScheduler take them as a wish. */
  registerTaskAsync(name: string, options?: { readonly minimumInterval?: number }): Promise<void>;
  unregisterTaskAsync(name: string): Promise<void>;
}

/** The part of `expo-task-manager` that is used; the module itself fits. */
export interface TaskManagerModule {
  defineTask(name: string, executor: () => Promise<number>): void;
}

const TASK = "mobile-ai-background";
const AVAILABLE = 2;
const RESULT = { success: 1, failed: 2 } as const;
const SHORTEST_MINUTES = 15;

/**
 * WorkManager (Android) and BGTaskScheduler (iOS) through `expo-background-task`. Make it at the top of the app's entry file: the
 * system starts the app for a task and looks for it there. No listening here: tasks run for minutes, at the system's time.
 */
export function reactNativeBackground(modules: {
  readonly backgroundTask: BackgroundTaskModule;
  readonly taskManager: TaskManagerModule;
}): BackgroundScheduler {
  const { backgroundTask, taskManager } = modules;
  let work: (() => Promise<void>) | undefined;
  taskManager.defineTask(TASK, async () => {
    try {
      await work?.();
      return RESULT.success;
    } catch {
      return RESULT.failed; // the jobs' own report says why; the system tries again later
    }
  });
  return {
    name: "expo-background-task",
    async schedule({ minimumIntervalMs, run }) {
      work = run;
      try {
        if ((await backgroundTask.getStatusAsync()) !== AVAILABLE)
          return { kind: "unavailable", reason: "this phone or its settings restrict background work" };
        const minimumInterval = Math.max(SHORTEST_MINUTES, Math.round(minimumIntervalMs / 60_000));
        await backgroundTask.registerTaskAsync(TASK, { minimumInterval });
        return { kind: "granted", how: `every ${minimumInterval} minutes or later, when the system likes` };
      } catch (error) {
        return { kind: "unavailable", reason: error instanceof Error ? error.message : String(error) };
      }
    },
    async cancel() {
      work = undefined;
      await backgroundTask.unregisterTaskAsync(TASK);
    },
  };
}
