import type { Clock } from "../core/clock.js";

/** `closed`: calls go through. `open`: they do not. `half-open`: one goes through and decides. */
export type BreakerState = "closed" | "open" | "half-open";

export interface CircuitBreakerOptions {
  /** Failures in a row that open it; default 5. */
  readonly failureThreshold?: number | undefined;
  /** How long it stays open before one call may try; doubles each time that call fails. Default 10,000. */
  readonly cooldownMs?: number | undefined;
  /** No cooldown is longer; default 300,000. */
  readonly maxCooldownMs?: number | undefined;
  readonly clock: Pick<Clock, "monotonicMs">;
}

/** A call that was let through, to be told how it ended exactly once; later words are ignored. */
export interface Passage {
  succeeded(): void;
  failed(): void;
  /** The call ended without saying anything about the remote: it was aborted, or refused before it was sent. */
  withdrawn(): void;
}

/** Thrown instead of calling while a breaker is open. */
export class CircuitOpenError extends Error {
  override readonly name: string = "CircuitOpenError";
  readonly retryAfterMs: number;

  constructor(message: string, options: { readonly retryAfterMs: number }) {
    super(message);
    this.retryAfterMs = options.retryAfterMs;
  }
}

/**
 * Keeps calls away from a remote that fails (Nygard, "Release It!", 2007): no timer runs, the state follows from the
 * clock when it is asked for.
 */
export class CircuitBreaker {
  readonly #failureThreshold: number;
  readonly #firstCooldownMs: number;
  readonly #maxCooldownMs: number;
  readonly #clock: Pick<Clock, "monotonicMs">;
  #failures = 0;
  #cooldownMs: number;
  #openedAtMs: number | undefined;
  #probing = false;
  /** Calls let through before it opened or closed say nothing about the remote of now. */
  #era = 0;

  constructor(options: CircuitBreakerOptions) {
    const { failureThreshold = 5, cooldownMs = 10_000, maxCooldownMs = 300_000, clock } = options;
    if (!Number.isInteger(failureThreshold) || failureThreshold < 1) {
      throw new RangeError(
        `Cannot make a breaker: failureThreshold must be a whole number from 1, got ${failureThreshold}`,
      );
    }
    if (!(cooldownMs > 0) || !(maxCooldownMs >= cooldownMs)) {
      throw new RangeError(
        `Cannot make a breaker: expected 0 < cooldownMs <= maxCooldownMs, got ${cooldownMs} and ${maxCooldownMs}`,
      );
    }
    this.#failureThreshold = failureThreshold;
    this.#firstCooldownMs = cooldownMs;
    this.#cooldownMs = cooldownMs;
    this.#maxCooldownMs = maxCooldownMs;
    this.#clock = clock;
  }

  get state(): BreakerState {
    if (this.#openedAtMs === undefined) return "closed";
    return this.#leftMs() > 0 ? "open" : "half-open";
  }

  /** Time until a call may try; 0 when one may now. */
  get retryInMs(): number {
    if (this.#openedAtMs === undefined) return 0;
    return Math.max(this.#leftMs(), this.#probing ? this.#cooldownMs : 0);
  }

  /** A passage, or undefined while calls are kept away: open, or half-open with its one call under way. */
  enter(): Passage | undefined {
    if (this.#openedAtMs === undefined) return this.#passage(false);
    if (this.#probing || this.#leftMs() > 0) return undefined;
    this.#probing = true;
    return this.#passage(true);
  }

  #leftMs(): number {
    return Math.max(0, (this.#openedAtMs ?? 0) + this.#cooldownMs - this.#clock.monotonicMs());
  }

  #passage(probe: boolean): Passage {
    const era = this.#era;
    let told = false;
    const once = (end: () => void) => (): void => {
      if (told) return;
      told = true;
      if (era === this.#era) end();
    };
    return {
      succeeded: once(() => {
        this.#failures = 0;
        if (probe) this.#close();
      }),
      failed: once(() => {
        this.#failures++;
        if (probe) this.#open(Math.min(this.#maxCooldownMs, 2 * this.#cooldownMs));
        else if (this.#failures >= this.#failureThreshold) this.#open(this.#firstCooldownMs);
      }),
      withdrawn: once(() => {
        if (probe) this.#probing = false;
      }),
    };
  }

  #open(cooldownMs: number): void {
    this.#era++;
    this.#probing = false;
    this.#cooldownMs = cooldownMs;
    this.#openedAtMs = this.#clock.monotonicMs();
  }

  #close(): void {
    this.#era++;
    this.#probing = false;
    this.#failures = 0;
    this.#cooldownMs = this.#firstCooldownMs;
    this.#openedAtMs = undefined;
  }
}
