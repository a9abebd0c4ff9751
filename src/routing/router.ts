import type { RoutingDecision, RoutingReason } from "../core/decision.js";
import type { DeviceStatus, Engine, Refusal } from "../core/ports.js";
import type { Preference, Route } from "../core/query.js";
import type { Verdict } from "../core/verdict.js";
import type { AnswerJudge } from "./answer-verifier.js";
import { deviceCost } from "./device-cost.js";
import { heuristicScore } from "./heuristic.js";
import { abstention, bandOf, learnedScore } from "./learned-score.js";
import type { Opinion, RouterModel } from "./router-model.js";
import { keepSide, type TaskState } from "./stickiness.js";
import { textFeatures } from "./text-features.js";

/** Everything a route is decided from. */
export interface RoutingInput {
  readonly text: string;
  readonly preference: Preference;
  readonly forced?: "local" | "remote" | undefined;
  readonly verdict: Verdict;
  readonly device: DeviceStatus;
  readonly projectPrivate: boolean;
  /** Tokens that must fit whatever is trimmed: question, system prompt, a caller's own conversation. */
  readonly promptTokens: number;
  readonly needs: { readonly tools: boolean; readonly structuredOutput: boolean; readonly files: boolean };
  readonly engines: readonly Engine[];
  /** Engines, by id, that would refuse this question now; default none. */
  readonly refusals?: ReadonlyMap<string, Refusal> | undefined;
  /** What the question may go on with; default nothing. */
  readonly task?: TaskState | undefined;
  /** What was learned of such questions on this device, added to the expected gain; default 0. Without a model unused. */
  readonly adaptation?: number | undefined;
  /** Share of the day's budget that is left, 0 to 1; default no budget. */
  readonly budgetLeft?: number | undefined;
}

export interface RouterOptions {
  /** At or above this score a question goes remote; default the model's own, without a model 0.55. */
  readonly threshold?: number;
  /** Width of the band below the threshold in which the route is hybrid; default the model's own, without one 0.1. */
  readonly hybridBand?: number;
  /** Scores questions in place of the rules of thumb. */
  readonly model?: RouterModel;
}

/** What a router was built with, as a record of a decision names it. */
export interface RouterSettings {
  readonly threshold: number;
  readonly hybridBand: number;
  /** Hash of the model's weights; absent for the rules of thumb. */
  readonly weights?: string;
}

/** Vetoes that time lifts by itself. */
const PASSING: ReadonlySet<string> = new Set(["veto/offline", "veto/breaker-open"]);

/** A short answer must fit beside the prompt. */
const ANSWER_RESERVE_TOKENS = 128;

/**
 * Decides where a question goes: vetoes first, in a fixed order, then a device skill, then the score against the
 * threshold that the device's state has moved. No score lifts a veto. Pure but for the skill lookup; well below 1 ms.
 */
export class Router {
  /** What the router was built with, for the record of a decision. */
  readonly settings: RouterSettings;
  readonly model: RouterModel | undefined;
  readonly #threshold: number;
  readonly #hybridBand: number;

  constructor({ model, ...options }: RouterOptions = {}) {
    const own = model === undefined ? { threshold: 0.55, hybridBand: 0.1 } : bandOf(model.weights.thresholds);
    const { threshold = own.threshold, hybridBand = own.hybridBand } = options;
    if (!(threshold >= 0 && threshold <= 1))
      throw new RangeError(`Cannot build the router: threshold ${threshold} is not within 0 to 1`);
    if (!(hybridBand >= 0 && hybridBand <= 1))
      throw new RangeError(`Cannot build the router: hybridBand ${hybridBand} is not within 0 to 1`);
    this.#threshold = threshold;
    this.#hybridBand = hybridBand;
    this.model = model;
    this.settings = { threshold, hybridBand, ...(model === undefined ? {} : { weights: model.weights.hash }) };
  }

