import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bytesBelow } from "../../test/support/files-below.js";
import type { Cipher } from "../core/cipher.js";
import { openSqlite } from "../platform/node/sqlite-driver.js";
import { createStoreLock, openStoreLock, type StoreSecret } from "../platform/node/store-cipher.js";
import { ContextManager } from "./context-manager.js";
import { newTurn, testContextStore } from "./context-store.contract.js";
import { SqlStore } from "./sql-store.js";

const folder = mkdtempSync(join(tmpdir(), "mobile-ai-encrypted-"));
let files = 0;
const newFile = (): string => join(folder, `${++files}`, "store.db");
const engines = (["wasm", "native"] as const).filter((engine) => {
  return engine === "wasm" || process.getBuiltinModule?.("node:sqlite" as "node:fs") !== undefined; // not in @types/node 20
});
const secret = (fill: number): StoreSecret => ({ kind: "key", bytes: new Uint8Array(32).fill(fill) });
const unlockWith =
  (fill: number) =>
  (lock: string): Promise<Cipher> =>
    openStoreLock(lock, secret(fill));

// Words that stand nowhere else in the file, in forms that the search index would keep.
const canaries = [
  "quetzalcoatlus",
  "pterodaustro",
  "dimorphodon",
  "tapejara",
  "rhamphorhynchus",
  "anhanguera",
  "istiodactylus",
  "tropeognathus",
  "dsungaripterus",
  "nyctosaurus",
];
const [inQuestion, inAnswer, inName, inEngine, inRule, inValue, inState, inCached, inQueued, inKey] = canaries as [
  string,
  string,
  string,
  string,
  string,
  string,
  string,
  string,
  string,
  string,
];
const findCanaries = (file: string): string[] => {
  const bytes = bytesBelow(dirname(file)).toLowerCase();
  return canaries.filter((canary) => bytes.includes(canary.slice(0, -1)));
};

/** A store with a canary in each place that holds text. */
async function filled(file: string, engine: "wasm" | "native"): Promise<SqlStore> {
  const store = new SqlStore({ driver: await openSqlite(file, { engine }), unlock: unlockWith(1) });
  const manager = new ContextManager({ store });
  for (const name of [`project ${inName}`, "other"]) {
    await manager.createProject(name, { private: name !== "other" });
    for (let index = 0; index < 30; index++) {
      await manager.remember(
        name,
        newTurn(`${inQuestion} ${index} ${"filling ".repeat(index * 30)}`, {
          answer: index === 3 ? `${inAnswer}\0\ud800` : "fine",
          engine: inEngine,
          ruleIds: [inRule],
          kind: index % 7 === 6 ? "note" : "turn",
        }),
      );
    }
    const project = (await store.project(name))!;
    await store.saveState(project.id, new TextEncoder().encode(inState));
    await store.putItem("cached", { key: `${inKey} ${name}`, projectId: project.id, text: `answer ${inCached}` });
    await store.putItem("queued", { key: name, projectId: project.id, text: `question ${inQueued}` });
  }
  await store.setValue("k", inValue);
  await manager.setCurrentProject("other");
  return store;
}

async function contentOf(store: SqlStore): Promise<unknown> {
  const content = [];
  for (const project of await store.projects()) {
    const { revision: _, ...rest } = project;
    const turns = await store.turns(project.id, { limit: 1_000 });
    const lists = await store.postings(project.id, ["filling", inAnswer]);
    const state = await store.loadState(project.id);
    content.push({ rest, turns, lists, state: state && [...state] });
  }
  const items = [await store.items("cached"), await store.items("queued")];
  return { content, items, value: await store.getValue("k"), current: await store.getValue("current-project") };
}

