import type { DeviceStatus } from "../core/ports.js";
import type { PowerEvent } from "./power-states.js";

/**
 * Turns readings of the device into power events: call it with each reading. What becomes unknown is no event, and a device that
 * was never seen charging is not unplugged. After critical heat `thermalNormal` comes at `fair`, so that it does not flap.
 */
export function deviceEvents(): (status: DeviceStatus) => readonly PowerEvent[] {
  let charging = false;
  let isHot = false;
  return (status) => {
    const events: PowerEvent[] = [];
    if (status.charging !== undefined && status.charging !== charging) {
      charging = status.charging;
      events.push(charging ? "chargerConnected" : "chargerRemoved");
    }
    if (!isHot && status.thermal === "critical") {
      isHot = true;
      events.push("thermalCritical");
    } else if (isHot && (status.thermal === "nominal" || status.thermal === "fair")) {
      isHot = false;
      events.push("thermalNormal");
    }
    return events;
  };
}
