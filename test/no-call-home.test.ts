import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import type { Command } from "../src/cli/command.js";
import { root as commands } from "../src/cli/commands.js";
import { writeTinyGguf } from "./support/tiny-gguf.js";

const repository = fileURLToPath(new URL("..", import.meta.url));
const main = join(repository, "dist", "cli", "main.js");
const hook = join(repository, "test", "support", "refuse-network.cjs");

interface Ran {
  readonly code: number | null;
  readonly output: string;
  /** What the run tried to reach, in order. */
  readonly attempts: readonly string[];
}

const home = mkdtempSync(join(tmpdir(), "mobile-ai-call-home-"));
const model = join(home, "tiny.gguf");
let runs = 0;

function run(words: readonly string[], environment: Record<string, string> = {}, script = [main]): Promise<Ran> {
  const attempts = join(home, `attempts-${++runs}`);
  writeFileSync(attempts, "");
  const child = spawn(process.execPath, ["--require", hook, ...script, ...words], {
    env: {
      PATH: process.env["PATH"],
      MOBILE_AI_HOME: home,
      MOBILE_AI_LOCAL_DETECT_SERVERS: "false",
      MOBILE_AI_ATTEMPTS: attempts,
      ...environment,
    },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString("utf8");
    });
  }
  child.stdin.end("Who wrote Faust?\n12 * 7\n");
  return new Promise((resolve) => {
    child.on("close", (code) => {
      resolve({ code, output, attempts: readFileSync(attempts, "utf8").split("\n").filter(Boolean) });
    });
  });
}

/** Words for every command; the order is that of a life: things are made, used, and removed. */
const words: Readonly<Record<string, readonly (readonly string[])[]>> = {
  ask: [["12 * 7"], ["Who wrote Faust?"], ["-"], ["--remote", "Who wrote Faust?"], ["remember that I like tea"]],
  chat: [[]],
  route: [["Prove that quicksort is fast on average"]],
  "project list": [[]],
  "project switch": [["garden"]],
  "project show": [[]],
  "project rename": [["garden", "park"]],
  "project private": [["park", "on"]],
  "project export": [["park", "-o", join(home, "park.json")]],
  "project import": [[join(home, "park.json"), "--as", "copy"]],
  "project delete": [["copy", "--yes"]],
  history: [[], ["--search", "tea"]],
  forget: [["--project", "park", "--yes"]],
  "store status": [[]],
  "store encrypt": [["--key-file", join(home, "x.key")]],
  "store rekey": [["--key-file", join(home, "y.key")]],
  "store decrypt": [[]],
  "models list": [[]],
  "models add": [[model, "--name", "tiny"]],
  "models default": [["tiny"]],
  "models remove": [["tiny", "--yes"]],
  "config get": [[]],
  "config set": [["router.threshold", "0.5"]],
  "config unset": [["router.threshold"]],
  "config path": [[]],
  doctor: [[]],
  stats: [[], ["--prometheus"]],
  completion: [["bash"]],
};

function leaves(command: Command, path: readonly string[] = []): (readonly [string, Command])[] {
  const own = command.run === undefined ? [] : [[path.join(" "), command] as const];
  return [...own, ...(command.subcommands ?? []).flatMap((sub) => leaves(sub, [...path, sub.name]))];
}

const order = Object.keys(words);
// `models pull URL` is the one command whose business is the network.
const suite = leaves(commands)
  .filter(([path]) => path !== "models pull")
  .sort(([a], [b]) => (order.indexOf(a) >>> 0) - (order.indexOf(b) >>> 0)); // those without words come last

beforeAll(async () => {
  await promisify(execFile)(process.execPath, [join(repository, "tools", "ensure-built.mjs")]);
  writeTinyGguf(model);
});

describe("with no remote configured", () => {
  test("the hook itself sees every way out", async () => {
    const script = join(home, "ways.mjs");
    writeFileSync(
      script,
      `import { lookup } from "node:dns/promises";
      import { resolve4 } from "node:dns";
      import { createSocket } from "node:dgram";
      import { execFileSync } from "node:child_process";
      import { get } from "node:http";
      import { connect } from "node:net";
      import { connect as secure } from "node:tls";
      const quiet = () => {};
      await fetch("http://127.0.0.1:4009/").catch(quiet);
      get("http://127.0.0.2:4009/").on("error", quiet);
      connect({ port: 4009, host: "127.0.0.3" }).on("error", quiet);
      secure({ port: 4009, host: "127.0.0.4" }).on("error", quiet);
      await lookup("example.com").catch(quiet);
      resolve4("example.org", quiet);
      try { createSocket("udp4"); } catch {}
      try { execFileSync("curl", ["http://127.0.0.5/"]); } catch {}`,
    );
    const { attempts } = await run([], {}, [script]);
    expect([...attempts].sort()).toEqual([
      "connect 127.0.0.1:4009",
      "connect 127.0.0.2:4009",
      "connect 127.0.0.3:4009",
      "connect 127.0.0.4:4009",
      "dgram.createSocket",
      "dns.lookup example.com",
      "dns.resolve4 example.org",
      "execFileSync curl",
      "fetch 127.0.0.1:4009",
    ]);
  });

  test.each(suite)(
    "mobile-ai %s reaches for nothing",
    async (path, command) => {
      const required = (command.arguments ?? []).filter((argument) => argument.required).map(() => "1");
      for (const own of words[path] ?? [required]) {
        const { code, output, attempts } = await run([...path.split(" "), ...own]);
        expect({ path, own, attempts }).toEqual({ path, own, attempts: [] });
        expect(output).not.toContain("refused by the test");
        // Commands that have no words of their own here may not like their arguments.
        if (words[path] !== undefined)
          expect({ output, code: [0, 3, 4].includes(code ?? 1) }).toEqual({ output, code: true });
      }
    },
    180_000,
  );

  test("a model file answers without a word to anyone", async () => {
    expect((await run(["models", "add", model, "--name", "own"])).code).toBe(0);
    const { attempts, output } = await run(["ask", "--local", "Who wrote Faust?"]);
    expect(output).toContain("llama.cpp:own");
    expect(attempts).toEqual([]);
    await run(["models", "remove", "own", "--yes"]);
  });

  test.each([
    ["ask", ["ask", "Who wrote Faust?"]],
    ["models list", ["models", "list"]],
    ["doctor", ["doctor"]],
  ])("looking for local servers, %s asks three ports of this device and nothing else", async (_, own) => {
    const { attempts } = await run(own, { MOBILE_AI_LOCAL_DETECT_SERVERS: "true" });
    const places = ["127.0.0.1:11434", "127.0.0.1:8080", "127.0.0.1:1234"];
    expect(new Set(attempts)).toEqual(new Set(places.map((place) => `connect ${place}`))); // nobody is there, so nothing is fetched
  });

  test("models pull asks only the host that was named, and a question with a remote only the remote", async () => {
    const pulled = await run(["models", "pull", "http://127.0.0.9:4009/x.gguf"]);
    expect(pulled.code).toBe(1);
    expect(new Set(pulled.attempts)).toEqual(new Set(["fetch 127.0.0.9:4009", "connect 127.0.0.9:4009"]));
    const asked = await run(["ask", "-p", "open", "--remote", "Who wrote Faust?"], {
      MOBILE_AI_REMOTE_BASE_URL: "http://127.0.0.9:4009/v1",
      MOBILE_AI_REMOTE_MODEL: "m",
    });
    expect(new Set(asked.attempts)).toEqual(new Set(["fetch 127.0.0.9:4009", "connect 127.0.0.9:4009"]));
  });
});
