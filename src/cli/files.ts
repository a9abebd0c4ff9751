import { chmod, mkdir, readFile, rename, stat, unlink, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { messageOf } from "../core/errors.js";
import { CommandError } from "./command.js";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or directory",
  ENOTDIR: "a part of the path is a file, not a directory",
  EISDIR: "it is a directory, not a file",
  EACCES: "you have no permission",
  EPERM: "you have no permission",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "your disk quota is used up",
};

/** Why a file operation failed, for a person: the system's own message repeats the path and names a code. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined; // node:fs errors carry a code
  return (code === undefined ? undefined : REASONS[code]) ?? messageOf(error);
}

/** The text of a file, without the mark that some editors put at its beginning; undefined when there is none. */
export async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, "utf8")).replace(/^\ufeff/, "");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined; // node:fs errors carry a code
    throw new CommandError(`Cannot read ${path}: ${reasonOf(error)}`);
  }
}

/** Replaces a file at once: a reader sees the old text or the new, never half. Mode 0600, its directory 0700 when made. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(temporary, text, { mode: 0o600 });
    await chmod(temporary, 0o600); // the umask may have left less, an old temporary file more
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw new CommandError(`Cannot write ${path}: ${reasonOf(error)}`);
  }
}

/** Refuses a file with secrets that others on this machine may read. */
export async function assertPrivate(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const { mode } = await stat(path);
  if ((mode & 0o077) !== 0) {
    throw new CommandError(`Cannot use ${path}: others may read it. Run: chmod 600 ${path}`);
  }
}
