import type { RoutingDecision } from "../../core/decision.js";
import type { Outcome } from "../../core/outcome.js";
import type { Preference, Query } from "../../core/query.js";
import type { Verdict } from "../../core/verdict.js";
import { EXIT, type Parsed, UsageError } from "../command.js";
import { colors, duration, readAll, safe, type Terminal } from "../terminal.js";

/** The question in the command's words, or on standard input. */
export async function readQuestion(parsed: Parsed, terminal: Terminal): Promise<string> {
  const words = parsed.words.join(" ");
  if (words.trim() !== "" && words !== "-") return words;
  if (parsed.words.length > 0 && words !== "-") throw new UsageError("Missing question: it is empty");
  if (words === "" && terminal.stdin.isTTY) {
    throw new UsageError('Missing question: write it behind the command, as in mobile-ai ask "5 miles in km"');
  }
  const text = (await readAll(terminal)).replace(/\r?\n$/, "");
  if (text.trim() === "") throw new UsageError("Missing question: standard input was empty");
  return text;
}

/** The side and preference that the options name. Throws UsageError on both sides at once. */
export function sideOf(parsed: Parsed): Pick<Query, "forced" | "preference"> {
  if (parsed.flag("local") && parsed.flag("remote"))
    throw new UsageError("Cannot use --local and --remote together: choose one");
  const preference = parsed.text("prefer") as Preference | undefined; // one of the option's choices
  return {
    ...(parsed.flag("local")
      ? { forced: "local" as const }
      : parsed.flag("remote")
        ? { forced: "remote" as const }
        : {}),
    ...(preference === undefined ? {} : { preference }),
  };
}

/** The one reason that decided: a rule or veto, else the skill, else the strongest feature with the score. */
export function mainReason(decision: RoutingDecision, engine?: string): string {
  const { reasons, score, threshold, route } = decision;
  const skill = reasons.find((reason) => reason.code.startsWith("skill/"));
  if (skill !== undefined && (engine === undefined || engine === "device-skills")) return skill.detail;
  const rule = reasons.find((reason) => reason.code.startsWith("rule/"));
  const veto = reasons.find((reason) => reason.code.startsWith("veto/"));
  if (rule !== undefined && veto !== undefined) return `${rule.code.slice("rule/".length)}: ${rule.detail}`;
  if (veto !== undefined) return veto.detail;
  const strongest = reasons.reduce<(typeof reasons)[number] | undefined>(
    (best, reason) => (Math.abs(reason.weight ?? 0) > Math.abs(best?.weight ?? 0) ? reason : best),
    undefined,
  );
  const comparison = `score ${score.toFixed(2)} ${route === "remote" ? "reaches" : "is below"} ${threshold.toFixed(2)}`;
  return strongest === undefined ? comparison : `${strongest.detail}; ${comparison}`;
}

/** The closing line of an answer: route, engine, reason, time. */
export function closingLine(outcome: Outcome, terminal: Terminal): string {
  const paint = colors(terminal);
  switch (outcome.kind) {
    case "answered": {
      const escalated = outcome.attempts.find((attempt) => attempt.failure?.startsWith("escalated"));
      const fallback = outcome.attempts.find((attempt) => attempt.failure !== undefined);
      const reason =
        escalated !== undefined
          ? `${escalated.engine} ${escalated.failure}`
          : fallback !== undefined && outcome.engine !== fallback.engine
            ? `${fallback.engine} did not answer (${safe(fallback.failure ?? "")})`
            : mainReason(outcome.decision, outcome.engine);
      const from = outcome.cachedAgeMs === undefined ? "" : ` · cached ${duration(outcome.cachedAgeMs)} ago`;
      const line = `— ${outcome.route} · ${outcome.engine} · ${reason}${from} · ${duration(outcome.durationMs)}`;
      const unsure = outcome.decision.reasons.find(({ code }) => code.startsWith("abstain/"));
      if (
        unsure !== undefined &&
        outcome.route === "local" &&
        outcome.engine !== "device-skills" &&
        outcome.queued === undefined
      )
        return `${paint.dim(line)}\n${paint.yellow("Unsure:")} ${unsure.detail}`;
      if (outcome.queued === undefined) return paint.dim(line);
      return `${paint.dim(line)}\n${paint.yellow("Provisional:")} the question waits for the network too; mobile-ai queue shows it`;
    }
    case "queued":
      return `${paint.yellow("Queued.")} ${outcome.reason}; it is asked when that is over: ${paint.bold("mobile-ai queue flush")}`;
    case "blocked": {
      const line = `${paint.red("Blocked")} by ${outcome.ruleId}: ${outcome.reason}`;
      const wasForced = outcome.decision.reasons.some(({ code }) => code === "veto/forced-remote");
      return wasForced ? `${line}\n  - ask without --remote, so that the device may answer` : line;
    }
    case "unanswerable": {
      const lines = [`${paint.yellow("Not answered.")} ${safe(outcome.reason).replace(/[.]?$/, ".")}`];
      for (const remedy of outcome.remedies) {
        lines.push(`  - ${remedy.action}${remedy.command === undefined ? "" : `: ${paint.bold(remedy.command)}`}`);
      }
      return lines.join("\n");
    }
    default:
      return outcome satisfies never;
  }
}

