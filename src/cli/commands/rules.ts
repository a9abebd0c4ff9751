import { systemClock } from "../../core/clock.js";
import type { RuleHit, Verdict } from "../../core/verdict.js";
import { evaluateRules, type RuleEvaluation } from "../../rules/evaluation.js";
import type { Rule } from "../../rules/rule.js";
import { CommandError, EXIT, type Parsed, UsageError } from "../command.js";
import { loadSettings } from "../configuration.js";
import { readEvaluationRows } from "../evaluation-rows.js";
import { readIfPresent } from "../files.js";
import { rulesOf } from "../rules-of-settings.js";
import { oneLine, print, readAll, remark, safe, type Terminal, table } from "../terminal.js";
import { readQuestion } from "./answering.js";

/** `mobile-ai rules list`: every rule that is on. */
export async function listRules(parsed: Parsed, terminal: Terminal): Promise<number> {
  const { rules } = await rulesOf(await loadSettings(terminal, parsed.texts("set")), terminal);
  if (parsed.flag("json")) print(terminal, JSON.stringify({ rules: rules.map(described) }, null, 2));
  else
    print(
      terminal,
      table([
        ["RULE", "ACTION", "SEVERITY", "KIND", "FINDS"],
        ...rules.map((rule) => [rule.id, rule.action, rule.severity, rule.kind, safe(rule.description)]),
      ]),
    );
  return 0;
}

/** `mobile-ai rules show ID`: one rule, with what makes the scanner ask it. */
export async function showRule(parsed: Parsed, terminal: Terminal): Promise<number> {
  const id = parsed.words[0]!; // a required argument
  const { rules } = await rulesOf(await loadSettings(terminal, parsed.texts("set")), terminal);
  const rule = rules.find((each) => each.id.toLowerCase() === id.toLowerCase());
  if (rule === undefined)
    throw new UsageError(`Unknown rule "${safe(id.slice(0, 60))}", or it is switched off. See mobile-ai rules list`);
  const facts = described(rule);
  if (parsed.flag("json")) print(terminal, JSON.stringify(facts, null, 2));
  else
    print(
      terminal,
      table([
        ["rule", facts.id],
        ["finds", safe(facts.description)],
        ["action", facts.redactable ? `${facts.action}, or redact with your consent` : facts.action],
        ["severity", facts.severity],
        ["kind", facts.kind],
        ["asked at", facts.triggers.join(", ")],
        ["keywords", facts.keywords.length === 0 ? "none" : safe(facts.keywords.map((each) => each.trim()).join(", "))],
      ]),
    );
  return 0;
}

/** `mobile-ai rules test TEXT`: the verdict on a text. Values stay hidden unless `--show` asks for them. */
export async function testText(parsed: Parsed, terminal: Terminal): Promise<number> {
  const text = await readQuestion(parsed, terminal);
  const system = await rulesOf(await loadSettings(terminal, parsed.texts("set")), terminal);
  const verdict = system.evaluate([{ source: "question", text }], { project: parsed.text("project") });
  const show = parsed.flag("show");
  if (parsed.flag("json")) {
    const hits = verdict.hits.map((hit) => (show ? { ...hit, value: text.slice(hit.start, hit.end) } : hit));
    print(terminal, JSON.stringify({ verdict: verdict.kind, hits }, null, 2));
  } else {
    print(terminal, sentence(verdict));
    if (verdict.hits.length > 0)
      print(
        terminal,
        table([
          ["RULE", "SPAN", "ACTION", ...(show ? ["VALUE"] : []), "REASON"],
          ...verdict.hits.map((hit) => [
            hit.ruleId,
            span(hit),
            hit.action,
            ...(show ? [oneLine(text.slice(hit.start, hit.end), 60)] : []),
            safe(hit.reason),
          ]),
        ]),
      );
  }
  return verdict.kind === "block" ? EXIT.blocked : 0;
}

