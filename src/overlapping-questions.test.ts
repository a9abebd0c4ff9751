import { afterEach, expect, test } from "vitest";
import { completion, jsonReply, type OpenAIServer, startOpenAIServer } from "../test/support/openai-server.js";
import type { AuditEntry } from "./core/decision-record.js";
import { withBatching } from "./engines/batched.js";
import { createEgress, openEgress } from "./engines/egress.js";
import { openAICompatibleEngine } from "./engines/openai-compatible.js";
import { Orchestrator } from "./orchestrator.js";
import { ExpertSystem } from "./rules/expert-system.js";

// What the record says of one question must not be another's, however they overlap.

let server: OpenAIServer | undefined;
afterEach(() => server?.close());

const answer = completion({ content: "an answer" });

async function sentOf(batchUrl: (origin: string) => string | undefined): Promise<ReadonlyMap<string, unknown>> {
  server = await startOpenAIServer(({ path, json }) =>
    jsonReply(
      path.endsWith("/batch")
        ? { responses: (json as { requests: object[] }).requests.map(() => ({ status: 200, body: answer })) }
        : answer,
    ),
  );
  const rules = new ExpertSystem();
  const { record, totals } = openEgress();
  const egress = createEgress({ scanner: rules, record });
  const engine = openAICompatibleEngine({ baseUrl: server.baseUrl, model: "m", egress, place: "network" });
  const url = batchUrl(server.baseUrl);
  const model = withBatching(engine.model, {
    generateMany: url === undefined ? undefined : (calls, signal) => engine.model.generateMany(calls, { url, signal }),
  });
  const entries: AuditEntry[] = [];
  const orchestrator = new Orchestrator({
    rules,
    engines: [{ ...engine, model, departed: totals }],
    audit: { append: async (entry) => void entries.push(entry) },
  });
  const outcomes = await Promise.all(
    ["short", `long ${"and longer ".repeat(50)}`].map((text, index) =>
      orchestrator.answer({ text, project: `p${index}`, forced: "remote", priority: 1 }),
    ),
  );
  const sent = new Map(entries.flatMap((entry) => (entry.kind === "decided" ? [] : [[entry.id, entry.end.sent]])));
  return new Map(outcomes.map(({ id }, index) => [`p${index}`, sent.get(id ?? "")]));
}

test("each question of several at once has its own bytes on the record", async () => {
  const sent = await sentOf(() => undefined);
  for (const [project, words] of [
    ["p0", "short"],
    ["p1", "long"],
  ]) {
    const request = server!.requests.find(({ body }) => body.includes(`"${words}`))!;
    expect(sent.get(project!)).toEqual([
      expect.objectContaining({ requests: 1, bytes: Buffer.byteLength(request.body) }),
    ]);
  }
  expect(server!.receivedText()).not.toContain('"call"'); // the name of a call is for our own record
});

test("of a request that carried several, each has the whole", async () => {
  const sent = await sentOf((base) => `${base}/batch`);
  expect(server!.requests).toHaveLength(1);
  const whole = expect.objectContaining({ requests: 1, bytes: Buffer.byteLength(server!.requests[0]!.body) });
  expect([...sent.values()]).toEqual([[whole], [whole]]);
});
