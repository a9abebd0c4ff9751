import { isLetter } from "./characters.js";
import { matchAt, type Rule, type Span } from "./rule.js";

const YEAR = "(?:(?:19[2-9]|20[0-4])\\d)";
const MONTH = "[A-Za-zéûäçáíóúãêôàèìòù]{3,11}\\.?";
/** A whole date of somebody who may be alive: a year from 1920, or two digits of one. */
const DATE = `(?:\\d{1,2}(?:st|nd|rd|th|er|º|\\.)?(?:[-/. ]{1,2}|\\sde\\s|\\sof\\s)(?:\\d{1,2}|${MONTH})(?:[-/., ]{1,2}|\\sde\\s)(?:${YEAR}|\\d{2}(?!\\d))|${YEAR}[-/.]\\d{1,2}[-/.]\\d{1,2}|${MONTH} \\d{1,2}(?:st|nd|rd|th)?,? ${YEAR})(?!\\d)`;

const LABELLED = new RegExp(
  `[\\w.'’äéíóúãçñ() -]{2,28}?["']?\\s{0,2}[:=(]?["']?\\s{0,2}(?:is|ist|est|es|è|é|was|on|am|le|el|il|em|op|a)?\\s{0,2}["']?${DATE}`,
  "iy",
);
const SAID = new RegExp(`[\\w'’äéíóúãçñ]{1,12}[^\\n.?!:\\d]{0,28}?\\s${DATE}`, "iy");
const GERMAN = new RegExp(`ich (?:bin|wurde) (?:am )?${DATE} geboren`, "iy");

function find(pattern: RegExp) {
  return (text: string, start: number): Span | undefined => {
    if (isLetter(text.charCodeAt(start - 1))) return undefined;
    const match = matchAt(pattern, text, start);
    return match === undefined ? undefined : { start, end: start + match[0].length };
  };
}

/** Beside "born": words that make the person one at hand, not one of a lexicon. */
const AT_HAND =
  /\b(?:my|our|applic\w+|applies|patient|client|customer|employee|candidate|insured|tenant|resident|lives|living|passport|account|member|policy|suspect|witness|student)\b/i;

/** Dates of birth: by their label, or said of oneself or somebody near. */
export const birthDateDetections: Rule["detections"] = [
  {
    on: "keyword",
    keywords: [
      "dob",
      "bday",
      "b-day",
      "né(e) le",
      "fecha de nac",
      "d.o.b",
      "date of birth",
      "birth date",
      "birthdate",
      "birthday is",
      "birthday:",
      "geburtsdatum",
      "geburtstag",
      "geb.",
      "geboren am",
      "geboren op",
      "date de naissance",
      "né le",
      "née le",
      "fecha de nacimiento",
      "nacido el",
      "nacida el",
      "nací el",
      "data di nascita",
      "nato il",
      "nata il",
      "data de nascimento",
      "nascido em",
      "nascida em",
      "nasci em",
      "nasci a",
      "geboortedatum",
    ],
    find: find(LABELLED),
  },
  {
    on: "keyword",
    keywords: ["i was born", "i'm born", "my birthday", "je suis né", "ik ben geboren"],
    find: find(SAID),
  },
  { on: "keyword", keywords: ["ich bin", "ich wurde"], find: find(GERMAN) },
  {
    on: "keyword",
    keywords: ["born"],
    find(text, start, end) {
      const span = find(BORN)(text, start);
      if (span === undefined) return undefined;
      const near = `${text.slice(Math.max(0, start - 60), start)} ${text.slice(span.end, end + 80)}`;
      return AT_HAND.test(near.slice(near.lastIndexOf("\n", 60) + 1)) ? span : undefined;
    },
  },
];
const BORN = new RegExp(`born(?: on)?,? ${DATE}`, "iy");
