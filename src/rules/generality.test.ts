import { describe, expect, test } from "vitest";
import { afterwardsFamilies, harmlessAfterwards } from "../../test/support/rule-samples/afterwards.js";
import { lookalikeFamilies, promptFamilies } from "../../test/support/rule-samples/benign.js";
import { passwordFamilies } from "../../test/support/rule-samples/passwords.js";
import { personalFamilies } from "../../test/support/rule-samples/personal.js";
import { type SampleFamily, samplesOf } from "../../test/support/rule-samples/sampler.js";
import { statementFamilies } from "../../test/support/rule-samples/statements.js";
import { tokenFamilies } from "../../test/support/rule-samples/tokens.js";
import { ExpertSystem } from "./expert-system.js";

const system = new ExpertSystem();

/** The share of freshly made texts of a family that are not simply allowed. */
function flagged(family: SampleFamily): number {
  const texts = samplesOf(family, 300, 7);
  return texts.filter((text) => system.evaluate([{ source: "question", text }]).kind !== "allow").length / texts.length;
}

const named = (families: readonly SampleFamily[]): [string, SampleFamily][] =>
  families.map((family) => [family.name, family]);

// Made from published formats and our own sentences, none of them a row of the evaluation data. The rules were improved on
// these, by class and never by text.
describe("texts of every kind, made afresh", () => {
  const secret = [...tokenFamilies, ...passwordFamilies, ...personalFamilies, ...statementFamilies];
  test.each(named(secret))("%s: nearly all are found", (_, family) => {
    expect(flagged(family)).toBeGreaterThanOrEqual(0.97);
  });

  test.each(named([...lookalikeFamilies, ...promptFamilies]))("%s: nearly none are flagged", (_, family) => {
    expect(flagged(family)).toBeLessThanOrEqual(0.01);
  });
});

// No rule was changed for a sentence of these, so this is what to expect of the next person's words; but rules for wishes were
// added because only 26 % of those were found at first, so their figure flatters. Found on 2026-11-23:
// passwords 85 %, codes 73, wishes 76, internal matters 58, health 59, money 100, law 92; no false alarm.
describe("sentences that were written after the rules", () => {
  test("most of what is private is found", () => {
    let sum = 0;
    for (const family of afterwardsFamilies) sum += flagged(family);
    expect(sum / afterwardsFamilies.length).toBeGreaterThanOrEqual(0.7);
  });

  test.each(harmlessAfterwards)("nothing is private in: %s", (text) => {
    expect(system.evaluate([{ source: "question", text }]).kind).toBe("allow");
  });
});
