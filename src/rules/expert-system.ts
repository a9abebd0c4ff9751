import type { RuleAction, RuleHit, ScannedText, Verdict } from "../core/verdict.js";
import { defaultRules } from "./default-rules.js";
import { type DecodedRun, forEachDecodedRun, forEachJoinedString, forEachWrappedRun } from "./encoded-runs.js";
import { RESOURCE_IDS, type ResourceLimits, resourceLimits } from "./resource-limits.js";
import type { Rule } from "./rule.js";
import { type OnMatch, Scanner, type Survey } from "./scanner.js";
import { plainView } from "./text-view.js";

export type { Rule } from "./rule.js";

export interface ExpertSystemOptions {
  /** Default: `defaultRules`. */
  readonly rules?: readonly Rule[];
  /** Ids of rules that are off. An unknown id is a TypeError, so that a typing error does not leave a rule on. */
  readonly disabled?: readonly string[];
  /** Consent: personal data is redacted instead of kept on the device. Credentials never are. */
  readonly redactPersonalData?: boolean;
  readonly limits?: Partial<ResourceLimits>;
}

const ALLOW: Verdict = Object.freeze({ kind: "allow", hits: Object.freeze([]) });
const STRICTNESS: Readonly<Record<RuleAction, number>> = { warn: 0, redact: 1, "keep-local": 2, block: 3 };
const CONSEQUENCE: Readonly<Record<RuleAction, string>> = {
  warn: "",
  redact: "; it is replaced by a placeholder before anything is sent",
  "keep-local": "; it stays on this device",
  block: "; this is not answered",
};

/**
 * Deterministic rules over everything that would be sent: the same texts, the same verdict. O(length) on any input.
 * A prompt of 80 characters without a hit takes 0.6 to 0.9 us (2-core EPYC, Node 20.20.2, 2026-11-23).
 */
export class ExpertSystem {
  #rules: readonly Rule[];
  #actions: readonly RuleAction[];
  #reasons: readonly string[];
  #scanner: Scanner;
  #limits: ResourceLimits;
  #resourceRulesOff: ReadonlySet<string>;
  #project: string | undefined;
  #hits: RuleHit[] = [];
  #dropped: RuleAction | undefined;
  #source: ScannedText["source"] = "question";
  #textIndex = 0;

