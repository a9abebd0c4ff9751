import { appendFileSync, mkdtempSync, readdirSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { LineFile } from "./line-file.js";

const newPath = (): string => join(mkdtempSync(join(tmpdir(), "mao-lines-")), "deep", "log.jsonl");

describe("LineFile", () => {
  test("hands each line the one before, and keeps them in order, readable by nobody else", async () => {
    const path = newPath();
    const file = new LineFile(path);
    expect(await file.lines()).toEqual([]);
    for (let index = 0; index < 5; index++) await file.append(async (last) => String(Number(last ?? "0") + 1));
    expect(await file.lines()).toEqual(["1", "2", "3", "4", "5"]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(path, ".."))).toEqual(["log.jsonl"]);
  });

  test("loses none of many appends at once, from several files on one path", async () => {
    const path = newPath();
    const files = [new LineFile(path), new LineFile(path)];
    await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        files[index % 2]!.append(async (last) => String(Number(last ?? "0") + 1)),
      ),
    );
    expect(await files[0]!.lines()).toEqual(Array.from({ length: 40 }, (_, index) => String(index + 1)));
  });

  test("drops a torn line and goes on after the last whole one", async () => {
    const path = newPath();
    const file = new LineFile(path);
    await file.append(async () => "whole");
    appendFileSync(path, "to");
    expect(await file.lines()).toEqual(["whole"]);
    await file.append(async (last) => `after ${last}`);
    expect(readFileSync(path, "utf8")).toBe("whole\nafter whole\n");
  });

  test("finds the last line behind one that is longer than its read buffer", async () => {
    const file = new LineFile(newPath());
    await file.append(async () => "x".repeat(300_000));
    await file.append(async (last) => String(last?.length));
    await file.append(async (last) => `then ${last}`);
    expect((await file.lines()).slice(1)).toEqual(["300000", "then 300000"]);
  });

  test("refuses a line with a line break, and writes nothing when making it fails", async () => {
    const file = new LineFile(newPath());
    await expect(file.append(async () => "a\nb")).rejects.toThrow(TypeError);
    await expect(file.append(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await file.lines()).toEqual([]);
  });
});
