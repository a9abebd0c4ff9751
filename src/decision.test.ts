import { expect, test } from "vitest";
import { canonicalJson } from "./audit/hash-chain.js";
import type { DeviceStatus } from "./core/ports.js";
import type { Query } from "./core/query.js";
import { decide, recordOf } from "./decision.js";
import { deviceSkillsEngine } from "./engines/device-skills/device-skills.js";
import { Router } from "./routing/router.js";
import { ExpertSystem } from "./rules/expert-system.js";
import { scriptedEngine } from "./testing.js";

const engines = [
  deviceSkillsEngine({}),
  scriptedEngine([""], { id: "small", place: "device", contextTokens: 2048 }),
  scriptedEngine([""], { id: "large", place: "network" }),
];

/** The record without the rules' version, which changes with every rule. */
function record(query: Query, device: DeviceStatus = {}, keptValues: readonly string[] = []): string {
  const router = new Router();
  const circumstances = { preference: "balanced" as const, projectPrivate: false, device, engines, keptValues };
  const { facts, taken } = recordOf(decide(query, circumstances, { rules: new ExpertSystem(), router }), {
    router,
    ruleVersion: "",
  });
  const { preference, device: seen, promptTokens, texts } = facts;
  return canonicalJson({ facts: { preference, device: seen, promptTokens, texts }, taken });
}

// Literal, so that every runtime that passes this test makes the same record, byte for byte.
test.each<[Query, DeviceStatus, string]>([
  [
    { text: "What is 17.5 % of 2340?" },
    {},
    '{"facts":{"device":{},"preference":"balanced","promptTokens":6,"texts":1},"taken":{"dropped":[],"hits":[],"order":["device-skills","small","large"],"reasons":["skill/arithmetic"],"redact":false,"route":"local","score":0,"threshold":0.55,"verdict":"allow"}}',
  ],
  [
    { text: "Prove step by step that quicksort is fast on average", forced: "local" },
    { batteryLevel: 0.1, charging: false },
    '{"facts":{"device":{"batteryLevel":0.1,"charging":false},"preference":"balanced","promptTokens":13,"texts":1},"taken":{"dropped":[{"engine":"device-skills","why":"does not answer this"},{"engine":"large","why":"veto/forced-local"}],"hits":[],"order":["small"],"reasons":["veto/forced-local","feature/reasoning 0.1250","feature/parts 0.0750","feature/short -0.1000","device/battery-low 0.1000"],"redact":false,"route":"local","score":0.4,"threshold":0.45000000000000007,"verdict":"allow"}}',
  ],
])("makes the same record of %j on every runtime", (query, device, expected) => {
  for (let round = 0; round < 3; round++) expect(record(query, device)).toBe(expected);
});

test("keeps a quotation of a kept value here, and names no value", () => {
  const text = record({ text: "Is the code 9Q4T-77 still good?" }, {}, ["9Q4T-77"]);
  expect(text).toContain('"ruleId":"PRIVACY_090"');
  expect(text).toContain('"veto/rule"');
  expect(text).not.toContain("9Q4T");
});
