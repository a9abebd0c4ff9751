import type { Clock } from "../core/clock.js";
import { messageOf } from "../core/errors.js";
import type { DeviceStatus } from "../core/ports.js";

/** What is done in the background, and when it may be. */
export interface JobRules {
  /** `critical`: also in the short windows of a dozing phone, for a person waits for it. Everything else is `deferrable`. */
  readonly importance: "critical" | "deferrable";
  /** No sooner after its last end than this. */
  readonly minimumIntervalMs: number;
  readonly needs: {
    /** On a charger, or without a battery. */
    readonly mains?: true;
    readonly network?: "any" | "unmetered";
    /** Not hot. */
    readonly cool?: true;
  };
}

export type JobName = "queue-flush" | "checkpoint" | "router-training";

const HOUR_MS = 3_600_000;

/**
 * Every job there is. Only one is critical, and no other may become it lightly: each costs a wake-up that Doze would have spared.
 */
export const JOB_RULES: Readonly<Record<JobName, JobRules>> = {
  "queue-flush": { importance: "critical", minimumIntervalMs: HOUR_MS / 4, needs: { network: "any" } },
  checkpoint: { importance: "deferrable", minimumIntervalMs: 6 * HOUR_MS, needs: {} },
  "router-training": {
    importance: "deferrable",
    minimumIntervalMs: 24 * HOUR_MS,
    needs: { mains: true, cool: true },
  },
};

/** The work itself; it ends soon after the signal aborts. */
export type JobRun = (signal: AbortSignal) => Promise<void>;

/** What became of one job in one window. */
export type JobReport =
  | { readonly name: JobName; readonly kind: "done"; readonly durationMs: number }
  | { readonly name: JobName; readonly kind: "failed"; readonly durationMs: number; readonly reason: string }
  | { readonly name: JobName; readonly kind: "waits"; readonly reason: string };

/** When each job last ended well, as a text that survives the process. */
export interface JobTimes {
  read(): Promise<string | undefined>;
  write(text: string): Promise<void>;
}

/**
 * Why a job may not run now; undefined: it may. What is unknown does not hold it back, but for two: a device that tells its
 * battery and not its charger is taken to run on battery, and an unmetered network must be known to be that.
 */
export function obstacleTo(
  rules: JobRules,
  { status, dozing, sinceMs }: { readonly status: DeviceStatus; readonly dozing: boolean; readonly sinceMs: number },
): string | undefined {
  const { importance, minimumIntervalMs, needs } = rules;
  if (sinceMs >= 0 && sinceMs < minimumIntervalMs) return "it ran not long ago";
  if (dozing && importance !== "critical") return "the device is dozing";
  const onMains = status.charging ?? status.batteryLevel === undefined;
  if (needs.mains && !onMains) return "the device is not charging";
  if (!onMains && (status.batteryLevel ?? 1) < 0.15) return "the battery is low";
  if (needs.network !== undefined && status.online === false) return "there is no network";
  if (needs.network === "unmetered" && status.metered !== false) return "the network may cost money";
  if (status.thermal === "critical" || (needs.cool && (status.thermal ?? "nominal") !== "nominal"))
    return "the device is hot";
  return undefined;
}

/** Does what is due within a window that the platform grants: critical jobs first, one after the other. */
export class BackgroundJobs {
  readonly #jobs: readonly { readonly name: JobName; readonly run: JobRun }[];
  readonly #times: JobTimes;
  readonly #clock: Clock;

  constructor(options: {
    readonly jobs: Readonly<Partial<Record<JobName, JobRun>>>;
    readonly times: JobTimes;
    readonly clock: Clock;
  }) {
    const { jobs, times, clock } = options;
    // The keys are names by the type of `jobs`; the order of the table is that of importance.
    this.#jobs = (Object.keys(JOB_RULES) as JobName[]).flatMap((name) => {
      const run = jobs[name];
      return run === undefined ? [] : [{ name, run }];
    });
    this.#times = times;
    this.#clock = clock;
  }

  /** Never rejects for a job's sake: a failed one is reported, and is due again in the next window. */
  async run(options: {
    readonly status: DeviceStatus;
    /** The window is one of Doze: short, for what is critical only. */
    readonly dozing?: boolean;
    /** Aborts when the window ends; what has not begun by then waits. */
    readonly signal: AbortSignal;
  }): Promise<readonly JobReport[]> {
    const { status, dozing = false, signal } = options;
    const times = timesIn(await this.#times.read());
    const reports: JobReport[] = [];
    for (const { name, run } of this.#jobs) {
      const last = times[name];
      const sinceMs = last === undefined ? Number.POSITIVE_INFINITY : this.#clock.nowMs() - last;
      const reason = signal.aborted ? "the window was over" : obstacleTo(JOB_RULES[name], { status, dozing, sinceMs });
      if (reason !== undefined) {
        reports.push({ name, kind: "waits", reason });
        continue;
      }
      const startedMs = this.#clock.monotonicMs();
      const durationMs = (): number => this.#clock.monotonicMs() - startedMs;
      try {
        await run(signal);
        times[name] = this.#clock.nowMs();
        await this.#times.write(JSON.stringify(times));
        reports.push({ name, kind: "done", durationMs: durationMs() });
      } catch (error) {
        reports.push({ name, kind: "failed", durationMs: durationMs(), reason: messageOf(error) });
      }
    }
    return reports;
  }
}

/** A text that is none of ours counts as none: then every job is due. */
function timesIn(text: string | undefined): Partial<Record<JobName, number>> {
  try {
    const parsed: unknown = JSON.parse(text ?? "{}");
    if (typeof parsed !== "object" || parsed === null) return {};
    const known = Object.entries(parsed).filter(
      ([name, atMs]) => Object.hasOwn(JOB_RULES, name) && Number.isFinite(atMs),
    );
    return Object.fromEntries(known);
  } catch {
    return {};
  }
}
