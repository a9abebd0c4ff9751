import type { SqlDriver, SqlValue } from "../core/sql.js";
import { type Posting, rarestTerms } from "./bm25.js";
import type { RowCodec } from "./row-codec.js";
import { integerOf, readPosting, textOf } from "./sql-rows.js";
import type { TermCounts } from "./terms.js";

/** Rows to a statement: 5 parameters each, far below SQLite's 32,766 and PostgreSQL's 65,535. */
const BATCH = 200;

/** Adds a turn's terms to the search index; `storedTerms` are those of `terms.counts`, in its order. */
export async function addPostings(
  sql: SqlDriver,
  turn: {
    readonly project: number;
    readonly seq: number;
    readonly terms: TermCounts;
    readonly storedTerms: readonly string[];
  },
): Promise<void> {
  const { project, seq, terms, storedTerms } = turn;
  const rows = [...terms.counts.values()].map((frequency, index) => [storedTerms[index]!, frequency] as const); // one for each
  for (const batch of batches(rows)) {
    const parameters: SqlValue[] = [];
    for (const [term, frequency] of batch) parameters.push(project, term, seq, frequency, terms.total);
    await sql.run(
      `INSERT INTO postings (project, term, seq, frequency, length) VALUES ${batch.map(() => "(?, ?, ?, ?, ?)").join(", ")}`,
      parameters,
    );
  }
}

/** Takes a turn's terms, as they are stored, out of the search index. */
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
  codec: RowCodec,
  project: number,
  terms: readonly string[],
  maxPostings: number,
): Promise<ReadonlyMap<string, readonly Posting[]>> {
  const storedTerms = await codec.storedTerms(project, terms);
  const termOf = new Map(storedTerms.map((stored, index) => [stored, terms[index]!])); // one for each
  const storedOf = new Map([...termOf].map(([stored, term]) => [term, stored]));
  const frequencies = new Map<string, number>();
  for (const batch of batches(storedTerms)) {
    const marks = batch.map(() => "?").join(", ");
    const rows = await sql.all(
      `SELECT term, COUNT(*) AS turns FROM postings WHERE project = ? AND term IN (${marks}) GROUP BY term`,
      [project, ...batch],
    );
    for (const row of rows) frequencies.set(termOf.get(textOf(row, "term"))!, integerOf(row, "turns")); // one that was asked for
  }
  const byTerm = new Map<string, readonly Posting[]>();
  for (const term of rarestTerms(frequencies, maxPostings)) {
    const rows = await sql.all("SELECT seq, frequency, length FROM postings WHERE project = ? AND term = ?", [
      project,
      storedOf.get(term)!,
    ]);
    byTerm.set(term, rows.map(readPosting));
  }
  return byTerm;
}

function* batches<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += BATCH) yield items.slice(start, start + BATCH);
}
