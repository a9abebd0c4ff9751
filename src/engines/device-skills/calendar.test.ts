import fc from "fast-check";
import { expect, test } from "vitest";
import {
  addDays,
  addMonths,
  calendarDifference,
  dayNumber,
  dayOfYear,
  daysInMonth,
  easterSunday,
  fromDayNumber,
  isoWeek,
  nthWeekday,
  weekdayOf,
} from "./calendar.js";

/** From Python 3's datetime: isocalendar, weekday, day of the year. */
const GOLDEN: readonly (readonly [date: string, week: readonly [number, number], weekday: number, ordinal: number])[] =
  [
    ["2090-10-24", [2090, 43], 2, 297],
    ["1827-01-31", [1827, 5], 3, 31],
    ["2176-02-22", [2176, 8], 4, 53],
    ["1901-01-27", [1901, 4], 0, 27],
    ["2139-04-18", [2139, 16], 6, 108],
    ["2024-03-01", [2024, 9], 5, 61],
    ["1664-07-23", [1664, 30], 3, 205],
    ["2021-01-03", [2020, 53], 0, 3],
    ["2020-12-31", [2020, 53], 4, 366],
    ["2026-12-28", [2026, 53], 1, 362],
    ["2027-01-03", [2026, 53], 0, 3],
    ["2024-12-30", [2025, 1], 1, 365],
  ];

test.each(GOLDEN)(
  "%s has the ISO week, weekday and ordinal that Python gives it",
  (text, [year, week], weekday, ordinal) => {
    const [y, m, d] = text.split("-").map(Number);
    const date = { year: y!, month: m!, day: d! };
    expect(isoWeek(date)).toEqual({ year, week });
    expect(weekdayOf(date)).toBe(weekday);
    expect(dayOfYear(date)).toBe(ordinal);
  },
);

test("knows Easter of years whose dates are published", () => {
  const published = {
    1818: [3, 22],
    1943: [4, 25],
    2000: [4, 23],
    2024: [3, 31],
    2025: [4, 20],
    2026: [4, 5],
    2027: [3, 28],
    2038: [4, 25],
  };
  for (const [year, [month, day]] of Object.entries(published))
    expect(easterSunday(Number(year))).toEqual({ year: Number(year), month, day });
});

test("numbers days both ways, the first century included", () => {
  fc.assert(
    fc.property(fc.integer({ min: -719_162, max: 2_932_896 }), (days) => {
      expect(dayNumber(fromDayNumber(days))).toBe(days);
    }),
  );
  expect(fromDayNumber(dayNumber({ year: 50, month: 2, day: 28 }))).toEqual({ year: 50, month: 2, day: 28 });
});

test("keeps to the end of a shorter month", () => {
  expect(addMonths({ year: 2027, month: 1, day: 31 }, 1)).toEqual({ year: 2027, month: 2, day: 28 });
  expect(addMonths({ year: 2027, month: 1, day: 31 }, -11)).toEqual({ year: 2026, month: 2, day: 28 });
  expect(daysInMonth(1900, 2)).toBe(28);
});

test("splits a span into years, months and days that add up again", () => {
  fc.assert(
    fc.property(fc.integer({ min: -50_000, max: 50_000 }), fc.nat(40_000), (start, length) => {
      const from = fromDayNumber(start);
      const { years, months, days } = calendarDifference(from, addDays(from, length));
      expect(dayNumber(addMonths(from, years * 12 + months)) + days).toBe(start + length);
      expect(months).toBeLessThan(12);
      expect(days).toBeLessThan(32);
    }),
  );
});

test("finds the nth and the last weekday of a month", () => {
  expect(nthWeekday(2026, 11, 4, 4)).toEqual({ year: 2026, month: 11, day: 26 });
  expect(nthWeekday(2027, 5, 5, -1)).toEqual({ year: 2027, month: 5, day: 28 });
  expect(nthWeekday(2027, 2, 1, 5)).toBeUndefined();
});
