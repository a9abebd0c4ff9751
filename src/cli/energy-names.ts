import { METRIC } from "../metrics/names.js";
import type { EnergyNames } from "../power/energy-telemetry.js";

/** Names under which the orchestrator and the wire report. */
export const ENERGY_NAMES: EnergyNames = {
  question: "question",
  call: "generate",
  sentBytes: METRIC.sentBytes,
  tokens: METRIC.tokens,
  output: "output",
};

/** Processor time of this process since it began, in microseconds, all threads. */
export function processCpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
