import type { LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { EngineError } from "../core/errors.js";
import { scannableTexts } from "../core/language-model.js";
import { asRecord, asText } from "./json-shape.js";

const MAX_MESSAGE = 300;

/** Whether the same request may succeed later: timeouts, too many requests, and the server's own failures. */
export function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

/** `Retry-After` in milliseconds: seconds or an HTTP date (RFC 9110, 10.2.3); undefined when absent or unreadable. */
export function parseRetryAfter(value: string | null | undefined, nowMs: number): number | undefined {
  const text = value?.trim();
  if (!text) return undefined;
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text) * 1000;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}

/** The server's own words about a failure: `{error: {message}}`, `{error}`, `{message}` or `{detail}`; undefined for a page. */
export function messageOfErrorBody(body: string): string | undefined {
  let root: Readonly<Record<string, unknown>> | undefined;
  try {
    root = asRecord(JSON.parse(body));
  } catch {
    return undefined; // HTML of some proxy: nothing a person wants to read
  }
  return (
    asText(asRecord(root?.["error"])?.["message"]) ??
    asText(root?.["error"]) ??
    asText(root?.["message"]) ??
    asText(root?.["detail"])
  );
}

/** What must not come back inside a server's message. */
export interface Withheld {
  readonly secrets: readonly string[];
  readonly call: Pick<LanguageModelV4CallOptions, "prompt" | "tools" | "responseFormat">;
}

/** The EngineError for a response that is no success. */
export function statusError(
  facts: {
    readonly status: number;
    readonly body: string;
    readonly retryAfter: string | null;
    readonly origin: string;
  },
  withheld: Withheld,
  nowMs: number,
): EngineError {
  const { status, body, retryAfter, origin } = facts;
  const retryAfterMs = parseRetryAfter(retryAfter, nowMs);
  const said = messageOfErrorBody(body);
  const detail = said === undefined ? "" : `: ${withoutEchoes(said, withheld)}`;
  return new EngineError(`${origin} answered ${status}${detail}`, {
    retryable: isRetryableStatus(status),
    status,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

const KEY_RUN = 6;
const PROMPT_RUN = 16;

/**
 * A server's message of at most 300 characters, without what it repeats of the key (6 characters on) or of the request
 * (16 characters on, or a whole short text between word boundaries). Costs O(message x request), on failures only.
 */
export function withoutEchoes(message: string, { secrets, call }: Withheld): string {
  let text = message.slice(0, MAX_MESSAGE * 4);
  for (const secret of secrets) text = cutShared(text, secret, Math.min(KEY_RUN, secret.length));
  for (const { text: sent } of scannableTexts(call)) {
    if (sent.length >= PROMPT_RUN) text = cutShared(text, sent, PROMPT_RUN);
    else if (sent.length >= 3) text = cutWord(text, sent);
  }
  return text.length > MAX_MESSAGE ? `${text.slice(0, MAX_MESSAGE)}…` : text;
}

/** Replaces every part of `text` that holds `run` characters in a row of `source`. */
function cutShared(text: string, source: string, run: number): string {
  if (run === 0) return text;
  let kept = "";
  let index = 0;
  while (index < text.length) {
    if (index + run > text.length || !source.includes(text.slice(index, index + run))) {
      kept += text[index++];
      continue;
    }
    while (index + run <= text.length && source.includes(text.slice(index, index + run))) index++;
    index += run - 1;
    kept += "…";
  }
  return kept;
}

function cutWord(text: string, word: string): string {
  const isEdge = (character: string | undefined): boolean =>
    character === undefined || !/[\p{L}\p{N}]/u.test(character);
  let kept = "";
  let from = 0;
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    if (at < from || !isEdge(text[at - 1]) || !isEdge(text[at + word.length])) continue;
    kept += `${text.slice(from, at)}…`;
    from = at + word.length;
  }
  return kept + text.slice(from);
}
