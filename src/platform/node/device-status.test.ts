import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os, { type NetworkInterfaceInfo } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { nodeDevice, type OperatingSystem } from "./device-status.js";
import type { RunCommand } from "./run-command.js";
import { parseTermuxBattery } from "./termux.js";
import { batteryThermalLevel, thermalLevel } from "./thermal.js";

const roots: string[] = [];

afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

/** A directory with these files; a path that ends in "/" becomes a directory, which no one can read as a file. */
function tree(files: Readonly<Record<string, string>> = {}): string {
  const root = mkdtempSync(join(os.tmpdir(), "mao-sysfs-"));
  roots.push(root);
  for (const [path, text] of Object.entries(files)) {
    const full = join(root, path);
    mkdirSync(path.endsWith("/") ? full : dirname(full), { recursive: true });
    if (!path.endsWith("/")) writeFileSync(full, `${text}\n`);
  }
  return root;
}

function address(text: string, internal = false): NetworkInterfaceInfo {
  return { address: text, netmask: "", family: "IPv4", mac: "", internal, cidr: null };
}

function operatingSystem(addresses: readonly NetworkInterfaceInfo[] = []): OperatingSystem {
  return { freemem: () => 1000, totalmem: () => 2000, networkInterfaces: () => ({ if0: [...addresses] }) };
}

const never: RunCommand = async (command) => {
  throw new Error(`${command} was run`);
};

async function statusOf(files: Readonly<Record<string, string>>) {
  const device = nodeDevice({
    root: tree(files),
    runCommand: never,
    operatingSystem: operatingSystem(),
    environment: {},
  });
  return await device.refresh();
}

const POWER = "sys/class/power_supply";
const THERMAL = "sys/class/thermal";

