import { isAlphanumeric, isLetter } from "./characters.js";
import { findCodeAndTown, findFrench, findLetteredCode } from "./postal-addresses.js";
import { type Detection, matchAt, type Rule, type Span } from "./rule.js";

/** One to five words of a street's name; the letters of Latin, Greek and Cyrillic script. */
const NAME = "(?:[A-Za-z\\u00c0-\\u052f\\u1e00-\\u1fff][\\w\\u00c0-\\u052f\\u1e00-\\u1fff.'’-]{0,30}[ \\t]{1,2}){1,5}?";
const SUFFIX =
  "(?:street|st\\.?|str\\.?|avenue|ave\\.?|road|rd\\.?|boulevard|blvd\\.?|lane|ln\\.?|drive|dr\\.?|court|ct\\.?|place|pl\\.?|square|sq\\.?|terrace|highway|hwy\\.?|parkway|pkwy\\.?|crescent|close|grove|gardens|circle|trail|way|row|mews|mews|walk)";
const NUMBER = "\\d{1,6}(?:[-/]\\d{1,4})?[A-Da-d]?";
/** `12 Main Street`, `7 St James's Square`. */
const ENGLISH = new RegExp(
  `${NUMBER},?[ \\t]{1,2}(?:\\d{1,3}(?:st|nd|rd|th)[ \\t])?${NAME.replace("){1,5}?", "){0,5}?")}${SUFFIX}(?![\\w'’])`,
  "iy",
);
/** `12 Rue de Lyon`, `Rua Diadema 1903`, `ul. Narewska 94`. */
const ROMANCE = new RegExp(
  `(?:rue|rua|c/|via|viale|calle|avenida|av\\.|paseo|piazza|piazzetta|plaza|praça|plac|ulica|ul\\.|corso|largo|chemin|allée|quai|carrer|camino|largo|travessa|vila|kerk)\\s{1,2}${NAME.replace("){1,5}?", "){0,5}?")}(?:[\\w\\u00c0-\\u024f.'’-]{2,30},?\\s{1,2})?${NUMBER}(?![\\w%€$])`,
  "iy",
);
/** What may follow a phrase that announces an address: `5051 Aasa 43`, `Tungata 11`, `18 Rua Graciliano Ramos`. */
const ANNOUNCED = new RegExp(
  `(?:the corner of\\s)?(?:${NUMBER}[ \\t]{1,2}${NAME.replace("){1,5}?", "){0,5}")}(?:${NUMBER}|[A-Z\\u00c0-\\u052f\\u1e00-\\u1fff][\\w\\u00c0-\\u052f\\u1e00-\\u1fff'’-]{2,30})|${NAME}${NUMBER})(?![\\w%€$])`,
  "y",
);
const ANNOUNCED_LOWER = new RegExp(`${NUMBER}[ \\t]{1,2}${NAME}${NUMBER}(?![\\w%€$])`, "iy");
const FAMOUS =
  /^(?:221b?\s+baker|10\s+downing|1600\s+pennsylvania|1\s+infinite\s+loop|42\s+wallaby|742\s+evergreen|4\s+privet|12\s+grimmauld|350\s+fifth|51\s+franklin|59\s+temple|675\s+mass|31\s+milk|1\s+microsoft|1600\s+amphitheatre|1\s+apple)/i;

function accept(text: string, start: number, pattern: RegExp): Span | undefined {
  const match = matchAt(pattern, text, start);
  if (match === undefined || !/\d/.test(match[0]) || FAMOUS.test(match[0])) return undefined;
  // A house that is advertised is public.
  if (/\b(?:listing|property description|for sale)\b/i.test(text.slice(Math.max(0, start - 600), start)))
    return undefined;
  return { start, end: start + match[0].length };
}