  route(input: RoutingInput): RoutingDecision {
    const reasons: RoutingReason[] = [];
    for (const hit of firstOfEachRule(input.verdict)) reasons.push({ code: `rule/${hit.ruleId}`, detail: hit.reason });
    if (input.verdict.kind === "block") return this.#decided("blocked", 0, reasons, { mayUseNetwork: false });

    const before = reasons.length;
    const mayUseNetwork = this.#networkVetoes(input, reasons);
    const passing = reasons.length === before + 1 && PASSING.has(reasons[before]!.code);
    const mayUseDevice = this.#deviceVetoes(input, reasons);
    const redact = mayUseNetwork && input.verdict.kind === "redact";

    const skill = mayUseDevice ? acceptingSkill(input) : undefined;
    if (skill !== undefined) {
      reasons.push({ code: `skill/${skill}`, detail: `the device skill "${skill}" answers this` });
      return this.#decided("local", 0, reasons, { mayUseNetwork, redact, skill });
    }
    if (input.forced === "remote" && !mayUseNetwork && forbidden(input)) {
      return this.#decided("blocked", 0, reasons, { mayUseNetwork });
    }
    const hasLocalModel = input.engines.some((engine) => isLocalModel(engine, input));
    if (mayUseDevice && !hasLocalModel) {
      reasons.push({ code: "veto/no-local-model", detail: "no language model on the device can take this" });
    }

    const { score, opinion, reasons: features } = this.#score(input);
    const cost = deviceCost(input.device, input.preference, input.budgetLeft);
    const threshold = Math.min(1, Math.max(0, this.#threshold + cost.shift));
    reasons.push(...features, ...cost.reasons);
    let route: Route = score >= threshold ? "remote" : score >= threshold - this.#hybridBand ? "hybrid" : "local";
    const kept = keepSide(route, input.task);
    route = kept.route;
    if (kept.reason !== undefined) reasons.push(kept.reason);
    if (!mayUseNetwork) {
      route = "local";
      const unsure = opinion === undefined || !hasLocalModel ? undefined : abstention(opinion);
      if (unsure !== undefined) reasons.push(unsure);
    } else if (!mayUseDevice || !hasLocalModel) route = "remote";
    const deferred = passing && (score >= threshold || !hasLocalModel || !mayUseDevice);
    return this.#decided(route, score, reasons, { mayUseNetwork, redact, threshold, deferred });
  }

  /**
   * What the model says of local answers to a question that was routed so: escalate when a remote answer is expected to be
   * better than this very one by more than the promise and the device's state allow. Undefined without a model that reads
   * answers.
   */
  judgeOf(question: string, decision: RoutingDecision): AnswerJudge | undefined {
    const { model } = this;
    if (model?.weights.verifier === undefined || decision.route !== "hybrid") return undefined;
    const before = model.opinion(question);
    const shift = decision.threshold - this.#threshold;
    return (answer, second) => {
      const right = model.afterAnswer(question, { answer, second }, before);
      if (right === undefined) return undefined;
      return { right, escalate: before.remoteOk - right >= model.weights.thresholds.escalate + shift };
    };
  }

  #score(input: RoutingInput): {
    readonly score: number;
    readonly opinion?: Opinion;
    readonly reasons: readonly RoutingReason[];
  } {
    if (this.model === undefined) return heuristicScore(textFeatures(input.text));
    const { preference, promptTokens, needs, task, adaptation } = input;
    return learnedScore(this.model, input.text, {
      circumstances: {
        preference,
        promptTokens,
        needs,
        lastRoute: task?.lastRoute,
        idleMs: task?.idleMs,
        topicContinuity: task?.sameTopic === undefined ? undefined : Number(task.sameTopic),
      },
      adaptation,
    });
  }

  /** Adds a reason for each thing that forbids the network; false when any does. */
  #networkVetoes(input: RoutingInput, reasons: RoutingReason[]): boolean {
    const before = reasons.length;
    if (input.verdict.kind === "keep-local")
      reasons.push({ code: "veto/rule", detail: "a rule keeps this question on the device" });
    if (input.projectPrivate) reasons.push({ code: "veto/project-private", detail: "the project is marked private" });
    if (input.preference === "private")
      reasons.push({ code: "veto/preference-private", detail: "the preference is private" });
    if (input.forced === "local") reasons.push({ code: "veto/forced-local", detail: "local was asked for" });
    const network = input.engines.filter((engine) => engine.place === "network");
    if (network.length === 0) reasons.push({ code: "veto/no-remote", detail: "no remote engine is set up" });
    else if (input.device.online === false) reasons.push({ code: "veto/offline", detail: "the device is offline" });
    else if (!network.some((engine) => fits(engine, input))) {
      const refusal = network.map(({ id }) => input.refusals?.get(id)).find((each) => each !== undefined);
      reasons.push(refusal ?? { code: "veto/remote-lacks", detail: lackOf(network, input) });
    }
    return reasons.length === before;
  }

  /** Adds a reason for each thing that forbids the device; false when any does. */
  #deviceVetoes(input: RoutingInput, reasons: RoutingReason[]): boolean {
    const models = input.engines.filter((engine) => engine.place === "device" && engine.accepts === undefined);
    if (input.forced === "remote") {
      reasons.push({ code: "veto/forced-remote", detail: "remote was asked for" });
      return false;
    }
    if (models.length > 0 && !models.some((engine) => fits(engine, input))) {
      reasons.push({ code: "veto/local-lacks", detail: lackOf(models, input) });
    }
    return true;
  }

  #decided(
    route: Route,
    score: number,
    reasons: readonly RoutingReason[],
    rest: { mayUseNetwork: boolean; redact?: boolean; skill?: string; threshold?: number; deferred?: boolean },
  ): RoutingDecision {
    const { mayUseNetwork, redact = false, threshold = this.#threshold, skill, deferred = false } = rest;
    if (skill !== undefined) return { route, score, threshold, reasons, mayUseNetwork, redact, skill };
    if (deferred) return { route, score, threshold, reasons, mayUseNetwork, redact, deferred };
    return { route, score, threshold, reasons, mayUseNetwork, redact };
  }
}

