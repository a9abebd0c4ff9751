import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { completion, jsonReply, type OpenAIServer, startOpenAIServer } from "../../test/support/openai-server.js";
import { TestHome } from "../../test/support/terminal.js";

let server: OpenAIServer;
let home: TestHome;
const counted = (content: string): ReturnType<typeof jsonReply> =>
  jsonReply({ ...completion({ content }), usage: { prompt_tokens: 60, completion_tokens: 40, total_tokens: 100 } });

beforeEach(async () => {
  server = await startOpenAIServer([counted("first answer"), counted("second answer")]);
  home = new TestHome();
  for (const [key, value] of [
    ["remote.baseUrl", server.baseUrl],
    ["remote.model", "m"],
  ] as const)
    await home.run(["config", "set", key, value]);
});
afterEach(() => server.close());

const ask = async (...words: string[]): Promise<Record<string, unknown>> =>
  JSON.parse((await home.run(["ask", "--json", "--remote", ...words])).stdout) as Record<string, unknown>;

describe("the cache of answers", () => {
  test("answers the same question again across processes, says so, and is cleared or left out on request", async () => {
    expect(await ask("tell me a tale")).toMatchObject({ answer: "first answer", cached: false });
    expect(await ask("tell me a tale")).toMatchObject({
      answer: "first answer",
      cached: true,
      cachedAgeMs: expect.any(Number),
    });
    expect(server.requests).toHaveLength(1);
    expect((await home.run(["ask", "--remote", "tell me a tale"])).stdout).toMatch(/cached .* ago/);
    expect((await home.run(["cache", "status"])).stdout).toContain("1 of at most 500");
    expect(await ask("--no-cache", "tell me a tale")).toMatchObject({ answer: "second answer", cached: false });
    expect(JSON.parse((await home.run(["cache", "clear", "--json"])).stdout)).toEqual({ cleared: 1 });
    expect(await ask("tell me a tale")).toMatchObject({ answer: "second answer", cached: false });
    expect(server.requests).toHaveLength(3);
    await home.run(["forget", "--project", "default", "--yes"]);
    expect(JSON.parse((await home.run(["cache", "status", "--json"])).stdout)).toMatchObject({ entries: 0 });
  });
});

describe("a question that is to leave no trace", () => {
  test("neither enters the cache nor waits in the queue", async () => {
    expect(await ask("--no-remember", "tell me a tale")).toMatchObject({ answer: "first answer", cached: false });
    expect(JSON.parse((await home.run(["cache", "status", "--json"])).stdout)).toMatchObject({ entries: 0 });
    for (const option of ["--no-remember", "--no-queue"]) {
      const refused = await home.run(["ask", "--remote", "--background", option, "tell me a tale"]);
      expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("a question that waits is stored") });
    }
    expect(JSON.parse((await home.run(["queue", "list", "--json"])).stdout)).toEqual({ waiting: [] });
  });

  test("waits nowhere when there is no queue, and says so", async () => {
    const background = ["ask", "--remote", "--background", "--set", "queue.enabled=false", "tell me a tale"];
    expect(await home.run(background)).toMatchObject({ code: 1, stderr: expect.stringContaining("queue.enabled") });
  });

  test("that may wait goes past the cache later too", async () => {
    await ask("tell me a tale");
    await home.run(["ask", "--remote", "--background", "--no-cache", "tell me a tale"]);
    const flushed = JSON.parse((await home.run(["queue", "flush", "--json"])).stdout) as { outcomes: unknown[] };
    expect(flushed.outcomes).toMatchObject([{ answer: "second answer", cached: false }]);
  });
});

