import type { Clock } from "../core/clock.js";

/** What a million tokens cost; money in whatever currency the person counts in. */
export interface Price {
  readonly inputPerMillion: number;
  readonly outputPerMillion: number;
}

/** Limits of one day; absent: none. */
export interface DayLimits {
  readonly tokens?: number | undefined;
  readonly money?: number | undefined;
}

/** What one project, or all of them, took on one day. */
export interface Spent {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Whole millionths, so that sums of small prices stay exact. */
  readonly microMoney: number;
  /** Answers whose engine did not say what they took. */
  readonly uncounted: number;
}

/** Spent by day (`2026-11-23`, the device's own day), then by scope: a project's id. */
export type SpendingRecord = Readonly<Record<string, Readonly<Record<string, Spent>>>>;

const NOTHING: Spent = { inputTokens: 0, outputTokens: 0, microMoney: 0, uncounted: 0 };

/** Days that a record keeps. */
const MAX_DAYS = 62;

/** The day of an instant, where the device is. */
export function dayOf(clock: Pick<Clock, "nowMs">): string {
  const now = new Date(clock.nowMs());
  const [month, day] = [now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0"));
  return `${now.getFullYear()}-${month}-${day}`;
}

/** A record with one more answer in it; days of long ago go. */
export function withAnswer(
  record: SpendingRecord,
  answer: {
    readonly day: string;
    readonly scope: string;
    readonly usage: { readonly inputTokens?: number; readonly outputTokens?: number };
    readonly price?: Price | undefined;
  },
): SpendingRecord {
  const { day, scope, usage, price = { inputPerMillion: 0, outputPerMillion: 0 } } = answer;
  const { inputTokens = 0, outputTokens = 0 } = usage;
  const before = record[day]?.[scope] ?? NOTHING;
  const after: Spent = {
    inputTokens: before.inputTokens + inputTokens,
    outputTokens: before.outputTokens + outputTokens,
    microMoney:
      before.microMoney + Math.ceil(inputTokens * price.inputPerMillion + outputTokens * price.outputPerMillion),
    uncounted: before.uncounted + (usage.inputTokens === undefined && usage.outputTokens === undefined ? 1 : 0),
  };
  const days = { ...record, [day]: { ...record[day], [scope]: after } };
  return Object.fromEntries(
    Object.entries(days)
      .sort(([a], [b]) => (a < b ? 1 : -1))
      .slice(0, MAX_DAYS),
  );
}

/** The sum of one day: of one scope, or of all. */
export function spentOn(record: SpendingRecord, day: string, scope?: string): Spent {
  const scopes = record[day] ?? {};
  const parts = scope === undefined ? Object.values(scopes) : [scopes[scope] ?? NOTHING];
  return parts.reduce(
    (sum, part) => ({
      inputTokens: sum.inputTokens + part.inputTokens,
      outputTokens: sum.outputTokens + part.outputTokens,
      microMoney: sum.microMoney + part.microMoney,
      uncounted: sum.uncounted + part.uncounted,
    }),
    NOTHING,
  );
}

/** Share of the tighter limit that is left, 0 to 1; undefined without limits. */
export function shareLeft(spent: Spent, { tokens, money }: DayLimits): number | undefined {
  const shares: number[] = [];
  if (tokens !== undefined) shares.push(1 - (spent.inputTokens + spent.outputTokens) / tokens);
  if (money !== undefined) shares.push(1 - spent.microMoney / (money * 1e6));
  return shares.length === 0 ? undefined : Math.max(0, Math.min(...shares));
}

/** Which limit is reached, in words; undefined while none is. */
export function reachedLimit(spent: Spent, { tokens, money }: DayLimits): string | undefined {
  const taken = spent.inputTokens + spent.outputTokens;
  if (tokens !== undefined && taken >= tokens) return `${taken} of ${tokens} tokens`;
  if (money !== undefined && spent.microMoney >= money * 1e6) {
    return `${(spent.microMoney / 1e6).toFixed(2)} of ${money.toFixed(2)} in money`;
  }
  return undefined;
}
