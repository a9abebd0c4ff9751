import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Report } from "./harness.js";

const RUNS = 11;

/** What one process used until its exit event, by its own account: the teardown that follows (some 35 ms) is left out. */
interface Usage {
  readonly cpuMs: number;
  readonly peakMb: number;
}

/** Loaded into every measured process, the empty one included, so that it cancels out of differences. */
const METER = `process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  require("node:fs").writeSync(3, JSON.stringify({ cpuMs: (userCPUTime + systemCPUTime) / 1000, peakMb: maxRSS / 1024 }));
});\n`;

/** What the command costs beyond an empty Node: a decision, an answer of a device skill, and one that leaves no trace. */
export function run(report: Report): void {
  const built = spawnSync(process.execPath, ["tools/ensure-built.mjs"], { stdio: ["ignore", "ignore", "inherit"] });
  if (built.status !== 0) throw new Error("Cannot measure the command: it does not build");
  const home = mkdtempSync(join(tmpdir(), "mobile-ai-bench-"));
  try {
    const meter = join(home, "meter.cjs");
    writeFileSync(meter, METER);
    const command = join("dist", "bin", "mobile-ai.js");
    const lines = {
      node: ["-e", "0"],
      version: [command, "--version"],
      route: [command, "route", "Why is the sky blue?"],
      ask: [command, "ask", "12*7"],
      ask_no_remember: [command, "ask", "--no-remember", "12*7"],
    };
    // The keys are those of `lines`: Object.keys forgets their type.
    const names = Object.keys(lines) as (keyof typeof lines)[];
    const samples = new Map(names.map((name) => [name, [] as Usage[]]));
    for (let round = -1; round < RUNS; round++) {
      for (const name of names) {
        const usage = usageOf(["--require", meter, ...lines[name]], home);
        if (round >= 0) samples.get(name)!.push(usage); // the first round makes the store and warms the file cache
      }
    }
    const median = (name: keyof typeof lines, field: keyof Usage): number =>
      samples
        .get(name)!
        .map((usage) => usage[field])
        .sort((a, b) => a - b)[RUNS >> 1]!;
    const empty = { cpuMs: median("node", "cpuMs"), peakMb: median("node", "peakMb") };
    report.figure({ name: "startup.node_cpu_ms", value: empty.cpuMs, meaning: "processor time of an empty Node" });
    report.figure({ name: "startup.node_peak_mb", value: empty.peakMb, meaning: "peak memory of an empty Node" });
    const meaning = { version: "--version", route: "route", ask: 'ask "12*7"', ask_no_remember: "ask --no-remember" };
    for (const name of ["version", "route", "ask", "ask_no_remember"] as const) {
      const [cpuMs, peakMb] = [median(name, "cpuMs"), median(name, "peakMb")];
      const said = `mobile-ai ${meaning[name]}`;
      report.figure({ name: `startup.${name}_cpu_ms`, value: cpuMs - empty.cpuMs, meaning: `${said}: beyond it` });
      report.figure({
        name: `startup.${name}_cpu_ratio`,
        value: cpuMs / empty.cpuMs,
        meaning: `${said}: against it`,
        target: { atMost: 16 },
      });
      report.figure({ name: `startup.${name}_peak_mb`, value: peakMb - empty.peakMb, meaning: `${said}: beyond it` });
      report.figure({
        name: `startup.${name}_peak_ratio`,
        value: peakMb / empty.peakMb,
        meaning: `${said}: against it`,
        target: { atMost: 2.5 },
      });
    }
  } finally {
    rmSync(home, { recursive: true });
  }
}

function usageOf(words: readonly string[], home: string): Usage {
  const { status, output, stderr } = spawnSync(process.execPath, words, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    env: {
      PATH: process.env["PATH"],
      HOME: home,
      MOBILE_AI_LOCAL_DETECT_SERVERS: "false", // another program of this machine would be measured too
    },
  });
  if (status !== 0) throw new Error(`Cannot measure ${words.join(" ")}: exit code ${status}, ${stderr}`);
  return JSON.parse(output[3] ?? "") as Usage; // what METER has just written
}
