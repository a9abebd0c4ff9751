import type { LanguageModelV3, LanguageModelV4, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { type Clock, systemClock } from "../core/clock.js";
import { EgressRefusedError, EngineError } from "../core/errors.js";
import { modelAround } from "../core/language-model.js";
import type { Engine } from "../core/ports.js";
import type { EgressRecord, RequestScanner } from "./egress.js";
import { withEgressGuard } from "./guarded.js";
import { asCount, asRecord, asText } from "./json-shape.js";
import { isRetryableStatus, parseRetryAfter, type Withheld, withoutEchoes } from "./openai-errors.js";
import { fromLanguageModelV3 } from "./v3-model.js";

export interface ProviderEngineOptions {
  readonly scanner: RequestScanner;
  readonly record?: ((record: EgressRecord) => void) | undefined;
  /** Default the model's `<provider>:<name>`. */
  readonly id?: string | undefined;
  /** Default `network`: nobody can see where a provider object sends. Say `device` only of one that never does. */
  readonly place?: "device" | "network" | undefined;
  readonly contextTokens?: number | undefined;
  readonly supports?: Partial<Engine["supports"]> | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * Any model object of an AI SDK provider (V4, or V3 of AI SDK 6) as an engine: guarded by the rules unless it is on the
 * device, and its failures turned into EngineError.
 */
export function providerEngine(model: LanguageModelV4 | LanguageModelV3, options: ProviderEngineOptions): Engine {
  const { scanner, record, place = "network", contextTokens, supports, clock = systemClock } = options;
  const id = options.id ?? `${model.provider}:${model.modelId}`;
  const native = model.specificationVersion === "v4" ? model : fromLanguageModelV3(model);
  const plain = withEngineErrors(native, clock);
  return {
    id,
    place,
    model: place === "device" ? plain : withEgressGuard(plain, { scanner, record, engine: id }),
    ...(place === "device" ? {} : { scoped: true as const }),
    supports: { tools: true, structuredOutput: true, files: true, ...supports },
    ...(contextTokens === undefined ? {} : { contextTokens }),
  };
}

/** Providers throw their own `APICallError`; whoever retries or falls back should know one kind only. */
function withEngineErrors(model: LanguageModelV4, clock: Clock): LanguageModelV4 {
  return modelAround(model, {
    async doGenerate(call) {
      try {
        return await model.doGenerate(call);
      } catch (error) {
        call.abortSignal?.throwIfAborted();
        throw engineErrorOf(error, model, { secrets: [], call }, clock);
      }
    },
    async doStream(call) {
      try {
        const result = await model.doStream(call);
        const transform = new TransformStream<LanguageModelV4StreamPart, LanguageModelV4StreamPart>({
          transform(part, controller) {
            if (part.type !== "error" || call.abortSignal?.aborted) return controller.enqueue(part);
            const error = engineErrorOf(part.error, model, { secrets: [], call }, clock);
            controller.enqueue({ type: "error", error });
          },
        });
        return { ...result, stream: result.stream.pipeThrough(transform) };
      } catch (error) {
        call.abortSignal?.throwIfAborted();
        throw engineErrorOf(error, model, { secrets: [], call }, clock);
      }
    },
  });
}

function engineErrorOf(error: unknown, model: LanguageModelV4, withheld: Withheld, clock: Clock): unknown {
  if (error instanceof EngineError || error instanceof EgressRefusedError) return error;
  const facts = asRecord(error);
  const status = asCount(facts?.["statusCode"]);
  const flagged = facts?.["isRetryable"];
  if (status === undefined && typeof flagged !== "boolean") return error;
  const retryAfter = asText(asRecord(facts?.["responseHeaders"])?.["retry-after"]);
  const retryAfterMs = parseRetryAfter(retryAfter, clock.nowMs());
  const said = error instanceof Error ? `: ${withoutEchoes(error.message, withheld)}` : "";
  const answered = status === undefined ? "failed" : `answered ${status}`;
  // No cause: an APICallError holds the whole request, and whoever logs it would log the question.
  return new EngineError(`${model.provider}:${model.modelId} ${answered}${said}`, {
    retryable: typeof flagged === "boolean" ? flagged : isRetryableStatus(status ?? 0),
    ...(status === undefined ? {} : { status }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}
