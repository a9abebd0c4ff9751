import type { SqlDriver, SqlRow, SqlValue } from "../../core/sql.js";

/** What is used of a PostgreSQL client: node-postgres' `Client` (not its `Pool`) and PGlite both fit. */
export interface PostgresClient {
  query(sql: string, parameters?: unknown[]): Promise<{ readonly rows: unknown[]; readonly affectedRows?: number }>;
}

/** One PostgreSQL connection as a SqlDriver. Calls run one after the other, since a transaction owns its connection. */
export function postgresDriver(
  client: PostgresClient,
  options: { readonly close?: () => Promise<void> } = {},
): SqlDriver {
  let tail: Promise<unknown> = Promise.resolve();
  const exclusive = <T>(action: () => Promise<T>): Promise<T> => {
    const turn = tail.then(action);
    tail = turn.catch(() => {});
    return turn;
  };
  const run = async (sql: string, parameters: readonly SqlValue[] = []): Promise<number> => {
    const result = await client.query(numberParameters(sql), [...parameters]);
    // PGlite says affectedRows, node-postgres rowCount.
    return result.affectedRows ?? (result as { readonly rowCount?: number | null }).rowCount ?? 0;
  };
  const all = async (sql: string, parameters: readonly SqlValue[] = []): Promise<readonly SqlRow[]> => {
    const result = await client.query(numberParameters(sql), [...parameters]);
    return result.rows as readonly SqlRow[]; // the statements select only columns of these types
  };
  return {
    dialect: "postgres",
    run: (sql, parameters) => exclusive(() => run(sql, parameters)),
    all: (sql, parameters) => exclusive(() => all(sql, parameters)),
    transaction: (body) =>
      exclusive(async () => {
        await client.query("BEGIN");
        let open = true;
        const use = <T>(action: () => Promise<T>): Promise<T> =>
          open ? action() : Promise.reject(new Error("Cannot use a transaction: it has ended"));
        try {
          const value = await body({
            dialect: "postgres",
            run: (sql, parameters) => use(() => run(sql, parameters)),
            all: (sql, parameters) => use(() => all(sql, parameters)),
            transaction: () => Promise.reject(new Error("Cannot begin a transaction: one is open")),
            close: () => Promise.reject(new Error("Cannot close the database: a transaction is open")),
          });
          open = false;
          await client.query("COMMIT");
          return value;
        } catch (error) {
          open = false;
          await client.query("ROLLBACK");
          throw error;
        }
      }),
    close: () => exclusive(async () => options.close?.()),
  };
}

/** Rewrites `?` to `$1`, `$2`, ... outside of quoted text and names. */
export function numberParameters(sql: string): string {
  let count = 0;
  return sql.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|\?/g, (part) => (part === "?" ? `$${++count}` : part));
}
