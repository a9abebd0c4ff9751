import { ruleVersionOf } from "../../audit/decision.js";
import { type ChainedEntry, canonicalJson } from "../../audit/hash-chain.js";
import type { AuditEntry, DecisionEnd, DecisionFacts, DecisionTaken } from "../../core/decision-record.js";
import { CannotAnswerError } from "../../core/errors.js";
import type { Engine, Refusal } from "../../core/ports.js";
import { DEFAULT_PROJECT, type Query } from "../../core/query.js";
import { decide, recordOf } from "../../decision.js";
import type { Fetch } from "../../engines/egress.js";
import { valuesKeptBy } from "../../orchestrator.js";
import { Router } from "../../routing/router.js";
import { GUARD_RULE } from "../../rules/guard.js";
import { CommandError, type Parsed } from "../command.js";
import { routerModelOf } from "../router-of-settings.js";
import { openSession, type Session } from "../session.js";
import { bytes, duration, print, readAll, safe, type Terminal } from "../terminal.js";
import { mainReason, readQuestion, sideOf } from "./answering.js";

/** One question of the log: its decision and, where it was written, its end. */
interface Recorded {
  readonly id: string;
  readonly projectId: string;
  readonly atMs: number;
  readonly facts: DecisionFacts;
  readonly taken: DecisionTaken;
  readonly end: DecisionEnd | undefined;
}

/** `mobile-ai explain`: a recorded decision, or what would leave for a question. */
export async function explain(parsed: Parsed, terminal: Terminal): Promise<number> {
  if (parsed.flag("would-send")) return wouldSend(parsed, terminal);
  const session = await openSession(parsed, terminal);
  try {
    const recorded = await recordedAs(session, parsed.words[0]);
    print(terminal, parsed.flag("json") ? canonicalJson(recorded) : described(recorded));
    return 0;
  } finally {
    await session.close();
  }
}

/** `mobile-ai replay`: exit code 1 when the decision is another one now. */
export async function replay(parsed: Parsed, terminal: Terminal): Promise<number> {
  const session = await openSession(parsed, terminal);
  try {
    const recorded = await recordedAs(session, parsed.words[0]);
    const query = await queryOf(recorded, session, parsed, terminal);
    const { facts } = recorded;
    // Where nothing could leave, what was kept before was not looked at.
    const mayLeave = facts.engines.some(({ place }) => place === "network");
    const past = query.project === undefined || !mayLeave ? [] : await session.context.keptTurns(query.project);
    const kept = past.filter((turn) => turn.createdAtMs < recorded.atMs);
    const engines = await session.engines({ ...query, forced: "remote" }); // all of them: for the skills among them
    const router = await routerAsRecorded(facts, session, terminal);
    const decision = decide(
      query,
      {
        preference: facts.preference,
        projectPrivate: facts.projectPrivate,
        device: facts.device,
        engines: facts.engines.map((fact) => standIn(fact, engines)),
        refusals: refusalsIn(facts),
        keptValues: kept.flatMap((turn) => valuesKeptBy(turn, query.project ?? DEFAULT_PROJECT, session.rules)),
        guardHits: recorded.taken.hits
          .filter((hit) => hit.ruleId === GUARD_RULE)
          .map((hit) => ({ ...hit, reason: "" })),
        ...(facts.task === undefined ? {} : { task: facts.task }),
        ...(facts.adaptation === undefined ? {} : { adaptation: facts.adaptation }),
        ...(facts.budgetLeft === undefined ? {} : { budgetLeft: facts.budgetLeft }),
      },
      { rules: session.rules, router },
    );
    const again = { ...recorded, ...recordOf(decision, { router, ruleVersion: ruleVersionOf(session.rules.rules) }) };
    print(terminal, canonicalJson(again));
    if (canonicalJson(again) === canonicalJson(recorded)) return 0;
    const differing = [
      ...differences("facts", recorded.facts, again.facts),
      ...differences("taken", recorded.taken, again.taken),
    ];
    throw new CommandError(
      `The decision is another one now: ${differing.join(", ")} differ${differing.length === 1 ? "s" : ""}`,
    );
  } finally {
    await session.close();
  }
}

