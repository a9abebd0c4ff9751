import type { RuleHit } from "./verdict.js";

/** An engine failed. `retryable` says whether the same call may succeed later; an abort is never an EngineError. */
export class EngineError extends Error {
  override readonly name: string = "EngineError";
  readonly retryable: boolean;
  readonly status?: number;
  readonly retryAfterMs?: number;
  /** No connection came about, so nothing was asked: as if there were no network. */
  readonly unreachable: boolean;

  constructor(
    message: string,
    options: { retryable: boolean; status?: number; retryAfterMs?: number; unreachable?: boolean; cause?: unknown } = {
      retryable: false,
    },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.retryable = options.retryable;
    this.unreachable = options.unreachable === true;
    if (options.status !== undefined) this.status = options.status;
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
  }
}

/** The engine works, but this question is outside what it can answer. Another engine may. */
export class CannotAnswerError extends Error {
  override readonly name: string = "CannotAnswerError";
}

/** The bytes about to leave the device hold what the rules keep on it. Thrown instead of sending. */
export class EgressRefusedError extends Error {
  override readonly name: string = "EgressRefusedError";
  readonly hits: readonly RuleHit[];

  constructor(message: string, options: { hits: readonly RuleHit[] }) {
    super(message);
    this.hits = options.hits;
  }
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
