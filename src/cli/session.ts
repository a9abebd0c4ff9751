import { createHash } from "node:crypto";
import { chmod, writeFile } from "node:fs/promises";
import { createInterface } from "node:readline/promises";
import { AuditLog } from "../audit/audit-log.js";
import { ContextManager } from "../context/context-manager.js";
import { KeptAnswers } from "../context/kept-answers.js";
import { projectName } from "../context/project.js";
import { QueuedQuestions } from "../context/queued-questions.js";
import type { ContextStore } from "../context/store.js";
import { systemClock } from "../core/clock.js";
import { CannotAnswerError } from "../core/errors.js";
import type { Device, Engine, Telemetry } from "../core/ports.js";
import { DEFAULT_PROJECT, type Preference, type Query } from "../core/query.js";
import { systemRandom } from "../core/random.js";
import type { EngineCacheOptions } from "../engines/cached.js";
import { deviceSkillsEngine } from "../engines/device-skills/device-skills.js";
import type { Fetch } from "../engines/egress.js";
import { isLoopback } from "../engines/loopback.js";
import { Metrics } from "../metrics/metrics.js";
import { LABEL, METRIC } from "../metrics/names.js";
import { type MetricsSnapshot, readSnapshot } from "../metrics/snapshot.js";
import { TraceRecorder } from "../metrics/trace.js";
import { Orchestrator, type QueuedQuestion } from "../orchestrator.js";
import { nodeDevice } from "../platform/node/device-status.js";
import { LineFile } from "../platform/node/line-file.js";
import { EnergyTelemetry } from "../power/energy-telemetry.js";
import { memoryLevelOf } from "../power/memory-shedder.js";
import { withPowerEvents } from "../power/power-telemetry.js";
import { OfflineQueue } from "../resilience/offline-queue.js";
import { type CachedTexts, ResponseCache } from "../resilience/response-cache.js";
import type { SpendingLedger } from "../resilience/spending-ledger.js";
import type { ExpertSystem } from "../rules/expert-system.js";
import { CommandError, type Parsed, UsageError } from "./command.js";
import { loadSettings, pathsOf, remoteApiKey } from "./configuration.js";
import { ENERGY_NAMES, processCpuUs } from "./energy-names.js";
import { adaptationOf } from "./feedback-store.js";
import { reasonOf } from "./files.js";
import { routerOf } from "./router-of-settings.js";
import { rulesOf } from "./rules-of-settings.js";
import { openStore, storeForDecision } from "./session-store.js";
import type { Settings } from "./settings.js";
import { openSpending } from "./spending-of-settings.js";
import { safe, type Terminal } from "./terminal.js";
import { loadTopicMemory } from "./topic-memory-file.js";

const METRICS_KEY = "metrics";
/** How old a reading of the device may be: one costs a few files, and in Termux a program. */
const DEVICE_MS = 30_000;

/** What one command works with: the store is open, the engines are made when a question needs them. */
export interface Session {
  readonly settings: Settings;
  readonly context: ContextManager;
  readonly rules: ExpertSystem;
  /** The decisions so far; also there when new ones are not recorded. */
  readonly audit: AuditLog;
  readonly queue: OfflineQueue<QueuedQuestion>;
  readonly spending: SpendingLedger;
  readonly store: ContextStore;
  /** The engines that this question may need. */
  engines(query: Query): Promise<readonly Engine[]>;
  /** The project named, or else the current one. */
  project(name: string | undefined): Promise<string>;
  /** The runtime with the engines that this question may need. */
  orchestrator(query: Query): Promise<Orchestrator>;
  /** Sequence number of the newest turn of a project; 0 when it has none. */
  newestSeq(project: string): Promise<number>;
  storedMetrics(): Promise<MetricsSnapshot | undefined>;
  resetMetrics(): Promise<void>;
  /** Writes what was measured and frees everything; also after a failure. */
  close(): Promise<void>;
}

