import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The bytes of every file below a folder, as latin1, in one string: what a canary is looked for in. */
export function bytesBelow(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
    .join("\n");
}
