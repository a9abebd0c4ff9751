import { type CalendarDate, dayNumber } from "./calendar.js";

/** What a wall clock shows. */
export interface WallTime {
  readonly date: CalendarDate;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** Wall clocks of the world, through Intl. */
export interface TimeZones {
  /** Whether other zones than the machine's can be told: a lite Hermes has no Intl. */
  readonly available: boolean;
  /** The zone of the running machine; undefined without Intl. */
  own(): string | undefined;
  /** What the clock shows in a zone; undefined as zone means the machine's own. */
  at(ms: number, zone: string | undefined): WallTime;
  /** The instants at which a clock there shows this: none in the hour skipped in spring, two in the one repeated in autumn. */
  instants(wall: WallTime, zone: string | undefined): readonly number[];
  /** Minutes ahead of UTC. */
  offsetMinutes(ms: number, zone: string | undefined): number;
}

/** Formatters are slow to make (about 50 µs and more), so each zone's is kept for as long as the skills live. */
export function timeZones(): TimeZones {
  const available = typeof Intl !== "undefined";
  const formatters = new Map<string, Intl.DateTimeFormat>();
  const at = (ms: number, zone: string | undefined): WallTime => {
    if (zone === undefined) return machineTime(ms);
    let formatter = formatters.get(zone);
    if (formatter === undefined) {
      formatter = new Intl.DateTimeFormat("en-US", {
        timeZone: zone,
        hourCycle: "h23",
        calendar: "gregory",
        numberingSystem: "latn",
        era: "short",
        year: "numeric",
        month: "numeric",
        day: "numeric",
        hour: "numeric",
        minute: "numeric",
        second: "numeric",
      });
      formatters.set(zone, formatter);
    }
    const parts: Record<string, string> = {};
    for (const { type, value } of formatter.formatToParts(ms)) parts[type] = value;
    const year = Number(parts["year"]);
    return {
      date: { year: parts["era"] === "BC" ? 1 - year : year, month: Number(parts["month"]), day: Number(parts["day"]) },
      hour: Number(parts["hour"]) % 24,
      minute: Number(parts["minute"]),
      second: Number(parts["second"]),
    };
  };
  const offsetMinutes = (ms: number, zone: string | undefined): number =>
    Math.round((asIfUtc(at(ms, zone)) - Math.floor(ms / 1000) * 1000) / 60_000);
  return {
    available,
    own: () => (available ? new Intl.DateTimeFormat().resolvedOptions().timeZone : undefined),
    at,
    offsetMinutes,
    instants(wall, zone) {
      const naive = asIfUtc(wall);
      const offsets = new Set([naive - 86_400_000, naive + 86_400_000].map((ms) => offsetMinutes(ms, zone)));
      const candidates = [...offsets].map((offset) => naive - offset * 60_000);
      return candidates.filter((ms) => asIfUtc(at(ms, zone)) === naive).sort((a, b) => a - b);
    },
  };
}

function machineTime(ms: number): WallTime {
  const date = new Date(ms);
  return {
    date: { year: date.getFullYear(), month: date.getMonth() + 1, day: date.getDate() },
    hour: date.getHours(),
    minute: date.getMinutes(),
    second: date.getSeconds(),
  };
}

function asIfUtc({ date, hour, minute, second }: WallTime): number {
  return dayNumber(date) * 86_400_000 + ((hour * 60 + minute) * 60 + second) * 1000;
}
