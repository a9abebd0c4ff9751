import { chmodSync, closeSync, mkdirSync, openSync, readSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Clock, systemClock } from "../../core/clock.js";
import { messageOf } from "../../core/errors.js";
import { type Random, systemRandom } from "../../core/random.js";
import type { SqlBackup, SqlDriver, SqlRow, SqlValue } from "../../core/sql.js";
import { FileLock } from "./file-lock.js";
import { backupTime, copyDatabase, dropBackup, restoreAdvice } from "./sqlite-backup.js";
import { connectSqlite, type SqliteConnection, type SqliteEngine } from "./sqlite-connection.js";

/** Options of `openSqlite`. */
export interface SqliteOptions {
  /** Default: node:sqlite where the runtime has it, else node-sqlite3-wasm. Both may use one file at the same time. */
  readonly engine?: SqliteEngine;
  /** How long to wait for another process before giving up; default 10 s. */
  readonly busyTimeoutMs?: number;
  readonly clock?: Clock;
  readonly random?: Random;
}

/**
 * Opens or creates a SQLite file (mode 0600, its new folders 0700). Rejects, and changes nothing, when the file is not a
 * database or is cut short. A resolved write has reached the disk (`synchronous=FULL`); deleted text is overwritten
 * (`secure_delete`).
 *
 * The journal is a rollback journal, not a write-ahead log, with both engines: node-sqlite3-wasm cannot read a file left
 * in WAL mode, and the same file is opened by Node 20 today and by Node 22 tomorrow.
 */
export async function openSqlite(path: string, options: SqliteOptions = {}): Promise<SqlDriver> {
  const { busyTimeoutMs = 10_000, clock = systemClock, random = systemRandom } = options;
  if (!(busyTimeoutMs >= 0)) throw new RangeError(`Cannot open ${path}: busyTimeoutMs must be 0 or more`);
  const file = resolve(path);
  prepareFile(file);
  const engines: readonly SqliteEngine[] = options.engine === undefined ? ["native", "wasm"] : [options.engine];
  let connection: SqliteConnection | undefined;
  let lock: FileLock | undefined;
  try {
    lock = new FileLock(`${file}.lock`, { clock });
    for (const engine of engines) connection ??= connectSqlite(file, engine);
    if (connection === undefined) {
      throw new Error(
        `Cannot open ${file} with node:sqlite: this runtime has none. Use Node 22.13 or later, or the engine wasm.`,
      );
    }
    const driver = new SqliteDriver({ file, connection, lock, busyTimeoutMs, clock, random });
    await driver.prepare();
    return driver;
  } catch (error) {
    connection?.close();
    lock?.close();
    const told = named(error, `Cannot open ${file}`, file);
    // A folder without write permission, a full disk: the lock could not be made.
    throw messageOf(told).startsWith("Cannot ")
      ? told
      : new Error(`Cannot open ${file}: ${messageOf(error)}`, { cause: error });
  }
}

