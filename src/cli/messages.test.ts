import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { TestHome } from "../../test/support/terminal.js";

describe("what a mistake is answered with", () => {
  test.each([
    ["a project name with an escape", ["project", "switch", "\u001b[31mred"], "Cannot name a project"],
    ["a project name of spaces", ["ask", "-p", " ", "12 * 7"], "Cannot name a project"],
    ["a new name that is none", ["project", "rename", "default", "a\nb"], "Cannot name a project"],
    ["an empty question", ["ask", " "], "Missing question: it is empty"],
    [
      "an option's value that looks like one",
      ["history", "-n", "-1"],
      'expected a whole number of at least 1, got "-1"',
    ],
    ["a word too many", ["completion", "bash", "zsh"], "takes one word."],
    ["an unknown command", ["zzzzzz"], 'Unknown command "zzzzzz". See'],
    ["a wrong number", ["config", "set", "local.threads", "1e9"], "expected a whole number from 1 to 256"],
    ["a wrong choice", ["config", "set", "preference", "fast"], "expected quality, balanced, battery or private"],
  ])("%s: one line and exit code 2", async (_, words, message) => {
    const home = new TestHome();
    await home.run(["ask", "12 * 7"]);
    const { code, stderr } = await home.run(words);
    expect({ code, lines: stderr.trim().split("\n").length }).toEqual({ code: 2, lines: 1 });
    expect(stderr).toContain(message);
  });

  test("never passes a terminal's escape on", async () => {
    const home = new TestHome();
    writeFileSync(join(home.directory, "config.json"), '{"\\u001b]0;pwned\\u0007\\u202e": 1}');
    const { code, stderr } = await home.run(["ask", "12 * 7"]);
    expect(code).toBe(2);
    expect(stderr).toContain("]0;pwned");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(stderr).not.toMatch(/[\u0007\u001b\u202e]/);
  });

  test("is one JSON object as well when JSON was asked for", async () => {
    const { code, stdout, stderr } = await new TestHome().run(["history", "--json", "-p", "nope"]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({ error: { message: stderr.trim(), exitCode: 1 } });
    expect((await new TestHome().run(["ask", "--", "--json", "--nope"])).stdout).toBe("");
  });

  test("says in words why a file cannot be used", async () => {
    const home = new TestHome();
    mkdirSync(join(home.directory, "config.json"));
    expect((await home.run(["config", "get"])).stderr).toContain("it is a directory, not a file");
  });

  test("reads a configuration that begins with an editor's mark", async () => {
    const home = new TestHome();
    writeFileSync(join(home.directory, "config.json"), '\ufeff{"preference":"battery"}');
    expect((await home.run(["config", "get", "preference"])).stdout).toBe("battery\n");
  });

  test("tells what the device may still do with a question that was forced to the network", async () => {
    const home = new TestHome();
    const remote = ["--set", "remote.baseUrl=http://127.0.0.1:9/v1", "--set", "remote.model=m"];
    const { code, stderr } = await home.run([
      "ask",
      "--remote",
      ...remote,
      "write to",
      ["jo", "example-mail.com"].join("@"),
    ]);
    expect(code).toBe(3);
    expect(stderr).toContain("ask without --remote");
  });
});

describe("chat", () => {
  test("stays when a project cannot have that name", async () => {
    const { code, stdout } = await new TestHome().run(["chat"], {
      stdin: "/project a\u0001b\n/project garden\n6 * 7\n",
    });
    expect(code).toBe(0);
    expect(stdout).toContain("Cannot name a project");
    expect(stdout).toContain("Project garden");
    expect(stdout).toContain("42");
  });
});

describe("counts", () => {
  test("agree with their nouns", async () => {
    const home = new TestHome();
    await home.run(["ask", "12 * 7"]);
    await home.run(["ask", "remember: the keys are in the bowl"]);
    expect((await home.run(["project", "switch", "default"])).stdout).toBe("Project default, 1 turn and 1 note\n");
    expect((await home.run(["forget", "--all", "--yes"])).stdout).toBe("Forgot everything: 2 entries\n");
  });
});
