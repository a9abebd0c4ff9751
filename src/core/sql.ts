/** A value that every supported database stores as it is. */
export type SqlValue = string | number | bigint | Uint8Array | null;

/** One row, by column name. */
export type SqlRow = Readonly<Record<string, SqlValue>>;

/**
 * The smallest asynchronous face of a database: statements in the common subset of SQLite and PostgreSQL, `?` for
 * parameters. Asynchronous because OPFS, op-sqlite and PostgreSQL are.
 */
export interface SqlDriver {
  /** Which dialect the few unavoidable differences follow. */
  readonly dialect: "sqlite" | "postgres";
  /** Runs one statement without rows; resolves to the number of rows changed. */
  run(sql: string, parameters?: readonly SqlValue[]): Promise<number>;
  /** All rows of one query. */
  all(sql: string, parameters?: readonly SqlValue[]): Promise<readonly SqlRow[]>;
  /** Runs `body` in one transaction: all of it is durable when the promise resolves, none when it rejects. */
  transaction<T>(body: (driver: SqlDriver) => Promise<T>): Promise<T>;
  /** Keeps one copy of the whole database beside it; absent where that is the server's matter. */
  readonly backup?: SqlBackup;
  close(): Promise<void>;
}

/** One copy of a database. */
export interface SqlBackup {
  /** When the copy was made; undefined when there is none. */
  madeAtMs(): Promise<number | undefined>;
  /** Makes one in place of an older one, unless the database is damaged: then it rejects and the older one stays. */
  make(): Promise<void>;
  drop(): Promise<void>;
}
