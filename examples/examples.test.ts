import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";

const directory = fileURLToPath(new URL(".", import.meta.url));
const execute = promisify(execFile);

describe("the examples", () => {
  // They import the package by its name, that is the build; quick when it is up to date.
  beforeAll(async () => {
    await execute(process.execPath, [join(directory, "..", "tools", "ensure-built.mjs")]);
  });

  const names = readdirSync(directory).filter((name) => name.endsWith(".mjs"));

  test("are five", () => {
    expect(names).toHaveLength(5);
  });

  test.each(names)("%s prints what stands beside it", async (name) => {
    const { stdout, stderr } = await execute(process.execPath, [join(directory, name)]);
    expect(stderr).toBe("");
    expect(stdout).toBe(readFileSync(join(directory, name.replace(".mjs", ".txt")), "utf8"));
  });
});
