import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { systemClock } from "../core/clock.js";
import { type EvaluationRow, evaluateRules } from "./evaluation.js";
import { ExpertSystem } from "./expert-system.js";

const directory = join(process.env["MAO_DATA"] ?? "../shared/data", "safety");

function rows(): EvaluationRow[] {
  const files = readdirSync(directory).filter((name) => name.endsWith(".jsonl"));
  return files.flatMap((name) =>
    readFileSync(join(directory, name), "utf8")
      .trim()
      .split("\n")
      .map((line) => {
        const row = JSON.parse(line);
        return { ...row, text: Buffer.from(row.text_b64, "base64").reverse().toString("utf8") };
      }),
  );
}

test("figures count misses and alarms by the ids of their rows", () => {
  const { figures, wrong } = evaluateRules(
    [
      { id: "1", label: "pii", kind: "synth-structured", group: "EMAIL_ADDRESS", text: "ada@lovelace.org" },
      { id: "2", label: "pii", kind: "synth-structured", group: "EMAIL_ADDRESS", text: "nothing here" },
      { id: "3", label: "benign", kind: "chat", group: "", text: "hello" },
      { id: "4", label: "benign-lookalike", kind: "x", group: "", weak: true, text: "ada@lovelace.org" },
    ],
    new ExpertSystem(),
    { clock: systemClock },
  );
  expect(figures).toMatchObject({
    "recall/pii/synth-structured": 0.5,
    "recall/pii/entity/EMAIL_ADDRESS": 0.5,
    "falseAlarms/benign": 0,
  });
  expect(figures).not.toHaveProperty("falseAlarms/benign-lookalike");
  expect(wrong["recall/pii/synth-structured"]).toEqual(["2"]);
});

describe.skipIf(!existsSync(directory))("on the validation half of the safety texts", () => {
  test("recall and false alarms keep to modest floors", () => {
    const { figures } = evaluateRules(rows(), new ExpertSystem(), { clock: systemClock });
    const floors: Readonly<Record<string, number>> = {
      "recall/secret": 0.95,
      "recall/secret/not-gitleaks": 0.9,
      "recall/secret/password-prose": 0.85,
      "recall/pii/synth-structured": 0.95,
      "recall/pii/entity/PHONE_NUMBER": 0.9,
      "recall/pii/entity/CREDIT_CARD": 0.98,
      "recall/private-intent": 0.7,
    };
    for (const [figure, floor] of Object.entries(floors)) expect(figures[figure], figure).toBeGreaterThanOrEqual(floor);
    expect(figures["falseAlarms/benign"]).toBeLessThanOrEqual(0.0011);
    expect(figures["falseAlarms/benign-lookalike"]).toBeLessThanOrEqual(0.01);
    expect(figures["blocked/benign"]).toBe(0);
  });
});