function findEnglish(text: string, start: number, end: number): Span | undefined {
  if (
    isAlphanumeric(text.charCodeAt(start - 1)) ||
    text[start - 1] === "." ||
    text[start - 1] === "$" ||
    end - start > 6
  )
    return undefined;
  const span = accept(text, start, ENGLISH);
  if (span === undefined) return undefined;
  const candidate = text.slice(span.start, span.end);
  // The street's name is written with a capital, or in a text that has none at all the suffix is a whole word.
  if (
    !/^\S+\s+(?:(?:\d+(?:st|nd|rd|th)?|de|la|le|van|von|of|the)\s+)*[A-Z\u00c0-\u00de\u0386-\u042f]/.test(candidate) &&
    !/\b(?:street|avenue|road|boulevard|drive|lane)$/i.test(candidate)
  )
    return undefined;
  if (/^\d+\s+(?:st|pl|ct|dr|way|row|close|walk|drive|court|place|square|circle)\b/i.test(candidate)) return undefined;
  if (
    /\b(?:way|row|place|close|walk|drive|court|circle|square|trail|lane|pl|st|dr|ct)\.?$/i.test(candidate) &&
    !/^\S+(?:\s+(?:[A-Z\u00c0-\u00de][\w\u00c0-\u024f.'’-]*|\d\w*|de|la|le|van|of)){1,4}$/.test(candidate)
  )
    return undefined;
  // "17 games on the road": a street's name does not end in a preposition and an article.
  if (
    /\b(?:on|in|at|of|to|for|from|with|by|off|down|up|along|across) (?:the|a|an|our|my|his|her|their|this|that) \S+$/i.test(
      candidate,
    ) ||
    /\s(?:a|an|this|that|one|every|any|the)\s\S+$/.test(candidate)
  )
    return undefined;
  if (/^\S+\s+The [A-Z]/.test(candidate)) return span;
  return /^\d+\s+(?:(?:of|the|people|years?|days?|hours?|minutes?|km|miles?|meters?|metres?|feet|percent|men|women|children|cars?|units?|in|on|at|to|and|per|is|are|was|times|pages?|more|different)\b)/i.test(
    candidate,
  )
    ? undefined
    : span;
}

const ANNOUNCERS = [
  "address is",
  "address:",
  "address to",
  "addresses",
  "address?",
  "address of",
  "billing address",
  "address with",
  "lives at",
  "lives on",
  "live at",
  "lived in",
  "lived at",
  "live in",
  "located at",
  "location is",
  "meet you at",
  "meet me at",
  "meet at",
  "we'll meet",
  "return to",
  "sent to",
  "send it to",
  "delivered to",
  "deliver to",
  "ship to",
  "taxi to",
  "arrived at",
  "office is at",
  "offices are",
  "drops you off at",
  "station is on",
  "stop at",
  "corner of",
  "enter on",
  "side of",
  "new one to",
  "refers to",
  "adresse",
  "adres ",
  "wohne",
  "wohnt",
  "wohnhaft",
  "dirección",
  "indirizzo",
  "endereço",
  "j'habite",
  "habite au",
  "vivo en",
  "abito in",
  "moro na",
  "woon",
  "same:",
  "following?",
  "sent to?",
  "its in",
  "it's in",
  "now live",
];

/** Words of sentences and units, which no street's name holds. */
const STATEMENT =
  /\b(?:and|is|are|was|were|with|about|from|later|than|what|find|which|while|where|when|that|for|meters?|metres?|mag|deg|pc|gpc|au|kg|g|mm|cm|km|sec|minutes?|hours?|miles?|distance|points?|scenario|question|option|answer|times?|percent|degrees?|left|right|p\.?m|a\.?m)\b|\.\s+[A-Z][a-z]+\s/i;

/** How far each text was read without finding one: the windows of announcements that stand close together overlap. */
function announcedFinder(): Pick<Detection, "find" | "begin"> {
  let readTo = 0;
  return {
    begin() {
      readTo = 0;
    },
    find(text, start, end) {
      const span = findAnnounced(text, start, end, readTo);
      if (span === undefined) readTo = Math.max(readTo, end + ANNOUNCED_REACH);
      return span;
    },
  };
}

const ANNOUNCED_REACH = 48;

function findAnnounced(text: string, start: number, end: number, readTo: number): Span | undefined {
  if (isLetter(text.charCodeAt(start - 1))) return undefined;
  const lower = text.slice(start, end).toLowerCase();
  const firm =
    /addr|lives|live |located|adres|office|wohn|direcc|indiri|ender|habit|taxi|sent|ship|deliver|return|station|arrived|drops|meet/.test(
      lower,
    );
  const limit = Math.min(text.length, end + ANNOUNCED_REACH);
  for (let at = Math.max(end, readTo); at < limit; at++) {
    const before = text.charCodeAt(at - 1);
    if (isAlphanumeric(before) || before > 0xbf || !(isAlphanumeric(text.charCodeAt(at)) || text.charCodeAt(at) > 0xbf))
      continue;
    const span = accept(text, at, ANNOUNCED) ?? accept(text, at, ANNOUNCED_LOWER);
    if (span === undefined) continue;
    const candidate = text.slice(span.start, span.end);
    if (
      /\b(?:19|20)\d\d$|\b(?:am|pm|o'clock|january|february|march|april|may|june|july|august|september|october|november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday|chapter|page|version|python|node|room|table|step|section|figure|level|grade|class|world war|windows|route|platform|gate|line|port|channel|score|number|noon|half|next|about|than|least|most|age)\b/i.test(
        candidate,
      )
    )
      continue;
    // A sentence ended between the announcement and this.
    if (/[.!]\s+[A-Z\d]/.test(text.slice(end, at + 1)) || STATEMENT.test(candidate)) continue;
    if (
      before === 95 ||
      !/[^\W\d_]{3}|[\u00c0-\u052f]/.test(candidate) ||
      /copyright|\(c\)/i.test(text.slice(Math.max(0, at - 16), at + 10))
    )
      continue;
    if (/_|^(?:19|20)\d\d[-/](?:19|20)\d\d\b|^[A-Z]{2,6} \d+$/.test(candidate)) continue;
    if (!firm && /\s[a-z]{4,}\b/.test(candidate)) continue;
    if (!firm && !/\d[^\d]+\d|street|str/i.test(candidate)) continue;
    if (/^\S*[a-z]\S*\s/.test(candidate) && !/^[A-Z\u00c0-\u00de\u0386-\u042f\d]|^ul\./.test(candidate)) continue;
    return span;
  }
  return undefined;
}

const UNIT =
  /(?:apt\.?|apartment|suite|ste\.?|flat|unit)\s{1,2}#?\d{1,5}[A-Za-z]?(?:\s{1,2}box\s{1,2}\d{1,5})?(?![\w.]\d|\w)/iy;
const POST_BOX =
  /(?:p\.?\s?o\.?\s?box|postbox|post office box|postfach|apartado|boîte postale|casella postale)\s{1,2}#?\d{1,6}(?!\w)/iy;
const MILITARY =
  /(?:psc\s{1,2}\d{1,5},?\s{1,2}box\s{1,2}\d{1,6}|unit\s{1,2}\d{1,5},?\s{1,2}box\s{1,2}\d{1,6}|[afd]po,?\s{1,2}a[aep]\s{1,2}\d{5})(?!\d)/iy;
const ZIP =
  /(?:zip|postal|post)\s?code(?:\s(?:is|of))?[:\s]{1,3}([A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}|\d{4,5}(?:-\d{3,4})?)(?!\d)/iy;
const LEAD = /(?:\d{1,6}[-/\dA-Da-d]{0,5}\s{1,2})[^\n\d,;:?!]{2,60}(?:\s\d{1,6}[.,]?)?,?\s{1,6}$/;

function fixed(pattern: RegExp): (text: string, start: number, end: number) => Span | undefined {
  return (text, start) => {
    if (isAlphanumeric(text.charCodeAt(start - 1))) return undefined;
    const match = matchAt(pattern, text, start);
    if (match === undefined || /Foundation, Inc|Temple/.test(text.slice(Math.max(0, start - 60), start)))
      return undefined;
    const from = Math.max(0, start - 90);
    const lead = LEAD.exec(text.slice(from, start));
    return { start: lead === null ? start : from + lead.index, end: start + match[0].length };
  };
}

const WORD_STREET =
  /(?:straat|strasse|straße|stra.e|str\.|gracht|plein|kade|singel|dijk|steeg|gasse|laan|vej|gade|gatan?|vägen|gata|brautin?|stræde|weg|platz|allee|katu|puisteeo|utca|tér|út)\.?\s{1,2}\d{1,5}[a-z]?(?![\w%€$])/iy;

function findCompound(text: string, start: number): Span | undefined {
  const match = matchAt(WORD_STREET, text, start);
  if (match === undefined) return undefined;
  let from = start;
  while (
    from > start - 40 &&
    (isLetter(text.charCodeAt(from - 1)) || text.charCodeAt(from - 1) > 0xbf || text[from - 1] === "-")
  )
    from--;
  // `Weg 5` alone, or a word in lower case in a text that has capitals, is no street.
  if (start - from < 3) {
    // "Mariahilfer Straße 12": the name is a word of its own.
    const word = /(?:^|[^\w\u00c0-\u024f])([A-Z\u00c0-\u00de][\w\u00c0-\u024f-]{2,30}\s)$/.exec(
      text.slice(Math.max(0, from - 36), from),
    );
    if (
      word === null ||
      !/^[A-ZŠ]/.test(text[start]!) ||
      /^(?:weg|vej|gade|gata|plein|platz|kade|singel|der|die|das|the)/i.test(match[0]) ||
      /^(?:Der|Die|Das|Ein|Eine|Einer|Diese|Jede)\s/.test(word[1]!)
    )
      return undefined;
    return { start: from - word[1]!.length, end: start + match[0].length };
  }
  const name = text.slice(from, start);
  if (!/^[A-Z\u00c0-\u00de]/.test(name) && !/^(?:weg|vej|tie|tér|út|platz|gata|gade)/i.test(match[0]) === false)
    return undefined;
  return { start: from, end: start + match[0].length };
}

function findRomance(text: string, start: number): Span | undefined {
  if (isAlphanumeric(text.charCodeAt(start - 1))) return undefined;
  const span = accept(text, start, ROMANCE);
  if (span === undefined) return undefined;
  const candidate = text.slice(span.start, span.end);
  if (/^c\//i.test(candidate)) return /^C\/ ?[A-Z\u00c0-\u00de][a-zà-ž]{2}/.test(candidate) ? span : undefined;
  // `via HTTP/2 port 443`: a street's name is capitalised and ends in the number.
  if (!/^(?:via|camino|largo|vila|kerk|plac)\b/i.test(candidate))
    return /^\S+\s+(?:d[aeio]s?\s|de la\s|del\s|du\s|des\s|la\s|el\s)?[\w\u00c0-\u024f]/.test(candidate)
      ? span
      : undefined;
  return /^V?[A-Z]\w*\s+(?:d[aei]i?l?\s+)?[A-Z\u00c0-\u00de][a-zà-ž]{2,}/.test(candidate) &&
    !/port|version|http|api|step/i.test(candidate)
    ? span
    : undefined;
}

/** Street and postal addresses, from forms that are hard to mistake. */
export const addressRules: readonly Rule[] = [
  {
    id: "PRIVACY_037",
    description: "a street address",
    severity: "medium",
    action: "keep-local",
    kind: "ADDRESS",
    redactable: true,
    detections: [
      { on: "digits", find: findEnglish },
      { on: "digits", find: findCodeAndTown },
      { on: "digits", find: findLetteredCode },
      { on: "digits", find: findFrench },
      { on: "keyword", keywords: ANNOUNCERS, ...announcedFinder() },
      { on: "keyword", keywords: ["apt", "apartment ", "suite ", "ste ", "flat "], find: fixed(UNIT) },
      {
        on: "keyword",
        keywords: ["box ", "p.o.", "po box", "p.o", "postbox", "postfach", "apartado", "post office box"],
        find: fixed(POST_BOX),
      },
      { on: "keyword", keywords: ["psc ", "unit ", "apo", "fpo", "dpo"], find: fixed(MILITARY) },
      {
        on: "keyword",
        keywords: [
          "straat",
          "str. ",
          "gracht",
          "plein",
          "kade ",
          "singel",
          "strasse",
          "straße",
          "gasse",
          "laan",
          "vej",
          "gade",
          "gata",
          "vägen",
          "stræde",
          "weg",
          "katu",
          "utca",
          "allee",
          "platz",
        ],
        find: findCompound,
      },
      {
        on: "keyword",
        keywords: [
          "rue ",
          "c/ ",
          "c/",
          "rua ",
          "via ",
          "viale ",
          "calle ",
          "avenida ",
          "paseo ",
          "piazza ",
          "piazzetta ",
          "ul. ",
          "ulica ",
          "corso ",
          "chemin ",
          "carrer ",
          "vila ",
        ],
        find: findRomance,
      },
    ],
  },
  {
    id: "PRIVACY_038",
    description: "a postal code that somebody gave as theirs",
    severity: "low",
    action: "keep-local",
    kind: "POSTAL_CODE",
    redactable: true,
    detections: [
      {
        on: "keyword",
        keywords: ["zip code", "postal code", "post code", "postcode", "zipcode"],
        find(text, start) {
          const match = matchAt(ZIP, text, start);
          if (match === undefined) return undefined;
          const end = start + match[0].length;
          return { start: end - match[1]!.length, end };
        },
      },
    ],
  },
];