describe("what would be sent", () => {
  const wouldSend = async (...words: string[]): Promise<{ requests: { body: object }[]; cachedAgeMs?: number }> =>
    JSON.parse((await home.run(["explain", "--would-send", "--json", "--remote", ...words])).stdout);

  test("is what is sent then, with the router, the limits and the compression of the settings; nothing is counted or kept", async () => {
    for (const text of ["an old tale", "another tale"]) await ask(`${text} ${"about the sea ".repeat(200)}`);
    await home.run(["config", "set", "remote.gzip", "true"]);
    await home.run(["config", "set", "remote.historyTokens", "300"]);
    const stats = await home.run(["stats"]);
    const cache = await home.run(["cache", "status"]);
    const shown = await wouldSend("and a new one");
    expect(await home.run(["stats"])).toEqual(stats);
    expect(await home.run(["cache", "status"])).toEqual(cache);
    expect(server.requests).toHaveLength(2);
    await home.run(["ask", "--no-stream", "--remote", "--set", "remote.gzip=false", "and a new one"]);
    expect(shown.requests.map(({ body }) => body)).toEqual([server.requests.at(-1)!.json]);
  });

  test("says so when the answer is kept here, and leaves its place in the cache alone", async () => {
    await ask("tell me a tale");
    const shown = await wouldSend("tell me a tale");
    expect(shown).toMatchObject({ cachedAgeMs: expect.any(Number), requests: [{ body: { model: "m" } }] });
    const told = await home.run(["explain", "--would-send", "tell me a tale"]);
    expect(told.stdout).toMatch(/^Only with --no-cache: an answer of .* ago is kept here/);
    expect(server.requests).toHaveLength(1);
  });

  test("is nothing when the budget is spent", async () => {
    await home.run(["config", "set", "budget.tokensPerDay", "50"]);
    await ask("one thing");
    expect((await home.run(["explain", "--would-send", "another thing"])).stdout).toContain("Nothing would leave");
  });
});

describe("the budget", () => {
  test("of a day closes the remote when it is spent, and says so", async () => {
    await home.run(["config", "set", "budget.tokensPerDay", "150"]);
    await home.run(["config", "set", "remote.inputPrice", "2"]);
    await ask("one thing");
    await ask("another thing");
    expect(JSON.parse((await home.run(["budget", "show", "--json"])).stdout)).toMatchObject({
      all: { tokens: 200, maxTokens: 150, money: 0.00024 },
      projects: [{ project: "default", tokens: 200 }],
    });
    const refused = await home.run(["ask", "--remote", "a third thing"]);
    expect(refused.code).toBe(4);
    expect(refused.stderr).toContain("the budget of today is spent: 200 of 150 tokens");
    expect(refused.stderr).toContain("mobile-ai budget show");
    expect(server.requests).toHaveLength(2);
    expect((await home.run(["ask", "12 * 7"])).code).toBe(0);
  });

  test("of a project closes the remote for it alone", async () => {
    await ask("--project", "garden", "one thing");
    expect((await home.run(["budget", "set", "--project", "garden", "--tokens", "100"])).stdout).toContain(
      "100 tokens a day",
    );
    expect((await home.run(["ask", "--remote", "--project", "garden", "more"])).code).toBe(4);
    expect(await ask("--project", "other", "more")).toMatchObject({ answer: "second answer" });
    expect((await home.run(["budget", "show"])).stdout).toMatch(/garden\s+100 of 100/);
    await home.run(["budget", "set", "--project", "garden"]);
    expect(await ask("--project", "garden", "more")).toMatchObject({ answer: "second answer" });
    expect((await home.run(["budget", "set", "--project", "none", "--tokens", "5"])).code).toBe(1);
    expect((await home.run(["budget", "set", "--money", "much"])).code).toBe(2);
  });
});

describe("the queue", () => {
  test("asks what waits in several projects in one request, where the remote takes several", async () => {
    await server.close();
    server = await startOpenAIServer(({ json }) => {
      const { requests = [] } = json as { requests?: object[] };
      const responses = requests.map((_, index) => ({ status: 200, body: completion({ content: `answer ${index}` }) }));
      return jsonReply({ responses });
    });
    await home.run(["config", "set", "remote.baseUrl", server.baseUrl]);
    await home.run(["config", "set", "remote.batchUrl", `${server.baseUrl}/batch`]);
    for (const project of ["a", "b", "c"])
      await home.run(["ask", "--remote", "--background", "-p", project, `tell me a tale of ${project}`]);
    const { answered, outcomes } = JSON.parse((await home.run(["queue", "flush", "--json"])).stdout);
    expect({ answered, outcomes }).toMatchObject({ answered: 3, outcomes: [{ project: "a" }, { project: "b" }, {}] });
    expect(server.requests.map(({ path }) => path)).toEqual(["/v1/batch"]);
  });

  test("is empty, listed, flushed and dropped without complaint", async () => {
    expect((await home.run(["queue", "list"])).stdout).toContain("No question waits");
    expect(JSON.parse((await home.run(["queue", "list", "--json"])).stdout)).toEqual({ waiting: [] });
    expect((await home.run(["queue", "flush"])).code).toBe(0);
    expect((await home.run(["queue", "drop"])).code).toBe(2);
    expect((await home.run(["queue", "drop", "--all", "--yes"])).stdout).toContain("Dropped 0");
  });
});
