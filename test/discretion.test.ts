import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSqlite } from "../src/platform/node/sqlite-driver.js";
import { type FaultServer, startFaultServer } from "./support/fault-server.js";
import { bytesBelow } from "./support/files-below.js";
import { flaggedSamples, redactableSamples } from "./support/flagged-samples.js";
import { completion, jsonReply, startOpenAIServer } from "./support/openai-server.js";
import { TestHome } from "./support/terminal.js";

// What is flagged stands in the history, where the person put it, and nowhere else.

const repository = fileURLToPath(new URL("..", import.meta.url));
const main = join(repository, "dist", "cli", "main.js");
const samples = [...flaggedSamples(), ...redactableSamples()];
const secret = samples[0]!.value;

let remote: FaultServer;
beforeAll(async () => {
  remote = await startFaultServer({ kind: "status", status: 400 });
  await promisify(execFile)(process.execPath, [join(repository, "tools", "ensure-built.mjs")]);
});
afterAll(() => remote.close());

const withRemote = (): TestHome => {
  const home = new TestHome();
  home.environment["MOBILE_AI_REMOTE_BASE_URL"] = remote.baseUrl;
  home.environment["MOBILE_AI_REMOTE_MODEL"] = "m";
  home.environment["MOBILE_AI_DEBUG"] = "1";
  return home;
};

function expectNone(text: string, where: string): void {
  for (const { kind, value } of samples)
    expect({ where, kind, holds: text.includes(value) }).toEqual({ where, kind, holds: false });
}

describe("nothing flagged stands", () => {
  test("in any file, trace, metric, record or message when the question is not to be remembered", async () => {
    const home = withRemote();
    const consent = ["--set", "privacy.redactPersonalData=true"];
    for (const [index, { text }] of samples.entries()) {
      const trace = join(home.directory, `trace-${index}.json`);
      const options = ["--no-remember", "--explain", "--trace", trace, ...(index % 2 === 0 ? consent : [])];
      const side = index % 3 === 0 ? ["--remote"] : [];
      const { stdout, stderr, code } = await home.run(["ask", ...options, ...side, "-"], { stdin: text });
      expect([1, 3, 4]).toContain(code);
      expectNone(stdout + stderr, "ask");
      expectNone(await home.run(["route", "-"], { stdin: text }).then((ran) => ran.stdout + ran.stderr), "route");
    }
    for (const words of [
      ["stats", "--json"],
      ["stats", "--prometheus"],
      ["explain"],
      ["explain", "--json"],
      ["history"],
    ]) {
      const { stdout, stderr } = await home.run(words);
      expectNone(stdout + stderr, words.join(" "));
    }
    expectNone(bytesBelow(home.directory), "files");
    expectNone(remote.receivedText(), "remote");
  });

  test("outside of the history when it is remembered", async () => {
    const home = withRemote();
    for (const { value } of samples) await home.run(["ask", "-p", "x", `remember that it is ${value}`]);
    const { stdout } = await home.run(["history", "-p", "x", "--limit", "99"]);
    expect(stdout).toContain(secret);
    for (const entry of readdirSync(home.directory, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || entry.name.startsWith("store.sqlite")) continue;
      expectNone(readFileSync(join(entry.parentPath, entry.name), "utf8"), entry.name);
    }
  });

  test("in what the store keeps beside turns: cached answers, waiting questions, counts", async () => {
    const home = withRemote();
    const echo = await startOpenAIServer(({ json }) => {
      const { messages } = json as { messages: { content: string }[] };
      return jsonReply(completion({ content: `You said: ${messages.at(-1)!.content}` }));
    });
    home.environment["MOBILE_AI_REMOTE_BASE_URL"] = echo.baseUrl;
    for (const [index, { text, value }] of samples.entries()) {
      const consent = ["--set", "privacy.redactPersonalData=true"];
      const redacted = await home.run(["ask", "-p", "x", "--remote", "--no-stream", ...consent, "-"], { stdin: text });
      // What was redacted is whole again in the answer, but not where that is cached.
      expect(redacted.stdout.includes(value)).toBe(index >= flaggedSamples().length);
      await home.run(["ask", "-p", "x", "--background", "--json", "-"], { stdin: text });
    }
    await echo.close();
    expectNone(echo.receivedText(), "remote");
    const driver = await openSqlite(join(home.directory, "data", "store.sqlite"));
    const items = await driver.all("SELECT kind, text FROM items");
    expect(items.map(({ kind }) => kind)).toEqual(redactableSamples().map(() => "cached"));
    expect(JSON.stringify(items)).toContain("[EMAIL_1]");
    expectNone(JSON.stringify([items, await driver.all("SELECT * FROM entries")]), "items and entries");
    await driver.close();
  });

  test("in the messages about mistakes, with and without a stack", async () => {
    const home = withRemote();
    const file = join(home.directory, "broken.json");
    writeFileSync(file, `{"a": ${secret}`);
    for (const words of [
      [secret],
      ["ask", "--unknown", secret],
      ["ask", "--prefer", secret, "x"],
      ["project", "show", secret],
      ["project", "import", file],
      ["project", "import", secret],
      ["history", "-p", secret],
      ["forget", secret],
      ["config", "set", secret, "x"],
      ["config", "set", "router.threshold", secret],
      ["models", "default", secret],
      ["ask", "--json", "--set", `local.model=${secret}`, "Who wrote Faust?"],
      ["stats", secret],
    ]) {
      const { code, stdout, stderr } = await home.run(words);
      expect({ words, ok: code === 0 }).toEqual({ words, ok: false });
      expectNone(stdout + stderr, words.join(" ").slice(0, 20));
    }
  });
});

