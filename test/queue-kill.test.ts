import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { QueuedQuestions } from "../src/context/queued-questions.js";
import { SqlStore } from "../src/context/sql-store.js";
import type { QueuedQuestion } from "../src/orchestrator.js";
import { openSqlite } from "../src/platform/node/sqlite-driver.js";
import { OfflineQueue } from "../src/resilience/offline-queue.js";
import { ManualClock, seededRandom } from "../src/testing.js";

// Questions are queued and answered until the process is killed: none that was accepted is lost, none is answered twice.

/** More rounds on demand: MOBILE_AI_KILL_ROUNDS=200 npx vitest run test/queue-kill.test.ts */
const rounds = Number(process.env["MOBILE_AI_KILL_ROUNDS"] ?? 20);
// Within the repository, so that the bundle finds its packages.
const bundle = join(resolve("node_modules/.cache"), `mobile-ai-queue-kill-${process.pid}.mjs`);
const folder = mkdtempSync(join(tmpdir(), "mobile-ai-queue-kill-"));

const child = `
  import { writeSync } from "node:fs";
  import { ContextManager } from "./context/context-manager.js";
  import { QueuedQuestions } from "./context/queued-questions.js";
  import { SqlStore } from "./context/sql-store.js";
  import { systemClock } from "./core/clock.js";
  import { systemRandom } from "./core/random.js";
  import { Orchestrator } from "./orchestrator.js";
  import { openSqlite } from "./platform/node/sqlite-driver.js";
  import { OfflineQueue } from "./resilience/offline-queue.js";
  import { scriptedEngine } from "./testing.js";
  const [, , file, name] = process.argv;
  const store = new SqlStore({ driver: await openSqlite(file) });
  const status = { online: false };
  const orchestrator = new Orchestrator({
    engines: [scriptedEngine(["an answer"], { id: "remote", place: "network" })],
    context: new ContextManager({ store }),
    device: { status: () => ({ ...status }) },
    // The dead of the round before had their leases: here they end at once.
    queue: new OfflineQueue({ texts: new QueuedQuestions(store), clock: systemClock, random: systemRandom, leaseMs: 1 }),
  });
  for (let index = 0; ; index++) {
    const text = name + " question " + index;
    const outcome = await orchestrator.answer({ text, project: index % 2 === 0 ? "a" : "b", forced: "remote" });
    writeSync(1, "queued " + text + "\\n");
    if (index % 2 === 0) continue;
    status.online = true;
    await orchestrator.flushQueue({ onOutcome: (item) => writeSync(1, "shown " + item.content.text + "\\n") });
    status.online = false;
  }
`;

beforeAll(() =>
  build({
    stdin: { contents: child, resolveDir: resolve("src"), loader: "ts" },
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
    outfile: bundle,
  }),
);
afterAll(() => {
  rmSync(bundle, { force: true });
  rmSync(folder, { recursive: true });
});

test(
  `no accepted question is lost and none is answered twice in ${rounds} kills at random moments`,
  async () => {
    const file = join(folder, "store.db");
    const random = seededRandom(Number(process.env["MOBILE_AI_KILL_SEED"] ?? 1));
    const accepted = new Set<string>();
    const shown: string[] = [];
    let waitingAtAKill = 0;
    for (let round = 0; round < rounds; round++) {
      const process_ = spawn(process.execPath, [bundle, file, `r${round}`], { stdio: ["ignore", "pipe", "inherit"] });
      let output = "";
      const exited = new Promise((resolveExit) => process_.once("close", resolveExit));
      const started = new Promise<void>((resolveStarted) => {
        process_.stdout.on("data", (chunk) => {
          output += chunk;
          resolveStarted();
        });
      });
      await Promise.race([started, exited]);
      await new Promise((wake) => setTimeout(wake, random.next() * 250));
      process_.kill("SIGKILL");
      await exited;
      for (const line of output.split("\n").slice(0, -1)) {
        if (line.startsWith("queued ")) accepted.add(line.slice(7));
        else shown.push(line.slice(6));
      }
      const driver = await openSqlite(file);
      expect(await driver.all("PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
      const store = new SqlStore({ driver });
      const queue = new OfflineQueue<QueuedQuestion>({
        texts: new QueuedQuestions(store),
        clock: new ManualClock(),
        random,
      });
      const waiting = (await queue.list()).map(({ content }) => content.text);
      if (waiting.length > 0) waitingAtAKill++;
      const answered: string[] = [];
      for (const { id } of await store.projects()) {
        answered.push(...(await store.turns(id, { limit: 100_000 })).map(({ question }) => question));
      }
      await store.close();
      expect(new Set(answered).size).toBe(answered.length);
      const known = new Set([...waiting, ...answered]);
      for (const question of accepted) expect(known.has(question) ? "" : `lost: ${question}`).toBe("");
      for (const question of answered) expect(waiting).not.toContain(question);
      // What was shown is in the history, and was shown once.
      expect(new Set(shown).size).toBe(shown.length);
      const done = new Set(answered);
      for (const question of shown) expect(done.has(question) ? "" : `shown and not kept: ${question}`).toBe("");
    }
    expect(shown.length).toBeGreaterThan(0);
    if (rounds >= 20) expect(waitingAtAKill).toBeGreaterThan(0);
  },
  60_000 + rounds * 4_000,
);