/** One SQLite file as a SqlDriver: calls run one after the other, each under the lock between processes. */
class SqliteDriver implements SqlDriver {
  readonly dialect = "sqlite";
  readonly backup: SqlBackup = {
    madeAtMs: async () => backupTime(this.#file),
    make: () => this.#exclusive(() => this.#copy()),
    drop: () => this.#exclusive(() => dropBackup(this.#file)),
  };
  readonly #file: string;
  readonly #connection: SqliteConnection;
  readonly #lock: FileLock;
  readonly #busyTimeoutMs: number;
  readonly #clock: Clock;
  readonly #random: Random;
  #tail: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(options: {
    readonly file: string;
    readonly connection: SqliteConnection;
    readonly lock: FileLock;
    readonly busyTimeoutMs: number;
    readonly clock: Clock;
    readonly random: Random;
  }) {
    this.#file = options.file;
    this.#connection = options.connection;
    this.#lock = options.lock;
    this.#busyTimeoutMs = options.busyTimeoutMs;
    this.#clock = options.clock;
    this.#random = options.random;
  }

  /** Settings that hold for one connection, and the first read: it rolls back what a killed process left. */
  prepare(): Promise<void> {
    return this.#exclusive(() => {
      this.#connection.exec(
        "PRAGMA busy_timeout=0; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY; PRAGMA synchronous=FULL;",
      );
      this.#connection.all("PRAGMA journal_mode=TRUNCATE", []);
      this.#connection.all("SELECT COUNT(*) AS n FROM sqlite_master", []);
    });
  }

  run(sql: string, parameters: readonly SqlValue[] = []): Promise<number> {
    return this.#exclusive(() => this.#connection.run(sql, parameters));
  }

  all(sql: string, parameters: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
    return this.#exclusive(() => this.#connection.all(sql, parameters));
  }

  transaction<T>(body: (driver: SqlDriver) => Promise<T>): Promise<T> {
    return this.#exclusive(
      () => this.#connection.exec("BEGIN IMMEDIATE"),
      async () => {
        let open = true;
        const use = async <R>(action: () => R): Promise<R> => {
          if (!open) throw new Error(`Cannot use a transaction on ${this.#file}: it has ended`);
          return action();
        };
        const inner: SqlDriver = {
          dialect: this.dialect,
          run: (sql, parameters = []) => use(() => this.#connection.run(sql, parameters)),
          all: (sql, parameters = []) => use(() => this.#connection.all(sql, parameters)),
          transaction: () => Promise.reject(new Error(`Cannot begin a transaction on ${this.#file}: one is open`)),
          close: () => Promise.reject(new Error(`Cannot close ${this.#file}: a transaction is open`)),
        };
        try {
          const value = await body(inner);
          open = false;
          this.#connection.exec("COMMIT");
          return value;
        } catch (error) {
          open = false;
          this.#rollBack(error);
          throw error;
        }
      },
    );
  }

  close(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    const done = this.#exclusive(() => this.#connection.close()).finally(() => this.#lock.close());
    this.#closed = true;
    return done;
  }

  #copy(): void {
    const [check] = this.#connection.all("PRAGMA quick_check(1)", []);
    const found = Object.values(check ?? {})[0];
    if (found !== "ok") throw new Error(`database disk image is malformed: ${found}`);
    this.#connection.exec("BEGIN IMMEDIATE"); // keeps other programs from writing
    try {
      copyDatabase(this.#file);
    } finally {
      this.#connection.exec("ROLLBACK");
    }
  }

  #rollBack(reason: unknown): void {
    try {
      this.#connection.exec("ROLLBACK");
    } catch (error) {
      // SQLite rolls back by itself after some errors (full disk): then no transaction is open, and that is well.
      if (!/no transaction is active/.test(messageOf(error))) {
        throw new AggregateError([reason, error], `Cannot roll back ${this.#file}: ${messageOf(error)}`);
      }
    }
  }

  /** Runs `first`, then `rest`, after all earlier calls and with the lock held from before until both have settled. */
  #exclusive<R, T = R>(first: () => R, rest?: (value: R) => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new Error(`Cannot use ${this.#file}: it is closed`));
    const turn = this.#tail.then(async () => {
      const value = await this.#lockAnd(first);
      try {
        // Without `rest` T is R.
        return rest === undefined ? (value as unknown as T) : await rest(value);
      } finally {
        this.#lock.release();
      }
    });
    this.#tail = turn.catch(() => {});
    return turn.catch((error: unknown) => {
      throw named(error, `Cannot use ${this.#file}`, this.#file);
    });
  }

  /**
   * Waits for the lock with growing pauses and keeps it when `first` succeeds. `first` belongs to the wait, because
   * another program (the sqlite3 shell) may hold SQLite's own lock, which the native engine respects.
   */
  async #lockAnd<R>(first: () => R): Promise<R> {
    const startMs = this.#clock.monotonicMs();
    for (let pauseMs = 1; ; pauseMs = Math.min(50, pauseMs * 2)) {
      let holder: string | undefined;
      if (this.#lock.tryAcquire()) {
        try {
          return first();
        } catch (error) {
          this.#lock.release();
          if (!isBusy(error)) throw error;
          holder = "another program";
        }
      }
      const waitedMs = this.#clock.monotonicMs() - startMs;
      if (waitedMs >= this.#busyTimeoutMs) {
        holder ??= this.#lock.holder();
        throw new Error(
          `Cannot use ${this.#file}: ${holder} has held it for ${(waitedMs / 1000).toFixed(1)} s. Try again when it has finished, or end it.`,
        );
      }
      await this.#clock.sleep(pauseMs * (0.5 + this.#random.next()));
    }
  }
}

function isBusy(error: unknown): boolean {
  return /database (?:table )?is locked/.test(messageOf(error));
}

/** Creates the file with narrow rights before SQLite does; refuses what is not a SQLite file. */
function prepareFile(file: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new Error(`Cannot open ${file}: its folder cannot be made (${messageOf(error)}). Name another one.`, {
      cause: error,
    });
  }
  let descriptor: number;
  try {
    descriptor = openSync(file, "wx", 0o600);
  } catch (error) {
    // fs throws errno exceptions only
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
      throw new Error(`Cannot open ${file}: it cannot be made (${messageOf(error)}). Name another file.`, {
        cause: error,
      });
    }
    if (!statSync(file).isFile()) throw new Error(`Cannot open ${file}: it is not a file. Name another one.`);
    descriptor = openSync(file, "r");
    try {
      const header = new Uint8Array(16);
      const length = readSync(descriptor, header);
      // An empty file is an empty database.
      if (length > 0 && new TextDecoder().decode(header) !== "SQLite format 3\0") {
        throw new Error(
          `Cannot open ${file}: it is not a SQLite database, and was left as it is. Move it away, or name another file.`,
        );
      }
    } finally {
      closeSync(descriptor);
    }
    return;
  }
  closeSync(descriptor);
  chmodSync(file, 0o600); // whatever the umask
}

/** Says which file an error of SQLite is about, and what to do where that is known. */
function named(error: unknown, action: string, file: string): unknown {
  const message = messageOf(error);
  if (!(error instanceof Error) || message.startsWith("Cannot ")) return error;
  if (/malformed|not a database/.test(message)) {
    return new Error(
      `${action}: the database is damaged or cut short (${message}), and was left as it is. ${restoreAdvice(file)}`,
      { cause: error },
    );
  }
  if (/disk I\/O error|disk is full/.test(message)) {
    return new Error(`${action}: it could not be written or read (${message}). See whether the disk is full.`, {
      cause: error,
    });
  }
  const isSqlite = error.name === "SQLite3Error" || (error as NodeJS.ErrnoException).code === "ERR_SQLITE_ERROR"; // errors of both engines
  return isSqlite ? new Error(`${action}: ${message}`, { cause: error }) : error;
}
