import type { SqlDriver } from "../core/sql.js";
import type { RowCodec } from "./row-codec.js";
import { ITEM_COLUMNS, integerOf } from "./sql-rows.js";
import type { ItemKind, StoredItem } from "./store.js";

/** Items of a kind, oldest first. */
export async function findItems(sql: SqlDriver, codec: RowCodec, kind: ItemKind): Promise<readonly StoredItem[]> {
  const rows = await sql.all(`SELECT ${ITEM_COLUMNS} FROM items WHERE kind = ? ORDER BY number`, [kind]);
  return Promise.all(rows.map((row) => codec.readItem(kind, row)));
}

/** The item of that key, undefined when there is none. */
export async function findItem(
  sql: SqlDriver,
  codec: RowCodec,
  kind: ItemKind,
  key: string,
): Promise<StoredItem | undefined> {
  const stored = await codec.storedKey(kind, key);
  const [row] = await sql.all(`SELECT ${ITEM_COLUMNS} FROM items WHERE kind = ? AND key = ?`, [kind, stored]);
  return row === undefined ? undefined : codec.readItem(kind, row);
}

/** Makes an item the newest of its kind. */
export async function touchItem(sql: SqlDriver, codec: RowCodec, kind: ItemKind, key: string): Promise<void> {
  await sql.run("UPDATE items SET number = ? WHERE kind = ? AND key = ?", [
    await nextNumber(sql, kind),
    kind,
    await codec.storedKey(kind, key),
  ]);
}

/** Removes the oldest items of a kind until both bounds hold; a sealed text counts with the size of its seal. */
export async function trimItems(
  sql: SqlDriver,
  kind: ItemKind,
  { maxItems, maxCharacters }: { readonly maxItems: number; readonly maxCharacters: number },
): Promise<number> {
  const rows = await sql.all(
    "SELECT number, LENGTH(text) + COALESCE(LENGTH(sealed), 0) AS characters FROM items WHERE kind = ? ORDER BY number DESC",
    [kind],
  );
  let characters = 0;
  for (const [index, row] of rows.entries()) {
    characters += integerOf(row, "characters");
    if (index < maxItems && characters <= maxCharacters) continue;
    return sql.run("DELETE FROM items WHERE kind = ? AND number <= ?", [kind, integerOf(row, "number")]);
  }
  return 0;
}

async function nextNumber(sql: SqlDriver, kind: ItemKind): Promise<number> {
  const [row] = await sql.all("SELECT MAX(number) AS newest FROM items WHERE kind = ?", [kind]);
  return Number(row?.["newest"] ?? 0) + 1;
}

/** Adds the newest item of its kind, in place of one with the same key. */
export async function insertItem(sql: SqlDriver, codec: RowCodec, kind: ItemKind, item: StoredItem): Promise<void> {
  const { key, text, sealed } = await codec.itemTexts(kind, item);
  await sql.run("DELETE FROM items WHERE kind = ? AND key = ?", [kind, key]);
  const number = await nextNumber(sql, kind);
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
  const old = await findItem(sql, codec, kind, key);
  if (old === undefined) return false;
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
