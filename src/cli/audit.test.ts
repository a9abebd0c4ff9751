import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TestHome } from "../../test/support/terminal.js";

const secret = (): string => `ghp_${Array.from({ length: 36 }, (_, index) => "a8Z3kQ9x"[(index * 5) % 8]).join("")}`;
const auditFile = (home: TestHome): string => join(home.directory, "state", "audit.jsonl");

describe("decisions on the record", () => {
  let server: Server;
  let received = "";
  const withRemote = (): TestHome => {
    const home = new TestHome();
    home.environment["MOBILE_AI_REMOTE_BASE_URL"] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    home.environment["MOBILE_AI_REMOTE_MODEL"] = "m";
    return home;
  };

  beforeAll(async () => {
    server = createServer((request, response) => {
      request.on("data", (chunk: Buffer) => {
        received += chunk.toString("utf8");
      });
      request.on("end", () => {
        response.setHeader("content-type", "application/json");
        response.end(
          JSON.stringify({
            choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "Goethe." } }],
          }),
        );
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => {
    server.close();
  });

  test("explain shows the newest and any earlier one, by question and by turn", async () => {
    const home = withRemote();
    const first = JSON.parse((await home.run(["ask", "--json", "12 * 7"])).stdout);
    await home.run(["ask", "--no-stream", "Who wrote Faust?"]);
    const newest = await home.run(["explain"]);
    expect(newest.code).toBe(0);
    expect(newest.stdout).toMatch(/left {7}\d+ B in 1 requests to openai-compatible/);
    for (const id of [first.id, first.turnId]) {
      const { stdout } = await home.run(["explain", id]);
      expect(stdout).toContain(first.id);
      expect(stdout).toContain("left       nothing");
    }
    expect((await home.run(["explain", "nosuchid"])).code).toBe(1);
  });

  test("replay prints the same record byte for byte, and says where a decision is another one now", async () => {
    const home = withRemote();
    const ids: string[] = [];
    for (const question of [
      "12 * 7",
      "Who wrote Faust, and why does it still matter?",
      `My token is ${secret()}, what now?`,
    ]) {
      ids.push(JSON.parse((await home.run(["ask", "--json", question])).stdout).id);
    }
    for (const id of ids.slice(0, 2)) {
      const recorded = (await home.run(["explain", "--json", id])).stdout;
      for (let round = 0; round < 3; round++) {
        expect(await home.run(["replay", id])).toEqual({ code: 0, stdout: recorded, stderr: "" });
      }
    }
    // Blocked: its text was kept nowhere, so the person gives it again.
    expect((await home.run(["replay", ids[2]!])).stderr).toContain("standard input");
    const recorded = (await home.run(["explain", "--json", ids[2]!])).stdout;
    expect(recorded).not.toContain(secret());
    expect(await home.run(["replay", ids[2]!, "-"], { stdin: `My token is ${secret()}, what now?\n` })).toMatchObject({
      code: 0,
      stdout: recorded,
    });
    const changed = await home.run(["replay", ids[1]!, "--set", "rules.disabled=PRIVACY_030"]);
    expect(changed.code).toBe(1);
    expect(changed.stderr).toContain("facts.ruleVersion");
  });

  test("replays a question that quotes what was kept here, with and without a remote that it could have gone to", async () => {
    for (const home of [withRemote(), new TestHome()]) {
      await home.run(["ask", `remember that my token is ${secret()}`]);
      const question = `is ${secret()} a long one?`;
      const { id } = JSON.parse((await home.run(["ask", "--json", question])).stdout);
      const recorded = (await home.run(["explain", "--json", id])).stdout;
      expect(await home.run(["replay", id, question])).toEqual({ code: 0, stdout: recorded, stderr: "" });
    }
  });

  test("replays a question whose answer came from the cache, of which the report says that nothing left", async () => {
    const home = withRemote();
    for (let round = 0; round < 2; round++) await home.run(["ask", "-p", "books", "--no-stream", "Who wrote Faust?"]);
    expect((await home.run(["explain"])).stdout).toContain("left       nothing");
    const recorded = (await home.run(["explain", "--json"])).stdout;
    const { id } = JSON.parse(recorded) as { id: string };
    expect(await home.run(["replay", id])).toEqual({ code: 0, stdout: recorded, stderr: "" });
    const report = JSON.parse((await home.run(["audit", "report", "--project", "books", "--json"])).stdout);
    expect(report).toMatchObject({ questions: 2, requests: 1 });
  });

  test("replays a blocked question whose project was never created", async () => {
    const home = new TestHome();
    const asked = ["ask", "--json", "-p", "never", `My token is ${secret()}, what now?`];
    const { id } = JSON.parse((await home.run(asked)).stdout);
    const again = await home.run(["replay", id, "-"], { stdin: `My token is ${secret()}, what now?\n` });
    expect({ code: again.code, stderr: again.stderr }).toEqual({ code: 0, stderr: "" });
  });

  test("explain --would-send prints what would go out, and sends nothing", async () => {
    const home = withRemote();
    const before = received;
    const shown = await home.run(["explain", "--would-send", "Who wrote Faust?"]);
    expect(shown.stdout).toContain("POST http://127.0.0.1");
    expect(shown.stdout).toContain("Who wrote Faust?");
    const kept = await home.run(["explain", "--would-send", `My token is ${secret()}, what now?`]);
    expect(kept.stdout).toMatch(/^Nothing would leave this device: PRIVACY_\d{3}/);
    expect(received).toBe(before);
    const consent = ["--set", "privacy.redactPersonalData=true"];
    const redacted = await home.run([
      "explain",
      "--would-send",
      ...consent,
      `Write to ${["jane.doe", "fabrikam-works.com"].join("@")}`,
    ]);
    expect(redacted.stdout).toContain("[EMAIL_1]");
    expect(redacted.stdout).not.toContain("jane.doe");
    expect((await home.run(["history"])).stdout).toContain("Nothing is remembered");
  });

  test("audit proves that nothing left for a project, and counts what left for another", async () => {
    const home = withRemote();
    await home.run(["project", "switch", "diary"]);
    await home.run(["project", "private", "diary"]);
    await home.run(["ask", "-p", "diary", "Who wrote Faust?"]);
    await home.run(["ask", "-p", "diary", "12 * 7"]);
    await home.run(["project", "switch", "books"]);
    await home.run(["ask", "-p", "books", "--no-stream", "Who wrote Faust?"]);
    expect(await home.run(["audit", "verify"])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("Intact: 4 entries"),
    });
    const diary = await home.run(["audit", "report", "--project", "diary"]);
    expect(diary).toMatchObject({ code: 0, stdout: expect.stringContaining("Nothing left, by an intact log.") });
    const books = await home.run(["audit", "report", "--project", "books", "--json"]);
    expect(books.code).toBe(1);
    expect(JSON.parse(books.stdout)).toMatchObject({ questions: 1, requests: 1, nothingLeft: false });
    expect((await home.run(["audit", "report", "--from", "2001-01-01", "--to", "2001-12-31"])).stdout).toContain(
      "0 questions",
    );
    expect((await home.run(["audit", "report", "--from", "2001-13-01"])).code).toBe(2);
  });

  test("audit notices a changed entry and reports nothing on its ground", async () => {
    const home = new TestHome();
    for (const question of ["1 + 1", "2 + 2", "3 + 3"]) await home.run(["ask", question]);
    const text = readFileSync(auditFile(home), "utf8");
    writeFileSync(auditFile(home), text.replace('"outcome":"answered"', '"outcome":"blocked"'));
    const verified = await home.run(["audit", "verify"]);
    expect(verified.code).toBe(1);
    expect(verified.stdout).toContain("Broken at line 1");
    expect((await home.run(["audit", "report"])).code).toBe(1);
  });

  test("no text of a question or an answer, and no name of a project, stands in the log", async () => {
    const home = withRemote();
    await home.run(["ask", "-p", "canaryproject", "remember that canaryword sings"]);
    await home.run(["ask", "-p", "canaryproject", "--no-stream", "Who wrote canarybook?"]);
    expect(readFileSync(auditFile(home), "utf8")).not.toMatch(/canary|Goethe/);
  });

  test("nothing is recorded when the person does not want it", async () => {
    const home = new TestHome();
    await home.run(["config", "set", "audit.enabled", "false"]);
    await home.run(["ask", "12 * 7"]);
    expect((await home.run(["explain"])).stderr).toContain("No decision is recorded yet");
  });
});
