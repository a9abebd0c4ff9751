import { expect, test } from "vitest";
import { defaultRules } from "./default-rules.js";
import { ExpertSystem } from "./expert-system.js";
import { type PhoneNumberFinder, phonePlanRule } from "./phone-plans.js";

/** Knows one plan: nine digits that begin with 6, as a Spanish mobile has. */
const spain: PhoneNumberFinder = {
  findPhoneNumbersInText: (text, options) =>
    options?.defaultCountry === "ES"
      ? [...text.matchAll(/(?<!\d)6\d{8}(?!\d)/g)].map((match) => ({
          startsAt: match.index,
          endsAt: match.index + match[0].length,
        }))
      : [],
};
const ask = (text: string, country?: string) =>
  new ExpertSystem({
    rules: [phonePlanRule(spain, country === undefined ? {} : { defaultCountry: country }), ...defaultRules],
  }).evaluate([{ source: "question", text }]);

test("finds what the library finds, where it stands", () => {
  const text = `${"x ".repeat(60)}where is 612345678 from?`;
  expect(ask(text).kind).toBe("allow");
  expect(ask(text, "ES").hits).toMatchObject([{ ruleId: "PRIVACY_039", kind: "PHONE", start: 129, end: 138 }]);
});

test("does not take the beginning of a longer number for one", () => {
  expect(ask(`sum of 61234567812345678901234567890123456789`, "ES").kind).toBe("allow");
});
