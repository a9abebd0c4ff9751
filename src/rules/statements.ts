import { birthDateDetections } from "./birth-dates.js";
import { healthDetections } from "./health-statements.js";
import { legalDetections, moneyDetections } from "./life-statements.js";
import {
  healthCircumstances,
  intimateDetections,
  legalCircumstances,
  moneyCircumstances,
} from "./own-circumstances.js";
import type { Detection, Rule } from "./rule.js";

const personal = { action: "keep-local" } as const;

/** How far behind a statement the answers of an exam question may begin. */
const ANSWERS_WITHIN = 800;

/** Silent in the text of an exam: its first person is nobody. */
function unlessExam(detection: Detection): Detection {
  return {
    ...detection,
    find(text, start, end) {
      const span = detection.find(text, start, end);
      if (span === undefined) return undefined;
      const rest = text.slice(span.end, span.end + ANSWERS_WITHIN);
      return rest.includes("\nB") && /\n\s?\(?A[.)]\s?[^\n]*\n\s?\(?B[.)]\s?/.test(rest) ? undefined : span;
    },
  };
}

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
    detections: [...healthDetections, ...healthCircumstances].map(unlessExam),
  },
  {
    id: "PRIVACY_052",
    description: "a statement about somebody's own money or legal matters",
    severity: "high",
    kind: "FINANCE",
    ...personal,
    detections: [...moneyDetections, ...moneyCircumstances, ...legalDetections, ...legalCircumstances].map(unlessExam),
  },
  {
    id: "PRIVACY_053",
    description: "a statement about somebody's own beliefs or intimate life",
    severity: "high",
    kind: "INTIMATE",
    ...personal,
    detections: intimateDetections.map(unlessExam),
  },
];
