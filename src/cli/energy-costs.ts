import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LanguageModelV4 } from "@ai-sdk/provider";
import { ContextManager } from "../context/context-manager.js";
import { SqlStore } from "../context/sql-store.js";
import type { TopicMemory } from "../context/topic-memory.js";
import { Pcm16Decoder } from "../core/audio-source.js";
import { systemClock } from "../core/clock.js";
import { UNKNOWN_USAGE } from "../core/language-model.js";
import { type Engine, noTelemetry } from "../core/ports.js";
import { seededRandom } from "../core/random.js";
import { deviceSkillsEngine } from "../engines/device-skills/device-skills.js";
import { LABEL, METRIC } from "../metrics/names.js";
import { Orchestrator } from "../orchestrator.js";
import { openSqlite } from "../platform/node/sqlite-driver.js";
import type { QuestionCost } from "../power/energy-day.js";
import { EnergyTelemetry } from "../power/energy-telemetry.js";
import { Router } from "../routing/router.js";
import { ExpertSystem } from "../rules/expert-system.js";
import { WakeListener } from "../wake/listener.js";
import { ENERGY_NAMES, processCpuUs } from "./energy-names.js";
import { remoteEngine } from "./remote-engine.js";
import { loadTopicMemory } from "./topic-memory-file.js";
import { loadNetworks, SHIPPED_NETWORKS } from "./wake-networks.js";

/** What the parts of the program cost on this machine. */
export interface MeasuredCosts {
  readonly questions: Readonly<Record<"skill" | "local" | "remote", QuestionCost>>;
  /** Microseconds for a second of sound; absent where there is no network to listen with. */
  readonly listening: { readonly quietUs: number; readonly speechUs: number } | undefined;
}

const WARM_UP = 20;
const ROUNDS = 30;
/** Tokens of a remote's streamed answer: an assumption. */
const ANSWER_TOKENS = 300;

const TEXTS = {
  skill: ["What is 17.5 % of 2340?", "5 miles in km", "12 * 7", "How many days until 24 December?"],
  local: [
    "Summarise what we said about the garden shed and list what is still open, please.",
    "Write a short note to the neighbours about the party on Saturday.",
    "hello there, how are you today?",
  ],
  remote: [
    "Compare the advantages of heat pumps and gas boilers for an old house in the north.",
    "Explain step by step why quicksort is fast on average and slow in the worst case.",
    "Who wrote the letters that the film about the lighthouse keeper was made from?",
  ],
} as const;

/**
 * Asks questions of each kind through the whole runtime, with a store on disk, the topic memory, and a remote whose
 * network is a function: all that a question takes here except the kernel's own work on sockets, encryption, and the models.
 */
export async function measureCosts(
  options: {
    readonly router?: Router;
    /** Where the networks of a wake phrase are; default: those that come with the program. */
    readonly networks?: string;
    readonly topics?: () => Promise<TopicMemory | undefined>;
  } = {},
): Promise<MeasuredCosts> {
  const { router = new Router(), networks = SHIPPED_NETWORKS, topics = loadTopicMemory } = options;
  const directory = await mkdtemp(join(tmpdir(), "mobile-ai-energy-"));
  const energy = new EnergyTelemetry({
    inner: noTelemetry,
    cpuUs: processCpuUs,
    clock: systemClock,
    names: ENERGY_NAMES,
  });
  const rules = new ExpertSystem();
  const context = new ContextManager({
    store: new SqlStore({ driver: await openSqlite(join(directory, "store.sqlite")) }),
    topics,
  });
  try {
    const orchestrator = new Orchestrator({
      engines: [deviceSkillsEngine({}), instantEngine(), instantRemote(rules, energy)],
      rules,
      router,
      context,
      telemetry: energy,
      remoteHistoryTokens: 2000,
    });
    const measure = async (kind: keyof typeof TEXTS): Promise<QuestionCost> => {
      const ask = async (round: number): Promise<void> => {
        const text = `${TEXTS[kind][round % TEXTS[kind].length]}`;
        const forced = kind === "skill" ? {} : { forced: kind };
        await orchestrator.answer({ text, ...forced }, { onPart: () => {} });
      };
      for (let round = 0; round < WARM_UP; round++) await ask(round);
      energy.take();
      for (let round = 0; round < ROUNDS; round++) await ask(round);
      return meanOf(energy.take());
    };
    return {
      questions: { skill: await measure("skill"), local: await measure("local"), remote: await measure("remote") },
      listening: await measureListening(networks),
    };
  } finally {
    await context.close();
    await rm(directory, { recursive: true });
  }
}

function meanOf(entries: ReturnType<EnergyTelemetry["take"]>): QuestionCost {
  const cpuUs: Record<string, number> = {};
  let [sentBytes, networkMs, outputTokens] = [0, 0, 0];
  for (const entry of entries) {
    for (const [part, us] of Object.entries(entry.cpuUs)) cpuUs[part] = (cpuUs[part] ?? 0) + us / entries.length;
    sentBytes += entry.sentBytes / entries.length;
    networkMs += entry.networkMs / entries.length;
    outputTokens += (entry.outputTokens ?? 0) / entries.length;
  }
  return { route: entries[0]?.route ?? "none", cpuUs, sentBytes, networkMs, outputTokens };
}