describe("nodeDevice", () => {
  test("knows nothing before the first refresh, then answers from memory", async () => {
    const device = nodeDevice({ root: tree(), runCommand: never, operatingSystem: operatingSystem(), environment: {} });
    expect(device.status()).toEqual({});
    const status = await device.refresh();
    expect(status).toEqual({ online: false, freeMemoryBytes: 1000, totalMemoryBytes: 2000 });
    expect(device.status()).toBe(status);
  });

  test("reads a phone's battery, heat, pressure and memory", async () => {
    expect(
      await statusOf({
        [`${POWER}/battery/type`]: "Battery",
        [`${POWER}/battery/capacity`]: "37",
        [`${POWER}/battery/status`]: "Discharging",
        [`${POWER}/usb/type`]: "USB",
        [`${POWER}/usb/online`]: "0",
        [`${THERMAL}/thermal_zone0/type`]: "cpu-0-0",
        [`${THERMAL}/thermal_zone0/temp`]: "61200",
        [`${THERMAL}/cooling_device0/type`]: "fan",
        "proc/pressure/cpu":
          "some avg10=42.50 avg60=0.10 avg300=0.00 total=1\nfull avg10=1.00 avg60=0 avg300=0 total=0",
        "proc/meminfo": "MemTotal:        8000 kB\nMemFree:         1000 kB\nMemAvailable:    5000 kB",
      }),
    ).toEqual({
      batteryLevel: 0.37,
      charging: false,
      online: false,
      thermal: "fair",
      freeMemoryBytes: 5000 * 1024,
      totalMemoryBytes: 8000 * 1024,
      cpuPressure: 0.425,
    });
  });

  test("reads what the battery gives, how long tasks wait for memory, and the kind of network", async () => {
    const status = await statusOf({
      [`${POWER}/BAT0/type`]: "Battery",
      [`${POWER}/BAT0/status`]: "Discharging",
      [`${POWER}/BAT0/power_now`]: "7250000",
      [`${POWER}/BAT1/type`]: "Battery",
      [`${POWER}/BAT1/status`]: "Discharging",
      [`${POWER}/BAT1/current_now`]: "-250000",
      [`${POWER}/BAT1/voltage_now`]: "4000000",
      "proc/pressure/memory": "some avg10=12.00 avg60=0 avg300=0 total=1\nfull avg10=1.00 avg60=0 avg300=0 total=0",
      "sys/class/net/lo/operstate": "unknown",
      "sys/class/net/docker0/operstate": "up",
      "sys/class/net/eth0/operstate": "down",
      "sys/class/net/eth0/device/": "",
      "sys/class/net/wlan0/operstate": "up",
      "sys/class/net/wlan0/wireless/": "",
      "sys/class/net/rmnet0/operstate": "unknown",
    });
    expect(status).toMatchObject({ drawMilliwatts: 8250, memoryPressure: 0.12, network: "wifi" });
  });

  test("tells no draw while it charges, and none by a sensor that is off", async () => {
    const battery = { [`${POWER}/BAT0/type`]: "Battery", [`${POWER}/BAT0/power_now`]: "7250000" };
    expect(await statusOf({ ...battery, [`${POWER}/BAT0/status`]: "Charging" })).not.toHaveProperty("drawMilliwatts");
    expect(
      await statusOf({ ...battery, [`${POWER}/BAT0/status`]: "Discharging", [`${POWER}/BAT0/power_now`]: "0" }),
    ).not.toHaveProperty("drawMilliwatts");
  });

  test("takes the mean of two batteries and leaves out the mouse", async () => {
    const status = await statusOf({
      [`${POWER}/AC/type`]: "Mains",
      [`${POWER}/AC/online`]: "1",
      [`${POWER}/BAT0/type`]: "Battery",
      [`${POWER}/BAT0/capacity`]: "100",
      [`${POWER}/BAT0/status`]: "Full",
      [`${POWER}/BAT1/type`]: "Battery",
      [`${POWER}/BAT1/capacity`]: "50",
      [`${POWER}/BAT1/status`]: "Not charging",
      [`${POWER}/hidpp_battery_0/type`]: "Battery",
      [`${POWER}/hidpp_battery_0/scope`]: "Device",
      [`${POWER}/hidpp_battery_0/capacity`]: "5",
      [`${POWER}/hidpp_battery_0/status`]: "Discharging",
    });
    expect(status).toMatchObject({ batteryLevel: 0.75, charging: true });
  });

  test("does not call it charging when a weak charger cannot keep up", async () => {
    const status = await statusOf({
      [`${POWER}/AC/type`]: "Mains",
      [`${POWER}/AC/online`]: "1",
      [`${POWER}/BAT0/type`]: "Battery",
      [`${POWER}/BAT0/status`]: "Discharging",
    });
    expect(status.charging).toBe(false);
    expect(status).not.toHaveProperty("batteryLevel");
  });

  test("takes a desktop on mains as charging and without a battery", async () => {
    const status = await statusOf({ [`${POWER}/AC/type`]: "Mains", [`${POWER}/AC/online`]: "1" });
    expect(status.charging).toBe(true);
    expect(status).not.toHaveProperty("batteryLevel");
  });

  test("leaves a field out when its file is unreadable, empty or holds no number", async () => {
    const status = await statusOf({
      [`${POWER}/battery/type`]: "Battery",
      [`${POWER}/battery/capacity/`]: "",
      [`${POWER}/battery/status`]: "Unknown",
      [`${THERMAL}/thermal_zone0/temp/`]: "",
      [`${THERMAL}/thermal_zone1/temp`]: "",
      [`${THERMAL}/thermal_zone2/temp`]: "hot",
      [`${THERMAL}/thermal_zone3/temp`]: "-273200",
      [`${THERMAL}/thermal_zone4/temp`]: "200000",
      "proc/pressure/cpu/": "",
      "proc/meminfo": "nothing",
    });
    expect(status).toEqual({ online: false, freeMemoryBytes: 1000, totalMemoryBytes: 2000 });
  });

  test("reports the hottest zone by the zone's own limits", async () => {
    const status = await statusOf({
      [`${THERMAL}/thermal_zone0/temp`]: "50000",
      [`${THERMAL}/thermal_zone1/temp`]: "82000",
      [`${THERMAL}/thermal_zone1/trip_point_0_type`]: "critical",
      [`${THERMAL}/thermal_zone1/trip_point_0_temp`]: "110000",
      [`${THERMAL}/thermal_zone1/trip_point_1_type`]: "passive",
      [`${THERMAL}/thermal_zone1/trip_point_1_temp`]: "95000",
      [`${THERMAL}/thermal_zone1/trip_point_2_type`]: "passive",
      [`${THERMAL}/thermal_zone1/trip_point_2_temp`]: "0",
    });
    expect(status.thermal).toBe("fair");
  });

  test("judges a battery's zone as a battery", async () => {
    const status = await statusOf({
      [`${THERMAL}/thermal_zone0/type`]: "battery",
      [`${THERMAL}/thermal_zone0/temp`]: "47000",
    });
    expect(status.thermal).toBe("serious");
  });

  test("is online with an address beyond its own link", async () => {
    const online = async (...addresses: NetworkInterfaceInfo[]) => {
      const device = nodeDevice({ root: tree(), operatingSystem: operatingSystem(addresses), environment: {} });
      return (await device.refresh()).online;
    };
    expect(await online(address("127.0.0.1", true))).toBe(false);
    expect(await online(address("fe80::1"), address("169.254.3.4"))).toBe(false);
    expect(await online(address("127.0.0.1", true), address("192.168.1.7"))).toBe(true);
  });

  test("does not know whether it is online where the system forbids to ask", async () => {
    const forbidden: OperatingSystem = {
      ...operatingSystem(),
      networkInterfaces: () => {
        throw new Error("uv_interface_addresses returned Unknown system error 13");
      },
    };
    const status = await nodeDevice({ root: tree(), operatingSystem: forbidden, environment: {} }).refresh();
    expect(status).not.toHaveProperty("online");
  });

  test("asks Termux for what Android hides, and only once when it does not answer", async () => {
    const calls: string[] = [];
    const answers: (string | undefined)[] = [
      '{"percentage": 64, "plugged": "PLUGGED_USB", "status": "CHARGING", "temperature": 46.1}',
      undefined,
    ];
    const device = nodeDevice({
      root: tree(),
      operatingSystem: operatingSystem(),
      environment: { TERMUX_VERSION: "0.118" },
      runCommand: async (command) => {
        calls.push(command);
        return answers[calls.length - 1];
      },
    });
    expect(await device.refresh()).toMatchObject({ batteryLevel: 0.64, charging: true, thermal: "serious" });
    expect(await device.refresh()).not.toHaveProperty("batteryLevel");
    await device.refresh();
    expect(calls).toEqual(["termux-battery-status", "termux-battery-status"]);
  });

  test("reads once for refreshes that overlap", async () => {
    const device = nodeDevice({ root: tree(), operatingSystem: operatingSystem(), environment: {} });
    const [first, second] = await Promise.all([device.refresh(), device.refresh()]);
    expect(first).toBe(second);
  });

  test.runIf(os.platform() === "linux")("reads the machine these tests run on", async () => {
    const { freeMemoryBytes, totalMemoryBytes, cpuPressure } = await nodeDevice().refresh();
    expect(totalMemoryBytes).toBe(os.totalmem());
    expect(freeMemoryBytes).toBeGreaterThan(0);
    expect(freeMemoryBytes).toBeLessThanOrEqual(totalMemoryBytes!);
    if (cpuPressure !== undefined) expect(cpuPressure).toBeLessThanOrEqual(1);
  });
});

