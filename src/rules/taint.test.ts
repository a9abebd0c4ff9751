import { expect, test } from "vitest";
import type { RuleHit, ScannedText } from "../core/verdict.js";
import { flaggedValues, QUOTED_VALUE_RULE, quotations } from "./taint.js";

const question = (text: string): ScannedText => ({ source: "question", text });
const hit = (start: number, end: number, action: RuleHit["action"] = "keep-local"): RuleHit => ({
  ruleId: "PRIVACY_021",
  action,
  severity: "critical",
  kind: "PIN",
  source: "question",
  textIndex: 0,
  start,
  end,
  reason: "a PIN",
});

test("takes the values that keep a text here, and no warnings, short ones or whole texts", () => {
  const texts = [question("my PIN is 4711, ok 12")];
  expect(flaggedValues(texts, [hit(10, 14)])).toEqual(["4711"]);
  expect(flaggedValues(texts, [hit(10, 14, "warn"), hit(19, 21), hit(0, 0), { ...hit(0, 4), textIndex: 7 }])).toEqual(
    [],
  );
});

test("finds a quotation by itself, and not inside a longer number or word", () => {
  expect(quotations([question("is 4711 a good one?")], ["4711"])).toMatchObject([
    { ruleId: QUOTED_VALUE_RULE, start: 3, end: 7 },
  ]);
  expect(quotations([question("147110"), question("a4711"), question("47")], ["4711"])).toEqual([]);
});
