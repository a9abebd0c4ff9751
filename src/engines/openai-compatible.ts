import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamResult,
  SharedV4Warning,
} from "@ai-sdk/provider";
import { type Clock, systemClock } from "../core/clock.js";
import { EngineError } from "../core/errors.js";
import { PROVIDER_KEY, projectOf } from "../core/language-model.js";
import type { Engine } from "../core/ports.js";
import { newId, type Random, systemRandom } from "../core/random.js";
import type { Egress } from "./egress.js";
import { asRecord } from "./json-shape.js";
import { isLoopback } from "./loopback.js";
import { isRetryableStatus, messageOfErrorBody, statusError, type Withheld, withoutEchoes } from "./openai-errors.js";
import { chatRequest, type OpenAIRequestStyle } from "./openai-request.js";
import { readCompletion } from "./openai-response.js";
import { readCompletionStream } from "./openai-stream.js";
import { readBody } from "./response-body.js";

export interface OpenAICompatibleOptions {
  /** Up to and with the version, `https://api.openai.com/v1`; `/chat/completions` is added. */
  readonly baseUrl: string;
  readonly model: string;
  /** Asked at every call, so that a key can change and need not lie in memory. Sent as a bearer token. */
  readonly apiKey?: (() => string | undefined | Promise<string | undefined>) | undefined;
  /** Added to every request; values are treated as secrets. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly egress: Egress;
  /** Default `openai-compatible:<host>/<model>`. */
  readonly id?: string | undefined;
  /** Default: `device` for a loopback address, unless the model's name says that it runs in a cloud; else `network`. */
  readonly place?: "device" | "network" | undefined;
  readonly structuredOutput?: OpenAIRequestStyle["structuredOutput"] | undefined;
  readonly maxTokensField?: OpenAIRequestStyle["maxTokensField"] | undefined;
  readonly streamUsage?: boolean | undefined;
  /** Cap on one answer; default 16 MiB. */
  readonly maxResponseBytes?: number | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

/**
 * A model behind the OpenAI wire (`POST {baseUrl}/chat/completions`): OpenAI, llama-server, Ollama, LM Studio, vLLM and
 * most hosts. Fails with EngineError, EgressRefusedError, CannotAnswerError, or the signal's own reason.
 */
export function createOpenAICompatibleModel(options: OpenAICompatibleOptions): BatchingLanguageModel {
  return new OpenAICompatibleModel(options);
}

/** A model whose server may take several calls in one request. */
export interface BatchingLanguageModel extends LanguageModelV4 {
  generateMany(
    calls: readonly LanguageModelV4CallOptions[],
    options: { readonly url: string; readonly signal: AbortSignal },
  ): Promise<readonly PromiseSettledResult<LanguageModelV4GenerateResult>[]>;
}

/** The same as an engine: its id, its place, and what it is known to support. */
export function openAICompatibleEngine(
  options: OpenAICompatibleOptions & {
    readonly contextTokens?: number | undefined;
    readonly supports?: Partial<Engine["supports"]> | undefined;
  },
): Engine & { readonly model: BatchingLanguageModel } {
  const { contextTokens, supports } = options;
  return {
    id: idOf(options),
    place: placeOf(options),
    model: new OpenAICompatibleModel(options),
    scoped: true,
    supports: { tools: true, structuredOutput: true, files: true, ...supports },
    ...(contextTokens === undefined ? {} : { contextTokens }),
  };
}

/** Whether an Ollama model's name says that the server on this device passes it on to a cloud. */
export function namesCloudModel(model: string): boolean {
  return /[-:]cloud$/i.test(model);
}

function idOf({ id, baseUrl, model }: OpenAICompatibleOptions): string {
  return id ?? `openai-compatible:${new URL(baseUrl).host}/${model}`;
}

function placeOf({ place, baseUrl, model }: OpenAICompatibleOptions): "device" | "network" {
  const loopback = isLoopback(baseUrl);
  if (place === "device" && !loopback) {
    throw new TypeError("Cannot place an engine on this device: its address is not a loopback address");
  }
  return place ?? (loopback && !namesCloudModel(model) ? "device" : "network");
}

const DEFAULT_MAX_RESPONSE_BYTES = 16 * 1024 * 1024;

/** Everything that may hold a key is private: neither JSON.stringify nor an inspector shows it. */
class OpenAICompatibleModel implements BatchingLanguageModel {
  readonly specificationVersion = "v4" as const;
  readonly provider = "openai-compatible";
  readonly modelId: string;
  readonly supportedUrls: Record<string, RegExp[]>;
  readonly #url: URL;
  readonly #id: string;
  readonly #place: "device" | "network";
  readonly #style: OpenAIRequestStyle;
  readonly #egress: Egress;
  readonly #apiKey: OpenAICompatibleOptions["apiKey"];
  readonly #headers: Readonly<Record<string, string>>;
  readonly #maxResponseBytes: number;
  readonly #clock: Clock;
  readonly #newToolCallId: () => string;

