import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { FileLock } from "./file-lock.js";
import { identityName, livenessOf, ownIdentity, type ProcessIdentity, parseIdentity } from "./process-identity.js";

const folder = mkdtempSync(join(tmpdir(), "mobile-ai-lock-"));
afterAll(() => rmSync(folder, { recursive: true }));
let locks = 0;
const newPath = (): string => {
  const parent = join(folder, String(++locks));
  mkdirSync(parent);
  return join(parent, "x.lock");
};

/** A pid that no process has: of one that has just ended. */
const deadPid = (): number => spawnSync(process.execPath, ["-e", ""]).pid;
const held = (path: string, identity: ProcessIdentity): void => {
  mkdirSync(path);
  writeFileSync(join(path, identityName(identity)), "");
};

describe("FileLock", () => {
  test("is held by one at a time, and leaves nothing behind", () => {
    const path = newPath();
    const [a, b] = [new FileLock(path), new FileLock(path)];
    expect([a.tryAcquire(), b.tryAcquire(), b.held]).toEqual([true, false, false]);
    expect(b.holder()).toBe(`process ${process.pid}`);
    a.release();
    expect([b.tryAcquire(), a.tryAcquire()]).toEqual([true, false]);
    expect(() => b.tryAcquire()).toThrow("this holder has it already");
    expect(() => a.release()).toThrow("it is not held");
    a.close();
    b.close();
    expect(readdirSync(join(path, ".."))).toEqual([]);
  });

  test("is taken from a holder that has died, and its leftovers are removed", () => {
    const path = newPath();
    const dead = { ...ownIdentity(), pid: deadPid() };
    held(path, dead);
    mkdirSync(`${path}.${identityName(dead)}`);
    const lock = new FileLock(path);
    expect(lock.tryAcquire()).toBe(true);
    lock.close();
    expect(readdirSync(join(path, ".."))).toEqual([]);
  });

  test("is taken from a holder whose pid was given to another process, and from one before a reboot", () => {
    for (const change of [{ startTicks: "1" }, { boot: "0123456789ab" }]) {
      const path = newPath();
      held(path, { ...ownIdentity(), pid: process.pid, ...change });
      const lock = new FileLock(path);
      expect(lock.tryAcquire()).toBe(true);
      lock.close();
    }
  });

  test("is free when the directory is empty, as node-sqlite3-wasm by itself leaves it", () => {
    const path = newPath();
    mkdirSync(path);
    const lock = new FileLock(path);
    expect(lock.tryAcquire()).toBe(true);
    lock.close();
  });

  test("stays with a holder that lives", () => {
    const path = newPath();
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    try {
      held(path, { ...ownIdentity(), pid: child.pid!, startTicks: "0" });
      const lock = new FileLock(path);
      expect(lock.tryAcquire()).toBe(false);
      expect(lock.holder()).toBe(`process ${child.pid}`);
      lock.close();
    } finally {
      child.kill();
    }
  });

  test("stays for ten minutes with a holder that cannot be judged", () => {
    for (const change of [{ host: "0123456789ab" }, { pidSpace: "7" }]) {
      const path = newPath();
      held(path, { ...ownIdentity(), pid: deadPid(), ...change });
      let nowMs = Date.now();
      const lock = new FileLock(path, { clock: { nowMs: () => nowMs } });
      expect(lock.tryAcquire()).toBe(false);
      expect(lock.holder()).toContain("another host or container");
      nowMs += 11 * 60_000;
      expect(lock.tryAcquire()).toBe(true);
      lock.close();
    }
  });

  test("comes to exactly one of two that evict the same dead holder", () => {
    const path = newPath();
    held(path, { ...ownIdentity(), pid: deadPid() });
    const contenders = [new FileLock(path), new FileLock(path), new FileLock(path)];
    expect(contenders.map((lock) => lock.tryAcquire())).toEqual([true, false, false]);
    for (const lock of contenders) lock.close();
  });
});

describe("process identity", () => {
  test("survives being a file name", () => {
    const identity = ownIdentity();
    expect(parseIdentity(identityName(identity))).toEqual(identity);
    expect(identityName(identity)).toMatch(/^[0-9a-f.]+$/);
    for (const name of ["", "x", "1.2.3", "../../etc", `${identityName(identity)}.1`]) {
      expect(parseIdentity(name)).toBeUndefined();
    }
  });

  test("knows itself to be alive", () => {
    expect(livenessOf(ownIdentity(), ownIdentity())).toBe("alive");
  });
});
