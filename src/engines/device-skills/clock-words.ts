import { readCount } from "./date-words.js";

/** The source of a pattern for a time of day in lower case, as one group. */
export const CLOCK_PATTERN: string = "(\\d{1,2}(?::\\d\\d)?(?: ?[ap]\\.?m\\.?)?|noon|midnight)";

/** A time of day, from 00:00 to 23:59. */
export interface ClockReading {
  readonly hour: number;
  readonly minute: number;
}

/** `9:15`, `5 pm`, `noon`; undefined for a bare number, which is no time. */
export function parseClock(text: string): ClockReading | undefined {
  if (text === "noon") return { hour: 12, minute: 0 };
  if (text === "midnight") return { hour: 0, minute: 0 };
  const match = /^(\d{1,2})(?::(\d\d))?(?: ?([ap])\.?m\.?)?$/.exec(text);
  if (match === null || (match[2] === undefined && match[3] === undefined)) return undefined;
  const hour = Number(match[1]);
  const minute = Number(match[2] ?? 0);
  if (minute > 59 || (match[3] === undefined ? hour > 23 : hour < 1 || hour > 12)) return undefined;
  return { hour: match[3] === undefined ? hour : (hour % 12) + (match[3] === "p" ? 12 : 0), minute };
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { second: 1, sec: 1, minute: 60, min: 60, hour: 3600, hr: 3600 };

/** `2 hours and 15 minutes`, `half an hour`, in seconds. */
export function parseDuration(text: string): number | undefined {
  if (/^half an hour$/.test(text)) return 1800;
  let total = 0;
  for (const part of text.split(/ and |, ?/)) {
    const match = /^(.{1,30}?)(?: and a half)? ?(second|sec|minute|min|hour|hr)s?$/.exec(part.trim());
    const count = match === null ? undefined : readCount(match[1]!);
    if (count === undefined) return undefined;
    total += count * UNIT_SECONDS[match![2]!]!;
  }
  return total > 0 && total < 1e9 ? total : undefined;
}

/** A length of time in hours and minutes, or all in the unit that was asked for; rounded up. */
export function spanText(ms: number, unit: string | undefined): string {
  const seconds = Math.ceil(ms / 1000);
  if (unit === "seconds") return `${seconds} seconds`;
  const minutes = Math.ceil(seconds / 60);
  if (unit === "minutes") return `${minutes} minutes`;
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  const words = [
    hours === 0 ? "" : `${hours} ${hours === 1 ? "hour" : "hours"}`,
    rest === 0 ? "" : `${rest} ${rest === 1 ? "minute" : "minutes"}`,
  ];
  return words.filter((word) => word !== "").join(" and ");
}

/** `15:04`, and `15:04:05` with seconds. */
export function clockText(
  { hour, minute, second }: ClockReading & { readonly second?: number },
  seconds = false,
): string {
  const two = (part: number): string => String(part).padStart(2, "0");
  return `${two(hour)}:${two(minute)}${seconds ? `:${two(second ?? 0)}` : ""}`;
}
