import type { Clock } from "../core/clock.js";
import type {
  LlamaBinding,
  LlamaChatFormat,
  LlamaContextHandle,
  LlamaModelHandle,
  LlamaSequence,
} from "../core/llama-binding.js";
import { measureThreads, type ThreadMeasurement, type ThreadStore, threadCandidates } from "./llama-cpp-threads.js";

/** Context that a model gets when the caller names none; its keys and values must fit a phone's memory. */
export const DEFAULT_CONTEXT_TOKENS = 8192;

/** A model in memory with one sequence, and how to free it. */
export interface LoadedLlama {
  readonly binding: LlamaBinding;
  readonly model: LlamaModelHandle;
  readonly context: LlamaContextHandle;
  readonly sequence: LlamaSequence;
  readonly format: LlamaChatFormat;
  /** Tokens of prompt and answer together. */
  readonly contextTokens: number;
  /** Absent when the count was given, or remembered from an earlier run. */
  readonly measured: ThreadMeasurement | undefined;
  readonly loadMs: number;
  dispose(): Promise<void>;
}

/** What loading needs to know. */
export interface LlamaLoading {
  readonly modelPath: string;
  readonly modelId: string;
  readonly load: () => Promise<LlamaBinding>;
  readonly contextTokens: number | undefined;
  readonly threads: number | "measure";
  readonly threadStore: ThreadStore | undefined;
  readonly clock: Clock;
}

/**
 * Loads weights, makes a context no larger than the model was trained on and memory allows, and settles the thread count.
 * On any failure, the abort included, everything that was made is freed again.
 */
export async function loadLlama(loading: LlamaLoading, signal: AbortSignal): Promise<LoadedLlama> {
  const { clock, threads } = loading;
  const startMs = clock.monotonicMs();
  const binding = await loading.load();
  const made: { dispose(): Promise<void> }[] = [binding.llama];
  const dispose = async (): Promise<void> => {
    for (let last = made.pop(); last !== undefined; last = made.pop()) await last.dispose();
  };
  try {
    signal.throwIfAborted();
    await binding.checkModelFile?.(loading.modelPath);
    signal.throwIfAborted();
    const model = await binding.llama.loadModel({ modelPath: loading.modelPath, loadSignal: signal, gpuLayers: 0 });
    made.push(model);
    signal.throwIfAborted();
    const cores = Math.max(1, binding.llama.cpuMathCores);
    const wanted = threads === "measure" ? cores : threads;
    binding.llama.maxThreads = wanted; // first: a context cannot have more threads than its runtime
    const limit = Math.min(loading.contextTokens ?? DEFAULT_CONTEXT_TOKENS, model.trainContextSize);
    const context = await model.createContext({ contextSize: { max: limit }, threads: wanted, createSignal: signal });
    made.push(context);
    signal.throwIfAborted();
    const sequence = context.getSequence();

    let measured: ThreadMeasurement | undefined;
    if (threads === "measure" && cores > 1) {
      const key = threadKey(loading.modelId, cores);
      const remembered = await loading.threadStore?.get(key);
      if (remembered !== undefined && Number.isInteger(remembered) && remembered >= 1 && remembered <= cores) {
        binding.llama.maxThreads = remembered;
      } else {
        measured = await measureThreads(sequence, binding.llama, {
          clock,
          candidates: threadCandidates(cores),
          signal,
        });
        await loading.threadStore?.set(key, measured.threads);
      }
    }
    const loadMs = clock.monotonicMs() - startMs;
    const format = binding.chatFormatOf(model);
    // The library rounds a context up to a block; what was asked for stays the limit.
    const contextTokens = Math.min(context.contextSize, limit);
    return { binding, model, context, sequence, format, contextTokens, measured, loadMs, dispose };
  } catch (thrown) {
    await dispose();
    throw thrown;
  }
}

/** Key of the remembered thread count: the best one depends on the model and on the machine. */
export function threadKey(modelId: string, cores: number): string {
  return `${modelId}/${cores}-cores`;
}
