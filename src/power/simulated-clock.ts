import type { Clock } from "../core/clock.js";

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

/** A clock that is moved by hand: time stops at each sleeper on the way, so that what it does happens at its own moment. */
export class SimulatedClock implements Clock {
  #nowMs: number;
  #sleepers: readonly Sleeper[] = [];

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  sleep(ms: number, { signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const leave = (): void => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        signal?.removeEventListener("abort", onAbort);
      };
      const onAbort = (): void => {
        leave();
        reject(signal?.reason);
      };
      const sleeper: Sleeper = {
        atMs: this.#nowMs + ms,
        wake: () => {
          leave();
          resolve();
        },
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#sleepers = [...this.#sleepers, sleeper];
    });
  }

  /** Moves on to a moment; one that has passed changes nothing. */
  async advanceTo(endMs: number): Promise<void> {
    for (;;) {
      let next: Sleeper | undefined;
      for (const sleeper of this.#sleepers) if (next === undefined || sleeper.atMs < next.atMs) next = sleeper;
      if (next === undefined || next.atMs > endMs) break;
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.wake();
      await Promise.resolve(); // whoever slept goes on, and may sleep again
    }
    this.#nowMs = Math.max(this.#nowMs, endMs);
  }
}
