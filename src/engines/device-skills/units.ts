import { add, divide, multiply, parseDecimal, type Rational, rational, subtract } from "../../core/rational.js";
import { UNIT_ROWS, type UnitFamily } from "./unit-table.js";

/** A unit ready for reckoning: value in base units = value × factor + offset, or factor / value when `inverse`. */
export interface Unit {
  readonly family: UnitFamily;
  readonly symbol: string;
  readonly factor: Rational;
  /** Only temperatures have one. */
  readonly offset: Rational;
  /** Litres per distance against distance per litre. */
  readonly inverse: boolean;
  /** False for radians, whose size holds π. */
  readonly exact: boolean;
  readonly note?: string;
}

/** Finds units by name. */
export interface UnitIndex {
  /** The unit of that name or symbol, singular or plural; case decides only where it must (Mb, MB). */
  find(name: string): Unit | undefined;
}

const ZERO = rational(0n);
const OFFSETS: Readonly<Record<string, Rational>> = {
  "°C": rational(27315n, 100n),
  "°F": rational(45967n * 5n, 900n),
};
const PI: Rational = rational(3141592653589793238462643383279502884197169399375105820974944n, 10n ** 60n);

/** Builds the lookup once; 150 units with about 420 names. */
export function unitIndex(): UnitIndex {
  const exact = new Map<string, Unit>();
  const lower = new Map<string, Unit | null>(); // null: two units differ only by case
  for (const [family, symbol, factor, names, note] of UNIT_ROWS) {
    const unit: Unit = {
      family,
      symbol,
      factor: readFactor(factor),
      offset: OFFSETS[symbol] ?? ZERO,
      inverse: symbol === "l/100 km",
      exact: !factor.includes("π"),
      ...(note === undefined ? {} : { note }),
    };
    for (const name of names.split("|")) {
      exact.set(name, unit);
      const key = name.toLowerCase();
      const other = lower.get(key);
      lower.set(key, other === undefined || other === unit ? unit : null);
    }
  }
  const lookUp = (name: string): Unit | undefined => exact.get(name) ?? lower.get(name.toLowerCase()) ?? undefined;
  return {
    find(name) {
      const tidy = tidyName(name);
      return lookUp(tidy) ?? (tidy.length > 2 && /s$/i.test(tidy) ? lookUp(tidy.slice(0, -1)) : undefined);
    },
  };
}

function readFactor(text: string): Rational {
  const [numerator, denominator = "1"] = text.split("/");
  return divide(readTerm(numerator!), readTerm(denominator));
}

function readTerm(text: string): Rational {
  return text === "π" ? PI : parseDecimal(text)!; // the table's own decimals: a test reads every row
}

function tidyName(name: string): string {
  const tidy = name
    .trim()
    .replace(/\s+/g, " ")
    .replace(/(?<=[a-z])\.$/i, "");
  return tidy
    .replace(/metre/i, "meter")
    .replace(/litre/i, "liter")
    .replace(/^sq\. |^square (?=[a-z]{1,2}$)/i, "sq ")
    .replace(/\^?²|\^2$/, "2")
    .replace(/\^?³|\^3$/, "3");
}

/** The value in another unit of the same family, exactly. Undefined for l/100 km of a consumption of 0. */
export function convert(value: Rational, from: Unit, to: Unit): Rational | undefined {
  if (from.family !== to.family)
    throw new TypeError(
      `Cannot convert: ${from.symbol} is ${from.family} and ${to.symbol} is ${to.family}, wanted one family`,
    );
  if (from.inverse !== to.inverse && value.n === 0n) return undefined;
  const base = from.inverse ? divide(from.factor, value) : add(multiply(value, from.factor), from.offset);
  if (from.inverse && to.inverse) return value;
  return to.inverse ? divide(to.factor, base) : divide(subtract(base, to.offset), to.factor);
}
