import type { Clock } from "../core/clock.js";

export interface BatcherOptions<Item, Result> {
  /** Does the work of one batch: one entry for each item, in order. A rejection is every item's. */
  readonly run: (items: readonly Item[], signal: AbortSignal) => Promise<readonly PromiseSettledResult<Result>[]>;
  /** A batch of so many is begun at once. */
  readonly maxBatchSize: number;
  /** A smaller one is begun this long after its first item came. */
  readonly maxWaitMs: number;
  readonly clock: Pick<Clock, "sleep">;
}

/**
 * Collects items that may wait and does them together. Each caller gets its own result or its own error; an abort takes
 * an item out while it waits, and ends the batch's work when every one of its callers has left. Nothing runs while
 * nothing waits.
 */
export class Batcher<Item, Result> {
  readonly #options: BatcherOptions<Item, Result>;
  #waiting: Waiting<Item, Result>[] = [];
  #timer: AbortController | undefined;

  constructor(options: BatcherOptions<Item, Result>) {
    const { maxBatchSize, maxWaitMs } = options;
    if (!Number.isInteger(maxBatchSize) || maxBatchSize < 1 || !(maxWaitMs >= 0)) {
      throw new RangeError(
        `Cannot make a batcher: expected maxBatchSize from 1 and maxWaitMs from 0, got ${maxBatchSize} and ${maxWaitMs}`,
      );
    }
    this.#options = options;
  }

  /** Items that no batch has taken yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Resolves with the item's own result; rejects with its own error, or with `signal.reason` at once. */
  add(item: Item, { signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<Result> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const entry: Waiting<Item, Result> = { item, resolve, reject, left: () => {}, gone: false };
      const onAbort = (): void => {
        entry.gone = true;
        this.#waiting = this.#waiting.filter((each) => each !== entry);
        if (this.#waiting.length === 0) this.#stopTimer();
        reject(signal?.reason);
        entry.left();
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      const settle =
        <T>(end: (value: T) => void) =>
        (value: T): void => {
          signal?.removeEventListener("abort", onAbort);
          end(value);
        };
      entry.resolve = settle(resolve);
      entry.reject = settle(reject);
      this.#waiting.push(entry);
      if (this.#waiting.length >= this.#options.maxBatchSize) this.flush();
      else if (this.#timer === undefined) this.#startTimer();
    });
  }

  /** Begins what waits now, however little it is. */
  flush(): void {
    this.#stopTimer();
    const batch = this.#waiting;
    this.#waiting = [];
    if (batch.length > 0) void this.#do(batch);
  }

  async #do(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    const abandoned = new AbortController();
    for (const entry of batch) {
      entry.left = () => {
        if (batch.every(({ gone }) => gone)) abandoned.abort();
      };
    }
    try {
      const results = await this.#options.run(
        batch.map(({ item }) => item),
        abandoned.signal,
      );
      if (results.length !== batch.length) {
        throw new RangeError(`Cannot share out a batch: expected ${batch.length} results, got ${results.length}`);
      }
      for (const [index, result] of results.entries()) {
        if (result.status === "fulfilled") batch[index]!.resolve(result.value);
        else batch[index]!.reject(result.reason);
      }
    } catch (error) {
      for (const entry of batch) entry.reject(error);
    }
  }

  #startTimer(): void {
    const { clock, maxWaitMs } = this.#options;
    const timer = new AbortController();
    this.#timer = timer;
    clock.sleep(maxWaitMs, { signal: timer.signal }).then(
      () => this.flush(),
      () => {}, // flushed for another reason, or nobody waits any more
    );
  }

  #stopTimer(): void {
    this.#timer?.abort();
    this.#timer = undefined;
  }
}

interface Waiting<Item, Result> {
  readonly item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
  left: () => void;
  gone: boolean;
}
