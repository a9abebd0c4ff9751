import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { performance } from "node:perf_hooks";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

// In `sleep` nothing runs: a process of its own answers a question, falls asleep by its own timers, and is watched from outside.

const BUNDLE = join(resolve("node_modules/.cache"), `mobile-ai-power-sleep-${process.pid}.mjs`);
const WINDOW_MS = 3000;
/** What is left to do after the last answer: collection of garbage, threads that end. */
const SETTLE_MS = 1500;

const CHILD = `
  import { systemClock } from "./core/clock.js";
  import { deviceSkillsEngine } from "./engines/device-skills/device-skills.js";
  import { Orchestrator } from "./orchestrator.js";
  import { sleepInhibitor } from "./platform/node/sleep-inhibitor.js";
  import { nodeDevice } from "./platform/node/device-status.js";
  import { PowerController } from "./power/power-controller.js";
  import { PowerHints } from "./power/power-hints.js";
  import { OfflineQueue } from "./resilience/offline-queue.js";
  const power = new PowerController({ clock: systemClock, timeouts: { activeMs: 50, listeningMs: 50 } });
  const hints = new PowerHints(power, [sleepInhibitor()]);
  const device = nodeDevice();
  await device.refresh();
  const orchestrator = new Orchestrator({ engines: [deviceSkillsEngine({})], device });
  power.dispatch("userInput");
  const outcome = await orchestrator.answer({ text: "12 * 7" });
  power.dispatch("queryDone");
  power.onChange(async ({ to }) => {
    if (to !== "sleep") return;
    await hints.settled();
    if (process.argv[2] === "poll") setInterval(() => {}, 50);
    process.stdout.write(outcome.text + " asleep\\n");
  });
  // Waiting for input keeps the process alive and costs nothing until some comes.
  process.stdin.on("data", () => {
    process.stdout.write(performance.nodeTiming.uvMetricsInfo.loopCount + " " + power.state + "\\n");
  });
  process.stdin.on("end", () => process.exit(0));
`;

beforeAll(() =>
  build({
    stdin: { contents: CHILD, resolveDir: resolve("src"), loader: "ts" },
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
    outfile: BUNDLE,
  }),
);
afterAll(() => rmSync(BUNDLE, { force: true }));

class Sleeper {
  readonly #child: ChildProcess;
  #lines: ((line: string) => void)[] = [];

  constructor(mode: string) {
    this.#child = spawn(process.execPath, [BUNDLE, mode], { stdio: ["pipe", "pipe", "inherit"] });
    this.#child.stdout?.on("data", (bytes: Buffer) => {
      for (const line of bytes.toString().trim().split("\n")) this.#lines.shift()?.(line);
    });
  }
  line(): Promise<string> {
    return new Promise((done) => this.#lines.push(done));
  }
  /** Event-loop turns so far, and the state; asking is a turn or two in itself. */
  async ask(): Promise<{ readonly turns: number; readonly state: string }> {
    const answer = this.line();
    this.#child.stdin?.write("?\n");
    const [turns, state] = (await answer).split(" ");
    return { turns: Number(turns), state: state! };
  }
  /** As the kernel counts: wake-ups and processor time of the main thread, time of all threads. */
  usage(): { readonly wakeUps: number; readonly mainNs: number; readonly allNs: number } {
    const task = `/proc/${this.#child.pid}/task`;
    const main = join(task, String(this.#child.pid));
    const nanoseconds = (thread: string): number =>
      Number(readFileSync(join(thread, "schedstat"), "utf8").split(" ")[0]);
    return {
      wakeUps: Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(readFileSync(join(main, "status"), "utf8"))?.[1]),
      mainNs: nanoseconds(main),
      allNs: readdirSync(task).reduce((sum, thread) => sum + nanoseconds(join(task, thread)), 0),
    };
  }
  /** Turns of the event loop and what the kernel counted while nobody asked anything for so long. */
  async watch(ms: number) {
    const first = await this.ask();
    await pause(200); // the answer's own work is over
    const before = this.usage();
    await pause(ms);
    const after = this.usage();
    const last = await this.ask();
    expect(last.state).toBe("sleep");
    return {
      turns: last.turns - first.turns,
      wakeUps: after.wakeUps - before.wakeUps,
      mainNs: after.mainNs - before.mainNs,
      allNs: after.allNs - before.allNs,
    };
  }
  end(): Promise<void> {
    return new Promise((done) => {
      this.#child.once("close", () => done());
      this.#child.stdin?.end();
    });
  }
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
const measurable = existsSync("/proc/self/schedstat") && "uvMetricsInfo" in performance.nodeTiming;

describe.skipIf(!measurable)("a runtime that sleeps", () => {
  test("turns its event loop no more in three seconds than in a moment, wakes up 0 times and uses 0 ns", async () => {
    const sleeper = new Sleeper("sleep");
    expect(await sleeper.line()).toBe("12 × 7 is 84 asleep");
    await pause(SETTLE_MS);
    const moment = await sleeper.watch(1);
    // A thread of V8 may still tidy up on a machine that is busy; a poll would be there in every window.
    let window = await sleeper.watch(WINDOW_MS);
    for (let again = 0; again < 2 && window.allNs > 0; again++) window = await sleeper.watch(WINDOW_MS);
    await sleeper.end();
    expect(window.turns).toBe(moment.turns);
    expect(window.wakeUps).toBe(0);
    expect(window.mainNs).toBe(0);
    expect(window.allNs).toBe(0);
  });

  test("the measurement sees a timer", async () => {
    const sleeper = new Sleeper("poll");
    await sleeper.line();
    const window = await sleeper.watch(1000);
    await sleeper.end();
    expect(window.turns).toBeGreaterThan(5);
    expect(window.wakeUps).toBeGreaterThan(5);
    expect(window.mainNs).toBeGreaterThan(0);
  });
});
