import { type CalendarDate, dayNumber, formatDate, formatLongDate } from "./calendar.js";
import { CLOCK_SPANS } from "./clock-spans.js";
import { CLOCK_PATTERN, clockText, parseClock, parseDuration, spanText } from "./clock-words.js";
import { parseDate } from "./date-words.js";
import { findPlace } from "./places.js";
import type { Skill, SkillContext } from "./skill.js";
import type { TimeZones } from "./time-zones.js";

interface Now {
  readonly ms: number;
  readonly zone: string | undefined;
  readonly zones: TimeZones;
}

type Answer = (now: Now) => string;

/** The time here and elsewhere, in a while and until then; from zone to zone; Unix timestamps. */
export function timeSkill(zones: TimeZones): Skill {
  const hasZones = zones.available;
  return ({ sentence }) => {
    if (sentence.length > 160 || !MENTIONS_TIME.test(sentence)) return undefined;
    const lower = sentence.toLowerCase().replace(/\s+/g, " ").replace(/’/g, "'");
    for (const [pattern, build, wantsZones] of FORMS) {
      const match = wantsZones && !hasZones ? null : pattern.exec(lower);
      const answer = match === null ? undefined : build(match);
      if (answer !== undefined)
        return { skill: "time", answer: (context) => ({ text: answer(nowOf(context, zones)) }) };
    }
    return undefined;
  };
}

const MENTIONS_TIME =
  /\b(?:time|hours?|minutes?|mins?|seconds?|unix|epoch|timestamp|clock|ahead|behind|\d{1,2} ?[ap]\.?m|\d{1,2}:\d\d|\d{9,13}|noon|midnight)\b/i;

function nowOf({ clock, timeZone }: SkillContext, zones: TimeZones): Now {
  return { ms: clock.nowMs(), zone: timeZone ?? zones.own(), zones };
}

type Form = readonly [pattern: RegExp, build: (match: RegExpExecArray) => Answer | undefined, wantsZones: boolean];

