import {
  CLOCK_PATTERN as CLOCK,
  type ClockReading,
  clockText,
  parseClock,
  parseDuration,
  spanText,
} from "./clock-words.js";

const UNIT = "(hours|minutes|seconds)";
const MINUTES_OF_DAY = 24 * 60;

/** Questions about two times of day, or one and a length: they hang on no clock and no zone. */
export const CLOCK_SPANS: readonly (readonly [pattern: RegExp, say: (match: RegExpExecArray) => string | undefined])[] =
  [
    [
      new RegExp(
        `^how (?:many ${UNIT}|long|much time)(?: (?:are|is|it is|is it|are there|is there|lie|elapse|pass))*(?: between| from)? ${CLOCK} (?:and|to|until|till|-) ${CLOCK}$`,
      ),
      ([, unit, from, to]) => between(unit, from!, to!),
    ],
    [
      new RegExp(`^(?:the )?(?:time|${UNIT}) (?:between|from) ${CLOCK} (?:and|to|until|till) ${CLOCK}$`),
      ([, unit, from, to]) => between(unit, from!, to!),
    ],
    [
      new RegExp(
        `^(?:from |between )?${CLOCK} (?:and|to|until|till|-) ${CLOCK},? (?:is )?how (?:many ${UNIT}|long)(?: is (?:it|that))?$`,
      ),
      ([, from, to, unit]) => between(unit, from!, to!),
    ],
    [
      new RegExp(
        `^(?:what(?: time)?(?: is| was| will it be| would it be|'s) )?(.{1,40}?) (after|before|past) ${CLOCK}$`,
      ),
      ([, amount, side, clock]) => (side === "past" ? undefined : shifted(amount!, clock!, side === "before" ? -1 : 1)),
    ],
  ];

function between(unit: string | undefined, fromText: string, toText: string): string | undefined {
  const [from, to] = [parseClock(fromText), parseClock(toText)];
  if (from === undefined || to === undefined) return undefined;
  const minutes = minutesOf(to) - minutesOf(from);
  if (minutes === 0) return `There is no time from ${clockText(from)} to ${clockText(to)} of the same day.`;
  const nextDay = minutes < 0;
  const length = spanText((nextDay ? minutes + MINUTES_OF_DAY : minutes) * 60_000, unit);
  return `${length} from ${clockText(from)} to ${clockText(to)}${nextDay ? " the next day" : ""}.`;
}

function shifted(amount: string, clockWords: string, sign: 1 | -1): string | undefined {
  const clock = parseClock(clockWords);
  const seconds = parseDuration(amount);
  if (clock === undefined || seconds === undefined || seconds % 60 !== 0 || seconds > 30 * 86_400) return undefined;
  const total = minutesOf(clock) + (sign * seconds) / 60;
  const days = Math.floor(total / MINUTES_OF_DAY);
  const minutes = total - days * MINUTES_OF_DAY;
  const day = days === 0 ? "" : ` ${Math.abs(days) === 1 ? "the" : `${Math.abs(days)} days`} ${dayWords(days)}`;
  return `It is ${clockText({ hour: Math.floor(minutes / 60), minute: minutes % 60 })}${day}.`;
}

function dayWords(days: number): string {
  if (Math.abs(days) === 1) return days > 0 ? "next day" : "day before";
  return days > 0 ? "later" : "earlier";
}

function minutesOf({ hour, minute }: ClockReading): number {
  return hour * 60 + minute;
}
