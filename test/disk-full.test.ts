import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SqlStore } from "../src/context/sql-store.js";
import { openSqlite } from "../src/platform/node/sqlite-driver.js";

// A disk that is full from some byte on: a clear error, and everything that was acknowledged before is still there.

const bundle = join(resolve("node_modules/.cache"), `mobile-ai-disk-full-${process.pid}.mjs`);
const folder = mkdtempSync(join(tmpdir(), "mobile-ai-disk-full-"));

/** Writes turns until the kernel lets no file grow any more; then says which were acknowledged. */
const child = `
  import { ContextManager } from "./src/context/context-manager.js";
  import { SqlStore } from "./src/context/sql-store.js";
  import { openSqlite } from "./src/platform/node/sqlite-driver.js";
  const [, , file] = process.argv;
  const acknowledged = [];
  let message = "";
  try {
    const manager = new ContextManager({ store: new SqlStore({ driver: await openSqlite(file) }) });
    for (let index = 0; index < 500; index++) {
      const turn = { kind: "turn", question: "question " + index + " " + "x".repeat(900), answer: "a", route: "local", engine: "e", privacy: "open", ruleIds: [] };
      acknowledged.push((await manager.remember("work", turn)).id);
    }
  } catch (error) {
    message = error.message;
  }
  process.stdout.write(JSON.stringify({ acknowledged, message }));
  process.exit(0);
`;

beforeAll(() =>
  build({
    stdin: { contents: child, resolveDir: resolve("."), loader: "ts" },
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

test.skipIf(process.platform === "win32").each([60, 201])("a file that cannot grow beyond %i KB", async (size) => {
  const file = join(folder, `${size}`, "store.db");
  const limited = `trap "" XFSZ; ulimit -f ${size}; exec "$@"`; // a write beyond it fails instead of ending the process
  const { stdout, stderr } = spawnSync("bash", ["-c", limited, "bash", process.execPath, bundle, file], {
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  const { acknowledged, message } = JSON.parse(stdout) as { acknowledged: string[]; message: string };
  expect(message).toContain(file);
  expect(message).toMatch(/disk is full/);
  const driver = await openSqlite(file);
  expect(await driver.all("PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
  const store = new SqlStore({ driver });
  const project = await store.project("work");
  const turns = project === undefined ? [] : await store.turns(project.id, { limit: 1000 });
  const kept = new Set(turns.map(({ id }) => id));
  expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
  expect(turns.length).toBeLessThanOrEqual(acknowledged.length + 1);
  await store.close();
  expect(readFileSync(file).subarray(0, 15).toString()).toBe("SQLite format 3");
});
