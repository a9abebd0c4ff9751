import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Prompt,
  SharedV4ProviderOptions,
} from "@ai-sdk/provider";
import { collectStrings, modelAround, PROVIDER_KEY, projectOf, scannableTexts } from "../core/language-model.js";
import type { ScannedText } from "../core/verdict.js";
import { type EgressRecord, mustLeave, type RequestScanner } from "./egress.js";

export interface EgressGuardOptions {
  readonly scanner: RequestScanner;
  readonly record?: ((record: EgressRecord) => void) | undefined;
  /** Id of the engine, for the record and for messages; default the model's provider and name. */
  readonly engine?: string | undefined;
  /** The model takes our own entry in `providerOptions` out itself, and heeds it before (`Engine.scoped`). */
  readonly keepOwn?: boolean | undefined;
}

/**
 * A model that does its own requests, behind the same gate as `egress.ts`: every call (each retry and each fallback hop
 * around it too) is scanned as assembled, and throws EgressRefusedError instead of reaching the model. Our own entry in
 * `providerOptions` is taken out. Scans once, O(length).
 */
export function withEgressGuard(model: LanguageModelV4, options: EgressGuardOptions): LanguageModelV4 {
  const { scanner, record, engine = `${model.provider}:${model.modelId}`, keepOwn = false } = options;
  const pass = (call: LanguageModelV4CallOptions): LanguageModelV4CallOptions => {
    call.abortSignal?.throwIfAborted();
    const outgoing = withoutOwnOptions(call);
    const texts = outgoingTexts(outgoing);
    const project = projectOf(call);
    mustLeave(scanner, texts, { destination: engine, project });
    const encoder = new TextEncoder();
    const bytes = texts.reduce((sum, { text }) => sum + encoder.encode(text).byteLength, 0);
    record?.({ engine, place: "network", bytes, attempt: 1 });
    const own = call.providerOptions?.[PROVIDER_KEY];
    if (!keepOwn || own === undefined) return outgoing;
    return { ...outgoing, providerOptions: { ...outgoing.providerOptions, [PROVIDER_KEY]: own } };
  };
  return modelAround(model, {
    doGenerate: async (call) => model.doGenerate(pass(call)),
    doStream: async (call) => model.doStream(pass(call)),
  });
}

/** The texts of the call, and the strings of every setting that a provider sends along. */
function outgoingTexts(call: LanguageModelV4CallOptions): ScannedText[] {
  const texts = scannableTexts(call);
  collectStrings(call.stopSequences ?? [], "request", texts);
  collectStrings(call.providerOptions ?? {}, "request", texts);
  for (const message of call.prompt) {
    collectStrings(message.providerOptions ?? {}, "request", texts);
    if (message.role === "system") continue;
    for (const part of message.content) collectStrings(part.providerOptions ?? {}, "request", texts);
  }
  return texts;
}

function withoutOwnOptions(call: LanguageModelV4CallOptions): LanguageModelV4CallOptions {
  const { providerOptions, ...rest } = call;
  return { ...rest, prompt: call.prompt.map(stripMessage), ...strip(providerOptions) };
}

function stripMessage(message: LanguageModelV4Prompt[number]): LanguageModelV4Prompt[number] {
  if (message.providerOptions?.[PROVIDER_KEY] === undefined) return message;
  const { providerOptions, ...rest } = message;
  // The cast: taking one optional field away leaves the role and content as they belong together.
  return { ...rest, ...strip(providerOptions) } as LanguageModelV4Prompt[number];
}

function strip(options: SharedV4ProviderOptions | undefined): { providerOptions?: SharedV4ProviderOptions } {
  if (options === undefined) return {};
  const { [PROVIDER_KEY]: _own, ...others } = options;
  return Object.keys(others).length === 0 ? {} : { providerOptions: others };
}
