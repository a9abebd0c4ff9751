import { expect, test } from "vitest";
import { deviceEvents } from "./device-events.js";

test("tells of charger and heat, and not of what became unknown", () => {
  const events = deviceEvents();
  expect(events({})).toEqual([]);
  expect(events({ charging: false, thermal: "serious" })).toEqual([]);
  expect(events({ charging: true, thermal: "critical" })).toEqual(["chargerConnected", "thermalCritical"]);
  expect(events({})).toEqual([]);
  expect(events({ charging: true, thermal: "serious" })).toEqual([]);
  expect(events({ charging: false, thermal: "critical" })).toEqual(["chargerRemoved"]);
  expect(events({ thermal: "fair" })).toEqual(["thermalNormal"]);
  expect(events({ thermal: "nominal" })).toEqual([]);
});
