import { readNumberWords } from "../../core/number-words.js";
import { toNumber } from "../../core/rational.js";
import {
  addDays,
  addMonths,
  type CalendarDate,
  dayNumber,
  daysInMonth,
  easterSunday,
  formatDate,
  formatLongDate,
  MONTHS,
  nthWeekday,
  WEEKDAYS,
  weekdayOf,
} from "./calendar.js";

/** What a date in words is reckoned from. */
export interface DateFrame {
  readonly today: CalendarDate;
  /** Whether 03/04/2027 is 3 April. */
  readonly dayFirst: boolean;
  /** Which 3 March is meant when no year is said: that of this year, the coming one, the one gone by. */
  readonly yearless: "this" | "coming" | "past";
}

/** The day meant, and what has to be said about the reading; or why there is no such day. */
export type ResolvedDate =
  | {
      readonly kind: "date";
      readonly date: CalendarDate;
      /** How an ambiguous writing was read. */
      readonly note?: string;
      /** A name for it: `Christmas`. */
      readonly name?: string;
    }
  | { readonly kind: "impossible"; readonly reason: string };

/** A date that was read; which day it is depends on the day it is asked. */
export type DateReading = (frame: DateFrame) => ResolvedDate;

/** So many days and months. */
export interface DateAmount {
  readonly days: number;
  readonly months: number;
  readonly text: string;
}

const MONTH =
  "(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?";
const WEEKDAY = "(sun|mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?)(?:day)?";
const ORDINALS = ["first", "second", "third", "fourth", "fifth"];

const FORMS: readonly (readonly [pattern: RegExp, build: (match: RegExpExecArray) => DateReading | undefined])[] = [
  [/^(?:today|now|this day)$/, () => relativeDay(0)],
  [/^tomorrow$/, () => relativeDay(1)],
  [/^yesterday$/, () => relativeDay(-1)],
  [/^(?:the )?day after tomorrow$/, () => relativeDay(2)],
  [/^(?:the )?day before yesterday$/, () => relativeDay(-2)],
  [/^(\d{4})-(\d{1,2})-(\d{1,2})$/, ([, y, m, d]) => fixed(Number(y), Number(m), Number(d))],
  [/^(\d{4})\/(\d{1,2})\/(\d{1,2})$/, ([, y, m, d]) => fixed(Number(y), Number(m), Number(d))],
  [/^(\d{1,2})\.(\d{1,2})\.(\d{4})$/, ([, d, m, y]) => fixed(Number(y), Number(m), Number(d))],
  [/^(\d{1,2})[/-](\d{1,2})[/-](\d{4})$/, ([text, a, b, y]) => numeric(text, Number(a), Number(b), Number(y))],
  [
    new RegExp(`^(?:${WEEKDAY} )?(?:the )?(\\d{1,2})(?:st|nd|rd|th)?(?: of)? ${MONTH}(?: (\\d{4}))?$`),
    ([, , d, m, y]) => named(Number(d), m!, y),
  ],
  [
    new RegExp(`^(?:${WEEKDAY} )?${MONTH} (?:the )?(\\d{1,2})(?:st|nd|rd|th)?(?: (\\d{4}))?$`),
    ([, , m, d, y]) => named(Number(d), m!, y),
  ],
  [new RegExp(`^(?:this |the coming |coming |on )?${WEEKDAY}$`), ([, w]) => comingWeekday(w!)],
  [new RegExp(`^next ${WEEKDAY}$`), ([, w]) => nextWeekday(w!)],
  [new RegExp(`^(?:last|the last|past|previous) ${WEEKDAY}$`), ([, w]) => lastWeekday(w!)],
  [
    new RegExp(
      `^(?:the )?(first|second|third|fourth|fifth|last|1st|2nd|3rd|4th|5th) ${WEEKDAY} (?:of|in) ${MONTH}(?: (\\d{4}))?$`,
    ),
    ([, nth, w, m, y]) => weekdayOfMonth(nth!, w!, m!, y),
  ],
  [
    new RegExp(`^(?:the )?(first|last) day of ${MONTH}(?: (\\d{4}))?$`),
    ([, end, m, y]) => monthEnd(end === "last", monthIndex(m!), y),
  ],
  [
    /^(?:the )?(?:end|last day) of (?:this|the) month$/,
    () =>
      ({ today }) =>
        found({ ...today, day: daysInMonth(today.year, today.month) }),
  ],
  [
    /^(?:the )?(?:end|last day) of (?:this|the) year$/,
    () =>
      ({ today }) =>
        found({ year: today.year, month: 12, day: 31 }),
  ],
  [/^(.+?)(?: of)?(?: (\d{4}|(?:this|next|last) year))?$/, ([, name, y]) => holiday(name!, y)],
];

