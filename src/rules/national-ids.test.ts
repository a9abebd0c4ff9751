import { describe, expect, test } from "vitest";
import { IDENTITY_NUMBERS } from "../../test/support/identity-numbers.js";
import { Sampler } from "../../test/support/rule-samples/sampler.js";
import { ExpertSystem } from "./expert-system.js";
import { type NationalId, nationalIds } from "./national-ids.js";

const system = new ExpertSystem();
const ruleIds = (text: string): readonly string[] =>
  system.evaluate([{ source: "question", text }]).hits.map((hit) => hit.ruleId);

/** How a number is written where the plain digits are not its form. */
const WRITTEN: Readonly<Record<string, (number: string) => string>> = {
  "Chile RUT": (n) => `${n.slice(0, 2)}.${n.slice(2, 5)}.${n.slice(5, 8)}-${n[8]}`,
  "Colombia NIT": (n) => `${n.slice(0, -1)}-${n.at(-1)}`,
  "Czechia and Slovakia birth number": (n) => `${n.slice(0, 6)}/${n.slice(6)}`,
  "Hungary tax number": (n) => `${n}-2-41`,
  "Uruguay cédula": (n) => `${n[0]}.${n.slice(1, 4)}.${n.slice(4, 7)}-${n[7]}`,
  "Malaysia NRIC": (n) => `${n.slice(0, 6)}-${n.slice(6, 8)}-${n.slice(8)}`,
};

const WORDS: Readonly<Record<string, string>> = {
  "Dominican cédula": "cédula",
  "Ecuador cédula": "cédula",
  "Hong Kong identity card": "HKID",
  "Norway company": "orgnr",
  "Sweden personnummer": "personnummer",
  "Turkey TCKN": "TCKN",
};

/** A word that each kind's pattern of words takes, found in the pattern itself. */
const wordOf = (kind: NationalId): string =>
  WORDS[kind.name] ?? kind.words?.source.split("|")[0]?.replace(/\\b|\\|[?()[\]]/g, "") ?? "number";

const kindsNamed = (name: string): readonly NationalId[] => nationalIds.filter((kind) => kind.name === name);
const accepts = (kind: NationalId, number: string): boolean => {
  kind.form.lastIndex = 0;
  return kind.form.test(number) && kind.valid(number.replace(/[^A-Za-z0-9]/g, "").toUpperCase());
};

test("there are at least 60 kinds, and most have a check", () => {
  const names = new Set(nationalIds.map((kind) => kind.name));
  expect(names.size).toBeGreaterThanOrEqual(85);
  expect(new Set(nationalIds.filter((kind) => kind.checked).map((kind) => kind.name)).size).toBeGreaterThanOrEqual(70);
});

describe("what an independent program accepts", () => {
  test.each([...new Set(IDENTITY_NUMBERS.map(([name]) => name))])("%s", (name) => {
    const kinds = kindsNamed(name);
    expect(kinds.length).toBeGreaterThan(0);
    for (const [, plain] of IDENTITY_NUMBERS.filter(([each]) => each === name)) {
      const number = WRITTEN[name]?.(plain) ?? plain;
      expect(kinds.some((kind) => accepts(kind, number))).toBe(true);
      const kind = kinds.find((each) => accepts(each, number))!;
      expect(ruleIds(`the ${wordOf(kind)} ${number} is on the form`)).toContain("PRIVACY_040");
    }
  });
});

describe("a number with a wrong check", () => {
  test.each(nationalIds.filter((kind) => kind.checked).map((kind) => [kind.name, kind] as const))(
    "%s",
    (name, kind) => {
      const samples = IDENTITY_NUMBERS.filter(([each]) => each === name).map(
        ([, plain]) => WRITTEN[name]?.(plain) ?? plain,
      );
      const own = samples.filter((number) => accepts(kind, number));
      for (const number of own) {
        let refused = 0;
        let tried = 0;
        // Each digit in turn is changed: a check that lets one in ten through lets most of these through never.
        for (let place = 0; place < number.length; place++) {
          if (!/\d/.test(number[place]!)) continue;
          const changed = `${number.slice(0, place)}${(Number(number[place]) + 1) % 10}${number.slice(place + 1)}`;
          tried++;
          if (!accepts(kind, changed)) refused++;
        }
        expect(refused / tried).toBeGreaterThan(0.6);
      }
    },
  );
});

test("is found as the whole of a text, and not in a sentence of other things", () => {
  const [, number] = IDENTITY_NUMBERS.find(([name]) => name === "Turkey TCKN")!;
  expect(ruleIds(`${number}\n`)).toContain("PRIVACY_040");
  expect(ruleIds(`the population grew by ${number} atoms`)).toEqual([]);
});

test("random numbers of any length are seldom taken for one without a word beside them", () => {
  const sampler = new Sampler(11);
  let found = 0;
  for (let round = 0; round < 3000; round++)
    if (ruleIds(`there are ${sampler.digits(sampler.between(5, 16))} grains in it`).includes("PRIVACY_040")) found++;
  expect(found).toBeLessThanOrEqual(3);
});
