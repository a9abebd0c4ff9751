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

type Power = Pick<DeviceStatus, "batteryLevel" | "charging" | "drawMilliwatts">;
type Memory = Pick<DeviceStatus, "freeMemoryBytes" | "totalMemoryBytes">;

/**
 * Battery and mains from /sys/class/power_supply (Linux ABI sysfs-class-power). Several batteries count as their mean; the
 * battery of a mouse (scope Device) does not count. A battery that drains while plugged in is not charging.
 */
export async function readPower(root: string): Promise<Power> {
  const directory = join(root, "sys/class/power_supply");
  const levels: number[] = [];
  const states = new Set<string>();
  let draw: number | undefined;
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
      const own = status === "Discharging" ? await readDraw(field) : undefined;
      if (own !== undefined) draw = (draw ?? 0) + own;
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
    ...(draw === undefined ? {} : { drawMilliwatts: draw }),
  };
}

/** Milliwatts by `power_now` (µW), else by `current_now` (µA) and `voltage_now` (µV); drivers differ on the sign of a current. */
async function readDraw(field: (name: string) => Promise<string | undefined>): Promise<number | undefined> {
  const microwatts = numberOf(await field("power_now"));
  if (microwatts !== undefined) return microwatts === 0 ? undefined : Math.abs(microwatts) / 1000; // 0: no sensor
  const [current, voltage] = [numberOf(await field("current_now")), numberOf(await field("voltage_now"))];
  return current && voltage ? (Math.abs(current) * voltage) / 1e9 : undefined;
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

/** Share of the last ten seconds in which some task waited for a processor or for memory, from /proc/pressure; 0 to 1. */
export async function readPressure(root: string, resource: "cpu" | "memory"): Promise<number | undefined> {
  const text = await read(join(root, "proc/pressure", resource));
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

/**
 * The kind of network that is up, from /sys/class/net: a cable before radios, loopback and what has no hardware under it
 * (bridges, tunnels) left out. A modem is told by its name, as systemd and Android give it.
 */
export async function readNetwork(root: string): Promise<DeviceStatus["network"]> {
  const directory = join(root, "sys/class/net");
  const kinds = new Set<NonNullable<DeviceStatus["network"]>>();
  for (const name of await entries(directory)) {
    if ((await read(join(directory, name, "operstate"))) === "down" || name === "lo") continue;
    const parts = await entries(join(directory, name));
    if (/^(?:wwan|rmnet|ccmni|wwp)/.test(name)) {
      if ((await read(join(directory, name, "carrier"))) !== "0") kinds.add("cellular");
    } else if (parts.includes("wireless") || parts.includes("phy80211")) kinds.add("wifi");
    else if (parts.includes("device") && (await read(join(directory, name, "carrier"))) === "1") kinds.add("wired");
  }
  for (const kind of ["wired", "wifi", "cellular"] as const) if (kinds.has(kind)) return kind;
  return undefined;
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