/** The engines to try for a decision, in order: a skill that accepts, then the decided side, then the other if allowed. */
export function enginesInOrder(decision: RoutingDecision, input: RoutingInput): Engine[] {
  if (decision.route === "blocked") return [];
  const skills =
    decision.skill === undefined ? [] : input.engines.filter((engine) => engine.accepts?.(input.text) !== undefined);
  const models = input.forced === "remote" ? [] : input.engines.filter((engine) => isLocalModel(engine, input));
  const local = affordsSecond(decision, input) ? models : models.slice(0, 1);
  const remote = decision.mayUseNetwork
    ? input.engines.filter((engine) => engine.place === "network" && fits(engine, input))
    : [];
  return decision.route === "remote" ? [...remote, ...local] : [...skills, ...local, ...remote];
}

/** Below it a second local model is not asked whether it agrees with the first. */
const BATTERY_FLOOR = 0.3;

/** In a cascade the next local model only confirms the one before it: that costs as much energy again. */
function affordsSecond({ route, mayUseNetwork }: RoutingDecision, { device }: RoutingInput): boolean {
  if (route !== "hybrid" || !mayUseNetwork) return true;
  return device.charging !== false || device.batteryLevel === undefined || device.batteryLevel >= BATTERY_FLOOR;
}

function isLocalModel(engine: Engine, input: RoutingInput): boolean {
  return engine.place === "device" && engine.accepts === undefined && fits(engine, input);
}

function fits(engine: Engine, { promptTokens, needs, refusals }: RoutingInput): boolean {
  const { supports, contextTokens } = engine;
  return (
    !refusals?.has(engine.id) &&
    (contextTokens === undefined || promptTokens + ANSWER_RESERVE_TOKENS <= contextTokens) &&
    (!needs.tools || supports.tools) &&
    (!needs.structuredOutput || supports.structuredOutput) &&
    (!needs.files || supports.files)
  );
}

function lackOf(engines: readonly Engine[], { promptTokens, needs }: RoutingInput): string {
  const largest = Math.max(...engines.map((engine) => engine.contextTokens ?? Number.POSITIVE_INFINITY));
  const place = engines[0]?.place === "device" ? "on the device" : "on the network";
  if (promptTokens + ANSWER_RESERVE_TOKENS > largest) {
    return `the prompt needs about ${promptTokens} tokens and the largest context ${place} has ${largest}`;
  }
  const wanted = (["tools", "structuredOutput", "files"] as const).filter((need) => needs[need]);
  return `no model ${place} supports ${wanted.join(" and ")}`;
}

/** The id of the skill that answers this; a call with tools, files or a schema is never a skill's. */
function acceptingSkill(input: RoutingInput): string | undefined {
  if (input.needs.tools || input.needs.structuredOutput || input.needs.files) return undefined;
  for (const engine of input.engines) {
    const accepted = engine.accepts?.(input.text);
    if (accepted !== undefined) return accepted.skill;
  }
  return undefined;
}

/** Whether a rule or the person's own mark, and not mere circumstance, forbids the network. */
function forbidden(input: RoutingInput): boolean {
  return input.verdict.kind === "keep-local" || input.projectPrivate || input.preference === "private";
}

function firstOfEachRule(verdict: Verdict): readonly Verdict["hits"][number][] {
  if (verdict.hits.length < 2) return verdict.hits;
  const seen = new Set<string>();
  return verdict.hits.filter((hit) => !seen.has(hit.ruleId) && seen.add(hit.ruleId));
}

/** The engines that a decision leaves out, each with why. */
export function droppedEngines(
  decision: RoutingDecision,
  input: RoutingInput,
): readonly { readonly engine: string; readonly why: string }[] {
  const kept = new Set(enginesInOrder(decision, input));
  return input.engines
    .filter((engine) => !kept.has(engine))
    .map((engine) => ({ engine: engine.id, why: whyDropped(engine, decision, input) }));
}

function whyDropped(engine: Engine, decision: RoutingDecision, input: RoutingInput): string {
  if (decision.route === "blocked") return "blocked";
  if (engine.accepts !== undefined)
    return decision.skill === undefined ? "does not answer this" : "another skill answers";
  if (engine.place === "device" && input.forced === "remote") return "veto/forced-remote";
  if (isLocalModel(engine, input)) return "device/battery-low";
  const veto = decision.reasons.find(({ code }) => code.startsWith("veto/") && !code.startsWith("veto/no-"));
  if (engine.place === "network" && !decision.mayUseNetwork) return veto?.code ?? "veto/network";
  return input.refusals?.get(engine.id)?.code ?? lackOf([engine], input);
}