  constructor(options: ExpertSystemOptions = {}) {
    const { rules = defaultRules, disabled = [], redactPersonalData = false, limits } = options;
    const known = new Set([...rules.map((rule) => rule.id), ...RESOURCE_IDS]);
    for (const id of disabled) {
      if (!known.has(id)) throw new TypeError(`Cannot disable rule "${id}": no rule has this id`);
    }
    const off = new Set(disabled);
    this.#rules = rules.filter((rule) => !off.has(rule.id));
    this.#resourceRulesOff = off;
    this.#limits = resourceLimits(limits);
    this.#actions = this.#rules.map((rule) =>
      redactPersonalData && rule.redactable === true && rule.action === "keep-local" ? "redact" : rule.action,
    );
    this.#reasons = this.#rules.map(
      (rule, number) => `This looks like ${rule.description}${CONSEQUENCE[this.#actions[number]!]}.`,
    );
    this.#scanner = new Scanner(this.#rules);
  }

  /** The rules that are on, the most specific first. */
  get rules(): readonly Rule[] {
    return this.#rules;
  }

  /** Takes over the rules and settings of another system at once: whoever holds this one sees them at the next question. */
  replaceWith(other: ExpertSystem): void {
    this.#rules = other.#rules;
    this.#actions = other.#actions;
    this.#reasons = other.#reasons;
    this.#scanner = other.#scanner;
    this.#limits = other.#limits;
    this.#resourceRulesOff = other.#resourceRulesOff;
  }

  /**
   * The verdict on a whole request; the strictest hit decides. Never throws, whatever the texts hold. Rules that are for
   * some projects only are left out where `project` names another; where it is not known they speak up.
   */
  evaluate(texts: readonly ScannedText[], options: { readonly project?: string | undefined } = {}): Verdict {
    this.#project = options.project;
    let length = 0;
    for (let index = 0; index < texts.length; index++) length += texts[index]!.text.length;
    if (length > this.#limits.maxLength && !this.#resourceRulesOff.has("RESOURCE_001"))
      return this.#tooLong(length, texts);

    const survey: Survey = { longRuns: false, percents: 0, lineBreaks: 0, controls: 0, loneSurrogates: 0 };
    for (let index = 0; index < texts.length; index++) {
      this.#source = texts[index]!.source;
      this.#textIndex = index;
      this.#scan(texts[index]!.text, survey);
    }
    this.#resourceHits(survey);
    if (this.#hits.length === 0) return ALLOW;
    return this.#conclude();
  }

  #scan(text: string, survey: Survey): void {
    const view = plainView(text);
    const { offsets } = view;
    const found: { rule: number; start: number; end: number }[] = [];
    const onMatch: OnMatch =
      offsets === undefined
        ? (rule, start, end) => found.push({ rule, start, end })
        : (rule, start, end) => found.push({ rule, start: offsets[start]!, end: offsets[end - 1]! + 1 });
    const percents = survey.percents;
    const lineBreaks = survey.lineBreaks;
    survey.longRuns = false;
    this.#scanner.scan(view.text, survey, onMatch);

    const scanDecoded = (run: DecodedRun): void => {
      const inner: Survey = { longRuns: false, percents: 0, lineBreaks: 0, controls: 0, loneSurrogates: 0 };
      this.#scanner.scan(run.text, inner, (rule, _start, end) => {
        // A match in the context alone was found where it stands.
        if (end > run.from && this.#rules[rule]!.action !== "warn") onMatch(rule, run.start, run.end);
      });
    };
    if (survey.longRuns || survey.percents - percents >= 3) forEachDecodedRun(view.text, scanDecoded);
    if (survey.lineBreaks > lineBreaks) forEachWrappedRun(view.text, scanDecoded);
    if (view.text.includes('" +') || view.text.includes("' +")) forEachJoinedString(view.text, scanDecoded);
    if (found.length > 0) this.#keep(found);
  }

  /** Adds the matches of one text, leaving out what a hit at least as strict already covers. */
  #keep(found: { rule: number; start: number; end: number }[]): void {
    const actions = this.#actions;
    found.sort(
      (a, b) =>
        a.start - b.start ||
        b.end - a.end ||
        STRICTNESS[actions[b.rule]!] - STRICTNESS[actions[a.rule]!] ||
        a.rule - b.rule,
    );
    // Furthest end so far of a hit of each strictness or stricter.
    const coveredUntil = [-1, -1, -1, -1];
    for (const { rule, start, end } of found) {
      const { projects } = this.#rules[rule]!;
      if (projects !== undefined && this.#project !== undefined && !projects.includes(this.#project.normalize("NFC")))
        continue;
      const strictness = STRICTNESS[actions[rule]!];
      if (end <= coveredUntil[strictness]!) continue;
      for (let level = 0; level <= strictness; level++) coveredUntil[level] = Math.max(coveredUntil[level]!, end);
      const { id, severity, kind } = this.#rules[rule]!;
      this.#add(id, actions[rule]!, severity, kind, start, end, this.#reasons[rule]!);
    }
  }

  #add(
    ruleId: string,
    action: RuleAction,
    severity: RuleHit["severity"],
    kind: string,
    start: number,
    end: number,
    reason: string,
  ): void {
    if (this.#hits.length < this.#limits.maxHits) {
      this.#hits.push({
        ruleId,
        action,
        severity,
        kind,
        source: this.#source,
        textIndex: this.#textIndex,
        start,
        end,
        reason,
      });
      return;
    }
    // A value that is not listed cannot be redacted, so what would have been redacted stays instead.
    const effective = action === "redact" ? "keep-local" : action;
    if (this.#dropped === undefined || STRICTNESS[effective] > STRICTNESS[this.#dropped]) this.#dropped = effective;
  }

  #resourceHits(survey: Survey): void {
    const warn = (id: string, reason: string): void => {
      if (!this.#resourceRulesOff.has(id)) this.#add(id, "warn", "low", "RESOURCE", 0, 0, reason);
    };
    if (survey.controls === 0 && survey.loneSurrogates === 0 && survey.lineBreaks < this.#limits.maxLines) return;
    this.#textIndex = 0;
    this.#source = "request";
    if (survey.lineBreaks >= this.#limits.maxLines)
      warn("RESOURCE_002", `The text has more than ${this.#limits.maxLines} lines.`);
    if (survey.controls > 0) warn("RESOURCE_003", "The text holds control characters.");
    if (survey.loneSurrogates > 0) warn("RESOURCE_004", "The text holds broken characters (half a surrogate pair).");
  }

  #conclude(): Verdict {
    const hits = this.#hits;
    if (this.#dropped !== undefined) {
      hits.push({
        ruleId: "RESOURCE_005",
        action: this.#dropped,
        severity: "high",
        kind: "RESOURCE",
        source: "request",
        textIndex: 0,
        start: 0,
        end: 0,
        reason: `More than ${this.#limits.maxHits} places need care; the rest is not listed${CONSEQUENCE[this.#dropped]}.`,
      });
    }
    this.#hits = [];
    this.#dropped = undefined;
    let strictest = hits[0]!;
    for (const hit of hits) if (STRICTNESS[hit.action] > STRICTNESS[strictest.action]) strictest = hit;
    switch (strictest.action) {
      case "block":
        return { kind: "block", hits, ruleId: strictest.ruleId, reason: strictest.reason };
      case "keep-local":
      case "redact":
        return { kind: strictest.action, hits };
      case "warn":
        return { kind: "allow", hits };
      default:
        return strictest.action satisfies never;
    }
  }

  #tooLong(length: number, texts: readonly ScannedText[]): Verdict {
    let longest = 0;
    texts.forEach((text, index) => {
      if (text.text.length > texts[longest]!.text.length) longest = index;
    });
    const reason = `The request is too long to be checked: ${length} characters, and at most ${this.#limits.maxLength} are allowed.`;
    const hit: RuleHit = {
      ruleId: "RESOURCE_001",
      action: "block",
      severity: "high",
      kind: "RESOURCE",
      source: texts[longest]!.source,
      textIndex: longest,
      start: 0,
      end: 0,
      reason,
    };
    return { kind: "block", hits: [hit], ruleId: hit.ruleId, reason };
  }
}
