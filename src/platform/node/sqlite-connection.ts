import * as fs from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { setFlagsFromString } from "node:v8";
import { compileFunction } from "node:vm";
import type { Database as WasmDatabase, Statement as WasmStatement } from "node-sqlite3-wasm";
import type { SqlRow, SqlValue } from "../../core/sql.js";

/** What is used of node:sqlite, which the types of Node 20 do not know. */
interface NativeStatement {
  run(...parameters: readonly SqlValue[]): { readonly changes: number | bigint };
  all(...parameters: readonly SqlValue[]): readonly SqlRow[];
}
interface NativeDatabase {
  exec(sql: string): void;
  prepare(sql: string): NativeStatement;
  close(): void;
}
interface NodeSqlite {
  readonly DatabaseSync: new (path: string) => NativeDatabase;
}

/** One open SQLite file, synchronous, as both engines offer it. Locks between processes are the caller's business. */
export interface SqliteConnection {
  exec(sql: string): void;
  /** Number of rows changed. */
  run(sql: string, parameters: readonly SqlValue[]): number;
  all(sql: string, parameters: readonly SqlValue[]): readonly SqlRow[];
  close(): void;
}

/** `native` is node:sqlite (Node 22.13 and later); `wasm` is node-sqlite3-wasm, which runs everywhere. */
export type SqliteEngine = "native" | "wasm";

/** Prepared statements kept for reuse; the store has about forty. */
const STATEMENT_CACHE = 64;

/** Opens `path` with one engine; undefined when this runtime has no node:sqlite. */
export function connectSqlite(path: string, engine: SqliteEngine): SqliteConnection | undefined {
  if (engine === "wasm") return connectWasm(path);
  const sqlite = nodeSqlite();
  return sqlite === undefined ? undefined : connectNative(new sqlite.DatabaseSync(path));
}

function connectNative(database: NativeDatabase): SqliteConnection {
  const statements = new StatementCache<NativeStatement>((sql) => database.prepare(sql));
  return {
    exec: (sql) => database.exec(sql),
    run: (sql, parameters) => Number(statements.get(sql).run(...parameters).changes),
    all: (sql, parameters) => statements.get(sql).all(...parameters),
    close: () => database.close(),
  };
}

function connectWasm(path: string): SqliteConnection {
  const { Database } = loadWasmSqlite();
  const database: WasmDatabase = new Database(path);
  const statements = new StatementCache<WasmStatement>(
    (sql) => database.prepare(sql),
    (statement) => statement.finalize(),
  );
  /** A statement that failed must be reset before it can be finalized without repeating its error: drop it. */
  const use = <T>(sql: string, action: (statement: WasmStatement) => T): T => {
    const statement = statements.get(sql);
    try {
      return action(statement);
    } catch (error) {
      statements.drop(sql);
      throw error;
    }
  };
  return {
    exec: (sql) => database.exec(sql),
    run: (sql, parameters) => use(sql, (statement) => statement.run([...parameters]).changes),
    // Rows are nested only with `expand`, which is not asked for.
    all: (sql, parameters) => use(sql, (statement) => statement.all([...parameters]) as SqlRow[]),
    close: () => {
      statements.clear();
      database.close();
    },
  };
}

class StatementCache<S> {
  readonly #prepare: (sql: string) => S;
  readonly #finalize: (statement: S) => void;
  readonly #statements = new Map<string, S>();

  constructor(prepare: (sql: string) => S, finalize: (statement: S) => void = () => {}) {
    this.#prepare = prepare;
    this.#finalize = finalize;
  }

  get(sql: string): S {
    let statement = this.#statements.get(sql);
    if (statement === undefined) statement = this.#prepare(sql);
    else this.#statements.delete(sql);
    this.#statements.set(sql, statement);
    if (this.#statements.size > STATEMENT_CACHE) {
      const oldest = this.#statements.keys().next();
      if (!oldest.done) this.drop(oldest.value);
    }
    return statement;
  }

