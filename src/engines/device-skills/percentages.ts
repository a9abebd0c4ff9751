import { evaluateExpression, formatValue } from "../../core/arithmetic.js";
import { add, divide, multiply, type Rational, rational, subtract } from "../../core/rational.js";
import type { Asked } from "./asking.js";
import { formatMoney, readMoney } from "./money.js";

const HUNDRED = rational(100n);
const ONE = rational(1n);
const P = "(?:\\s*%|\\s+percent|\\s+per cent|\\s+pct)";
const A = "(.{1,60}?)";
const B = "(.{1,60})";

interface Slots {
  readonly a: Rational;
  readonly b: Rational;
  readonly aText: string;
  readonly bText: string;
  /** How many people share a bill. */
  readonly people: number;
  readonly money: (value: Rational) => string;
}

/** Ways to ask for a percentage; each slot is an expression of its own. `undefined` when the reckoning has no result. */
/** The words after an amount to leave a tip on. */
const BILL = "(?: (?:bill|check|tab|meal|dinner|lunch))?";
const FORMS: readonly (readonly [pattern: RegExp, answer: (slots: Slots) => string | undefined])[] = [
  [
    new RegExp(
      `^(?:the price (?:after|with) )?(?:a )?${A}${P}\\s+(?:off|discount on|discount off|less than)(?: of)? ${B}$`,
      "i",
    ),
    ({ a, b, aText, bText, money }) =>
      `${aText} % off ${bText} is ${money(multiply(b, subtract(ONE, divide(a, HUNDRED))))} (${money(multiply(b, divide(a, HUNDRED)))} less)`,
  ],
  [
    new RegExp(
      `^(?:add |plus )?(?:a )?${A}${P}\\s+(?:vat|tax|sales tax|gst|interest|markup|surcharge)?\\s*(?:to|more than|on top of) ${B}$`,
      "i",
    ),
    ({ a, b, aText, bText, money }) =>
      `${bText} plus ${aText} % is ${money(multiply(b, add(ONE, divide(a, HUNDRED))))}`,
  ],
  [
    new RegExp(`^${B.replace("60}", "60}?")} (?:plus|\\+|with) ${A}${P}\\s+(?:vat|tax|sales tax|gst|tip)$`, "i"),
    ({ a: base, b: rate, aText, bText, money }) =>
      `${aText} plus ${bText} % is ${money(multiply(base, add(ONE, divide(rate, HUNDRED))))}`,
  ],
  [
    new RegExp(`^(?:the |a )?${A}${P}\\s+(?:tip|gratuity|service charge)\\s+(?:on|of|for)(?: an?)? ${A}${BILL}$`, "i"),
    tipText,
  ],
  [new RegExp(`^tip ${A}${P} (?:on|of|for)(?: an?)? ${A}${BILL}$`, "i"), tipText],
  [
    new RegExp(
      `^(?:(?:how much (?:should|do|would|must) (?:i|we|you)(?: leave as a)?|the|a) )?tip (?:on|for)(?: an?)? ${A}${BILL} (?:at|with|of) ${A}${P}$`,
      "i",
    ),
    ({ a, b, aText, bText, ...rest }) => tipText({ a: b, b: a, aText: bText, bText: aText, ...rest }),
  ],
  [
    new RegExp(`^(?:increase|raise|grow) ${A} by ${A}${P}$`, "i"),
    ({ a, b, aText, bText, money }) =>
      `${aText} increased by ${bText} % is ${money(multiply(a, add(ONE, divide(b, HUNDRED))))}`,
  ],
  [
    new RegExp(`^${A} (?:increased|raised) by ${A}${P}$`, "i"),
    ({ a, b, aText, bText, money }) =>
      `${aText} increased by ${bText} % is ${money(multiply(a, add(ONE, divide(b, HUNDRED))))}`,
  ],
  [
    new RegExp(`^(?:decrease|reduce|lower|discount) ${A} by ${A}${P}$`, "i"),
    ({ a, b, aText, bText, money }) =>
      `${aText} decreased by ${bText} % is ${money(multiply(a, subtract(ONE, divide(b, HUNDRED))))}`,
  ],
  [
    new RegExp(`^${A} (?:decreased|reduced) by ${A}${P}$`, "i"),
    ({ a, b, aText, bText, money }) =>
      `${aText} decreased by ${bText} % is ${money(multiply(a, subtract(ONE, divide(b, HUNDRED))))}`,
  ],
  [
    /^(?:what )?(?:percent|percentage|per cent) (?:is|are) (.{1,60}?) (?:of|out of) (.{1,60})$/i,
    ({ a, b, aText, bText }) => share(a, b, aText, bText),
  ],
  [
    /^(.{1,60}?) (?:is|are) what (?:percent|percentage|per cent) of (.{1,60})$/i,
    ({ a, b, aText, bText }) => share(a, b, aText, bText),
  ],
  [
    /^(.{1,60}?) as (?:a )?(?:percent|percentage) of (.{1,60})$/i,
    ({ a, b, aText, bText }) => share(a, b, aText, bText),
  ],
  [
    /^(?:what )?(?:percent|percentage|per cent) of (.{1,60}?) (?:is|are) (.{1,60})$/i,
    ({ a, b, aText, bText }) => share(b, a, bText, aText),
  ],
  [
    /^(?:the )?(?:percent|percentage|relative|%) (?:change|increase|decrease|difference|growth)(?: going)? from (.{1,60}?) to (.{1,60})$/i,
    ({ a, b, aText, bText }) => {
      if (a.n <= 0n) return `There is no percentage change from ${aText}: a share of it wants a start above 0.`;
      const change = formatValue(multiply(divide(subtract(b, a), a), HUNDRED));
      return `From ${aText} to ${bText} is a change of ${b.n * a.d > a.n * b.d ? withPlus(change) : change} %`;
    },
  ],
  [
    new RegExp(`^${A} is ${A}${P} of (?:what|which)(?: number| amount)?$`, "i"),
    ({ a, b, aText, bText, money }) =>
      b.n === 0n ? undefined : `${aText} is ${bText} % of ${money(divide(multiply(a, HUNDRED), b))}`,
  ],
];

