import type { SqlDriver } from "../core/sql.js";
import { PLAIN_VALUE, type RowCodec } from "./row-codec.js";
import { SEALED_VALUE } from "./sealed-rows.js";
import { addPostings } from "./sql-postings.js";
import { bytesOf, ITEM_COLUMNS, PROJECT_COLUMNS, type ProjectRow, TURN_COLUMNS, textOf } from "./sql-rows.js";
import type { ItemKind } from "./store.js";
import { decodeText } from "./stored-text.js";
import { countTerms } from "./terms.js";

/** Turns in memory at once. */
const BATCH = 100;

/**
 * Writes every text of the store anew, from one codec's form to another's, within the caller's transaction. The search
 * index is made again from the texts. Resolves to the number of turns and notes. O(size of the store).
 */
export async function convertStore(sql: SqlDriver, from: RowCodec, to: RowCodec): Promise<number> {
  await sql.run("DELETE FROM postings");
  let turns = 0;
  for (const row of await sql.all(`SELECT ${PROJECT_COLUMNS}, state FROM projects`)) {
    const found = await from.readProject(row);
    const { id } = found.project;
    const texts = await to.projectTexts(found.project);
    await sql.run("UPDATE projects SET name = ?, sealed = ? WHERE id = ?", [texts.name, texts.sealed, id]);
    if (row["state"] !== null) {
      const state = await to.storedState(id, await from.readState(id, bytesOf(row, "state")));
      await sql.run("UPDATE projects SET state = ? WHERE id = ?", [state, id]);
    }
    turns += await convertTurns(sql, from, to, found);
  }
  await convertItems(sql, from, to);
  await convertValues(sql, from, to);
  return turns;
}

async function convertTurns(sql: SqlDriver, from: RowCodec, to: RowCodec, row: ProjectRow): Promise<number> {
  let turns = 0;
  let totalLength = 0;
  for (let afterSeq = 0; ; ) {
    const rows = await sql.all(
      `SELECT ${TURN_COLUMNS} FROM turns WHERE project_id = ? AND seq > ? ORDER BY seq LIMIT ${BATCH}`,
      [row.project.id, afterSeq],
    );
    for (const turn of await Promise.all(rows.map(from.readTurn))) {
      const terms = countTerms(turn.question, turn.answer);
      const storedTerms = await to.storedTerms(row.number, [...terms.counts.keys()]);
      const texts = await to.turnTexts(turn);
      await sql.run(
        "UPDATE turns SET question = ?, answer = ?, engine = ?, rule_ids = ?, sealed = ?, length = ?, terms = ? WHERE id = ?",
        [
          texts.question,
          texts.answer,
          texts.engine,
          texts.ruleIds,
          texts.sealed,
          terms.total,
          [...storedTerms].sort().join(" "),
          turn.id,
        ],
      );
      await addPostings(sql, { project: row.number, seq: turn.seq, terms, storedTerms });
      turns++;
      totalLength += terms.total;
      afterSeq = turn.seq;
    }
    if (rows.length < BATCH) break;
  }
  await sql.run("UPDATE projects SET total_length = ? WHERE id = ?", [totalLength, row.project.id]);
  return turns;
}

async function convertItems(sql: SqlDriver, from: RowCodec, to: RowCodec): Promise<void> {
  for (const row of await sql.all(`SELECT ${ITEM_COLUMNS} FROM items`)) {
    const kind = textOf(row, "kind") as ItemKind; // the store wrote it
    const item = await from.readItem(kind, row);
    const { key, text, sealed } = await to.itemTexts(kind, item);
    await sql.run("UPDATE items SET key = ?, text = ?, sealed = ? WHERE kind = ? AND key = ?", [
      key,
      text,
      sealed,
      kind,
      textOf(row, "key"),
    ]);
  }
}

async function convertValues(sql: SqlDriver, from: RowCodec, to: RowCodec): Promise<void> {
  for (const row of await sql.all("SELECT key, value FROM entries")) {
    const entry = textOf(row, "key");
    const prefix = [PLAIN_VALUE, SEALED_VALUE].find((each) => entry.startsWith(each));
    if (prefix === undefined) continue; // the store's own
    const key = decodeText(entry.slice(prefix.length));
    const value = await from.readValue(key, textOf(row, "value"));
    await sql.run("DELETE FROM entries WHERE key = ?", [entry]);
    await sql.run("INSERT INTO entries (key, value) VALUES (?, ?)", [
      to.entryOf(key),
      await to.storedValue(key, value),
    ]);
  }
}