export interface SessionOptions {
  /**
   * Takes the place of the network for the remote of the settings, to see what would be sent: the engines of the device are
   * silent, and nothing is kept, counted or queued.
   */
  readonly remoteFetch?: Fetch;
  /** Only decides and shows: the store is left alone where the decision does not hang on it. */
  readonly decides?: boolean;
}

/** Opens the store and settings of a command. */
export async function openSession(
  parsed: Parsed,
  terminal: Terminal,
  { remoteFetch, decides = false }: SessionOptions = {},
): Promise<Session> {
  const settings = await loadSettings(terminal, parsed.texts("set"));
  const store = await (decides ? storeForDecision(settings, terminal) : openStore(settings, terminal));
  const context = new ContextManager({
    store,
    windowTurns: settings.number("history.windowTurns")!, // has a default
    maxTurns: settings.number("history.maxTurns")!,
    topics: loadTopicMemory,
  });
  const traceFile = parsed.text("trace");
  const trace = traceFile === undefined ? undefined : new TraceRecorder();
  const metrics = new Metrics(trace === undefined ? {} : { trace });
  const energy = new EnergyTelemetry({
    inner: metrics,
    cpuUs: processCpuUs,
    clock: systemClock,
    names: ENERGY_NAMES,
  });
  const held = settings.flag("power.hints") ? (await import("./power-of-settings.js")).holdPower(terminal) : undefined;
  const telemetry =
    held === undefined ? energy : withPowerEvents(energy, { power: held.power, question: ENERGY_NAMES.question });
  const rules = await rulesOf(settings, terminal);
  const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
  const isRehearsal = remoteFetch !== undefined;
  const kept = new KeptAnswers(store);
  const cache = settings.flag("cache.enabled")
    ? { cache: cacheOf(settings, isRehearsal ? onlyRead(kept) : kept, metrics), hash: sha256 }
    : undefined;
  const engines = new Engines(settings, terminal, { context, rules, telemetry: energy, cache, remoteFetch });
  const queue = new OfflineQueue<QueuedQuestion>({
    texts: new QueuedQuestions(store),
    clock: systemClock,
    random: systemRandom,
  });
  const audit = new AuditLog({
    file: new LineFile(pathsOf(terminal).auditFile),
    sha256,
  });
  const spending = await openSpending(settings, store);
  const device = nodeDevice();
  let readMs = Number.NEGATIVE_INFINITY;
  let runtime: { readonly engines: readonly Engine[]; readonly orchestrator: Orchestrator } | undefined;

  return {
    settings,
    context,
    rules,
    audit,
    queue,
    spending,
    store,
    engines: (query) => engines.forQuery(query),
    async project(name) {
      const named = name ?? (terminal.environment["MOBILE_AI_PROJECT"] || undefined);
      return named === undefined ? ((await context.currentProject()) ?? DEFAULT_PROJECT) : projectName(named);
    },
    async orchestrator(query) {
      const wanted = await engines.forQuery(query);
      if (systemClock.monotonicMs() - readMs > DEVICE_MS) {
        const status = await device.refresh();
        readMs = systemClock.monotonicMs();
        if (memoryLevelOf(status) !== "ample")
          await (await import("./memory-watch.js")).shedIfShort(status, { engines: wanted, context, terminal });
      }
      if (runtime === undefined || runtime.engines !== wanted) {
        const router = await routerOf(settings, terminal);
        const adaptation = await adaptationOf(router.model, store, context);
        const isNew = isRehearsal && (await context.find(query.project ?? DEFAULT_PROJECT)) === undefined;
        const orchestrator = new Orchestrator({
          engines: isRehearsal ? wanted.map(silent) : wanted,
          rules,
          router,
          ...(adaptation === undefined ? {} : { adaptation }),
          ...(isNew ? {} : { context }), // a prompt opens its project, and a rehearsal makes none
          device: reachable(device, settings.text("remote.baseUrl")),
          telemetry,
          spending,
          remoteHistoryTokens: settings.number("remote.historyTokens")!, // has a default
          ...(settings.flag("queue.enabled") && !isRehearsal ? { queue } : {}),
          ...(settings.flag("audit.enabled") && !isRehearsal ? { audit } : {}),
          preference: settings.text("preference") as Preference, // checked by its picklist
        });
        runtime = { engines: wanted, orchestrator };
      }
      return runtime.orchestrator;
    },
    async newestSeq(project) {
      return (await context.history(project, { limit: 1 }))[0]?.seq ?? 0;
    },
    async storedMetrics() {
      const stored = await store.getValue(METRICS_KEY);
      return stored === undefined ? undefined : readSnapshot(JSON.parse(stored));
    },
    async resetMetrics() {
      await store.setValue(METRICS_KEY, JSON.stringify(new Metrics().snapshot()));
    },
    async close() {
      try {
        await held?.close();
        await engines.close();
        const asked = energy.take();
        if (asked.length > 0 && !isRehearsal) await (await import("./energy-file.js")).recordEnergy(terminal, asked);
        const measured = metrics.snapshot();
        if (measured.counters.length > 0 && !isRehearsal) {
          await store.updateValue(METRICS_KEY, (old) => {
            const sum = new Metrics();
            if (old !== undefined) sum.merge(readSnapshot(JSON.parse(old)));
            sum.merge(measured);
            return JSON.stringify(sum.snapshot());
          });
        }
        if (traceFile !== undefined && trace !== undefined) await writeTrace(traceFile, trace);
      } finally {
        await context.close();
      }
    },
  };
}

