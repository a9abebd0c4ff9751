import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { sleepInhibitor } from "./sleep-inhibitor.js";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "mobile-ai-inhibit-"));
  return () => rmSync(directory, { recursive: true });
});

/** A program of that name, first in the path. */
function program(name: string, script: string): NodeJS.ProcessEnv {
  writeFileSync(join(directory, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(directory, name), 0o755);
  return { PATH: `${directory}:/usr/bin:/bin`, WHERE: directory };
}

async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; tries < 500 && !isSo(); tries++) await new Promise((done) => setTimeout(done, 10));
  expect(isSo()).toBe(true);
}

/** Runs its command as systemd-inhibit does, and notes how long. */
const INHIBIT = `
  echo "$@" > "$WHERE/words"
  while [ "\${1#--}" != "$1" ]; do shift; done
  "$@"
  touch "$WHERE/ended"
`;

describe("sleepInhibitor with systemd-inhibit", () => {
  test("holds the lock for as long as it is held", async () => {
    const lock = sleepInhibitor({ environment: program("systemd-inhibit", INHIBIT), why: "a test" });
    expect(await lock.hold()).toEqual({ kind: "granted", how: "systemd-inhibit" });
    expect(await lock.hold()).toEqual({ kind: "granted", how: "systemd-inhibit" });
    expect(readFileSync(join(directory, "words"), "utf8")).toContain("--what=sleep:idle --mode=block --who=mobile-ai");
    expect(existsSync(join(directory, "ended"))).toBe(false);
    await lock.release();
    await lock.release();
    expect(await lock.hold()).toMatchObject({ kind: "granted" });
    await lock.release();
  });

  test("the lock ends with the pipe, which a killed process does not keep open", async () => {
    const { spawn } = await import("node:child_process");
    const environment = program("systemd-inhibit", INHIBIT);
    const words = ["--what=sleep", "sh", "-c", "echo held; exec cat"];
    const holder = spawn(
      process.execPath,
      [
        "-e",
        `require("node:child_process").spawn("systemd-inhibit", ${JSON.stringify(words)}, { stdio: ["pipe", "inherit", "inherit"] }); setInterval(() => {}, 1000)`,
      ],
      { env: environment, stdio: ["ignore", "pipe", "ignore"] },
    );
    await new Promise((done) => holder.stdout.once("data", done));
    holder.kill("SIGKILL");
    await until(() => existsSync(join(directory, "ended")));
  });

  test("says why not: refused, or not installed", async () => {
    const refused = sleepInhibitor({
      environment: program("systemd-inhibit", "echo 'Failed to inhibit: no bus' >&2; exit 1"),
    });
    expect(await refused.hold()).toEqual({ kind: "unavailable", reason: "Failed to inhibit: no bus" });
    expect(await refused.probe()).toEqual({ kind: "unavailable", reason: "Failed to inhibit: no bus" });
    await refused.release();
    const missing = sleepInhibitor({ environment: { PATH: join(directory, "nothing") } });
    expect(await missing.hold()).toEqual({ kind: "unavailable", reason: "systemd-inhibit is not installed" });
  });
});

describe("sleepInhibitor in Termux", () => {
  test("locks and unlocks by the commands of Termux", async () => {
    program("termux-wake-unlock", 'echo unlock >> "$WHERE/calls"');
    const environment = { ...program("termux-wake-lock", 'echo lock >> "$WHERE/calls"'), TERMUX_VERSION: "1" };
    const lock = sleepInhibitor({ environment });
    expect(await lock.probe()).toMatchObject({ kind: "granted" });
    await lock.hold();
    await lock.hold();
    await lock.release();
    await lock.release();
    expect(readFileSync(join(directory, "calls"), "utf8")).toBe("lock\nunlock\n");
  });

  test("says when the command is missing", async () => {
    const lock = sleepInhibitor({ environment: { PATH: "/usr/bin:/bin", TERMUX_VERSION: "1" } });
    expect(await lock.hold()).toMatchObject({
      kind: "unavailable",
      reason: expect.stringContaining("termux-wake-lock"),
    });
    expect(await lock.probe()).toMatchObject({ kind: "unavailable" });
  });
});
