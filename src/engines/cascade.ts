import type {
  LanguageModelV4Content,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
} from "@ai-sdk/provider";
import type { Clock } from "../core/clock.js";
import { EgressRefusedError, messageOf } from "../core/errors.js";
import { textOfContent } from "../core/language-model.js";
import type { Attempt } from "../core/outcome.js";
import type { Engine } from "../core/ports.js";
import { type AnswerJudge, checkAnswer } from "../routing/answer-verifier.js";

/** Receives the parts of an answer as they come. */
export type PartListener = (part: LanguageModelV4StreamPart) => void;

/** What one engine returned, with whatever the caller wants to keep beside it. */
export interface CascadeCall {
  readonly result: LanguageModelV4GenerateResult;
}

export interface CascadeOptions<Call extends CascadeCall> {
  /** Calls one engine; with a listener as a stream. */
  readonly call: (engine: Engine, listener: PartListener | undefined) => Promise<Call>;
  /** Whether an answer of the device is held back and checked while a network engine could still be asked. */
  readonly verify: boolean;
  readonly wantsJson: boolean;
  /** What a learned verifier says of an answer; default none. */
  readonly judge?: AnswerJudge | undefined;
  /** Every call is added, failed ones with why. */
  readonly attempts: Attempt[];
  readonly clock: Clock;
  readonly onPart: PartListener | undefined;
  readonly onFailure: (engine: Engine, error: unknown) => void;
  readonly signal: AbortSignal | undefined;
}

/**
 * Tries engines in order until one answers; undefined when none did. Rejects only with `signal.reason` or what `onPart`
 * threw. Once any content was shown no other engine is tried, so nobody sees two answers. A checked answer that was not
 * good enough is kept, and given after all when no later engine answers.
 */
export async function runCascade<Call extends CascadeCall>(
  order: readonly Engine[],
  options: CascadeOptions<Call>,
): Promise<(Call & { readonly engine: Engine }) | undefined> {
  const { call, verify, wantsJson, judge, attempts, clock, onPart, onFailure, signal } = options;
  let provisional: (Call & { readonly engine: Engine }) | undefined;
  for (let index = 0; index < order.length; index++) {
    const engine = order[index]!;
    signal?.throwIfAborted();
    const holdBack = verify && engine.place === "device" && order.slice(index + 1).some(isNetwork);
    const display = onPart === undefined || holdBack ? undefined : new Display(onPart);
    const startedMs = clock.monotonicMs();
    const { id, place } = engine;
    let failure: string;
    try {
      const given = { engine, ...(await call(engine, display?.listener)) };
      const check = checkAnswer(given.result, {
        wantsJson,
        judge: holdBack ? judge : undefined,
        second: provisional === undefined ? undefined : textOfContent(provisional.result.content),
      });
      const empty = check.kind === "escalate" && check.code === "answer/empty";
      if (check.kind === "accept" || display?.shown || !(holdBack || empty)) {
        attempts.push({ engine: id, place, durationMs: clock.monotonicMs() - startedMs });
        if (holdBack) showWhole(given.result, onPart);
        return given;
      }
      failure = empty ? "gave an empty answer" : `escalated: ${check.detail}`;
      if (!empty) provisional ??= given;
    } catch (error) {
      signal?.throwIfAborted();
      if (display?.thrown !== undefined) throw display.thrown.error;
      failure = failureOf(error);
      onFailure(engine, error);
    }
    attempts.push({ engine: id, place, durationMs: clock.monotonicMs() - startedMs, failure });
    if (display?.shown) return undefined;
  }
  if (provisional !== undefined) showWhole(provisional.result, onPart);
  return provisional;
}

/** Passes parts on from the first that holds content; those before it wait, so that a failed start leaves no trace. */
class Display {
  shown = false;
  /** What the caller's own listener threw: no fault of the engine, so no reason to try another. */
  thrown: { readonly error: unknown } | undefined;
  readonly listener: PartListener;
  readonly #held: LanguageModelV4StreamPart[] = [];

  constructor(onPart: PartListener) {
    this.listener = (part) => {
      if (!this.shown && !holdsContent(part)) {
        this.#held.push(part);
        return;
      }
      this.shown = true;
      try {
        for (const held of this.#held.splice(0)) onPart(held);
        onPart(part);
      } catch (error) {
        this.thrown = { error };
        throw error;
      }
    };
  }
}

function holdsContent(part: LanguageModelV4StreamPart): boolean {
  switch (part.type) {
    case "text-delta":
    case "reasoning-delta":
      return part.delta !== "";
    case "stream-start":
    case "response-metadata":
    case "text-start":
    case "text-end":
    case "reasoning-start":
    case "reasoning-end":
    case "raw":
    case "finish":
      return false;
    default:
      return true;
  }
}

/** Shows an answer that was held back, as the parts a stream would have had. */
function showWhole(result: LanguageModelV4GenerateResult, onPart: PartListener | undefined): void {
  if (onPart === undefined) return;
  for (const [index, part] of result.content.entries()) showContent(part, String(index), onPart);
}

function showContent(part: LanguageModelV4Content, id: string, onPart: PartListener): void {
  if (part.type === "text" || part.type === "reasoning") {
    onPart({ type: `${part.type}-start`, id });
    onPart({ type: `${part.type}-delta`, id, delta: part.text });
    onPart({ type: `${part.type}-end`, id });
  } else onPart(part);
}

function isNetwork(engine: Engine): boolean {
  return engine.place === "network";
}

function failureOf(error: unknown): string {
  if (!(error instanceof EgressRefusedError)) return messageOf(error);
  const ids = [...new Set(error.hits.map((hit) => hit.ruleId))].join(", ");
  return `not sent: ${ids} keeps part of the prompt on the device`;
}
