import { type Clock, systemClock } from "../core/clock.js";
import { newId, type Random, systemRandom } from "../core/random.js";
import type { SqlDriver } from "../core/sql.js";
import type { PostingLists } from "./bm25.js";
import { migrate } from "./migrations.js";
import { type Project, ProjectExistsError, UnknownProjectError } from "./project.js";
import { findPostings } from "./sql-postings.js";
import {
  deleteTurns,
  emptyProject,
  findProject,
  insertTurn,
  prune,
  type StampedTurn,
  updateProject,
} from "./sql-projects.js";
import {
  integerOf,
  PROJECT_COLUMNS,
  type ProjectRow,
  readProject,
  readTurn,
  TURN_COLUMNS,
  textOf,
} from "./sql-rows.js";
import type { ContextStore, ImportedTurn } from "./store.js";
import { decodeText, encodeText } from "./stored-text.js";
import type { NewTurn, Turn } from "./turn.js";

/** Set with every erasure, cleared when the file has been rebuilt: a kill between the two is made good at the next use. */
const VACUUM_DUE = "vacuum_due";
const SET_VALUE =
  "INSERT INTO entries (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value";

/**
 * A store in any database that a SqlDriver reaches: the common subset of SQLite and PostgreSQL. The schema is brought
 * up to date at the first call. On PostgreSQL forgotten rows are deleted; when their bytes leave the disk is the server's.
 */
export class SqlStore implements ContextStore {
  readonly #driver: SqlDriver;
  readonly #clock: Pick<Clock, "nowMs">;
  readonly #random: Random;
  #ready: Promise<void> | undefined;

  constructor(options: {
    readonly driver: SqlDriver;
    readonly clock?: Pick<Clock, "nowMs">;
    readonly random?: Random;
  }) {
    this.#driver = options.driver;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? systemRandom;
  }

  async projects(): Promise<readonly Project[]> {
    const sql = await this.#open();
    const rows = await sql.all(`SELECT ${PROJECT_COLUMNS} FROM projects`);
    // Sorted here: databases differ in how they collate names.
    return rows
      .map((row) => readProject(row).project)
      .sort((a, b) => b.updatedAtMs - a.updatedAtMs || (a.name < b.name ? -1 : 1));
  }

