import { join } from "node:path";
import type { Engine } from "../core/ports.js";
import { createEgress, type RequestScanner } from "../engines/egress.js";
import { llamaCppEngine } from "../engines/llama-cpp.js";
import { detectLocalServers, type LocalServer } from "../engines/local-servers.js";
import { openAICompatibleEngine } from "../engines/openai-compatible.js";
import { loadLlamaCpp } from "../platform/node/llama-cpp-loader.js";
import { ModelFiles } from "../platform/node/model-files.js";
import { UsageError } from "./command.js";
import { pathsOf } from "./configuration.js";
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
  const file = wanted === undefined ? files[0] : files.find((each) => each.name === wanted);
  if (file !== undefined) {
    const threads = settings.number("local.threads");
    const contextTokens = settings.number("local.contextTokens");
    return [
      llamaCppEngine({
        modelPath: file.path,
        modelId: file.name,
        load: loadLlamaCpp,
        ...(threads === undefined ? {} : { threads }),
        ...(contextTokens === undefined
          ? {}
          : { contextTokens: Math.min(contextTokens, file.contextTokens ?? contextTokens) }),
      }),
    ];
  }
  if (wanted === undefined && !settings.flag("local.detectServers")) return [];
  const servers = await serversOnThisDevice(terminal);
  const engines = servers.flatMap((server) => serverEngines(server, scanner));
  if (wanted === undefined) return engines.filter((engine) => engine.place === "device").slice(0, 1);
  const engine = engines.find((each) => each.id === wanted);
  if (engine !== undefined) return [engine];
  if (/^(?:ollama|llama-server|lm-studio|openai-compatible):/.test(wanted)) return []; // its server is not running now
  throw new UsageError(`Cannot use local.model "${wanted}": there is no model of that name. See mobile-ai models list`);
}

/** The model servers that run on this device now. */
export function serversOnThisDevice(terminal: Terminal): Promise<LocalServer[]> {
  return detectLocalServers({ signal: terminal.signal });
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
