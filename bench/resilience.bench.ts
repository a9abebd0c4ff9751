import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { LanguageModelV4, LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { KeptAnswers } from "../src/context/kept-answers.js";
import { MemoryStore } from "../src/context/memory-store.js";
import { systemClock } from "../src/core/clock.js";
import { PROVIDER_KEY } from "../src/core/language-model.js";
import { withBatching } from "../src/engines/batched.js";
import { withBreaker } from "../src/engines/breaking.js";
import { withCache } from "../src/engines/cached.js";
import { createEgress } from "../src/engines/egress.js";
import { openAICompatibleEngine } from "../src/engines/openai-compatible.js";
import { withRetry } from "../src/engines/retrying.js";
import { withTimeout } from "../src/engines/timed.js";
import { CircuitBreaker } from "../src/resilience/circuit-breaker.js";
import { ResponseCache } from "../src/resilience/response-cache.js";
import { RetryBudget } from "../src/resilience/retry-budget.js";
import { ExpertSystem } from "../src/rules/expert-system.js";
import type { Report } from "./harness.js";

const ANSWER = JSON.stringify({
  id: "1",
  model: "m",
  choices: [
    { index: 0, message: { role: "assistant", content: "An answer of ordinary length." }, finish_reason: "stop" },
  ],
});

/** A model server that answers after so long, and counts its connections. */
async function slowServer(
  delayMs: number,
): Promise<{ readonly baseUrl: string; readonly connections: () => number; close(): void }> {
  let connections = 0;
  const sockets = new Set<Socket>();
  const server: Server = createServer((request, response) => {
    request.resume();
    request.on("end", () =>
      setTimeout(() => response.writeHead(200, { "content-type": "application/json" }).end(ANSWER), delayMs),
    );
  });
  server.on("connection", (socket) => {
    connections++;
    sockets.add(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // a TCP server has no path
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    connections: () => connections,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

const say = (text: string, own: Record<string, string> = {}): LanguageModelV4CallOptions => ({
  prompt: [{ role: "user", content: [{ type: "text", text }] }],
  providerOptions: { [PROVIDER_KEY]: { project: "bench", ...own } },
});

/** Everything that stands around a remote, as the command stacks it. */
async function stacked(baseUrl: string): Promise<LanguageModelV4> {
  const store = new MemoryStore();
  await store.createProject("bench");
  const egress = createEgress({ scanner: new ExpertSystem() });
  const wire = openAICompatibleEngine({ baseUrl, model: "m", egress, place: "network" }).model;
  const retried = withRetry(withTimeout(wire, { silenceMs: 60_000 }), {
    budget: new RetryBudget(),
    deadlineMs: 120_000,
  });
  const broken = withBreaker(withTimeout(retried, { silenceMs: 120_000 }), new CircuitBreaker({ clock: systemClock }));
  const cache = new ResponseCache({ texts: new KeptAnswers(store), clock: systemClock, maxEntries: 5000 });
  return withCache(withBatching(broken), { cache, hash: (text) => createHash("sha256").update(text).digest("hex") });
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;

async function timed(run: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await run();
  return performance.now() - startMs;
}

/** What the things around a remote cost and save, over loopback. */
export async function run(report: Report): Promise<void> {
  await overhead(report);
  await batches(report);
  await crowd(report);
}

async function overhead(report: Report): Promise<void> {
  const server = await slowServer(5);
  const model = await stacked(server.baseUrl);
  const body = JSON.stringify({ model: "m", messages: [{ role: "user", content: "What is the way to the sea?" }] });
  const bare = async (): Promise<unknown> =>
    (
      await fetch(`${server.baseUrl}/chat/completions`, {
        method: "POST",
        body,
        headers: { "content-type": "application/json" },
      })
    ).json();
  const times = { bare: [] as number[], stack: [] as number[], hit: [] as number[] };
  for (let index = 0; index < 350; index++) {
    const bareMs = await timed(bare);
    const stackMs = await timed(async () => model.doGenerate(say(`What is the way to the sea, number ${index}?`)));
    const hitMs = await timed(async () => model.doGenerate(say(`What is the way to the sea, number ${index}?`)));
    if (index < 50) continue; // warm-up
    times.bare.push(bareMs);
    times.stack.push(stackMs);
    times.hit.push(hitMs);
  }
  server.close();
  report.figure({
    name: "resilience.stack_ratio",
    value: median(times.stack) / median(times.bare),
    meaning:
      "rules, cache, batches, breaker, timeouts and retry around a call, against bare fetch of a 5 ms upstream (median)",
    target: { atMost: 1.1 },
  });
  report.figure({
    name: "resilience.cache_hit_ratio",
    value: median(times.stack) / median(times.hit),
    meaning: "a call against the same one answered from the cache (median)",
    target: { atLeast: 10 },
  });
}

async function batches(report: Report): Promise<void> {
  const questions = Array.from({ length: 20 }, (_, index) => `Tell me about river number ${index}`);
  const alone = await slowServer(50);
  const one = await stacked(alone.baseUrl);
  const aloneMs = await timed(async () => {
    for (const question of questions) await one.doGenerate(say(question));
  });
  const together = await slowServer(50);
  const many = await stacked(together.baseUrl);
  const togetherMs = await timed(() =>
    Promise.all(questions.map((question) => many.doGenerate(say(question, { mayWait: "soon" })))),
  );
  report.figure({
    name: "resilience.batch_speedup",
    value: aloneMs / togetherMs,
    meaning: "20 questions one by one against in batches of 5, 50 ms latency: wall time",
    target: { atLeast: 3 },
  });
  report.figure({
    name: "resilience.connections_one_by_one",
    value: alone.connections(),
    meaning: "connections for the 20, one by one",
  });
  report.figure({
    name: "resilience.connections_batched",
    value: together.connections(),
    meaning: "connections for the 20, batched",
  });
  alone.close();
  together.close();
}

async function crowd(report: Report): Promise<void> {
  const server = await slowServer(20);
  const model = await stacked(server.baseUrl);
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 20);
  const settled = await Promise.allSettled(
    Array.from({ length: 1000 }, (_, index) => model.doGenerate(say(`Question number ${index} of a thousand`))),
  );
  clearInterval(watch);
  server.close();
  report.figure({
    name: "resilience.lost_of_1000",
    value: settled.filter(({ status }) => status === "rejected").length,
    meaning: "of 1,000 questions at once through the stack, lost",
    target: { atMost: 0 },
  });
  report.figure({
    name: "resilience.crowd_MB",
    value: (peak - before) / 2 ** 20,
    meaning: "memory above rest at most while they run, in MB",
    target: { atMost: 150 },
  });
}