  constructor(options: OpenAICompatibleOptions) {
    const { model, egress, apiKey, headers = {}, clock = systemClock, random = systemRandom } = options;
    if (model === "") throw new TypeError("Cannot create a model: its name is empty");
    this.#url = completionsUrl(options.baseUrl);
    this.modelId = model;
    this.#id = idOf(options);
    this.#place = placeOf(options);
    this.supportedUrls = this.#place === "network" ? { "image/*": [/^https?:\/\//] } : {};
    this.#style = {
      model,
      structuredOutput: options.structuredOutput ?? "json-schema",
      maxTokensField:
        options.maxTokensField ?? (this.#url.hostname === "api.openai.com" ? "max_completion_tokens" : "max_tokens"),
      streamUsage: options.streamUsage ?? true,
      mayFetchUrls: this.#place === "network",
    };
    this.#egress = egress;
    this.#apiKey = apiKey;
    this.#headers = headers;
    this.#maxResponseBytes = options.maxResponseBytes ?? DEFAULT_MAX_RESPONSE_BYTES;
    this.#clock = clock;
    this.#newToolCallId = () => `call_${newId(clock.nowMs(), random)}`;
  }

  async doGenerate(options: LanguageModelV4CallOptions): Promise<LanguageModelV4GenerateResult> {
    const { response, warnings, withheld } = await this.#post(options, false);
    const body = await readBody(response, { maxBytes: this.#maxResponseBytes, signal: options.abortSignal });
    const answer = this.#parse(body, response);
    this.#throwIfFailed(answer, withheld);
    const completion = readCompletion(answer, this.#newToolCallId);
    return {
      ...completion,
      warnings,
      response: { ...completion.response, headers: visibleHeaders(response) },
    };
  }

  async doStream(options: LanguageModelV4CallOptions): Promise<LanguageModelV4StreamResult> {
    const { response, warnings, withheld } = await this.#post(options, true);
    if (!isType(response, "text/event-stream")) {
      const body = await readBody(response, { maxBytes: this.#maxResponseBytes, signal: options.abortSignal });
      this.#throwIfFailed(this.#parse(body, response), withheld);
      throw new EngineError(`Cannot stream from ${this.#url.origin}: it answered with one JSON text instead of events`);
    }
    if (response.body === null) {
      throw new EngineError(`Cannot stream from ${this.#url.origin}: this runtime's fetch does not stream`);
    }
    const stream = readCompletionStream(response.body, {
      warnings,
      maxBytes: this.#maxResponseBytes,
      signal: options.abortSignal,
      includeRawChunks: options.includeRawChunks,
      newToolCallId: this.#newToolCallId,
      throwIfFailed: (chunk) => this.#throwIfFailed(chunk, withheld),
    });
    return { stream, response: { headers: visibleHeaders(response) } };
  }

  /**
   * Several calls in one request, for a server that takes `{ requests: [body, ...] }` at `url` and answers
   * `{ responses: [{ status, body }, ...] }` in order, each body as it would have been alone. Each call has its own outcome;
   * rejects when the request as a whole fails.
   */
  async generateMany(
    calls: readonly LanguageModelV4CallOptions[],
    { url, signal }: { readonly url: string; readonly signal: AbortSignal },
  ): Promise<readonly PromiseSettledResult<LanguageModelV4GenerateResult>[]> {
    const prepared = calls.map((call) => chatRequest(call, this.#style, false));
    const key = await this.#apiKey?.();
    const secrets = [...(key ? [key] : []), ...Object.values(this.#headers)];
    const response = await this.#egress.send({
      url,
      method: "POST",
      headers: {
        accept: "application/json",
        ...(key ? { authorization: `Bearer ${key}` } : {}),
        ...this.#headers,
      },
      json: { requests: prepared.map(({ body }) => body) },
      signal,
      engine: this.#id,
      calls: calls.flatMap((call) => callOf(call) ?? []),
      place: this.#place,
    });
    const text = await readBody(response, { maxBytes: calls.length * this.#maxResponseBytes, signal });
    const origin = this.#url.origin;
    const nowMs = this.#clock.nowMs();
    if (!response.ok) {
      const facts = { status: response.status, body: text, retryAfter: response.headers.get("retry-after"), origin };
      throw statusError(facts, { secrets, call: calls[0]! }, nowMs); // a batch has at least one
    }
    const answers = asRecord(this.#parse(text, response))?.["responses"];
    if (!Array.isArray(answers) || answers.length !== calls.length) {
      throw new EngineError(`Cannot read the answers of ${origin}: expected ${calls.length} of them`);
    }
    return calls.map((call, index) => {
      try {
        const answer = asRecord(answers[index]);
        const status = answer?.["status"];
        const withheld: Withheld = { secrets, call };
        if (status !== 200) {
          const facts = { status: typeof status === "number" ? status : 500, retryAfter: null, origin };
          throw statusError({ ...facts, body: JSON.stringify(answer?.["body"] ?? null) }, withheld, nowMs);
        }
        this.#throwIfFailed(answer?.["body"], withheld);
        const completion = readCompletion(answer?.["body"], this.#newToolCallId);
        return { status: "fulfilled", value: { ...completion, warnings: prepared[index]!.warnings } };
      } catch (reason) {
        return { status: "rejected", reason };
      }
    });
  }

  async #post(
    options: LanguageModelV4CallOptions,
    stream: boolean,
  ): Promise<{ response: Response; warnings: SharedV4Warning[]; withheld: Withheld }> {
    const { abortSignal: signal } = options;
    signal?.throwIfAborted();
    const { body, warnings } = chatRequest(options, this.#style, stream);
    const key = await this.#apiKey?.();
    const headers: Record<string, string> = { accept: stream ? "text/event-stream" : "application/json" };
    if (key) headers["authorization"] = `Bearer ${key}`;
    Object.assign(headers, this.#headers);
    for (const [name, value] of Object.entries(options.headers ?? {})) if (value !== undefined) headers[name] = value;
    const response = await this.#egress.send({
      url: this.#url.href,
      method: "POST",
      headers,
      json: body,
      signal,
      engine: this.#id,
      project: projectOf(options),
      calls: callOf(options),
      place: this.#place,
    });
    const withheld: Withheld = { secrets: [...(key ? [key] : []), ...Object.values(this.#headers)], call: options };
    if (response.ok) return { response, warnings, withheld };
    const facts = {
      status: response.status,
      body: await readBody(response, { maxBytes: this.#maxResponseBytes, signal }),
      retryAfter: response.headers.get("retry-after"),
      origin: this.#url.origin,
    };
    throw statusError(facts, withheld, this.#clock.nowMs());
  }

  #parse(body: string, response: Response): unknown {
    const type = response.headers.get("content-type");
    if (type !== null && !/[/+]json\b/.test(type)) {
      throw new EngineError(
        `Cannot read the answer of ${this.#url.origin}: expected application/json, got ${type.split(";")[0]}`,
      );
    }
    try {
      return JSON.parse(body);
    } catch {
      // The parser's own message would quote the answer. An empty or cut answer may be whole the next time.
      throw new EngineError(`Cannot read the answer of ${this.#url.origin}: its JSON is cut off or malformed`, {
        retryable: true,
      });
    }
  }

  /** Some servers answer 200 and then say that they failed. */
  #throwIfFailed(answer: unknown, withheld: Withheld): void {
    const failure = asRecord(answer)?.["error"];
    if (failure === undefined || failure === null) return;
    const said = messageOfErrorBody(JSON.stringify(answer));
    const code = asRecord(failure)?.["code"];
    const status = typeof code === "number" && code >= 400 && code < 600 ? code : undefined;
    const detail = said === undefined ? "" : `: ${withoutEchoes(said, withheld)}`;
    throw new EngineError(`${this.#url.origin} reported a failure${detail}`, {
      retryable: status !== undefined && isRetryableStatus(status),
      ...(status === undefined ? {} : { status }),
    });
  }
}

/** Its name, for the record of what left. */
function callOf({ providerOptions }: LanguageModelV4CallOptions): readonly [string] | undefined {
  const call = providerOptions?.[PROVIDER_KEY]?.["call"];
  return typeof call === "string" ? [call] : undefined;
}

function completionsUrl(baseUrl: string): URL {
  let url: URL;
  try {
    url = new URL(baseUrl);
  } catch {
    throw new TypeError("Cannot create a model: its base URL is not a URL"); // not repeated: it may hold a key
  }
  if (url.username !== "" || url.password !== "") {
    throw new TypeError(
      `Cannot create a model: its base URL (${url.origin}) holds a user name or password; give a header`,
    );
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new TypeError(`Cannot create a model: expected a base URL with http or https, got ${url.protocol}`);
  }
  // Put together anew: React Native's URL (0.88) has no setter for the path.
  return new URL(`${url.origin}${url.pathname.replace(/\/+$/, "")}/chat/completions${url.search}`);
}

function isType(response: Response, mediaType: string): boolean {
  const type = response.headers.get("content-type");
  return type === null || type.split(";")[0]!.trim().toLowerCase() === mediaType;
}

function visibleHeaders(response: Response): Record<string, string> {
  const headers: Record<string, string> = {};
  response.headers.forEach((value, name) => {
    if (name !== "set-cookie") headers[name] = value;
  });
  return headers;
}