/** Answers questions about percentages in words: off, VAT, tip, increase by, what percent of, change from … to. */
export function parsePercentage({ sentence, subject }: Asked): string | undefined {
  if (subject.length > 200 || !/%|percent|per cent|pct/i.test(subject)) return undefined;
  const { symbol } = readMoney(subject);
  const shared = SPLIT.exec(subject);
  if (shared !== null && !/\b(?:tip|gratuity|service charge)\b/i.test(subject)) return undefined;
  const asked = shared === null ? subject : subject.slice(0, shared.index);
  for (const [pattern, answer] of FORMS) {
    const match = pattern.exec(asked) ?? (shared === null ? pattern.exec(sentence) : null);
    if (match === null) continue;
    const a = evaluateExpression(readMoney(match[1]!).text);
    const b = evaluateExpression(readMoney(match[2]!).text);
    if (a.kind !== "value" || b.kind !== "value" || !a.exact || !b.exact) continue;
    const said = answer({
      a: a.value,
      b: b.value,
      aText: written(match[1]!, a.text),
      bText: written(match[2]!, b.text),
      people: Number(shared?.[1] ?? 1),
      money: (value) => formatMoney(value, symbol),
    });
    if (said !== undefined) return said;
  }
  return undefined;
}

/** `split 3 ways`, `divided by 4 people`. */
const SPLIT =
  /,? (?:and )?(?:split|divided|shared) (?:it )?(?:between |among |by |into )?([1-9]\d{0,2})(?: ways| people| persons| of us)?$/i;

function tipText({ a: rate, b: bill, aText, bText, people, money }: Slots): string {
  const tip = multiply(bill, divide(rate, HUNDRED));
  const total = add(bill, tip);
  const each = people === 1 ? "" : `, ${money(divide(total, rational(BigInt(people))))} for each of ${people}`;
  return `${/^(?:8|1[18](?!\d))/.test(aText) ? "An" : "A"} ${aText} % tip on ${bText} is ${money(tip)} (${money(total)} in all${each})`;
}

/** A number as the person wrote it; anything longer by its value. */
function written(text: string, value: string): string {
  return /^[$€£¥₹]?[\d.,]+ ?[$€£¥₹]?$/.test(text.trim()) ? text.trim() : value;
}

function share(part: Rational, whole: Rational, partText: string, wholeText: string): string {
  if (whole.n === 0n) return `${partText} is no percentage of 0: nothing can be divided by 0.`;
  const percent = formatValue(multiply(divide(part, whole), HUNDRED));
  return percent.startsWith("≈")
    ? `${partText} is ${percent.replace(/ \(.*$/, "")} % of ${wholeText}`
    : `${partText} is ${percent} % of ${wholeText}`;
}

function withPlus(text: string): string {
  return text.startsWith("≈") ? text.replace("≈ ", "≈ +") : `+${text}`;
}
