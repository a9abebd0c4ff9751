import type { Clock } from "../core/clock.js";
import { newId, type Random } from "../core/random.js";

/** Where a queue keeps its items, oldest first. Each call is atomic, and durable when it resolves. */
export interface QueuedTexts {
  list(): Promise<readonly { readonly key: string; readonly scope: string; readonly text: string }[]>;
  put(key: string, entry: { readonly scope: string; readonly text: string }): Promise<void>;
  /** False when the item is gone; no other writer comes between. */
  update(key: string, change: (old: string) => string): Promise<boolean>;
  delete(keys: readonly string[]): Promise<number>;
}

/** One thing that waits. */
export interface QueuedItem<Content> {
  readonly key: string;
  /** What its order counts within: a project. */
  readonly scope: string;
  readonly content: Content;
  readonly addedAtMs: number;
  /** How often it was tried and failed. */
  readonly failures: number;
  readonly lastFailure?: string;
  /** Some process is at it until then. */
  readonly claimedUntilMs?: number;
}

/** What became of one item: `done` means that it is out of the queue; `later` that nothing can be done now. */
export type FlushStep =
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly reason: string }
  | { readonly kind: "later" };

export interface OfflineQueueOptions {
  readonly texts: QueuedTexts;
  readonly clock: Pick<Clock, "nowMs">;
  readonly random: Random;
  /** How long an item belongs to the process that took it, if that dies; default 5 minutes. */
  readonly leaseMs?: number | undefined;
}

/** What is kept of an item beside its key and scope. */
type Stored<Content> = Omit<QueuedItem<Content>, "key" | "scope">;

/**
 * Things that wait for the network: durable, in order within each scope, and taken by one process at a time. An item
 * leaves the queue by whoever completes it, in the same step as its result is stored, so that none is done twice.
 */
export class OfflineQueue<Content> {
  readonly #texts: QueuedTexts;
  readonly #clock: Pick<Clock, "nowMs">;
  readonly #random: Random;
  readonly #leaseMs: number;

  constructor({ texts, clock, random, leaseMs = 300_000 }: OfflineQueueOptions) {
    if (!(leaseMs > 0)) throw new RangeError(`Cannot make a queue: leaseMs must be above 0, got ${leaseMs}`);
    this.#texts = texts;
    this.#clock = clock;
    this.#random = random;
    this.#leaseMs = leaseMs;
  }

  /** Durable when it resolves to the item's key. */
  async add(scope: string, content: Content): Promise<string> {
    const addedAtMs = this.#clock.nowMs();
    const key = newId(addedAtMs, this.#random);
    await this.#texts.put(key, { scope, text: textOf({ content, addedAtMs, failures: 0 }) });
    return key;
  }

  /** Oldest first. */
  async list(): Promise<readonly QueuedItem<Content>[]> {
    return (await this.#texts.list()).map(({ key, scope, text }) => ({ key, scope, ...this.#read(text) }));
  }

  /** Takes some items out undone, or all; resolves to their number. */
  async drop(keys?: readonly string[]): Promise<number> {
    return this.#texts.delete(keys ?? (await this.#texts.list()).map(({ key }) => key));
  }

  /**
   * Tries every item, oldest first within each scope, the scopes side by side so that they share one radio window. After one
   * that fails the later ones of its scope wait, and after `later` all do. An item that another process is at is left to it,
   * and so are the later ones of its scope. An abort ends it between two items, or within one when `run` heeds the signal;
   * the item waits on. Resolves to how many were done.
   */
  async flush(
    run: (item: QueuedItem<Content>) => Promise<FlushStep>,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<number> {
    const scopes = new Map<string, QueuedItem<Content>[]>();
    for (const item of await this.list()) {
      const own = scopes.get(item.scope);
      if (own === undefined) scopes.set(item.scope, [item]);
      else own.push(item);
    }
    const state = { done: 0, stopped: false };
    const settled = await Promise.allSettled(
      [...scopes.values()].map(async (items) => {
        for (const item of items) {
          signal?.throwIfAborted();
          if (state.stopped) return;
          const step = await this.#try(item, run);
          if (step === "gone") continue;
          if (step.kind === "done") state.done++;
          else {
            state.stopped ||= step.kind === "later";
            return;
          }
        }
      }),
    );
    for (const each of settled) if (each.status === "rejected") throw each.reason;
    return state.done;
  }

  async #try(
    item: QueuedItem<Content>,
    run: (item: QueuedItem<Content>) => Promise<FlushStep>,
  ): Promise<FlushStep | "gone"> {
    const taken = await this.#claim(item.key);
    if (taken === "gone") return "gone";
    if (taken === "taken") return { kind: "failed", reason: "another process is at it" };
    let step: FlushStep;
    try {
      step = await run(item);
    } catch (error) {
      await this.#release(item.key, undefined);
      throw error;
    }
    if (step.kind !== "done") await this.#release(item.key, step.kind === "failed" ? step.reason : undefined);
    return step;
  }

  async #claim(key: string): Promise<"ours" | "taken" | "gone"> {
    const nowMs = this.#clock.nowMs();
    let taken = false;
    const exists = await this.#texts.update(key, (old) => {
      const item = this.#read(old);
      taken = this.#isClaimed(item, nowMs);
      return taken ? old : textOf({ ...item, claimedUntilMs: nowMs + this.#leaseMs });
    });
    if (!exists) return "gone";
    return taken ? "taken" : "ours";
  }

  async #release(key: string, failure: string | undefined): Promise<void> {
    await this.#texts.update(key, (old) => {
      const { claimedUntilMs: _, ...item } = this.#read(old);
      return textOf(failure === undefined ? item : { ...item, failures: item.failures + 1, lastFailure: failure });
    });
  }

  /** A lease longer than any we give was made before the clock was set back: it says nothing. */
  #isClaimed({ claimedUntilMs = 0 }: Stored<Content>, nowMs: number): boolean {
    return claimedUntilMs > nowMs && claimedUntilMs <= nowMs + this.#leaseMs;
  }

  #read(text: string): Stored<Content> {
    return JSON.parse(text) as Stored<Content>; // as textOf wrote it
  }
}

function textOf(item: Stored<unknown>): string {
  return JSON.stringify(item);
}
