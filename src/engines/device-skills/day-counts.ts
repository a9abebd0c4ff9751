import {
  addDays,
  type CalendarDate,
  dayNumber,
  dayOfYear,
  daysInMonth,
  formatDate,
  formatLongDate,
  fromDayNumber,
  isLeapYear,
  isoWeek,
  MONTHS,
  WEEKDAYS,
  weekdayOf,
} from "./calendar.js";
import { type DateFrame, MONTH_PATTERN, monthIndex, parseDate, readCount } from "./date-words.js";

/** What is known when the answer is made. */
type DayFrame = Pick<DateFrame, "today" | "dayFirst">;
type Answer = (frame: DayFrame) => string;

const WEEKDAY = "(mon|tues|wednes|thurs|fri|satur|sun)days?";
const ON_WEEKDAYS = "Monday to Friday; public holidays are not taken off";

/** Questions that count days within a span, or ask what kind of day one is. */
export const DAY_COUNTS: readonly (readonly [
  pattern: RegExp,
  build: (match: RegExpExecArray) => Answer | undefined,
])[] = [
  [
    /^how many (?:calendar |iso )?weeks (?:are there |are |does |has |were there )?(?:in )?(this year|next year|(?:the year )?\d{4})(?: have| has)?$/,
    ([, year]) => weeksOfYear(year!),
  ],
  [
    new RegExp(
      `^how many (days|weeks)(?: are| do we have)?(?: still)? (?:left|remaining|remain)(?: are there)? (?:in|of) (?:the |this )?(year|month|${MONTH_PATTERN}(?: (\\d{4}))?)$`,
    ),
    ([, unit, span]) => daysLeft(unit!, span!),
  ],
  [
    new RegExp(
      `^(?:is|was|will) (.{2,40}?)(?: be| falls?| fall on)? (?:on )?an? (${WEEKDAY}|weekday|working day|weekend(?: day)?)$`,
    ),
    ([, date, kind]) => isKind(date!, kind!),
  ],
  [
    new RegExp(
      `^how many ${WEEKDAY}(?: are there| are| were there| will there be| does| has)? (?:in )?(?:the (?:month|year) (?:of )?)?(?:${MONTH_PATTERN}(?: (\\d{4}))?|(this month|this year|\\d{4}))(?: have| has)?$`,
    ),
    ([, weekday, month, year, span]) => weekdaysIn(weekday!, span ?? month!, year),
  ],
  [
    new RegExp(
      `^(?:how many |number of )${WEEKDAY}(?: are there| lie)? (?:between|from) (.{1,40}?) (?:and|to|until) (.{1,40})$`,
    ),
    ([, weekday, from, to]) => weekdaysBetween(weekday!, from!, to!),
  ],
  [
    /^(?:how many |number of )?(?:working|business|work|week) ?days(?: are there| lie)? (?:between|from) (.{1,40}?) (?:and|to|until) (.{1,40})$/,
    ([, from, to]) => workdaysBetween(from!, to!),
  ],
  [
    /^how many (?:working|business|work|week) ?days(?: are there| are left| left| is it)? (?:until|till|to|before) (.{1,40})$/,
    ([, to]) => workdaysBetween("today", to!),
  ],
  [
    /^(?:what(?:'s| is| will be)? (?:the )?(?:date |day )?(?:is )?)?(.{1,20}?) (?:working|business|work|week) ?days? (from|after|before) (.{1,40})$/,
    ([, count, side, date]) => workdaysFrom(count!, side!, date!),
  ],
  [
    /^(?:what|when)(?:'s| is| was| date is)? the (\d{1,3})(?:st|nd|rd|th) day of(?: the year)? (\d{4})$/,
    ([, nth, year]) => nthDay(Number(nth), Number(year)),
  ],
  [
    /^(?:how many )?years (?:are there |is it |lie )?(?:between|from) (\d{4}) (?:and|to|until) (\d{4})$/,
    ([, a, b]) =>
      () =>
        `${counted(Math.abs(Number(b) - Number(a)), "year")} from ${a} to ${b}.`,
  ],
  [
    /^what year (?:was it|is it|was|will it be|is|would it be)(?: in)? (.{1,20}?) years? (ago|from now|hence|time)$/,
    ([, count, side]) => yearAway(count!, side!),
  ],
  [/^what year will it be in (.{1,20}?) years?(?:'? time)?$/, ([, count]) => yearAway(count!, "hence")],
  [
    new RegExp(
      `^(?:what(?: date| day)? is )?(?:the )?((?:first|second|third|fourth|fifth|last|1st|2nd|3rd|4th|5th) (?:${WEEKDAY}|day) (?:of|in) ${MONTH_PATTERN} \\d{4})$`,
    ),
    ([, date]) => plainDate(date!),
  ],
];

/** The day a text names, in the frame; or the sentence that says why there is none. */
function dayOf(
  text: string,
  { today, dayFirst }: DayFrame,
  yearless: DateFrame["yearless"] = "this",
): CalendarDate | string {
  const resolved = parseDate(text)!({ today, dayFirst, yearless }); // asked only for what was seen to be a date
  return resolved.kind === "date" ? resolved.date : `There is no such day: ${resolved.reason}.`;
}

function isDate(text: string): boolean {
  return !/^\d{1,4}$/.test(text) && parseDate(text) !== undefined;
}

function weeksOfYear(text: string): Answer {
  return ({ today }) => {
    const year = /\d{4}/.test(text) ? Number(/\d{4}/.exec(text)![0]) : today.year + (text === "next year" ? 1 : 0);
    const { week } = isoWeek({ year, month: 12, day: 28 }); // the last week of a year always holds this day
    const rest = isLeapYear(year) ? 2 : 1;
    return `${year} has ${week} calendar weeks (ISO 8601); its ${rest === 2 ? 366 : 365} days are 52 weeks and ${counted(rest, "day")}.`;
  };
}

function daysLeft(unit: string, span: string): Answer {
  return ({ today }) => {
    const named =
      span === "year" || span === "month" ? undefined : new RegExp(`^${MONTH_PATTERN}(?: (\\d{4}))?$`).exec(span)!;
    const month = named === undefined ? (span === "year" ? 12 : today.month) : monthIndex(named[1]!);
    const year = named?.[2] === undefined ? today.year : Number(named[2]);
    const last = { year, month, day: daysInMonth(year, month) };
    const days = dayNumber(last) - dayNumber(today);
    const name = span === "year" ? String(year) : `${MONTHS[month - 1]} ${year}`;
    if (days < 0) return `${name} is over.`;
    if (named !== undefined && dayNumber({ year, month, day: 1 }) > dayNumber(today))
      return `${name} has not begun; it has ${last.day} days.`;
    const length =
      unit === "weeks"
        ? `${counted(Math.floor(days / 7), "week")} and ${counted(days % 7, "day")}`
        : counted(days, "day");
    return `${length} left in ${name} after today.`;
  };
}

function isKind(date: string, kind: string): Answer | undefined {
  if (!isDate(date)) return undefined;
  return (frame) => {
    const day = dayOf(date, frame);
    if (typeof day === "string") return day;
    const weekday = weekdayOf(day);
    const free = weekday === 0 || weekday === 6;
    const yes = kind.startsWith("weekend") ? free : /^(?:weekday|working)/.test(kind) ? !free : matches(weekday, kind);
    const verb = dayNumber(day) < dayNumber(frame.today) ? "was" : "is";
    return `${yes ? "Yes" : "No"}: ${formatDate(day)} ${verb} a ${WEEKDAYS[weekday]}.`;
  };
}

function matches(weekday: number, name: string): boolean {
  return WEEKDAYS[weekday]!.toLowerCase().startsWith(name.replace(/days?$/, ""));
}

function weekdaysIn(name: string, span: string, year: string | undefined): Answer {
  return ({ today }) => {
    const whole = span === "this year" || /^\d/.test(span);
    const chosen = /^\d/.test(span) ? Number(span) : Number(year ?? today.year);
    const month = span === "this month" ? today.month : whole ? 1 : monthIndex(span);
    const first = { year: chosen, month, day: 1 };
    const last = whole ? { year: chosen, month: 12, day: 31 } : { ...first, day: daysInMonth(chosen, month) };
    return `${whole ? chosen : `${MONTHS[month - 1]} ${chosen}`} has ${countWeekdays(name, first, last)}.`;
  };
}

function weekdaysBetween(name: string, from: string, to: string): Answer | undefined {
  return spanOf(
    from,
    to,
    (first, last) =>
      `${countWeekdays(name, first, last)} from ${formatDate(first)} to ${formatDate(last)}, both days included.`,
  );
}

function countWeekdays(name: string, first: CalendarDate, last: CalendarDate): string {
  const index = WEEKDAYS.findIndex((_, weekday) => matches(weekday, name));
  const ahead = (index - weekdayOf(first) + 7) % 7;
  const days = dayNumber(last) - dayNumber(first) - ahead;
  return counted(days < 0 ? 0 : Math.floor(days / 7) + 1, WEEKDAYS[index]!);
}

function workdaysBetween(from: string, to: string): Answer | undefined {
  return spanOf(
    from,
    to,
    (first, last) =>
      `${counted(workdays(first, last), "working day")} from ${formatDate(first)} to ${formatDate(last)}, the last day not counted (${ON_WEEKDAYS}).`,
  );
}

/** Of the days from one to before another. */
function workdays(first: CalendarDate, last: CalendarDate): number {
  const days = dayNumber(last) - dayNumber(first);
  let count = Math.floor(days / 7) * 5;
  for (let day = addDays(first, days - (days % 7)); dayNumber(day) < dayNumber(last); day = addDays(day, 1)) {
    if (weekdayOf(day) % 6 !== 0) count++;
  }
  return count;
}

function spanOf(
  from: string,
  to: string,
  say: (first: CalendarDate, last: CalendarDate) => string,
): Answer | undefined {
  if (!isDate(from) || !isDate(to)) return undefined;
  return (frame) => {
    const first = dayOf(from, frame);
    if (typeof first === "string") return first;
    const isRelative = /\b(?:today|now|tomorrow|yesterday|in|ago)\b/.test(to);
    const last = dayOf(to, isRelative ? frame : { ...frame, today: first }, "coming");
    if (typeof last === "string") return last;
    return dayNumber(first) <= dayNumber(last) ? say(first, last) : say(last, first);
  };
}

function workdaysFrom(countWords: string, side: string, date: string): Answer | undefined {
  const count = readCount(countWords);
  if (count === undefined || count < 1 || count > 10_000 || !isDate(date)) return undefined;
  return (frame) => {
    let day = dayOf(date, frame);
    if (typeof day === "string") return day;
    const start = formatDate(day);
    const step = side === "before" ? -1 : 1;
    for (let left = count; left > 0; ) {
      day = addDays(day, step);
      if (weekdayOf(day) % 6 !== 0) left--;
    }
    return `${counted(count, "working day")} ${step < 0 ? "before" : "after"} ${start} is ${formatLongDate(day)} (${ON_WEEKDAYS}).`;
  };
}

function nthDay(nth: number, year: number): Answer | undefined {
  const days = isLeapYear(year) ? 366 : 365;
  if (nth < 1 || year < 1) return undefined;
  if (nth > days) return () => `There is no such day: ${year} has ${days} days.`;
  const day = fromDayNumber(dayNumber({ year, month: 1, day: 1 }) + nth - 1);
  return () => `Day ${dayOfYear(day)} of ${year} is ${formatLongDate(day)}.`;
}

function yearAway(countWords: string, side: string): Answer | undefined {
  const count = readCount(countWords);
  if (count === undefined || count > 9000) return undefined;
  return ({ today }) => (side === "ago" ? `It was ${today.year - count}.` : `It will be ${today.year + count}.`);
}

function plainDate(text: string): Answer | undefined {
  if (!isDate(text)) return undefined;
  const small = /^(?:of|in|day|first|second|third|fourth|fifth|last)$/;
  const name = text.replace(/[a-z]+/g, (word) => (small.test(word) ? word : word[0]!.toUpperCase() + word.slice(1)));
  return (frame) => {
    const day = dayOf(text, frame);
    return typeof day === "string" ? day : `The ${name} is ${formatLongDate(day)}.`;
  };
}

function counted(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? "" : "s"}`;
}