/** Runs a command within a session that is closed again, also after a failure; resolves to exit code 0. */
export async function withSession(
  parsed: Parsed,
  terminal: Terminal,
  body: (session: Session) => Promise<void>,
): Promise<number> {
  const session = await openSession(parsed, terminal);
  try {
    await body(session);
    return 0;
  } finally {
    await session.close();
  }
}

/** Makes the engines that the settings name. Nothing is loaded or connected before a question needs it. */
class Engines {
  readonly #settings: Settings;
  readonly #terminal: Terminal;
  readonly #rules: ExpertSystem;
  readonly #telemetry: Telemetry;
  readonly #remoteFetch: Fetch | undefined;
  readonly #skills: Engine;
  readonly #cache: EngineCacheOptions | undefined;
  #small: readonly Engine[] | undefined;
  #all: readonly Engine[] | undefined;

  constructor(
    settings: Settings,
    terminal: Terminal,
    rooms: {
      context: ContextManager;
      rules: ExpertSystem;
      telemetry: Telemetry;
      cache: EngineCacheOptions | undefined;
      remoteFetch: Fetch | undefined;
    },
  ) {
    this.#settings = settings;
    this.#terminal = terminal;
    this.#rules = rooms.rules;
    this.#telemetry = rooms.telemetry;
    this.#remoteFetch = rooms.remoteFetch;
    this.#cache = rooms.cache;
    this.#skills = deviceSkillsEngine({ memory: rooms.context });
  }

