import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  SharedV4ProviderMetadata,
} from "@ai-sdk/provider";
import { EngineError } from "../core/errors.js";
import { lastUserText, PROVIDER_KEY, UNKNOWN_USAGE } from "../core/language-model.js";
import type { Outcome } from "../core/outcome.js";
import type { Preference, Query } from "../core/query.js";
import type { Orchestrator } from "../orchestrator.js";

const PREFERENCES: readonly unknown[] = ["quality", "balanced", "battery", "private"] satisfies Preference[];

/**
 * The orchestrator as a language model, for `streamText({ model })` and everything else of the AI SDK. The caller's
 * messages are the conversation. `providerOptions.mao` may hold `project` (the turn is then remembered there),
 * `preference` and `route` (`local` or `remote`); `providerMetadata.mao` tells route, engine and reasons. A blocked
 * question is an answer with finish reason `content-filter`; one that no engine can answer rejects with EngineError.
 */
export function orchestratorModel(
  orchestrator: Orchestrator,
  options: { readonly modelId?: string } = {},
): LanguageModelV4 {
  const { modelId = "orchestrator" } = options;
  return {
    specificationVersion: "v4",
    provider: PROVIDER_KEY,
    modelId,
    supportedUrls: {},
    async doGenerate(call) {
      return resultOf(await orchestrator.answer(queryOf(call), signalOf(call)));
    },
    async doStream(call) {
      const query = queryOf(call);
      const cancelled = new AbortController();
      const signal = call.abortSignal ? AbortSignal.any([call.abortSignal, cancelled.signal]) : cancelled.signal;
      const stream = new ReadableStream<LanguageModelV4StreamPart>({
        start(controller) {
          controller.enqueue({ type: "stream-start", warnings: [] });
          const onPart = (part: LanguageModelV4StreamPart): void => {
            if (part.type !== "stream-start" && part.type !== "finish" && !cancelled.signal.aborted)
              controller.enqueue(part);
          };
          orchestrator.answer(query, { signal, onPart }).then(
            (outcome) => {
              if (cancelled.signal.aborted) return;
              finish(controller, outcome);
            },
            (error: unknown) => {
              if (!cancelled.signal.aborted) controller.error(error);
            },
          );
        },
        cancel: (reason) => cancelled.abort(reason),
      });
      return { stream };
    },
  };
}

function finish(controller: ReadableStreamDefaultController<LanguageModelV4StreamPart>, outcome: Outcome): void {
  if (outcome.kind === "unanswerable") {
    controller.error(unanswered(outcome));
    return;
  }
  const result = resultOf(outcome);
  if (outcome.kind === "blocked") {
    controller.enqueue({ type: "text-start", id: "blocked" });
    controller.enqueue({ type: "text-delta", id: "blocked", delta: blockedText(outcome) });
    controller.enqueue({ type: "text-end", id: "blocked" });
  }
  const { usage, finishReason, providerMetadata } = result;
  controller.enqueue({
    type: "finish",
    usage,
    finishReason,
    ...(providerMetadata === undefined ? {} : { providerMetadata }),
  });
  controller.close();
}

function queryOf(call: LanguageModelV4CallOptions): Query {
  const { prompt, abortSignal: _, headers: __, includeRawChunks: ___, providerOptions, ...settings } = call;
  const own = providerOptions?.[PROVIDER_KEY] ?? {};
  const project = typeof own["project"] === "string" ? own["project"] : undefined;
  const route = own["route"];
  const preference = own["preference"];
  if (preference !== undefined && !PREFERENCES.includes(preference)) {
    throw new TypeError(
      `Cannot use providerOptions.mao.preference: expected ${PREFERENCES.join(", ")}, got ${JSON.stringify(preference)}`,
    );
  }
  if (route !== undefined && route !== "local" && route !== "remote") {
    throw new TypeError(`Cannot use providerOptions.mao.route: expected local or remote, got ${JSON.stringify(route)}`);
  }
  return {
    text: lastUserText(prompt),
    conversation: prompt,
    settings,
    remember: project !== undefined,
    ...(project === undefined ? {} : { project }),
    ...(preference === undefined ? {} : { preference: preference as Preference }), // one of PREFERENCES
    ...(route === undefined ? {} : { forced: route }),
  };
}

function signalOf(call: LanguageModelV4CallOptions): { signal?: AbortSignal } {
  return call.abortSignal === undefined ? {} : { signal: call.abortSignal };
}

function resultOf(outcome: Outcome): LanguageModelV4GenerateResult {
  switch (outcome.kind) {
    case "unanswerable":
    case "queued": // not of a conversation that its caller keeps, which is never queued
      throw unanswered(outcome);
    case "blocked":
      return {
        content: [{ type: "text", text: blockedText(outcome) }],
        finishReason: { unified: "content-filter", raw: outcome.ruleId },
        usage: UNKNOWN_USAGE,
        warnings: [],
        providerMetadata: metadataOf(outcome),
      };
    case "answered": {
      const { inputTokens, outputTokens } = outcome.usage;
      return {
        content: [...outcome.content],
        finishReason: outcome.finishReason,
        usage: {
          inputTokens: { ...UNKNOWN_USAGE.inputTokens, total: inputTokens },
          outputTokens: { ...UNKNOWN_USAGE.outputTokens, total: outputTokens },
        },
        warnings: [],
        providerMetadata: metadataOf(outcome),
      };
    }
    default:
      return outcome satisfies never;
  }
}

function blockedText({ ruleId, reason }: Extract<Outcome, { kind: "blocked" }>): string {
  return `Blocked by ${ruleId}: ${reason}`;
}

type Unanswered = Extract<Outcome, { kind: "unanswerable" | "queued" }>;

function unanswered(outcome: Unanswered): EngineError {
  const { reason } = outcome;
  const remedies = outcome.kind === "unanswerable" ? outcome.remedies : [];
  const steps = remedies.map((remedy) => remedy.action).join("; or ");
  return new EngineError(steps === "" ? reason : `${reason}. Try: ${steps}`, { retryable: false });
}

function metadataOf(outcome: Exclude<Outcome, Unanswered>): SharedV4ProviderMetadata {
  const { decision } = outcome;
  return {
    [PROVIDER_KEY]: {
      route: outcome.kind === "answered" ? outcome.route : "blocked",
      ...(outcome.kind === "answered" ? { engine: outcome.engine } : { ruleId: outcome.ruleId }),
      score: decision.score,
      threshold: decision.threshold,
      reasons: decision.reasons.map(({ code, detail }) => ({ code, detail })),
      durationMs: outcome.durationMs,
    },
  };
}
