import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";

const tool = fileURLToPath(new URL("ensure-built.mjs", import.meta.url));
const roots: string[] = [];

afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

function project(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "mao-build-"));
  roots.push(root);
  const compilerOptions = {
    rootDir: "src",
    outDir: "dist",
    module: "nodenext",
    target: "es2022",
    declaration: true,
    incremental: true,
    tsBuildInfoFile: "dist/.tsbuildinfo",
    types: [],
  };
  write(
    root,
    "tsconfig.build.json",
    JSON.stringify({ compilerOptions, include: ["src"], exclude: ["src/**/*.test.ts"] }),
  );
  write(root, "package.json", '{"type":"module"}');
  for (const [path, text] of Object.entries(files)) write(root, `src/${path}`, text);
  return root;
}

function write(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function ensureBuilt(root: string) {
  return spawnSync(process.execPath, [tool, root], { encoding: "utf8" });
}

test("it builds what is not built, quietly, and makes the command executable", () => {
  const root = project({ "core/a.ts": "export const a = 1;\n", "cli/main.ts": "console.log(1);\n", "a.test.ts": "1;" });
  const { status, stdout, stderr } = ensureBuilt(root);
  expect([status, stdout, stderr]).toEqual([0, "", ""]);
  expect(readFileSync(join(root, "dist/core/a.js"), "utf8")).toContain("a = 1");
  expect(statSync(join(root, "dist/cli/main.js")).mode & 0o777).toBe(0o755);
  expect(existsSync(join(root, "dist/a.test.js"))).toBe(false);
});

test("it leaves a build alone that is up to date, and follows a source that changed", () => {
  const root = project({ "a.ts": "export const a = 1;\n" });
  ensureBuilt(root);
  const output = join(root, "dist/a.js");
  chmodSync(output, 0o644);
  writeFileSync(output, "// touched by hand\n");
  ensureBuilt(root);
  expect(readFileSync(output, "utf8")).toBe("// touched by hand\n");
  write(root, "src/a.ts", "export const a = 2;\n");
  const later = new Date(Date.now() + 5000);
  utimesSync(join(root, "src/a.ts"), later, later);
  ensureBuilt(root);
  expect(readFileSync(output, "utf8")).toContain("a = 2");
});

test("it removes the outputs of a source that is gone and restores an output that is", () => {
  const root = project({ "a.ts": "export const a = 1;\n", "b.ts": "export const b = 1;\n" });
  ensureBuilt(root);
  rmSync(join(root, "src/b.ts"));
  rmSync(join(root, "dist/a.js"));
  expect(ensureBuilt(root).status).toBe(0);
  expect(existsSync(join(root, "dist/b.js"))).toBe(false);
  expect(existsSync(join(root, "dist/b.d.ts"))).toBe(false);
  expect(existsSync(join(root, "dist/a.js"))).toBe(true);
});

test("it prints the errors of a build that fails, and again the next time", () => {
  const root = project({ "a.ts": 'export const a: number = "one";\n' });
  for (const _ of [1, 2]) {
    const { status, stderr } = ensureBuilt(root);
    expect(status).not.toBe(0);
    expect(stderr).toContain("TS2322");
  }
});