/** Reads one day in words or digits; undefined when the whole text is not one. Bounded in length. */
export function parseDate(text: string, depth = 0): DateReading | undefined {
  const tidy = text.toLowerCase().replace(/,/g, " ").replace(/\s+/g, " ").trim().replace(/^on /, "");
  if (tidy === "" || tidy.length > 80 || depth > 3) return undefined;
  for (const [pattern, build] of FORMS) {
    const match = pattern.exec(tidy);
    const reading = match === null ? undefined : build(match);
    if (reading !== undefined) return reading;
  }
  return parseShifted(tidy, depth);
}

/** `in 3 weeks`, `45 days from now`, `90 days before 1 June 2027`, `2027-06-01 - 90 days`. */
function parseShifted(text: string, depth: number): DateReading | undefined {
  const ago = /^(.+?) (ago|later|from (?:now|today)|hence)$/.exec(text) ?? /^(in|within) (.+)$/.exec(text);
  if (ago !== null) {
    const amount = parseDateAmount(ago[1] === "in" || ago[1] === "within" ? ago[2]! : ago[1]!);
    if (amount !== undefined) return shifted(relativeDay(0), amount, ago[2] === "ago" ? -1 : 1);
  }
  const side = /^(.{1,40}?) (before|after|from|prior to|following) (.{1,60})$/.exec(text);
  if (side !== null) {
    const amount = parseDateAmount(side[1]!);
    const base = amount === undefined ? undefined : parseDate(side[3]!, depth + 1);
    if (base !== undefined) return shifted(base, amount!, /^(?:before|prior)/.test(side[2]!) ? -1 : 1);
  }
  const sum = /^(.{1,60}?) (plus|minus|\+|-|−) (.{1,40})$/.exec(text);
  const amount = sum === null ? undefined : parseDateAmount(sum[3]!);
  const base = amount === undefined ? undefined : parseDate(sum![1]!, depth + 1);
  return base === undefined ? undefined : shifted(base, amount!, /^(?:plus|\+)$/.test(sum![2]!) ? 1 : -1);
}

