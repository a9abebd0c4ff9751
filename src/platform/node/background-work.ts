import type { BackgroundScheduler } from "../../core/power-hints.js";
import { isTermux } from "./termux.js";

/**
 * Linux has no scheduler that calls back into a program that sleeps: the command itself is what a timer of the system runs.
 * `schedule` says how to set that up, and keeps no timer of our own, which would wake the device.
 */
export function nodeBackground(
  options: { readonly environment?: Readonly<Record<string, string | undefined>> } = {},
): BackgroundScheduler {
  const { environment = process.env } = options;
  return {
    name: "timer of the system",
    async schedule({ minimumIntervalMs }) {
      const minutes = Math.max(15, Math.round(minimumIntervalMs / 60_000));
      const command = isTermux(environment)
        ? `termux-job-scheduler --period-ms ${minutes * 60_000} --battery-not-low true --network any --script SCRIPT`
        : `systemd-run --user --unit=mobile-ai --on-active=${minutes}min --on-unit-active=${minutes}min mobile-ai queue flush`;
      return { kind: "unavailable", reason: `no program may keep a timer in its sleep; run: ${command}` };
    },
    cancel: async () => {},
  };
}
