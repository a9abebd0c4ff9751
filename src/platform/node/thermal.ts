import type { DeviceStatus } from "../../core/ports.js";

/** How hot a part of the device is. */
export type ThermalLevel = NonNullable<DeviceStatus["thermal"]>;

/** A zone's own limits in °C, as its driver states them. */
export interface TripPoints {
  /** The kernel slows the part down from here. */
  readonly passive?: number;
  /** The kernel warns from here. */
  readonly hot?: number;
  /** The kernel switches the device off from here. */
  readonly critical?: number;
}

const LEVELS: readonly ThermalLevel[] = ["nominal", "fair", "serious", "critical"];

/**
 * Level of a processor or board in °C: below 60 nominal, below 75 fair, below 90 serious, else critical. A zone with trip
 * points is judged by them: fair from 15 below passive, serious from passive, critical from hot, or half-way between
 * passive and switching off. Without a passive one, a hot or critical trip can only lower the limit of 90.
 */
export function thermalLevel(celsius: number, trips: TripPoints = {}): ThermalLevel {
  const { passive, hot, critical } = trips;
  if (passive === undefined) return levelOf(celsius, [60, 75, Math.min(90, hot ?? 90, critical ?? 90)]);
  const limit = hot ?? (critical === undefined ? passive + 15 : (passive + critical) / 2);
  return levelOf(celsius, [passive - 15, passive, Math.max(passive, limit)]);
}

/** Level of a battery in °C: below 40 nominal, below 45 fair, below 50 serious, else critical; cells age fast above 45. */
export function batteryThermalLevel(celsius: number): ThermalLevel {
  return levelOf(celsius, [40, 45, 50]);
}

/** The hotter of two levels. */
export function hotter(a: ThermalLevel, b: ThermalLevel): ThermalLevel {
  return LEVELS.indexOf(a) >= LEVELS.indexOf(b) ? a : b;
}

/** A reading that a thermometer can give; drivers report 0, -274 or 200 for a sensor that is off. */
export function isPlausible(celsius: number): boolean {
  return celsius > -30 && celsius !== 0 && celsius < 150;
}

function levelOf(celsius: number, limits: readonly [fair: number, serious: number, critical: number]): ThermalLevel {
  if (celsius >= limits[2]) return "critical";
  if (celsius >= limits[1]) return "serious";
  return celsius >= limits[0] ? "fair" : "nominal";
}
