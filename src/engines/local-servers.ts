import { untilAborted } from "./abort.js";
import type { Fetch } from "./egress.js";
import { asArray, asCount, asRecord, asText } from "./json-shape.js";
import { namesCloudModel } from "./openai-compatible.js";
import { readBody } from "./response-body.js";

/** One model that a server on this device offers. */
export interface LocalServerModel {
  readonly id: string;
  /** Absent when the server does not tell. */
  readonly contextTokens?: number;
  /** The server on this device passes its questions on to a cloud: an engine with it is on the network. */
  readonly forwardsToCloud: boolean;
}

/** A model server that answered on this device. */
export interface LocalServer {
  readonly name: "ollama" | "llama-server" | "lm-studio" | "openai-compatible";
  /** For `createOpenAICompatibleModel`: `http://127.0.0.1:11434/v1`. */
  readonly baseUrl: string;
  readonly models: readonly LocalServerModel[];
}

/** Where each server listens by default. */
export const DEFAULT_PORTS = { ollama: 11434, llamaServer: 8080, lmStudio: 1234 } as const;

export interface DetectLocalServersOptions {
  /** Default: the runtime's own. */
  readonly fetch?: Fetch | undefined;
  /** For all probes together, since they run at once; default 300. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly ports?: { readonly [Name in keyof typeof DEFAULT_PORTS]?: number } | undefined;
}

/**
 * The model servers that answer on this device within `timeoutMs`: Ollama, llama-server, LM Studio, or another that
 * speaks the OpenAI wire on one of their ports. Sends nothing but GET requests to 127.0.0.1; whoever is silent or answers
 * something else is left out. Rejects only with `signal.reason`.
 */
export async function detectLocalServers(options: DetectLocalServersOptions = {}): Promise<LocalServer[]> {
  const { timeoutMs = 300, signal } = options;
  const transmit: Fetch = options.fetch ?? ((url, init) => globalThis.fetch(url, init));
  const ports = { ...DEFAULT_PORTS, ...options.ports };
  signal?.throwIfAborted();
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  const onAbort = (): void => deadline.abort(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    const ask: Ask = (port, path) => get(transmit, `http://127.0.0.1:${port}${path}`, deadline.signal);
    const found = await Promise.all([
      findOllama(ask, ports.ollama),
      findLlamaServer(ask, ports.llamaServer),
      findLmStudio(ask, ports.lmStudio),
    ]);
    signal?.throwIfAborted();
    return found.filter((server) => server !== undefined);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

/** The JSON object at a path, undefined for everything else that may happen. */
type Ask = (port: number, path: string) => Promise<Readonly<Record<string, unknown>> | undefined>;

const MAX_BYTES = 1024 * 1024;

async function get(
  transmit: Fetch,
  url: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const init: RequestInit = { method: "GET", headers: { accept: "application/json" }, redirect: "error", signal };
    const response = await untilAborted(transmit(url, init), signal);
    if (!response.ok) {
      response.body?.cancel().catch(() => {}); // a stranger's error page
      return undefined;
    }
    return asRecord(JSON.parse(await readBody(response, { maxBytes: MAX_BYTES, signal })));
  } catch {
    return undefined; // nobody there, too slow, or no JSON: all mean "no such server"
  }
}

/** Ollama: `/api/tags` lists the models, `/api/ps` knows the context of those that are loaded. */
async function findOllama(ask: Ask, port: number): Promise<LocalServer | undefined> {
  const [tags, loaded] = await Promise.all([ask(port, "/api/tags"), ask(port, "/api/ps")]);
  if (!Array.isArray(tags?.["models"])) return undefined;
  const contexts = new Map<string, number>();
  for (const entry of asArray(loaded?.["models"])) {
    const name = asText(asRecord(entry)?.["name"]);
    const contextTokens = asCount(asRecord(entry)?.["context_length"]);
    if (name !== undefined && contextTokens) contexts.set(name, contextTokens);
  }
  const models = tags["models"].flatMap((entry: unknown): LocalServerModel[] => {
    const model = asRecord(entry);
    const id = asText(model?.["name"]) ?? asText(model?.["model"]);
    if (!id || asText(asRecord(model?.["details"])?.["family"])?.includes("bert")) return []; // BERT only embeds
    // A copy of a cloud model may have any name, but it keeps its remote host.
    const forwardsToCloud =
      Boolean(asText(model?.["remote_host"]) || asText(model?.["remote_model"])) || namesCloudModel(id);
    return [modelEntry(id, contexts.get(id), forwardsToCloud)];
  });
  return { name: "ollama", baseUrl: `http://127.0.0.1:${port}/v1`, models };
}

/** llama-server: `/v1/models` says `llamacpp`, `/props` knows the context it runs with. */
async function findLlamaServer(ask: Ask, port: number): Promise<LocalServer | undefined> {
  const [list, props] = await Promise.all([ask(port, "/v1/models"), ask(port, "/props")]);
  const entries = listed(list);
  if (entries === undefined) return undefined;
  const settings = asRecord(props?.["default_generation_settings"]);
  const isLlama = settings !== undefined || entries.some((entry) => asText(entry["owned_by"]) === "llamacpp");
  const models = entries.map((entry) => {
    const contextTokens = asCount(asRecord(entry["meta"])?.["n_ctx"]) ?? asCount(settings?.["n_ctx"]);
    return modelEntry(String(entry["id"]), contextTokens);
  });
  return { name: isLlama ? "llama-server" : "openai-compatible", baseUrl: `http://127.0.0.1:${port}/v1`, models };
}

/** LM Studio: `/v1/models` lists names, its own `/api/v0/models` knows kinds and contexts. */
async function findLmStudio(ask: Ask, port: number): Promise<LocalServer | undefined> {
  const [list, own] = await Promise.all([ask(port, "/v1/models"), ask(port, "/api/v0/models")]);
  const entries = listed(list);
  if (entries === undefined) return undefined;
  const facts = new Map(listed(own)?.map((entry) => [entry["id"], entry]));
  const models = entries.flatMap((entry) => {
    const known = facts.get(entry["id"]);
    if (asText(known?.["type"]) === "embeddings") return [];
    // What it was loaded with; the maximum would only hold after loading it again.
    const contextTokens = asCount(known?.["loaded_context_length"]) ?? asCount(known?.["max_context_length"]);
    return [modelEntry(String(entry["id"]), contextTokens)];
  });
  const name = listed(own) === undefined ? "openai-compatible" : "lm-studio";
  return { name, baseUrl: `http://127.0.0.1:${port}/v1`, models };
}

/** The entries with an id of `{data: [{id}]}`; undefined when it is no such list. */
function listed(
  answer: Readonly<Record<string, unknown>> | undefined,
): readonly Readonly<Record<string, unknown>>[] | undefined {
  if (!Array.isArray(answer?.["data"])) return undefined;
  return answer["data"].flatMap((entry: unknown) => {
    const model = asRecord(entry);
    return model !== undefined && asText(model["id"]) ? [model] : [];
  });
}

function modelEntry(
  id: string,
  contextTokens: number | undefined,
  forwardsToCloud = namesCloudModel(id),
): LocalServerModel {
  return { id, forwardsToCloud, ...(contextTokens ? { contextTokens } : {}) };
}
