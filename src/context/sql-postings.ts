import type { SqlDriver, SqlValue } from "../core/sql.js";
import type { TermCounts } from "./terms.js";

/** Rows to a statement: 5 parameters each, far below SQLite's 32,766 and PostgreSQL's 65,535. */
const BATCH = 200;

/** Adds a turn's terms to the search index. */
export async function addPostings(sql: SqlDriver, project: number, seq: number, terms: TermCounts): Promise<void> {
  for (const batch of batches([...terms.counts])) {
    const parameters: SqlValue[] = [];
    for (const [term, frequency] of batch) parameters.push(project, term, seq, frequency, terms.total);
    await sql.run(
      `INSERT INTO postings (project, term, seq, frequency, length) VALUES ${batch.map(() => "(?, ?, ?, ?, ?)").join(", ")}`,
      parameters,
    );
  }
}

/** Takes a turn's terms out of the search index. */
export async function removePostings(
  sql: SqlDriver,
  project: number,
  seq: number,
  terms: readonly string[],
): Promise<void> {
  for (const batch of batches(terms)) {
    await sql.run(
      `DELETE FROM postings WHERE project = ? AND seq = ? AND term IN (${batch.map(() => "?").join(", ")})`,
      [project, seq, ...batch],
    );
  }
}

function* batches<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += BATCH) yield items.slice(start, start + BATCH);
}
