import { describe, expect, test } from "vitest";
import { afterwardsFamilies, harmlessAfterwards } from "../../test/support/rule-samples/afterwards.js";
import { lookalikeFamilies, promptFamilies } from "../../test/support/rule-samples/benign.js";
import { harmlessKeptBack, keptBackFamilies } from "../../test/support/rule-samples/kept-back.js";
import { passwordFamilies } from "../../test/support/rule-samples/passwords.js";
import { personalFamilies } from "../../test/support/rule-samples/personal.js";
import { type SampleFamily, samplesOf } from "../../test/support/rule-samples/sampler.js";
import { statementFamilies } from "../../test/support/rule-samples/statements.js";
import { tokenFamilies } from "../../test/support/rule-samples/tokens.js";
import { widenedFamilies } from "../../test/support/rule-samples/widened.js";
import { harmlessNearby } from "../../test/support/rule-samples/widened-benign.js";
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

// Written by class before the rules were asked, found to 15 to 90 %, and then the rules were widened by class.
describe("other ways to say the same", () => {
  test.each(named([...widenedFamilies, ...afterwardsFamilies]))("%s: nearly all are found", (_, family) => {
    expect(flagged(family)).toBeGreaterThanOrEqual(0.9);
  });

  test.each([...harmlessNearby, ...harmlessAfterwards])("nothing is private in: %s", (text) => {
    expect(system.evaluate([{ source: "question", text }]).kind).toBe("allow");
  });
});

// Written before the last widening, measured once after it, and no rule was changed for any: what to expect of the next
// person's words. Found on 2026-11-23 (and by the rules of that morning): passwords 84 % (84), codes and phrases 93 (89),
// wishes 76 (43), internal matters 90 (35), data about people 79 (10), health 74 (71), money, law and private life 76 (51);
// none of 56 harmless ones flagged.
describe("sentences that changed no rule", () => {
  test("most of what is private is found", () => {
    let sum = 0;
    for (const family of keptBackFamilies) sum += flagged(family);
    expect(sum / keptBackFamilies.length).toBeGreaterThanOrEqual(0.75);
  });

  test("next to nothing harmless is flagged", () => {
    const wrong = harmlessKeptBack.filter((text) => system.evaluate([{ source: "question", text }]).kind !== "allow");
    expect(wrong.length).toBeLessThanOrEqual(harmlessKeptBack.length * 0.05);
  });
});
