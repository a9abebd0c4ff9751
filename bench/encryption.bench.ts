import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SqlStore } from "../src/context/sql-store.js";
import type { NewTurn } from "../src/context/turn.js";
import { openSqlite } from "../src/platform/node/sqlite-driver.js";
import { createStoreLock, type StoreSecret } from "../src/platform/node/store-cipher.js";
import { seededRandom } from "../src/testing.js";
import type { Report } from "./harness.js";

const TURNS = 5_000;
const ROUNDS = 200;

/** What encryption at rest costs: the passphrase at start, a turn written, the window read, a search, a conversion. */
export async function run(report: Report): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "mobile-ai-bench-"));
  try {
    const secret: StoreSecret = { kind: "passphrase", text: "correct horse battery staple" };
    const scryptMs = await best(3, () => createStoreLock(secret));
    report.figure({ name: "encryption.scrypt_ms", value: scryptMs, meaning: "passphrase to key, once a command" });

    const file = join(folder, "store.sqlite");
    const store = new SqlStore({ driver: await openSqlite(file) });
    await store.importProject({ name: "work", private: false, createdAtMs: 0, turns: history() });
    const plain = await measure(store);
    const plainBytes = statSync(file).size;
    const lock = await createStoreLock({ kind: "key", bytes: new Uint8Array(32).fill(1) });
    const startMs = performance.now();
    await store.changeLock(lock);
    const convertMs = performance.now() - startMs;
    const sealed = await measure(store);
    await store.close();

    for (const name of ["write", "window", "search"] as const) {
      const meaning = { write: "a turn written", window: "100 turns read", search: "a search of 5,000 turns" }[name];
      report.figure({ name: `encryption.${name}_plain_ms`, value: plain[name], meaning: `${meaning}, in clear` });
      report.figure({ name: `encryption.${name}_sealed_ms`, value: sealed[name], meaning: `${meaning}, encrypted` });
      report.figure({
        name: `encryption.${name}_ratio`,
        value: sealed[name] / plain[name],
        meaning: `${meaning}, encrypted over clear`,
        target: { atMost: 5 },
      });
    }
    report.figure({ name: "encryption.convert_ms", value: convertMs, meaning: "5,000 turns encrypted, file rebuilt" });
    const sizeRatio = statSync(file).size / plainBytes;
    report.figure({
      name: "encryption.size_ratio",
      value: sizeRatio,
      meaning: "size of the file over the one in clear",
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Times {
  readonly write: number;
  readonly window: number;
  readonly search: number;
}

async function measure(store: SqlStore): Promise<Times> {
  const { id } = (await store.project("work"))!;
  const turns = history();
  let index = 0;
  return {
    write: await best(ROUNDS, () => store.addTurn(id, turns[index++]!)),
    window: await best(20, () => store.turns(id, { limit: 100 })),
    search: await best(20, () => store.postings(id, ["word17", "word999", "word5"])),
  };
}

/** The shortest time of several: the machine is shared. */
async function best(rounds: number, run: () => Promise<unknown>): Promise<number> {
  let bestMs = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const startMs = performance.now();
    await run();
    bestMs = Math.min(bestMs, performance.now() - startMs);
  }
  return bestMs;
}

/** Turns of about 60 words, of a vocabulary of 5,000. */
function history(): (NewTurn & { createdAtMs: number })[] {
  const random = seededRandom(1);
  const words = (count: number): string =>
    Array.from({ length: count }, () => `word${Math.floor(random.next() ** 3 * 5_000)}`).join(" ");
  return Array.from({ length: TURNS }, (_, index) => {
    const texts = { question: words(15), answer: words(45) };
    return { kind: "turn", ...texts, route: "local", engine: "e", privacy: "open", ruleIds: [], createdAtMs: index };
  });
}
