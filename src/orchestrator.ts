import type {
  JSONObject,
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4Prompt,
  LanguageModelV4StreamPart,
} from "@ai-sdk/provider";
import { ruleVersionOf } from "./audit/decision.js";
import { QuestionLog } from "./audit/question-log.js";
import { ContextManager } from "./context/context-manager.js";
import { MemoryStore } from "./context/memory-store.js";
import { ItemGoneError } from "./context/store.js";
import type { Turn } from "./context/turn.js";
import { type Clock, systemClock } from "./core/clock.js";
import type { RoutingDecision } from "./core/decision.js";
import type { DecisionEnd, DecisionLog } from "./core/decision-record.js";
import { CannotAnswerError, EngineError } from "./core/errors.js";
import { collectStream, PROVIDER_KEY, textOfContent, totalsOf } from "./core/language-model.js";
import type { Attempt, Outcome } from "./core/outcome.js";
import {
  type Device,
  type Engine,
  noTelemetry,
  type Refusal,
  type Spending,
  type Telemetry,
  unknownDevice,
} from "./core/ports.js";
import { checkQuery, DEFAULT_PROJECT, type Preference, type Query } from "./core/query.js";
import { newId, type Random, systemRandom } from "./core/random.js";
import type { ScannedText, Verdict } from "./core/verdict.js";
import { type Circumstances, type Decision, decide, recordOf, textsOf } from "./decision.js";
import { untilAborted } from "./engines/abort.js";
import { cachedAgeOf } from "./engines/cached.js";
import { type CascadeCall, type PartListener, runCascade } from "./engines/cascade.js";
import type { EgressRecord } from "./engines/egress.js";
import { withEgressGuard } from "./engines/guarded.js";
import { withRedaction } from "./engines/redacted.js";
import { LABEL, METRIC } from "./metrics/names.js";
import type { OfflineQueue, QueuedItem } from "./resilience/offline-queue.js";
import type { Adaptation } from "./routing/adaptation.js";
import { remediesFor } from "./routing/remedies.js";
import { Router, type RoutingInput } from "./routing/router.js";
import { ExpertSystem } from "./rules/expert-system.js";
import { type GuardModel, guardHits } from "./rules/guard.js";
import { Redactor } from "./rules/redaction.js";
import { flaggedValues } from "./rules/taint.js";

export interface OrchestratorOptions {
  /** In order of preference within each place. Those on the network are guarded here, whatever they do themselves. */
  readonly engines: readonly Engine[];
  readonly rules?: ExpertSystem;
  readonly router?: Router;
  /** Default: history in memory only. */
  readonly context?: ContextManager;
  /** Default: a device of which nothing is known. */
  readonly device?: Device;
  readonly telemetry?: Telemetry;
  readonly clock?: Clock;
  /** Used where a query names none; default `balanced`. */
  readonly preference?: Preference;
  /** Judges harmful requests beside the rules; default none. */
  readonly guard?: GuardModel;
  /** Where decisions are recorded; default nowhere. */
  readonly audit?: DecisionLog;
  readonly random?: Random;
  /** Keeps count of what the network costs, and closes it when that is enough; default nobody does. */
  readonly spending?: Spending;
  /** Keeps questions that the network must answer while it cannot be reached; default none. See `flushQueue`. */
  readonly queue?: OfflineQueue<QueuedQuestion>;
  /** What was learned from a person's feedback; moves the score of a learned router. Default nothing. */
  readonly adaptation?: Adaptation;
  /** Tokens kept free for the answer when a prompt is trimmed; default 1024, at most a quarter of an engine's context. */
  readonly answerTokens?: number;
  /** Room for history in a prompt for the network, where each token costs; older turns are told shortened. Default: all. */
  readonly remoteHistoryTokens?: number;
}

export interface AnswerOptions {
  readonly signal?: AbortSignal;
  /** Receives each part of the answer as it comes. Nothing is shown twice: after the first text no other engine is tried. */
  readonly onPart?: PartListener;
}

/** A question that waits for the network, with what was wished of its answer. */
export type QueuedQuestion = Pick<Query, "text" | "system" | "preference" | "forced" | "cache">;

