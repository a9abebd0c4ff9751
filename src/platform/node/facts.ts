import { constants } from "node:fs";
import { access } from "node:fs/promises";
import os from "node:os";
import { delimiter, join } from "node:path";
import { isTermux } from "./termux.js";

/** Programs that add an ability when they are installed: a voice, a microphone, a phone's battery, staying awake. */
export const HELPFUL_COMMANDS = ["espeak-ng", "arecord", "termux-battery-status", "systemd-inhibit"] as const;

/** What the `doctor` command reports of the machine. */
export interface MachineFacts {
  /** `v20.20.2`. */
  readonly nodeVersion: string;
  readonly processor: string;
  readonly cores: number;
  readonly totalMemoryBytes: number;
  readonly freeMemoryBytes: number;
  /** `Linux 6.1.0`. */
  readonly operatingSystem: string;
  readonly platform: NodeJS.Platform;
  readonly architecture: string;
  /** Whether WebAssembly with 128-bit SIMD runs, so that the fast kernels do. */
  readonly wasmSimd: boolean;
  readonly termux: boolean;
  /** Full path of each helpful command; one that is not installed is absent. */
  readonly commands: Readonly<Record<string, string>>;
}

// A module of one function that uses v128.any_true, so a runtime without SIMD rejects it.
const SIMD_MODULE = Uint8Array.of(
  0,
  97,
  115,
  109,
  1,
  0,
  0,
  0,
  1,
  5,
  1,
  96,
  0,
  1,
  123,
  3,
  2,
  1,
  0,
  10,
  10,
  1,
  8,
  0,
  65,
  0,
  253,
  15,
  253,
  98,
  11,
);

/** Reads the facts of this machine. */
export async function readMachineFacts(
  options: { readonly environment?: Readonly<Record<string, string | undefined>> } = {},
): Promise<MachineFacts> {
  const { environment = process.env } = options;
  const processors = os.cpus(); // empty in Termux on newer Android
  const found = await Promise.all(
    HELPFUL_COMMANDS.map(async (command) => [command, await findCommand(command, environment)] as const),
  );
  return {
    nodeVersion: process.version,
    processor: processors[0]?.model.trim() || "unknown",
    cores: processors.length || os.availableParallelism(),
    totalMemoryBytes: os.totalmem(),
    freeMemoryBytes: os.freemem(),
    operatingSystem: `${os.type()} ${os.release()}`,
    platform: process.platform,
    architecture: process.arch,
    wasmSimd: typeof WebAssembly === "object" && WebAssembly.validate(SIMD_MODULE),
    termux: isTermux(environment),
    commands: Object.fromEntries(found.filter((entry): entry is [(typeof entry)[0], string] => entry[1] !== undefined)),
  };
}

/** Full path of a program on the PATH; undefined when there is none that may be executed. */
export async function findCommand(
  command: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  const endings = process.platform === "win32" ? (environment["PATHEXT"] ?? ".EXE;.CMD;.BAT").split(";") : [""];
  for (const directory of (environment["PATH"] ?? "").split(delimiter)) {
    if (directory === "") continue;
    for (const ending of endings) {
      const path = join(directory, command + ending);
      try {
        await access(path, constants.X_OK);
        return path;
      } catch {
        // not in this directory
      }
    }
  }
  return undefined;
}
