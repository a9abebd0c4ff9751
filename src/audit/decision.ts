import type { RoutingDecision } from "../core/decision.js";
import type { DecisionFacts, DecisionTaken, EngineFacts } from "../core/decision-record.js";
import type { Engine, Refusal } from "../core/ports.js";
import type { Verdict } from "../core/verdict.js";

/** The facts of a decision, copied so that what happens later does not change them. */
export function factsOf(
  input: Omit<DecisionFacts, "engines" | "forced" | "task" | "adaptation" | "budgetLeft"> & {
    readonly forced?: "local" | "remote" | undefined;
    readonly engines: readonly Engine[];
    readonly refusals?: ReadonlyMap<string, Refusal> | undefined;
    readonly task?: TaskInput | undefined;
    readonly adaptation?: number | undefined;
    readonly budgetLeft?: number | undefined;
  },
): DecisionFacts {
  const { ruleVersion, preference, forced, projectPrivate, device, needs, promptTokens, texts, router } = input;
  return {
    ruleVersion,
    preference,
    ...(forced === undefined ? {} : { forced }),
    projectPrivate,
    device: { ...device },
    needs,
    promptTokens,
    texts,
    router,
    ...(input.task === undefined ? {} : { task: taskFacts(input.task) }),
    ...(input.adaptation === undefined ? {} : { adaptation: input.adaptation }),
    ...(input.budgetLeft === undefined ? {} : { budgetLeft: input.budgetLeft }),
    engines: input.engines.map((engine) => engineFacts(engine, input.refusals?.get(engine.id))),
  };
}

interface TaskInput {
  readonly lastRoute?: "local" | "remote" | undefined;
  readonly idleMs?: number | undefined;
  readonly sameTopic?: boolean | undefined;
  readonly toolLoop: boolean;
}

function taskFacts({ lastRoute, idleMs, sameTopic, toolLoop }: TaskInput): NonNullable<DecisionFacts["task"]> {
  return {
    ...(lastRoute === undefined ? {} : { lastRoute }),
    ...(idleMs === undefined ? {} : { idleMs }),
    ...(sameTopic === undefined ? {} : { sameTopic }),
    toolLoop,
  };
}

function engineFacts(
  { id, place, supports, contextTokens, accepts }: Engine,
  refusal: Refusal | undefined,
): EngineFacts {
  return {
    id,
    place,
    supports,
    closed: accepts !== undefined,
    ...(contextTokens === undefined ? {} : { contextTokens }),
    ...(refusal === undefined ? {} : { refused: refusal.code }),
  };
}

/** What was decided, without any text: reasons by code, hits by id and span. */
export function takenOf(
  verdict: Verdict,
  decision: RoutingDecision,
  engines: { readonly order: readonly Engine[]; readonly dropped: DecisionTaken["dropped"] },
): DecisionTaken {
  return {
    verdict: verdict.kind,
    hits: verdict.hits.map(({ reason: _, ...hit }) => hit),
    route: decision.route,
    score: decision.score,
    threshold: decision.threshold,
    reasons: decision.reasons.map(({ code, weight }) => (weight === undefined ? code : `${code} ${weight.toFixed(4)}`)),
    redact: decision.redact,
    ...(decision.deferred === undefined ? {} : { deferred: decision.deferred }),
    order: engines.order.map((engine) => engine.id),
    dropped: engines.dropped,
  };
}

/** A short name for a set of rules: changes with any rule's id, severity, action or kind. FNV-1a, 32 bits twice. */
export function ruleVersionOf(
  rules: readonly { id: string; severity: string; action: string; kind: string }[],
): string {
  let [high, low] = [0x811c9dc5, 0x01000193];
  for (const { id, severity, action, kind } of rules) {
    for (const character of `${id} ${severity} ${action} ${kind};`) {
      high = Math.imul(high ^ character.charCodeAt(0), 0x01000193);
      low = Math.imul(low ^ character.charCodeAt(0), 0x811c9dc5);
    }
  }
  return [high, low].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
}
