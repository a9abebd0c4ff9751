import type { LanguageModelV4CallOptions, SharedV4Warning } from "@ai-sdk/provider";
import { EngineError } from "../core/errors.js";
import type { LlamaGrammarHandle } from "../core/llama-binding.js";
import { type LlamaJob, thoughtMarks, turnEndsOf } from "./llama-cpp-generation.js";
import type { LoadedLlama } from "./llama-cpp-loading.js";
import { toChatItems } from "./llama-cpp-prompt.js";
import { toGrammarSchema } from "./llama-cpp-schema.js";

/**
 * Tokenizes the prompt, compiles the grammar and checks that both question and answer have room. Rejects with an
 * EngineError that names both numbers when they have not: a prompt is never cut in silence.
 */
export async function prepareLlama(loaded: LoadedLlama, options: LanguageModelV4CallOptions): Promise<LlamaJob> {
  const { model, format, binding, contextTokens } = loaded;
  const warnings: SharedV4Warning[] = [];
  if (options.tools !== undefined && options.tools.length > 0) {
    warnings.push({ type: "unsupported", feature: "tools", details: "The local model answers without calling tools." });
  }
  const { contextText, stopGenerationTriggers } = format.generateContextState({
    chatHistory: toChatItems(options.prompt),
  });
  const promptTokens = contextText.tokenize(model.tokenizer);
  if (promptTokens.length >= contextTokens) {
    throw new EngineError(
      `Cannot fit the prompt: it needs ${promptTokens.length} tokens and at least one for the answer, the context has ${contextTokens}`,
      { retryable: false },
    );
  }
  let grammar: LlamaGrammarHandle | undefined;
  if (options.responseFormat?.type === "json") {
    const translated = toGrammarSchema(options.responseFormat.schema ?? { type: "object", additionalProperties: true });
    warnings.push(...translated.warnings);
    // Translated to the subset that the library's schema type describes.
    grammar = await binding.llama.createGrammarForJsonSchema(translated.schema as never);
  }
  const ends = turnEndsOf(stopGenerationTriggers, model);
  const grammarStops = (grammar?.stopGenerationTriggers ?? []).flat().map(String);
  const marks = thoughtMarks(format, false);
  return {
    promptTokens,
    thoughtOpen:
      marks !== undefined && marks.opening !== "" && contextText.toString().trimEnd().endsWith(marks.opening),
    stops: { texts: [...ends.texts, ...grammarStops, ...(options.stopSequences ?? [])], tokens: ends.tokens },
    grammar,
    maxTokens: Math.min(options.maxOutputTokens ?? Number.POSITIVE_INFINITY, contextTokens - promptTokens.length),
    warnings,
  };
}
