import type { RunCommand } from "./run-command.js";

/** Whether this process runs in Termux, the terminal app of Android. */
export function isTermux(environment: Readonly<Record<string, string | undefined>>): boolean {
  return environment["TERMUX_VERSION"] !== undefined || (environment["PREFIX"]?.includes("com.termux") ?? false);
}

/** What `termux-battery-status` says. */
export interface TermuxBattery {
  /** 0 to 1. */
  readonly level?: number;
  readonly charging?: boolean;
  /** °C. */
  readonly temperature?: number;
}

/**
 * Asks the Termux:API app for the battery; undefined when the command or the app is missing. The command waits for ever
 * without the app, hence the deadline of two seconds.
 */
export async function readTermuxBattery(runCommand: RunCommand): Promise<TermuxBattery | undefined> {
  const printed = await runCommand("termux-battery-status", [], { timeoutMs: 2000 });
  return printed === undefined ? undefined : parseTermuxBattery(printed);
}

/** Reads the JSON of `termux-battery-status` (termux-api BatteryStatusAPI.java); a field that makes no sense is absent. */
export function parseTermuxBattery(printed: string): TermuxBattery | undefined {
  let status: unknown;
  try {
    status = JSON.parse(printed);
  } catch {
    return undefined; // an error message instead of JSON
  }
  if (typeof status !== "object" || status === null) return undefined;
  const fields = status as Readonly<Record<string, unknown>>; // an object, just checked
  const percentage = fields["percentage"];
  const charging = isCharging(fields["status"], fields["plugged"]);
  const temperature = Number.parseFloat(String(fields["temperature"])); // some versions print it as a text
  return {
    ...(typeof percentage === "number" && percentage >= 0 && percentage <= 100 ? { level: percentage / 100 } : {}),
    ...(charging === undefined ? {} : { charging }),
    ...(Number.isFinite(temperature) ? { temperature } : {}),
  };
}

function isCharging(status: unknown, plugged: unknown): boolean | undefined {
  if (status === "CHARGING" || status === "FULL") return true;
  if (status === "DISCHARGING") return false;
  if (typeof plugged === "string") return plugged !== "UNPLUGGED";
  return undefined;
}