/** The router of then: the thresholds stand in the record, the weights are known by their hash. */
async function routerAsRecorded({ router }: DecisionFacts, session: Session, terminal: Terminal): Promise<Router> {
  const { weights, ...thresholds } = router;
  if (weights === undefined) return new Router(thresholds);
  const model = await routerModelOf(session.settings, terminal);
  if (model?.weights.hash !== weights) {
    throw new CommandError(
      `Cannot replay it: the router had the weights ${weights.slice(0, 12)} then, and has ${model === undefined ? "none" : model.weights.hash.slice(0, 12)} now. Add --set router.weights=FILE`,
    );
  }
  return new Router({ ...thresholds, model });
}

async function recordedAs(session: Session, id: string | undefined): Promise<Recorded> {
  const entries = await session.audit.entriesOf(id);
  const recorded = joined(entries);
  if (recorded !== undefined) return recorded;
  throw new CommandError(
    id === undefined
      ? 'No decision is recorded yet. Ask something: mobile-ai ask "12 * 7"'
      : `There is no decision "${safe(id)}". Ids stand in mobile-ai history and mobile-ai ask --json`,
  );
}

function joined(entries: readonly ChainedEntry[]): Recorded | undefined {
  const made = entries
    .map(({ entry }) => entry)
    .find((entry): entry is Exclude<AuditEntry, { kind: "ended" }> => entry.kind !== "ended");
  if (made === undefined) return undefined;
  const ended = entries
    .map(({ entry }) => entry)
    .find((entry): entry is Exclude<AuditEntry, { kind: "decided" }> => entry.kind !== "decided");
  const { id, projectId, atMs, facts, taken } = made;
  return { id, projectId, atMs, facts, taken, end: ended?.end };
}

/** The question of a record: from the history where it is, else as given on the command line. */
async function queryOf(recorded: Recorded, session: Session, parsed: Parsed, terminal: Terminal): Promise<Query> {
  const { facts, end, projectId } = recorded;
  const system = parsed.text("system");
  if (facts.texts !== (system === undefined ? 1 : 2)) {
    throw new CommandError(
      facts.texts === 2
        ? "Cannot replay it: the decision was made with a system prompt too. Add --system TEXT"
        : `Cannot replay it: the decision was made on ${facts.texts} texts of a conversation that is not kept here`,
    );
  }
  const project = (await session.context.projects()).find((each) => each.id === projectId)?.name;
  const given = parsed.words.slice(1).join(" ");
  let text = given === "-" ? (await readAll(terminal)).replace(/\r?\n$/, "") : given;
  if (text === "" && project !== undefined && end?.turnId !== undefined) {
    const turns = await session.context.history(project, { limit: Number.MAX_SAFE_INTEGER });
    const turn = turns.find((each) => each.id === end.turnId);
    if (turn?.kind === "turn") text = turn.question;
  }
  if (text === "") {
    throw new CommandError(
      `Cannot replay it: the question is not kept as it was asked. Run: mobile-ai replay ${recorded.id} -, and give it on standard input`,
    );
  }
  return {
    text,
    ...(project === undefined ? {} : { project }),
    ...(facts.forced === undefined ? {} : { forced: facts.forced }),
    ...(system === undefined ? {} : { system }),
  };
}

function refusalsIn({ engines }: DecisionFacts): ReadonlyMap<string, Refusal> {
  return new Map(
    engines.flatMap(({ id, refused }) => (refused === undefined ? [] : [[id, { code: refused, detail: "recorded" }]])),
  );
}

/** An engine with the recorded facts; a closed one asks today's skills what they accept. It is never called. */
function standIn(fact: DecisionFacts["engines"][number], engines: readonly Engine[]): Engine {
  const { closed, refused: _, ...rest } = fact;
  const today = engines.find((engine) => engine.id === fact.id);
  const refuse = (): Promise<never> => Promise.reject(new CannotAnswerError("a replayed decision calls no engine"));
  return {
    ...rest,
    model: {
      specificationVersion: "v4",
      provider: "replay",
      modelId: fact.id,
      supportedUrls: {},
      doGenerate: refuse,
      doStream: refuse,
    },
    ...(closed ? { accepts: (question) => today?.accepts?.(question) } : {}),
  };
}