/** Every rule, veto, skill and feature that mattered, and what was tried. */
export function explanation(
  plan: { verdict: Verdict; decision: RoutingDecision },
  engines: readonly string[],
  outcome?: Outcome,
): string {
  const { verdict, decision } = plan;
  const lines = [`verdict    ${verdict.kind}`];
  for (const hit of verdict.hits.slice(0, 20)) {
    lines.push(
      `  ${hit.ruleId}  ${hit.action}, ${hit.severity}: ${hit.reason} (${hit.source}, characters ${hit.start}-${hit.end})`,
    );
  }
  if (verdict.hits.length > 20) lines.push(`  and ${verdict.hits.length - 20} more`);
  lines.push(`route      ${decision.route}${decision.redact ? ", redacted before it leaves" : ""}`);
  lines.push(`score      ${decision.score.toFixed(3)} against threshold ${decision.threshold.toFixed(3)}`);
  for (const reason of decision.reasons) {
    const weight = reason.weight === undefined ? "" : `${reason.weight >= 0 ? "+" : ""}${reason.weight.toFixed(3)}  `;
    lines.push(`  ${reason.code}  ${weight}${reason.detail}`);
  }
  if (outcome === undefined) lines.push(`would try  ${engines.length === 0 ? "no engine" : engines.join(", then ")}`);
  for (const attempt of outcome?.attempts ?? []) {
    lines.push(
      `tried      ${attempt.engine}: ${safe(attempt.failure ?? "answered")} (${duration(attempt.durationMs)})`,
    );
  }
  return lines.join("\n");
}

/** The exit code of an outcome. */
export function exitCodeOf(outcome: Outcome): number {
  switch (outcome.kind) {
    case "answered":
    case "queued":
      return EXIT.answered; // it is taken care of
    case "blocked":
      return EXIT.blocked;
    case "unanswerable":
      return EXIT.unanswerable;
    default:
      return outcome satisfies never;
  }
}

/** An outcome as a JSON object: stable names, no flagged values. */
export function outcomeJson(outcome: Outcome, project: string): Record<string, unknown> {
  const { kind, decision, verdict, attempts, durationMs } = outcome;
  const shared = {
    ...(outcome.id === undefined ? {} : { id: outcome.id }),
    ...(outcome.queued === undefined
      ? {}
      : { queued: outcome.queued, ...(kind === "answered" ? { provisional: true } : {}) }),
    outcome: kind,
    project,
    route: kind === "answered" ? outcome.route : decision.route,
    reason: kind === "answered" ? mainReason(decision, outcome.engine) : outcome.reason,
    durationMs,
    decision,
    verdict,
    attempts,
  };
  switch (kind) {
    case "answered":
      return {
        answer: outcome.text,
        engine: outcome.engine,
        ...shared,
        usage: outcome.usage,
        ...(outcome.savedTokens === undefined ? {} : { savedTokens: outcome.savedTokens }),
        cached: outcome.cachedAgeMs !== undefined,
        ...(outcome.cachedAgeMs === undefined ? {} : { cachedAgeMs: outcome.cachedAgeMs }),
        finishReason: outcome.finishReason.unified,
        ...(outcome.turnId === undefined ? {} : { turnId: outcome.turnId }),
      };
    case "queued":
      return shared;
    case "blocked":
      return { ...shared, ruleId: outcome.ruleId };
    case "unanswerable":
      return { ...shared, remedies: outcome.remedies };
    default:
      return outcome satisfies never;
  }
}