describe("thermalLevel", () => {
  test("follows the general limits of 60, 75 and 90 degrees", () => {
    expect([59.9, 60, 74.9, 75, 89.9, 90].map((celsius) => thermalLevel(celsius))).toEqual([
      "nominal",
      "fair",
      "fair",
      "serious",
      "serious",
      "critical",
    ]);
  });

  test("follows the zone's passive and hot trips, and never waits for the power to go off", () => {
    const trips = { passive: 85, critical: 105 };
    expect([69, 70, 85, 94, 95].map((celsius) => thermalLevel(celsius, trips))).toEqual([
      "nominal",
      "fair",
      "serious",
      "serious",
      "critical",
    ]);
    expect(thermalLevel(88, { passive: 85, hot: 87, critical: 105 })).toBe("critical");
    expect(thermalLevel(92, { critical: 120 })).toBe("critical");
    expect(thermalLevel(81, { critical: 80 })).toBe("critical");
  });

  test("is stricter with a battery", () => {
    expect([39, 40, 45, 50].map(batteryThermalLevel)).toEqual(["nominal", "fair", "serious", "critical"]);
  });
});

describe("parseTermuxBattery", () => {
  test("reads a temperature that is a text, and what is plugged in when the status does not tell", () => {
    expect(
      parseTermuxBattery('{"percentage":85,"plugged":"UNPLUGGED","status":"UNKNOWN","temperature":"22.3"}'),
    ).toEqual({ level: 0.85, charging: false, temperature: 22.3 });
    expect(parseTermuxBattery('{"plugged":"PLUGGED_AC","status":"NOT_CHARGING"}')).toEqual({ charging: true });
  });

  test("makes nothing of what is no battery", () => {
    expect(parseTermuxBattery("Termux:API is not yet available on Google Play")).toBeUndefined();
    expect(parseTermuxBattery("null")).toBeUndefined();
    expect(parseTermuxBattery('{"percentage": 4000}')).toEqual({});
  });
});
