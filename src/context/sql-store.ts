import { type Cipher, type StoreLock, StoreLockedError } from "../core/cipher.js";
import { type Clock, systemClock } from "../core/clock.js";
import { newId, type Random, systemRandom } from "../core/random.js";
import type { SqlDriver } from "../core/sql.js";
import type { PostingLists } from "./bm25.js";
import { migrate } from "./migrations.js";
import { type Project, ProjectExistsError, UnknownProjectError } from "./project.js";
import { plainRows, type RowCodec, refuse } from "./row-codec.js";
import { sealedRows } from "./sealed-rows.js";
import { convertStore } from "./sql-conversion.js";
import { changeItem, findItem, findItems, insertItem, removeItems, touchItem, trimItems } from "./sql-items.js";
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
import { bytesOf, integerOf, PROJECT_COLUMNS, type ProjectRow, TURN_COLUMNS, textOf } from "./sql-rows.js";
import { type ContextStore, type ImportedTurn, ItemGoneError, type ItemKind, type StoredItem } from "./store.js";
import type { NewTurn, Turn } from "./turn.js";

/** Set with every erasure, cleared when the file has been rebuilt: a kill between the two is made good at the next use. */
const VACUUM_DUE = "vacuum_due";
const BACKUP_EVERY_MS = 86_400_000;
/** What the cipher is made from again; absent in a store whose texts stand as they are. */
const LOCK = "cipher";
const SET_VALUE =
  "INSERT INTO entries (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value";

/** The store once it has been opened: how its texts stand, and by which lock. */
interface Opened {
  readonly sql: SqlDriver;
  readonly codec: RowCodec;
  readonly lock: string | undefined;
}

/**
 * A store in any database that a SqlDriver reaches: the common subset of SQLite and PostgreSQL. The schema is brought
 * up to date at the first call. On PostgreSQL forgotten rows are deleted; when their bytes leave the disk is the server's.
 *
 * Encrypted (`changeLock`), it asks `unlock` for its cipher at the first call. Every call rejects with StoreLockedError
 * when it is encrypted and `unlock` is missing or rejects, or when another process changed its encryption meanwhile.
 */
export class SqlStore implements ContextStore {
  readonly #driver: SqlDriver;
  readonly #clock: Pick<Clock, "nowMs">;
  readonly #random: Random;
  readonly #unlock: ((lock: string) => Promise<Cipher>) | undefined;
  #ready: Promise<Opened> | undefined;

  constructor(options: {
    readonly driver: SqlDriver;
    /** Makes the cipher of an encrypted store from what `StoreLock.lock` held. */
    readonly unlock?: (lock: string) => Promise<Cipher>;
    readonly clock?: Pick<Clock, "nowMs">;
    readonly random?: Random;
  }) {
    this.#driver = options.driver;
    this.#unlock = options.unlock;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? systemRandom;
  }

  /** Opens the store now instead of at the first call: rejects with what every call would. */
  async open(): Promise<void> {
    await this.#open();
  }

  async projects(): Promise<readonly Project[]> {
    const { sql, codec } = await this.#open();
    const rows = await sql.all(`SELECT ${PROJECT_COLUMNS} FROM projects`);
    const projects = await Promise.all(rows.map(codec.readProject));
    // Sorted here: databases differ in how they collate names.
    return projects
      .map(({ project }) => project)
      .sort((a, b) => b.updatedAtMs - a.updatedAtMs || (a.name < b.name ? -1 : 1));
  }

  async project(name: string): Promise<Project | undefined> {
    const { sql, codec, lock } = await this.#open();
    const row = await findProject(sql, codec, "name", name);
    // Under another lock it would stand under another name.
    if (row === undefined) refuse((await getEntry(sql, LOCK)) !== lock);
    return row?.project;
  }

