import { birthDateDetections } from "./birth-dates.js";
import { healthDetections } from "./health-statements.js";
import { legalDetections, moneyDetections } from "./life-statements.js";
import type { Rule } from "./rule.js";

const personal = { action: "keep-local" } as const;

/** What people say about themselves: birth dates with a date, health, money, law. Never redacted: the sentence is the value. */
export const statementRules: readonly Rule[] = [
  {
    id: "PRIVACY_050",
    description: "a date of birth",
    severity: "medium",
    kind: "BIRTH_DATE",
    redactable: true,
    ...personal,
    detections: birthDateDetections,
  },
  {
    id: "PRIVACY_051",
    description: "a statement about somebody's own health",
    severity: "high",
    kind: "HEALTH",
    ...personal,
    detections: healthDetections,
  },
  {
    id: "PRIVACY_052",
    description: "a statement about somebody's own money or legal matters",
    severity: "high",
    kind: "FINANCE",
    ...personal,
    detections: [...moneyDetections, ...legalDetections],
  },
];
