import type { Route } from "../core/query.js";
import type { SqlRow, SqlValue } from "../core/sql.js";
import type { Posting } from "./bm25.js";
import type { Project } from "./project.js";
import type { StoredItem } from "./store.js";
import type { Turn } from "./turn.js";

/** A project's row, with the columns that only the store needs. */
export interface ProjectRow {
  readonly project: Project;
  /** Its name as it stands in the columns. */
  readonly stored: { readonly name: string; readonly sealed: Uint8Array | null };
  readonly number: number;
  readonly totalLength: number;
  readonly nextSeq: number;
}

/** Columns of `projects` without its state, which may be large. */
export const PROJECT_COLUMNS =
  "id, number, name, private, created_at_ms, updated_at_ms, turns, notes, total_length, next_seq, revision, sealed";

/** Columns of `turns` that make a Turn. */
export const TURN_COLUMNS =
  "id, project_id, seq, kind, route, engine, privacy, rule_ids, created_at_ms, question, answer, sealed";

/** Columns of `items`. */
export const ITEM_COLUMNS = "kind, key, project_id, number, created_at_ms, text, sealed";

/** Reads one row of `items`; its texts are the codec's to read. */
export function readItem(row: SqlRow, texts: Pick<StoredItem, "key" | "text">): StoredItem {
  return { ...texts, projectId: textOf(row, "project_id"), createdAtMs: integerOf(row, "created_at_ms") };
}

/** What a turn's text columns hold, sealed or not. */
export type TurnTextFields = Pick<Turn, "question" | "answer" | "engine" | "ruleIds">;

/** Reads one row of `projects`; its name is the codec's to read. */
export function readProject(row: SqlRow, name: string): ProjectRow {
  return {
    project: {
      id: textOf(row, "id"),
      name,
      private: integerOf(row, "private") !== 0,
      createdAtMs: integerOf(row, "created_at_ms"),
      updatedAtMs: integerOf(row, "updated_at_ms"),
      turns: integerOf(row, "turns"),
      notes: integerOf(row, "notes"),
      revision: integerOf(row, "revision"),
    },
    stored: { name: textOf(row, "name"), sealed: row["sealed"] === null ? null : bytesOf(row, "sealed") },
    number: integerOf(row, "number"),
    totalLength: integerOf(row, "total_length"),
    nextSeq: integerOf(row, "next_seq"),
  };
}

/** Reads one row of `turns`; its texts are the codec's to read. */
export function readTurn(row: SqlRow, texts: TurnTextFields): Turn {
  return {
    id: textOf(row, "id"),
    projectId: textOf(row, "project_id"),
    seq: integerOf(row, "seq"),
    // The store wrote these three from a NewTurn's own values.
    kind: textOf(row, "kind") as Turn["kind"],
    route: textOf(row, "route") as Route,
    privacy: textOf(row, "privacy") as Turn["privacy"],
    createdAtMs: integerOf(row, "created_at_ms"),
    ...texts,
  };
}

/** Reads one row of `postings`. */
export function readPosting(row: SqlRow): Posting {
  return { seq: integerOf(row, "seq"), frequency: integerOf(row, "frequency"), length: integerOf(row, "length") };
}

/** A text column. */
export function textOf(row: SqlRow, column: string): string {
  const value = row[column];
  if (typeof value !== "string") throw unexpected(column, "text", value);
  return value;
}

/** A column of bytes. */
export function bytesOf(row: SqlRow, column: string): Uint8Array {
  const value = row[column];
  if (!(value instanceof Uint8Array)) throw unexpected(column, "bytes", value);
  return new Uint8Array(value); // node-postgres hands over a Buffer
}

/** A whole number; node-postgres hands 64 bits over as text. */
export function integerOf(row: SqlRow, column: string): number {
  const value = Number(row[column] ?? Number.NaN);
  if (!Number.isSafeInteger(value)) throw unexpected(column, "a whole number", row[column]);
  return value;
}

function unexpected(column: string, wish: string, value: SqlValue | undefined): Error {
  return new Error(`Cannot read the context store: expected ${wish} in ${column}, got ${typeof value}`);
}
