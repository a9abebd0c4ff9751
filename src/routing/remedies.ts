import type { RoutingDecision } from "../core/decision.js";
import type { Attempt, Outcome, Remedy } from "../core/outcome.js";
import type { RoutingInput } from "./router.js";

type Ending =
  | Omit<Extract<Outcome, { kind: "blocked" }>, "verdict" | "decision" | "attempts" | "durationMs">
  | Omit<Extract<Outcome, { kind: "unanswerable" }>, "verdict" | "decision" | "attempts" | "durationMs">;

const ADD_LOCAL_MODEL: Remedy = {
  action: "add a language model that runs on this device",
  command: "mobile-ai models add FILE.gguf",
};
const ADD_REMOTE: Remedy = {
  action: "set up a remote model",
  command: "mobile-ai config set remote.baseUrl https://HOST/v1",
};
const ASK_DOCTOR: Remedy = { action: "see what is missing", command: "mobile-ai doctor" };

/**
 * How a question ends that no engine answered: blocked when it holds a credential, which only the device may see;
 * otherwise unanswerable, with the reason and the two nearest remedies.
 */
export function remediesFor(input: RoutingInput, decision: RoutingDecision, attempts: readonly Attempt[]): Ending {
  const { verdict, engines } = input;
  const critical = verdict.hits.find((hit) => hit.action === "keep-local" && hit.severity === "critical");
  if (critical !== undefined) {
    return {
      kind: "blocked",
      ruleId: critical.ruleId,
      reason: `${critical.reason} Nothing on this device can answer it.`,
    };
  }
  const remedies: Remedy[] = [];
  const hasLocalModel = engines.some((engine) => engine.place === "device" && engine.accepts === undefined);
  const kept = verdict.hits.find((hit) => hit.action === "keep-local");
  const vetoes = decision.reasons.filter((reason) => reason.code.startsWith("veto/"));
  const has = (code: string): boolean => vetoes.some((veto) => veto.code === code);
  if (has("veto/offline")) remedies.push({ action: "connect to a network, and ask again" });
  if (has("veto/breaker-open")) remedies.push({ action: "ask again in a while: the remote is being left alone" });
  if (has("veto/budget"))
    remedies.push({ action: "raise the budget, or wait for the next day", command: "mobile-ai budget show" });
  if (input.forced === "remote") remedies.push({ action: "ask without --remote, so that the device may answer" });
  if (!hasLocalModel) remedies.push(ADD_LOCAL_MODEL);
  if (kept !== undefined)
    remedies.push({ action: `ask without the part that ${kept.ruleId} found, or allow redaction` });
  if (has("veto/no-remote") && kept === undefined && !input.projectPrivate) remedies.push(ADD_REMOTE);
  if (input.forced === "local") remedies.push({ action: "ask without --local, so that a remote model may answer" });
  remedies.push(ASK_DOCTOR);
  const failed = attempts.filter((attempt) => attempt.failure !== undefined);
  const last = failed.at(-1);
  const reason =
    last === undefined
      ? `No engine can answer this${vetoes.length === 0 ? "" : `: ${vetoes.map((veto) => veto.detail).join("; ")}`}`
      : `No engine could answer this: ${last.engine} failed (${last.failure})`;
  return { kind: "unanswerable", reason, remedies: remedies.slice(0, 2) };
}
