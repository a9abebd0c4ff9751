import { systemClock } from "../../core/clock.js";
import type { HintAnswer } from "../../core/power-hints.js";
import { nodeBackground } from "../../platform/node/background-work.js";
import { cpuGovernor } from "../../platform/node/cpu-governor.js";
import { nodeDevice } from "../../platform/node/device-status.js";
import { energyCounter } from "../../platform/node/energy-counter.js";
import { sleepInhibitor } from "../../platform/node/sleep-inhibitor.js";
import { JOB_RULES, type JobName, obstacleTo } from "../../power/background-jobs.js";
import { memoryLevelOf, SHED_ORDER } from "../../power/memory-shedder.js";
import { POWER_STATES, TRANSITIONS, timeoutOf } from "../../power/power-states.js";
import type { Parsed } from "../command.js";
import { governorFileOf } from "../power-of-settings.js";
import { colors, counted, print, remark, safe, type Terminal, table } from "../terminal.js";

/** `mobile-ai power`: the states, what this platform allows and why not, and which background work could run now. */
export async function power(parsed: Parsed, terminal: Terminal): Promise<number> {
  const governor = cpuGovernor({ recoveryFile: governorFileOf(terminal) });
  const restored = governor.recover();
  const device = await nodeDevice({ environment: terminal.environment }).refresh();
  const scheduler = nodeBackground({ environment: terminal.environment });
  const counter = await energyCounter({ clock: systemClock });
  const hints: Readonly<Record<string, HintAnswer>> = {
    governor: await governor.probe(),
    "wake lock": await sleepInhibitor({ environment: terminal.environment }).probe(),
    "background work": await scheduler.schedule({
      minimumIntervalMs: JOB_RULES["queue-flush"].minimumIntervalMs,
      run: async () => {},
    }),
    "energy counter":
      counter === undefined
        ? { kind: "unavailable", reason: "neither RAPL (root only) nor a battery that tells its power; a model counts" }
        : { kind: "granted", how: counter.name },
  };
  const jobs = (Object.keys(JOB_RULES) as JobName[]).map((name) => ({
    name,
    importance: JOB_RULES[name].importance,
    obstacle: obstacleTo(JOB_RULES[name], { status: device, dozing: false, sinceMs: Number.POSITIVE_INFINITY }),
  })); // the keys are names by the type of the table
  const memory = memoryLevelOf(device);
  const states = POWER_STATES.map((state) => ({
    state,
    timeoutMs: timeoutOf(state, { charging: device.charging ?? false }),
    transitions: TRANSITIONS[state],
  }));
  if (parsed.flag("json")) {
    print(terminal, JSON.stringify({ states, hints, jobs, memory, device, restored }, null, 2));
    return 0;
  }
  if (restored > 0)
    remark(terminal, `A killed process left the governor changed; put back ${counted(restored, "policy", "policies")}`);
  print(
    terminal,
    table([
      ["STATE", "LASTS", "LEAVES FOR"],
      ...states.map(({ state, timeoutMs, transitions }) => [
        state,
        timeoutMs === undefined ? "no end, no timer" : `${timeoutMs / 1000} s`,
        Object.entries(transitions)
          .map(([event, next]) => `${next} (${event})`)
          .join(", "),
      ]),
    ]),
  );
  print(terminal, "");
  const paint = colors(terminal);
  for (const [name, answer] of Object.entries(hints)) {
    const mark = answer.kind === "granted" ? paint.green("yes") : paint.yellow("no ");
    print(terminal, `${mark}  ${name}: ${safe(answer.kind === "granted" ? answer.how : answer.reason)}`);
  }
  print(terminal, "");
  print(
    terminal,
    table([
      ["JOB", "IMPORTANCE", "NOW"],
      ...jobs.map(({ name, importance, obstacle }) => [name, importance, obstacle ?? "could run"]),
    ]),
  );
  print(terminal, `\nMemory is ${memory}; given up when it is not: ${SHED_ORDER.join(", then ")}`);
  return 0;
}
