import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { TestHome } from "../../test/support/terminal.js";

const ledger = (home: TestHome): string => join(home.directory, "state", "energy");

describe("mobile-ai energy", () => {
  test("counts each question, and holds no text of it", async () => {
    const home = new TestHome();
    await home.run(["ask", "12 * 7"]);
    await home.run(["ask", "remember: the tomatoes were planted on 3 May"]);
    const files = readdirSync(ledger(home));
    expect(files).toHaveLength(1);
    const path = join(ledger(home), files[0]!);
    const text = readFileSync(path, "utf8");
    expect(text.trim().split("\n")).toHaveLength(2);
    expect(text).not.toMatch(/tomato|arithmetic|May/i);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const { code, stdout } = await home.run(["energy", "--device", "phone", "--json"]);
    expect(code).toBe(0);
    const day = JSON.parse(stdout);
    expect(day).toMatchObject({ questions: 2, byRoute: { local: 2 }, localGenerationMj: 0 });
    for (const part of ["rules", "route", "engine", "remember", "question", "program"])
      expect(day.parts[part]).toBeGreaterThanOrEqual(0);
    expect(day.totalMj).toBeGreaterThan(0);
    expect((await home.run(["energy"])).stdout).toContain("2 questions (2 local)");
  });

  test("an empty day and a torn line are no errors, a day that is none is", async () => {
    const home = new TestHome();
    expect((await home.run(["energy", "--day", "2020-01-01"])).stdout).toContain("Nothing was asked on 2020-01-01");
    mkdirSync(ledger(home), { recursive: true });
    const entry = { atMs: 1, route: "remote", cpuUs: { rules: 5 }, sentBytes: 10, networkMs: 20 };
    writeFileSync(join(ledger(home), "2020-01-01.jsonl"), `${JSON.stringify(entry)}\n{"atMs": 2, "rou`);
    expect(JSON.parse((await home.run(["energy", "--day", "2020-01-01", "--json"])).stdout)).toMatchObject({
      questions: 1,
    });
    expect((await home.run(["energy", "--day", "yesterday"])).code).toBe(2);
  });

  test("looking at what would be sent is not charged", async () => {
    const home = new TestHome();
    await home.run(["config", "set", "remote.baseUrl", "https://remote.invalid/v1"]);
    await home.run(["config", "set", "remote.model", "m"]);
    await home.run(["explain", "--would-send", "Who wrote Faust?"]);
    expect(existsSync(ledger(home))).toBe(false);
  });

  test("simulates a day with costs measured here, draws it, and says what is not in it", async () => {
    const home = new TestHome();
    const svg = join(home.directory, "day.svg");
    const words = ["energy", "simulate", "--queries", "60", "--listen", "24h", "--device", "phone", "--svg", svg];
    const { code, stdout } = await home.run([...words, "--json"]);
    expect(code).toBe(0);
    const { figures, report, costs } = JSON.parse(stdout);
    expect(report.questions).toMatchObject({ questions: 60, byRoute: { local: 42, remote: 18 } });
    expect(costs.listeningMeasured).toBe(true);
    for (const kind of ["skill", "local", "remote"]) {
      const cpu: number[] = Object.values(costs.questions[kind].cpuUs);
      expect(cpu.reduce((a, b) => a + b, 0)).toBeGreaterThan(0);
    }
    expect(costs.questions.remote.sentBytes).toBeGreaterThan(0);
    expect(costs.questions.local.sentBytes).toBe(0);
    // The share of the radio alone, by its model: 18 tails of 12.3 J and what goes before them.
    expect(figures["energy.day_mah"]).toBeGreaterThan(15);
    expect(figures["energy.day_mah"]).toBeLessThan(100);
    expect(figures["energy.awake_device_mah"]).toBeGreaterThan(600);
    const picture = readFileSync(svg, "utf8");
    expect(picture).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
    expect(picture).toContain("radio tail");
  });

  test("refuses what makes no day", async () => {
    const home = new TestHome();
    for (const [option, value] of [
      ["--listen", "25h"],
      ["--listen", "all day"],
      ["--local-share", "1.5"],
      ["--speech", "-1"],
      ["--queries", "many"],
    ] as const)
      expect((await home.run(["energy", "simulate", `${option}=${value}`])).code).toBe(2);
  });
});

describe("mobile-ai power", () => {
  test("says what this platform allows and why not, and which work could run", async () => {
    const home = new TestHome();
    const { code, stdout } = await home.run(["power", "--json"]);
    expect(code).toBe(0);
    const { states, hints, jobs, memory } = JSON.parse(stdout);
    expect(states.map(({ state }: { state: string }) => state)).toEqual(["sleep", "listening", "active"]);
    expect(states[0]).not.toHaveProperty("timeoutMs");
    for (const answer of Object.values(hints) as { kind: string; how?: string; reason?: string }[])
      expect((answer.kind === "granted" ? answer.how : answer.reason)?.length).toBeGreaterThan(3);
    expect(jobs.map(({ name }: { name: string }) => name)).toEqual(["queue-flush", "checkpoint", "router-training"]);
    expect(["ample", "tight", "critical"]).toContain(memory);
    expect((await home.run(["power"])).stdout).toContain("given up when it is not: caches, then local-model");
  });

  test("with power.hints a question is answered under a wake lock, which is gone afterwards", async () => {
    const home = new TestHome();
    const log = join(home.directory, "log");
    const script = `#!/bin/sh\necho held >> ${log}\nshift 4\n"$@"\necho released >> ${log}\n`;
    writeFileSync(join(home.directory, "systemd-inhibit"), script, { mode: 0o755 });
    home.environment["PATH"] = `${home.directory}:/usr/bin:/bin`;
    expect((await home.run(["ask", "12 * 7"])).code).toBe(0);
    expect(existsSync(log)).toBe(false); // off unless asked for
    expect((await home.run(["ask", "12 * 7", "--set", "power.hints=true"])).code).toBe(0);
    expect(readFileSync(log, "utf8")).toMatch(/^held\n/);
    for (let tries = 0; tries < 300 && !readFileSync(log, "utf8").includes("released"); tries++)
      await new Promise((done) => setTimeout(done, 10));
    expect(readFileSync(log, "utf8")).toBe("held\nreleased\n");
  });
});
