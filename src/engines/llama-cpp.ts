import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4StreamResult,
} from "@ai-sdk/provider";
import { type Clock, systemClock } from "../core/clock.js";
import { EngineError, messageOf } from "../core/errors.js";
import { collectStream } from "../core/language-model.js";
import type { LlamaBinding } from "../core/llama-binding.js";
import type { Engine } from "../core/ports.js";
import { untilAborted } from "./abort.js";
import { generateLlama, type LlamaJob, type LlamaSpeed } from "./llama-cpp-generation.js";
import { prepareLlama } from "./llama-cpp-job.js";
import { type LoadedLlama, loadLlama, threadKey } from "./llama-cpp-loading.js";
import {
  measureThreads,
  type ThreadMeasurement,
  type ThreadSpeed,
  type ThreadStore,
  threadCandidates,
} from "./llama-cpp-threads.js";
import { TurnQueue } from "./turn-queue.js";

/** How a GGUF model is run. */
export interface LlamaCppOptions {
  /** The GGUF file, as llama.cpp opens it. */
  readonly modelPath: string;
  /** Name in answers and traces; default: the file's name without directory and `.gguf`. */
  readonly modelId?: string;
  /** Starts the runtime; called once for each load, so that a model nobody asks costs nothing. */
  readonly load: () => Promise<LlamaBinding>;
  /** Tokens of prompt and answer together; default and upper bound: 8192, the training context, what memory allows. */
  readonly contextTokens?: number;
  /** Processor threads. `measure` (the default) times a few tokens at load and takes the fastest count. */
  readonly threads?: number | "measure";
  /** Remembers measured thread counts between runs. */
  readonly threadStore?: ThreadStore;
  readonly clock?: Clock;
}

/** What is known of a loaded model. */
export interface LlamaCppInfo {
  /** What llama.cpp calls it: `llama 1B Q4_K - Medium`. */
  readonly description: string;
  readonly sizeBytes: number;
  readonly contextTokens: number;
  readonly trainContextTokens: number;
  readonly chatFormat: string;
  readonly threads: number;
  /** What measuring found; absent when the count was given or remembered. */
  readonly threadSpeeds?: readonly ThreadSpeed[];
  readonly loadMs: number;
}

/** A language model that runs on this device through llama.cpp. Calls are answered one after the other. */
export interface LlamaCppModel extends LanguageModelV4 {
  /** Loads the model now instead of at the first call. */
  info(options?: { readonly signal?: AbortSignal }): Promise<LlamaCppInfo>;
  /** Whether the weights are in memory. */
  readonly loaded: boolean;
  /** Frees the memory; the next call loads again. Calls under way are aborted. */
  unload(): Promise<void>;
  /** Frees the memory for good: later calls reject. Calling it twice is allowed. */
  close(): Promise<void>;
}

/** Makes a model of a GGUF file; nothing is loaded before the first call. */
export function createLlamaCppModel(options: LlamaCppOptions): LlamaCppModel {
  return new LlamaCpp(options);
}

/** The model as an engine of the orchestrator: `llama.cpp:<modelId>`, on the device. */
export function llamaCppEngine(options: LlamaCppOptions): Engine & { readonly model: LlamaCppModel } {
  const model = createLlamaCppModel(options);
  return {
    id: `llama.cpp:${model.modelId}`,
    place: "device",
    model,
    ...(options.contextTokens === undefined ? {} : { contextTokens: options.contextTokens }),
    supports: { tools: false, structuredOutput: true, files: false },
    close: () => model.close(),
  };
}

/** A load, finished or under way, and the callers who wait for it: when all gave up, it is stopped. */
interface Life {
  readonly controller: AbortController;
  readonly loading: Promise<LoadedLlama>;
  waiters: number;
  ready: boolean;
}

// Speeds differ by prompt length and sampling, so only a clear collapse is worth the pause of measuring again.
const COLLAPSE_FACTOR = 5;
const COLLAPSE_MIN_TOKENS = 8;
const REMEASURE_AFTER_MS = 30_000;

class LlamaCpp implements LlamaCppModel {
  readonly specificationVersion = "v4" as const;
  readonly provider = "llama.cpp";
  readonly modelId: string;
  readonly supportedUrls: Record<string, RegExp[]> = {};
  readonly #options: LlamaCppOptions;
  readonly #clock: Clock;
  readonly #queue = new TurnQueue();
  #life: Life | undefined;
  #unloading: Promise<void> = Promise.resolve();
  #closed = false;
  #usualTokensPerSecond: number | undefined;
  #measuredAtMs = Number.NEGATIVE_INFINITY;
  #slow = false;
  #threadSpeeds: readonly ThreadSpeed[] | undefined;

