import type { LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { describe, expect, test } from "vitest";
import type { LlamaBinding, LlamaTextHandle } from "../core/llama-binding.js";
import { ManualClock } from "../testing.js";
import { createLlamaCppModel } from "./llama-cpp.js";

/** A runtime whose tokens take as long as the test says, on a clock of its own; it repeats token 7 for ever. */
class SlowLlama {
  readonly clock = new ManualClock();
  msByThreads: Record<number, number> = { 1: 10, 2: 5 };
  hang: Promise<void> | undefined;
  returned = 0;
  evaluated: number[][] = [];
  #context: number[] = [];

  readonly load = async (): Promise<LlamaBinding> => {
    const advance = async (): Promise<void> => {
      await this.hang;
      await this.clock.advance(this.msByThreads[llama.maxThreads]!);
    };
    const evaluate = async (tokens: number[]): Promise<void> => {
      this.evaluated.push(tokens);
      this.#context.push(...tokens);
      await advance();
    };
    const text: LlamaTextHandle = { tokenize: () => Array(300).fill(3), toJSON: () => "", toString: () => "" };
    const sequence = {
      contextTokens: [],
      nextTokenIndex: 0,
      adaptStateToTokens: async () => {
        this.#context = [];
      },
      clearHistory: async () => {},
      evaluateWithoutGeneratingNewTokens: evaluate,
      evaluateWithMetadata: (tokens: number[]) => {
        this.evaluated.push(tokens);
        return {
          next: async () => {
            await advance();
            return { done: false as const, value: { token: 7, confidence: 1 } };
          },
          return: async () => void this.returned++,
        };
      },
    };
    const dispose = async (): Promise<void> => {};
    const model = {
      trainContextSize: 4096,
      size: 1,
      typeDescription: "slow",
      tokenizer: () => [],
      detokenize: (tokens: readonly number[]) => "x".repeat(tokens.length),
      isEogToken: () => false,
      createContext: async () => ({ contextSize: 4096, currentThreads: 1, getSequence: () => sequence, dispose }),
      dispose,
    };
    const llama = {
      cpuMathCores: 2,
      maxThreads: 2,
      loadModel: async () => model,
      createGrammarForJsonSchema: async () => ({ stopGenerationTriggers: [], trimWhitespaceSuffix: true }),
      dispose,
    };
    return {
      llama,
      chatFormatOf: () => ({
        wrapperName: "none",
        settings: {},
        generateContextState: () => ({ contextText: text, stopGenerationTriggers: [] }),
      }),
      grammarState: () => ({}),
    };
  };
}

const ask = (more: Partial<LanguageModelV4CallOptions> = {}): LanguageModelV4CallOptions => ({
  prompt: [{ role: "user", content: [{ type: "text", text: "?" }] }],
  maxOutputTokens: 10,
  ...more,
});

describe("a device that slows down", () => {
  test("is measured again once speed collapses, and the new count is used and remembered", async () => {
    const slow = new SlowLlama();
    const kept = new Map<string, number>();
    const model = createLlamaCppModel({
      modelPath: "slow.gguf",
      load: slow.load,
      clock: slow.clock,
      threadStore: { get: (key) => kept.get(key), set: (key, threads) => void kept.set(key, threads) },
    });
    expect((await model.info()).threads).toBe(2);
    await model.doGenerate(ask());
    slow.msByThreads = { 1: 10, 2: 400 };
    await slow.clock.advance(60_000);
    await model.doGenerate(ask()); // notices
    const after = await model.doGenerate(ask());
    expect(after.providerMetadata).toMatchObject({ mao: { threads: 1, tokensPerSecond: 100 } });
    expect([...kept.values()]).toEqual([1]);
    await model.close();
  });

  test("is not measured again soon after the last time, nor when the count was given", async () => {
    for (const threads of ["measure", 2] as const) {
      const slow = new SlowLlama();
      const model = createLlamaCppModel({ modelPath: "slow.gguf", load: slow.load, clock: slow.clock, threads });
      await model.doGenerate(ask());
      slow.msByThreads = { 1: 10, 2: 400 };
      if (threads === 2) await slow.clock.advance(60_000);
      await model.doGenerate(ask());
      expect((await model.doGenerate(ask())).providerMetadata).toMatchObject({ mao: { threads: 2 } });
      await model.close();
    }
  });
});

describe("an abort on a slow device", () => {
  test("rejects at once though a batch is still being computed, and the next call waits for that batch", async () => {
    const slow = new SlowLlama();
    const model = createLlamaCppModel({ modelPath: "slow.gguf", load: slow.load, clock: slow.clock, threads: 1 });
    await model.info();
    let finishBatch: () => void = () => {};
    slow.hang = new Promise((resolve) => {
      finishBatch = resolve;
    });
    const controller = new AbortController();
    const call = model.doGenerate(ask({ abortSignal: controller.signal }));
    while (slow.evaluated.length === 0) await Promise.resolve();
    controller.abort(new Error("stop"));
    await expect(call).rejects.toThrow("stop");
    expect(slow.evaluated).toHaveLength(1); // the first piece of the prompt, not the rest
    expect(slow.evaluated[0]).toHaveLength(128);

    const next = model.doGenerate(ask());
    await Promise.resolve();
    expect(slow.evaluated).toHaveLength(1);
    slow.hang = undefined;
    finishBatch();
    expect((await next).usage.outputTokens.total).toBe(10);
    expect(slow.evaluated.slice(1).map((tokens) => tokens.length)).toEqual([128, 128, 44]);
    expect(slow.returned).toBe(1);
    await model.close();
  });
});
