import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { DeviceStatus } from "../../core/ports.js";
import {
  batteryThermalLevel,
  hotter,
  isPlausible,
  type ThermalLevel,
  type TripPoints,
  thermalLevel,
} from "./thermal.js";

type Power = Pick<DeviceStatus, "batteryLevel" | "charging">;
type Memory = Pick<DeviceStatus, "freeMemoryBytes" | "totalMemoryBytes">;

/**
 * Battery and mains from /sys/class/power_supply (Linux ABI sysfs-class-power). Several batteries count as their mean; the
 * battery of a mouse (scope Device) does not count. A battery that drains while plugged in is not charging.
 */
export async function readPower(root: string): Promise<Power> {
  const directory = join(root, "sys/class/power_supply");
  const levels: number[] = [];
  const states = new Set<string>();
  let mains: boolean | undefined;
  for (const supply of await entries(directory)) {
    const field = (name: string): Promise<string | undefined> => read(join(directory, supply, name));
    const [type, scope, capacity, status, online] = await Promise.all(
      ["type", "scope", "capacity", "status", "online"].map(field),
    );
    if (scope === "Device") continue;
    if (type === "Battery") {
      const percent = numberOf(capacity);
      if (percent !== undefined && percent >= 0 && percent <= 100) levels.push(percent / 100);
      if (status !== undefined) states.add(status);
    } else if (type !== undefined && online !== undefined) mains = mains === true || online !== "0";
  }
  const charging = states.has("Charging")
    ? true
    : states.has("Discharging")
      ? false
      : states.has("Full") || states.has("Not charging") || mains;
  return {
    ...(levels.length === 0 ? {} : { batteryLevel: levels.reduce((a, b) => a + b, 0) / levels.length }),
    ...(charging === undefined ? {} : { charging }),
  };
}

/** The hottest of all zones of /sys/class/thermal whose reading is plausible; undefined when none can be read. */
export async function readThermal(root: string): Promise<ThermalLevel | undefined> {
  const directory = join(root, "sys/class/thermal");
  const zones = (await entries(directory)).filter((name) => name.startsWith("thermal_zone"));
  const levels = await Promise.all(zones.map((zone) => readZone(join(directory, zone))));
  return levels.reduce((hottest, level) => {
    if (level === undefined) return hottest;
    return hottest === undefined ? level : hotter(hottest, level);
  }, undefined);
}

async function readZone(zone: string): Promise<ThermalLevel | undefined> {
  const [type, milliCelsius] = await Promise.all([read(join(zone, "type")), read(join(zone, "temp"))]);
  const celsius = (numberOf(milliCelsius) ?? Number.NaN) / 1000;
  if (!isPlausible(celsius)) return undefined;
  if (/batt/i.test(type ?? "")) return batteryThermalLevel(celsius);
  return thermalLevel(celsius, await readTrips(zone));
}

async function readTrips(zone: string): Promise<TripPoints> {
  const trips: { passive?: number; hot?: number; critical?: number } = {};
  for (const file of await entries(zone)) {
    const point = /^trip_point_\d+_type$/.test(file) ? await read(join(zone, file)) : undefined;
    if (point !== "passive" && point !== "hot" && point !== "critical") continue;
    const celsius = (numberOf(await read(join(zone, file.replace("_type", "_temp")))) ?? Number.NaN) / 1000;
    // Boards leave trips that are not in use at 0 or far outside; of several of one kind the lowest counts.
    if (celsius >= 30 && celsius < 150) trips[point] = Math.min(celsius, trips[point] ?? celsius);
  }
  return trips;
}

/** Share of the last ten seconds in which some task waited for a processor, from /proc/pressure/cpu; 0 to 1. */
export async function readCpuPressure(root: string): Promise<number | undefined> {
  const text = await read(join(root, "proc/pressure/cpu"));
  const percent = numberOf(/^some avg10=([\d.]+)/m.exec(text ?? "")?.[1]);
  return percent === undefined ? undefined : Math.min(1, percent / 100);
}

/** MemAvailable and MemTotal of /proc/meminfo. */
export async function readMemory(root: string): Promise<Memory> {
  const text = (await read(join(root, "proc/meminfo"))) ?? "";
  const bytes = (name: string): number | undefined => {
    const kibibytes = numberOf(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1]);
    return kibibytes === undefined ? undefined : kibibytes * 1024;
  };
  const freeMemoryBytes = bytes("MemAvailable");
  const totalMemoryBytes = bytes("MemTotal");
  return {
    ...(freeMemoryBytes === undefined ? {} : { freeMemoryBytes }),
    ...(totalMemoryBytes === undefined ? {} : { totalMemoryBytes }),
  };
}

// Any of these files may be missing, unreadable (Android) or fail on read (a sensor that is off): then it is unknown.
async function read(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch {
    return undefined;
  }
}

async function entries(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).sort();
  } catch {
    return [];
  }
}

function numberOf(text: string | undefined): number | undefined {
  const value = text === undefined || text === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}