const FORMS: readonly Form[] = [
  [
    /^(?:what(?:'s| is) (?:the )?(?:current |local )?time|what time (?:is it|it is)|(?:the )?current time)(?: right now| now| currently| here| today)*$/,
    () => timeHere,
    false,
  ],
  [
    /^(?:what(?:'s| is) (?:the )?(?:current |local )?time|(?:the )?(?:current |local )?time|what time (?:is it|it is))(?: right now| now| currently)*(?: over)? (?:in|at) (.{2,30}?)(?: right now| now| currently)*$/,
    ([, where]) => timeIn(where!) ?? later(where!, 1),
    true,
  ],
  [
    /^what time (?:will it be|is it|would it be) (?:in (.{1,40})|(.{1,40}?) from now)$/,
    ([, a, b]) => later(a ?? b!, 1),
    false,
  ],
  [/^what time was it (.{1,40}?) ago$/, ([, amount]) => later(amount!, -1), false],
  [
    /^(?:what is |what's )?(.{1,40}?(?:hours?|minutes?|mins?)) (from now|ago)$/,
    ([, amount, side]) => later(amount!, side === "ago" ? -1 : 1),
    false,
  ],
  ...CLOCK_SPANS.map(([pattern, say]): Form => [pattern, (match) => fixedAnswer(say(match)), false]),
  [
    new RegExp(
      `^how (?:many (hours|minutes|seconds)(?: are left| are there| is it| left)?|long(?: is it)?) (?:until|till|til|to|before) ${CLOCK_PATTERN}(?: today)?$`,
    ),
    ([, unit, clock]) => untilClock(unit, clock!),
    false,
  ],
  [
    /^how many (hours|minutes|seconds)(?: are left| are there| is it| left)? (?:until|till|til|to|before) (.{1,60})$/,
    ([, unit, date]) => untilDay(unit!, date!),
    false,
  ],
  [
    new RegExp(
      `^(?:what(?: time)? (?:is|will) (?:it )?|convert |when it is |what's )?${CLOCK_PATTERN}(?: in)? (.{2,30}?)(?: time)? (?:in|to|into) (.{2,30}?)(?: time)?$`,
    ),
    ([, clock, a, b]) => between(clock!, a!, b!),
    true,
  ],
  [
    new RegExp(
      `^(?:if|when) it(?:'s| is) ${CLOCK_PATTERN} in (.{2,30}?),? (?:what time is it|what is the time|what's the time|then what time is it) in (.{2,30})$`,
    ),
    ([, clock, a, b]) => between(clock!, a!, b!),
    true,
  ],
  [
    /^(?:what(?:'s| is) )?(?:the )?time difference (?:between|from) (.{2,30}?) (?:and|to) (.{2,30})$/,
    ([, a, b]) => difference(a!, b!),
    true,
  ],
  [
    /^how many hours (?:ahead|behind|ahead of|behind of)? ?(?:is )?(.{2,30}?)(?: ahead of| behind| from| than)+ (.{2,30})$/,
    ([, a, b]) => difference(b!, a!),
    true,
  ],
  [
    /^(?:what(?:'s| is) )?(?:the )?(?:current )?(?:unix|epoch)(?: time| timestamp)?(?: right now| now)?$/,
    () =>
      ({ ms }) =>
        `The Unix time is ${Math.floor(ms / 1000)}.`,
    false,
  ],
  [
    /^(?:what (?:date|time|day) is |convert )?(?:the )?(?:unix |epoch )(?:time |timestamp )?(\d{9,13})(?: (?:to|as|in) (?:a )?(?:date|time|utc|human).*)?$/,
    ([, digits]) => fromUnix(digits!),
    false,
  ],
  [
    /^(?:what (?:date|time|day) is |convert )?(?:the )?timestamp (\d{9,13})(?: (?:to|as|in) (?:a )?(?:date|time|utc|human).*)?$/,
    ([, digits]) => fromUnix(digits!),
    false,
  ],
  [
    /^(?:convert |what(?:'s| is) )?(\d{10}|\d{13}) (?:to|as|in) (?:a )?(?:date|datetime|human readable date|utc|human time|human readable time)(?: and time)?$/,
    ([, digits]) => fromUnix(digits!),
    false,
  ],
  [
    /^(?:what(?:'s| is) )?(?:the )?(?:unix|epoch) (?:time|timestamp)(?: of| for| at)? (.{4,30}?)(?: (\d{1,2}:\d\d)(?::00)?)?(?: utc| gmt)?$/,
    ([text, date, clock]) => toUnix(date!, clock, /(?:utc|gmt)$/.test(text)),
    false,
  ],
  [
    /^(?:convert )?(.{4,30}?)(?: (\d{1,2}:\d\d)(?::00)?)?( utc| gmt)? (?:to|as|in) (?:a )?(?:unix|epoch)(?: time| timestamp)?$/,
    ([, date, clock, utc]) => toUnix(date!, clock, utc !== undefined),
    false,
  ],
];

/** An answer that hangs on no clock. */
function fixedAnswer(text: string | undefined): Answer | undefined {
  return text === undefined ? undefined : () => text;
}

function timeHere({ ms, zone, zones }: Now): string {
  return `It is ${clockText(zones.at(ms, zone))} (${zone ?? "this device's time"}).`;
}

function timeIn(name: string): Answer | undefined {
  const place = findPlace(name);
  if (place === undefined) return undefined;
  return ({ ms, zones }) => {
    const wall = zones.at(ms, place.zone);
    return `It is ${clockText(wall)} on ${formatLongDate(wall.date)} in ${place.name} (${place.zone}, ${offsetText(zones.offsetMinutes(ms, place.zone))}).`;
  };
}

function later(amount: string, sign: 1 | -1): Answer | undefined {
  const seconds = parseDuration(amount);
  if (seconds === undefined) return undefined;
  return ({ ms, zone, zones }) => {
    const now = zones.at(ms, zone);
    const then = zones.at(ms + sign * seconds * 1000, zone);
    const day = dayNumber(then.date) === dayNumber(now.date) ? "" : ` on ${formatLongDate(then.date)}`;
    return sign > 0 ? `It will be ${clockText(then)}${day}.` : `It was ${clockText(then)}${day}.`;
  };
}

function untilClock(unit: string | undefined, text: string): Answer | undefined {
  const clock = parseClock(text);
  if (clock === undefined) return undefined;
  return ({ ms, zone, zones }) => {
    const { date } = zones.at(ms, zone);
    for (let day = 0; day < 3; day++) {
      const next = new Date((dayNumber(date) + day) * 86_400_000);
      const wall = { date: dateOfUtc(next), ...clock, second: 0 };
      const instant = zones.instants(wall, zone).find((candidate) => candidate > ms);
      if (instant !== undefined)
        return `${spanText(instant - ms, unit)} until ${clockText(wall)}${day === 0 ? "" : " tomorrow"}.`;
    }
    return `The clock does not show ${text} in the next days.`;
  };
}

function dateOfUtc(date: Date): CalendarDate {
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

function untilDay(unit: string, text: string): Answer | undefined {
  const reading = parseDate(text);
  if (reading === undefined || /^\d+$/.test(text)) return undefined;
  return ({ ms, zone, zones }) => {
    const resolved = reading({ today: zones.at(ms, zone).date, dayFirst: true, yearless: "coming" });
    if (resolved.kind === "impossible") return `There is no such day: ${resolved.reason}.`;
    const instant = zones.instants({ date: resolved.date, hour: 0, minute: 0, second: 0 }, zone)[0];
    if (instant === undefined || instant <= ms) return `${formatLongDate(resolved.date)} has begun.`;
    return `${spanText(instant - ms, unit)} until ${formatLongDate(resolved.date)} begins${resolved.note === undefined ? "" : ` (${resolved.note})`}.`;
  };
}

function between(text: string, fromName: string, toName: string): Answer | undefined {
  const clock = parseClock(text);
  const from = findPlace(fromName.replace(/^in /, ""));
  const to = findPlace(toName);
  if (clock === undefined || from === undefined || to === undefined) return undefined;
  return ({ ms, zones }) => {
    const { date } = zones.at(ms, from.zone);
    const wall = { date, ...clock, second: 0 };
    const instants = zones.instants(wall, from.zone);
    if (instants.length === 0)
      return `On ${formatDate(date)} the clock in ${from.name} does not show ${clockText(wall)}: it is put forward then.`;
    const there = zones.at(instants[0]!, to.zone);
    const shift = dayNumber(there.date) - dayNumber(date);
    const day = shift === 0 ? "" : shift > 0 ? " the next day" : " the day before";
    return `${clockText(wall)} in ${from.name} is ${clockText(there)}${day} in ${to.name} (on ${formatDate(date)}).`;
  };
}

function difference(fromName: string, toName: string): Answer | undefined {
  const from = findPlace(fromName);
  const to = findPlace(toName);
  if (from === undefined || to === undefined) return undefined;
  return ({ ms, zones }) => {
    const minutes = zones.offsetMinutes(ms, to.zone) - zones.offsetMinutes(ms, from.zone);
    if (minutes === 0) return `${to.name} and ${from.name} show the same time now.`;
    return `${to.name} is ${spanText(Math.abs(minutes) * 60_000, undefined)} ${minutes > 0 ? "ahead of" : "behind"} ${from.name} now.`;
  };
}

function fromUnix(digits: string): Answer | undefined {
  const ms = digits.length === 13 ? Number(digits) : digits.length <= 10 ? Number(digits) * 1000 : undefined;
  if (ms === undefined) return undefined;
  return ({ zone, zones }) => {
    const utc = zones.at(ms, zone === undefined ? undefined : "UTC");
    const own = zones.at(ms, zone);
    const here =
      zone === undefined || zone === "UTC" ? "" : ` (${clockText(own, true)} on ${formatDate(own.date)} in ${zone})`;
    return `${digits} is ${clockText(utc, true)} on ${formatLongDate(utc.date)}${zone === undefined ? " (this device's time)" : " UTC"}${here}.`;
  };
}

function toUnix(dateText: string, clockWords: string | undefined, utc: boolean): Answer | undefined {
  const reading = parseDate(dateText);
  const clock = clockWords === undefined ? { hour: 0, minute: 0 } : parseClock(clockWords);
  if (reading === undefined || clock === undefined || /^\d+$/.test(dateText)) return undefined;
  return ({ ms, zone: own, zones }) => {
    const zone = utc && own !== undefined ? "UTC" : own;
    const resolved = reading({ today: zones.at(ms, zone).date, dayFirst: false, yearless: "this" });
    if (resolved.kind === "impossible") return `There is no such day: ${resolved.reason}.`;
    const wall = { date: resolved.date, ...clock, second: 0 };
    const instant = zones.instants(wall, zone)[0];
    if (instant === undefined)
      return `The clock in ${zone} does not show ${clockText(wall)} on that day: it is put forward then.`;
    return `${instant / 1000} is the Unix time of ${clockText(wall)} on ${formatLongDate(resolved.date)} (${zone ?? "this device's time"}).`;
  };
}

function offsetText(minutes: number): string {
  const size = Math.abs(minutes);
  const clock = size % 60 === 0 ? `${size / 60}` : `${Math.floor(size / 60)}:${String(size % 60).padStart(2, "0")}`;
  return minutes === 0 ? "UTC" : `UTC${minutes > 0 ? "+" : "-"}${clock}`;
}
