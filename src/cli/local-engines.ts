import { join } from "node:path";
import type { Engine } from "../core/ports.js";
import { createEgress, type RequestScanner } from "../engines/egress.js";
import { llamaCppEngine } from "../engines/llama-cpp.js";
import type { ThreadStore } from "../engines/llama-cpp-threads.js";
import { detectLocalServers, type LocalServer } from "../engines/local-servers.js";
import { openAICompatibleEngine } from "../engines/openai-compatible.js";
import { loadLlamaCpp } from "../platform/node/llama-cpp-loader.js";
import { ModelFiles } from "../platform/node/model-files.js";
import { CommandError, UsageError } from "./command.js";
import { pathsOf } from "./configuration.js";
import { readIfPresent, writePrivateFile } from "./files.js";
import { createProbedFetch } from "./probed-fetch.js";
import type { Settings } from "./settings.js";
import type { Terminal } from "./terminal.js";

/** The model files of this person. */
export function modelFiles(terminal: Terminal): ModelFiles {
  return new ModelFiles({ directory: join(pathsOf(terminal).dataDirectory, "models") });
}

/** The language models on this device, the one that is set first; none is loaded or asked yet. */
export async function localEngines(
  settings: Settings,
  terminal: Terminal,
  scanner: RequestScanner,
): Promise<readonly Engine[]> {
  const wanted = settings.text("local.model");
  const files = await modelFiles(terminal).list();
  const usable = files.filter((each) => each.state === "ready");
  const file = wanted === undefined ? usable[0] : files.find((each) => each.name === wanted);
  if (file !== undefined && file.state !== "ready") {
    throw new CommandError(
      `Cannot use local.model ${file.name}: its file is ${file.state} (${file.path}). Run: mobile-ai models remove ${file.name}`,
    );
  }
  if (file !== undefined) {
    const threads = settings.number("local.threads");
    const contextTokens = settings.number("local.contextTokens");
    return [
      llamaCppEngine({
        modelPath: file.path,
        modelId: file.name,
        load: loadLlamaCpp,
        threadStore: threadStore(terminal),
        ...(threads === undefined ? {} : { threads }),
        ...(contextTokens === undefined ? {} : { contextTokens: Math.min(contextTokens, file.contextTokens) }),
      }),
    ];
  }
  const servers = await serversOnThisDevice(settings, terminal);
  const engines = servers.flatMap((server) => serverEngines(server, scanner));
  if (wanted === undefined) return engines.filter((engine) => engine.place === "device").slice(0, 1);
  const engine = engines.find((each) => each.id === wanted);
  if (engine !== undefined) return [engine];
  if (/^(?:ollama|llama-server|lm-studio|openai-compatible):/.test(wanted)) return []; // its server is not running now
  throw new UsageError(`Cannot use local.model "${wanted}": there is no model of that name. See mobile-ai models list`);
}

/** Measured thread counts, in a small file that can be lost: measuring again costs a fraction of a second. */
function threadStore(terminal: Terminal): ThreadStore {
  const path = join(pathsOf(terminal).stateDirectory, "llama-threads.json");
  const read = async (): Promise<Record<string, number>> => {
    try {
      const content: unknown = JSON.parse((await readIfPresent(path)) ?? "{}");
      const entries = typeof content === "object" && content !== null ? Object.entries(content) : [];
      return Object.fromEntries(entries.filter((entry): entry is [string, number] => Number.isInteger(entry[1])));
    } catch {
      return {}; // damaged: measured again
    }
  };
  return {
    get: async (key) => (await read())[key],
    set: async (key, threads) => writePrivateFile(path, `${JSON.stringify({ ...(await read()), [key]: threads })}\n`),
  };
}

/** The model servers that run on this device now; none are looked for when the settings say so. */
export async function serversOnThisDevice(settings: Settings, terminal: Terminal): Promise<LocalServer[]> {
  return settings.flag("local.detectServers")
    ? detectLocalServers({ signal: terminal.signal, fetch: createProbedFetch() })
    : [];
}

/** Each model of a server as an engine `SERVER:MODEL`; one that forwards to a cloud is on the network. */
function serverEngines(server: LocalServer, scanner: RequestScanner): Engine[] {
  const egress = createEgress({ scanner });
  return server.models.map((model) =>
    openAICompatibleEngine({
      baseUrl: server.baseUrl,
      model: model.id,
      egress,
      id: `${server.name}:${model.id}`,
      place: model.forwardsToCloud ? "network" : "device",
      contextTokens: model.contextTokens,
    }),
  );
}
