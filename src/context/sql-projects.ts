import type { SqlDriver, SqlRow } from "../core/sql.js";
import { charactersOf } from "./history.js";
import type { Project } from "./project.js";
import type { RowCodec } from "./row-codec.js";
import { addPostings, removePostings } from "./sql-postings.js";
import { integerOf, PROJECT_COLUMNS, type ProjectRow, TURN_COLUMNS, textOf } from "./sql-rows.js";
import { countTerms } from "./terms.js";
import type { NewTurn, Turn } from "./turn.js";

/** One project's row, undefined when there is none. */
export async function findProject(
  sql: SqlDriver,
  codec: RowCodec,
  column: "id" | "name",
  value: string,
): Promise<ProjectRow | undefined> {
  const stored = column === "id" ? value : await codec.storedName(value);
  const [row] = await sql.all(`SELECT ${PROJECT_COLUMNS} FROM projects WHERE ${column} = ?`, [stored]);
  return row === undefined ? undefined : codec.readProject(row);
}

/** Writes the project's row with its next revision; the columns of its name are written as `row.stored` has them. */
export async function updateProject(sql: SqlDriver, row: ProjectRow, project: Project): Promise<Project> {
  const revision = row.project.revision + 1;
  await sql.run(
    `UPDATE projects SET name = ?, sealed = ?, private = ?, updated_at_ms = ?, turns = ?, notes = ?, total_length = ?, next_seq = ?,
      revision = ? WHERE id = ?`,
    [
      row.stored.name,
      row.stored.sealed,
      project.private ? 1 : 0,
      project.updatedAtMs,
      project.turns,
      project.notes,
      row.totalLength,
      row.nextSeq,
      revision,
      project.id,
    ],
  );
  return { ...project, revision };
}

/** A turn with its id and time, before it has its place. */
export type StampedTurn = NewTurn & Pick<Turn, "id" | "createdAtMs">;

/** Adds the newest turn; the project's own row is left to the caller, who gets what shall stand in it. */
export async function insertTurn(
  sql: SqlDriver,
  codec: RowCodec,
  row: ProjectRow,
  turn: StampedTurn,
): Promise<{ readonly turn: Turn; readonly row: ProjectRow }> {
  const { id, kind, question, answer, route, engine, ruleIds, createdAtMs } = turn;
  const terms = countTerms(question, answer);
  const added: Turn = {
    id,
    projectId: row.project.id,
    seq: row.nextSeq,
    kind,
    question,
    answer,
    route,
    engine,
    privacy: row.project.private ? "device-only" : turn.privacy,
    ruleIds: [...ruleIds],
    createdAtMs,
  };
  const texts = await codec.turnTexts(added);
  const storedTerms = await codec.storedTerms(row.number, [...terms.counts.keys()]);
  await sql.run(
    `INSERT INTO turns (${TURN_COLUMNS}, characters, length, terms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      added.id,
      added.projectId,
      added.seq,
      kind,
      route,
      texts.engine,
      added.privacy,
      texts.ruleIds,
      createdAtMs,
      texts.question,
      texts.answer,
      texts.sealed,
      charactersOf(turn),
      terms.total,
      [...storedTerms].sort().join(" "), // not in the order of the text, which nobody needs to know
    ],
  );
  await addPostings(sql, { project: row.number, seq: added.seq, terms, storedTerms });
  const field = kind === "turn" ? "turns" : "notes";
  return {
    turn: added,
    row: {
      ...row,
      project: { ...row.project, [field]: row.project[field] + 1 },
      totalLength: row.totalLength + terms.total,
      nextSeq: row.nextSeq + 1,
    },
  };
}

/** Removes the oldest turns beyond `maxTurns`, never notes. */
export async function prune(sql: SqlDriver, row: ProjectRow, maxTurns: number): Promise<ProjectRow> {
  const excess = row.project.turns - maxTurns;
  if (excess <= 0) return row;
  const oldest = await sql.all(
    "SELECT project_id, seq, kind, length, terms FROM turns WHERE project_id = ? AND kind = ? ORDER BY seq LIMIT ?",
    [row.project.id, "turn", excess],
  );
  return deleteTurns(sql, row, oldest);
}

/** Removes turns with their postings; the project's own row is left to the caller, who gets what shall stand in it. */
export async function deleteTurns(sql: SqlDriver, row: ProjectRow, turns: readonly SqlRow[]): Promise<ProjectRow> {
  let { project, totalLength } = row;
  for (const turn of turns) {
    const seq = integerOf(turn, "seq");
    await removePostings(sql, row.number, seq, textOf(turn, "terms").split(" "));
    await sql.run("DELETE FROM turns WHERE project_id = ? AND seq = ?", [project.id, seq]);
    const field = textOf(turn, "kind") === "turn" ? "turns" : "notes";
    project = { ...project, [field]: project[field] - 1 };
    totalLength -= integerOf(turn, "length");
  }
  return { ...row, project, totalLength };
}

/** Removes all turns of a project with their postings; resolves to their number. */
export async function emptyProject(sql: SqlDriver, row: ProjectRow): Promise<number> {
  await sql.run("DELETE FROM postings WHERE project = ?", [row.number]);
  return sql.run("DELETE FROM turns WHERE project_id = ?", [row.project.id]);
}
