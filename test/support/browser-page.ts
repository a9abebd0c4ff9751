import {
  ContextManager,
  createEgress,
  deviceSkillsEngine,
  ExpertSystem,
  MemoryStore,
  Orchestrator,
  openAICompatibleEngine,
} from "../../src/index.js";
import { browserDevice } from "../../src/platform/browser/device-status.js";
import { scriptedEngine } from "../../src/testing.js";

/** What the page of `browser.test.ts` tells its server; a step that throws tells its error instead. */
export interface BrowserReport {
  readonly evalRefused: unknown;
  readonly answer: unknown;
  readonly secret: unknown;
  readonly recall: unknown;
  readonly streamed: unknown;
  readonly aborted: unknown;
  readonly wire: unknown;
  readonly zone: unknown;
  readonly device: unknown;
}

const note = "the bike lock code is 4821";

async function evalRefused(): Promise<unknown> {
  try {
    return new Function("return 'allowed'")();
  } catch (error) {
    return (error as Error).name; // a refusal of the policy is an EvalError
  }
}

async function ask(orchestrator: Orchestrator, text: string): Promise<unknown> {
  const outcome = await orchestrator.answer({ text });
  return outcome.kind === "answered"
    ? { text: outcome.text, route: outcome.route, engine: outcome.engine }
    : { kind: outcome.kind, rule: outcome.kind === "blocked" ? outcome.ruleId : undefined };
}

function onDevice(): Orchestrator {
  const context = new ContextManager({ store: new MemoryStore() });
  return new Orchestrator({ engines: [deviceSkillsEngine({ memory: context })], context });
}

/** Built here, so that nothing that looks like a token stands in a file. */
async function secret(): Promise<unknown> {
  const remote = scriptedEngine(["never"]);
  const orchestrator = new Orchestrator({ engines: [remote] });
  const token = ["ghp", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"].join("_");
  const outcome = await ask(orchestrator, `What is wrong with my token ${token}?`);
  return { outcome, calls: remote.calls.length };
}

async function recall(): Promise<unknown> {
  const orchestrator = onDevice();
  await orchestrator.answer({ text: `Remember that ${note}` });
  return ask(orchestrator, "What did I say about the bike lock?");
}

async function streamed(): Promise<unknown> {
  const engine = scriptedEngine([["one ", "two ", "three"]], { id: "counter", place: "device" });
  const { textStream, outcome } = new Orchestrator({ engines: [engine] }).stream({ text: "count for me" });
  return { parts: await partsOf(textStream), kind: (await outcome).kind };
}

async function aborted(): Promise<unknown> {
  const engine = scriptedEngine([["one ", "two ", "three"]], { place: "device" });
  const stop = new AbortController();
  const { textStream, outcome } = new Orchestrator({ engines: [engine] }).stream(
    { text: "count for me" },
    { signal: stop.signal },
  );
  stop.abort(new Error("that is enough"));
  const messageOf = (error: unknown): string => (error as Error).message; // the reason above
  return [await partsOf(textStream).catch(messageOf), await outcome.catch(messageOf)];
}

/** The wire of a model server, through the browser's own fetch. */
async function wire(): Promise<unknown> {
  const rules = new ExpertSystem({ redactPersonalData: true });
  const engine = openAICompatibleEngine({
    baseUrl: `${location.origin}/v1`,
    model: "echo",
    id: "echo",
    place: "network",
    egress: createEgress({ scanner: rules }),
  });
  const address = ["jane.doe", "fabrikam-works.com"].join("@");
  const orchestrator = new Orchestrator({ engines: [engine], rules });
  const { textStream, outcome } = orchestrator.stream({ text: `Write a short invitation to ${address}` });
  const text = (await partsOf(textStream)).join("");
  return { text: text.replace(address, "<the address>"), kind: (await outcome).kind };
}

async function zone(): Promise<unknown> {
  const clock = {
    nowMs: () => Date.UTC(2027, 0, 15, 12),
    monotonicMs: () => performance.now(),
    sleep: () => new Promise<void>(() => {}),
  };
  const engine = deviceSkillsEngine({ clock, timeZone: "UTC" });
  return ask(new Orchestrator({ engines: [engine], clock }), "What time is it in Tokyo?");
}

async function device(): Promise<unknown> {
  const observed = browserDevice();
  const status = await observed.refresh();
  observed.close();
  return status;
}

async function partsOf(stream: ReadableStream<string>): Promise<string[]> {
  const reader = stream.getReader();
  const parts: string[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return parts;
    parts.push(value);
  }
}

const steps: Record<keyof BrowserReport, () => Promise<unknown>> = {
  evalRefused,
  answer: () => ask(onDevice(), "What is 17.5 % of 2340?"),
  secret,
  recall,
  streamed,
  aborted,
  wire,
  zone,
  device,
};
const report: Record<string, unknown> = {};
for (const [name, step] of Object.entries(steps)) {
  report[name] = await step().catch((error: unknown) => `failed: ${(error as Error).stack}`); // nothing here throws else
}
await fetch("/report", { method: "POST", body: JSON.stringify(report) });
