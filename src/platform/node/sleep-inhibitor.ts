import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import type { HintAnswer, PowerHint } from "../../core/power-hints.js";
import { isTermux } from "./termux.js";

/** How long the program may take until it says that it holds the lock. */
const ANSWER_MS = 5000;

/**
 * Keeps this machine from falling asleep while held: `termux-wake-lock` in Termux, else `systemd-inhibit`. The latter holds
 * its lock for as long as a `cat` at the end of our pipe lives, so it is released however this process ends, SIGKILL included.
 */
export function sleepInhibitor(
  options: {
    readonly environment?: Readonly<Record<string, string | undefined>>;
    /** Said to whoever asks what keeps the machine awake (`systemd-inhibit --list`). */
    readonly why?: string;
  } = {},
): PowerHint {
  const { environment = process.env, why = "a question is being answered" } = options;
  return isTermux(environment) ? termuxWakeLock(environment) : systemdInhibitor(environment, why);
}

function systemdInhibitor(environment: NodeJS.ProcessEnv, why: string): PowerHint {
  const program = "systemd-inhibit";
  let child: ChildProcess | undefined;
  const hold = async (): Promise<HintAnswer> => {
    const words = ["--what=sleep:idle", "--mode=block", "--who=mobile-ai", `--why=${why}`];
    const own = spawn(program, [...words, "sh", "-c", "echo held; exec cat"], {
      stdio: ["pipe", "pipe", "pipe"],
      env: environment,
    });
    child = own;
    const answer = await firstAnswer(own, program);
    if (answer.kind === "unavailable") {
      if (child === own) child = undefined;
      end(own);
      return answer;
    }
    own.unref(); // what is held must not keep a process alive that has nothing else to do
    for (const stream of own.stdio) (stream as { unref?: () => void } | null)?.unref?.(); // pipes are sockets, which have it
    own.once("close", () => {
      if (child === own) child = undefined; // somebody ended it
    });
    return answer;
  };
  return {
    name: "wake lock",
    hold: () => (child === undefined ? hold() : Promise.resolve({ kind: "granted", how: program })),
    async release() {
      const own = child;
      child = undefined;
      if (own !== undefined) await ended(own);
    },
    async probe() {
      const answer = await hold();
      const own = child;
      child = undefined;
      if (own !== undefined) await ended(own);
      return answer;
    },
  };
}

/** What the program said first: that it holds the lock, or why not. */
function firstAnswer(child: ChildProcess, program: string): Promise<HintAnswer> {
  return new Promise((resolve) => {
    let complaint = "";
    const timer = setTimeout(
      () => resolve({ kind: "unavailable", reason: `${program} has not answered for ${ANSWER_MS / 1000} s` }),
      ANSWER_MS,
    );
    const settle = (answer: HintAnswer): void => {
      clearTimeout(timer);
      resolve(answer);
    };
    child.stdin?.on("error", () => {}); // it ended: `close` tells
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      complaint = (complaint + text).slice(-300);
    });
    child.stdout?.once("data", () => settle({ kind: "granted", how: program }));
    child.once("error", (error: NodeJS.ErrnoException) =>
      settle({
        kind: "unavailable",
        reason: error.code === "ENOENT" ? `${program} is not installed` : `${program}: ${error.message}`,
      }),
    );
    child.once("close", () =>
      settle({ kind: "unavailable", reason: complaint.trim().split("\n")[0] || `${program} ended at once` }),
    );
  });
}

function end(child: ChildProcess): void {
  child.stdin?.end();
  child.kill("SIGTERM");
}

/** Closes the pipe and waits for the child, which has a second to end by itself: the lock is gone when the promise resolves. */
function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.ref();
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    const timer = setTimeout(() => child.kill("SIGTERM"), 1000);
    child.once("exit", () => {
      clearTimeout(timer);
      resolve();
    });
    child.stdin?.end();
  });
}

/** Termux keeps one lock for the whole app, which outlives a process: it is given back at exit too. */
function termuxWakeLock(environment: NodeJS.ProcessEnv): PowerHint {
  let held = false;
  const run = (program: string): boolean =>
    spawnSync(program, [], { env: environment, timeout: ANSWER_MS, stdio: "ignore" }).status === 0;
  const release = (): void => {
    if (!held) return;
    held = false;
    process.off("exit", release);
    run("termux-wake-unlock");
  };
  const unavailable: HintAnswer = { kind: "unavailable", reason: "termux-wake-lock is missing or failed" };
  return {
    name: "wake lock",
    async hold() {
      if (!held) {
        if (!run("termux-wake-lock")) return unavailable;
        held = true;
        process.on("exit", release);
      }
      return { kind: "granted", how: "termux-wake-lock" };
    },
    release: async () => release(),
    async probe() {
      const there = spawnSync("sh", ["-c", "command -v termux-wake-lock"], { env: environment, stdio: "ignore" });
      return there.status === 0 ? { kind: "granted", how: "termux-wake-lock" } : unavailable;
    },
  };
}