/** What a queue keeps of a question beside its project. */
export function queuedOf({ text, system, preference, forced, cache }: Query): QueuedQuestion {
  return {
    text,
    ...(system === undefined ? {} : { system }),
    ...(preference === undefined ? {} : { preference }),
    ...(forced === undefined ? {} : { forced }),
    ...(cache === undefined ? {} : { cache }),
  };
}

/** What is decided about a question before any engine is called. */
export interface Plan {
  readonly verdict: Verdict;
  readonly decision: RoutingDecision;
  /** Ids of the engines that would be tried, in order. */
  readonly engines: readonly string[];
}

/** A question of lower priority may wait a moment for others to go with it. */
const MAY_WAIT_BELOW = 3;

/** Window assumed of an engine that does not tell its own. */
const ASSUMED_CONTEXT_TOKENS = { device: 4096, network: 16_384 } as const;

/** The whole runtime: one question in, one outcome out, with its route and its reasons. */
export class Orchestrator {
  readonly context: ContextManager;
  readonly #engines: readonly Engine[];
  readonly #rules: ExpertSystem;
  readonly #router: Router;
  readonly #device: Device;
  readonly #telemetry: Telemetry;
  readonly #clock: Clock;
  readonly #preference: Preference;
  readonly #answerTokens: number;
  readonly #guard: GuardModel | undefined;
  readonly #audit: DecisionLog | undefined;
  readonly #random: Random;
  readonly #spending: Spending | undefined;
  readonly #adaptation: Adaptation | undefined;
  readonly #remoteHistoryTokens: number | undefined;
  readonly #queue: OfflineQueue<QueuedQuestion> | undefined;
  #judged: JudgedTurns;

