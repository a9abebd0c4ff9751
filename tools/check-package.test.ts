import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";

const roots: string[] = [];

afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

const GOOD = {
  "package.json": JSON.stringify({
    name: "small-package",
    version: "1.0.0",
    type: "module",
    license: "MIT",
    engines: { node: ">=20" },
    sideEffects: false,
    files: ["dist"],
    exports: {
      ".": { types: "./dist/index.d.ts", default: "./dist/index.js" },
      "./sum": { types: "./dist/sum.d.ts", default: "./dist/sum.js" },
      "./package.json": "./package.json",
    },
  }),
  "dist/index.js": 'export const greeting = "hello";\n',
  "dist/index.d.ts": "export declare const greeting: string;\n",
  "dist/sum.js": "export function sum(a, b) {\n  return a + b;\n}\n",
  "dist/sum.d.ts": "export declare function sum(a: number, b: number): number;\n",
  "README.md": "# small-package\n",
  "tools/size-budget.json": '{ "default": 200, "./sum": 10 }',
};

function run(tool: string, files: Readonly<Record<string, string>>) {
  const root = mkdtempSync(join(tmpdir(), "mao-check-"));
  roots.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const script = fileURLToPath(new URL(tool, import.meta.url));
  return spawnSync(process.execPath, [script, root], { encoding: "utf8" });
}

test("a sound package passes, and its consumer loads every entry point", () => {
  const { status, stdout, stderr } = run("check-package.mjs", GOOD);
  expect(stderr).toBe("");
  expect(stdout).toContain("consumer: 2 entry points type-check and load");
  expect(status).toBe(0);
});

test("declarations that lie, files that must not ship and install scripts are found", () => {
  const manifest = JSON.parse(GOOD["package.json"]);
  const { status, stderr } = run("check-package.mjs", {
    ...GOOD,
    "package.json": JSON.stringify({ ...manifest, files: ["dist", "src"], scripts: { postinstall: "echo" } }),
    "src/index.ts": "export const greeting = 1;\n",
    "dist/sum.d.ts": "export declare function sum(a: Missing): number;\n",
  });
  expect(status).toBe(1);
  expect(stderr).toContain("package holds src/index.ts");
  expect(stderr).toContain("install script");
  expect(stderr).toContain("Cannot find name 'Missing'");
});

test("an entry point over its budget is named", () => {
  const { status, stdout } = run("size-budget.mjs", GOOD);
  expect(status).toBe(1);
  expect(stdout).toMatch(/^\. .* of +200$/m);
  expect(stdout).toMatch(/^\.\/sum .* of +10 {2}OVER$/m);
  expect(stdout).toContain("size: 2 entry points, 1 over budget");
});
