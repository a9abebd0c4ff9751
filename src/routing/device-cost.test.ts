import { describe, expect, test } from "vitest";
import type { DeviceStatus } from "../core/ports.js";
import type { Preference } from "../core/query.js";
import { deviceCost } from "./device-cost.js";

const codes = (device: DeviceStatus, preference: Preference = "balanced", budgetLeft?: number): string[] =>
  deviceCost(device, preference, budgetLeft).reasons.map((reason) => reason.code);

describe("deviceCost", () => {
  test("of a device of which nothing is known is nothing", () => {
    expect(deviceCost({}, "balanced")).toEqual({ shift: 0, reasons: [] });
  });

  test.each<[string, DeviceStatus, Preference, number | undefined, "remote" | "local"]>([
    ["preference/quality", {}, "quality", undefined, "remote"],
    ["preference/battery", {}, "battery", undefined, "remote"],
    ["device/battery-low", { batteryLevel: 0.1, charging: false }, "balanced", undefined, "remote"],
    ["device/battery-half", { batteryLevel: 0.4, charging: false }, "balanced", undefined, "remote"],
    ["device/fair", { thermal: "fair" }, "balanced", undefined, "remote"],
    ["device/warm", { thermal: "serious" }, "balanced", undefined, "remote"],
    ["device/critical", { thermal: "critical" }, "balanced", undefined, "remote"],
    ["device/memory", { freeMemoryBytes: 100 * 2 ** 20 }, "balanced", undefined, "remote"],
    ["device/busy", { cpuPressure: 0.8 }, "balanced", undefined, "remote"],
    ["device/metered", { metered: true }, "balanced", undefined, "local"],
    ["device/slow-network", { roundTripMs: 2000 }, "balanced", undefined, "local"],
    ["device/round-trip", { roundTripMs: 500 }, "balanced", undefined, "local"],
    ["budget/half", {}, "balanced", 0.3, "local"],
    ["budget/low", {}, "balanced", 0.05, "local"],
  ])("%s alone applies, towards the right side", (code, device, preference, budgetLeft, side) => {
    const { shift, reasons } = deviceCost(device, preference, budgetLeft);
    expect(reasons.map((reason) => reason.code)).toEqual([code]);
    expect(Math.sign(shift)).toBe(side === "local" ? 1 : -1);
    expect(reasons[0]?.weight).toBe(-shift);
  });

  test.each<[DeviceStatus, Preference, number | undefined]>([
    [{ batteryLevel: 0.1, charging: true }, "balanced", undefined],
    [{ batteryLevel: 0.1 }, "balanced", undefined], // whether it charges is unknown
    [{ charging: false }, "balanced", undefined],
    [{ batteryLevel: 0.9, charging: false, thermal: "nominal", metered: false, roundTripMs: 40 }, "balanced", 0.9],
    [{ charging: true }, "battery", undefined],
    [{}, "private", undefined], // a veto, not a price
  ])("%j, %s costs nothing", (device, preference, budgetLeft) => {
    expect(codes(device, preference, budgetLeft)).toEqual([]);
  });

  test("adds up what applies together", () => {
    const both = deviceCost({ metered: true, thermal: "critical" }, "balanced");
    const each =
      deviceCost({ metered: true }, "balanced").shift + deviceCost({ thermal: "critical" }, "balanced").shift;
    expect(both.shift).toBeCloseTo(each, 12);
  });
});