describe.each(engines)("an encrypted store on SQLite, %s", (engine) => {
  testContextStore(`encrypted SQLite, ${engine}`, async (ports) => {
    const store = new SqlStore({ ...ports, driver: await openSqlite(newFile(), { engine }) });
    await store.changeLock(await createStoreLock(secret(1)));
    return store;
  });

  test("holds the same as before, and none of it in clear in any file", async () => {
    const file = newFile();
    const store = await filled(file, engine);
    const before = await contentOf(store);
    expect(findCanaries(file)).toEqual(canaries);
    expect(await store.lock()).toBeUndefined();

    expect(await store.changeLock(await createStoreLock(secret(1)))).toBe(60);
    expect(findCanaries(file)).toEqual([]);
    expect(await contentOf(store)).toEqual(before);
    await store.close();
    expect(findCanaries(file)).toEqual([]);

    const again = new SqlStore({ driver: await openSqlite(file, { engine }), unlock: unlockWith(1) });
    expect(await contentOf(again)).toEqual(before);
    await again.changeLock(await createStoreLock(secret(2)));
    expect(await contentOf(again)).toEqual(before);
    await again.close();

    const locked = new SqlStore({ driver: await openSqlite(file, { engine }), unlock: unlockWith(1) });
    await expect(locked.projects()).rejects.toThrow("the key is not the one it was encrypted with");
    await locked.close();

    const last = new SqlStore({ driver: await openSqlite(file, { engine }), unlock: unlockWith(2) });
    expect(findCanaries(file)).toEqual([]);
    await last.changeLock(undefined);
    expect(await contentOf(last)).toEqual(before);
    await last.close();
    const plain = new SqlStore({ driver: await openSqlite(file, { engine }) });
    expect(await contentOf(plain)).toEqual(before);
    await plain.close();
  });

  test("keeps new turns, names and values sealed, and forgets their bytes too", async () => {
    const file = newFile();
    const driver = await openSqlite(file, { engine });
    const store = new SqlStore({ driver });
    await store.changeLock(await createStoreLock(secret(1)));
    const project = await store.createProject(inName);
    const { turn } = await store.addTurn(project.id, newTurn(`${inQuestion} one`, { answer: inAnswer }));
    await store.addTurn(project.id, newTurn("two"));
    await store.changeProject(inName, { name: `${inName} ${inEngine}` });
    await store.setValue("k", inValue);
    await store.saveState(project.id, new TextEncoder().encode(inState));
    await store.putItem("cached", { key: inKey, projectId: project.id, text: inCached });
    await store.putItem("queued", { key: "one", projectId: project.id, text: inQueued });
    await store.updateItem("queued", "one", (old) => `${old} ${inQueued}`);
    expect((await store.item("cached", inKey))?.text).toBe(inCached);
    expect(findCanaries(file)).toEqual([]);
    const [row] = await driver.all("SELECT sealed, terms FROM turns WHERE id = ?", [turn.id]);
    const sealed = Buffer.from(row!["sealed"] as Uint8Array).toString("latin1");
    const term = (row!["terms"] as string).split(" ")[0]!;
    expect(bytesBelow(dirname(file))).toContain(sealed);
    expect(await store.forgetTurn(turn.id)).toBe(1);
    expect(bytesBelow(dirname(file))).not.toContain(sealed);
    expect(bytesBelow(dirname(file))).not.toContain(term);
    await store.close();
  });

  test("refuses to open without a key, and says so", async () => {
    const file = newFile();
    await (await filled(file, engine)).close();
    const store = new SqlStore({ driver: await openSqlite(file, { engine }) });
    await store.changeLock(await createStoreLock(secret(1)));
    await store.close();
    const locked = new SqlStore({ driver: await openSqlite(file, { engine }) });
    for (const call of [
      locked.projects(),
      locked.project("other"),
      locked.createProject("new"),
      locked.getValue("k"),
      locked.forgetAll(),
      locked.changeLock(undefined),
    ]) {
      await expect(call).rejects.toThrow("it is encrypted, and no key was given");
    }
    expect(await locked.lock()).toContain("salt");
    await locked.close();
  });

  test("writes nothing in clear after another process has encrypted it, and reads no nonsense", async () => {
    const file = newFile();
    const open = await filled(file, engine);
    const project = (await open.project("other"))!;
    const other = new SqlStore({ driver: await openSqlite(file, { engine }) });
    await other.changeLock(await createStoreLock(secret(1)));
    const changed = "its encryption was changed by another process";
    await expect(open.addTurn(project.id, newTurn(inQuestion))).rejects.toThrow(changed);
    await expect(open.createProject(inName)).rejects.toThrow(changed);
    await expect(open.setValue("k", inValue)).rejects.toThrow(changed);
    await expect(open.saveState(project.id, Uint8Array.of(1))).rejects.toThrow(changed);
    await expect(open.project("other")).rejects.toThrow(changed);
    await expect(open.projects()).rejects.toThrow(changed);
    await expect(open.turns(project.id, { limit: 1 })).rejects.toThrow(changed);
    await expect(open.forgetProject("other")).rejects.toThrow(changed);
    expect(findCanaries(file)).toEqual([]);
    await other.changeLock(await createStoreLock(secret(2)));
    const late = new SqlStore({ driver: await openSqlite(file, { engine }), unlock: unlockWith(2) });
    await late.projects();
    await other.changeLock(undefined);
    await expect(late.createProject("x")).rejects.toThrow(changed);
    await expect(late.projects()).rejects.toThrow(changed);
    for (const store of [open, other, late]) await store.close();
  });

  test("notices rows that were swapped or changed, and marks that were taken off", async () => {
    const file = newFile();
    const driver = await openSqlite(file, { engine });
    const store = new SqlStore({ driver });
    await store.changeLock(await createStoreLock(secret(1)));
    const work = await store.createProject("work", { private: true });
    const home = await store.createProject("home");
    const [one, two] = [
      (await store.addTurn(work.id, newTurn("one"))).turn,
      (await store.addTurn(work.id, newTurn("two"))).turn,
    ];
    await store.setValue("a", "1");
    await store.setValue("b", "2");
    await store.saveState(work.id, Uint8Array.of(1));
    const attempts: readonly (readonly [string, readonly string[], () => Promise<unknown>])[] = [
      [
        "UPDATE turns SET sealed = (SELECT sealed FROM turns WHERE id = ?) WHERE id = ?",
        [one.id, two.id],
        () => store.turns(work.id, { limit: 9 }),
      ],
      ["UPDATE turns SET privacy = 'open' WHERE id = ?", [one.id], () => store.turnsBySeq(work.id, [1])],
      ["UPDATE turns SET created_at_ms = 1 WHERE id = ?", [one.id], () => store.turnsBySeq(work.id, [1])],
      ["UPDATE projects SET private = 0 WHERE id = ?", [work.id], () => store.project("work")],
      [
        "UPDATE projects SET sealed = (SELECT sealed FROM projects WHERE id = ?) WHERE id = ?",
        [work.id, home.id],
        () => store.projects(),
      ],
      [
        "UPDATE entries SET value = (SELECT value FROM entries WHERE key = ?) WHERE key = ?",
        ["sealed/a", "sealed/b"],
        () => store.getValue("b"),
      ],
      ["UPDATE projects SET state = sealed WHERE id = ?", [work.id], () => store.loadState(work.id)],
    ];
    for (const [statement, parameters, read] of attempts) {
      await read();
      const failed = await driver
        .transaction(async (sql) => {
          await sql.run(statement, parameters);
          throw new Error("to be undone");
        })
        .catch(() => undefined);
      expect(failed).toBeUndefined();
      await read();
    }
    for (const [statement, parameters, read] of attempts) {
      await driver.run(statement, parameters);
      await expect(read()).rejects.toThrow("changed, moved or damaged");
    }
    await store.close();
  });
});

