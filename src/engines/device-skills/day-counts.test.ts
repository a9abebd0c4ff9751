import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ManualClock } from "../../testing.js";
import { addDays, dayNumber, formatDate, WEEKDAYS, weekdayOf } from "./calendar.js";
import { deviceSkillsEngine } from "./device-skills.js";

/** Monday 23 November 2026, 15:30 in Berlin. The answers were recomputed with Python's datetime and fractions. */
const engine = deviceSkillsEngine({
  clock: new ManualClock({ nowMs: Date.UTC(2026, 10, 23, 14, 30, 15) }),
  timeZone: "Europe/Berlin",
});

async function ask(question: string): Promise<string | undefined> {
  if (engine.accepts?.(question) === undefined) return undefined;
  const result = await engine.model.doGenerate({
    prompt: [{ role: "user", content: [{ type: "text", text: question }] }],
  });
  const [part] = result.content;
  return part?.type === "text" ? part.text : undefined;
}

const WEEKDAYS_ONLY = "(Monday to Friday; public holidays are not taken off)";

describe("plain questions", () => {
  test.each([
    ["how many weeks in 2027", "2027 has 52 calendar weeks (ISO 8601); its 365 days are 52 weeks and 1 day."],
    [
      "how many weeks are there in 2032?",
      "2032 has 53 calendar weeks (ISO 8601); its 366 days are 52 weeks and 2 days.",
    ],
    ["how many days are left in the year", "38 days left in 2026 after today."],
    ["how many days left in december", "December 2026 has not begun; it has 31 days."],
    ["is 23 november 2026 a monday?", "Yes: 23 November 2026 is a Monday."],
    ["is tomorrow a weekend", "No: 24 November 2026 is a Tuesday."],
    ["how many fridays in 2027", "2027 has 53 Fridays."],
    ["how many sundays in november 2026", "November 2026 has 5 Sundays."],
    [
      "how many working days until christmas",
      `24 working days from 23 November 2026 to 25 December 2026, the last day not counted ${WEEKDAYS_ONLY}.`,
    ],
    [
      "what is 250 business days from today",
      `250 working days after 23 November 2026 is Monday 8 November 2027 ${WEEKDAYS_ONLY}.`,
    ],
    ["what is the 60th day of 2028", "Day 60 of 2028 is Tuesday 29 February 2028."],
    ["what's the 366th day of 2027", "There is no such day: 2027 has 365 days."],
    ["how many years between 1969 and 2026", "57 years from 1969 to 2026."],
    ["what year was 25 years ago", "It was 2001."],
    ["first monday of march 2027", "The first Monday of March 2027 is Monday 1 March 2027."],
    ["when is christmas next year", "Christmas Day is Saturday 25 December 2027."],
    ["when is black friday", "Black Friday (US) is Friday 27 November 2026."],
    ["when is mother's day 2027", "Mother's Day (second Sunday of May) is Sunday 9 May 2027."],
    ["how long between 9:15 and 17:45", "8 hours and 30 minutes from 09:15 to 17:45."],
    ["how many minutes from 10:50 to 1:05 pm", "135 minutes from 10:50 to 13:05."],
    ["from 22:00 to 6:00 how many hours", "8 hours from 22:00 to 06:00 the next day."],
    ["what time is 2 hours after 11:30 pm", "It is 01:30 the next day."],
    ["what time is 45 minutes before 12:15 am", "It is 23:30 the day before."],
    ["what's 1 3/4 + 2 1/2", "1.75 + 2.5 is 4.25"],
    ["what is 15 percent of 15 percent of 1000", "15 % of 15 % of 1000 is 22.5"],
    ["what number is 20% of 50", "20 % of 50 is 10"],
    ["could you please tell me what 45 times 12 is?", "45 × 12 is 540"],
    ["what's a 20% tip on $64.50 split 3 ways", "A 20 % tip on $64.50 is $12.90 ($77.40 in all, $25.80 for each of 3)"],
    ["tip 18% on 120", "An 18 % tip on 120 is 21.6 (141.6 in all)"],
    ["how much should I tip on a $60 bill at 20%", "A 20 % tip on $60 is $12 ($72 in all)"],
    ["how many letters in strawberry", '10 letters in "strawberry"'],
    ["170 cm in feet and inches", "170 cm ≈ 5 ft 6.93 in"],
    ["200 minutes in hours and minutes", "200 min is 3 h 20 min"],
    ["11 stone 4 in kg", "11 st 4 lb is 71.66759446 kg"],
    ["1 square mile in square km", "1 mi² ≈ 2.589988 km²"],
    [
      `remember: ${"x".repeat(20_000)}`,
      "That is too long for a note: 20010 characters, and at most 10000 are kept. Nothing was noted.",
    ],
  ])("%s", async (question, answer) => {
    expect(await ask(question)).toBe(answer);
  });
});

describe("what is left to others", () => {
  test.each([
    "how many letters in the alphabet",
    "how many letters in English",
    "how many vowels in Hawaiian",
    "is friday a good day",
    "is sunday a day",
    "how long from 9 to 5",
    "5k in miles",
    "100 split 3 ways",
    "72 F in C and K",
    `Remember this text when you answer. ${"words ".repeat(3000)}`,
  ])("%.60s", (question) => {
    expect(engine.accepts?.(question)).toBeUndefined();
  });
});

describe("counted one by one", () => {
  const start = { year: 2025, month: 1, day: 1 };
  const day = fc.integer({ min: 0, max: 1200 }).map((days) => addDays(start, days));

  test("working days between two days", async () => {
    await fc.assert(
      fc.asyncProperty(day, day, async (a, b) => {
        const [from, to] = dayNumber(a) <= dayNumber(b) ? [a, b] : [b, a];
        let count = 0;
        for (let each = from; dayNumber(each) < dayNumber(to); each = addDays(each, 1)) {
          if (!["Saturday", "Sunday"].includes(WEEKDAYS[weekdayOf(each)]!)) count++;
        }
        const said = await ask(`how many working days between ${formatDate(a)} and ${formatDate(b)}`);
        expect(Number.parseInt(said ?? "", 10)).toBe(count);
      }),
    );
  });

  test("weekdays between two days", async () => {
    await fc.assert(
      fc.asyncProperty(
        day,
        fc.integer({ min: 0, max: 60 }),
        fc.constantFrom(...WEEKDAYS),
        async (from, length, name) => {
          let count = 0;
          for (let ahead = 0; ahead <= length; ahead++) if (WEEKDAYS[weekdayOf(addDays(from, ahead))] === name) count++;
          const said = await ask(
            `how many ${name}s between ${formatDate(from)} and ${formatDate(addDays(from, length))}`,
          );
          expect(Number.parseInt(said ?? "", 10)).toBe(count);
        },
      ),
    );
  });
});
