import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { bytesBelow } from "./support/files-below.js";
import { completion, jsonReply, startOpenAIServer } from "./support/openai-server.js";
import { TestHome } from "./support/terminal.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const command = join(root, "dist", "cli", "main.js");
const canary = ["pterodaustro", "guinazui"].join(" ");
const holds = (home: TestHome): boolean => /pterodaustr|guinazu/i.test(bytesBelow(home.directory));

async function newHome(encrypted: boolean): Promise<TestHome> {
  const home = new TestHome();
  if (encrypted) {
    const { code } = await home.run(["store", "encrypt", "--key-file", join(home.directory, "x.key")]);
    expect(code).toBe(0);
  }
  return home;
}

/** Turns and notes with the canary in the middle of others, in two projects. */
async function fill(home: TestHome): Promise<void> {
  for (const project of ["garden", "other"]) {
    const ask = async (text: string): Promise<void> => {
      expect((await home.run(["ask", "-p", project, text])).code).toBe(0);
    };
    for (let index = 0; index < 4; index++) await ask(`${index} * 7`);
    await ask(`remember that the ${canary} eats ${"small shrimps ".repeat(200)}`);
    await ask("what did I say about the pterodaustro?");
    await ask("3 + 4");
  }
}

describe.each([false, true])("forgotten (encrypted: %s)", (encrypted) => {
  test("a turn, a project, everything: no byte is left in any file of this person", async () => {
    const home = await newHome(encrypted);
    await fill(home);
    expect(holds(home)).toBe(!encrypted);
    const { stdout } = await home.run(["history", "-p", "garden", "--json"]);
    const { turns } = JSON.parse(stdout) as { turns: { id: string; question: string; answer: string }[] };
    const told = turns.filter(({ question, answer }) => (question + answer).includes("pterodaustro"));
    expect(told).toHaveLength(2);
    await home.run(["forget", "--project", "other", "--yes"]);
    for (const { id } of told) expect((await home.run(["forget", id])).code).toBe(0);
    expect(holds(home)).toBe(false);
    await home.run(["ask", "-p", "garden", `remember that the ${canary} is back`]);
    await home.run(["project", "delete", "garden", "--yes"]);
    expect(holds(home)).toBe(false);
    await home.run(["ask", `remember that the ${canary} is back again`]);
    await home.run(["forget", "--all", "--yes"]);
    expect(holds(home)).toBe(false);
    expect((await home.run(["history"])).stdout).toContain("Nothing is remembered");
  });
});

describe.each([false, true])("answers that are cached and questions that wait (encrypted: %s)", (encrypted) => {
  test("stand sealed in an encrypted store, and go with their project, a turn of it, or on request", async () => {
    const server = await startOpenAIServer(() => jsonReply(completion({ content: `the ${canary}` })));
    const home = await newHome(encrypted);
    home.environment["MOBILE_AI_REMOTE_BASE_URL"] = server.baseUrl;
    home.environment["MOBILE_AI_REMOTE_MODEL"] = "m";
    const kept = async (): Promise<number[]> => [
      JSON.parse((await home.run(["cache", "status", "--json"])).stdout).entries,
      JSON.parse((await home.run(["queue", "list", "--json"])).stdout).waiting.length,
    ];
    const fillAgain = async (): Promise<void> => {
      await home.run(["ask", "-p", "garden", "--remote", "--no-stream", "which animal eats shrimps"]);
      await home.run(["ask", "-p", "garden", "--remote", "--background", `tell me more of the ${canary}`]);
      expect(await kept()).toEqual([1, 1]);
      expect(holds(home)).toBe(!encrypted);
    };
    for (const forget of [
      async () => {
        const { stdout } = await home.run(["history", "-p", "garden", "--json"]);
        await home.run(["queue", "drop", "--all", "--yes"]);
        await home.run(["forget", JSON.parse(stdout).turns[0].id]);
      },
      () => home.run(["forget", "--project", "garden", "--yes"]),
      () => home.run(["project", "delete", "garden", "--yes"]),
      () => home.run(["forget", "--all", "--yes"]),
    ]) {
      await fillAgain();
      await forget();
      expect({ step: forget.toString(), kept: await kept(), holds: holds(home) }).toMatchObject({
        kept: [0, 0],
        holds: false,
      });
    }
    await home.run(["ask", "-p", "garden", "--remote", "--no-remember", "--no-stream", "which animal eats shrimps"]);
    expect(holds(home)).toBe(false);
    await server.close();
  });
});

