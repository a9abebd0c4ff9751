import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSqlite } from "./sqlite-driver.js";

const folder = mkdtempSync(join(tmpdir(), "mobile-ai-sqlite-"));
const bundle = resolve(`node_modules/.cache/mobile-ai-sqlite-${process.pid}.mjs`);
let files = 0;
const newFile = (): string => join(folder, String(++files), "deeper", "x.db");

const engines = (["wasm", "native"] as const).filter((engine) => {
  return engine === "wasm" || process.getBuiltinModule?.("node:sqlite" as "node:fs") !== undefined; // not in @types/node 20
});

/** Spills half an UPDATE into the file, with its journal on the disk, and is killed before the commit. */
const dies = `
  import { openSqlite } from "./sqlite-driver.js";
  const [, , file, engine] = process.argv;
  const driver = await openSqlite(file, { engine });
  await driver.run("PRAGMA cache_size=5");
  await driver.run("CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT)");
  await driver.transaction(async (sql) => {
    for (let index = 0; index < 2000; index++) await sql.run("INSERT INTO t VALUES (?, ?)", [index, "old".repeat(100)]);
  });
  await driver.transaction(async (sql) => {
    await sql.run("UPDATE t SET x = ?", ["new".repeat(100)]);
    process.kill(process.pid, "SIGKILL");
    await new Promise(() => {});
  });
`;

beforeAll(() =>
  build({
    stdin: { contents: dies, resolveDir: import.meta.dirname, loader: "ts" },
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
    outfile: bundle,
  }),
);
afterAll(() => {
  rmSync(bundle, { force: true });
  rmSync(folder, { recursive: true });
});

