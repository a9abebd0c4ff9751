import type {
  JSONValue,
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4StreamPart,
} from "@ai-sdk/provider";
import { modelAround, projectOf } from "../core/language-model.js";
import type { RuleHit, ScannedText } from "../core/verdict.js";
import { mapCallTexts, mapJsonTexts } from "./call-texts.js";
import type { RequestScanner } from "./egress.js";
import { JsonStringRestorer, type TextRestorer } from "./json-string-restorer.js";
import { redactionHits } from "./redaction-hits.js";

/** Puts placeholders for values and values for placeholders, the same ones throughout one request. */
export interface RequestRedactor {
  redact(text: string, hits: readonly RuleHit[]): string;
  restore(text: string): string;
  createStreamRestorer(): TextRestorer;
}

export interface RedactionOptions {
  readonly scanner: RequestScanner;
  /** A fresh one for every call, so that no value outlives it. */
  readonly createRedactor: () => RequestRedactor;
}

/**
 * A model that receives placeholders where a rule asks to `redact`, in every message, tool result, tool input and file of
 * text, and whose reply has the values back: text, reasoning, tool inputs (escaped as JSON needs it), streamed or not.
 * It refuses nothing: hits with another action stay as they are for the guard inside to judge.
 */
export function withRedaction(model: LanguageModelV4, { scanner, createRedactor }: RedactionOptions): LanguageModelV4 {
  return modelAround(model, {
    async doGenerate(call) {
      const redactor = createRedactor();
      const outgoing = redactCall(call, scanner, redactor);
      const result = await model.doGenerate(outgoing);
      if (outgoing === call) return result;
      const restore = textRestore(call, redactor);
      const { structuredOutputText } = result;
      return {
        ...result,
        content: result.content.map((part) => restoreContent(part, restore, redactor)),
        ...(structuredOutputText === undefined
          ? {}
          : { structuredOutputText: restoreJson(structuredOutputText, redactor) }),
      };
    },
    async doStream(call) {
      const redactor = createRedactor();
      const outgoing = redactCall(call, scanner, redactor);
      const result = await model.doStream(outgoing);
      if (outgoing === call) return result;
      return { ...result, stream: result.stream.pipeThrough(restoringStream(call, redactor)) };
    },
  });
}

/** The call with placeholders; the very same object when nothing had to be redacted. */
function redactCall(
  call: LanguageModelV4CallOptions,
  scanner: RequestScanner,
  redactor: RequestRedactor,
): LanguageModelV4CallOptions {
  const texts: ScannedText[] = [];
  mapCallTexts(call, (text, source) => {
    texts.push({ source, text });
    return text;
  });
  const hits = redactionHits(scanner, texts, projectOf(call));
  if (hits.size === 0) return call;
  let index = 0; // the second walk meets the same texts in the same order
  // Texts without a hit too: one that looks like a placeholder must not come back as somebody's address.
  return mapCallTexts(call, (text) => redactor.redact(text, hits.get(index++) ?? []));
}

/** A JSON answer needs its values escaped; any other text takes them as they are. */
function textRestore(call: LanguageModelV4CallOptions, redactor: RequestRedactor): (text: string) => string {
  return call.responseFormat?.type === "json"
    ? (text) => restoreJson(text, redactor)
    : (text) => redactor.restore(text);
}

function restoreJson(json: string, redactor: RequestRedactor): string {
  const restorer = new JsonStringRestorer(() => redactor.createStreamRestorer());
  return restorer.push(json) + restorer.flush();
}

function restoreContent<Part extends LanguageModelV4Content>(
  part: Part,
  restore: (text: string) => string,
  redactor: RequestRedactor,
): Part {
  switch (part.type) {
    case "text":
      return { ...part, text: restore(part.text) };
    case "reasoning":
      return { ...part, text: redactor.restore(part.text) };
    case "tool-call":
      return { ...part, input: restoreJson(part.input, redactor) };
    case "tool-result": {
      // The cast: restoring changes words inside strings, so what was not null stays not null.
      const result = mapJsonTexts(part.result, (text) => redactor.restore(text)) as NonNullable<JSONValue>;
      return { ...part, result };
    }
    case "source":
      return part.title === undefined ? part : { ...part, title: redactor.restore(part.title) };
    default:
      return part;
  }
}

/** Restores each part id on its own; what a restorer holds back is said just before the part ends. */
function restoringStream(
  call: LanguageModelV4CallOptions,
  redactor: RequestRedactor,
): TransformStream<LanguageModelV4StreamPart, LanguageModelV4StreamPart> {
  const json = call.responseFormat?.type === "json";
  const restore = textRestore(call, redactor);
  const open = new Map<
    string,
    { readonly type: "text" | "reasoning" | "tool-input"; readonly restorer: TextRestorer }
  >();
  type Controller = TransformStreamDefaultController<LanguageModelV4StreamPart>;
  const end = (key: string, controller: Controller): void => {
    const entry = open.get(key);
    if (entry === undefined) return;
    open.delete(key);
    const delta = entry.restorer.flush();
    const id = key.slice(key.indexOf(" ") + 1);
    if (delta !== "") controller.enqueue({ type: `${entry.type}-delta`, id, delta });
  };
  const endAll = (controller: Controller): void => {
    for (const key of [...open.keys()]) end(key, controller);
  };
  return new TransformStream({
    transform(part, controller) {
      switch (part.type) {
        case "text-start":
        case "reasoning-start":
        case "tool-input-start": {
          const type = kindOf(part.type);
          const plain = (): TextRestorer => redactor.createStreamRestorer();
          const isJson = type === "tool-input" || (type === "text" && json);
          open.set(`${type} ${part.id}`, { type, restorer: isJson ? new JsonStringRestorer(plain) : plain() });
          return controller.enqueue(part);
        }
        case "text-delta":
        case "reasoning-delta":
        case "tool-input-delta": {
          const entry = open.get(`${kindOf(part.type)} ${part.id}`);
          if (entry === undefined) return controller.enqueue(part); // a delta of a part that never began
          const delta = entry.restorer.push(part.delta);
          if (delta !== "") controller.enqueue({ ...part, delta });
          return;
        }
        case "text-end":
        case "reasoning-end":
        case "tool-input-end":
          end(`${kindOf(part.type)} ${part.id}`, controller);
          return controller.enqueue(part);
        case "tool-call":
        case "tool-result":
        case "source":
          return controller.enqueue(restoreContent(part, restore, redactor));
        case "raw":
          return; // the server's own words hold placeholders, and nothing can be restored in an unknown shape
        case "finish":
        case "error":
          endAll(controller);
          return controller.enqueue(part);
        default:
          return controller.enqueue(part);
      }
    },
    flush: endAll,
  });
}

function kindOf(type: string): "text" | "reasoning" | "tool-input" {
  return type.startsWith("text") ? "text" : type.startsWith("reasoning") ? "reasoning" : "tool-input";
}