  async project(name: string): Promise<Project | undefined> {
    return (await findProject(await this.#open(), "name", name))?.project;
  }

  createProject(
    name: string,
    options: { readonly private?: boolean; readonly ifAbsent?: boolean } = {},
  ): Promise<Project> {
    return this.#transaction(async (sql) => {
      const existing = await findProject(sql, "name", name);
      if (existing !== undefined) {
        if (options.ifAbsent === true) return existing.project;
        throw new ProjectExistsError(name);
      }
      return (await this.#insertProject(sql, name, options.private ?? false, this.#clock.nowMs())).project;
    });
  }

  changeProject(name: string, change: { readonly name?: string; readonly private?: boolean }): Promise<Project> {
    return this.#transaction(async (sql) => {
      const row = await findProject(sql, "name", name);
      if (row === undefined) throw new UnknownProjectError(name);
      const newName = change.name ?? name;
      if (newName !== name && (await findProject(sql, "name", newName)) !== undefined) {
        throw new ProjectExistsError(newName);
      }
      const { project } = row;
      return updateProject(sql, row, {
        ...project,
        name: newName,
        private: change.private ?? project.private,
        updatedAtMs: this.#clock.nowMs(),
      });
    });
  }

  importProject(content: {
    readonly name: string;
    readonly private: boolean;
    readonly createdAtMs: number;
    readonly turns: readonly ImportedTurn[];
  }): Promise<Project> {
    return this.#transaction(async (sql) => {
      if ((await findProject(sql, "name", content.name)) !== undefined) throw new ProjectExistsError(content.name);
      let row = await this.#insertProject(sql, content.name, content.private, content.createdAtMs);
      for (const turn of content.turns) row = (await insertTurn(sql, row, this.#stamped(turn, turn.createdAtMs))).row;
      return updateProject(sql, row, { ...row.project, updatedAtMs: this.#clock.nowMs() });
    });
  }

  addTurn(
    projectId: string,
    turn: NewTurn,
    { maxTurns = Number.POSITIVE_INFINITY }: { readonly maxTurns?: number } = {},
  ): Promise<{ readonly turn: Turn; readonly project: Project }> {
    return this.#transaction(async (sql) => {
      // A write first: on PostgreSQL it locks the row, so that two writers take two places.
      await sql.run("UPDATE projects SET revision = revision WHERE id = ?", [projectId]);
      const found = await findProject(sql, "id", projectId);
      if (found === undefined) throw new Error("Cannot remember the turn: its project was deleted meanwhile");
      const nowMs = this.#clock.nowMs();
      const added = await insertTurn(sql, found, this.#stamped(turn, nowMs));
      const row = await prune(sql, added.row, maxTurns);
      return { turn: added.turn, project: await updateProject(sql, row, { ...row.project, updatedAtMs: nowMs }) };
    });
  }

  async turns(
    projectId: string,
    options: { readonly limit: number; readonly beforeSeq?: number; readonly maxCharacters?: number },
  ): Promise<readonly Turn[]> {
    const { limit, beforeSeq = Number.MAX_SAFE_INTEGER, maxCharacters } = options;
    const sql = await this.#open();
    let fromSeq = 0;
    if (maxCharacters !== undefined) {
      const sizes = await sql.all(
        "SELECT seq, characters FROM turns WHERE project_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?",
        [projectId, beforeSeq, limit],
      );
      let characters = 0;
      for (const [index, row] of sizes.entries()) {
        characters += integerOf(row, "characters");
        if (characters > maxCharacters && index > 0) break;
        fromSeq = integerOf(row, "seq");
      }
    }
    const rows = await sql.all(
      `SELECT ${TURN_COLUMNS} FROM turns WHERE project_id = ? AND seq < ? AND seq >= ? ORDER BY seq DESC LIMIT ?`,
      [projectId, beforeSeq, fromSeq, limit],
    );
    return rows.map(readTurn);
  }

  async turnsBySeq(projectId: string, seqs: readonly number[]): Promise<readonly Turn[]> {
    const sql = await this.#open();
    const turns: Turn[] = [];
    for (let start = 0; start < seqs.length; start += 500) {
      const batch = seqs.slice(start, start + 500);
      const rows = await sql.all(
        `SELECT ${TURN_COLUMNS} FROM turns WHERE project_id = ? AND seq IN (${batch.map(() => "?").join(", ")})`,
        [projectId, ...batch],
      );
      for (const row of rows) turns.push(readTurn(row));
    }
    return turns;
  }

  async postings(
    projectId: string,
    terms: readonly string[],
    { maxPostings = Number.POSITIVE_INFINITY }: { readonly maxPostings?: number } = {},
  ): Promise<PostingLists> {
    const sql = await this.#open();
    const row = await findProject(sql, "id", projectId);
    if (row === undefined) return { documents: 0, totalLength: 0, byTerm: new Map() };
    const byTerm = await findPostings(sql, row.number, terms, maxPostings);
    return { documents: row.project.turns + row.project.notes, totalLength: row.totalLength, byTerm };
  }

  forgetTurn(id: string): Promise<number> {
    return this.#erase(async (sql) => {
      const [turn] = await sql.all("SELECT project_id, seq, kind, length, terms FROM turns WHERE id = ?", [id]);
      const found = turn === undefined ? undefined : await findProject(sql, "id", textOf(turn, "project_id"));
      if (turn === undefined || found === undefined) return 0;
      const row = await deleteTurns(sql, found, [turn]);
      await sql.run("UPDATE projects SET state = NULL WHERE id = ?", [row.project.id]);
      await updateProject(sql, row, row.project);
      return 1;
    });
  }

  forgetProject(name: string): Promise<number> {
    return this.#erase(async (sql) => {
      const row = await findProject(sql, "name", name);
      if (row === undefined) return 0;
      const removed = await emptyProject(sql, row);
      await sql.run("UPDATE projects SET state = NULL WHERE id = ?", [row.project.id]);
      await updateProject(sql, { ...row, totalLength: 0 }, { ...row.project, turns: 0, notes: 0 });
      return removed;
    });
  }

  deleteProject(name: string): Promise<number> {
    return this.#erase(async (sql) => {
      const row = await findProject(sql, "name", name);
      if (row === undefined) throw new UnknownProjectError(name);
      const removed = await emptyProject(sql, row);
      await sql.run("DELETE FROM projects WHERE id = ?", [row.project.id]);
      return removed;
    });
  }

  forgetAll(): Promise<number> {
    return this.#erase(async (sql) => {
      await sql.run("DELETE FROM postings");
      const removed = await sql.run("DELETE FROM turns");
      await sql.run("DELETE FROM projects");
      return removed;
    });
  }

  async getValue(key: string): Promise<string | undefined> {
    return getEntry(await this.#open(), `value/${encodeText(key)}`);
  }

  async setValue(key: string, value: string): Promise<void> {
    const sql = await this.#open();
    await sql.run(SET_VALUE, [`value/${encodeText(key)}`, encodeText(value)]);
  }

  updateValue(key: string, change: (old: string | undefined) => string): Promise<string> {
    return this.#transaction(async (sql) => {
      const entry = `value/${encodeText(key)}`;
      // A write first: on PostgreSQL it locks the row. A value that is not there yet is locked by its empty row.
      const isNew =
        (await sql.run("INSERT INTO entries (key, value) VALUES (?, ?) ON CONFLICT (key) DO NOTHING", [entry, ""])) > 0;
      await sql.run("UPDATE entries SET value = value WHERE key = ?", [entry]);
      const value = change(isNew ? undefined : await getEntry(sql, entry));
      await sql.run(SET_VALUE, [entry, encodeText(value)]);
      return value;
    });
  }

  async loadState(projectId: string): Promise<Uint8Array | undefined> {
    const sql = await this.#open();
    const [row] = await sql.all("SELECT state FROM projects WHERE id = ?", [projectId]);
    const state = row?.["state"];
    return state instanceof Uint8Array ? new Uint8Array(state) : undefined;
  }

  async saveState(projectId: string, state: Uint8Array): Promise<void> {
    const sql = await this.#open();
    const changed = await sql.run("UPDATE projects SET state = ? WHERE id = ?", [state, projectId]);
    if (changed === 0) throw new Error("Cannot save the state: its project was deleted meanwhile");
  }

  close(): Promise<void> {
    return this.#driver.close();
  }

  async #open(): Promise<SqlDriver> {
    this.#ready ??= this.#prepare().catch((error: unknown) => {
      this.#ready = undefined; // a busy database may be free at the next call
      throw error;
    });
    await this.#ready;
    return this.#driver;
  }

  async #prepare(): Promise<void> {
    await migrate(this.#driver);
    if ((await getEntry(this.#driver, VACUUM_DUE)) !== undefined) await this.#vacuum();
  }

  async #transaction<T>(body: (sql: SqlDriver) => Promise<T>): Promise<T> {
    return (await this.#open()).transaction(body);
  }

  async #erase(body: (sql: SqlDriver) => Promise<number>): Promise<number> {
    const removed = await this.#transaction(async (sql) => {
      const count = await body(sql);
      if (sql.dialect === "sqlite") await sql.run(SET_VALUE, [VACUUM_DUE, "1"]);
      return count;
    });
    if (this.#driver.dialect === "sqlite") await this.#vacuum();
    return removed;
  }

  /**
   * Rebuilds the file from what is still in it. `secure_delete` zeroes a deleted row, but copies of it that a page kept
   * when its rows were moved are out of its reach.
   */
  async #vacuum(): Promise<void> {
    await this.#driver.run("VACUUM");
    await this.#driver.run("DELETE FROM entries WHERE key = ?", [VACUUM_DUE]);
  }

  #stamped(turn: NewTurn, createdAtMs: number): StampedTurn {
    return { ...turn, id: newId(createdAtMs, this.#random), createdAtMs };
  }

  async #insertProject(sql: SqlDriver, name: string, isPrivate: boolean, createdAtMs: number): Promise<ProjectRow> {
    const id = newId(createdAtMs, this.#random);
    await sql.run(
      `INSERT INTO projects (${PROJECT_COLUMNS})
        SELECT ?, COALESCE(MAX(number), 0) + 1, ?, CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), 0, 0, 0, 1, 1 FROM projects`,
      [id, name, isPrivate ? 1 : 0, createdAtMs, createdAtMs],
    );
    return (await findProject(sql, "id", id))!;
  }
}

async function getEntry(sql: SqlDriver, key: string): Promise<string | undefined> {
  const [row] = await sql.all("SELECT value FROM entries WHERE key = ?", [key]);
  return row === undefined ? undefined : decodeText(textOf(row, "value"));
}
