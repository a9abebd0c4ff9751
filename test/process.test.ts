import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const command = join(root, "dist", "cli", "main.js");
const newHome = (): string => mkdtempSync(join(tmpdir(), "mobile-ai-process-"));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The built command as a process of its own. */
class Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  stdout = "";
  stderr = "";

  constructor(words: readonly string[], environment: Record<string, string>) {
    this.child = spawn(process.execPath, [command, ...words], {
      env: { ...process.env, MOBILE_AI_LOCAL_DETECT_SERVERS: "false", ...environment },
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.child.stdout?.on("data", (chunk: Buffer) => {
      this.stdout += chunk.toString("utf8");
    });
    this.child.stderr?.on("data", (chunk: Buffer) => {
      this.stderr += chunk.toString("utf8");
    });
    this.ended = new Promise((resolve) => {
      this.child.on("close", (code) => resolve({ code, stdout: this.stdout, stderr: this.stderr }));
    });
  }

  /** Waits until something stands in the output. */
  async sees(text: string): Promise<void> {
    const endMs = Date.now() + 30_000;
    while (!(this.stdout + this.stderr).includes(text)) {
      if (Date.now() > endMs) throw new Error(`waited in vain for "${text}" in: ${this.stdout}${this.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

const run = (words: readonly string[], home: string, stdin = ""): Promise<Ended> => {
  const running = new Running(words, { MOBILE_AI_HOME: home });
  running.child.stdin?.end(stdin);
  return running.ended;
};

describe("the built command", () => {
  let server: Server | undefined;
  const remote: Record<string, string> = { MOBILE_AI_REMOTE_MODEL: "slow" };

  beforeAll(async () => {
    await promisify(execFile)(process.execPath, [join(root, "tools", "ensure-built.mjs")]);
    // Answers the beginning of a stream and then nothing more.
    const started = createServer((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: "beginning" } }] })}\n\n`);
    });
    server = started;
    await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
    remote["MOBILE_AI_REMOTE_BASE_URL"] = `http://127.0.0.1:${(started.address() as AddressInfo).port}/v1`;
  });
  afterAll(() => {
    server?.closeAllConnections();
    server?.close();
  });

  test("answers, and ends by itself with code 0", async () => {
    expect(await run(["ask", "-q", "What is 17.5 % of 2340?"], newHome())).toEqual({
      code: 0,
      stdout: "17.5 % of 2340 is 409.5\n",
      stderr: "",
    });
  });

  test("writes no colour and no control characters into a pipe", async () => {
    const { stdout } = await run(["ask", "--explain", "12 * 7"], newHome());
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });

  test("ends with 130 on Ctrl-C in the middle of an answer, and remembers nothing of it", async () => {
    const home = newHome();
    const asking = new Running(["ask", "Who wrote Faust?"], { ...remote, MOBILE_AI_HOME: home });
    await asking.sees("beginning");
    asking.child.kill("SIGINT");
    expect((await asking.ended).code).toBe(130);
    expect((await run(["history"], home)).stdout).toContain("Nothing is remembered");
  });

  test("stops an answer of a chat on the first Ctrl-C, goes on, and leaves on the second", async () => {
    const chatting = new Running(["chat"], { ...remote, MOBILE_AI_HOME: newHome() });
    chatting.child.stdin?.write("Who wrote Faust?\n");
    await chatting.sees("beginning");
    chatting.child.kill("SIGINT");
    await chatting.sees("(stopped)");
    chatting.child.stdin?.write("12 * 7\n");
    await chatting.sees("— local"); // "84" alone is seen before the turn is remembered, when Ctrl-C still stops it
    await new Promise((resolve) => setTimeout(resolve, 200));
    chatting.child.kill("SIGINT");
    await chatting.sees("Ctrl-C again to leave");
    chatting.child.kill("SIGINT");
    expect((await chatting.ended).code).toBe(130);
  });

  test("does not complain when its reader goes away", async () => {
    const home = newHome();
    const { stdout } = await promisify(execFile)(
      "sh",
      ["-c", `'${process.execPath}' '${command}' --help | head -n 1`],
      {
        env: { ...process.env, MOBILE_AI_HOME: home },
      },
    );
    expect(stdout.trim().split("\n")).toHaveLength(1);
  });

  test("loses no turn when several processes remember at once", async () => {
    const home = newHome();
    const notes = ["alpha", "beta", "gamma", "delta"];
    const ended = await Promise.all(notes.map((note) => run(["ask", `remember that the word is ${note}`], home)));
    expect(ended.map(({ code, stderr }) => ({ code, stderr }))).toEqual(notes.map(() => ({ code: 0, stderr: "" })));
    const { stdout } = await run(["history"], home);
    for (const note of notes) expect(stdout).toContain(note);
  });

  test("keeps every turn that was acknowledged when it is killed at any moment, and opens again", async () => {
    const home = newHome();
    let acknowledged = 0;
    for (let round = 0; round < 8; round++) {
      const chatting = new Running(["chat"], { MOBILE_AI_HOME: home });
      chatting.child.stdin?.on("error", () => {}); // it is killed while we write
      for (let line = 0; line < 200; line++) chatting.child.stdin?.write(`${round} * 1000 + ${line}\n`);
      await chatting.sees("— local");
      await new Promise((resolve) => setTimeout(resolve, round * 37));
      chatting.child.kill("SIGKILL");
      const { stdout } = await chatting.ended;
      acknowledged += stdout.split("— local").length - 1;
    }
    const { code, stdout } = await run(["history", "--json", "--limit", "10000"], home);
    expect(code).toBe(0);
    const { turns } = JSON.parse(stdout) as { turns: { question: string; answer: string }[] };
    expect(turns.length).toBeGreaterThanOrEqual(acknowledged);
    for (const turn of turns) expect(turn.answer).not.toBe("");
    expect((await run(["ask", "12 * 7"], home)).code).toBe(0);
  });
});
