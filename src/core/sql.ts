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
  close(): Promise<void>;
}
