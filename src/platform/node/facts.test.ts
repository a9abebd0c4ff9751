import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import { findCommand, readMachineFacts } from "./facts.js";
import { runCommand } from "./run-command.js";

test("the facts are those of this machine", async () => {
  const facts = await readMachineFacts();
  expect(facts).toMatchObject({ nodeVersion: process.version, architecture: process.arch, platform: process.platform });
  expect(facts.cores).toBeGreaterThan(0);
  expect(facts.totalMemoryBytes).toBe(os.totalmem());
  expect(facts.wasmSimd).toBe(true); // every Node that this package supports has it
  for (const [command, path] of Object.entries(facts.commands)) expect(path).toContain(command);
});

test.runIf(process.platform !== "win32")(
  "a command is found where the PATH leads and only when it may be run",
  async () => {
    const directory = mkdtempSync(join(os.tmpdir(), "mao-path-"));
    try {
      const program = join(directory, "arecord");
      writeFileSync(program, "#!/bin/sh\n");
      chmodSync(program, 0o644);
      const environment = { PATH: ["/nowhere", "", directory].join(delimiter) };
      expect(await findCommand("arecord", environment)).toBeUndefined();
      chmodSync(program, 0o755);
      expect(await findCommand("arecord", environment)).toBe(program);
      expect((await readMachineFacts({ environment })).commands).toEqual({ arecord: program });
      expect(await findCommand("espeak-ng", {})).toBeUndefined();
    } finally {
      rmSync(directory, { recursive: true });
    }
  },
);

test("a program that is missing, fails or is late prints nothing", async () => {
  const node = process.execPath;
  expect(await runCommand(node, ["-e", "console.log(1 + 1)"], { timeoutMs: 30_000 })).toBe("2\n");
  expect(await runCommand(node, ["-e", "process.exit(3)"], { timeoutMs: 30_000 })).toBeUndefined();
  expect(await runCommand(node, ["-e", "setInterval(() => {}, 1000)"], { timeoutMs: 200 })).toBeUndefined();
  expect(await runCommand("/nowhere/at-all", [], { timeoutMs: 1000 })).toBeUndefined();
});