/** Kills itself at the n-th write of a conversion or a forgetting. */
const dies = `
  import { ContextManager } from "./context-manager.js";
  import { SqlStore } from "./sql-store.js";
  import { openSqlite } from "../platform/node/sqlite-driver.js";
  import { createStoreLock, openStoreLock } from "../platform/node/store-cipher.js";
  const [, , file, action, at] = process.argv;
  const secret = { kind: "key", bytes: new Uint8Array(32).fill(1) };
  const driver = await openSqlite(file);
  await driver.run("PRAGMA cache_size=5"); // pages go to the file before the commit
  let writes = 0;
  const dying = (inner) => ({
    ...inner,
    dialect: inner.dialect,
    all: (...call) => inner.all(...call),
    run: async (...call) => {
      if (counting && ++writes === Number(at)) process.kill(process.pid, "SIGKILL");
      return inner.run(...call);
    },
    transaction: (body) => inner.transaction((sql) => body(dying(sql))),
    close: () => inner.close(),
  });
  let counting = false;
  const store = new SqlStore({ driver: dying(driver), unlock: (lock) => openStoreLock(lock, secret) });
  const [project] = await store.projects();
  const [turn] = await store.turns(project.id, { limit: 1 });
  const lock = await createStoreLock(secret);
  counting = true;
  if (action === "encrypt") await store.changeLock(lock);
  else if (action === "turn") await store.forgetTurn(turn.id);
  else if (action === "project") await store.forgetProject(project.name);
  else await store.forgetAll();
  process.stdout.write(String(writes));
`;
const bundle = resolve(`node_modules/.cache/mobile-ai-encrypted-${process.pid}.mjs`);

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

