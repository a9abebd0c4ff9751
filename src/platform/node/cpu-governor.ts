import { closeSync, fsyncSync, openSync, readdirSync, readFileSync, renameSync, unlinkSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { messageOf } from "../../core/errors.js";
import type { HintAnswer, PowerHint } from "../../core/power-hints.js";
import { FileLock } from "./file-lock.js";

/** One file of sysfs that was changed, what stood there, and what we wrote. */
interface Change {
  readonly path: string;
  readonly before: string;
  readonly ours: string;
}

/** What is wished of a policy, best first: a preference leaves the choice of speed to the processor, a governor does not. */
const KNOBS = [
  {
    file: "energy_performance_preference",
    choices: "energy_performance_available_preferences",
    wish: "balance_performance",
    enough: ["performance", "balance_performance"],
  },
  { file: "scaling_governor", choices: "scaling_available_governors", wish: "performance", enough: ["performance"] },
] as const;

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The governor of this machine, and what a process that was killed left behind. */
export interface CpuGovernor extends PowerHint {
  /** Puts back what a dead process changed; returns how many files. Does nothing while a living one holds it. */
  recover(): number;
}

/**
 * Asks Linux for a faster processor (cpufreq: energy-performance preference, else governor) while it is held. What stood
 * there is durable in `recoveryFile` before anything is changed, and is put back on release, at exit, on a signal that ends
 * the process, and after a SIGKILL by the next `hold` or `recover`. What somebody else wrote since is left alone. File
 * operations are synchronous, for nothing else runs when a process exits; they are a few small ones.
 */
export function cpuGovernor(options: { readonly recoveryFile: string; readonly root?: string }): CpuGovernor {
  const { recoveryFile, root = "/" } = options;
  let lock: FileLock | undefined;
  let changes: readonly Change[] = [];

  const giveBack = (): void => {
    if (lock === undefined) return;
    restore(changes);
    unlinkSync(recoveryFile);
    changes = [];
    lock.close();
    lock = undefined;
    process.off("exit", giveBack);
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
  // Whoever listens too decides what the signal means; else it ends the process, as it would have without us.
  const onSignal = (signal: NodeJS.Signals): void => {
    if (process.listenerCount(signal) > 1) return;
    giveBack();
    process.kill(process.pid, signal);
  };

  const hold = (): HintAnswer => {
    if (lock !== undefined) return granted(changes);
    const wishes = plan(root);
    if (wishes.kind === "unavailable") return wishes;
    const taken = takeLock(recoveryFile);
    if (typeof taken === "string") return { kind: "unavailable", reason: taken };
    try {
      recoverFrom(recoveryFile);
      const fresh = plan(root);
      if (fresh.kind === "unavailable") {
        taken.close();
        return fresh;
      }
      writeDurably(recoveryFile, JSON.stringify(fresh.changes));
      lock = taken;
      changes = fresh.changes;
      process.on("exit", giveBack);
      for (const signal of SIGNALS) process.on(signal, onSignal);
      for (const { path, ours } of changes) writeText(path, ours);
      return granted(changes);
    } catch (error) {
      if (lock === undefined) taken.close();
      else giveBack();
      return { kind: "unavailable", reason: `${messageOf(error)}; it takes root, or a udev rule that allows it` };
    }
  };

  return {
    name: "governor",
    hold: async () => hold(),
    release: async () => giveBack(),
    async probe() {
      const wishes = plan(root);
      if (wishes.kind === "unavailable") return wishes;
      const closed = wishes.changes.map(({ path }) => path).find((path) => !isWritable(path));
      return closed === undefined
        ? granted(wishes.changes)
        : { kind: "unavailable", reason: `no permission to write ${closed}; it takes root, or a udev rule` };
    },
    recover() {
      if (lock !== undefined || readIfThere(recoveryFile) === undefined) return 0;
      const taken = takeLock(recoveryFile);
      if (typeof taken === "string") return 0;
      try {
        return recoverFrom(recoveryFile);
      } finally {
        taken.close();
      }
    },
  };
}

function granted(changes: readonly Change[]): HintAnswer {
  const [first] = changes;
  return {
    kind: "granted",
    how:
      first === undefined
        ? "the processor is set for speed already"
        : `${first.ours} instead of ${first.before} for ${changes.length} policies`,
  };
}

/** What would be changed now. */
function plan(
  root: string,
):
  | { readonly kind: "changes"; readonly changes: readonly Change[] }
  | Extract<HintAnswer, { readonly kind: "unavailable" }> {
  const directory = join(root, "sys/devices/system/cpu/cpufreq");
  const changes: Change[] = [];
  let seen = 0;
  for (const policy of entries(directory)) {
    for (const { file, choices, wish, enough } of KNOBS) {
      const path = join(directory, policy, file);
      const before = readIfThere(path);
      const allowed = readIfThere(join(directory, policy, choices))?.split(/\s+/) ?? [];
      if (before === undefined || !allowed.includes(wish)) continue;
      seen++;
      if (!(enough as readonly string[]).includes(before)) changes.push({ path, before, ours: wish });
      break;
    }
  }
  if (seen > 0) return { kind: "changes", changes };
  return { kind: "unavailable", reason: `this system has no frequency scaling to set (${directory})` };
}

/** The lock, or who has it. */
function takeLock(recoveryFile: string): FileLock | string {
  let lock: FileLock;
  try {
    lock = new FileLock(`${recoveryFile}.lock`);
  } catch (error) {
    return `cannot keep what stands there now: ${messageOf(error)}`;
  }
  if (lock.tryAcquire()) return lock;
  const holder = lock.holder();
  lock.close();
  return `${holder} has set it already`;
}

/** Puts back what the file tells, and removes it. A file that was never finished was never acted upon. */
function recoverFrom(recoveryFile: string): number {
  const text = readIfThere(recoveryFile);
  if (text === undefined) return 0;
  const restored = restore(changesIn(text));
  unlinkSync(recoveryFile);
  return restored;
}

function changesIn(text: string): readonly Change[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return [];
  }
  if (!Array.isArray(parsed)) return [];
  return parsed.filter(
    (each): each is Change =>
      typeof each === "object" &&
      each !== null &&
      ["path", "before", "ours"].every((key) => typeof each[key] === "string"),
  );
}

/** A policy may have gone with its processor, and a right may have been taken: the others are put back all the same. */
function restore(changes: readonly Change[]): number {
  let restored = 0;
  for (const { path, before, ours } of changes) {
    if (readIfThere(path) !== ours) continue;
    try {
      writeText(path, before);
      restored++;
    } catch {
      // nothing else can be done about it here
    }
  }
  return restored;
}

function writeDurably(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  const file = openSync(temporary, "w", 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  const directory = openSync(dirname(path), "r");
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

/** Without creating or truncating: sysfs knows neither, and a policy that has gone must not become a file. */
function writeText(path: string, text: string): void {
  const file = openSync(path, "r+");
  try {
    writeSync(file, `${text}\n`, 0);
  } finally {
    closeSync(file);
  }
}

function isWritable(path: string): boolean {
  try {
    closeSync(openSync(path, "r+"));
    return true;
  } catch {
    return false;
  }
}

/** The first line of a file, all that sysfs has; undefined when it cannot be read. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").split("\n", 1)[0]!.trim(); // split has a first part
  } catch {
    return undefined;
  }
}

function entries(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => name.startsWith("policy"))
      .sort();
  } catch {
    return [];
  }
}
