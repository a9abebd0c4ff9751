/**
 * The part of `node-llama-cpp` 3 that the llama.cpp engine uses, as plain structures: the engine stays free of Node names
 * and of the library's own types, and a test can hand in something else. Written with methods, so that the library's
 * branded token numbers fit (method parameters compare bivariantly).
 */
export interface LlamaBinding {
  readonly llama: LlamaRuntime;
  /** The chat format of a model: its Jinja template, a known family's, or a general one. */
  chatFormatOf(model: LlamaModelHandle): LlamaChatFormat;
  /** Fresh state that holds the answer to a grammar; one for each answer. */
  grammarState(model: LlamaModelHandle, grammar: LlamaGrammarHandle): LlamaGrammarState;
  /** Rejects when the file is one that llama.cpp would refuse, or abort the process on. */
  checkModelFile?(path: string): Promise<void>;
}

/** One llama.cpp runtime: backends and thread pool. */
export interface LlamaRuntime {
  readonly cpuMathCores: number;
  /** Threads that decoding may use; takes effect with the next batch. */
  maxThreads: number;
  loadModel(options: { modelPath: string; loadSignal?: AbortSignal; gpuLayers?: number }): Promise<LlamaModelHandle>;
  // The schema's type in the library is a union that no caller's JSON Schema is an instance of, hence `never` here.
  createGrammarForJsonSchema(schema: never): Promise<LlamaGrammarHandle>;
  dispose(): Promise<void>;
}

/** Weights and vocabulary in memory. */
export interface LlamaModelHandle {
  readonly trainContextSize: number;
  readonly size: number;
  readonly typeDescription: string;
  readonly tokenizer: LlamaTokenizer;
  detokenize(tokens: readonly number[], specialTokens?: boolean, lastTokens?: readonly number[]): string;
  isEogToken(token: number | undefined): boolean;
  createContext(options: {
    contextSize: { min?: number; max?: number };
    threads: number;
    batchSize?: number;
    createSignal?: AbortSignal;
  }): Promise<LlamaContextHandle>;
  dispose(): Promise<void>;
}

/** Text to tokens; with `specialTokens`, the text of a control token becomes that token. */
export type LlamaTokenizer = (text: string, specialTokens?: boolean) => number[];

/** Room for the keys and values of one conversation. */
export interface LlamaContextHandle {
  readonly contextSize: number;
  readonly currentThreads: number;
  getSequence(): LlamaSequence;
  dispose(): Promise<void>;
}

/** The evaluated tokens, and how to go on from them. */
export interface LlamaSequence {
  readonly contextTokens: readonly number[];
  readonly nextTokenIndex: number;
  /** Erases what does not agree with `tokens`; keeps their common prefix where the model can. */
  adaptStateToTokens(tokens: number[], allowShift?: boolean): Promise<void>;
  clearHistory(): Promise<void>;
  evaluateWithoutGeneratingNewTokens(tokens: number[]): Promise<void>;
  evaluateWithMetadata(
    tokens: number[],
    metadata: { readonly confidence: true },
    options?: LlamaSampling,
  ): LlamaTokenIterator;
}

/** How the next token is chosen; the library's defaults hold for what is absent (temperature 0: the likeliest). */
export interface LlamaSampling {
  temperature?: number;
  topK?: number;
  topP?: number;
  seed?: number;
  grammarEvaluationState?: LlamaGrammarState;
  repeatPenalty?: {
    punishTokens: readonly number[] | (() => readonly number[]);
    penalty?: number;
    presencePenalty?: number;
    frequencyPenalty?: number;
  };
  /** Whether the token that ends the turn is handed out instead of ending the iteration. */
  yieldEogToken?: boolean;
}

/** One token for each `next`, with its probability. */
export interface LlamaTokenIterator {
  next(): Promise<IteratorResult<{ readonly token: number; readonly confidence: number }, unknown>>;
  return(value?: undefined): Promise<unknown>;
}

/** A message as the library's chat formats take it; an unfinished answer is a `model` item without text. */
export type LlamaChatItem =
  | { type: "system"; text: string }
  | { type: "user"; text: string }
  | { type: "model"; response: string[] };

/** Turns a conversation into the text a model was trained on. */
export interface LlamaChatFormat {
  readonly wrapperName: string;
  readonly settings: {
    readonly segments?: {
      readonly thought?: {
        readonly prefix: string | LlamaTextHandle | { readonly type: "openedOnStart" };
        readonly suffix?: string | LlamaTextHandle;
        readonly openOnResponseStart?: boolean;
      };
    };
  };
  generateContextState(options: { chatHistory: LlamaChatItem[] }): {
    readonly contextText: LlamaTextHandle;
    readonly stopGenerationTriggers: readonly LlamaTextHandle[];
  };
}

/** Text in which control tokens stand apart from what a person wrote, so that nobody can type one. */
export interface LlamaTextHandle {
  tokenize(tokenizer: LlamaTokenizer): number[];
  toJSON(): unknown;
  toString(): string;
}

/** A compiled grammar. */
export interface LlamaGrammarHandle {
  readonly stopGenerationTriggers: readonly unknown[];
  readonly trimWhitespaceSuffix: boolean;
}

/** Opaque to the engine: only handed back to the library. */
export type LlamaGrammarState = object;
