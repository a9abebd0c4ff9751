import {
  type CalendarDate,
  calendarDifference,
  dayNumber,
  dayOfYear,
  daysInMonth,
  formatDate,
  formatLongDate,
  isLeapYear,
  isoWeek,
  MONTHS,
  WEEKDAYS,
  weekdayOf,
} from "./calendar.js";
import { type DateFrame, type DateReading, MONTH_PATTERN, monthIndex, parseDate } from "./date-words.js";
import { DAY_COUNTS } from "./day-counts.js";
import { findPlace } from "./places.js";
import type { Skill, SkillContext } from "./skill.js";
import type { TimeZones } from "./time-zones.js";

type Answer = (now: Now) => string;

/** What the date skill knows when it answers. */
interface Now {
  readonly today: CalendarDate;
  readonly dayFirst: boolean;
  readonly todayIn: (zone: string) => CalendarDate;
}

/** What day it is, was and will be; days between days; ages; week numbers, leap years, days of the year. */
export function dateSkill(zones: TimeZones): Skill {
  return ({ sentence, subject, cue }) => {
    if (sentence.length > 160 || !MENTIONS_DATE.test(sentence)) return undefined;
    const lower = sentence.toLowerCase().replace(/\s+/g, " ").replace(/’/g, "'");
    const answer = parseQuestion(lower, cue === "none" ? undefined : subject.toLowerCase().replace(/’/g, "'"));
    return answer === undefined
      ? undefined
      : { skill: "dates", answer: (context) => ({ text: answer(nowOf(context, zones)) }) };
  };
}

const MENTIONS_DATE =
  /\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)?days?|dates?|weekdays?|weekend|weeks?|months?|years?|today'?s?|tomorrow|yesterday|old|age|leap|until|till|since|when|ago|before|after|from)\b/i;

function nowOf({ clock, timeZone, locale }: SkillContext, zones: TimeZones): Now {
  const ms = clock.nowMs();
  return {
    today: zones.at(ms, timeZone ?? zones.own()).date,
    dayFirst: isDayFirst(locale),
    todayIn: (zone) => zones.at(ms, zone).date,
  };
}

/** The United States and a few others write the month first. */
function isDayFirst(locale: string): boolean {
  return !/^(?:en|en-US|en-US-.*|.*-PH|.*-US)$/.test(locale);
}

function parseQuestion(sentence: string, subject: string | undefined): Answer | undefined {
  for (const [pattern, build] of BEGINS_FORM.test(sentence) ? ALL_FORMS : []) {
    const match = pattern.exec(sentence);
    const answer = match === null ? undefined : build(match);
    if (answer !== undefined) return answer;
  }
  return parseBareShift(sentence, subject);
}

/** How the forms begin: a first look, because thirty patterns take 2 us to say no. */
const BEGINS_FORM =
  /^(?:wh(?:at|ich|en)|how |number of|on what|the |current|today|date|days?|weeks?|months?|years?|age|calendar|iso|is |was |will |first|second|third|fourth|fifth|last|\d|working|business)/;
const UNTIL = "(?:until|till|til|to|before)";
const UNIT = "(days?|weeks?|months?|years?)";