describe("the built command", () => {
  beforeAll(() => promisify(execFile)(process.execPath, [join(root, "tools", "ensure-built.mjs")]));

  test("forgets all or nothing when it is killed, and finishes at the next use", async () => {
    const home = new TestHome();
    for (let round = 0; round < 6; round++) {
      await home.run(["ask", `remember that the ${canary} eats ${"small shrimps ".repeat(300)}`]);
      const child = spawn(process.execPath, [command, "forget", "--all", "--yes"], {
        env: { ...process.env, ...home.environment },
        stdio: "ignore",
      });
      const ended = new Promise((resolve) => child.on("close", resolve));
      // From the moment the store is in use on: its lock, or its journal, says so.
      const data = join(home.directory, "data");
      while (child.exitCode === null && !readdirSync(data).some((name) => name.includes(".lock"))) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      await new Promise((resolve) => setTimeout(resolve, round * 15));
      child.kill("SIGKILL");
      await ended;
      const { code, stdout } = await home.run(["history"]);
      expect(code).toBe(0);
      if (stdout.includes("pterodaustro")) continue;
      expect(holds(home)).toBe(false);
    }
    await home.run(["forget", "--all", "--yes"]);
    expect(holds(home)).toBe(false);
  });
});

describe("export and import", () => {
  const sha256 = (file: string): string => createHash("sha256").update(readFileSync(file)).digest("hex");

  test("give the same file again, from a store in clear to an encrypted one and back", async () => {
    const from = new TestHome();
    await fill(from);
    await from.run(["ask", "-p", "garden", "--local", "5 miles in km"]);
    const first = join(from.directory, "first.json");
    writeFileSync(first, "");
    chmodSync(first, 0o644);
    expect((await from.run(["project", "export", "garden", "-o", first])).code).toBe(0);
    expect(statSync(first).mode & 0o777).toBe(0o600);

    const to = await newHome(true);
    expect((await to.run(["project", "import", first])).code).toBe(0);
    const second = join(to.directory, "second.json");
    await to.run(["project", "export", "garden", "-o", second]);
    expect(sha256(second)).toBe(sha256(first));

    // Under another name only the name differs, and the checksum, which covers it.
    expect((await to.run(["project", "import", second, "--as", "copy"])).code).toBe(0);
    const { stdout } = await to.run(["project", "export", "copy"]);
    const [copy, original] = [stdout, readFileSync(first, "utf8")].map(
      (text) => JSON.parse(text) as { project: { name: string }; checksum: string; turns: { privacy: string }[] },
    );
    expect(copy!.checksum).not.toBe(original!.checksum);
    expect({ ...copy, checksum: "", project: { ...copy!.project, name: "garden" } }).toEqual({
      ...original,
      checksum: "",
    });
    expect(copy!.turns.filter(({ privacy }) => privacy === "device-only").length).toBeGreaterThan(0);
  });

  test("keep the mark of a private project", async () => {
    const from = new TestHome();
    await from.run(["project", "switch", "diary"]);
    await from.run(["project", "private", "diary"]);
    await from.run(["ask", "-p", "diary", "12 * 7"]);
    const file = join(from.directory, "diary.json");
    await from.run(["project", "export", "diary", "-o", file]);
    const to = new TestHome();
    await to.run(["project", "import", file]);
    expect(JSON.parse((await to.run(["project", "show", "diary", "--json"])).stdout)).toMatchObject({ private: true });
    expect((await to.run(["ask", "-p", "diary", "--remote", "12 * 7"])).code).not.toBe(0);
  });

  test("every file that is made is its owner's alone", async () => {
    const home = await newHome(true);
    await fill(home);
    await home.run(["config", "set", "router.threshold", "0.4"]);
    await home.run(["ask", "--trace", join(home.directory, "trace.json"), "12 * 7"]);
    const open = readdirSync(home.directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => (statSync(file).mode & 0o077) !== 0);
    expect(open).toEqual([]);
  });
});