  /** A question that a device skill answers needs no look at model files and local servers; every other needs all engines. */
  async forQuery(query: Query): Promise<readonly Engine[]> {
    if (this.#all !== undefined) return this.#all;
    const skill = query.forced === "remote" ? undefined : this.#skills.accepts?.(query.text)?.skill;
    if (skill !== undefined && skill !== "recall") {
      this.#small ??= [
        this.#skills,
        ...(this.#settings.text("remote.model") === undefined ? [] : await this.#remote()),
      ];
      return this.#small;
    }
    this.#all = [this.#skills, ...(await this.#local()), ...(await this.#remote())];
    return this.#all;
  }

  async close(): Promise<void> {
    await Promise.all((this.#all ?? []).map((engine) => engine.close?.()));
  }

  async #local(): Promise<readonly Engine[]> {
    const { localEngines } = await import("./local-engines.js");
    return localEngines(this.#settings, this.#terminal, this.#rules);
  }

  async #remote(): Promise<readonly Engine[]> {
    const baseUrl = this.#settings.text("remote.baseUrl");
    if (baseUrl === undefined) return [];
    const model = this.#settings.text("remote.model");
    if (model === undefined)
      throw new UsageError(
        "Cannot use remote.baseUrl: remote.model is not set. Run: mobile-ai config set remote.model NAME",
      );
    const { remoteEngine } = await import("./remote-engine.js");
    const contextTokens = this.#settings.number("remote.contextTokens");
    return [
      remoteEngine({
        baseUrl,
        model,
        maxAttempts: this.#settings.number("remote.maxAttempts")!, // has a default
        batchUrl: this.#settings.text("remote.batchUrl"),
        gzip: this.#settings.flag("remote.gzip") && this.#remoteFetch === undefined, // to be read
        attemptMs: 1000 * this.#settings.number("remote.attemptSeconds")!, // has a default
        silenceMs: 1000 * this.#settings.number("remote.silenceSeconds")!, // has a default
        ...(contextTokens === undefined ? {} : { contextTokens }),
        apiKey: async () => (await remoteApiKey(this.#terminal))?.key,
        scanner: this.#rules,
        fetch: this.#remoteFetch,
        cache: this.#cache,
        sentBytes: (engine, bytes) => this.#telemetry.count(METRIC.sentBytes, { engine }, bytes),
      }),
    ];
  }
}

function cacheOf(settings: Settings, texts: CachedTexts, metrics: Metrics): ResponseCache {
  return new ResponseCache({
    texts,
    ttlMs: 3_600_000 * settings.number("cache.hours")!, // these have defaults
    maxEntries: settings.number("cache.maxEntries")!,
    clock: systemClock,
    onCount: (what, amount) => metrics.count(METRIC.cache, { [LABEL.kind]: what }, amount),
  });
}

/** What is kept, without a trace that somebody looked. */
function onlyRead(texts: CachedTexts): CachedTexts {
  return {
    find: (key) => texts.find(key),
    size: () => texts.size(),
    touch: async () => {},
    put: async () => {},
    delete: async () => {},
    trim: async () => 0,
    clear: async () => 0,
  };
}

/** The engine without its voice: a device engine cannot answer, so the path goes on to the network if it may. */
function silent(engine: Engine): Engine {
  if (engine.place === "network") return engine;
  const refuse = (): Promise<never> => Promise.reject(new CannotAnswerError("the device is silent here"));
  return { ...engine, model: { ...engine.model, doGenerate: refuse, doStream: refuse } };
}

/** A remote on this very machine (a test, a proxy) is reachable without any network. */
function reachable(device: Device, remoteUrl: string | undefined): Device {
  if (remoteUrl === undefined || !isLoopback(remoteUrl)) return device;
  return {
    status() {
      const { online: _, ...rest } = device.status();
      return rest;
    },
  };
}

/** Asks before something is destroyed; without a terminal `--yes` must have been given. */
export async function confirm(parsed: Parsed, terminal: Terminal, question: string): Promise<void> {
  if (parsed.flag("yes")) return;
  if (!terminal.stdin.isTTY) throw new UsageError(`${question} Add --yes to do it`);
  const reader = createInterface({ input: terminal.stdin, output: terminal.stderr });
  try {
    const answer = await reader.question(`${question} [y/N] `, { signal: terminal.signal });
    if (!/^y(?:es)?$/i.test(answer.trim())) throw new CommandError("Nothing was changed");
  } finally {
    reader.close();
  }
}

async function writeTrace(path: string, trace: TraceRecorder): Promise<void> {
  try {
    await writeFile(path, `${JSON.stringify(trace)}\n`, { mode: 0o600 });
    await chmod(path, 0o600);
  } catch (error) {
    throw new CommandError(`Cannot write the trace ${safe(path)}: ${reasonOf(error)}`);
  }
}
