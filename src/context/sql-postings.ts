import type { SqlDriver, SqlValue } from "../core/sql.js";
import { type Posting, rarestTerms } from "./bm25.js";
import { integerOf, readPosting, textOf } from "./sql-rows.js";
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

/** The turns that hold each of the terms that `rarestTerms` chooses. */
export async function findPostings(
  sql: SqlDriver,
  project: number,
  terms: readonly string[],
  maxPostings: number,
): Promise<ReadonlyMap<string, readonly Posting[]>> {
  const frequencies = new Map<string, number>();
  for (const batch of batches(terms)) {
    const marks = batch.map(() => "?").join(", ");
    const rows = await sql.all(
      `SELECT term, COUNT(*) AS turns FROM postings WHERE project = ? AND term IN (${marks}) GROUP BY term`,
      [project, ...batch],
    );
    for (const row of rows) frequencies.set(textOf(row, "term"), integerOf(row, "turns"));
  }
  const byTerm = new Map<string, readonly Posting[]>();
  for (const term of rarestTerms(frequencies, maxPostings)) {
    const rows = await sql.all("SELECT seq, frequency, length FROM postings WHERE project = ? AND term = ?", [
      project,
      term,
    ]);
    byTerm.set(term, rows.map(readPosting));
  }
  return byTerm;
}

function* batches<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += BATCH) yield items.slice(start, start + BATCH);
}
