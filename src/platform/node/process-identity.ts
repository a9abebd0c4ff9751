import { createHash, randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** Which process holds something, told so that a later process can see whether it still lives. Unknown fields are "0". */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks from boot to the start of the process: tells a recycled pid from the old one. */
  readonly startTicks: string;
  /** The pid namespace: within another one a pid means another process. */
  readonly pidSpace: string;
  /** The boot of the machine: no process outlives it. */
  readonly boot: string;
  readonly host: string;
  /** Tells two holders within one process apart. */
  readonly nonce: string;
}

/** What is known of the running process; a fresh nonce at every call. */
export function ownIdentity(): ProcessIdentity {
  return {
    pid: process.pid,
    startTicks: startTicksOf("self") ?? "0",
    pidSpace: attempt(() => readlinkSync("/proc/self/ns/pid").replace(/\D/g, "")) || "0",
    boot: digest(attempt(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8"))),
    host: digest(hostname()),
    nonce: randomBytes(4).toString("hex"),
  };
}

/** The identity as a file name. */
export function identityName(identity: ProcessIdentity): string {
  const { pid, startTicks, pidSpace, boot, host, nonce } = identity;
  return `${pid}.${startTicks}.${pidSpace}.${boot}.${host}.${nonce}`;
}

/** The identity that a file name tells, undefined when it is none. */
export function parseIdentity(name: string): ProcessIdentity | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.([0-9a-f]+)\.([0-9a-f]+)\.([0-9a-f]+)$/.exec(name);
  if (match === null) return undefined;
  const [, pid, startTicks, pidSpace, boot, host, nonce] = match;
  return {
    pid: Number(pid),
    startTicks: startTicks!,
    pidSpace: pidSpace!,
    boot: boot!,
    host: host!,
    nonce: nonce!,
  };
}

/** Whether the process of `holder` lives, as `observer` can tell. `unknown`: another host or another pid namespace. */
export function livenessOf(holder: ProcessIdentity, observer: ProcessIdentity): "alive" | "dead" | "unknown" {
  if (holder.host !== observer.host) return "unknown";
  if (holder.boot !== "0" && observer.boot !== "0" && holder.boot !== observer.boot) return "dead";
  if (holder.pidSpace !== observer.pidSpace) return "unknown";
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return "dead"; // process.kill throws errno exceptions only
  }
  const startTicks = startTicksOf(String(holder.pid));
  return startTicks !== undefined && holder.startTicks !== "0" && startTicks !== holder.startTicks ? "dead" : "alive";
}

/** Field 22 of /proc/<pid>/stat (proc_pid_stat(5)); the command before it may hold spaces and brackets. */
function startTicksOf(pid: string): string | undefined {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}

function digest(text: string | undefined): string {
  return text === undefined ? "0" : createHash("sha256").update(text).digest("hex").slice(0, 12);
}

/** Absent on macOS and Windows, hidden from apps on Android: then the field is unknown. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