/** `mobile-ai rules check FILE`: whether a file of one's own rules can be used; every fault with line and column. */
export async function checkRuleFile(parsed: Parsed, terminal: Terminal): Promise<number> {
  const path = parsed.words[0]!; // a required argument
  const text = path === "-" ? await readAll(terminal) : await readIfPresent(path);
  if (text === undefined) throw new CommandError(`Cannot read ${safe(path)}: there is no such file`);
  const { parseRuleFile, RuleFileError } = await import("../../rules/rule-file.js");
  try {
    const file = parseRuleFile(text, path);
    const rules = file.rules.map(({ id, description, action, projects }) => ({ id, description, action, projects }));
    if (parsed.flag("json"))
      print(terminal, JSON.stringify({ usable: true, faults: [], rules, disabled: file.disabled }, null, 2));
    else {
      print(terminal, `${safe(path)}: ${file.rules.length} rules, ${file.disabled.length} of the house switched off`);
      if (rules.length > 0)
        print(
          terminal,
          table(
            rules.map((rule) => [
              rule.id,
              rule.action,
              rule.projects === undefined ? "every project" : safe(rule.projects.join(", ")),
              safe(rule.description),
            ]),
          ),
        );
      print(terminal, `To use it: mobile-ai config set rules.file ${safe(path)}`);
    }
    return 0;
  } catch (error) {
    if (!(error instanceof RuleFileError)) throw error;
    if (parsed.flag("json")) print(terminal, JSON.stringify({ usable: false, faults: error.faults }, null, 2));
    else remark(terminal, safe(error.message));
    return EXIT.failed;
  }
}

/** `mobile-ai rules eval DIR`: recall, false alarms and time on labelled texts. */
export async function evalRules(parsed: Parsed, terminal: Terminal): Promise<number> {
  const system = await rulesOf(await loadSettings(terminal, parsed.texts("set")), terminal);
  const rows = await readEvaluationRows(parsed.words[0]!); // a required argument
  const evaluation = evaluateRules(rows, system, { clock: systemClock, progress: progressOn(terminal) });
  const { figures, wrong } = evaluation;
  if (parsed.flag("json"))
    print(
      terminal,
      JSON.stringify({ figures, rows: evaluation.rows, ...(parsed.flag("misses") ? { misses: wrong } : {}) }, null, 2),
    );
  else {
    print(terminal, figuresTable(evaluation));
    if (parsed.flag("misses"))
      for (const [figure, ids] of Object.entries(wrong)) print(terminal, safe(`\n${figure}\n  ${ids.join("\n  ")}`));
  }
  return 0;
}

function figuresTable({ figures, rows }: RuleEvaluation): string {
  return table([
    ["FIGURE", "ROWS", "VALUE"],
    ...Object.entries(figures).map(([figure, value]) => [
      safe(figure),
      String(rows[figure] ?? ""),
      figure.startsWith("microseconds/") ? `${value.toFixed(1)} us` : `${(value * 100).toFixed(2)} %`,
    ]),
  ]);
}

function described(rule: Rule): {
  readonly id: string;
  readonly description: string;
  readonly severity: string;
  readonly action: string;
  readonly kind: string;
  readonly redactable: boolean;
  readonly triggers: readonly string[];
  readonly keywords: readonly string[];
} {
  const { id, description, severity, action, kind, redactable = false, detections } = rule;
  return {
    id,
    description,
    severity,
    action,
    kind,
    redactable,
    triggers: [...new Set(detections.map((detection) => detection.on))],
    keywords: detections.flatMap((detection) => detection.keywords ?? []),
  };
}

function sentence(verdict: Verdict): string {
  switch (verdict.kind) {
    case "allow":
      return verdict.hits.length === 0 ? "allow: no rule speaks up" : "allow: it may leave this device, with a warning";
    case "redact":
      return "redact: it may leave this device once the values are replaced by placeholders";
    case "keep-local":
      return "keep-local: it stays on this device";
    case "block":
      return "block: no engine sees it";
    default:
      return verdict satisfies never;
  }
}

function span(hit: RuleHit): string {
  return hit.end > hit.start ? `${hit.start}-${hit.end}` : "whole text";
}

const QUIET_MS = 2000;

/** Says how far a run is once it has taken two seconds: in place on a terminal, a line for each tenth elsewhere. */
function progressOn(terminal: Terminal): (done: number, total: number) => void {
  const startedMs = performance.now();
  let told = -1;
  return (done, total) => {
    const tty = terminal.stderr.isTTY === true;
    const step = Math.floor((done / total) * (tty ? 100 : 10));
    if (step === told || performance.now() - startedMs < QUIET_MS) return;
    told = step;
    if (tty) terminal.stderr.write(`\r\u001b[K${done} of ${total} texts`);
    else remark(terminal, `${done} of ${total} texts`);
  };
}
