import type { SqlDriver } from "../core/sql.js";

/** One step of the schema; its number is its place in the list, from 1. Steps that were released never change. */
type Migration = (dialect: SqlDriver["dialect"]) => readonly string[];

const migrations: readonly Migration[] = [
  (dialect) => {
    const bytes = dialect === "sqlite" ? "BLOB" : "BYTEA";
    // The key is the row: half the size, and one tree to write.
    const keyed = dialect === "sqlite" ? " WITHOUT ROWID" : "";
    return [
      `CREATE TABLE projects (
        id TEXT PRIMARY KEY,
        number BIGINT NOT NULL UNIQUE,
        name TEXT NOT NULL UNIQUE,
        private BIGINT NOT NULL,
        created_at_ms BIGINT NOT NULL,
        updated_at_ms BIGINT NOT NULL,
        turns BIGINT NOT NULL,
        notes BIGINT NOT NULL,
        total_length BIGINT NOT NULL,
        next_seq BIGINT NOT NULL,
        revision BIGINT NOT NULL,
        state ${bytes}
      )`,
      // characters: size of the text in UTF-16 units; terms: its distinct search terms, to delete their postings by.
      `CREATE TABLE turns (
        id TEXT PRIMARY KEY,
        project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
        seq BIGINT NOT NULL,
        kind TEXT NOT NULL,
        route TEXT NOT NULL,
        engine TEXT NOT NULL,
        privacy TEXT NOT NULL,
        rule_ids TEXT NOT NULL,
        created_at_ms BIGINT NOT NULL,
        characters BIGINT NOT NULL,
        length BIGINT NOT NULL,
        question TEXT NOT NULL,
        answer TEXT NOT NULL,
        terms TEXT NOT NULL,
        UNIQUE (project_id, seq)
      )`,
      // By project number, which is short: there are some sixty rows to a turn.
      `CREATE TABLE postings (
        project BIGINT NOT NULL,
        term TEXT NOT NULL,
        seq BIGINT NOT NULL,
        frequency BIGINT NOT NULL,
        length BIGINT NOT NULL,
        PRIMARY KEY (project, term, seq)
      )${keyed}`,
    ];
  },
  // What an encrypted store has in place of the texts.
  (dialect) => {
    const bytes = dialect === "sqlite" ? "BLOB" : "BYTEA";
    return [`ALTER TABLE projects ADD COLUMN sealed ${bytes}`, `ALTER TABLE turns ADD COLUMN sealed ${bytes}`];
  },
  // Questions that wait and answers that may be given again.
  (dialect) => {
    const bytes = dialect === "sqlite" ? "BLOB" : "BYTEA";
    return [
      `CREATE TABLE items (
        kind TEXT NOT NULL,
        key TEXT NOT NULL,
        project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
        number BIGINT NOT NULL,
        created_at_ms BIGINT NOT NULL,
        text TEXT NOT NULL,
        sealed ${bytes},
        PRIMARY KEY (kind, key)
      )`,
      "CREATE INDEX items_of_project ON items (project_id)",
    ];
  },
];

const VERSION_KEY = "schema_version";

/**
 * Brings the schema up to date in one transaction. Rejects, and changes nothing, when the database belongs to another
 * program or was written by a newer version of this one. Any process may call it at any time.
 */
export async function migrate(driver: SqlDriver, list: readonly Migration[] = migrations): Promise<void> {
  await driver.transaction(async (sql) => {
    if (sql.dialect === "sqlite") await refuseForeignFile(sql);
    await sql.run("CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, value TEXT NOT NULL)");
    const [row] = await sql.all("SELECT value FROM entries WHERE key = ?", [VERSION_KEY]);
    const version = Number(row?.["value"] ?? 0);
    if (!Number.isSafeInteger(version) || version < 0 || version > list.length) {
      throw new Error(
        `Cannot open the context store: its schema has version ${row?.["value"]}, this program knows up to ${list.length}. Update mobile-ai-orchestrator.`,
      );
    }
    if (version === list.length) return;
    for (const migration of list.slice(version)) {
      for (const statement of migration(sql.dialect)) await sql.run(statement);
    }
    await sql.run(
      "INSERT INTO entries (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
      [VERSION_KEY, String(list.length)],
    );
  });
}

async function refuseForeignFile(sql: SqlDriver): Promise<void> {
  const tables = await sql.all("SELECT name FROM sqlite_master WHERE type = ?", ["table"]);
  if (tables.length === 0 || tables.some(({ name }) => name === "entries")) return;
  throw new Error(
    `Cannot open the context store: the database belongs to another program (it has a table ${tables[0]?.["name"]}). Name another file.`,
  );
}
