/**
 * What a rule asks for. `block`: no engine may see the text. `keep-local`: only engines on the device may.
 * `redact`: a remote engine may, after the span is replaced by a placeholder. `warn`: say so, and go on.
 */
export type RuleAction = "block" | "keep-local" | "redact" | "warn";

export type Severity = "low" | "medium" | "high" | "critical";

/** A text that would reach an engine, and which part of the request it is. */
export interface ScannedText {
  readonly source: "question" | "system" | "history" | "memory" | "tool-result" | "attachment" | "request";
  readonly text: string;
}

/** One rule that matched. It holds where, never what: a hit may be logged. */
export interface RuleHit {
  /** Stable id, `PRIVACY_001`; `SAFETY_*` and `RESOURCE_*` likewise. */
  readonly ruleId: string;
  readonly action: RuleAction;
  readonly severity: Severity;
  /** The kind of value, as it stands in a placeholder: `EMAIL`, `CARD`, `SECRET`. */
  readonly kind: string;
  /** Which part of the request. */
  readonly source: ScannedText["source"];
  /** Index of that part in the texts that were evaluated. */
  readonly textIndex: number;
  /** UTF-16 offsets into that text, end exclusive; both 0 when the rule speaks of the text as a whole. */
  readonly start: number;
  readonly end: number;
  /** One sentence a person understands, without the value. */
  readonly reason: string;
}

/** What the expert system decides on a whole request. The strictest hit names the kind. */
export type Verdict =
  | { readonly kind: "allow"; readonly hits: readonly RuleHit[] }
  | { readonly kind: "redact"; readonly hits: readonly RuleHit[] }
  | { readonly kind: "keep-local"; readonly hits: readonly RuleHit[] }
  | { readonly kind: "block"; readonly hits: readonly RuleHit[]; readonly ruleId: string; readonly reason: string };
