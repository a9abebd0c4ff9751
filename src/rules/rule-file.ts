import * as v from "valibot";
import { isWholeWord } from "./characters.js";
import { defaultRules } from "./default-rules.js";
import { LinearPattern, PatternError } from "./linear-pattern.js";
import { type Fault, JsonFault, type LocatedJson, parseLocatedJson } from "./located-json.js";
import { RESOURCE_IDS } from "./resource-limits.js";
import type { Detection, Rule } from "./rule.js";

/** Rules of one's own, and the ids of house rules that are off. */
export interface RuleFile {
  readonly rules: readonly Rule[];
  readonly disabled: readonly string[];
}

/** A rule file that cannot be used: every fault with its line and column, as `name:line:column: message`. */
export class RuleFileError extends Error {
  override readonly name: string = "RuleFileError";
  readonly faults: readonly Fault[];

  constructor(file: string, faults: readonly Fault[]) {
    super(faults.map((fault) => `${file}:${fault.line}:${fault.column}: ${fault.message}`).join("\n"));
    this.faults = faults;
  }
}

const MAX_FAULTS = 20;
/** Characters of all keywords together: the automaton that looks for them is bounded. */
const MAX_KEYWORD_CHARS = 40_000;
/** How far around a keyword a pattern and its context are looked for, in UTF-16 code units. */
const WINDOW_BEFORE = 128;
const WINDOW_AFTER = 256;

const words = (least: number) =>
  v.pipe(
    v.array(
      v.pipe(
        v.string(),
        v.minLength(least, `expected at least ${least} characters`),
        v.maxLength(100, "expected at most 100 characters"),
      ),
    ),
    v.maxLength(200, "expected at most 200 words"),
  );

const ruleSchema = v.strictObject({
  id: v.pipe(
    v.string(),
    v.regex(/^[A-Z][A-Z0-9_-]{2,63}$/, 'expected capitals, digits, "_" and "-", at least three: "ACME_001"'),
  ),
  description: v.pipe(
    v.string(),
    v.minLength(3, 'expected what it finds, as in "a project\'s code name"'),
    v.maxLength(200, "expected at most 200 characters"),
  ),
  severity: v.optional(v.picklist(["low", "medium", "high", "critical"]), "high"),
  action: v.optional(v.picklist(["block", "keep-local", "redact", "warn"]), "keep-local"),
  kind: v.optional(
    v.pipe(v.string(), v.regex(/^[A-Z][A-Z0-9_]{0,39}$/, 'expected capitals, digits and "_": "CODE_NAME"')),
    "CUSTOM",
  ),
  redactable: v.optional(v.boolean(), false),
  keywords: v.optional(words(2), []),
  pattern: v.optional(v.pipe(v.string(), v.maxLength(1000, "expected at most 1000 characters"))),
  ignoreCase: v.optional(v.boolean(), false),
  context: v.optional(words(2), []),
  projects: v.optional(
    v.pipe(
      words(1),
      v.transform((names) => names.map((name) => name.normalize("NFC"))),
    ),
  ),
});

const fileSchema = v.strictObject({
  version: v.literal(1, "expected 1"),
  disable: v.optional(v.array(v.string()), []),
  rules: v.optional(v.pipe(v.array(ruleSchema), v.maxLength(1000, "expected at most 1000 rules")), []),
});

/**
 * Reads rules of one's own from JSON. Throws a RuleFileError that names every fault; nothing of a bad file is used.
 * `name` stands in front of the faults.
 */
