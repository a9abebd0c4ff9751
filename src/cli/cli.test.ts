import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Ran, TestHome } from "../../test/support/terminal.js";
import { type Command, helpOf } from "./command.js";
import { root } from "./commands.js";

const secret = (): string => `ghp_${Array.from({ length: 36 }, (_, index) => "a8Z3kQ9x"[(index * 5) % 8]).join("")}`;

function commandLines(command: Command, words: readonly string[] = []): (readonly string[])[] {
  return [words, ...(command.subcommands ?? []).flatMap((sub) => commandLines(sub, [...words, sub.name]))];
}

describe("every command", () => {
  test.each(commandLines(root).map((words) => [words.join(" "), words] as const))(
    "mobile-ai %s --help",
    async (_, words) => {
      const { code, stdout, stderr } = await new TestHome().run([...words, "--help"]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toContain(`Usage: mobile-ai${words.length === 0 ? "" : ` ${words.join(" ")}`}`);
    },
  );

  test("has help that names each of its options", () => {
    const ask = root.subcommands?.find((command) => command.name === "ask");
    const help = helpOf([root, ask!]);
    for (const option of ask?.options ?? []) expect(help).toContain(`--${option.name}`);
  });
});

describe("usage", () => {
  test.each([
    ["an unknown command", ["aks"], "did you mean mobile-ai ask?"],
    ["an unknown subcommand", ["project", "lst"], "did you mean mobile-ai project list?"],
    ["an unknown option", ["ask", "--exlpain", "hi"], "mobile-ai ask --help"],
    ["a missing question", ["route"], "Missing question"],
    ["both sides", ["ask", "--local", "--remote", "hi"], "choose one"],
    ["a wrong choice", ["ask", "--prefer", "speed", "hi"], "quality, balanced, battery, private"],
    ["a missing word", ["project", "rename", "a"], "Missing TO"],
    ["a word too many", ["stats", "now"], 'Cannot use "now"'],
    ["an unknown setting", ["config", "set", "remote.url", "x"], 'Unknown setting "remote.url"'],
    ["a bad value", ["config", "set", "router.threshold", "two"], "Cannot use router.threshold"],
    ["a bad --set", ["ask", "--set", "router.threshold=7", "hi"], "Cannot use --set router.threshold"],
    ["nothing to forget", ["forget"], "Choose what to forget"],
    ["a bad count", ["history", "--limit", "0"], "at least 1"],
    ["an unknown shell", ["completion", "tcsh"], "bash, zsh or fish"],
    ["destroying without a yes", ["forget", "--all"], "--yes"],
  ])("answers %s with one line and exit code 2", async (_, words, message) => {
    const { code, stderr } = await new TestHome().run(words);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("    at ");
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  test("prints the version of the package", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    expect((await new TestHome().run(["--version"])).stdout.trim()).toBe(version);
  });

  test.each(["bash", "zsh", "fish"])("makes a completion script for %s that knows every command", async (shell) => {
    const { code, stdout } = await new TestHome().run(["completion", shell]);
    expect(code).toBe(0);
    for (const command of root.subcommands ?? []) expect(stdout).toContain(command.name);
  });
});

describe("ask", () => {
  test("answers the README's question with its route and reason", async () => {
    const { code, stdout, stderr } = await new TestHome().run(["ask", "What is 17.5 % of 2340?"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("409.5");
    expect(stdout).toMatch(/— local · device-skills · .*arithmetic.* ms/);
  });

  test("reads standard input, prints the answer alone with --quiet, and one object with --json", async () => {
    const home = new TestHome();
    expect((await home.run(["ask", "-q", "-"], { stdin: "12 * 7\n" })).stdout).toMatch(/84\n$/);
    const { stdout } = await home.run(["ask", "--json", "12 * 7"]);
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: "answered",
      route: "local",
      engine: "device-skills",
      project: "default",
    });
  });

  test("takes a text that begins with a minus and a digit for a text, before and behind options", async () => {
    const home = new TestHome();
    expect((await home.run(["ask", "-q", "-5 + 3"])).stdout).toMatch(/-2\n$/);
    expect((await home.run(["ask", "-5 + 3", "-q"])).stdout).toMatch(/-2\n$/);
  });

  test("explains every rule and feature on request", async () => {
    const { stdout } = await new TestHome().run(["ask", "--explain", "12 * 7"]);
    for (const word of ["verdict", "route", "score", "skill/", "tried"]) expect(stdout).toContain(word);
  });

  test("ends with 4 and two remedies when no engine can answer", async () => {
    const { code, stdout, stderr } = await new TestHome().run(["ask", "Who wrote Faust?"]);
    expect(code).toBe(4);
    expect(stdout).toBe("");
    expect(stderr.match(/^ {2}- /gm)).toHaveLength(2);
  });

  test("ends with 3 and the rule's id when a secret cannot be answered here, and never prints it", async () => {
    const { code, stdout, stderr } = await new TestHome().run(["ask", `What does ${secret()} open?`]);
    expect(code).toBe(3);
    expect(stderr).toMatch(/PRIVACY_\d{3}/);
    expect(stdout + stderr).not.toContain(secret());
  });

  test("ends with 130 when interrupted", async () => {
    const stop = new AbortController();
    stop.abort(new DOMException("Interrupted", "AbortError"));
    expect((await new TestHome().run(["ask", "12 * 7"], { signal: stop.signal })).code).toBe(130);
  });

  test("leaves no trace with --no-remember", async () => {
    const home = new TestHome();
    await home.run(["ask", "--no-remember", "12 * 7"]);
    expect((await home.run(["history"])).stdout).toContain("Nothing is remembered");
  });

  test("writes a trace that holds the stages and no text", async () => {
    const home = new TestHome();
    const file = join(home.directory, "trace.json");
    await home.run(["ask", "--trace", file, "12 * 7"]);
    const trace = JSON.parse(readFileSync(file, "utf8"));
    const names = trace.traceEvents.map((event: { name: string }) => event.name);
    expect(names).toEqual(expect.arrayContaining(["question", "rules", "route", "generate", "remember"]));
    expect(readFileSync(file, "utf8")).not.toContain("12 * 7");
  });
});

describe("hostile input", () => {
  test.each<[string, string]>([
    ["1 MB", `How many characters are in: ${"a".repeat(1_000_000)}`],
    ["10 MB", "a ".repeat(5_000_000)],
    ["lone surrogates", "what is \ud800 and \udfff 2 + 2"],
    ["NUL bytes", "what is\u0000 2 + 2\u0000?"],
    ["100,000 lines", "line\n".repeat(100_000)],
    ["terminal controls", "\u001b[2J\u001b]0;x\u0007 2 + 2"],
  ])("gets an answer or a clear error: %s", async (_, text) => {
    const { code, stderr } = await new TestHome().run(["ask", "-"], { stdin: text });
    expect([0, 3, 4]).toContain(code);
    if (code !== 0) expect(stderr.length).toBeGreaterThan(20);
    expect(stderr).not.toContain("    at ");
  });

  test.each([
    ["no JSON", "{"],
    ["an array", "[]"],
    ["an unknown key", '{"remot": {}}'],
    ["a wrong type", '{"router": {"threshold": "high"}}'],
    ["a polluting key", '{"__proto__": {"preference": "quality"}}'],
    ["a polluting room", '{"remote": {"constructor": {"prototype": {"polluted": true}}}}'],
  ])("refuses a configuration with %s and uses none of it", async (_, content) => {
    const home = new TestHome();
    writeFileSync(join(home.directory, "config.json"), content);
    const { code, stderr } = await home.run(["ask", "12 * 7"]);
    expect(code).toBe(2);
    expect(stderr).toContain("config.json");
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    expect(readFileSync(join(home.directory, "config.json"), "utf8")).toBe(content);
  });
});

describe("projects and history", () => {
  test("switches, lists, renames, exports, imports and deletes", async () => {
    const home = new TestHome();
    const ok = async (...words: string[]): Promise<string> => {
      const ran: Ran = await home.run(words);
      expect({ words, code: ran.code, stderr: ran.stderr }).toEqual({ words, code: 0, stderr: "" });
      return ran.stdout;
    };
    await ok("project", "switch", "garden");
    await ok("ask", "remember that the shed is green");
    await ok("ask", "12 * 7");
    await ok("ask", "--project", "work", "3 + 4");
    expect(await ok("project", "list")).toMatch(/\* {2}garden\s+1/);
    expect(await ok("history", "--search", "shed")).toContain("the shed is green");
    expect(await ok("ask", "what did I say about the shed?")).toContain("the shed is green");
    const file = join(home.directory, "garden.json");
    await ok("project", "export", "garden", "--output", file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await ok("project", "import", file, "--as", "copy");
    expect(await ok("history", "--project", "copy")).toContain("the shed is green");
    await ok("project", "rename", "copy", "twin");
    await ok("project", "private", "twin");
    expect(await ok("project", "show", "twin")).toContain("nothing of it leaves");
    await ok("project", "delete", "twin", "--yes");
    expect(await ok("project", "list")).not.toContain("twin");
    expect(JSON.parse(await ok("history", "--json", "--project", "work")).turns).toHaveLength(1);
  });

  test.each([
    ["no JSON", "{"],
    ["something else", '{"a": 1}'],
    ["a polluting key", '{"__proto__": {"polluted": true}, "format": 1}'],
  ])("refuses to import %s and changes nothing", async (_, content) => {
    const home = new TestHome();
    const file = join(home.directory, "bad.json");
    writeFileSync(file, content);
    const { code, stderr } = await home.run(["project", "import", file]);
    expect(code).toBe(1);
    expect(stderr).toContain("Nothing was changed");
    expect((await home.run(["project", "list"])).stdout).toContain("No project yet");
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  test("forgets for good: neither history nor any file holds the words", async () => {
    const home = new TestHome();
    await home.run(["ask", "-p", "p", "remember that canaryword9931 sings"]);
    const id = JSON.parse((await home.run(["history", "-p", "p", "--json"])).stdout).turns[0].id;
    expect((await home.run(["forget", id])).code).toBe(0);
    const store = JSON.parse((await home.run(["config", "path", "--json"])).stdout).storeFile;
    for (const suffix of ["", "-journal", "-wal"]) {
      if (existsSync(store + suffix)) expect(readFileSync(store + suffix).includes("canaryword9931")).toBe(false);
    }
    expect((await home.run(["forget", "nosuchturn"])).code).toBe(1);
  });
});

describe("settings and stats", () => {
  test("flags win over variables, variables over the file", async () => {
    const home = new TestHome();
    await home.run(["config", "set", "router.threshold", "0.4"]);
    expect((await home.run(["config", "get", "router.threshold"])).stdout).toBe("0.4\n");
    home.environment["MOBILE_AI_ROUTER_THRESHOLD"] = "0.5";
    expect((await home.run(["config", "get", "router.threshold"])).stdout).toBe("0.5\n");
    expect((await home.run(["config", "get", "router.threshold", "--set", "router.threshold=0.6"])).stdout).toBe(
      "0.6\n",
    );
    expect((await home.run(["config", "unset", "router.threshold"])).code).toBe(0);
    expect(statSync(join(home.directory, "config.json")).mode & 0o777).toBe(0o600);
  });

  test("keeps the key in a file of mode 0600, never on the command line, and never prints it", async () => {
    const home = new TestHome();
    const key = secret();
    expect((await home.run(["config", "set", "remote.apiKey", key])).code).toBe(2);
    expect((await home.run(["config", "set", "remote.apiKey"], { stdin: `${key}\n` })).code).toBe(0);
    expect(statSync(join(home.directory, "remote-api-key")).mode & 0o777).toBe(0o600);
    for (const words of [["config", "get"], ["config", "get", "remote.apiKey"], ["doctor"], ["doctor", "--json"]]) {
      const { stdout, stderr } = await home.run(words);
      expect(stdout + stderr).not.toContain(key);
    }
  });

  test("adds up metrics over runs, also as JSON and Prometheus text, and resets them", async () => {
    const home = new TestHome();
    await home.run(["ask", "12 * 7"]);
    await home.run(["ask", "3 + 4"]);
    const snapshot = JSON.parse((await home.run(["stats", "--json"])).stdout);
    expect(snapshot.counters).toContainEqual({
      name: "mao.questions",
      labels: { outcome: "answered", route: "local" },
      value: 2,
    });
    expect((await home.run(["stats", "--prometheus"])).stdout).toMatch(/^mao_questions(?:_total)?\{.*\} 2$/m);
    expect((await home.run(["stats"])).stdout).toContain("mao.questions");
    await home.run(["stats", "--reset"]);
    expect((await home.run(["stats"])).stdout).toContain("Nothing was measured");
  });

  test("doctor finds a store with damaged pages", async () => {
    const home = new TestHome();
    for (let index = 0; index < 40; index++)
      await home.run(["ask", `remember ${"some words to fill a page ".repeat(20)} ${index}`]);
    const { storeFile } = JSON.parse((await home.run(["config", "path", "--json"])).stdout);
    const content = readFileSync(storeFile);
    content.fill(0xa5, 4096, 4096 * 6);
    writeFileSync(storeFile, content);
    const { code, stdout } = await home.run(["doctor"]);
    expect(code).toBe(1);
    expect(stdout).toContain("problem  history");
  });

  test("doctor says what is missing and the exact next step", async () => {
    const { code, stdout } = await new TestHome().run(["doctor"]);
    expect(code).toBe(0);
    expect(stdout).toContain("next: mobile-ai models add FILE.gguf");
    expect(stdout).toContain("next: mobile-ai config set remote.baseUrl");
  });
});

describe("a remote", () => {
  let server: Server;
  let received = "";
  const home = new TestHome();

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => {
        body += chunk.toString("utf8");
      });
      request.on("end", () => {
        received += body;
        const { stream } = JSON.parse(body) as { stream?: boolean };
        const choice = { index: 0, finish_reason: "stop" };
        if (stream) {
          response.writeHead(200, { "content-type": "text/event-stream" });
          for (const content of ["Goethe ", "wrote it."]) {
            response.write(
              `data: ${JSON.stringify({ id: "1", model: "m", choices: [{ index: 0, delta: { content } }] })}\n\n`,
            );
          }
          response.end(`data: ${JSON.stringify({ choices: [{ ...choice, delta: {} }] })}\n\ndata: [DONE]\n\n`);
        } else {
          response.writeHead(200, { "content-type": "application/json" });
          response.end(
            JSON.stringify({
              id: "1",
              model: "m",
              choices: [{ ...choice, message: { role: "assistant", content: "Goethe wrote it." } }],
            }),
          );
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    home.environment["MOBILE_AI_REMOTE_BASE_URL"] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    home.environment["MOBILE_AI_REMOTE_MODEL"] = "m";
  });
  afterAll(() => {
    server.close();
  });

  test("answers what the device cannot, streaming and whole", async () => {
    for (const option of ["--explain", "--no-stream"]) {
      const { code, stdout } = await home.run(["ask", option, "Who wrote Faust?"]);
      expect(code).toBe(0);
      expect(stdout).toContain("Goethe wrote it.");
      expect(stdout).toContain("— remote · openai-compatible:127.0.0.1");
    }
  });

  test("never sees a secret: not in the question, the system prompt, the history, or with --remote", async () => {
    await home.run(["ask", `What does ${secret()} open?`]);
    await home.run(["ask", "--remote", `What does ${secret()} open?`]);
    await home.run(["ask", "--system", `The key is ${secret()}`, "Who wrote Faust?"]);
    await home.run(["ask", `remember that the token is ${secret()}`]);
    await home.run(["ask", "Who wrote Werther?"]);
    expect(received).toContain("Who wrote Werther?");
    expect(received).not.toContain(secret());
  });

  test("is not used for a private project or preference", async () => {
    const before = received;
    await home.run(["project", "switch", "diary"]);
    await home.run(["project", "private", "diary"]);
    expect((await home.run(["ask", "-p", "diary", "Who wrote Faust?"])).code).toBe(4);
    expect((await home.run(["ask", "-p", "other", "--prefer", "private", "Who wrote Faust?"])).code).toBe(4);
    expect(received).toBe(before);
  });

  test("talks in a pipe: history, projects, explanations", async () => {
    const lines = [
      "/project talk",
      "Who wrote Faust?",
      "/explain",
      "12 * 7",
      "/history",
      "/clear",
      "/nonsense",
      "/help",
      "/exit",
      "never read",
    ];
    const { code, stdout } = await home.run(["chat"], { stdin: `${lines.join("\n")}\n` });
    expect(code).toBe(0);
    for (const text of [
      "Project talk",
      "Goethe wrote it.",
      "score",
      "84",
      "A new conversation",
      "Unknown command /nonsense",
      "/exit",
    ]) {
      expect(stdout).toContain(text);
    }
    expect(stdout).not.toContain("never read");
  });
});
