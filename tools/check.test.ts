import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";

const roots: string[] = [];

afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

/** Runs `check.mjs test` in a project with these test files; gives the exit code and the last line. */
function check(files: Readonly<Record<string, string>>): { readonly status: number | null; readonly last?: string } {
  const root = mkdtempSync(join(tmpdir(), "mao-checks-"));
  roots.push(root);
  mkdirSync(join(root, "tools"));
  copyFileSync(fileURLToPath(new URL("check.mjs", import.meta.url)), join(root, "tools/check.mjs"));
  symlinkSync(fileURLToPath(new URL("../node_modules", import.meta.url)), join(root, "node_modules"), "dir");
  writeFileSync(join(root, "package.json"), '{"type":"module"}');
  for (const [path, text] of Object.entries(files)) writeFileSync(join(root, path), text);
  const { status, stdout } = spawnSync(process.execPath, ["tools/check.mjs", "test"], { cwd: root, encoding: "utf8" });
  const last = stdout.trimEnd().split("\n").at(-1);
  return { status, ...(last === undefined ? {} : { last }) };
}

const HEAD = 'import { expect, test } from "vitest";\n';

test("the last line counts what vitest counted, and the exit code is vitest's", () => {
  const passing = `${HEAD}test("a", () => {});\ntest("b", () => {});\n`;
  expect(check({ "a.test.js": passing })).toEqual({ status: 0, last: "2 passed, 0 failed" });
  expect(
    check({
      "a.test.js": passing,
      "b.test.js": `${HEAD}test("c", () => expect(1).toBe(2));\ntest.skip("d", () => {});\n`,
    }),
  ).toEqual({ status: 1, last: "2 passed, 1 failed, 1 skipped" });
});

test("a test file that cannot be loaded counts as failed", () => {
  expect(check({ "a.test.js": `${HEAD}test("a", () => {});\n`, "b.test.js": 'import "./missing.js";\n' })).toEqual({
    status: 1,
    last: "1 passed, 1 failed",
  });
});
