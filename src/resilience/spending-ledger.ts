import type { Clock } from "../core/clock.js";
import type { TokenUsage } from "../core/outcome.js";
import type { Refusal, Spending } from "../core/ports.js";
import {
  type DayLimits,
  dayOf,
  type Price,
  reachedLimit,
  type SpendingRecord,
  type Spent,
  shareLeft,
  spentOn,
  withAnswer,
} from "./spending-book.js";

/** One text that several processes may change, each change durable and alone. */
export interface LedgerText {
  read(): Promise<string | undefined>;
  update(change: (old: string | undefined) => string): Promise<string>;
}

/** Limits for all projects together, and for some by their id. */
export interface SpendingLimits {
  readonly all: DayLimits;
  readonly projects: Readonly<Record<string, DayLimits>>;
}

export interface SpendingLedgerOptions {
  readonly text: LedgerText;
  readonly limits: SpendingLimits;
  /** What an engine's tokens cost; undefined: nothing. */
  readonly priceOf: (engine: string) => Price | undefined;
  readonly clock: Pick<Clock, "nowMs">;
}

/** Keeps count of tokens and money by day and project, and refuses the network once a limit of the day is reached. */
export class SpendingLedger implements Spending {
  readonly #options: SpendingLedgerOptions;
  #record: SpendingRecord;

  /** Reads what was spent so far. Rejects with a SyntaxError or TypeError when the text is no record of ours. */
  static async open(options: SpendingLedgerOptions): Promise<SpendingLedger> {
    return new SpendingLedger(options, recordOf(await options.text.read()));
  }

  private constructor(options: SpendingLedgerOptions, record: SpendingRecord) {
    this.#options = options;
    this.#record = record;
  }

  refusal(projectId: string | undefined): Refusal | undefined {
    const { limits, clock } = this.#options;
    const day = dayOf(clock);
    const all = reachedLimit(spentOn(this.#record, day), limits.all);
    if (all !== undefined) return { code: "veto/budget", detail: `the budget of today is spent: ${all}` };
    const own = projectId === undefined ? undefined : limits.projects[projectId];
    if (projectId === undefined || own === undefined) return undefined;
    const reached = reachedLimit(spentOn(this.#record, day, projectId), own);
    return reached === undefined
      ? undefined
      : { code: "veto/budget", detail: `the project's budget of today is spent: ${reached}` };
  }

  left(projectId: string | undefined): number | undefined {
    const { limits, clock } = this.#options;
    const day = dayOf(clock);
    const own = projectId === undefined ? undefined : limits.projects[projectId];
    const shares = [
      shareLeft(spentOn(this.#record, day), limits.all),
      own === undefined ? undefined : shareLeft(spentOn(this.#record, day, projectId), own),
    ].filter((share) => share !== undefined);
    return shares.length === 0 ? undefined : Math.min(...shares);
  }

  async spent(answer: {
    readonly engine: string;
    readonly projectId: string;
    readonly usage: TokenUsage;
  }): Promise<void> {
    const { engine, projectId: scope, usage } = answer;
    const { text, priceOf, clock } = this.#options;
    const added = { day: dayOf(clock), scope, usage, price: priceOf(engine) };
    this.#record = recordOf(await text.update((old) => JSON.stringify(withAnswer(recordOf(old), added))));
  }

  /** What a day took: of one project, or of all; default today. */
  total(options: { readonly day?: string; readonly projectId?: string } = {}): Spent {
    return spentOn(this.#record, options.day ?? dayOf(this.#options.clock), options.projectId);
  }

  /** Every day there is something of, newest first. */
  get days(): readonly string[] {
    return Object.keys(this.#record);
  }

  /** Ids of the projects that spent something on a day; default today. */
  projectsOn(day: string = dayOf(this.#options.clock)): readonly string[] {
    return Object.keys(this.#record[day] ?? {});
  }
}

function recordOf(text: string | undefined): SpendingRecord {
  if (text === undefined) return {};
  const record: unknown = JSON.parse(text);
  if (typeof record !== "object" || record === null || Array.isArray(record)) {
    throw new TypeError("Cannot read what was spent: expected an object of days");
  }
  return record as SpendingRecord; // as `spent` wrote it
}