  constructor(options: LlamaCppOptions) {
    const { modelPath, contextTokens, threads = "measure" } = options;
    if (modelPath === "") throw new TypeError("Cannot make a llama.cpp model: the path is empty");
    if (contextTokens !== undefined && !(Number.isInteger(contextTokens) && contextTokens >= 32))
      throw new RangeError(`Cannot make a llama.cpp model: expected at least 32 context tokens, got ${contextTokens}`);
    if (threads !== "measure" && !(Number.isInteger(threads) && threads >= 1))
      throw new RangeError(`Cannot make a llama.cpp model: expected a positive number of threads, got ${threads}`);
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.modelId = options.modelId ?? modelPath.replace(/^.*[\\/]/, "").replace(/\.gguf$/i, "");
  }

  get loaded(): boolean {
    return this.#life?.ready === true;
  }

  async info({ signal }: { readonly signal?: AbortSignal } = {}): Promise<LlamaCppInfo> {
    const { loaded } = await this.#ready(signal);
    return {
      description: loaded.model.typeDescription,
      sizeBytes: loaded.model.size,
      contextTokens: loaded.contextTokens,
      trainContextTokens: loaded.model.trainContextSize,
      chatFormat: loaded.format.wrapperName,
      threads: loaded.binding.llama.maxThreads,
      ...(this.#threadSpeeds === undefined ? {} : { threadSpeeds: this.#threadSpeeds }),
      loadMs: loaded.loadMs,
    };
  }

  async doGenerate(options: LanguageModelV4CallOptions): Promise<LanguageModelV4GenerateResult> {
    const { stream } = await this.doStream(options);
    return collectStream(stream, options.abortSignal === undefined ? {} : { signal: options.abortSignal });
  }

  async doStream(options: LanguageModelV4CallOptions): Promise<LanguageModelV4StreamResult> {
    const { abortSignal } = options;
    abortSignal?.throwIfAborted();
    const { loaded, life } = await this.#ready(abortSignal);
    const job = await untilAborted(prepareLlama(loaded, options), abortSignal);
    const endTurn = await this.#queue.take({ signal: abortSignal });
    if (life.controller.signal.aborted) {
      endTurn();
      throw life.controller.signal.reason;
    }

    const stop = new AbortController();
    const follow = (source: AbortSignal): (() => void) => {
      const onAbort = (): void => stop.abort(source.reason);
      if (source.aborted) onAbort();
      source.addEventListener("abort", onAbort, { once: true });
      return () => source.removeEventListener("abort", onAbort);
    };
    const unfollow = [follow(life.controller.signal), ...(abortSignal === undefined ? [] : [follow(abortSignal)])];
    let open = true;
    const stream = new ReadableStream<LanguageModelV4StreamPart>({
      start: (controller) => {
        const emit = (part: LanguageModelV4StreamPart): void => {
          if (open) controller.enqueue(part);
        };
        emit({ type: "stream-start", warnings: [...job.warnings] });
        emit({ type: "response-metadata", modelId: this.modelId });
        const work = this.#run(loaded, job, options, stop.signal, emit);
        // The turn ends when llama.cpp is done with the last batch; the reader learns of an abort at once.
        work
          .catch(() => {})
          .finally(() => {
            for (const undo of unfollow) undo();
            endTurn();
          });
        untilAborted(work, stop.signal).then(
          () => {
            if (open) controller.close();
            open = false;
          },
          (thrown: unknown) => {
            if (open) controller.error(stop.signal.aborted ? stop.signal.reason : failed(this.modelId, thrown));
            open = false;
          },
        );
      },
      cancel: (reason) => {
        open = false;
        stop.abort(reason ?? new EngineError("The stream was cancelled", { retryable: false }));
      },
    });
    return { stream };
  }

  async unload(): Promise<void> {
    const life = this.#life;
    if (life !== undefined) {
      this.#life = undefined;
      life.controller.abort(new EngineError(`Model ${this.modelId} was unloaded`, { retryable: !this.#closed }));
      const previous = this.#unloading;
      this.#unloading = (async () => {
        await previous;
        const loaded = await life.loading.catch(() => undefined); // a load that failed has freed what it made
        const endTurn = await this.#queue.take();
        try {
          await loaded?.dispose();
        } finally {
          endTurn();
        }
      })();
    }
    await this.#unloading;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.unload();
  }

  /** The loaded model; the load is shared by all who wait for it, and stopped when none is left. */
  async #ready(signal: AbortSignal | undefined): Promise<{ loaded: LoadedLlama; life: Life }> {
    signal?.throwIfAborted();
    if (this.#closed)
      throw new EngineError(`Cannot answer with ${this.modelId}: the engine is closed`, { retryable: false });
    const life = this.#life ?? this.#startLife();
    life.waiters++;
    try {
      return { loaded: await untilAborted(untilAborted(life.loading, life.controller.signal), signal), life };
    } catch (thrown) {
      if (signal?.aborted === true && life.waiters === 1 && !life.ready && this.#life === life) void this.unload();
      throw thrown;
    } finally {
      life.waiters--;
    }
  }

  #startLife(): Life {
    const controller = new AbortController();
    const { modelPath, load, contextTokens, threads = "measure", threadStore } = this.#options;
    const loading = (async () => {
      await this.#unloading; // one copy of the weights in memory at a time
      const { modelId } = this;
      const settings = { modelPath, modelId, load, contextTokens, threads, threadStore, clock: this.#clock };
      return loadLlama(settings, controller.signal);
    })();
    const life: Life = {
      controller,
      waiters: 0,
      ready: false,
      loading: loading.catch((thrown: unknown) => {
        if (this.#life === life) this.#life = undefined; // the next call tries again
        if (controller.signal.aborted) throw controller.signal.reason;
        if (thrown instanceof EngineError) throw thrown;
        throw new EngineError(`Cannot load model ${this.modelId} from ${modelPath}: ${messageOf(thrown)}`, {
          retryable: false,
          cause: thrown,
        });
      }),
    };
    life.loading.then(
      (loaded) => {
        life.ready = true;
        this.#threadSpeeds = loaded.measured?.tried;
        this.#measuredAtMs = this.#clock.monotonicMs();
        this.#usualTokensPerSecond = expected(loaded.measured);
        this.#slow = false;
      },
      () => {},
    );
    this.#life = life;
    return life;
  }

  async #run(
    loaded: LoadedLlama,
    job: LlamaJob,
    options: LanguageModelV4CallOptions,
    signal: AbortSignal,
    emit: (part: LanguageModelV4StreamPart) => void,
  ): Promise<void> {
    signal.throwIfAborted();
    if (this.#slow) await this.#measureAgain(loaded, signal);
    try {
      const speed = await generateLlama(loaded, job, options, { signal, clock: this.#clock, emit });
      this.#watchSpeed(speed);
    } catch (thrown) {
      // After a failed batch the library's picture of the context may be wrong; an abort leaves it whole.
      if (!signal.aborted) await loaded.sequence.clearHistory();
      throw thrown;
    }
  }

  #watchSpeed({ tokens, tokensPerSecond }: LlamaSpeed): void {
    if ((this.#options.threads ?? "measure") !== "measure") return;
    if (tokensPerSecond === undefined || tokens < COLLAPSE_MIN_TOKENS) return;
    const usual = this.#usualTokensPerSecond ?? tokensPerSecond;
    const rested = this.#clock.monotonicMs() - this.#measuredAtMs >= REMEASURE_AFTER_MS;
    if (tokensPerSecond * COLLAPSE_FACTOR < usual) this.#slow = rested;
    else this.#usualTokensPerSecond = usual * 0.8 + tokensPerSecond * 0.2;
  }

  async #measureAgain({ sequence, binding }: LoadedLlama, signal: AbortSignal): Promise<void> {
    this.#slow = false;
    const cores = Math.max(1, binding.llama.cpuMathCores);
    const candidates = threadCandidates(cores);
    const measured = await measureThreads(sequence, binding.llama, { clock: this.#clock, candidates, signal });
    this.#measuredAtMs = this.#clock.monotonicMs();
    this.#usualTokensPerSecond = expected(measured);
    this.#threadSpeeds = measured.tried;
    await this.#options.threadStore?.set(threadKey(this.modelId, cores), measured.threads);
  }
}

/** Half the measured speed: an answer also samples, and its context is longer than a measurement's. */
function expected(measured: ThreadMeasurement | undefined): number | undefined {
  return measured === undefined ? undefined : measured.tokensPerSecond / 2;
}

function failed(modelId: string, thrown: unknown): unknown {
  if (thrown instanceof EngineError) return thrown;
  return new EngineError(`Generation with ${modelId} failed: ${messageOf(thrown)}`, { retryable: true, cause: thrown });
}