export function parseRuleFile(text: string, name = "rules"): RuleFile {
  let json: LocatedJson;
  try {
    json = parseLocatedJson(text);
  } catch (error) {
    if (error instanceof JsonFault) throw new RuleFileError(name, [error.fault]);
    throw error;
  }
  const parsed = v.safeParse(fileSchema, json.value);
  if (!parsed.success)
    throw new RuleFileError(
      name,
      parsed.issues.slice(0, MAX_FAULTS).map((issue) => faultOf(issue, json)),
    );

  const faults: Fault[] = [];
  const fault = (path: readonly (string | number)[], message: string): void => {
    faults.push({ ...json.locate(path), message });
  };
  const known = new Set([...defaultRules.map((rule) => rule.id), ...RESOURCE_IDS]);
  parsed.output.disable.forEach((id, index) => {
    if (!known.has(id)) fault(["disable", index], `no rule has the id "${id.slice(0, 64)}"; see mobile-ai rules list`);
  });
  const rules: Rule[] = [];
  const own = new Set<string>();
  parsed.output.rules.forEach((rule, index) => {
    if (known.has(rule.id)) fault(["rules", index, "id"], `"${rule.id}" is a rule of the house; choose another id`);
    else if (own.has(rule.id)) fault(["rules", index, "id"], `"${rule.id}" stands twice`);
    own.add(rule.id);
    rule.keywords.forEach((keyword, place) => {
      if (keyword.trim().length < 2)
        fault(["rules", index, "keywords", place], "expected at least two characters that are no spaces");
    });
    const detection = detectionOf(rule, (path, message) => fault(["rules", index, ...path], message));
    if (detection === undefined) return;
    const { id, description, severity, action, kind, redactable, projects } = rule;
    rules.push({
      id,
      description,
      severity,
      action,
      kind,
      redactable,
      ...(projects === undefined ? {} : { projects }),
      detections: [detection],
    });
  });
  const characters = rules.reduce(
    (sum, rule) => sum + rule.detections.reduce((all, each) => all + (each.keywords ?? []).join("").length, 0),
    0,
  );
  if (characters > MAX_KEYWORD_CHARS)
    fault(
      ["rules"],
      `the keywords have ${characters} characters together, and at most ${MAX_KEYWORD_CHARS} are possible`,
    );
  if (faults.length > 0) throw new RuleFileError(name, faults.slice(0, MAX_FAULTS));
  return { rules, disabled: parsed.output.disable };
}

function detectionOf(
  rule: v.InferOutput<typeof ruleSchema>,
  fault: (path: readonly string[], message: string) => void,
): Detection | undefined {
  const { keywords, pattern: source, ignoreCase, context } = rule;
  if (source === undefined) {
    if (keywords.length === 0) {
      fault([], "a rule needs keywords, a pattern or both");
      return undefined;
    }
    return {
      on: "keyword",
      keywords: folded(keywords),
      find: (text, start, end) =>
        isWholeWord(text, start, end) && hasContext(text, start, end, context) ? { start, end } : undefined,
    };
  }
  let pattern: LinearPattern;
  try {
    pattern = new LinearPattern(source, { ignoreCase });
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    fault(["pattern"], `the pattern cannot be used: ${error.message} (character ${error.at + 1} of it)`);
    return undefined;
  }
  const triggers = keywords.length > 0 ? folded(keywords) : [pattern.requiredText.trim()];
  if (triggers[0]!.length < 2) {
    fault(["pattern"], "the pattern has no fixed text of two characters that every match holds; add keywords");
    return undefined;
  }
  const search = pattern.searcher();
  return {
    on: "keyword",
    keywords: triggers,
    begin: () => search.reset(),
    find(text, start, end) {
      const from = Math.max(0, start - WINDOW_BEFORE);
      const match = search.find(text, from, Math.min(text.length, end + WINDOW_AFTER));
      return match !== undefined && hasContext(text, match.start, match.end, context) ? match : undefined;
    },
  };
}

/** Lower case, as the scanner compares; a letter whose lower case is longer stays as it is. */
function folded(keywords: readonly string[]): readonly string[] {
  return [...new Set(keywords.map((keyword) => keyword.toLowerCase()))];
}

/** Whether one of the words stands within reach; true when none is asked for. */
function hasContext(text: string, start: number, end: number, context: readonly string[]): boolean {
  if (context.length === 0) return true;
  const around =
    `${text.slice(Math.max(0, start - WINDOW_BEFORE), start)} ${text.slice(end, end + WINDOW_BEFORE)}`.toLowerCase();
  return context.some((word) => around.includes(word.toLowerCase()));
}

function faultOf(issue: v.BaseIssue<unknown>, json: LocatedJson): Fault {
  const path = (issue.path ?? []).map((part) => part.key as string | number); // JSON has no other keys
  const key = path.at(-1);
  const name =
    key === undefined ? "the file" : typeof key === "number" ? `entry ${key + 1}` : `"${String(key).slice(0, 60)}"`;
  const message =
    issue.type === "strict_object" && issue.expected === "never"
      ? `${name} is not known here`
      : issue.type === "strict_object" && issue.received === "undefined"
        ? `${name} is missing`
        : issue.message.startsWith("Invalid")
          ? `${name}: expected ${issue.expected ?? "another value"}, got ${issue.received}`
          : `${name}: ${issue.message}`;
  return { ...json.locate(path), message };
}