  createProject(
    name: string,
    options: { readonly private?: boolean; readonly ifAbsent?: boolean } = {},
  ): Promise<Project> {
    return this.#transaction(async (sql, codec) => {
      const existing = await findProject(sql, codec, "name", name);
      if (existing !== undefined) {
        if (options.ifAbsent === true) return existing.project;
        throw new ProjectExistsError(name);
      }
      return (await this.#insertProject(sql, codec, name, options.private ?? false, this.#clock.nowMs())).project;
    });
  }

  changeProject(name: string, change: { readonly name?: string; readonly private?: boolean }): Promise<Project> {
    return this.#transaction(async (sql, codec) => {
      const row = await findProject(sql, codec, "name", name);
      if (row === undefined) throw new UnknownProjectError(name);
      const newName = change.name ?? name;
      if (newName !== name && (await findProject(sql, codec, "name", newName)) !== undefined) {
        throw new ProjectExistsError(newName);
      }
      const project = {
        ...row.project,
        name: newName,
        private: change.private ?? row.project.private,
        updatedAtMs: this.#clock.nowMs(),
      };
      return updateProject(sql, { ...row, stored: await codec.projectTexts(project) }, project);
    });
  }

  importProject(content: {
    readonly name: string;
    readonly private: boolean;
    readonly createdAtMs: number;
    readonly turns: readonly ImportedTurn[];
  }): Promise<Project> {
    return this.#transaction(async (sql, codec) => {
      if ((await findProject(sql, codec, "name", content.name)) !== undefined)
        throw new ProjectExistsError(content.name);
      let row = await this.#insertProject(sql, codec, content.name, content.private, content.createdAtMs);
      for (const turn of content.turns)
        row = (await insertTurn(sql, codec, row, this.#stamped(turn, turn.createdAtMs))).row;
      return updateProject(sql, row, { ...row.project, updatedAtMs: this.#clock.nowMs() });
    });
  }

  addTurn(
    projectId: string,
    turn: NewTurn,
    {
      maxTurns = Number.POSITIVE_INFINITY,
      completes,
    }: { readonly maxTurns?: number; readonly completes?: string | undefined } = {},
  ): Promise<{ readonly turn: Turn; readonly project: Project }> {
    return this.#transaction(async (sql, codec) => {
      if (completes !== undefined && (await removeItems(sql, codec, { kind: "queued", keys: [completes] })) === 0) {
        throw new ItemGoneError("Cannot remember the turn: the queued question it answers is gone");
      }
      // A write first: on PostgreSQL it locks the row, so that two writers take two places.
      await sql.run("UPDATE projects SET revision = revision WHERE id = ?", [projectId]);
      const found = await findProject(sql, codec, "id", projectId);
      if (found === undefined) throw new Error("Cannot remember the turn: its project was deleted meanwhile");
      const nowMs = this.#clock.nowMs();
      const added = await insertTurn(sql, codec, found, this.#stamped(turn, nowMs));
      const row = await prune(sql, added.row, maxTurns);
      return { turn: added.turn, project: await updateProject(sql, row, { ...row.project, updatedAtMs: nowMs }) };
    });
  }

  async turns(
    projectId: string,
    options: { readonly limit: number; readonly beforeSeq?: number; readonly maxCharacters?: number },
  ): Promise<readonly Turn[]> {
    const { limit, beforeSeq = Number.MAX_SAFE_INTEGER, maxCharacters } = options;
    const { sql, codec } = await this.#open();
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
    return Promise.all(rows.map(codec.readTurn));
  }

  async turnsBySeq(projectId: string, seqs: readonly number[]): Promise<readonly Turn[]> {
    const { sql, codec } = await this.#open();
    const turns: Turn[] = [];
    for (let start = 0; start < seqs.length; start += 500) {
      const batch = seqs.slice(start, start + 500);
      const rows = await sql.all(
        `SELECT ${TURN_COLUMNS} FROM turns WHERE project_id = ? AND seq IN (${batch.map(() => "?").join(", ")})`,
        [projectId, ...batch],
      );
      turns.push(...(await Promise.all(rows.map(codec.readTurn))));
    }
    return turns;
  }

  async postings(
    projectId: string,
    terms: readonly string[],
    { maxPostings = Number.POSITIVE_INFINITY }: { readonly maxPostings?: number } = {},
  ): Promise<PostingLists> {
    const { sql, codec } = await this.#open();
    const row = await findProject(sql, codec, "id", projectId);
    if (row === undefined) return { documents: 0, totalLength: 0, byTerm: new Map() };
    const byTerm = await findPostings(sql, codec, row.number, terms, maxPostings);
    return { documents: row.project.turns + row.project.notes, totalLength: row.totalLength, byTerm };
  }

  forgetTurn(id: string): Promise<number> {
    return this.#erase(async (sql, codec) => {
      const [turn] = await sql.all("SELECT project_id, seq, kind, length, terms FROM turns WHERE id = ?", [id]);
      const found = turn === undefined ? undefined : await findProject(sql, codec, "id", textOf(turn, "project_id"));
      if (turn === undefined || found === undefined) return 0;
      const row = await deleteTurns(sql, found, [turn]);
      await sql.run("UPDATE projects SET state = NULL WHERE id = ?", [row.project.id]);
      await sql.run("DELETE FROM items WHERE project_id = ? AND kind = ?", [row.project.id, "cached"]);
      await updateProject(sql, row, row.project);
      return 1;
    });
  }

  forgetProject(name: string): Promise<number> {
    return this.#erase(async (sql, codec) => {
      const row = await findProject(sql, codec, "name", name);
      if (row === undefined) return 0;
      const removed = await emptyProject(sql, row);
      await sql.run("UPDATE projects SET state = NULL WHERE id = ?", [row.project.id]);
      await sql.run("DELETE FROM items WHERE project_id = ?", [row.project.id]);
      await updateProject(sql, { ...row, totalLength: 0 }, { ...row.project, turns: 0, notes: 0 });
      return removed;
    });
  }

  deleteProject(name: string): Promise<number> {
    return this.#erase(async (sql, codec) => {
      const row = await findProject(sql, codec, "name", name);
      if (row === undefined) throw new UnknownProjectError(name);
      const removed = await emptyProject(sql, row);
      await sql.run("DELETE FROM items WHERE project_id = ?", [row.project.id]); // SQLite may leave foreign keys alone
      await sql.run("DELETE FROM projects WHERE id = ?", [row.project.id]);
      return removed;
    });
  }

  forgetAll(): Promise<number> {
    return this.#erase(async (sql) => {
      await sql.run("DELETE FROM postings");
      await sql.run("DELETE FROM items");
      const removed = await sql.run("DELETE FROM turns");
      await sql.run("DELETE FROM projects");
      return removed;
    });
  }

  async items(kind: ItemKind): Promise<readonly StoredItem[]> {
    const { sql, codec } = await this.#open();
    return findItems(sql, codec, kind);
  }

  async item(kind: ItemKind, key: string): Promise<StoredItem | undefined> {
    const { sql, codec } = await this.#open();
    return findItem(sql, codec, kind, key);
  }

  async touchItem(kind: ItemKind, key: string): Promise<void> {
    await this.#transaction((sql, codec) => touchItem(sql, codec, kind, key));
  }

  trimItems(kind: ItemKind, bounds: { readonly maxItems: number; readonly maxCharacters: number }): Promise<number> {
    return this.#transaction((sql) => trimItems(sql, kind, bounds));
  }

  async putItem(kind: ItemKind, item: Omit<StoredItem, "createdAtMs">): Promise<void> {
    await this.#transaction(async (sql, codec) => {
      if ((await findProject(sql, codec, "id", item.projectId)) === undefined) {
        throw new Error("Cannot store the item: its project was deleted meanwhile");
      }
      await insertItem(sql, codec, kind, { ...item, createdAtMs: this.#clock.nowMs() });
    });
  }

  updateItem(kind: ItemKind, key: string, change: (old: string) => string): Promise<boolean> {
    return this.#transaction((sql, codec) => changeItem(sql, codec, { kind, key, change }));
  }

  deleteItems(kind: ItemKind, keys?: readonly string[]): Promise<number> {
    return this.#transaction((sql, codec) => removeItems(sql, codec, { kind, keys }));
  }

  async getValue(key: string): Promise<string | undefined> {
    const { sql, codec } = await this.#open();
    const stored = await getEntry(sql, codec.entryOf(key));
    return stored === undefined ? undefined : codec.readValue(key, stored);
  }

  async setValue(key: string, value: string): Promise<void> {
    await this.#transaction(async (sql, codec) => {
      await sql.run(SET_VALUE, [codec.entryOf(key), await codec.storedValue(key, value)]);
    });
  }

  updateValue(key: string, change: (old: string | undefined) => string): Promise<string> {
    return this.#transaction(async (sql, codec) => {
      const entry = codec.entryOf(key);
      // A write first: on PostgreSQL it locks the row. A value that is not there yet is locked by its empty row.
      const isNew =
        (await sql.run("INSERT INTO entries (key, value) VALUES (?, ?) ON CONFLICT (key) DO NOTHING", [entry, ""])) > 0;
      await sql.run("UPDATE entries SET value = value WHERE key = ?", [entry]);
      const old = isNew ? undefined : await getEntry(sql, entry);
      const value = change(old === undefined ? undefined : await codec.readValue(key, old));
      await sql.run(SET_VALUE, [entry, await codec.storedValue(key, value)]);
      return value;
    });
  }

  async loadState(projectId: string): Promise<Uint8Array | undefined> {
    const { sql, codec } = await this.#open();
    const [row] = await sql.all("SELECT state FROM projects WHERE id = ?", [projectId]);
    return row === undefined || row["state"] === null ? undefined : codec.readState(projectId, bytesOf(row, "state"));
  }

  async saveState(
    projectId: string,
    state: Uint8Array,
    { ifRevision }: { readonly ifRevision?: number } = {},
  ): Promise<void> {
    await this.#transaction(async (sql, codec) => {
      const stored = await codec.storedState(projectId, state);
      if (ifRevision !== undefined) {
        const sentence = "UPDATE projects SET state = ? WHERE id = ? AND revision = ?";
        await sql.run(sentence, [stored, projectId, ifRevision]);
        return;
      }
      const changed = await sql.run("UPDATE projects SET state = ? WHERE id = ?", [stored, projectId]);
      if (changed === 0) throw new Error("Cannot save the state: its project was deleted meanwhile");
    });
  }

  /** The lock of an encrypted store, without opening it; undefined when its texts stand as they are. */
  async lock(): Promise<string | undefined> {
    await migrate(this.#driver);
    return getEntry(this.#driver, LOCK);
  }

  /**
   * Encrypts the store, changes its key, or decrypts it (`undefined`): all of it in one transaction, then the file is
   * rebuilt so that nothing of the old form is left in it. Resolves to the number of turns and notes.
   */
  async changeLock(next: StoreLock | undefined): Promise<number> {
    const codec = next === undefined ? plainRows : sealedRows(next.cipher);
    const count = await this.#erase(async (sql, old) => {
      const turns = await convertStore(sql, old, codec);
      if (next === undefined) await sql.run("DELETE FROM entries WHERE key = ?", [LOCK]);
      else await sql.run(SET_VALUE, [LOCK, next.lock]);
      return turns;
    });
    this.#ready = Promise.resolve({ sql: this.#driver, codec, lock: next?.lock });
    return count;
  }

  close(): Promise<void> {
    return this.#driver.close();
  }

  #open(): Promise<Opened> {
    this.#ready ??= this.#prepare().catch((error: unknown) => {
      this.#ready = undefined; // a busy database may be free at the next call
      throw error;
    });
    return this.#ready;
  }

  async #prepare(): Promise<Opened> {
    const sql = this.#driver;
    await migrate(sql);
    if ((await getEntry(sql, VACUUM_DUE)) !== undefined) await this.#vacuum();
    await this.#backUp();
    const lock = await getEntry(sql, LOCK);
    if (lock === undefined) return { sql, codec: plainRows, lock };
    if (this.#unlock === undefined) {
      throw new StoreLockedError("Cannot open the context store: it is encrypted, and no key was given");
    }
    return { sql, codec: sealedRows(await this.#unlock(lock)), lock };
  }

  async #transaction<T>(body: (sql: SqlDriver, codec: RowCodec) => Promise<T>): Promise<T> {
    const { codec, lock } = await this.#open();
    return this.#driver.transaction(async (sql) => {
      // Nothing is written in clear into a store that another process has encrypted.
      refuse((await getEntry(sql, LOCK)) !== lock);
      return body(sql, codec);
    });
  }

  async #erase(body: (sql: SqlDriver, codec: RowCodec) => Promise<number>): Promise<number> {
    const removed = await this.#transaction(async (sql, codec) => {
      const count = await body(sql, codec);
      if (sql.dialect === "sqlite") await sql.run(SET_VALUE, [VACUUM_DUE, "1"]);
      return count;
    });
    if (this.#driver.dialect === "sqlite") await this.#vacuum();
    return removed;
  }

  /** Copies the database once a day, when there is something in it. That a copy cannot be made is no reason to fail. */
  async #backUp(): Promise<void> {
    const { backup } = this.#driver;
    if (backup === undefined) return;
    const madeAtMs = await backup.madeAtMs();
    if (madeAtMs !== undefined && this.#clock.nowMs() - madeAtMs < BACKUP_EVERY_MS) return;
    const [row] = await this.#driver.all("SELECT 1 AS one FROM projects LIMIT 1");
    if (row !== undefined) await backup.make().catch(() => {});
  }

  /**
   * Rebuilds the file from what is still in it. `secure_delete` zeroes a deleted row, but copies of it that a page kept
   * when its rows were moved are out of its reach.
   */
  async #vacuum(): Promise<void> {
    await this.#driver.run("VACUUM");
    await this.#driver.backup?.drop(); // it still holds what was forgotten
    await this.#driver.run("DELETE FROM entries WHERE key = ?", [VACUUM_DUE]);
  }

  #stamped(turn: NewTurn, createdAtMs: number): StampedTurn {
    return { ...turn, id: newId(createdAtMs, this.#random), createdAtMs };
  }

  async #insertProject(
    sql: SqlDriver,
    codec: RowCodec,
    name: string,
    isPrivate: boolean,
    createdAtMs: number,
  ): Promise<ProjectRow> {
    const id = newId(createdAtMs, this.#random);
    const stored = await codec.projectTexts({ id, name, private: isPrivate, createdAtMs });
    await sql.run(
      `INSERT INTO projects (${PROJECT_COLUMNS})
        SELECT ?, COALESCE(MAX(number), 0) + 1, ?, CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), 0, 0, 0, 1, 1, NULL FROM projects`,
      [id, stored.name, isPrivate ? 1 : 0, createdAtMs, createdAtMs],
    );
    if (stored.sealed !== null) await sql.run("UPDATE projects SET sealed = ? WHERE id = ?", [stored.sealed, id]);
    return (await findProject(sql, codec, "id", id))!;
  }
}

async function getEntry(sql: SqlDriver, key: string): Promise<string | undefined> {
  const [row] = await sql.all("SELECT value FROM entries WHERE key = ?", [key]);
  return row === undefined ? undefined : textOf(row, "value");
}
