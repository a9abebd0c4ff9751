import type { RoutingReason } from "../core/decision.js";
import type { DeviceStatus } from "../core/ports.js";
import type { Preference } from "../core/query.js";

/** One row of the cost table: when it applies, and how far it moves the threshold. */
interface CostRow {
  readonly code: string;
  readonly detail: string;
  /** Positive: the threshold rises and more stays local. */
  readonly shift: number;
  readonly applies: (device: DeviceStatus, preference: Preference, budgetLeft: number | undefined) => boolean;
}

const discharging = (device: DeviceStatus): boolean => device.charging === false;

/**
 * lambda(device): what the device's state costs, as rules one can read: no data set holds such labels. A shift is in units
 * of the score: of a learned router, the share of right answers that asking remotely must add. An unknown field never applies.
 * A language model on the device computes for seconds at full power, a request keeps the radio on for tenths of one:
 * so a low battery and a hot device speak for remote, a slow or metered network for local.
 */
const COST_TABLE: readonly CostRow[] = [
  { code: "preference/quality", detail: "quality is preferred", shift: -0.2, applies: (_, p) => p === "quality" },
  {
    code: "preference/battery",
    detail: "battery is preferred and a local model would compute for seconds",
    shift: -0.05,
    applies: (d, p) => p === "battery" && d.charging !== true,
  },
  {
    code: "device/battery-low",
    detail: "the battery is below 20 % and not charging",
    shift: -0.1,
    applies: (d) => discharging(d) && d.batteryLevel !== undefined && d.batteryLevel < 0.2,
  },
  {
    code: "device/battery-half",
    detail: "the battery is below 50 % and not charging",
    shift: -0.02,
    applies: (d) => discharging(d) && d.batteryLevel !== undefined && d.batteryLevel >= 0.2 && d.batteryLevel < 0.5,
  },
  {
    code: "device/fair",
    detail: "the device is getting warm",
    shift: -0.02,
    applies: (d) => d.thermal === "fair",
  },
  { code: "device/warm", detail: "the device is hot", shift: -0.1, applies: (d) => d.thermal === "serious" },
  {
    code: "device/critical",
    detail: "the device is about to throttle",
    shift: -0.25,
    applies: (d) => d.thermal === "critical",
  },
  {
    code: "device/memory",
    detail: "less than 256 MiB of memory are free",
    shift: -0.1,
    applies: (d) => d.freeMemoryBytes !== undefined && d.freeMemoryBytes < 256 * 2 ** 20,
  },
  {
    code: "device/busy",
    detail: "the processors are busy with other work",
    shift: -0.05,
    applies: (d) => d.cpuPressure !== undefined && d.cpuPressure > 0.5,
  },
  { code: "device/metered", detail: "the network is metered", shift: 0.1, applies: (d) => d.metered === true },
  {
    code: "device/slow-network",
    detail: "the round trip takes over a second",
    shift: 0.1,
    applies: (d) => d.roundTripMs !== undefined && d.roundTripMs > 1000,
  },
  {
    code: "device/round-trip",
    detail: "the round trip takes over 300 ms",
    shift: 0.02,
    applies: (d) => d.roundTripMs !== undefined && d.roundTripMs > 300 && d.roundTripMs <= 1000,
  },
  {
    code: "budget/half",
    detail: "less than half of the day's budget is left",
    shift: 0.03,
    applies: (_, __, left) => left !== undefined && left >= 0.1 && left < 0.5,
  },
  {
    code: "budget/low",
    detail: "less than a tenth of the day's budget is left",
    shift: 0.15,
    applies: (_, __, left) => left !== undefined && left < 0.1,
  },
];

/**
 * How far the device's state, the person's preference and the share of the day's budget that is left (0 to 1, undefined
 * without a budget) move the threshold, and why.
 */
export function deviceCost(
  device: DeviceStatus,
  preference: Preference,
  budgetLeft?: number,
): { readonly shift: number; readonly reasons: readonly RoutingReason[] } {
  let shift = 0;
  const reasons: RoutingReason[] = [];
  for (const row of COST_TABLE) {
    if (!row.applies(device, preference, budgetLeft)) continue;
    shift += row.shift;
    reasons.push({ code: row.code, detail: row.detail, weight: -row.shift });
  }
  return { shift, reasons };
}
