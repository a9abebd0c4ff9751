import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

let folder: string;

/** Gives a whole run of tests one folder for its temporary files. */
export function setup(): void {
  folder = mkdtempSync(join(tmpdir(), "mao-"));
  process.env["TMPDIR"] = folder; // the processes of the tests, and theirs, inherit it
}

/** Takes it away behind the last one. */
export function teardown(): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
