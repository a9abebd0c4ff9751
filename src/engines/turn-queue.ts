import { untilAborted } from "./abort.js";

/** First come, first served access to something only one call may use at a time. */
export class TurnQueue {
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;

  /** Calls that hold the turn or wait for it. */
  get size(): number {
    return this.#waiting;
  }

  /**
   * Resolves when it is this call's turn, to the function that ends it (calling it again does nothing). Rejects with
   * `signal.reason` as soon as the signal aborts; the place in the line is then given up.
   */
  async take({ signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<() => void> {
    signal?.throwIfAborted();
    const before = this.#tail;
    let release: () => void = () => {};
    const mine = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#tail = before.then(() => mine);
    this.#waiting++;
    let held = true;
    const end = (): void => {
      if (!held) return;
      held = false;
      this.#waiting--;
      release();
    };
    try {
      await untilAborted(before, signal);
      return end;
    } catch (reason) {
      end();
      throw reason;
    }
  }
}
