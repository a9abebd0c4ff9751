/**
 * Keeps retries to a share of the calls, so that many callers do not hammer a remote that fails (Google SRE book, chapter
 * 21; gRPC's retry throttling): each call adds a part of a token, each retry takes a whole one.
 */
export class RetryBudget {
  readonly #maxTokens: number;
  readonly #perCall: number;
  #tokens: number;

  /** `maxTokens` retries at once are allowed after a quiet time (default 10); `perCall` is the share (default 0.2). */
  constructor(options: { readonly maxTokens?: number | undefined; readonly perCall?: number | undefined } = {}) {
    const { maxTokens = 10, perCall = 0.2 } = options;
    if (!(maxTokens >= 1) || !(perCall > 0) || !(perCall <= 1)) {
      throw new RangeError(
        `Cannot make a retry budget: expected maxTokens from 1 and 0 < perCall <= 1, got ${maxTokens} and ${perCall}`,
      );
    }
    this.#maxTokens = maxTokens;
    this.#perCall = perCall;
    this.#tokens = maxTokens;
  }

  /** A call is made that is no retry. */
  called(): void {
    this.#tokens = Math.min(this.#maxTokens, this.#tokens + this.#perCall);
  }

  /** Whether a retry may be made; it is counted when it may. */
  mayRetry(): boolean {
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
