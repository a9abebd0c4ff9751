/**
 * Calls of the same key that overlap become one. Each caller may leave by its own signal; the call itself is aborted when
 * the last one has left.
 */
export class SingleFlight<Value> {
  readonly #flights = new Map<string, Flight<Value>>();

  /** How many calls are under way. */
  get size(): number {
    return this.#flights.size;
  }

  /** Resolves or rejects as the one call does; rejects with `signal.reason` as soon as the caller's own signal aborts. */
  async run(
    key: string,
    call: (signal: AbortSignal) => Promise<Value>,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Value> {
    signal?.throwIfAborted();
    let flight = this.#flights.get(key);
    if (flight === undefined) {
      const created = new Flight(call, () => {
        if (this.#flights.get(key) === created) this.#flights.delete(key);
      });
      this.#flights.set(key, created);
      flight = created;
    }
    return flight.join(signal);
  }
}

class Flight<Value> {
  readonly #result: Promise<Value>;
  readonly #controller = new AbortController();
  readonly #ended: () => void;
  #passengers = 0;

  constructor(call: (signal: AbortSignal) => Promise<Value>, ended: () => void) {
    this.#ended = ended;
    this.#result = (async () => {
      try {
        return await call(this.#controller.signal);
      } finally {
        ended();
      }
    })();
    this.#result.catch(() => {}); // each passenger hears of it; nobody may be left to
  }

  join(signal: AbortSignal | undefined): Promise<Value> {
    this.#passengers++;
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        reject(signal?.reason);
        if (--this.#passengers > 0) return;
        this.#ended(); // who comes now must not join a call that is being given up
        this.#controller.abort(signal?.reason);
      };
      signal?.addEventListener("abort", leave, { once: true });
      this.#result.then(resolve, reject).finally(() => signal?.removeEventListener("abort", leave));
    });
  }
}
