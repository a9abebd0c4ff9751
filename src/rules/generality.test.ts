import { describe, expect, test } from "vitest";
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

// Texts made from published formats and our own sentences, none of them a row of the evaluation data.
describe("texts that no rule was tuned on", () => {
  const secret = [...tokenFamilies, ...passwordFamilies, ...personalFamilies, ...statementFamilies];
  test.each(named(secret))("%s: nearly all are found", (_, family) => {
    expect(flagged(family)).toBeGreaterThanOrEqual(0.97);
  });

  test.each(named([...lookalikeFamilies, ...promptFamilies]))("%s: nearly none are flagged", (_, family) => {
    expect(flagged(family)).toBeLessThanOrEqual(0.01);
  });
});
