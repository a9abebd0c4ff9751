import { chmodSync, closeSync, copyFileSync, fsyncSync, openSync, renameSync, rmSync, statSync } from "node:fs";

/** Where the copy of a database stands. */
export function backupFileOf(file: string): string {
  return `${file}.backup`;
}

/** When the copy was made; undefined when there is none. */
export function backupTime(file: string): number | undefined {
  return statSync(backupFileOf(file), { throwIfNoEntry: false })?.mtimeMs;
}

/**
 * Copies a database that nobody writes to meanwhile (mode 0600), in place of an older copy. The old copy is there until
 * the new one has reached the disk.
 */
export function copyDatabase(file: string): void {
  const backup = backupFileOf(file);
  const fresh = `${backup}.${process.pid}.tmp`;
  try {
    copyFileSync(file, fresh);
    chmodSync(fresh, 0o600); // whatever the umask
    const descriptor = openSync(fresh, "r+");
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(fresh, backup);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
}

/** Removes the copy, if there is one. */
export function dropBackup(file: string): void {
  rmSync(backupFileOf(file), { force: true });
}

/** What a person can do about a damaged database. */
export function restoreAdvice(file: string): string {
  const madeAtMs = backupTime(file);
  if (madeAtMs === undefined) return "There is no copy of it; move the file away to begin anew.";
  const backup = backupFileOf(file);
  return `A copy of ${new Date(madeAtMs).toISOString().slice(0, 16).replace("T", " ")} UTC is ${backup}: move the damaged file away and copy that to ${file}.`;
}
