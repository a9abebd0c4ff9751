import { type ChildProcess, spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { cpuGovernor } from "./cpu-governor.js";

const BUNDLE = join(resolve("node_modules/.cache"), `mobile-ai-governor-${process.pid}.mjs`);
let root: string;
let recoveryFile: string;

/** Holds, then ends in the way that is asked for. */
const CHILD = `
  import { cpuGovernor } from "./cpu-governor.js";
  const [, , root, recoveryFile, end] = process.argv;
  const answer = await cpuGovernor({ root, recoveryFile }).hold();
  if (end === "handled") process.on("SIGTERM", () => setTimeout(() => process.exit(7), 50));
  process.stdout.write(answer.kind + "\\n");
  if (end === "exit") process.exit(3);
  if (end === "crash") setTimeout(() => { throw new Error("a bug"); }, 10);
  setInterval(() => {}, 1000);
`;

beforeAll(() =>
  build({
    stdin: { contents: CHILD, resolveDir: import.meta.dirname, loader: "ts" },
    bundle: true,
    platform: "node",
    format: "esm",
    outfile: BUNDLE,
  }),
);
afterAll(() => rmSync(BUNDLE, { force: true }));

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "mobile-ai-governor-"));
  recoveryFile = join(root, "governor.json");
  for (const policy of ["policy0", "policy4"]) {
    put(policy, "energy_performance_preference", "power");
    put(policy, "energy_performance_available_preferences", "default performance balance_performance power");
  }
  return () => rmSync(root, { recursive: true });
});

function put(policy: string, file: string, text: string): void {
  const directory = join(root, "sys/devices/system/cpu/cpufreq", policy);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, file), `${text}\n`);
}

/** The first line is the value: unlike sysfs, this tree keeps what follows when a shorter one is written over it. */
function values(file = "energy_performance_preference"): string[] {
  return ["policy0", "policy4"].map(
    (policy) => readFileSync(join(root, "sys/devices/system/cpu/cpufreq", policy, file), "utf8").split("\n")[0]!,
  );
}

function held(end: string): {
  readonly child: ChildProcess;
  readonly ready: Promise<string>;
  readonly ended: Promise<unknown>;
} {
  const child = spawn(process.execPath, [BUNDLE, root, recoveryFile, end], { stdio: ["ignore", "pipe", "ignore"] });
  return {
    child,
    ready: new Promise((done) => child.stdout.once("data", (bytes: Buffer) => done(bytes.toString().trim()))),
    ended: new Promise((done) => child.once("close", (code, signal) => done(signal ?? code))),
  };
}

