import type { RoutingReason } from "../core/decision.js";
import type { DeviceStatus } from "../core/ports.js";
import type { Preference } from "../core/query.js";

/** One row of the cost table: when it applies, and how far it moves the threshold. */
interface CostRow {
  readonly code: string;
  readonly detail: string;
  /** Positive: the threshold rises and more stays local. */
  readonly shift: number;
  readonly applies: (device: DeviceStatus, preference: Preference) => boolean;
}

const discharging = (device: DeviceStatus): boolean => device.charging === false;

/**
 * What the device's state costs, as rules one can read: no data set holds such labels. An unknown field never applies.
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
  { code: "device/metered", detail: "the network is metered", shift: 0.1, applies: (d) => d.metered === true },
  {
    code: "device/slow-network",
    detail: "the round trip takes over a second",
    shift: 0.1,
    applies: (d) => d.roundTripMs !== undefined && d.roundTripMs > 1000,
  },
];

/** How far the device's state and the person's preference move the threshold, and why. */
export function deviceCost(
  device: DeviceStatus,
  preference: Preference,
): { readonly shift: number; readonly reasons: readonly RoutingReason[] } {
  let shift = 0;
  const reasons: RoutingReason[] = [];
  for (const row of COST_TABLE) {
    if (!row.applies(device, preference)) continue;
    shift += row.shift;
    reasons.push({ code: row.code, detail: row.detail, weight: -row.shift });
  }
  return { shift, reasons };
}
