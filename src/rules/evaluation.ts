import type { Clock } from "../core/clock.js";
import type { Verdict } from "../core/verdict.js";
import type { ExpertSystem } from "./expert-system.js";

/** One labelled text; `group` is the upstream rule or entity it was written for. */
export interface EvaluationRow {
  readonly id: string;
  readonly label: string;
  readonly kind: string;
  readonly group: string;
  readonly source?: string;
  /** Negative for one upstream rule only: left out of the false alarms. */
  readonly weak?: boolean;
  readonly text: string;
}

/** What came of a run: figures by name (shares from 0 to 1, times in microseconds), and the ids of the rows that went wrong. */
export interface RuleEvaluation {
  readonly figures: Readonly<Record<string, number>>;
  /** How many rows each share counts. */
  readonly rows: Readonly<Record<string, number>>;
  /** Ids by the figure they count in: misses of a `recall/…`, alarms of a `falseAlarms/…`. */
  readonly wrong: Readonly<Record<string, readonly string[]>>;
}

const SENSITIVE = new Set(["secret", "pii", "private-intent"]);

/**
 * Runs the system over labelled texts, each as a question. A sensitive row is found when its verdict is not `allow`; a
 * benign one is a false alarm then. `harmful` rows are reported as `flagged/harmful/<kind>` (any hit) and
 * `blocked/harmful/<kind>`, benign ones also as `blocked/<label>`.
 * Every text is read once before it is timed: the figures are those of a process that has been running, not of its first
 * question. `progress` is told after each row.
 */
export function evaluateRules(
  rows: readonly EvaluationRow[],
  system: ExpertSystem,
  options: { readonly clock: Clock; readonly progress?: (done: number, total: number) => void },
): RuleEvaluation {
  const counts = new Map<string, { total: number; counted: number; wrong: string[] }>();
  const count = (figure: string, counted: boolean, wrong: boolean, id: string): void => {
    let entry = counts.get(figure);
    if (entry === undefined) {
      entry = { total: 0, counted: 0, wrong: [] };
      counts.set(figure, entry);
    }
    entry.total++;
    if (counted) entry.counted++;
    if (wrong) entry.wrong.push(id);
  };
  const microseconds = timesOf(rows, system, options.clock);
  for (const [index, row] of rows.entries()) {
    options.progress?.(index, rows.length);
    const verdict = system.evaluate([{ source: "question", text: row.text }]);
    const alarm = verdict.kind !== "allow";
    if (SENSITIVE.has(row.label)) {
      count(`recall/${row.label}/${row.kind}`, alarm, !alarm, row.id);
      count(`recall/${row.label}`, alarm, !alarm, row.id);
      if (row.label === "secret" && !/gitleaks/.test(row.source ?? ""))
        count("recall/secret/not-gitleaks", alarm, !alarm, row.id);
      if (row.label === "pii" && row.kind === "synth-structured") {
        for (const entity of row.group.split("+")) {
          const found = findsEntity(verdict, entity);
          count(`recall/pii/entity/${entity}`, found, !found, row.id);
        }
      }
    } else if (row.label === "harmful") {
      count(`flagged/harmful/${row.kind}`, verdict.hits.length > 0, false, row.id);
      count(`blocked/harmful/${row.kind}`, verdict.kind === "block", false, row.id);
    } else if (row.weak !== true) {
      count(`falseAlarms/${row.label}`, alarm, alarm, row.id);
      count(`falseAlarms/${row.label}/${row.kind}`, alarm, alarm, row.id);
      count(`blocked/${row.label}`, verdict.kind === "block", verdict.kind === "block", row.id);
    }
  }
  const figures: Record<string, number> = {};
  const sizes: Record<string, number> = {};
  const wrong: Record<string, readonly string[]> = {};
  for (const [figure, entry] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    figures[figure] = entry.counted / entry.total;
    sizes[figure] = entry.total;
    if (entry.wrong.length > 0) wrong[figure] = entry.wrong;
  }
  microseconds.sort((a, b) => a - b);
  if (microseconds.length > 0) {
    figures["microseconds/p50"] = microseconds[Math.floor(microseconds.length * 0.5)]!;
    figures["microseconds/p99"] = microseconds[Math.floor(microseconds.length * 0.99)]!;
  }
  return { figures, rows: sizes, wrong };
}

/** Passes that are timed, after one that warms the code. */
const TIMED_PASSES = 4;

/** Time of each text, the quickest of some passes over all of them: what else the machine did is not the rules'. */
function timesOf(rows: readonly EvaluationRow[], system: ExpertSystem, clock: Clock): number[] {
  const microseconds = new Array<number>(rows.length).fill(Number.POSITIVE_INFINITY);
  for (let pass = 0; pass <= TIMED_PASSES; pass++) {
    for (const [index, { text }] of rows.entries()) {
      const texts = [{ source: "question", text }] as const;
      const beganMs = clock.monotonicMs();
      system.evaluate(texts);
      const taken = (clock.monotonicMs() - beganMs) * 1000;
      if (pass > 0 && taken < microseconds[index]!) microseconds[index] = taken;
    }
  }
  return microseconds;
}

const KIND_OF_ENTITY: Readonly<Record<string, readonly string[]>> = {
  CREDIT_CARD: ["CARD"],
  EMAIL_ADDRESS: ["EMAIL"],
  IBAN_CODE: ["IBAN"],
  IP_ADDRESS: ["IP"],
  PHONE_NUMBER: ["PHONE"],
  STREET_ADDRESS: ["ADDRESS", "POSTAL_CODE"],
  US_DRIVER_LICENSE: ["ID_NUMBER"],
  US_SSN: ["SSN"],
};

/** Whether a verdict found the entity itself, and not only something else in the same text. */
function findsEntity(verdict: Verdict, entity: string): boolean {
  const kinds = KIND_OF_ENTITY[entity];
  return kinds === undefined ? verdict.hits.length > 0 : verdict.hits.some((hit) => kinds.includes(hit.kind));
}
