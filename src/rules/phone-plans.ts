import type { Rule } from "./rule.js";

/** The part of `libphonenumber-js` that is used; anything of this shape does. */
export interface PhoneNumberFinder {
  findPhoneNumbersInText(
    text: string,
    options?: { readonly defaultCountry?: string },
  ): readonly { readonly startsAt: number; readonly endsAt: number }[];
}

const BEFORE = 6;
const AFTER = 34;

/**
 * A rule that asks a library with the numbering plans of all countries, for `new ExpertSystem({ rules: [phonePlanRule(lib),
 * ...defaultRules] })`. It finds local numbers without a word beside them, which the house's rule takes for other numbers;
 * with a default country it also takes more numbers of other kinds for phones. The library is asked about 40 characters
 * around each group of seven digits and more, so its time does not grow with the text.
 */
export function phonePlanRule(finder: PhoneNumberFinder, options: { readonly defaultCountry?: string } = {}): Rule {
  return {
    id: "PRIVACY_039",
    description: "a phone number of a country's numbering plan",
    severity: "medium",
    action: "keep-local",
    kind: "PHONE",
    redactable: true,
    detections: [
      {
        on: "digits",
        leastDigits: 7,
        find(text, start, end) {
          const from = Math.max(0, start - BEFORE);
          for (const found of finder.findPhoneNumbersInText(text.slice(from, start + AFTER), options)) {
            const span = { start: from + found.startsAt, end: from + found.endsAt };
            // Cut off by the window, a longer number would be taken for a phone number.
            if (span.start <= start && span.end >= end && !/\d/.test(text[span.end] ?? "")) return span;
          }
          return undefined;
        },
      },
    ],
  };
}
