import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exactDecimal, parseDecimal, rational, roundedDecimal } from "../../core/rational.js";
import { UNIT_ROWS } from "./unit-table.js";
import { convert, unitIndex } from "./units.js";

const index = unitIndex();
const unit = (name: string) => {
  const found = index.find(name);
  if (found === undefined) throw new Error(`no unit ${name}`);
  return found;
};

describe("units", () => {
  test("every name in the table leads to its own unit", () => {
    for (const [family, symbol, , names] of UNIT_ROWS)
      for (const name of names.split("|"))
        expect([name, unit(name).symbol, unit(name).family]).toEqual([name, symbol, family]);
  });

  test("no name is listed twice", () => {
    const names = UNIT_ROWS.flatMap((row) => row[3].split("|"));
    expect(names.length).toBe(new Set(names).size);
  });

  test("convert there and back without loss, in every family", () => {
    const rows = fc.constantFrom(...UNIT_ROWS);
    fc.assert(
      fc.property(rows, rows, fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), (a, b, n) => {
        fc.pre(a[0] === b[0] && n !== 0n);
        const from = unit(a[3].split("|")[0]!);
        const to = unit(b[3].split("|")[0]!);
        const value = rational(n, 1000n);
        const there = convert(value, from, to)!;
        fc.pre(there.n !== 0n || !(from.inverse || to.inverse));
        expect(convert(there, to, from)).toEqual(value);
      }),
      { numRuns: 2000 },
    );
  });

  test("agree with values published in NIST SP 811 and the Weights and Measures Act", () => {
    const published: readonly (readonly [value: string, from: string, to: string, result: string])[] = [
      ["1", "mi", "km", "1.609344"],
      ["1", "lb", "g", "453.59237"],
      ["1", "gallon", "l", "3.785411784"],
      ["1", "imperial gallon", "l", "4.54609"],
      ["1", "acre", "m2", "4046.8564224"],
      ["1", "troy oz", "g", "31.1034768"],
      ["98.6", "F", "C", "37"],
      ["0", "K", "F", "-459.67"],
      ["1", "knot", "km/h", "1.852"],
      ["1", "kWh", "MJ", "3.6"],
      ["1", "GiB", "B", "1073741824"],
      ["760", "Torr", "kPa", "101.325"],
      ["1", "short ton", "lb", "2000"],
      ["1", "gallon", "in3", "231"],
    ];
    for (const [value, from, to, result] of published)
      expect([from, exactDecimal(convert(parseDecimal(value)!, unit(from), unit(to))!)]).toEqual([from, result]);
    const rounded = (value: string, from: string, to: string, digits: number): string =>
      roundedDecimal(convert(parseDecimal(value)!, unit(from), unit(to))!, digits);
    expect(rounded("1", "psi", "Pa", 7)).toBe("6894.757");
    expect(rounded("1", "rad", "degree", 12)).toBe("57.2957795131");
    expect(rounded("30", "mpg", "l/100km", 6)).toBe("7.84049");
    expect(rounded("1", "hp", "W", 7)).toBe("745.6999");
  });

  test("tell case where it matters", () => {
    expect([unit("Mb").symbol, unit("MB").symbol, unit("mb").symbol, unit("KM").symbol]).toEqual([
      "Mbit",
      "MB",
      "MB",
      "km",
    ]);
    expect(index.find("constructor")).toBeUndefined();
    expect(index.find("dollars")).toBeUndefined();
  });

  test("refuse to cross families", () => {
    expect(() => convert(rational(1n), unit("kg"), unit("km"))).toThrow(TypeError);
  });
});