function differences(name: string, before: object, after: object): string[] {
  const now: Record<string, unknown> = { ...after };
  return Object.entries(before)
    .filter(([key, value]) => canonicalJson(value) !== canonicalJson(now[key] ?? null))
    .map(([key]) => `${name}.${key}`);
}

function described({ id, projectId, atMs, facts, taken, end }: Recorded): string {
  const lines = [
    `question   ${id}, ${new Date(atMs).toISOString()}, project ${projectId || "none yet"}`,
    `rules      version ${facts.ruleVersion}, verdict ${taken.verdict}`,
    ...taken.hits.map(
      (hit) => `  ${hit.ruleId}  ${hit.action}, ${hit.severity} (${hit.source}, characters ${hit.start}-${hit.end})`,
    ),
    `facts      ${[`preference ${facts.preference}`, facts.forced === undefined ? "" : `forced ${facts.forced}`, facts.projectPrivate ? "private project" : "", ...Object.entries(facts.device).map(([name, value]) => `${name} ${value}`)].filter((fact) => fact !== "").join(", ")}`,
    `route      ${taken.route}, score ${taken.score.toFixed(3)} against ${taken.threshold.toFixed(3)}${taken.redact ? ", redacted" : ""}`,
    ...taken.reasons.map((reason) => `  ${reason}`),
    `engines    ${taken.order.join(", then ") || "none"}`,
    ...taken.dropped.map(({ engine, why }) => `  not ${safe(engine)}: ${why}`),
  ];
  if (end === undefined) lines.push("ended      never written: the process was killed, and something may have left");
  else {
    lines.push(
      `ended      ${end.outcome}${end.engine === undefined ? "" : ` by ${safe(end.engine)}`}${end.turnId === undefined ? "" : `, turn ${end.turnId}`}`,
    );
    for (const { engine, failed } of end.attempts) lines.push(`  ${safe(engine)} ${failed ? "failed" : "answered"}`);
    if (end.sent.length === 0) lines.push("left       nothing");
    for (const sent of end.sent)
      lines.push(`left       ${bytes(sent.bytes)} in ${sent.requests} requests to ${safe(sent.engine)}`);
  }
  return lines.join("\n");
}

/** Runs the main path with the device silent and the network replaced by a listener, and prints what it heard. */
async function wouldSend(parsed: Parsed, terminal: Terminal): Promise<number> {
  const side = sideOf(parsed);
  const text = await readQuestion(parsed, terminal);
  const heard: { url: string; body: string }[] = [];
  const listen: Fetch = async (url, init) => {
    heard.push({ url, body: typeof init.body === "string" ? init.body : "" });
    return new Response('{"error":{"message":"nothing was sent"}}', {
      status: 400,
      headers: { "content-type": "application/json" },
    });
  };
  const session = await openSession(parsed, terminal, { remoteFetch: listen });
  try {
    const project = await session.project(parsed.text("project"));
    const query: Query = { text, project, remember: false, ...side };
    const orchestrator = await session.orchestrator({ ...query, forced: "remote" }); // with all engines
    const { signal } = terminal;
    let outcome = await orchestrator.answer(query, { signal });
    const cachedAgeMs = outcome.kind === "answered" ? outcome.cachedAgeMs : undefined;
    if (cachedAgeMs !== undefined) outcome = await orchestrator.answer({ ...query, cache: false }, { signal });
    if (parsed.flag("json")) {
      print(
        terminal,
        JSON.stringify(
          {
            route: outcome.decision.route,
            ...(cachedAgeMs === undefined ? {} : { cachedAgeMs }),
            requests: heard.map(({ url, body }) => ({ url, body: JSON.parse(body) })),
          },
          null,
          2,
        ),
      );
    } else if (heard.length === 0) print(terminal, `Nothing would leave this device: ${mainReason(outcome.decision)}`);
    else {
      if (cachedAgeMs !== undefined)
        print(terminal, `Only with --no-cache: an answer of ${duration(cachedAgeMs)} ago is kept here.`);
      else if (outcome.decision.route !== "remote") print(terminal, "Only if this device cannot answer:");
      for (const { url, body } of heard) print(terminal, `POST ${url}\n${JSON.stringify(JSON.parse(body), null, 2)}`);
    }
    return 0;
  } finally {
    await session.close();
  }
}