describe.each(engines)("openSqlite, %s", (engine) => {
  test.each(engines)("rolls back what a process killed within a commit has left, for %s to read", (reader) => {
    return rollsBack(engine, reader);
  });

  test("gives file, journal and new folders to their owner only", async () => {
    const file = newFile();
    const before = process.umask(0);
    try {
      const driver = await openSqlite(file, { engine });
      await driver.run("CREATE TABLE t (x TEXT)");
      const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);
      expect([mode(file), mode(`${file}-journal`), mode(join(file, ".."))]).toEqual(["600", "600", "700"]);
      await driver.close();
    } finally {
      process.umask(before);
    }
  });

  test("refuses what is no database, is damaged or cut short, and leaves it as it is", async () => {
    const damaged = newFile();
    const driver = await openSqlite(damaged, { engine });
    await driver.run("CREATE TABLE t (x TEXT)");
    for (let index = 0; index < 20; index++) await driver.run("INSERT INTO t VALUES (?)", ["x".repeat(3000)]);
    await driver.close();
    truncateSync(damaged, 9_000);
    const noDatabase = join(folder, "letter.txt");
    writeFileSync(noDatabase, "Dear SQLite, ".repeat(1000));
    const short = join(folder, "short.db");
    writeFileSync(short, "SQLite");
    const broken = join(folder, "broken.db");
    writeFileSync(broken, `SQLite format 3\0${"\x07".repeat(8000)}`);
    for (const [file, message] of [
      [damaged, /damaged or cut short .*There is no copy of it/],
      [noDatabase, /is not a SQLite database, and was left as it is/],
      [short, /is not a SQLite database/],
      [broken, /damaged or cut short/],
    ] as const) {
      const before = readFileSync(file);
      await expect(openSqlite(file, { engine })).rejects.toThrow(message);
      await expect(openSqlite(file, { engine })).rejects.toThrow(file);
      expect(readFileSync(file).equals(before)).toBe(true);
    }
    mkdirSync(join(folder, `folder-${engine}`));
    await expect(openSqlite(join(folder, `folder-${engine}`), { engine })).rejects.toThrow("it is not a file");
    await expect(openSqlite(join(noDatabase, "x.db"), { engine })).rejects.toThrow("its folder cannot be made");
  });

  test("keeps a copy beside it, names it when the file is damaged, and never copies a damaged one over it", async () => {
    const file = newFile();
    const driver = await openSqlite(file, { engine });
    await driver.run("CREATE TABLE t (x TEXT)");
    for (let index = 0; index < 20; index++) await driver.run("INSERT INTO t VALUES (?)", ["x".repeat(3000)]);
    expect(await driver.backup!.madeAtMs()).toBeUndefined();
    await driver.backup!.make();
    expect(await driver.backup!.madeAtMs()).toBeTypeOf("number");
    const copy = `${file}.backup`;
    expect((statSync(copy).mode & 0o777).toString(8)).toBe("600");
    const good = readFileSync(copy);
    writeFileSync(
      file,
      Buffer.concat([readFileSync(file).subarray(0, 8192), Buffer.alloc(readFileSync(file).length - 8192, 7)]),
    );
    await driver.close();
    const damaged = await openSqlite(file, { engine });
    await expect(damaged.backup!.make()).rejects.toThrow(/damaged/);
    await damaged.close();
    expect(readFileSync(copy).equals(good)).toBe(true);
    truncateSync(file, 9_000);
    const before = readFileSync(file);
    await expect(openSqlite(file, { engine })).rejects.toThrow(`UTC is ${copy}: move the damaged file away`);
    expect(readFileSync(file).equals(before)).toBe(true);
    writeFileSync(file, readFileSync(copy));
    const again = await openSqlite(file, { engine });
    expect(await again.all("SELECT COUNT(*) AS n FROM t")).toEqual([{ n: 20 }]);
    await again.backup!.drop();
    await again.backup!.drop();
    expect(await again.backup!.madeAtMs()).toBeUndefined();
    await again.close();
  });

  test("names the file and damage found only later", async () => {
    const file = newFile();
    const driver = await openSqlite(file, { engine });
    await driver.run("CREATE TABLE t (x TEXT)");
    for (let index = 0; index < 200; index++) await driver.run("INSERT INTO t VALUES (?)", ["x".repeat(3000)]);
    await driver.close();
    const bytes = readFileSync(file);
    bytes.fill(0x55, 8192);
    writeFileSync(file, bytes);
    const again = await openSqlite(file, { engine });
    await expect(again.all("SELECT * FROM t")).rejects.toThrow(`Cannot use ${file}: the database is damaged`);
    await again.close();
  });

  test("opens an empty file as an empty database", async () => {
    const file = join(folder, `empty-${engine}.db`);
    writeFileSync(file, "");
    const driver = await openSqlite(file, { engine });
    expect(await driver.all("SELECT name FROM sqlite_master")).toEqual([]);
    await driver.close();
  });

  test("keeps all of a transaction or none", async () => {
    const driver = await openSqlite(newFile(), { engine });
    await driver.run("CREATE TABLE t (x BIGINT)");
    const failing = driver.transaction(async (sql) => {
      await sql.run("INSERT INTO t VALUES (1)");
      throw new RangeError("mine");
    });
    await expect(failing).rejects.toThrow(new RangeError("mine"));
    let escaped = driver;
    const seen = await driver.transaction(async (sql) => {
      escaped = sql;
      expect(await sql.run("INSERT INTO t VALUES (2), (3)")).toBe(2);
      await expect(sql.run("nonsense")).rejects.toThrow();
      await expect(sql.transaction(async () => {})).rejects.toThrow("one is open");
      await expect(sql.close()).rejects.toThrow("a transaction is open");
      return sql.all("SELECT x FROM t ORDER BY x");
    });
    expect(seen).toEqual([{ x: 2 }, { x: 3 }]);
    await expect(escaped.run("INSERT INTO t VALUES (4)")).rejects.toThrow("it has ended");
    expect(await driver.all("SELECT COUNT(*) AS n FROM t")).toEqual([{ n: 2 }]);
    await driver.close();
    await driver.close();
    await expect(driver.run("INSERT INTO t VALUES (5)")).rejects.toThrow("it is closed");
  });

  test("passes values through unchanged", async () => {
    const driver = await openSqlite(newFile(), { engine });
    const bytes = Uint8Array.from([0, 1, 255]);
    const sql = "SELECT ? AS text, ? AS bytes, ? AS number, ? AS real, ? AS absent";
    const [row] = await driver.all(sql, ["é", bytes, 2 ** 40, 0.5, null]);
    expect({ ...row, bytes: [...(row!["bytes"] as Uint8Array)] }).toEqual({
      text: "é",
      bytes: [0, 1, 255],
      number: 2 ** 40,
      real: 0.5,
      absent: null,
    });
    await driver.close();
  });

  test("waits for another connection, and says who holds the file when it waits too long", async () => {
    const file = newFile();
    const holder = await openSqlite(file, { engine });
    const waiting = await openSqlite(file, { engine, busyTimeoutMs: 100 });
    let finish = (): void => {};
    const finished = new Promise<void>((resolveFinished) => {
      finish = resolveFinished;
    });
    const long = holder.transaction(() => finished);
    await expect(waiting.run("CREATE TABLE t (x TEXT)")).rejects.toThrow(
      new RegExp(`Cannot use ${file}: process ${process.pid} has held it for 0\\.\\d s`),
    );
    const patient = await Promise.all([waiting.run("CREATE TABLE t (x TEXT)"), Promise.resolve().then(finish), long]);
    expect(patient[0]).toBe(0);
    await waiting.close();
    await holder.close();
    expect(existsSync(`${file}.lock`)).toBe(false);
  });
});

async function rollsBack(engine: string, reader: "wasm" | "native"): Promise<void> {
  const file = newFile();
  const child = spawnSync(process.execPath, [bundle, file, engine], { encoding: "utf8" });
  expect([child.signal, child.stderr]).toEqual(["SIGKILL", ""]);
  expect(statSync(`${file}-journal`).size).toBeGreaterThan(100_000);
  expect(readFileSync(file, "latin1")).toContain("newnewnew");
  expect(existsSync(`${file}.lock`)).toBe(true);
  const driver = await openSqlite(file, { engine: reader });
  const rows = await driver.all("SELECT substr(x, 1, 3) AS start, COUNT(*) AS n FROM t GROUP BY 1");
  expect(rows).toEqual([{ start: "old", n: 2000 }]);
  expect(await driver.all("PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
  await driver.close();
}