  constructor(options: OrchestratorOptions) {
    const {
      engines,
      rules,
      router,
      context,
      device,
      telemetry,
      clock,
      preference,
      answerTokens,
      guard,
      audit,
      random,
      spending,
      adaptation,
      queue,
      remoteHistoryTokens,
    } = options;
    const ids = new Set(engines.map((engine) => engine.id));
    if (ids.size < engines.length) throw new TypeError("Cannot build the orchestrator: two engines have the same id");
    this.#engines = [...engines];
    this.#rules = rules ?? new ExpertSystem();
    this.#router = router ?? new Router();
    this.#clock = clock ?? systemClock;
    this.context = context ?? new ContextManager({ store: new MemoryStore(), clock: this.#clock });
    this.#device = device ?? unknownDevice;
    this.#telemetry = telemetry ?? noTelemetry;
    this.#preference = preference ?? "balanced";
    this.#answerTokens = answerTokens ?? 1024;
    this.#guard = guard;
    this.#audit = audit;
    this.#random = random ?? systemRandom;
    this.#spending = spending;
    this.#adaptation = adaptation;
    this.#queue = queue;
    this.#remoteHistoryTokens = remoteHistoryTokens;
    this.#judged = new JudgedTurns(this.#rules);
  }

  /** Decides about a question without calling a model or remembering anything. */
  async plan(query: Query): Promise<Plan> {
    checkQuery(query);
    const { verdict, routing, order } = await this.#decide(query);
    return { verdict, decision: routing, engines: order.map((engine) => engine.id) };
  }

  /**
   * Answers a question. Rejects only with `signal.reason`, what `onPart` threw, a failed store, or a bad argument: a
   * blocked or unanswerable question is an outcome.
   */
  async answer(query: Query, options: AnswerOptions = {}): Promise<Outcome> {
    return (await this.#answerTo(query, options))!; // undefined only of a queued question
  }

  /**
   * Asks the questions that wait for the network again, oldest first and in order within a project, each decided anew by
   * the rules of now. Ends at once while the network still cannot be reached. An answer is in the history before `onOutcome`
   * hears of it, and nothing is answered twice. A question that fails waits on. Resolves to how many were answered.
   */
  async flushQueue(
    options: {
      readonly signal?: AbortSignal;
      readonly onOutcome?: (item: QueuedItem<QueuedQuestion>, outcome: Outcome) => void;
    } = {},
  ): Promise<number> {
    const { signal, onOutcome } = options;
    if (this.#queue === undefined) return 0;
    const projects = new Set((await this.#queue.list()).map(({ scope }) => scope));
    // Those of several projects are asked side by side and may share a request; those of one come one after the other.
    const together = projects.size > 1 ? { priority: MAY_WAIT_BELOW - 1 } : {};
    return this.#queue.flush(
      async (item) => {
        try {
          const query: Query = { ...item.content, ...together, project: item.scope, queue: false };
          const outcome = await this.#answerTo(query, signal === undefined ? {} : { signal }, item.key);
          if (outcome === undefined) return { kind: "later" };
          onOutcome?.(item, outcome);
          return outcome.kind === "answered" ? { kind: "done" } : { kind: "failed", reason: outcome.reason };
        } catch (error) {
          if (error instanceof ItemGoneError) return { kind: "done" }; // answered or dropped by another process meanwhile
          throw error;
        }
      },
      { signal },
    );
  }

  /** `completes`: the key of the queued question that this is; it resolves to undefined while that has to wait on. */
  async #answerTo(query: Query, options: AnswerOptions, completes?: string): Promise<Outcome | undefined> {
    options.signal?.throwIfAborted();
    checkQuery(query);
    const startedMs = this.#clock.monotonicMs();
    const span = this.#telemetry.span("question");
    let outcome: Outcome | undefined;
    let log: QuestionLog | undefined;
    const attempts: Attempt[] = [];
    try {
      const decision = await this.#decide(query, options.signal); //                              1, 2 what must stay, where it goes, and why
      const { verdict, input, routing } = decision;
      if (completes !== undefined && routing.deferred) return undefined;
      let queued = routing.deferred ? await this.#enqueue(query) : undefined;
      log = this.#openLog(query, decision);
      const facts = (): Pick<Outcome, "id" | "verdict" | "decision" | "attempts" | "durationMs"> => ({
        ...(log === undefined ? {} : { id: log.id }),
        ...(queued === undefined ? {} : { queued }),
        verdict,
        decision: routing,
        attempts,
        durationMs: this.#clock.monotonicMs() - startedMs,
      });
      if (routing.route === "blocked") {
        outcome = { kind: "blocked", ...refusalOf(verdict, routing), ...facts() };
        return outcome;
      }
      const held = new HeldParts(routing.skill === "remember" ? options.onPart : undefined);
      const network = new NetworkSeen();
      const calls = { attempts, log, network, ...options, ...held.options };
      const given = await this.#generate(query, decision, calls); //                              3, 4 prompt and engine
      if (network.isAway && given?.engine.place !== "network") {
        if (completes !== undefined) return undefined; // it waits on for the remote
        queued ??= await this.#enqueue(query);
      }
      if (given === undefined && queued !== undefined) {
        const veto = routing.deferred ? routing.reasons.find(({ code }) => code.startsWith("veto/")) : undefined;
        const reason = veto?.detail ?? attempts.at(-1)?.failure ?? "there is no network";
        outcome = { kind: "queued", reason, ...facts(), queued };
        return outcome;
      }
      if (given === undefined) {
        outcome = { ...remediesFor(input, routing, attempts), ...facts() };
        return outcome;
      }
      await this.#charge(query, given);
      const turnId = query.remember === false ? undefined : await this.#remember(query, input, given, completes); //     5 history
      held.show();
      outcome = {
        kind: "answered",
        text: textOfContent(given.result.content),
        content: given.result.content,
        finishReason: given.result.finishReason,
        route: given.engine.place === "device" ? "local" : "remote",
        engine: given.engine.id,
        usage: totalsOf(given.result.usage),
        ...cachedOf(given.result),
        ...(given.savedTokens === 0 ? {} : { savedTokens: given.savedTokens }),
        ...(turnId === undefined ? {} : { turnId }),
        ...facts(),
      };
      return outcome;
    } finally {
      this.#report(outcome, span, startedMs); //                                                  6 also on error and abort
      await log?.ended(endOf(outcome, attempts, options.signal));
    }
  }

  /** The same answer as a stream of text; `outcome` tells the rest when it has ended. Cancelling the stream aborts. */
  stream(
    query: Query,
    options: Omit<AnswerOptions, "onPart"> = {},
  ): { readonly textStream: ReadableStream<string>; readonly outcome: Promise<Outcome> } {
    const cancelled = new AbortController();
    const signal = options.signal ? AbortSignal.any([options.signal, cancelled.signal]) : cancelled.signal;
    let controller: ReadableStreamDefaultController<string>;
    const textStream = new ReadableStream<string>({
      start: (started) => {
        controller = started;
      },
      cancel: (reason) => cancelled.abort(reason),
    });
    const outcome = this.answer(query, {
      signal,
      onPart: (part) => {
        if (part.type === "text-delta" && !cancelled.signal.aborted) controller.enqueue(part.delta);
      },
    });
    outcome.then(
      () => !cancelled.signal.aborted && controller.close(),
      (error) => !cancelled.signal.aborted && controller.error(error),
    );
    return { textStream, outcome };
  }

  /** Frees every engine and the store. */
  async close(): Promise<void> {
    await Promise.all(this.#engines.map((engine) => engine.close?.()));
    await this.context.close();
  }

  async #decide(query: Query, signal?: AbortSignal): Promise<Decision> {
    const name = query.project ?? DEFAULT_PROJECT;
    const project = await this.context.find(name); // from the store, not from memory: another process may have marked it private
    const mayLeave = this.#engines.some((engine) => engine.place === "network");
    const kept = project !== undefined && mayLeave ? await this.context.keptTurns(name) : [];
    const circumstances: Circumstances = {
      preference: query.preference ?? this.#preference,
      projectPrivate: project?.private ?? false,
      device: this.#device.status(),
      engines: this.#engines,
      ...this.#refusals(project?.id),
      keptValues: kept.flatMap((turn) => this.#valuesOf(turn, name)),
      ...(this.#guard === undefined
        ? {}
        : { guardHits: await guardHits(this.#guard, textsOf(query), signal === undefined ? {} : { signal }) }),
      ...(await this.#taskOf(query.text, name)),
      ...this.#budgetOf(project?.id),
      ...(this.#adaptation === undefined ? {} : { adaptation: this.#adaptation.adjustment(query.text) }),
    };
    return decide(query, circumstances, { rules: this.#rules, router: this.#router, telemetry: this.#telemetry });
  }

  async #taskOf(question: string, project: string): Promise<Pick<Circumstances, "task">> {
    const { lastRoute, idleMs } = this.context.state(project) ?? {};
    if (lastRoute !== "local" && lastRoute !== "remote") return {};
    // Only a remote task holds on to its side, so only then is it worth asking.
    const sameTopic = lastRoute === "remote" ? await this.context.staysOnTopic(question, project) : undefined;
    return {
      task: {
        lastRoute,
        ...(idleMs === undefined ? {} : { idleMs }),
        ...(sameTopic === undefined ? {} : { sameTopic }),
      },
    };
  }

  /** In hundredths, so that a record of it is short. */
  #budgetOf(projectId: string | undefined): Pick<Circumstances, "budgetLeft"> {
    const left = this.#spending?.left?.(projectId);
    return left === undefined ? {} : { budgetLeft: Math.round(100 * left) / 100 };
  }

  /** The engines that would refuse now, and why. */
  #refusals(projectId: string | undefined): Pick<Circumstances, "refusals"> {
    const spent = this.#spending?.refusal(projectId);
    let refusals: Map<string, Refusal> | undefined;
    for (const engine of this.#engines) {
      const refusal = engine.refuses?.() ?? (engine.place === "network" ? spent : undefined);
      if (refusal === undefined) continue;
      refusals ??= new Map();
      refusals.set(engine.id, refusal);
    }
    return refusals === undefined ? {} : { refusals };
  }

  #valuesOf(turn: Turn, project: string): readonly string[] {
    const { keptValues } = this.#current();
    let values = keptValues.get(turn);
    if (values === undefined) {
      values = valuesKeptBy(turn, project, this.#rules);
      keptValues.set(turn, values);
    }
    return values;
  }

  /** What today's rules said of turns; a reload of a rule file begins anew. */
  #current(): JudgedTurns {
    if (!this.#judged.isOf(this.#rules)) this.#judged = new JudgedTurns(this.#rules);
    return this.#judged;
  }

  #openLog(query: Query, decision: Decision): QuestionLog | undefined {
    if (this.#audit === undefined) return undefined;
    const nowMs = (): number => this.#clock.nowMs();
    return new QuestionLog({
      id: newId(nowMs(), this.#random),
      log: this.#audit,
      projectId: async () => (await this.context.find(query.project ?? DEFAULT_PROJECT))?.id ?? "",
      nowMs,
      ...recordOf(decision, { router: this.#router, ruleVersion: this.#current().version }),
    });
  }

  /** The model as it may be called: whatever a network engine does itself, what it gets was redacted, then scanned again. */
  #guarded(engine: Engine, record: (entry: EgressRecord) => void): LanguageModelV4 {
    if (engine.place === "device") return engine.model;
    const scanner = this.#rules;
    const guarded = withEgressGuard(engine.model, { scanner, record, keepOwn: engine.scoped });
    return withRedaction(guarded, { scanner, createRedactor: () => new Redactor() });
  }

  /** Tries the engines in order; undefined when none answered. */
  #generate(
    query: Query,
    { input, routing, order }: Decision,
    {
      attempts,
      log,
      network,
      signal,
      onPart,
    }: AnswerOptions & { attempts: Attempt[]; log: QuestionLog | undefined; network: NetworkSeen },
  ): Promise<Given | undefined> {
    return runCascade(order, {
      call: (engine, listener) => this.#call(engine, query, { signal, listener, log }),
      verify: routing.route === "hybrid",
      judge: this.#router.judgeOf(query.text, routing),
      wantsJson: input.needs.structuredOutput,
      attempts,
      clock: this.#clock,
      onPart,
      onFailure: (engine, error) => {
        if (engine.place === "network") network.failed(error);
        this.#telemetry.count(METRIC.engineErrors, { [LABEL.engine]: engine.id, [LABEL.kind]: nameOf(error) });
      },
      signal,
    });
  }

  async #call(
    engine: Engine,
    query: Query,
    {
      signal,
      listener,
      log,
    }: { signal: AbortSignal | undefined; listener: PartListener | undefined; log: QuestionLog | undefined },
  ): Promise<Omit<Given, "engine">> {
    const project = query.project ?? DEFAULT_PROJECT;
    const context = engine.contextTokens ?? ASSUMED_CONTEXT_TOKENS[engine.place];
    const reserve = Math.min(this.#answerTokens, context / 4);
    const prompt =
      engine.accepts === undefined
        ? await this.context.prompt(promptQuery(query, project), {
            place: engine.place,
            budgetTokens: context - reserve,
            historyTokens: engine.place === "network" ? this.#remoteHistoryTokens : undefined,
            keepLocal: (turn) => this.#staysNow(turn, project, engine.place),
          })
        : { messages: query.conversation ?? questionOnly(query.text), privateTurns: 0, savedTokens: 0 };
    const name = engine.departed === undefined || !engine.scoped ? undefined : newId(this.#clock.nowMs(), this.#random);
    const own = ownOptions(query, project);
    if (name !== undefined) own["call"] = name;
    const ours: LanguageModelV4CallOptions = {
      prompt: prompt.messages,
      providerOptions: { [PROVIDER_KEY]: own },
      ...(signal === undefined ? {} : { abortSignal: signal }),
    };
    const call = query.settings === undefined ? ours : { ...query.settings, ...ours };
    const counted = { requests: 0, bytes: 0 };
    const model = this.#guarded(engine, ({ bytes }) => {
      counted.requests++;
      counted.bytes += bytes;
    });
    if (engine.place === "network") await log?.decided(); // durable before the first byte leaves
    const before = engine.departed?.(name);
    const span = this.#telemetry.span("generate");
    span.set({ [LABEL.engine]: engine.id });
    try {
      const result =
        listener === undefined
          ? await untilAborted(model.doGenerate(call), signal)
          : await collectStream((await untilAborted(model.doStream(call), signal)).stream, {
              onPart: listener,
              ...(signal === undefined ? {} : { signal }),
            });
      const recalled = result.providerMetadata?.[PROVIDER_KEY]?.["skill"] === "recall";
      return { result, tainted: recalled || prompt.privateTurns > 0, savedTokens: prompt.savedTokens };
    } finally {
      span.end();
      log?.sent(engine.id, before === undefined ? counted : difference(engine.departed?.(name) ?? before, before));
    }
  }

  /**
   * Whether the rules of today keep a turn here that was open when it was said: consent was withdrawn, a rule was added,
   * another device wrote it. For the device only a turn that some rule matched is read again.
   */
  #staysNow(turn: Turn, project: string, place: Engine["place"]): boolean {
    if (place === "device" && turn.ruleIds.length === 0) return false;
    const { staysHere } = this.#current();
    let stays = staysHere.get(turn);
    if (stays === undefined) {
      stays = keepsLocal(
        this.#rules.evaluate(
          [
            { source: "history", text: turn.question },
            { source: "history", text: turn.answer },
          ],
          { project },
        ),
      );
      staysHere.set(turn, stays);
    }
    return stays;
  }

  /** Stores the turn. What a rule, a mark or a choice kept on the device stays there: the turn never enters a remote prompt. */
  async #remember(
    query: Query,
    input: RoutingInput,
    { engine, result, tainted }: Given,
    completes: string | undefined,
  ): Promise<string> {
    const { verdict } = input;
    const project = query.project ?? DEFAULT_PROJECT;
    const answer = textOfContent(result.content);
    const metadata = result.providerMetadata?.[PROVIDER_KEY];
    const note = typeof metadata?.["note"] === "string" ? metadata["note"] : undefined;
    const kept =
      verdict.kind === "keep-local" ||
      input.projectPrivate ||
      input.preference === "private" ||
      input.forced === "local" ||
      tainted ||
      keepsLocal(this.#rules.evaluate([{ source: "history", text: answer }], { project }));
    const span = this.#telemetry.span("remember");
    try {
      const turn = await this.context.remember(
        project,
        {
          kind: note === undefined ? "turn" : "note",
          question: note ?? query.text,
          answer: note === undefined ? answer : "",
          route: engine.place === "device" ? "local" : "remote",
          engine: engine.id,
          privacy: kept ? "device-only" : "open",
          ruleIds: [...new Set(verdict.hits.map((hit) => hit.ruleId))],
        },
        { completes },
      );
      return turn.id;
    } finally {
      span.end();
    }
  }

  /** Keeps a question for the network of later, where it may be kept; resolves to its key. */
  async #enqueue(query: Query): Promise<string | undefined> {
    const { project = DEFAULT_PROJECT } = query;
    const isBare = query.conversation === undefined && query.settings === undefined && query.remember !== false;
    if (this.#queue === undefined || query.queue === false || !isBare) return undefined;
    await this.context.open(project);
    return this.#queue.add(project, queuedOf(query));
  }

  async #charge(query: Query, { engine, result }: Given): Promise<void> {
    if (this.#spending === undefined || engine.place === "device" || cachedAgeOf(result) !== undefined) return;
    const { id: projectId } = await this.context.open(query.project ?? DEFAULT_PROJECT);
    await this.#spending.spent({ engine: engine.id, projectId, usage: totalsOf(result.usage) });
  }

  #report(outcome: Outcome | undefined, span: ReturnType<Telemetry["span"]>, startedMs: number): void {
    if (this.#telemetry === noTelemetry) return;
    const kind = outcome?.kind ?? "failed";
    const route = outcome?.kind === "answered" ? outcome.route : (outcome?.decision.route ?? "none");
    this.#telemetry.count(METRIC.questions, { [LABEL.outcome]: kind, [LABEL.route]: route });
    this.#telemetry.observe(METRIC.questionDurationMs, this.#clock.monotonicMs() - startedMs, { [LABEL.route]: route });
    if (outcome?.kind === "answered") {
      const { engine, usage } = outcome;
      const tokens = { input: usage.inputTokens, output: usage.outputTokens };
      for (const [type, count] of Object.entries(tokens)) {
        if (count === undefined) continue;
        this.#telemetry.observe(METRIC.tokens, count, { [LABEL.engine]: engine, [LABEL.tokenType]: type });
      }
    }
    span.set({ outcome: kind, route });
    span.end();
  }
}

/** Whether the calls of one question found any network. */
class NetworkSeen {
  #unreachable = 0;
  #others = 0;

  failed(error: unknown): void {
    if (error instanceof EngineError && error.unreachable) this.#unreachable++;
    else this.#others++;
  }

  /** There were calls, and none of them reached anything. */
  get isAway(): boolean {
    return this.#unreachable > 0 && this.#others === 0;
  }
}

/** What one set of rules said of turns, none of which ever changes. */
class JudgedTurns {
  /** Flagged values of turns that were kept here. */
  readonly keptValues: WeakMap<Turn, readonly string[]> = new WeakMap();
  readonly staysHere: WeakMap<Turn, boolean> = new WeakMap();
  readonly #rules: ExpertSystem["rules"];
  #version: string | undefined;

  constructor({ rules }: ExpertSystem) {
    this.#rules = rules;
  }

  isOf({ rules }: ExpertSystem): boolean {
    return this.#rules === rules;
  }

  /** For the decision record; made when first asked for. */
  get version(): string {
    this.#version ??= ruleVersionOf(this.#rules);
    return this.#version;
  }
}

/** Parts that say "noted" wait until it is true. */
class HeldParts {
  /** To be laid over the caller's own; empty when nothing is held. */
  readonly options: Pick<AnswerOptions, "onPart">;
  readonly #onPart: PartListener | undefined;
  readonly #parts: LanguageModelV4StreamPart[] = [];

  constructor(onPart: PartListener | undefined) {
    this.#onPart = onPart;
    this.options = onPart === undefined ? {} : { onPart: (part) => void this.#parts.push(part) };
  }

  show(): void {
    for (const part of this.#parts) this.#onPart?.(part);
  }
}

/** Field by field, because `{ ...query, project }` takes 0.3 us (2-core EPYC, Node 20.20.2, 2026-11-23). */
function promptQuery(query: Query, project: string): Parameters<ContextManager["prompt"]>[0] {
  const { text, system, conversation, historyAfterSeq } = query;
  return { text, project, system, conversation, historyAfterSeq };
}

/** The flagged values of a turn that was kept on the device: a later question that quotes one stays too. */
export function valuesKeptBy(turn: Turn, project: string, rules: ExpertSystem): readonly string[] {
  const texts: ScannedText[] = [turn.question, turn.answer].map((text) => ({ source: "history", text }));
  return flaggedValues(texts, rules.evaluate(texts, { project }).hits);
}

type Departed = ReturnType<NonNullable<Engine["departed"]>>;

function difference(after: Departed, before: Departed): Departed {
  return { requests: after.requests - before.requests, bytes: after.bytes - before.bytes };
}

function endOf(
  outcome: Outcome | undefined,
  attempts: readonly Attempt[],
  signal: AbortSignal | undefined,
): Omit<DecisionEnd, "sent"> {
  return {
    outcome: outcome?.kind ?? (signal?.aborted ? "aborted" : "failed"),
    ...(outcome?.kind === "answered" ? { engine: outcome.engine } : {}),
    attempts: attempts.map(({ engine, place, failure }) => ({ engine, place, failed: failure !== undefined })),
    ...(outcome?.kind === "answered" && outcome.turnId !== undefined ? { turnId: outcome.turnId } : {}),
  };
}

/** An answer, whose it is, whether it may quote what must stay on the device, and what its prompt saved. */
type Given = CascadeCall & { readonly engine: Engine; readonly tainted: boolean; readonly savedTokens: number };

/** What engines of ours are told of a question; the guard takes it out before anything leaves. */
function ownOptions({ remember, cache, background, priority = 5 }: Query, project: string): JSONObject {
  const options: JSONObject = { project };
  if (remember === false) options["remember"] = false;
  if (cache === false) options["cache"] = false;
  if (background === true) options["mayWait"] = "background";
  else if (priority < MAY_WAIT_BELOW) options["mayWait"] = "soon";
  return options;
}

function cachedOf(result: LanguageModelV4GenerateResult): { readonly cachedAgeMs?: number } {
  const cachedAgeMs = cachedAgeOf(result);
  return cachedAgeMs === undefined ? {} : { cachedAgeMs };
}

function questionOnly(text: string): LanguageModelV4Prompt {
  return [{ role: "user", content: [{ type: "text", text }] }];
}

function keepsLocal(verdict: Verdict): boolean {
  return verdict.kind === "keep-local" || verdict.kind === "block";
}

function refusalOf(verdict: Verdict, decision: RoutingDecision): { ruleId: string; reason: string } {
  if (verdict.kind === "block") return { ruleId: verdict.ruleId, reason: verdict.reason };
  const hit = verdict.hits[0];
  if (hit !== undefined) return { ruleId: hit.ruleId, reason: hit.reason };
  const veto = decision.reasons.find((reason) => reason.code.startsWith("veto/"));
  return { ruleId: veto?.code ?? "veto/unknown", reason: veto?.detail ?? "the network may not be used" };
}

function nameOf(error: unknown): string {
  if (error instanceof CannotAnswerError) return "cannot-answer";
  return error instanceof Error ? error.name : "unknown";
}
