import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";

const tool = fileURLToPath(new URL("check-layers.mjs", import.meta.url));
const roots: string[] = [];

afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

/** Runs the tool over a tree of these files; gives its exit code and what it found, line by line. */
function check(files: Readonly<Record<string, string>>): { readonly status: number | null; readonly found: string[] } {
  const root = mkdtempSync(join(tmpdir(), "mao-layers-"));
  roots.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, "src", path)), { recursive: true });
    writeFileSync(join(root, "src", path), text);
  }
  const { status, stderr } = spawnSync(process.execPath, [tool, "."], { cwd: root, encoding: "utf8" });
  return { status, found: stderr.split("\n").filter(Boolean) };
}

describe("check-layers", () => {
  test("passes what the table allows", () => {
    expect(
      check({
        "core/query.ts": 'import type { X } from "@ai-sdk/provider";\nimport { y } from "./y.js";\n',
        "nets/mlp.ts": 'import { dot } from "../kernels/reference.js";\nimport type { Q } from "../core/query.js";\n',
        "engines/cascade.ts": 'import { check } from "../routing/answer-verifier.js";\n',
        "platform/node/files.ts": 'import fs from "node:fs";\nconst x = await import("node-llama-cpp");\n',
        "orchestrator.ts": 'import { remedies } from "./remedies.js";\nexport * from "./nets/mlp.js";\n',
        "cli/main.ts": 'import * as v from "valibot";\nimport { O } from "../orchestrator.js";\nawait import(name);\n',
        "core/query.test.ts": 'import fs from "node:fs";\nimport { x } from "../cli/main.js";\n',
      }),
    ).toEqual({ status: 0, found: [] });
  });

  test("names file, line, what is wrong and what is allowed", () => {
    const { status, found } = check({ "nets/mlp.ts": '\nimport {\n  a,\n  b,\n} from "../rules/rule.js";\n' });
    expect(status).toBe(1);
    expect(found).toEqual(["src/nets/mlp.ts:2: nets may not import rules/rule.ts; it may import core, kernels"]);
  });

  test("sees every form of import", () => {
    const forms = [
      'import { a } from "../cli/main.js";',
      'import type { A } from "../cli/main.js";',
      'import "../cli/main.js";',
      'export { a } from "../cli/main.js";',
      'export * from "../cli/main.js";',
      'export type { A } from "../cli/main.js";',
      'import a, { type B } from "../cli/main.js";',
      'const a = await import("../cli/main.js");',
      'type A = import("../cli/main.js").A;',
      'let a: typeof import("../cli/main.js");',
    ];
    const { found } = check({ "core/a.ts": `${forms.join("\n")}\n` });
    expect(found.map((line) => Number(line.split(":")[1]))).toEqual(forms.map((_, index) => index + 1));
  });

  test("sees no import in a comment", () => {
    expect(
      check({
        "core/a.ts": '/**\nimport { a } from "node:fs";\n */\n// await import("node:fs")\nexport const b = 1;\n',
      }),
    ).toEqual({ status: 0, found: [] });
  });

  test("keeps Node out of the portable rooms and the platforms apart", () => {
    const { found } = check({
      "routing/a.ts": 'import os from "node:os";\n',
      "platform/browser/a.ts": 'import { b } from "../node/b.js";\n',
      "wake-loop.ts": 'import { b } from "./platform/node/b.js";\n',
    });
    expect(found.sort()).toEqual([
      "src/platform/browser/a.ts:1: platform/browser may not import platform/node/b.ts; it may import core",
      "src/routing/a.ts:1: routing may not import node:os; only platform/node, cli may",
      expect.stringMatching(
        /^src\/wake-loop\.ts:1: src\/\*\.ts may not import platform\/node\/b\.ts; it may import core,/,
      ),
    ]);
  });

  test("lets a package be loaded only where it belongs, and its types only where they may be", () => {
    const { found } = check({
      "core/a.ts": 'import { x } from "@ai-sdk/provider";\n',
      "core/b.ts": 'import { type X, type Y } from "@ai-sdk/provider";\n',
      "core/c.ts": 'import { type X, y } from "@ai-sdk/provider";\n',
      "engines/d.ts": 'const x = await import("node-llama-cpp");\n',
      "nets/e.ts": 'import x from "left-pad/sub";\n',
    });
    expect(found).toEqual([
      "src/core/a.ts:1: core may not import @ai-sdk/provider; types may in any room",
      "src/core/c.ts:1: core may not import @ai-sdk/provider; types may in any room",
      "src/engines/d.ts:1: engines may not import node-llama-cpp; platform/node may",
      "src/nets/e.ts:1: nets may not import left-pad; no room may",
    ]);
  });

  test("refuses the fakes outside tests, a path without .js, a computed name and a room it does not know", () => {
    const { found } = check({
      "orchestrator.ts": 'import { ManualClock } from "./testing.js";\n',
      "core/a.ts": 'import { b } from "./b";\n',
      "core/c.ts": "await import(somewhere);\n",
      "attic/a.ts": 'import { b } from "../core/b.js";\n',
    });
    expect(found.sort()).toEqual([
      "src/attic/a.ts:1: attic may not import core/b.ts; it may import only itself",
      'src/core/a.ts:1: "./b" must end in ".js"',
      "src/core/c.ts:1: import() of a computed name; only a written name can be checked",
      "src/orchestrator.ts:1: src/*.ts may not import testing.ts; only tests may",
    ]);
  });
});
