import { stat } from "node:fs/promises";
import { SqlStore } from "../../context/sql-store.js";
import type { StoreLock } from "../../core/cipher.js";
import { openSqlite } from "../../platform/node/sqlite-driver.js";
import { createStoreLock, secretKindOf } from "../../platform/node/store-cipher.js";
import { CommandError, type Parsed } from "../command.js";
import { loadSettings, pathsOf, readSettingsFile, writeSettingsFile } from "../configuration.js";
import { NEW_PASSPHRASE_VARIABLE, newSecret, PASSPHRASE_VARIABLE, unlockStore } from "../store-key.js";
import { bytes, print, remark, safe, type Terminal, table } from "../terminal.js";

/** `mobile-ai store status`: whether the history is encrypted, and how. Needs no key. */
export async function storeStatus(parsed: Parsed, terminal: Terminal): Promise<number> {
  return withStore(parsed, terminal, async (_, lock) => {
    const file = pathsOf(terminal).storeFile;
    const sizeBytes = (await stat(file)).size;
    const encryption = lock === undefined ? "none" : secretKindOf(lock);
    if (parsed.flag("json")) print(terminal, JSON.stringify({ file, sizeBytes, encryption }, null, 2));
    else {
      const shown = { none: "no (mobile-ai store encrypt)", passphrase: "by a passphrase", key: "by a key file" };
      print(
        terminal,
        table([
          ["file", `${safe(file)} (mode 0600)`],
          ["size", bytes(sizeBytes)],
          ["encrypted", shown[encryption]],
        ]),
      );
    }
  });
}

/** `mobile-ai store encrypt`: seals every text of the history. */
export async function encryptStore(parsed: Parsed, terminal: Terminal): Promise<number> {
  return withStore(parsed, terminal, async (store, lock) => {
    if (lock !== undefined) {
      throw new CommandError("The history is encrypted already. mobile-ai store rekey changes its key");
    }
    await setKey(store, PASSPHRASE_VARIABLE, parsed, terminal);
  });
}

/** `mobile-ai store rekey`: seals every text anew under another passphrase or key file. */
export async function rekeyStore(parsed: Parsed, terminal: Terminal): Promise<number> {
  return withStore(parsed, terminal, async (store, lock) => {
    if (lock === undefined) throw notEncrypted();
    await store.open(); // the old key first
    await setKey(store, NEW_PASSPHRASE_VARIABLE, parsed, terminal);
  });
}

/** `mobile-ai store decrypt`: writes every text in clear again. */
export async function decryptStore(parsed: Parsed, terminal: Terminal): Promise<number> {
  return withStore(parsed, terminal, async (store, lock) => {
    if (lock === undefined) throw notEncrypted();
    await announce(store, terminal);
    const turns = await store.changeLock(undefined);
    print(terminal, `Decrypted ${turns} turns and notes; anyone who can read the file can read them`);
  });
}

async function setKey(store: SqlStore, variable: string, parsed: Parsed, terminal: Terminal): Promise<void> {
  const { secret, keyFile } = await newSecret(parsed.text("key-file"), variable, terminal);
  const next: StoreLock = await createStoreLock(secret);
  await announce(store, terminal);
  const turns = await store.changeLock(next);
  const values = await readSettingsFile(terminal);
  const { "store.keyFile": old, ...others } = values;
  if (keyFile !== undefined) await writeSettingsFile(terminal, { ...others, "store.keyFile": keyFile });
  else if (old !== undefined) await writeSettingsFile(terminal, others);
  print(terminal, `Encrypted ${turns} turns and notes. Without the ${secret.kind} nobody can read them again`);
}

/** Turns to a second; 5,000 take 6.3 s (2-core EPYC, Node 20.20.2, 2026-11-23; npm run bench -- encryption). */
const TURNS_PER_SECOND = 800;

/** Says how long it will take when that is long enough to wonder. */
async function announce(store: SqlStore, terminal: Terminal): Promise<void> {
  const turns = (await store.projects()).reduce((sum, project) => sum + project.turns + project.notes, 0);
  if (turns < 2 * TURNS_PER_SECOND) return;
  const seconds = Math.ceil(turns / TURNS_PER_SECOND);
  remark(terminal, `Writing ${turns} turns anew, some ${seconds} s. If this is interrupted, nothing is changed.`);
}

function notEncrypted(): CommandError {
  return new CommandError("The history is not encrypted. Run: mobile-ai store encrypt");
}

async function withStore(
  parsed: Parsed,
  terminal: Terminal,
  body: (store: SqlStore, lock: string | undefined) => Promise<void>,
): Promise<number> {
  const settings = await loadSettings(terminal, parsed.texts("set"));
  const driver = await openSqlite(pathsOf(terminal).storeFile);
  const store = new SqlStore({ driver, unlock: (lock) => unlockStore(lock, settings, terminal) });
  try {
    await body(store, await store.lock());
    return 0;
  } finally {
    await store.close();
  }
}
