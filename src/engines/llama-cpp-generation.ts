import type {
  JSONObject,
  LanguageModelV4CallOptions,
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
  SharedV4Warning,
} from "@ai-sdk/provider";
import type { Clock } from "../core/clock.js";
import { PROVIDER_KEY } from "../core/language-model.js";
import type {
  LlamaChatFormat,
  LlamaGrammarHandle,
  LlamaModelHandle,
  LlamaSampling,
  LlamaTextHandle,
} from "../core/llama-binding.js";
import type { LoadedLlama } from "./llama-cpp-loading.js";
import { StopFinder, ThoughtSplitter, TokenText } from "./llama-cpp-text.js";

/** A call, tokenized and checked: all that generation needs. */
export interface LlamaJob {
  readonly promptTokens: readonly number[];
  /** The prompt ends inside a thought that the template opened. */
  readonly thoughtOpen: boolean;
  readonly stops: { readonly texts: readonly string[]; readonly tokens: ReadonlySet<number> };
  readonly grammar: LlamaGrammarHandle | undefined;
  readonly maxTokens: number;
  readonly warnings: readonly SharedV4Warning[];
}

/** Speed of one generation; a rate is absent when too little was done to speak of one. */
export interface LlamaSpeed {
  readonly tokens: number;
  readonly tokensPerSecond?: number;
}

// A long prompt is evaluated in pieces, because an abort is only seen between two of them.
const PROMPT_CHUNK_TOKENS = 128;

/** Runs a job on the sequence and hands out every stream part but `stream-start`. Rejects with `signal.reason` on abort. */
export async function generateLlama(
  loaded: LoadedLlama,
  job: LlamaJob,
  options: LanguageModelV4CallOptions,
  { signal, clock, emit }: { signal: AbortSignal; clock: Clock; emit: (part: LanguageModelV4StreamPart) => void },
): Promise<LlamaSpeed> {
  const { sequence, model, binding } = loaded;
  const prompt = [...job.promptTokens];

  // At least the last prompt token is evaluated again: its logits choose the first token of the answer.
  await sequence.adaptStateToTokens(prompt.slice(0, -1), false);
  const reused = sequence.nextTokenIndex;
  let done = reused;
  while (prompt.length - done > PROMPT_CHUNK_TOKENS) {
    signal.throwIfAborted();
    await sequence.evaluateWithoutGeneratingNewTokens(prompt.slice(done, done + PROMPT_CHUNK_TOKENS));
    done += PROMPT_CHUNK_TOKENS;
  }
  signal.throwIfAborted();

  const generated: number[] = [];
  const confidences: number[] = [];
  const writer = new PartWriter(emit);
  const decoder = new TokenText(model, prompt);
  const stops = new StopFinder(job.stops.texts);
  const thoughts = new ThoughtSplitter(
    job.grammar === undefined ? thoughtMarks(loaded.format, job.thoughtOpen) : undefined,
  );
  const trimEnd = job.grammar?.trimWhitespaceSuffix === true;
  let reasoningTokens = 0;
  let finish: LanguageModelV4FinishReason = { unified: "length", raw: "max-tokens" };
  let firstMs = 0;
  let lastMs = 0;

  const tokens = sequence.evaluateWithMetadata(
    prompt.slice(done),
    { confidence: true },
    { ...samplingOf(options, generated), ...grammarOf(loaded, job.grammar) },
  );
  try {
    while (generated.length < job.maxTokens) {
      signal.throwIfAborted();
      const { done: ended, value } = await tokens.next();
      signal.throwIfAborted();
      if (ended === true) {
        finish = { unified: "stop", raw: "end-of-generation" };
        break;
      }
      lastMs = clock.monotonicMs();
      if (generated.length === 0) firstMs = lastMs;
      if (job.stops.tokens.has(value.token) || model.isEogToken(value.token)) {
        finish = { unified: "stop", raw: "end-of-turn" };
        break;
      }
      generated.push(value.token);
      confidences.push(value.confidence);
      const found = stops.push(decoder.push(value.token));
      for (const piece of thoughts.push(found.text)) writer.write(piece.kind, piece.text);
      if (thoughts.thinking) reasoningTokens++;
      if (found.stop !== undefined) {
        finish = { unified: "stop", raw: "stop-sequence" };
        break;
      }
    }
  } finally {
    await tokens.return();
  }
  if (finish.raw !== "stop-sequence") {
    const rest = stops.push(decoder.flush());
    const tail = rest.text + (rest.stop === undefined ? stops.flush() : "");
    for (const piece of thoughts.push(trimEnd ? tail.trimEnd() : tail)) writer.write(piece.kind, piece.text);
  }
  for (const piece of thoughts.flush()) writer.write(piece.kind, piece.text);
  writer.end();

  const decodeMs = lastMs - firstMs;
  const tokensPerSecond = generated.length > 1 && decodeMs > 0 ? ((generated.length - 1) * 1000) / decodeMs : undefined;
  const wantsLogprobs = options.providerOptions?.[PROVIDER_KEY]?.["logprobs"] === true;
  emit({
    type: "finish",
    finishReason: finish,
    usage: usageOf(prompt.length, reused, generated.length, reasoningTokens),
    providerMetadata: {
      [PROVIDER_KEY]: {
        threads: binding.llama.maxThreads,
        ...(tokensPerSecond === undefined ? {} : { tokensPerSecond }),
        ...(wantsLogprobs ? { logprobs: logprobsOf(model, generated, confidences, options) } : {}),
      },
    },
  });
  return { tokens: generated.length, ...(tokensPerSecond === undefined ? {} : { tokensPerSecond }) };
}

