import { evaluateExpression } from "../../core/arithmetic.js";
import { readNumberWords } from "../../core/number-words.js";
import {
  add,
  divide,
  exactDecimal,
  multiply,
  type Rational,
  rational,
  roundedDecimal,
  roundHalfAway,
  subtract,
} from "../../core/rational.js";
import type { Skill } from "./skill.js";
import { convert, type Unit, type UnitIndex, unitIndex } from "./units.js";

interface Quantity {
  readonly value: Rational;
  readonly unit: Unit;
  /** As it was read: `2 ft 3 in`. */
  readonly text: string;
  readonly exact: boolean;
}

const MAX_LENGTH = 160;

const NUMBER_WORDS =
  "an?|half|quarter|zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty";
const BEGINS_NUMBER = new RegExp(`^(?:${NUMBER_WORDS})[\\s-]`, "i");
/** A first look, because nearly every question holds an article or a number somewhere. */
const BEGINS_HOW = /^how /i;
const BEGINS_CONVERSION = new RegExp(
  `^\\s*(?:(?:convert|change|turn|express|translate|how) |[-−+.\\d½¼¾]|(?:${NUMBER_WORDS})[\\s-])`,
  "i",
);

/** Conversions between units and sums of quantities: `5 miles in km`, `how many ml in 2 cups`, `3 kg + 500 g`. */
export function unitSkill(): Skill {
  let built: UnitIndex | undefined; // most questions name no unit, and building takes a while
  return ({ sentence, subject }) => {
    if (
      sentence.length > MAX_LENGTH ||
      !(BEGINS_HOW.test(sentence) || BEGINS_CONVERSION.test(subject)) ||
      !/\d|\b(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|half|\w+ty|\w+teen|hundred|thousand|million)\b|[½¼¾]/i.test(
        sentence,
      )
    )
      return undefined;
    built ??= unitIndex();
    const index = built;
    const text = parseHowMany(sentence, index) ?? parseConversion(subject, index);
    return text === undefined ? undefined : { skill: "units", answer: () => ({ text }) };
  };
}

/** `how many ml are in 2 cups`, `how many feet in a mile`. */
function parseHowMany(sentence: string, index: UnitIndex): string | undefined {
  const match =
    /^how (?:many|much) (.{1,40}?) (?:(?:are|is)(?: there)?(?: in)?|in|make(?: up)?|to|per|equals?) (.{1,80})$/i.exec(
      sentence,
    );
  if (match === null) return undefined;
  const unit = index.find(match[1]!);
  if (unit === undefined) return undefined;
  const read = takeQuantity(match[2]!, index);
  const quantity = read !== undefined && read.rest === "" ? read.quantity : singleUnit(match[2]!, index);
  return quantity === undefined ? undefined : conversionText(quantity, unit, index, match[1]!);
}

/** `how many minutes per hour`: a unit without a number is one of it. */
function singleUnit(name: string, index: UnitIndex): Quantity | undefined {
  const unit = /^[a-z]{3,}(?: [a-z]+)?$/i.test(name) ? index.find(name) : undefined;
  return unit === undefined ? undefined : { value: rational(1n), unit, text: withUnit("1", unit), exact: true };
}