describe("killed in the middle of", () => {
  const run = (file: string, action: string, at: number) =>
    spawnSync(process.execPath, [bundle, file, action, String(at)], { encoding: "utf8" });

  test("encrypting, the store is in clear and whole, or encrypted and whole", async () => {
    const whole = newFile();
    await (await filled(whole, "wasm")).close();
    const writes = Number(run(whole, "encrypt", 0).stdout);
    expect(writes).toBeGreaterThan(120);
    const endings = { clear: 0, encrypted: 0 };
    for (const at of [1, writes >> 1, writes - 2, writes - 1, writes]) {
      const file = newFile();
      const before = await filled(file, "wasm").then(async (store) => {
        const content = await contentOf(store);
        await store.close();
        return content;
      });
      expect(run(file, "encrypt", at).signal).toBe("SIGKILL");
      const store = new SqlStore({ driver: await openSqlite(file), unlock: unlockWith(1) });
      expect(await contentOf(store)).toEqual(before);
      const isEncrypted = (await store.lock()) !== undefined;
      endings[isEncrypted ? "encrypted" : "clear"]++;
      if (isEncrypted) expect(findCanaries(file)).toEqual([]);
      await store.close();
    }
    expect(endings.clear).toBeGreaterThan(0);
    expect(endings.encrypted).toBeGreaterThan(0);
  });

  test.each(["turn", "project", "all"])(
    "forgetting (%s), nothing or all of it is forgotten, and then no byte is left",
    async (action) => {
      const canary = inAnswer;
      // The seventh write is the VACUUM or the one after it; 99 is never reached.
      for (const [encrypted, at] of [
        [false, 2],
        [false, 7],
        [false, 8],
        [false, 99],
        [true, 7],
      ] as const) {
        const file = newFile();
        const store = new SqlStore({ driver: await openSqlite(file) });
        if (encrypted) await store.changeLock(await createStoreLock(secret(1)));
        const { id } = await store.createProject("work");
        for (let index = 0; index < 6; index++) await store.addTurn(id, newTurn(`filling ${"x ".repeat(900)}`));
        await store.addTurn(id, newTurn(`${canary} ${"y ".repeat(900)}`, { answer: canary }));
        await store.close();
        expect(run(file, action, at).signal).toBe(at === 99 || (action === "all" && at === 8) ? null : "SIGKILL");
        const again = new SqlStore({ driver: await openSqlite(file), unlock: unlockWith(1) });
        const [project] = await again.projects();
        const turns = project === undefined ? [] : await again.turns(project.id, { limit: 99 });
        await again.close();
        const isForgotten = at > 2;
        expect(turns.length).toBe(isForgotten ? (action === "turn" ? 6 : 0) : 7);
        if (isForgotten) expect(bytesBelow(dirname(file)).toLowerCase()).not.toContain(canary.slice(0, -1));
      }
    },
  );
});