const FORMS: readonly (readonly [pattern: RegExp, build: (match: RegExpExecArray) => Answer | undefined])[] = [
  [
    /^(?:what(?:'s| is) (?:the )?(?:date|day)(?: today| now| right now| currently)*|what (?:date|day|weekday) (?:it is|is it|is today)(?: today| now| right now| currently)*|(?:the )?(?:current date|today'?s date|date today)|what(?:'s| is) (?:the (?:current |today's )?date|today'?s date|today)(?: today| now| right now)*|what day of the week is (?:it|today)(?: today| now)*|which day (?:is it|is today)(?: today)?)$/,
    () =>
      ({ today }) =>
        `Today is ${formatLongDate(today)}.`,
  ],
  [
    /^what(?:'s| is| was| will be)? (?:the )?date (?:of |is |was |will be )?(today|tomorrow|yesterday|the day (?:after tomorrow|before yesterday))$/,
    ([, day]) => whichDay(day!),
  ],
  [
    /^what (?:year|month) (?:is it|it is|are we in)(?: now| right now| currently)?$/,
    () =>
      ({ today }) =>
        `It is ${MONTHS[today.month - 1]} ${today.year}.`,
  ],
  [
    /^what(?:'s| is) the (?:current )?(?:year|month)$/,
    () =>
      ({ today }) =>
        `It is ${MONTHS[today.month - 1]} ${today.year}.`,
  ],
  [/^what(?:'s| is)?(?: the)? (?:date|day)(?: is it| today)* in (.{2,30})$/, ([, name]) => todayInPlace(name!)],
  [
    /^(?:what|which) (?:day|date|weekday)(?: of the week)? (?:is it|will it be|was it|is|was|will be|does|did|would be|falls?)(?: on)? (.{1,80}?)(?: be| fall(?: on)?| fell)?$/,
    ([, date]) => whichDay(date!),
  ],
  [/^what(?:'s| is| was| will be) the (?:date|day|weekday)(?: of| on| for)? (.{1,80})$/, ([, date]) => whichDay(date!)],
  [/^(?:what|which) day of the week (.{1,80}?) (?:is|was|will be|falls? on)$/, ([, date]) => whichDay(date!)],
  [/^what(?:'s| is| was| will be) (.{3,40}?)'s date$/, ([, date]) => whichDay(date!)],
  [
    /^(?:when|what date|on what day|what day) (?:is|was|will be|does) (.{1,60}?)(?: fall| this year)?$/,
    ([, date]) => whenIs(date!),
  ],
  [
    new RegExp(
      `^(?:(?:how many|number of) )?${UNIT}(?: (?:are|is|are there|is it|left|to go|do we have))*(?: left)? ${UNTIL} (.{1,60})$`,
    ),
    ([, unit, date]) => distance(unit!, date!, "coming"),
  ],
  [
    new RegExp(`^how (?:long|far)(?: is it| away is)? ${UNTIL} (.{1,60})$`),
    ([, date]) => distance("long", date!, "coming"),
  ],
  [
    /^how (?:long|far away|many days away) (?:is|are) (.{1,60}?)(?: away)?$/,
    ([, date]) => (isNamedDay(date!) ? distance("days", date!, "coming") : undefined),
  ],
  [
    new RegExp(
      `^(?:how many|number of) ${UNIT}(?: (?:are there|is it|has it been|have passed|have gone by|ago was))*(?: since)? (?:since )?(.{1,60})$`,
    ),
    ([text, unit, date]) => (/since|ago was/.test(text) ? distance(unit!, date!, "past") : undefined),
  ],
  [
    /^how long (?:has it been |is it |ago was |ago is )?(?:since )?(.{1,60})$/,
    ([text, date]) => (/since|ago was/.test(text) ? distance("long", date!, "past") : undefined),
  ],
  [
    new RegExp(
      `^(?:how many|number of) ${UNIT}(?: (?:are there|are|is it|is there|lie))*(?: between| from)? (?:between|from)? ?(.{1,60}?) (?:and|to|until|till) (.{1,60})$`,
    ),
    ([text, unit, a, b]) => (/between|from/.test(text) ? between(unit!, a!, b!) : undefined),
  ],
  [
    /^(?:the )?(days|weeks|months|years) (?:between|from) (.{1,60}?) (?:and|to|until) (.{1,60})$/,
    ([, unit, a, b]) => between(unit!, a!, b!),
  ],
  [
    /^how old (?:is|am|are|would|will) (?:someone|somebody|a person|anyone|i|you|he|she|one)(?: be)?(?: now| today)?(?: if| who is| who was|,)?(?: (?:i|he|she|you|they))?(?: am| is| was| were| are)? born (?:on |in )?(.{1,40})$/,
    ([, date]) => ageOf(date!),
  ],
  [
    /^(?:what is )?(?:the )?age of (?:someone|somebody|a person) born (?:on |in )?(.{1,40})$/,
    ([, date]) => ageOf(date!),
  ],
  [
    /^(?:what|which) (?:calendar |iso )?week(?: number)?(?: of the year)? (?:is it|are we in|is this|is today)(?: now| today)?$/,
    () => week("today"),
  ],
  [
    /^(?:what(?:'s| is) the )?(?:current )?(?:calendar |iso )?week number(?: (?:of|for|is) (.{1,60}))?$/,
    ([, date]) => week(date ?? "today"),
  ],
  [/^(?:what|which) (?:calendar |iso )?week(?: number)? (?:is|was|will be) (.{1,60})$/, ([, date]) => week(date!)],
  [/^(?:is|was|will)(?: the year)? (\d{1,4})(?: be)? a leap year$/, ([, year]) => leapYear(Number(year))],
  [
    /^(?:is|will) (this year|next year|it)(?: be)? a leap year$/,
    ([, which]) =>
      ({ today }) =>
        leapYear(today.year + (which === "next year" ? 1 : 0))!({ today } as Now),
  ],
  [
    /^(?:when|what year) is the next leap year$/,
    () =>
      ({ today }) =>
        nextLeapYear(today.year),
  ],
  [
    /^what(?:'s| is) the next leap year(?: after (\d{4}))?$/,
    ([, year]) =>
      ({ today }) =>
        nextLeapYear(year === undefined ? today.year : Number(year)),
  ],
  [
    new RegExp(
      `^how many days (?:are there |are |does |has |were there )?(?:in )?(?:the month of )?${MONTH_PATTERN}(?: of)?(?: (\\d{4}))?(?: have| has)?$`,
    ),
    ([, month, year]) => monthLength(month!, year),
  ],
  [
    /^how many days (?:are there |are |does )?(?:in )?(this month|this year|(?:the year )?\d{4}|a leap year)(?: have| has)?$/,
    ([, what]) => lengthOf(what!),
  ],
  [/^(?:what|which) day of the year (?:is it|is|was|will be) (.{1,60})$/, ([, date]) => ordinalDay(date!)],
  [/^what(?:'s| is) the day of the year(?: (?:for|of|on) (.{1,60}))?$/, ([, date]) => ordinalDay(date ?? "today")],
];

const ALL_FORMS: typeof FORMS = [...DAY_COUNTS, ...FORMS];

/**
 * `what is 3 weeks from now`, and without a word that asks only what names its year: a bare `two weeks from now` may be
 * the answer to somebody else's question.
 */
function parseBareShift(sentence: string, subject: string | undefined): Answer | undefined {
  const text = subject ?? sentence;
  if (subject === undefined && !/\b\d{4}\b/.test(text)) return undefined;
  return /^.{1,40} (?:before|after|from|ago|later|plus|minus|\+|-)(?: |$)/.test(text) && UNIT_WORD.test(text)
    ? whichDay(text)
    : undefined;
}

const UNIT_WORD = /\b(?:day|week|month|year|fortnight)s?\b/;

function isNamedDay(text: string): boolean {
  return !/^\d{1,4}$/.test(text) && parseDate(text) !== undefined;
}

function read(
  reading: DateReading,
  now: Now,
  yearless: DateFrame["yearless"],
): { date: CalendarDate; aside: string; name?: string } | string {
  const resolved = reading({ today: now.today, dayFirst: now.dayFirst, yearless });
  if (resolved.kind === "impossible") return `There is no such day: ${resolved.reason}.`;
  const aside = resolved.note === undefined ? "" : ` (${resolved.note})`;
  return { date: resolved.date, aside, ...(resolved.name === undefined ? {} : { name: resolved.name }) };
}

/** The day of a date and the date of a day in one sentence. */
function whichDay(text: string): Answer | undefined {
  const reading = parseDate(text);
  if (reading === undefined) return undefined;
  return (now) => {
    const day = read(reading, now, "this");
    if (typeof day === "string") return day;
    const verb = dayNumber(day.date) < dayNumber(now.today) ? "was" : "is";
    const written =
      day.name === undefined &&
      /^(?:the )?(?:\d|on \d|[a-z]{3,9}\.? (?:the )?\d)/.test(text) &&
      !/\b(?:day|week|month|year)s?\b/.test(text);
    if (written) return `${formatDate(day.date)} ${verb} a ${WEEKDAYS[weekdayOf(day.date)]}${day.aside}.`;
    const subject =
      day.name ??
      text.replace(
        /\b(?:christmas|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|may|june|july|august|september|october|november|december|easter)\b/g,
        (word) => word[0]!.toUpperCase() + word.slice(1),
      );
    const start = `${subject[0]!.toUpperCase()}${subject.slice(1)}${/^in /i.test(subject) ? " it" : ""}`;
    return `${start} ${verb} ${formatLongDate(day.date)}${day.aside}.`;
  };
}

/** Only days that the calendar fixes: `when is Easter 2027`, not `when is the launch`. */
function whenIs(text: string): Answer | undefined {
  return /^\d+$/.test(text) ? undefined : whichDay(text);
}

function todayInPlace(name: string): Answer | undefined {
  const place = findPlace(name);
  return place === undefined
    ? undefined
    : ({ todayIn }) => `In ${place.name} it is ${formatLongDate(todayIn(place.zone))}.`;
}

function distance(unit: string, text: string, yearless: "coming" | "past"): Answer | undefined {
  const reading = parseDate(text.replace(/^the (?=\d)/, ""));
  if (reading === undefined || /^\d{1,4}$/.test(text)) return undefined;
  return (now) => {
    const day = read(reading, now, yearless);
    if (typeof day === "string") return day;
    const name = day.name === undefined ? "" : `, ${day.name}`;
    const days = dayNumber(day.date) - dayNumber(now.today);
    if (days === 0) return `That is today, ${formatLongDate(day.date)}${name}.`;
    const [from, to] = days > 0 ? [now.today, day.date] : [day.date, now.today];
    const length = describeLength(unit, from, to);
    const end = `${formatLongDate(day.date)}${name}`;
    return days > 0 ? `${length} until ${end}${day.aside}.` : `${length} since ${end}${day.aside}.`;
  };
}

function between(unit: string, a: string, b: string): Answer | undefined {
  const first = parseDate(a);
  const second = parseDate(b);
  if (first === undefined || second === undefined) return undefined;
  return (now) => {
    const from = read(first, now, "this");
    if (typeof from === "string") return from;
    const to = read(
      second,
      { ...now, today: /\b(?:today|now|tomorrow|yesterday|in|ago)\b/.test(b) ? now.today : from.date },
      "coming",
    );
    if (typeof to === "string") return to;
    const [early, late] = dayNumber(from.date) <= dayNumber(to.date) ? [from.date, to.date] : [to.date, from.date];
    return `${describeLength(unit, early, late)} from ${formatDate(early)} to ${formatDate(late)}${from.aside}${to.aside}.`;
  };
}

function describeLength(unit: string, from: CalendarDate, to: CalendarDate): string {
  const days = dayNumber(to) - dayNumber(from);
  if (/^day/.test(unit)) return count(days, "day");
  if (/^week/.test(unit))
    return days % 7 === 0
      ? count(days / 7, "week")
      : `${count(Math.floor(days / 7), "week")} and ${count(days % 7, "day")}`;
  const { years, months, days: rest } = calendarDifference(from, to);
  if (/^month/.test(unit)) return joined([count(years * 12 + months, "month"), rest === 0 ? "" : count(rest, "day")]);
  const parts = [
    years === 0 ? "" : count(years, "year"),
    months === 0 ? "" : count(months, "month"),
    rest === 0 ? "" : count(rest, "day"),
  ];
  if (/^year/.test(unit)) return joined(parts);
  return years + months === 0 ? count(days, "day") : `${joined(parts)} (${count(days, "day")})`;
}

function joined(parts: readonly string[]): string {
  const said = parts.filter((part) => part !== "");
  return said.length < 2 ? (said[0] ?? "0 days") : `${said.slice(0, -1).join(", ")} and ${said[said.length - 1]}`;
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? "" : "s"}`;
}

function ageOf(text: string): Answer | undefined {
  const year = /^(\d{4})$/.exec(text);
  if (year !== null)
    return ({ today }) => {
      const age = today.year - Number(year[1]);
      return age < 1
        ? `${year[1]} is not over yet.`
        : `${age - 1} or ${age} years old, depending on the birthday in ${today.year}.`;
    };
  const reading = parseDate(text);
  if (reading === undefined) return undefined;
  return (now) => {
    const born = read(reading, now, "past");
    if (typeof born === "string") return born;
    if (dayNumber(born.date) > dayNumber(now.today)) return `${formatLongDate(born.date)} is still to come.`;
    const { years, months, days } = calendarDifference(born.date, now.today);
    const age =
      years > 0 ? count(years, "year") : joined([months === 0 ? "" : count(months, "month"), count(days, "day")]);
    return `${age} old (born on ${formatLongDate(born.date)})${born.aside}.`;
  };
}

function week(text: string): Answer | undefined {
  const reading = parseDate(text);
  if (reading === undefined) return undefined;
  return (now) => {
    const day = read(reading, now, "this");
    if (typeof day === "string") return day;
    const { year, week: number } = isoWeek(day.date);
    return `Week ${number} of ${year} (ISO 8601), for ${formatLongDate(day.date)}${day.aside}.`;
  };
}

function leapYear(year: number): Answer {
  return () => (isLeapYear(year) ? `Yes, ${year} is a leap year.` : `No, ${year} is not a leap year.`);
}

function nextLeapYear(after: number): string {
  let year = after + 1;
  while (!isLeapYear(year)) year++;
  return `The next leap year after ${after} is ${year}.`;
}

function monthLength(name: string, year: string | undefined): Answer {
  const month = monthIndex(name);
  return ({ today }) => {
    if (month === 2 && year === undefined)
      return `February has 28 days, and 29 in a leap year (${daysInMonth(today.year, 2)} in ${today.year}).`;
    return `${MONTHS[month - 1]}${year === undefined ? "" : ` ${year}`} has ${daysInMonth(Number(year ?? today.year), month)} days.`;
  };
}

function lengthOf(what: string): Answer {
  if (what === "a leap year") return () => "A leap year has 366 days.";
  if (what === "this month")
    return ({ today }) => `${MONTHS[today.month - 1]} ${today.year} has ${daysInMonth(today.year, today.month)} days.`;
  const year = /\d+/.exec(what);
  return ({ today }) => {
    const chosen = year === null ? today.year : Number(year[0]);
    return `${chosen} has ${isLeapYear(chosen) ? 366 : 365} days.`;
  };
}

function ordinalDay(text: string): Answer | undefined {
  const reading = parseDate(text);
  if (reading === undefined) return undefined;
  return (now) => {
    const day = read(reading, now, "this");
    if (typeof day === "string") return day;
    const total = isLeapYear(day.date.year) ? 366 : 365;
    return `${formatLongDate(day.date)} is day ${dayOfYear(day.date)} of ${total}${day.aside}.`;
  };
}
