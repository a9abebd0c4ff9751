import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { completion, jsonReply, type OpenAIServer, startOpenAIServer } from "./support/openai-server.js";
import { TestHome } from "./support/terminal.js";

// A rule of one's own for one project, from the decision to the bytes that leave.

let server: OpenAIServer | undefined;
afterEach(() => server?.close());

test("a rule for one project keeps its questions here and lets those of another project leave", async () => {
  server = await startOpenAIServer([jsonReply(completion({ content: "somewhere" }))]);
  const home = new TestHome();
  const file = join(home.directory, "rules.json");
  await writeFile(
    file,
    JSON.stringify({
      version: 1,
      rules: [{ id: "ACME_001", description: "an order number", pattern: "ACME-[0-9]{4}", projects: ["shop"] }],
    }),
  );
  for (const [key, value] of [
    ["rules.file", file],
    ["remote.baseUrl", server.baseUrl],
    ["remote.model", "m"],
  ] as const)
    expect((await home.run(["config", "set", key, value])).code).toBe(0);
  const question = "Please tell me the story of ACME-1234";

  const kept = await home.run(["ask", "--remote", "--project", "shop", question]);
  expect(kept.code).toBe(3);
  expect(kept.stderr + kept.stdout).toContain("ACME_001");
  expect(server.receivedText()).toBe("");

  const elsewhere = await home.run(["ask", "--remote", "--project", "garden", "--json", question]);
  expect(JSON.parse(elsewhere.stdout)).toMatchObject({ answer: "somewhere", route: "remote" });
  expect(server.receivedText()).toContain("ACME-1234");
  expect(server.receivedText()).not.toContain("garden"); // the project's name is for our own gate
  const { id } = JSON.parse(elsewhere.stdout) as { id: string };
  expect((await home.run(["replay", id])).code).toBe(0);

  const before = server.requests.length;
  const later = await home.run(["ask", "--remote", "--project", "garden", "--json", "And the story of ACME-9999?"]);
  expect(later.code).toBe(0);
  expect(server.requests.length).toBe(before + 1);
});