describe("cpuGovernor", () => {
  test("asks for speed while held and puts back what stood there", async () => {
    const governor = cpuGovernor({ root, recoveryFile });
    expect(await governor.probe()).toMatchObject({ kind: "granted" });
    expect(values()).toEqual(["power", "power"]);
    const answer = { kind: "granted", how: "balance_performance instead of power for 2 policies" };
    expect(await governor.hold()).toEqual(answer);
    expect(await governor.hold()).toEqual(answer);
    expect(values()).toEqual(["balance_performance", "balance_performance"]);
    await governor.release();
    await governor.release();
    expect(values()).toEqual(["power", "power"]);
    expect(readdirSync(root)).toEqual(["sys"]); // neither lock nor recovery file is left
  });

  test("sets the governor where there is no preference, and leaves alone what is fast already", async () => {
    for (const policy of ["policy0", "policy4"]) {
      rmSync(join(root, "sys/devices/system/cpu/cpufreq", policy, "energy_performance_preference"));
      put(policy, "scaling_governor", policy === "policy0" ? "powersave" : "performance");
      put(policy, "scaling_available_governors", "performance powersave");
    }
    const governor = cpuGovernor({ root, recoveryFile });
    expect(await governor.hold()).toMatchObject({ how: "performance instead of powersave for 1 policies" });
    await governor.release();
    expect(values("scaling_governor")).toEqual(["powersave", "performance"]);
  });

  test("does not put back what somebody else has written since", async () => {
    const governor = cpuGovernor({ root, recoveryFile });
    await governor.hold();
    put("policy0", "energy_performance_preference", "default");
    await governor.release();
    expect(values()).toEqual(["default", "power"]);
  });

  test("is a no-op with a reason without frequency scaling, and without the right to set it", async () => {
    const none = cpuGovernor({ root: join(root, "elsewhere"), recoveryFile });
    expect(await none.hold()).toMatchObject({
      kind: "unavailable",
      reason: expect.stringContaining("no frequency scaling"),
    });
    expect(await none.probe()).toMatchObject({ kind: "unavailable" });
    expect(existsSync(recoveryFile)).toBe(false);
    if (process.getuid?.() === 0) return; // root may write whatever the mode says
    chmodSync(join(root, "sys/devices/system/cpu/cpufreq/policy4/energy_performance_preference"), 0o444);
    const governor = cpuGovernor({ root, recoveryFile });
    expect(await governor.probe()).toMatchObject({
      kind: "unavailable",
      reason: expect.stringContaining("no permission"),
    });
    expect(await governor.hold()).toMatchObject({ kind: "unavailable", reason: expect.stringContaining("udev") });
    expect(values()).toEqual(["power", "power"]); // the one that could be written was put back
  });

  test("a policy that goes with its processor does not keep the others from being put back", async () => {
    const governor = cpuGovernor({ root, recoveryFile });
    const gone = join(root, "sys/devices/system/cpu/cpufreq/policy0/energy_performance_preference");
    await governor.hold();
    rmSync(gone);
    await governor.release();
    expect(existsSync(gone)).toBe(false); // nor does it come back as a file
    put("policy0", "energy_performance_preference", "gone");
    expect(values()).toEqual(["gone", "power"]);
    expect(existsSync(recoveryFile)).toBe(false);
  });

  test.each([
    ["exit", undefined, 3],
    ["crash", undefined, 1],
    ["wait", "SIGTERM", "SIGTERM"],
    ["wait", "SIGINT", "SIGINT"],
    ["wait", "SIGHUP", "SIGHUP"],
    ["handled", "SIGTERM", 7],
  ] as const)("is put back by a process that ends by %s %s", async (end, signal, code) => {
    const { child, ready, ended } = held(end);
    expect(await ready).toBe("granted");
    if (signal !== undefined) {
      expect(values()).toEqual(["balance_performance", "balance_performance"]);
      child.kill(signal);
    }
    expect(await ended).toBe(code);
    expect(values()).toEqual(["power", "power"]);
    expect(readdirSync(root)).toEqual(["sys"]);
  });

  test("after a SIGKILL it is put back by whoever comes next, and not before the holder is dead", async () => {
    const { child, ready, ended } = held("wait");
    expect(await ready).toBe("granted");
    const next = cpuGovernor({ root, recoveryFile });
    expect(next.recover()).toBe(0);
    expect(await next.hold()).toMatchObject({
      kind: "unavailable",
      reason: expect.stringMatching(/process \d+ has set it/),
    });
    child.kill("SIGKILL");
    await ended;
    expect(values()).toEqual(["balance_performance", "balance_performance"]);
    expect(next.recover()).toBe(2);
    expect(values()).toEqual(["power", "power"]);
    expect(next.recover()).toBe(0);
    expect(readdirSync(root)).toEqual(["sys"]);
  });

  test("after a SIGKILL the next hold remembers what stood there first", async () => {
    const { child, ready, ended } = held("wait");
    await ready;
    child.kill("SIGKILL");
    await ended;
    const next = cpuGovernor({ root, recoveryFile });
    expect(await next.hold()).toMatchObject({ how: "balance_performance instead of power for 2 policies" });
    await next.release();
    expect(values()).toEqual(["power", "power"]);
  });

  test("a recovery file that is damaged or foreign is removed without harm", async () => {
    writeFileSync(recoveryFile, '[{"path": 1}, null');
    const governor = cpuGovernor({ root, recoveryFile });
    expect(governor.recover()).toBe(0);
    expect(existsSync(recoveryFile)).toBe(false);
  });
});