/** `3 weeks`, `2 months and 3 days`, `a fortnight`. Undefined for anything finer than a day. */
export function parseDateAmount(text: string): DateAmount | undefined {
  const parts = text.trim().split(/ and |, ?/);
  let days = 0;
  let months = 0;
  const words: string[] = [];
  for (const part of parts) {
    const match = /^(.{1,30}?) (day|week|fortnight|month|year|decade)s?(?:'s? time)?$/i.exec(part.trim());
    const count = match === null ? undefined : readCount(match[1]!);
    if (count === undefined || count > 100_000) return undefined;
    const unit = match![2]!.toLowerCase();
    if (unit === "day") days += count;
    else if (unit === "week") days += 7 * count;
    else if (unit === "fortnight") days += 14 * count;
    else months += count * (unit === "month" ? 1 : unit === "year" ? 12 : 120);
    words.push(`${count} ${unit}${count === 1 ? "" : "s"}`);
  }
  return { days, months, text: words.join(" and ") };
}

/** A whole count in digits or words, `a` and `an` included. */
export function readCount(text: string): number | undefined {
  const lower = text.trim().toLowerCase();
  if (/^\d{1,7}$/.test(lower)) return Number(lower);
  if (/^an?$/.test(lower)) return 1;
  const words = lower.split(/[\s-]+/);
  const reading = words.length > 8 ? undefined : readNumberWords(words);
  return reading?.words === words.length && reading.value.d === 1n ? toNumber(reading.value) : undefined;
}

/** 1 to 12 for a month's name or its first three letters. */
export function monthIndex(name: string): number {
  return MONTHS.findIndex((month) => month.toLowerCase().startsWith(name.slice(0, 3).toLowerCase())) + 1;
}

/** The source of a pattern that matches the name of a month, in lower case. */
export const MONTH_PATTERN: string = MONTH;

function found(date: CalendarDate, facts: { note?: string; name?: string } = {}): ResolvedDate {
  return { kind: "date", date, ...facts };
}

function relativeDay(days: number): DateReading {
  return ({ today }) => found(addDays(today, days));
}

function shifted(base: DateReading, amount: DateAmount, sign: 1 | -1): DateReading {
  return (frame) => {
    const from = base(frame);
    if (from.kind === "impossible") return from;
    const moved = addMonths(from.date, sign * amount.months);
    const date = addDays(moved, sign * amount.days);
    if (date.year < 1 || date.year > 9999 || Number.isNaN(date.year))
      return { kind: "impossible", reason: "that day lies outside the years 1 to 9999" };
    const clamped = amount.months > 0 && moved.day !== from.date.day;
    const note = clamped
      ? `${MONTHS[moved.month - 1]} ${moved.year} has no day ${from.date.day}, so its last day was taken`
      : from.note;
    return found(date, note === undefined ? {} : { note });
  };
}

function fixed(year: number, month: number, day: number): DateReading {
  const problem = whyImpossible(year, month, day);
  return () => (problem === undefined ? found({ year, month, day }) : { kind: "impossible", reason: problem });
}

function whyImpossible(year: number, month: number, day: number): string | undefined {
  if (year < 1 || year > 9999) return "only the years 1 to 9999 are known here";
  if (month < 1 || month > 12) return `there is no month ${month}`;
  const days = daysInMonth(year, month);
  return day >= 1 && day <= days
    ? undefined
    : `${MONTHS[month - 1]} ${year} has ${days} days, so there is no day ${day} in it`;
}

/** 03/04/2027: where both readings are days, the locale decides and the answer says so. */
function numeric(text: string, a: number, b: number, year: number): DateReading {
  return ({ dayFirst }) => {
    const asDayFirst = { year, month: b, day: a };
    const asMonthFirst = { year, month: a, day: b };
    const [first, second] = dayFirst ? [asDayFirst, asMonthFirst] : [asMonthFirst, asDayFirst];
    const problem = whyImpossible(first.year, first.month, first.day);
    const otherPossible = whyImpossible(second.year, second.month, second.day) === undefined;
    if (problem !== undefined) return otherPossible ? found(second) : { kind: "impossible", reason: problem };
    if (!otherPossible || a === b) return found(first);
    return found(first, {
      note: `reading ${text} as ${formatDate(first)}; the other way round it is ${formatDate(second)}`,
    });
  };
}

function named(day: number, monthName: string, year: string | undefined): DateReading | undefined {
  const month = monthIndex(monthName);
  if (year !== undefined) return fixed(Number(year), month, day);
  if (day < 1 || day > 31) return undefined;
  return (frame) => {
    const chosen = yearFor(frame, (candidate) => ({
      year: candidate,
      month,
      day: Math.min(day, daysInMonth(candidate, month)),
    }));
    for (let leap = chosen; month === 2 && day === 29 && leap < chosen + 8; leap++)
      if (daysInMonth(leap, 2) === 29) return found({ year: leap, month, day });
    return fixed(chosen, month, day)(frame);
  };
}

/** The year that makes a yearless day this year's, the coming one or the one gone by. */
function yearFor({ today, yearless }: DateFrame, dayIn: (year: number) => CalendarDate): number {
  const difference = dayNumber(dayIn(today.year)) - dayNumber(today);
  if (yearless === "coming" && difference < 0) return today.year + 1;
  if (yearless === "past" && difference > 0) return today.year - 1;
  return today.year;
}

function weekdayIndex(name: string): number {
  return WEEKDAYS.findIndex((weekday) => weekday.toLowerCase().startsWith(name.slice(0, 3)));
}

function daysUntilWeekday(today: CalendarDate, name: string): number {
  return (weekdayIndex(name) - weekdayOf(today) + 7) % 7 || 7;
}

function comingWeekday(name: string): DateReading {
  return ({ today, yearless }) => {
    const ahead = daysUntilWeekday(today, name);
    return found(addDays(today, yearless === "past" ? ahead - 7 || -7 : ahead));
  };
}

/** On a Monday, `next Friday` is this week's for some and next week's for others: the first one is taken, both are named. */
function nextWeekday(name: string): DateReading {
  return ({ today }) => {
    const ahead = daysUntilWeekday(today, name);
    const coming = addDays(today, ahead);
    const daysLeftInWeek = (7 - weekdayOf(today)) % 7;
    if (ahead > daysLeftInWeek) return found(coming);
    const later = addDays(coming, 7);
    return found(coming, { note: `the coming one; the one of next week is ${formatLongDate(later)}` });
  };
}

function lastWeekday(name: string): DateReading {
  return ({ today }) => found(addDays(today, daysUntilWeekday(today, name) - 7 || -7));
}

function weekdayOfMonth(nth: string, weekday: string, monthName: string, year: string | undefined): DateReading {
  const month = monthIndex(monthName);
  const count = nth === "last" ? -1 : /^\d/.test(nth) ? Number(nth[0]) : ORDINALS.indexOf(nth) + 1;
  const inYear = (candidate: number): CalendarDate | undefined =>
    nthWeekday(candidate, month, weekdayIndex(weekday), count);
  return (frame) => {
    const chosen = year === undefined ? yearFor(frame, (candidate) => inYear(candidate) ?? frame.today) : Number(year);
    const date = inYear(chosen);
    return date === undefined
      ? {
          kind: "impossible",
          reason: `${MONTHS[month - 1]} ${chosen} has no ${nth} ${WEEKDAYS[weekdayIndex(weekday)]}`,
        }
      : found(date);
  };
}

function monthEnd(last: boolean, month: number, year: string | undefined): DateReading {
  const inYear = (candidate: number): CalendarDate => ({
    year: candidate,
    month,
    day: last ? daysInMonth(candidate, month) : 1,
  });
  return (frame) => found(inYear(year === undefined ? yearFor(frame, inYear) : Number(year)));
}

const HOLIDAYS: Readonly<Record<string, readonly [name: string, day: (year: number) => CalendarDate]>> = {
  christmas: ["Christmas Day", (year) => ({ year, month: 12, day: 25 })],
  "christmas day": ["Christmas Day", (year) => ({ year, month: 12, day: 25 })],
  "christmas eve": ["Christmas Eve", (year) => ({ year, month: 12, day: 24 })],
  xmas: ["Christmas Day", (year) => ({ year, month: 12, day: 25 })],
  "boxing day": ["Boxing Day", (year) => ({ year, month: 12, day: 26 })],
  "new year": ["New Year's Day", (year) => ({ year, month: 1, day: 1 })],
  "new years": ["New Year's Day", (year) => ({ year, month: 1, day: 1 })],
  "new years day": ["New Year's Day", (year) => ({ year, month: 1, day: 1 })],
  "new years eve": ["New Year's Eve", (year) => ({ year, month: 12, day: 31 })],
  halloween: ["Halloween", (year) => ({ year, month: 10, day: 31 })],
  "valentines day": ["Valentine's Day", (year) => ({ year, month: 2, day: 14 })],
  "st patricks day": ["St Patrick's Day", (year) => ({ year, month: 3, day: 17 })],
  easter: ["Easter Sunday", easterSunday],
  "easter sunday": ["Easter Sunday", easterSunday],
  "easter monday": ["Easter Monday", (year) => addDays(easterSunday(year), 1)],
  "good friday": ["Good Friday", (year) => addDays(easterSunday(year), -2)],
  "ash wednesday": ["Ash Wednesday", (year) => addDays(easterSunday(year), -46)],
  pentecost: ["Pentecost", (year) => addDays(easterSunday(year), 49)],
  thanksgiving: ["Thanksgiving (US)", (year) => nthWeekday(year, 11, 4, 4)!], // November always has a fourth Thursday
  "black friday": ["Black Friday (US)", (year) => addDays(nthWeekday(year, 11, 4, 4)!, 1)],
  "mothers day": ["Mother's Day (second Sunday of May)", (year) => nthWeekday(year, 5, 0, 2)!], // there always is one
  "fathers day": ["Father's Day (third Sunday of June)", (year) => nthWeekday(year, 6, 0, 3)!],
  "labor day": ["Labor Day (US)", (year) => nthWeekday(year, 9, 1, 1)!], // every month has a first Monday
};

const YEAR_OFFSETS: Readonly<Record<string, number>> = { "last year": -1, "this year": 0, "next year": 1 };

function holiday(name: string, year: string | undefined): DateReading | undefined {
  const key = name.replace(/['’]/g, "").replace(/^the /, "");
  const entry = Object.hasOwn(HOLIDAYS, key) ? HOLIDAYS[key] : undefined;
  if (entry === undefined) return undefined;
  const [shown, dayIn] = entry;
  const offset = year === undefined ? undefined : YEAR_OFFSETS[year];
  if (offset !== undefined) return ({ today }) => found(dayIn(today.year + offset), { name: shown });
  if (
    year !== undefined &&
    (Number(year) < 1 || (/easter|friday|wednesday|pentecost/.test(key) && Number(year) < 1583))
  )
    return undefined;
  return (frame) => {
    const coming: DateFrame = frame.yearless === "this" ? { ...frame, yearless: "coming" } : frame;
    return found(dayIn(year === undefined ? yearFor(coming, dayIn) : Number(year)), { name: shown });
  };
}