  drop(sql: string): void {
    const statement = this.#statements.get(sql);
    if (statement === undefined) return;
    this.#statements.delete(sql);
    try {
      this.#finalize(statement);
    } catch {
      // finalize repeats the error of the last step, which the caller has already
    }
  }

  clear(): void {
    for (const sql of [...this.#statements.keys()]) this.drop(sql);
  }
}

/** node:sqlite where this runtime has it, without the line that Node 22 prints about it being experimental. */
function nodeSqlite(): NodeSqlite | undefined {
  if (typeof process.getBuiltinModule !== "function") return undefined;
  const emitWarning = process.emitWarning;
  process.emitWarning = () => {};
  try {
    // A name that @types/node 20 does not list; the interface above is its documented part.
    return process.getBuiltinModule("node:sqlite") as NodeSqlite | undefined;
  } finally {
    process.emitWarning = emitWarning;
  }
}

/**
 * Loads node-sqlite3-wasm with a file system of ours.
 *
 * Its own lock is the directory `<file>.lock`, which a SIGKILL leaves for ever, and which it mistakes for another
 * writer when it asks whether a journal is hot: so after a kill within a commit it never rolls back (0.8.60: a killed
 * UPDATE of 2000 rows left 1976 changed and 24 not; Node 20.20.2, 2026-11-23). We hold a FileLock around every use
 * instead, and tell it that nobody else holds a lock, which is then true: SQLite's own recovery runs.
 */
function loadWasmSqlite(): typeof import("node-sqlite3-wasm") {
  const require = createRequire(import.meta.url);
  const file = require.resolve("node-sqlite3-wasm");
  const module = { exports: {} };
  const load = compileFunction(
    fs.readFileSync(file, "utf8"),
    ["module", "exports", "require", "__filename", "__dirname"],
    { filename: file },
  );
  withLateOptimizing(() =>
    load(module, module.exports, (id: string) => (id === "node:fs" ? unlockedFs : require(id)), file, dirname(file)),
  );
  // The package types its module as declared; this is that module.
  return module.exports as typeof import("node-sqlite3-wasm");
}

/** Work that a function of WebAssembly does before V8 optimises it; the default of V8 11.3. */
const TIERING_BUDGET = 1_800_000;

/**
 * Loads a WebAssembly module whose functions V8 optimises only after 500 times the usual work: a command of a few
 * statements ends before, and saves 0.2 s of processor time and 40 MB (`mobile-ai ask`, 2-core EPYC, Node 20.20.2,
 * 2026-11-23); a process that lives on gets the fast code still. Modules loaded before or after are as ever. Only in the
 * V8 of Node 20, whose default is known: later runtimes have node:sqlite.
 */
function withLateOptimizing(load: () => void): void {
  if (!process.versions.v8.startsWith("11.3.")) {
    load();
    return;
  }
  setFlagsFromString(`--wasm-tiering-budget=${TIERING_BUDGET * 500}`);
  try {
    load();
  } finally {
    setFlagsFromString(`--wasm-tiering-budget=${TIERING_BUDGET}`);
  }
}

const isLock = (path: fs.PathLike): boolean => String(path).endsWith(".lock");

const unlockedFs = {
  ...fs,
  mkdirSync: (path: string) => {
    if (!isLock(path)) throw new Error(`Cannot open the database: unexpected mkdir of ${path} by node-sqlite3-wasm`);
  },
  rmdirSync: (path: string) => {
    if (!isLock(path)) throw new Error(`Cannot open the database: unexpected rmdir of ${path} by node-sqlite3-wasm`);
  },
  accessSync: (path: string, mode?: number) => {
    if (isLock(path)) throw Object.assign(new Error("ENOENT: SQLite's own lock is not used"), { code: "ENOENT" });
    fs.accessSync(path, mode);
  },
  openSync: (path: string, flags: number) => fs.openSync(path, flags, 0o600),
};
