import { mkdirSync, readdirSync, renameSync, rmdirSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type Clock, systemClock } from "../../core/clock.js";
import { identityName, livenessOf, ownIdentity, type ProcessIdentity, parseIdentity } from "./process-identity.js";

/** After this time a holder whose life cannot be judged (another host, another pid namespace) counts as dead. */
const UNKNOWN_HOLDER_MS = 600_000;

/**
 * A lock between processes that a dead holder does not keep: the directory `path`, with one file named after its holder.
 *
 * Taking it renames a directory that already holds that file onto `path`: the lock appears whole or not at all, and
 * `rename` onto a directory with something in it fails. A dead holder is evicted by deleting its file by name, which
 * cannot hit whoever holds the lock by then, and an empty directory is free. So there is no moment at which a SIGKILL
 * leaves a lock nobody can judge. Renames of directories work where hard links do not (Android, FAT).
 */
export class FileLock {
  readonly #path: string;
  readonly #identity: ProcessIdentity;
  readonly #name: string;
  /** Where the directory rests while the lock is not held. */
  readonly #restPath: string;
  readonly #clock: Pick<Clock, "nowMs">;
  #held = false;

  constructor(
    path: string,
    {
      identity = ownIdentity(),
      clock = systemClock,
    }: { readonly identity?: ProcessIdentity; readonly clock?: Pick<Clock, "nowMs"> } = {},
  ) {
    this.#path = path;
    this.#identity = identity;
    this.#clock = clock;
    this.#name = identityName(this.#identity);
    this.#restPath = `${path}.${this.#name}`;
    this.#sweep();
    this.#prepare();
  }

  get held(): boolean {
    return this.#held;
  }

  /** Takes the lock, or says that somebody alive has it. */
  tryAcquire(): boolean {
    if (this.#held) throw new Error(`Cannot lock ${this.#path}: this holder has it already`);
    if (!this.#take()) {
      this.#evict();
      if (!this.#take()) return false;
    }
    this.#held = true;
    return true;
  }

  /** Gives the lock back. Throws when somebody took it away meanwhile. */
  release(): void {
    if (!this.#held) throw new Error(`Cannot unlock ${this.#path}: it is not held`);
    this.#held = false;
    if (!readdirSync(this.#path).includes(this.#name)) {
      throw new Error(`Cannot unlock ${this.#path}: another process has taken it`);
    }
    renameSync(this.#path, this.#restPath);
  }

  /** Who holds the lock, in words for a message. */
  holder(): string {
    const identity = holdersIn(this.#path)
      .map(parseIdentity)
      .find((found) => found !== undefined);
    if (identity === undefined) return "another process";
    return livenessOf(identity, this.#identity) === "unknown"
      ? `process ${identity.pid} of another host or container`
      : `process ${identity.pid}`;
  }

  /** Removes what the lock keeps on disk. */
  close(): void {
    if (this.#held) this.release();
    discard(this.#restPath, this.#name);
  }

  #prepare(): void {
    try {
      mkdirSync(this.#restPath, { mode: 0o700 }); // recursive would call a read-only file system a missing directory
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error; // mkdirSync throws errno exceptions only
    }
    writeFileSync(join(this.#restPath, this.#name), "", { mode: 0o600 });
  }

  #take(): boolean {
    for (let attempt = 0; ; attempt++) {
      try {
        renameSync(this.#restPath, this.#path);
        return true;
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code; // renameSync throws errno exceptions only
        if (code === "ENOENT" && attempt === 0) this.#prepare();
        // EPERM and EACCES: how Windows says that the target exists.
        else if (code === "ENOTEMPTY" || code === "EEXIST" || code === "EPERM" || code === "EACCES") {
          if (code !== "ENOTEMPTY" && code !== "EEXIST" && holdersIn(this.#path).length === 0 && attempt > 0)
            throw error;
          return false;
        } else throw error;
      }
    }
  }

  /** Deletes the files of dead holders, by name, and the directory when it is empty (Windows renames onto nothing). */
  #evict(): void {
    for (const name of holdersIn(this.#path)) {
      if (this.#isDead(name)) remove(() => unlinkSync(join(this.#path, name)));
    }
    remove(() => rmdirSync(this.#path));
  }

  #isDead(name: string): boolean {
    const identity = parseIdentity(name);
    if (identity === undefined) return false;
    const liveness = livenessOf(identity, this.#identity);
    if (liveness !== "unknown") return liveness === "dead";
    try {
      // A rename changes the directory's ctime: since then it has been held.
      return this.#clock.nowMs() - statSync(this.#path).ctimeMs > UNKNOWN_HOLDER_MS;
    } catch {
      return false; // gone meanwhile: the next attempt will see
    }
  }

  /** Removes the resting directories of processes that died without closing. */
  #sweep(): void {
    const prefix = `${basename(this.#path)}.`;
    const folder = dirname(this.#path);
    for (const entry of holdersIn(folder)) {
      if (!entry.startsWith(prefix)) continue;
      const identity = parseIdentity(entry.slice(prefix.length));
      if (identity === undefined || livenessOf(identity, this.#identity) !== "dead") continue;
      discard(join(folder, entry), identityName(identity));
    }
  }
}

function holdersIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    // ENOENT: it was free, or was freed just now.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function discard(path: string, name: string): void {
  remove(() => unlinkSync(join(path, name)));
  remove(() => rmdirSync(path));
}

/** Another process may remove the same thing at the same moment, or fill it again: both are fine. */
function remove(step: () => void): void {
  try {
    step();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code; // fs throws errno exceptions only
    if (code !== "ENOENT" && code !== "ENOTEMPTY" && code !== "EEXIST" && code !== "EPERM") throw error;
  }
}
