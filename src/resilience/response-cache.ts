import type { Clock } from "../core/clock.js";

/** Where a cache keeps its texts, least recently used first. Each call is atomic. */
export interface CachedTexts {
  find(key: string): Promise<{ readonly text: string; readonly createdAtMs: number } | undefined>;
  /** Makes it the most recently used. */
  touch(key: string): Promise<void>;
  /** `scope` is what the text belongs to and is forgotten with: a project. */
  put(key: string, entry: { readonly scope: string; readonly text: string }): Promise<void>;
  delete(key: string): Promise<void>;
  /** Removes the least recently used until both bounds hold; resolves to how many went. */
  trim(bounds: { readonly maxEntries: number; readonly maxCharacters: number }): Promise<number>;
  clear(): Promise<number>;
  size(): Promise<{ readonly entries: number; readonly characters: number }>;
}

/** Counted since the cache was made. */
export interface CacheCounts {
  readonly hits: number;
  readonly misses: number;
  /** Misses because the entry had grown too old. */
  readonly expiries: number;
  /** Entries that had to make room. */
  readonly evictions: number;
  /** Calls of the store that failed; each counts as a miss, or as nothing stored. */
  readonly failures: number;
}

export interface ResponseCacheOptions {
  readonly texts: CachedTexts;
  /** An entry is never given out older than this. Default one day. */
  readonly ttlMs?: number | undefined;
  /** Default 500. */
  readonly maxEntries?: number | undefined;
  /** Of all texts, in UTF-16 units. Default 4,000,000. */
  readonly maxCharacters?: number | undefined;
  readonly clock: Pick<Clock, "nowMs">;
  readonly onCount?: ((what: keyof CacheCounts, amount: number) => void) | undefined;
}

/**
 * Answers that may be given again: bounded by age, number and size, the least recently used first to go. A store that
 * fails makes it empty, never an error.
 */
export class ResponseCache {
  readonly #texts: CachedTexts;
  readonly #ttlMs: number;
  readonly #bounds: { readonly maxEntries: number; readonly maxCharacters: number };
  readonly #clock: Pick<Clock, "nowMs">;
  readonly #onCount: ((what: keyof CacheCounts, amount: number) => void) | undefined;
  readonly #counts: Record<keyof CacheCounts, number> = { hits: 0, misses: 0, expiries: 0, evictions: 0, failures: 0 };

  constructor(options: ResponseCacheOptions) {
    const { texts, ttlMs = 86_400_000, maxEntries = 500, maxCharacters = 4_000_000, clock, onCount } = options;
    for (const [name, value] of Object.entries({ ttlMs, maxEntries, maxCharacters })) {
      if (!(value > 0)) throw new RangeError(`Cannot make a cache: ${name} must be above 0, got ${value}`);
    }
    this.#texts = texts;
    this.#ttlMs = ttlMs;
    this.#bounds = { maxEntries, maxCharacters };
    this.#clock = clock;
    this.#onCount = onCount;
  }

  get counts(): CacheCounts {
    return { ...this.#counts };
  }

  /**
   * The text with its age, if there is one young enough. A clock that was set back makes entries from the future, which
   * count as too old.
   */
  async get(key: string): Promise<{ readonly text: string; readonly ageMs: number } | undefined> {
    try {
      const entry = await this.#texts.find(key);
      const ageMs = entry === undefined ? 0 : this.#clock.nowMs() - entry.createdAtMs;
      if (entry !== undefined && ageMs >= 0 && ageMs <= this.#ttlMs) {
        await this.#texts.touch(key);
        this.#count("hits");
        return { text: entry.text, ageMs };
      }
      if (entry !== undefined) {
        this.#count("expiries");
        await this.#texts.delete(key);
      }
    } catch {
      this.#count("failures");
    }
    this.#count("misses");
    return undefined;
  }

  /** Keeps a text; one that is larger than the whole cache is not kept. */
  async put(key: string, entry: { readonly scope: string; readonly text: string }): Promise<void> {
    if (entry.text.length > this.#bounds.maxCharacters) return;
    try {
      await this.#texts.put(key, entry);
      this.#count("evictions", await this.#texts.trim(this.#bounds));
    } catch {
      this.#count("failures"); // a full disk, a project deleted meanwhile: the answer is not lost, only not kept
    }
  }

  #count(what: keyof CacheCounts, amount = 1): void {
    if (amount === 0) return;
    this.#counts[what] += amount;
    this.#onCount?.(what, amount);
  }
}
