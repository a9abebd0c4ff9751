import type { BackgroundScheduler } from "../../core/power-hints.js";

/** The parts of a ServiceWorkerRegistration that are used; Chromium has both, other browsers neither. */
export interface SyncRegistration {
  readonly sync?: { register(tag: string): Promise<void> };
  readonly periodicSync?: {
    register(tag: string, options: { readonly minInterval: number }): Promise<void>;
    unregister(tag: string): Promise<void>;
  };
}

/** Where a service worker hears of its events; its global scope fits. */
export interface SyncEvents {
  addEventListener(type: "sync" | "periodicsync", listener: (event: SyncEvent) => void): void;
  removeEventListener(type: "sync" | "periodicsync", listener: (event: SyncEvent) => void): void;
}

/** A `sync` or `periodicsync` event. */
export interface SyncEvent {
  readonly tag: string;
  waitUntil(work: Promise<unknown>): void;
}

/**
 * Background work in a service worker: Periodic Background Sync where the browser grants it (installed pages of Chromium), else one
 * Background Sync when the network is back. `events` is the worker's global scope.
 */
export function serviceWorkerBackground(
  registration: SyncRegistration,
  events: SyncEvents,
  { tag = "mobile-ai-background" }: { readonly tag?: string } = {},
): BackgroundScheduler {
  let listener: ((event: SyncEvent) => void) | undefined;
  const forget = (): void => {
    if (listener === undefined) return;
    events.removeEventListener("sync", listener);
    events.removeEventListener("periodicsync", listener);
    listener = undefined;
  };
  return {
    name: "service worker",
    async schedule({ minimumIntervalMs, run }) {
      const { sync, periodicSync } = registration;
      forget();
      listener = (event) => {
        if (event.tag === tag) event.waitUntil(run());
      };
      events.addEventListener("sync", listener);
      events.addEventListener("periodicsync", listener);
      let reason = "this browser has no background sync";
      try {
        if (periodicSync !== undefined) {
          await periodicSync.register(tag, { minInterval: minimumIntervalMs });
          return { kind: "granted", how: "Periodic Background Sync" };
        }
      } catch (error) {
        reason = error instanceof Error ? error.message : String(error);
      }
      try {
        if (sync !== undefined) {
          await sync.register(tag);
          return { kind: "granted", how: "Background Sync, once, when the network is back" };
        }
      } catch (error) {
        reason = error instanceof Error ? error.message : String(error);
      }
      forget();
      return { kind: "unavailable", reason };
    },
    async cancel() {
      forget();
      await registration.periodicSync?.unregister(tag);
    },
  };
}
