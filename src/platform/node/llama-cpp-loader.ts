import type { LlamaGrammar, LlamaModel } from "node-llama-cpp";
import { EngineError, messageOf } from "../../core/errors.js";
import type { LlamaBinding } from "../../core/llama-binding.js";
import { readGgufFacts } from "./gguf-header.js";

/**
 * Loads `node-llama-cpp` and starts a llama.cpp runtime on the processor; nothing is compiled, downloaded or printed.
 * Importing costs 320 ms and starting 370 ms (2-core EPYC, Node 20.20.2, 2026-11-23), so call it when a model is needed.
 * Rejects with an EngineError that names the next step when the library or its binary is missing.
 */
export async function loadLlamaCpp(): Promise<LlamaBinding> {
  const library = await importLibrary();
  try {
    const llama = await library.getLlama({
      gpu: false,
      build: "never",
      skipDownload: true,
      progressLogs: false,
      logLevel: library.LlamaLogLevel.disabled,
      logger: () => {},
    });
    return {
      llama,
      checkModelFile: async (path) => void (await readGgufFacts(path)),
      chatFormatOf: (model) =>
        // The engine hands back a model of this very runtime, whose real class it does not know.
        library.resolveChatWrapper(model as LlamaModel, { warningLogs: false }) ?? new library.GeneralChatWrapper(),
      grammarState: (model, grammar) =>
        new library.LlamaGrammarEvaluationState({
          // As above: both came out of this runtime.
          model: model as LlamaModel,
          grammar: grammar as LlamaGrammar,
        }),
    };
  } catch (thrown) {
    throw new EngineError(
      `Cannot start llama.cpp: ${messageOf(thrown)}. Install its binary with \`npm install node-llama-cpp\` (on a system without a prebuilt one: \`npx node-llama-cpp source build\`)`,
      { retryable: false, cause: thrown },
    );
  }
}

async function importLibrary(): Promise<typeof import("node-llama-cpp")> {
  try {
    return await import("node-llama-cpp");
  } catch (thrown) {
    throw new EngineError(
      `Cannot load the local model engine: node-llama-cpp is not installed. Run: npm install node-llama-cpp (${messageOf(thrown)})`,
      { retryable: false, cause: thrown },
    );
  }
}