/** Where the chat format says a thought begins and ends; undefined for a model that does not think aloud. */
export function thoughtMarks(
  format: LlamaChatFormat,
  open: boolean,
): { opening: string; closing: string; open: boolean } | undefined {
  const thought = format.settings.segments?.thought;
  if (thought === undefined) return undefined;
  const { prefix } = thought;
  const startsOpen = typeof prefix === "object" && "type" in prefix;
  return {
    opening: startsOpen ? "" : prefix.toString().trim(),
    closing: thought.suffix?.toString().trim() || "</think>",
    open: open || startsOpen,
  };
}

/** The texts and single tokens that end the turn in this chat format. */
export function turnEndsOf(
  triggers: readonly LlamaTextHandle[],
  model: LlamaModelHandle,
): { readonly texts: string[]; readonly tokens: Set<number> } {
  const texts: string[] = [];
  const tokens = new Set<number>();
  for (const trigger of triggers) {
    const ids = trigger.tokenize(model.tokenizer);
    if (ids.length === 1) tokens.add(ids[0]!);
    // A named control token ("EOS") has no text of its own: as a token it is matched above, or the model ends by itself.
    else if (!JSON.stringify(trigger.toJSON()).includes('"specialToken"')) texts.push(trigger.toString());
  }
  return { texts, tokens };
}

function samplingOf(options: LanguageModelV4CallOptions, generated: number[]): LlamaSampling {
  const { temperature, topP, topK, seed, presencePenalty, frequencyPenalty } = options;
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(topK === undefined ? {} : { topK }),
    ...(seed === undefined ? {} : { seed }),
    ...(presencePenalty === undefined && frequencyPenalty === undefined
      ? {}
      : {
          repeatPenalty: {
            punishTokens: () => generated,
            penalty: 1, // off: only the two penalties the caller asked for
            ...(presencePenalty === undefined ? {} : { presencePenalty }),
            ...(frequencyPenalty === undefined ? {} : { frequencyPenalty }),
          },
        }),
  };
}

function grammarOf({ binding, model }: LoadedLlama, grammar: LlamaGrammarHandle | undefined): LlamaSampling {
  return grammar === undefined ? {} : { grammarEvaluationState: binding.grammarState(model, grammar) };
}

function usageOf(prompt: number, reused: number, output: number, reasoning: number): LanguageModelV4Usage {
  return {
    inputTokens: { total: prompt, noCache: prompt - reused, cacheRead: reused, cacheWrite: undefined },
    outputTokens: { total: output, text: output - reasoning, reasoning },
  };
}

/**
 * Natural logarithms of the chosen tokens' probabilities. At temperature 0 they are the model's own; above it they are
 * those after top-k, top-p and temperature, which is all that node-llama-cpp reports while it samples.
 */
function logprobsOf(
  model: LlamaModelHandle,
  tokens: readonly number[],
  confidences: readonly number[],
  { temperature = 0 }: LanguageModelV4CallOptions,
): JSONObject {
  const logprobs = confidences.map((confidence) => Math.log(Math.max(confidence, 1e-12)));
  return {
    distribution: temperature > 0 ? "after-sampling" : "model",
    ...(logprobs.length === 0
      ? {}
      : { mean: logprobs.reduce((sum, value) => sum + value, 0) / logprobs.length, min: Math.min(...logprobs) }),
    tokens: tokens.map((token, at) => ({ text: model.detokenize([token], true), logprob: logprobs[at]! })),
  };
}

/** Opens and closes the text and reasoning blocks of a stream around the pieces written to it. */
class PartWriter {
  readonly #emit: (part: LanguageModelV4StreamPart) => void;
  #open: { readonly kind: "text" | "reasoning"; readonly id: string } | undefined;
  #blocks = 0;

  constructor(emit: (part: LanguageModelV4StreamPart) => void) {
    this.#emit = emit;
  }

  write(kind: "text" | "reasoning", delta: string): void {
    if (delta === "") return;
    if (this.#open?.kind !== kind) {
      this.end();
      this.#open = { kind, id: String(this.#blocks++) };
      this.#emit({ type: `${kind}-start`, id: this.#open.id });
    }
    this.#emit({ type: `${kind}-delta`, id: this.#open.id, delta });
  }

  end(): void {
    if (this.#open !== undefined) this.#emit({ type: `${this.#open.kind}-end`, id: this.#open.id });
    this.#open = undefined;
  }
}