describe("the built command", () => {
  const start = (words: readonly string[], environment: Record<string, string>, before: readonly string[] = []) =>
    spawn(process.execPath, [...before, main, ...words], {
      env: {
        PATH: process.env["PATH"],
        MOBILE_AI_HOME: mkdtempSync(join(tmpdir(), "mobile-ai-discretion-")),
        MOBILE_AI_LOCAL_DETECT_SERVERS: "false",
        ...environment,
      },
    });

  test.each([
    ["an exception nobody caught", "setTimeout(() => { throw error; }, 300);"],
    ["a rejection nobody handled", "setTimeout(() => Promise.reject(error), 300);"],
  ])("says of %s what it is, without what it quotes", async (_, body) => {
    const hook = join(mkdtempSync(join(tmpdir(), "mobile-ai-crash-")), "crash.cjs");
    writeFileSync(
      hook,
      `const error = new Error("cannot read " + process.env.CANARY, { cause: new Error("of " + process.env.CANARY) }); ${body}`,
    );
    for (const debug of ["", "1"]) {
      const child = start(["chat"], { CANARY: secret, MOBILE_AI_DEBUG: debug }, ["--require", hook]);
      let output = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
      const code = await new Promise((resolve) => child.on("close", resolve));
      expect(code).toBe(1);
      expect(output).toContain("this is a bug in mobile-ai");
      expect(output.includes("    at ")).toBe(debug === "1");
      expect(output).not.toContain(secret);
    }
  });

  test.runIf(process.platform === "linux")("does not leave the question in the process list", async () => {
    const silent = await startFaultServer({ kind: "silence" });
    const child = start(["ask", "-q", `Who wrote Faust? ${"zanzibar".repeat(3)}`], {
      MOBILE_AI_REMOTE_BASE_URL: silent.baseUrl,
      MOBILE_AI_REMOTE_MODEL: "m",
    });
    while (silent.requests === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    const listed = readFileSync(`/proc/${child.pid}/cmdline`, "utf8");
    child.kill("SIGKILL");
    await silent.close();
    expect(listed).toContain("mobile-ai");
    expect(listed).not.toContain("zanzibar");
  });
});

test("the help of ask says how to leave no trace in the shell's history", async () => {
  const { stdout } = await new TestHome().run(["ask", "--help"]);
  expect(stdout).toMatch(/mobile-ai ask - .*no trace in the shell's history/);
});