/** `5 miles in km`, `convert 72 F to C`, `3 kg + 500 g in lb`, `4 * 250 g`. */
function parseConversion(subject: string, index: UnitIndex): string | undefined {
  const text = subject
    .replace(/^(?:convert|change|turn|express|translate) /i, "")
    .replace(/^how (?:tall|long|far|heavy|hot|cold|big|large|fast|much|high|wide|deep) (?:is|are) /i, "")
    .replace(/^(\d+) ?(?:st|stone) (\d{1,2}(?:\.\d+)?)(?= (?:in|to|into) [a-z]+$)/i, "$1 st $2 lb")
    .replace(/^(\d+) ?h ?(\d{1,2})(?= (?:in|to|into) [a-z]+$)/i, "$1 h $2 min")
    .replace(/^(\d+) ?(?:'|′|’|ft|feet|foot) ?(\d{1,2}(?:\.\d+)?)(?= (?:in|to|into) [a-z]+$)/i, "$1 ft $2 in");
  const sum = takeSum(text, index);
  if (sum === undefined) return undefined;
  if (sum.rest === "")
    return sum.operations === 0 ? undefined : `${sum.text} is ${shown(sum.quantity)}${notes([sum.quantity.unit])}`;
  const target = /^(?:in|to|into|as|=|equals?|in terms of|is how many|equals how many|to how many)\s*(.{1,40})$/i.exec(
    sum.rest,
  );
  if (target === null) return undefined;
  const unit = index.find(target[1]!);
  if (unit === undefined) return twoUnits({ ...sum.quantity, text: sum.text }, target[1]!, index);
  return conversionText({ ...sum.quantity, text: sum.text }, unit, index, target[1]!, text);
}

interface Sum {
  readonly quantity: Quantity;
  readonly text: string;
  readonly operations: number;
  readonly rest: string;
}

function takeSum(text: string, index: UnitIndex): Sum | undefined {
  const scaled = /^(\d+(?:\.\d+)?) ?(?:\*|×|times|x) ?(?=\d)/i.exec(text);
  const first = takeQuantity(scaled === null ? text : text.slice(scaled[0].length), index);
  if (first === undefined) return undefined;
  let { quantity, rest } = first;
  let written = quantity.text;
  let operations = 0;
  if (scaled !== null) {
    if (quantity.unit.family === "temperature") return undefined;
    const factor = evaluateExpression(scaled[1]!);
    if (factor.kind !== "value") return undefined;
    quantity = { ...quantity, value: multiply(quantity.value, factor.value) };
    written = `${factor.text} × ${written}`;
    operations = 1;
  }
  for (;;) {
    const sign = /^(\+|-|−|plus|minus|\*|×|times|\/|÷|divided by) ?/i.exec(rest);
    if (sign === null) return { quantity, text: written, operations, rest };
    const after = rest.slice(sign[0].length).trimStart();
    if (quantity.unit.family === "temperature" || operations >= 20) return undefined; // 20 °C + 5 °C has no agreed meaning
    if (/^[*×t/÷d]/i.test(sign[1]!)) {
      const number = /^\d+(?:\.\d+)?(?=\s|$)/.exec(after);
      const factor = number === null ? undefined : evaluateExpression(number[0]);
      if (factor?.kind !== "value" || factor.value.n === 0n) return undefined;
      const divides = /^[/÷d]/i.test(sign[1]!);
      const value = divides ? divide(quantity.value, factor.value) : multiply(quantity.value, factor.value);
      quantity = { ...quantity, value };
      written = `${operations > 0 ? `(${written})` : written} ${divides ? "/" : "×"} ${factor.text}`;
      rest = after.slice(number![0].length).trimStart();
    } else {
      const next = takeQuantity(after, index);
      if (next === undefined || next.quantity.unit.family !== quantity.unit.family) return undefined;
      const converted = convert(next.quantity.value, next.quantity.unit, quantity.unit);
      if (converted === undefined || quantity.unit.inverse) return undefined;
      const minus = /^(?:-|−|minus)$/i.test(sign[1]!);
      const value = minus ? subtract(quantity.value, converted) : add(quantity.value, converted);
      quantity = { ...quantity, value, exact: quantity.exact && next.quantity.exact };
      written = `${written} ${minus ? "-" : "+"} ${next.quantity.text}`;
      rest = next.rest;
    }
    operations++;
  }
}

/** Reads `2 ft 3 in`, `5'11"`, `a mile` from the start of a text; parts of one quantity go from larger to smaller units. */
function takeQuantity(text: string, index: UnitIndex): { quantity: Quantity; rest: string } | undefined {
  const first = takeTerm(text.trim(), index);
  if (first === undefined) return undefined;
  let { quantity, rest } = first;
  let last = quantity.unit;
  for (let parts = 1; parts < 4; parts++) {
    const bare =
      /^\d+(?:\.\d+)?$/.test(rest) && last.symbol === "ft" ? `${rest} in` : rest.replace(/^(?:and|,) ?(?=\d)/i, "");
    const next = /^\d/.test(bare) ? takeTerm(bare, index) : undefined;
    if (
      next === undefined ||
      next.quantity.unit.family !== quantity.unit.family ||
      quantity.unit.family === "temperature"
    )
      break;
    const share = convert(next.quantity.value, next.quantity.unit, quantity.unit);
    if (
      share === undefined ||
      next.quantity.unit.factor.n * last.factor.d >= last.factor.n * next.quantity.unit.factor.d
    )
      break;
    last = next.quantity.unit;
    quantity = { ...quantity, value: add(quantity.value, share), text: `${quantity.text} ${next.quantity.text}` };
    rest = next.rest;
  }
  return { quantity, rest };
}

function takeTerm(text: string, index: UnitIndex): { quantity: Quantity; rest: string } | undefined {
  const number = takeNumber(text);
  if (number === undefined) return undefined;
  const found = takeUnit(number.rest, index);
  if (found === undefined) return undefined;
  const { unit } = found;
  const quantity = { value: number.value, unit, text: withUnit(plain(number.value), unit), exact: unit.exact };
  return { quantity, rest: found.rest };
}

function takeNumber(text: string): { value: Rational; rest: string } | undefined {
  const digits =
    /^([-−+]?)((?:\d[\d,]*(?:\.\d+)?|\.\d+)(?:e[+-]?\d{1,3}(?![a-z]))?)(?: (\d+\/\d+)|\s*([½¼¾])|\/(\d+))?(?: (hundred|thousand|million|billion))?\s*/i.exec(
      text,
    );
  if (digits !== null) {
    const read = evaluateExpression(`${digits[2]}${digits[5] === undefined ? "" : `/${digits[5]}`}`);
    const part = evaluateExpression(digits[3] ?? digits[4] ?? "0");
    const scale = evaluateExpression(`one ${digits[6] ?? ""}`);
    if (read.kind !== "value" || part.kind !== "value" || scale.kind !== "value") return undefined;
    const value = multiply(add(read.value, part.value), scale.value);
    const signed = digits[1] === "-" || digits[1] === "−" ? { n: -value.n, d: value.d } : value;
    return { value: signed, rest: text.slice(digits[0].length) };
  }
  const half = /^(?:half an? |half |½ ?)/i.exec(text);
  if (half !== null) return { value: rational(1n, 2n), rest: text.slice(half[0].length) };
  if (!BEGINS_NUMBER.test(text)) return undefined;
  const words = text.split(/[\s-]+/, 12);
  const reading = readNumberWords(words.map((word) => word.toLowerCase()));
  if (reading !== undefined) {
    const pattern = new RegExp(`^(?:[^\\s-]+[\\s-]+){${reading.words}}`);
    const rest = text.replace(pattern, "");
    return rest === text ? undefined : { value: reading.value, rest: rest.replace(/^of (?:an? )?/i, "") };
  }
  const one = /^an? /i.exec(text);
  return one === null ? undefined : { value: rational(1n), rest: text.slice(one[0].length) };
}

function takeUnit(text: string, index: UnitIndex): { unit: Unit; rest: string } | undefined {
  const words = /^\S+(?:\s+\S+){0,4}/.exec(text)?.[0].split(/\s+/) ?? [];
  for (let count = words.length; count > 0; count--) {
    const unit = index.find(words.slice(0, count).join(" "));
    if (unit === undefined) continue;
    const pattern = new RegExp(`^(?:\\S+(?:\\s+|$)){${count}}`);
    return { unit, rest: text.replace(pattern, "").trimStart() };
  }
  const joined = /^(?:[a-zµμ°]+|'{1,2}|["′″’”])(?=[\d\s+*,]|$)/i.exec(text)?.[0]; // 3h20min, 5'11"
  const unit = joined === undefined ? undefined : index.find(joined);
  return unit === undefined ? undefined : { unit, rest: text.slice(joined!.length).trimStart() };
}

function conversionText(
  quantity: Quantity,
  wanted: Unit,
  index: UnitIndex,
  wantedName: string,
  asWritten: string = quantity.text,
): string | undefined {
  const [from, to] = fluidOunces(quantity.unit, wanted, index);
  if (from.family !== to.family) {
    const dependence = /mass volume|volume mass/.test(`${from.family} ${to.family}`)
      ? ": it depends on what is weighed"
      : "";
    if (/\dk\b/.test(asWritten)) return undefined; // `5k in miles`: a thousand, or a race, and no temperature
    return `${quantity.text} cannot be given in ${wantedName.trim()}: ${from.symbol} is ${from.family}, ${to.symbol} is ${to.family}${dependence}.`;
  }
  const value = convert(quantity.value, from, to);
  if (value === undefined) return `${quantity.text} cannot be given in ${to.symbol}: nothing can be divided by 0.`;
  if (from.family === "temperature" && convert(quantity.value, from, index.find("K")!)!.n < 0n)
    return `${quantity.text} is below absolute zero (-273.15 °C), so there is no such temperature.`;
  const text = from === quantity.unit ? quantity.text : quantity.text.replace(/oz$/, from.symbol);
  const said = shown({ value, unit: to, text: "", exact: quantity.exact && to.exact });
  return `${text} ${said.startsWith("≈") ? said : `is ${said}`}${notes([from, to])}`;
}

/** `170 cm in feet and inches`: whole feet, and what is left in inches to two places. */
function twoUnits(quantity: Quantity, names: string, index: UnitIndex): string | undefined {
  const pair = /^(\S+)(?: and |, ?| )(\S+)$/.exec(names);
  const [large, small] = [index.find(pair?.[1] ?? ""), index.find(pair?.[2] ?? "")];
  const { value, unit, text } = quantity;
  if (large === undefined || small === undefined || [unit, large, small].some((each) => each.inverse)) return undefined;
  if (unit.family !== large.family || unit.family !== small.family || unit.family === "temperature") return undefined;
  if (value.n < 0n || large.factor.n * small.factor.d <= small.factor.n * large.factor.d) return undefined;
  const hundred = rational(100n);
  const parts = divide(large.factor, small.factor); // twelve inches in a foot
  const exact = multiply(convert(value, unit, small)!, hundred); // neither is inverse
  const hundredths = roundHalfAway(exact);
  const perLarge = roundHalfAway(multiply(parts, hundred));
  if (parts.d !== 1n) return undefined;
  const rest = exactDecimal(rational(hundredths % perLarge, 100n))!; // two places always end
  const sure = quantity.exact && exact.d === 1n ? "is" : "≈";
  const whole = hundredths < perLarge ? "" : `${withUnit(String(hundredths / perLarge), large)} `;
  return `${text} ${sure} ${whole}${withUnit(rest, small)}${notes([unit, large, small])}`;
}

/** `oz` against a volume means fluid ounces. */
function fluidOunces(from: Unit, to: Unit, index: UnitIndex): [Unit, Unit] {
  if (from.symbol === "oz" && to.family === "volume") return [index.find("fl oz")!, to];
  if (to.symbol === "oz" && from.family === "volume") return [from, index.find("fl oz")!];
  return [from, to];
}

/** Ten significant digits are shown as they are; more are rounded to seven, behind `≈`. */
function shown({ value, unit, exact }: Quantity): string {
  const decimal = exact ? exactDecimal(value, 15) : undefined;
  const digits = decimal?.replace(/^-?0*\.?0*|\./g, "").length ?? Number.POSITIVE_INFINITY;
  if (decimal !== undefined && (digits <= 10 || value.d === 1n)) return withUnit(decimal, unit);
  return `≈ ${withUnit(roundedDecimal(value, 7), unit)}`;
}

/** `1 day`, `2 days`, `5 km`, `90°`: symbols have no plural, words do. */
function withUnit(number: string, { symbol }: Unit): string {
  if (symbol === "°") return `${number}°`;
  if (number === "1") return `1 ${symbol}`;
  if (symbol === "century") return `${number} centuries`;
  return `${number} ${symbol.replace(/^(?:day|week|fortnight|month|year|decade|turn|cup|metric cup|fathom|furlong|grain|are|long ton|ton)(?= \(|$)/, "$&s")}`;
}

function plain(value: Rational): string {
  return exactDecimal(value) ?? roundedDecimal(value, 7);
}

function notes(units: readonly Unit[]): string {
  const said = new Set(units.flatMap(({ note }) => note ?? []));
  return said.size === 0 ? "" : ` (${[...said].join("; ")})`;
}
