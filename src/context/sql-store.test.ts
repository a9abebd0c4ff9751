import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type PostgresClient, postgresDriver } from "../platform/node/postgres-driver.js";
import { openSqlite } from "../platform/node/sqlite-driver.js";
import { newTurn, testContextStore } from "./context-store.contract.js";
import { migrate } from "./migrations.js";
import { SqlStore } from "./sql-store.js";

const folder = mkdtempSync(join(tmpdir(), "mobile-ai-store-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const newFile = (): string => join(folder, `${++files}`, "store.db");

const engines = (["wasm", "native"] as const).filter((engine) => {
  return engine === "wasm" || process.getBuiltinModule?.("node:sqlite" as "node:fs") !== undefined; // not in @types/node 20
});

for (const engine of engines) {
  testContextStore(`SQLite, ${engine}`, async (ports) => {
    return new SqlStore({ ...ports, driver: await openSqlite(newFile(), { engine }) });
  });

  describe(`SqlStore on SQLite, ${engine}`, () => {
    const canary = `canary ${"quetzalcoatlus"}`;

    const bytesOf = (file: string): string => {
      const beside = join(file, "..");
      return readdirSync(beside, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
        .join("");
    };

    test.each(["turn", "project", "delete", "all"])("leaves no byte of what it forgets: %s", async (how) => {
      const file = newFile();
      const store = new SqlStore({ driver: await openSqlite(file, { engine }) });
      const { id } = await store.createProject("work");
      for (let index = 0; index < 40; index++) {
        await store.addTurn(id, newTurn(`other ${index} ${"word ".repeat(50 * index)}`, { answer: "fine" }));
      }
      const turn = newTurn(`${canary} ${"filling ".repeat(900)}${canary}`, { answer: canary });
      const added = (await store.addTurn(id, turn)).turn;
      for (let index = 0; index < 40; index++) await store.addTurn(id, newTurn(`more ${index}`));
      await store.saveState(id, new TextEncoder().encode(canary));
      expect(bytesOf(file)).toContain("quetzalcoatlus");
      const forget = {
        turn: () => store.forgetTurn(added.id),
        project: () => store.forgetProject("work"),
        delete: () => store.deleteProject("work"),
        all: () => store.forgetAll(),
      };
      expect(await forget[how as keyof typeof forget]()).toBe(how === "turn" ? 1 : 81);
      expect(bytesOf(file)).not.toContain("quetzal");
      await store.close();
      expect(bytesOf(file)).not.toContain("quetzal");
    });

    test("makes good at the next use an erasure that was cut short before the file was rebuilt", async () => {
      const file = newFile();
      const store = new SqlStore({ driver: await openSqlite(file, { engine }) });
      const { id } = await store.createProject("work");
      await store.addTurn(id, newTurn("x".repeat(300_000)));
      const driver = await openSqlite(file, { engine });
      await driver.run("DELETE FROM turns");
      await driver.run("INSERT INTO entries (key, value) VALUES (?, ?)", ["vacuum_due", "1"]);
      await driver.close();
      await store.close();
      const before = readFileSync(file).length;
      const again = new SqlStore({ driver: await openSqlite(file, { engine }) });
      await again.projects();
      expect(await again.getValue("vacuum_due")).toBeUndefined();
      await again.close();
      expect(readFileSync(file).length).toBeLessThan(before / 3);
    });

    test("finds everything again after it was closed", async () => {
      const file = newFile();
      const store = new SqlStore({ driver: await openSqlite(file, { engine }) });
      const { id } = await store.createProject("work");
      const { turn, project } = await store.addTurn(id, newTurn("q", { answer: "a" }));
      await store.close();
      const again = new SqlStore({ driver: await openSqlite(file, { engine }) });
      expect(await again.projects()).toEqual([project]);
      expect(await again.turns(id, { limit: 9 })).toEqual([turn]);
      await again.close();
    });

    test("takes time in proportion to a turn's length", async () => {
      const store = new SqlStore({ driver: await openSqlite(newFile(), { engine }) });
      const { id } = await store.createProject("work");
      const timeOf = async (megabytes: number): Promise<number> => {
        const turn = newTurn("lorem ipsum ".repeat(megabytes * 87_000));
        let best = Number.POSITIVE_INFINITY;
        for (let round = 0; round < 3; round++) {
          const startMs = performance.now();
          const { turn: added } = await store.addTurn(id, turn);
          expect((await store.turns(id, { limit: 1 }))[0]?.question.length).toBe(turn.question.length);
          best = Math.min(best, performance.now() - startMs);
          await store.forgetTurn(added.id);
        }
        return best;
      };
      await timeOf(1);
      // 8 times the text: quadratic would be 64 times.
      expect((await timeOf(8)) / (await timeOf(1))).toBeLessThan(32);
      await store.close();
    });

    test("refuses a schema of a later version and a database of another program, unchanged", async () => {
      const file = newFile();
      const driver = await openSqlite(file, { engine });
      await migrate(driver);
      await driver.run("UPDATE entries SET value = ? WHERE key = ?", ["99", "schema_version"]);
      await expect(migrate(driver)).rejects.toThrow("its schema has version 99, this program knows up to 3");
      await driver.close();
      const foreign = await openSqlite(newFile(), { engine });
      await foreign.run("CREATE TABLE moz_places (id TEXT)");
      await expect(new SqlStore({ driver: foreign }).projects()).rejects.toThrow("belongs to another program");
      expect((await foreign.all("SELECT name FROM sqlite_master")).length).toBe(1);
      await foreign.close();
    });

    test("applies only the migrations that are missing, and none of one that fails", async () => {
      const driver = await openSqlite(newFile(), { engine });
      const first = () => ["CREATE TABLE a (x TEXT)"];
      const second = () => ["CREATE TABLE b (x TEXT)"];
      await migrate(driver, [first]);
      await migrate(driver, [first, second]);
      await expect(migrate(driver, [first, second, () => ["CREATE TABLE c (x TEXT)", "nonsense"]])).rejects.toThrow();
      const tables = await driver.all("SELECT name FROM sqlite_master WHERE type = ? ORDER BY name", ["table"]);
      expect(tables.map(({ name }) => name)).toEqual(["a", "b", "entries"]);
      await driver.close();
    });
  });
}

// Not a dependency (it opens in seconds): runs where somebody has installed it.
const pglite = await import(["@electric-sql", "pglite"].join("/")).catch(() => undefined);
if (pglite !== undefined) {
  const client: PostgresClient = await pglite.PGlite.create();
  testContextStore("PostgreSQL, PGlite", async (ports) => {
    await client.query("DROP SCHEMA public CASCADE");
    await client.query("CREATE SCHEMA public");
    return new SqlStore({ ...ports, driver: postgresDriver(client) });
  });
}
