import { join } from "node:path";
import { systemClock } from "../core/clock.js";
import { cpuGovernor } from "../platform/node/cpu-governor.js";
import { sleepInhibitor } from "../platform/node/sleep-inhibitor.js";
import { PowerController } from "../power/power-controller.js";
import { PowerHints } from "../power/power-hints.js";
import { pathsOf } from "./configuration.js";
import type { Terminal } from "./terminal.js";

/** The power state of a command, with governor and wake lock held while it is active. */
export interface HeldPower {
  readonly power: PowerController;
  /** Releases what is held; resolves when the platform has answered. */
  close(): Promise<void>;
}

/** Where the governor keeps what stood there before. */
export function governorFileOf(terminal: Terminal): string {
  return join(pathsOf(terminal).stateDirectory, "governor.json");
}

/** Opens it in the state `sleep`: nothing is held and no timer runs before the first question. */
export function holdPower(terminal: Terminal): HeldPower {
  const { environment } = terminal;
  const power = new PowerController({ clock: systemClock });
  const hints = new PowerHints(power, [
    cpuGovernor({ recoveryFile: governorFileOf(terminal) }),
    sleepInhibitor({ environment }),
  ]);
  return {
    power,
    async close() {
      power.close();
      await hints.close();
    },
  };
}