/** A local model that answers at once: what a model takes is told apart. */
function instantEngine(): Engine {
  const text = "An answer of ordinary length, as a small model would give it in one breath.";
  const model: LanguageModelV4 = {
    specificationVersion: "v4",
    provider: "instant",
    modelId: "instant",
    supportedUrls: {},
    doGenerate: async () => ({
      content: [{ type: "text", text }],
      finishReason: { unified: "stop", raw: undefined },
      usage: UNKNOWN_USAGE,
      warnings: [],
    }),
    doStream: async () => ({
      stream: new ReadableStream({
        start(controller) {
          controller.enqueue({ type: "text-start", id: "0" });
          controller.enqueue({ type: "text-delta", id: "0", delta: text });
          controller.enqueue({ type: "text-end", id: "0" });
          const finishReason = { unified: "stop" as const, raw: undefined };
          controller.enqueue({ type: "finish", usage: UNKNOWN_USAGE, finishReason });
          controller.close();
        },
      }),
    }),
  };
  const supports = { tools: false, structuredOutput: false, files: false };
  return { id: "instant", place: "device", model, supports, contextTokens: 4096 };
}

/** The remote as the command makes it, over a wire that answers at once with a streamed answer of some length. */
function instantRemote(rules: ExpertSystem, energy: EnergyTelemetry): Engine {
  const chunk = (fields: object): string =>
    `data: ${JSON.stringify({ id: "chatcmpl-0", object: "chat.completion.chunk", created: 1, model: "m", system_fingerprint: "fp_0", ...fields })}\n\n`;
  const delta = (content: string): string =>
    chunk({ choices: [{ index: 0, delta: { content }, logprobs: null, finish_reason: null }] });
  const body = [
    ...Array.from({ length: ANSWER_TOKENS }, (_, index) => delta(index % 9 === 0 ? " word." : " token")),
    chunk({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }),
    chunk({ choices: [], usage: { prompt_tokens: 900, completion_tokens: ANSWER_TOKENS } }),
    "data: [DONE]\n\n",
  ].map((text) => new TextEncoder().encode(text));
  return remoteEngine({
    baseUrl: "https://remote.invalid/v1",
    model: "m",
    maxAttempts: 1,
    attemptMs: 60_000,
    silenceMs: 60_000,
    gzip: true,
    apiKey: async () => undefined,
    scanner: rules,
    sentBytes: (engine, bytes) => energy.count(METRIC.sentBytes, { [LABEL.engine]: engine }, bytes),
    fetch: async () => {
      let next = 0;
      const stream = new ReadableStream<Uint8Array>({
        pull(controller) {
          const bytes = body[next++];
          if (bytes === undefined) controller.close();
          else controller.enqueue(bytes);
        },
      });
      return new Response(stream, { headers: { "content-type": "text/event-stream" } });
    },
  });
}

const SAMPLE_RATE = 16_000;
/** The shortest of some passes counts: others at work on the machine make each of them longer. */
const PASSES = 4;
const PASS_SECONDS = 4;

async function measureListening(directory: string): Promise<MeasuredCosts["listening"]> {
  const [networks] = await loadNetworks([directory]);
  if (networks === undefined) return undefined;
  const random = seededRandom(1);
  const measure = (sample: (index: number) => number): number => {
    const listener = new WakeListener({
      detectors: [{ network: networks.stages(), normalization: networks.normalization }],
    });
    const decoder = new Pcm16Decoder();
    const piece = new Uint8Array(2 * (SAMPLE_RATE / 10));
    const view = new DataView(piece.buffer);
    let bestUs = Number.POSITIVE_INFINITY;
    for (let pass = 0, tenth = 0; pass < PASSES; pass++) {
      let cpuUs = 0;
      for (const end = tenth + PASS_SECONDS * 10; tenth < end; tenth++) {
        for (let index = 0; index < piece.length / 2; index++)
          view.setInt16(2 * index, 32_767 * sample(tenth * (SAMPLE_RATE / 10) + index), true);
        const beforeUs = processCpuUs();
        listener.process(decoder.push(piece));
        cpuUs += processCpuUs() - beforeUs;
      }
      bestUs = Math.min(bestUs, cpuUs / PASS_SECONDS);
    }
    return bestUs;
  };
  const quietUs = measure(() => 4e-4 * (random.next() + random.next() - 1)); // a microphone's noise, -68 dB
  // Noise in the rhythm of syllables: everything is looked at, as of speech.
  const speechUs = measure(
    (at) => 0.3 * Math.max(0, Math.sin((2 * Math.PI * 4 * at) / SAMPLE_RATE)) * (random.next() - 0.5),
  );
  return { quietUs, speechUs };
}
