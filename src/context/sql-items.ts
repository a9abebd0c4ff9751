import type { SqlDriver } from "../core/sql.js";
import type { RowCodec } from "./row-codec.js";
import { ITEM_COLUMNS } from "./sql-rows.js";
import type { ItemKind, StoredItem } from "./store.js";

/** Items of a kind, oldest first. */
export async function findItems(sql: SqlDriver, codec: RowCodec, kind: ItemKind): Promise<readonly StoredItem[]> {
  const rows = await sql.all(`SELECT ${ITEM_COLUMNS} FROM items WHERE kind = ? ORDER BY number`, [kind]);
  return Promise.all(rows.map((row) => codec.readItem(kind, row)));
}

/** Adds the newest item of its kind, in place of one with the same key. */
export async function insertItem(sql: SqlDriver, codec: RowCodec, kind: ItemKind, item: StoredItem): Promise<void> {
  const { key, text, sealed } = await codec.itemTexts(kind, item);
  await sql.run("DELETE FROM items WHERE kind = ? AND key = ?", [kind, key]);
  const [row] = await sql.all("SELECT MAX(number) AS newest FROM items WHERE kind = ?", [kind]);
  const number = Number(row?.["newest"] ?? 0) + 1;
  await sql.run(`INSERT INTO items (${ITEM_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)`, [
    kind,
    key,
    item.projectId,
    number,
    item.createdAtMs,
    text,
    sealed,
  ]);
}

/** Replaces an item's text; false when there is none of that key. */
export async function changeItem(
  sql: SqlDriver,
  codec: RowCodec,
  { kind, key, change }: { readonly kind: ItemKind; readonly key: string; readonly change: (old: string) => string },
): Promise<boolean> {
  const stored = await codec.storedKey(kind, key);
  // A write first: on PostgreSQL it locks the row.
  await sql.run("UPDATE items SET number = number WHERE kind = ? AND key = ?", [kind, stored]);
  const [row] = await sql.all(`SELECT ${ITEM_COLUMNS} FROM items WHERE kind = ? AND key = ?`, [kind, stored]);
  if (row === undefined) return false;
  const old = await codec.readItem(kind, row);
  const { text, sealed } = await codec.itemTexts(kind, { ...old, text: change(old.text) });
  await sql.run("UPDATE items SET text = ?, sealed = ? WHERE kind = ? AND key = ?", [text, sealed, kind, stored]);
  return true;
}

/** Removes some items of a kind, or all. */
export async function removeItems(
  sql: SqlDriver,
  codec: RowCodec,
  { kind, keys }: { readonly kind: ItemKind; readonly keys: readonly string[] | undefined },
): Promise<number> {
  if (keys === undefined) return sql.run("DELETE FROM items WHERE kind = ?", [kind]);
  let removed = 0;
  for (const key of keys) {
    removed += await sql.run("DELETE FROM items WHERE kind = ? AND key = ?", [kind, await codec.storedKey(kind, key)]);
  }
  return removed;
}
