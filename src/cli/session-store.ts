import { existsSync } from "node:fs";
import { MemoryStore } from "../context/memory-store.js";
import type { ContextStore } from "../context/store.js";
import { pathsOf } from "./configuration.js";
import type { Settings } from "./settings.js";
import type { Terminal } from "./terminal.js";

/** The store of the settings, open; a passphrase is asked for before anything else reads the terminal. */
export async function openStore(settings: Settings, terminal: Terminal): Promise<ContextStore> {
  const [{ SqlStore }, { openSqlite }] = await Promise.all([
    import("../context/sql-store.js"),
    import("../platform/node/sqlite-driver.js"),
  ]);
  const store = new SqlStore({
    driver: await openSqlite(pathsOf(terminal).storeFile),
    unlock: async (lock) => (await import("./store-key.js")).unlockStore(lock, settings, terminal),
  });
  try {
    await store.open();
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

/**
 * A store for a decision that is only shown: an empty one in memory where nothing is stored, or where no engine is on the network,
 * so that no mark of a project can change the route. Opening SQLite costs 58 ms and 7 MB (2-core EPYC, Node 20.20.2,
 * 2026-11-23).
 */
export async function storeForDecision(settings: Settings, terminal: Terminal): Promise<ContextStore> {
  const isNeeded = existsSync(pathsOf(terminal).storeFile) && (await mayLeave(settings, terminal));
  return isNeeded ? openStore(settings, terminal) : new MemoryStore();
}

/** A server on this device may pass its questions on to a cloud: then its model is on the network. */
async function mayLeave(settings: Settings, terminal: Terminal): Promise<boolean> {
  if (settings.text("remote.baseUrl") !== undefined) return true;
  const { serversOnThisDevice } = await import("./local-engines.js");
  const servers = await serversOnThisDevice(settings, terminal);
  return servers.some(({ models }) => models.some(({ forwardsToCloud }) => forwardsToCloud));
}
