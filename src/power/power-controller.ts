import type { Clock } from "../core/clock.js";
import {
  DEFAULT_TIMEOUTS,
  nextState,
  type PowerEvent,
  type PowerState,
  type PowerTimeouts,
  timeoutOf,
} from "./power-states.js";

/** One change of state. */
export interface PowerChange {
  readonly atMs: number;
  readonly from: PowerState;
  readonly to: PowerState;
  readonly event: PowerEvent;
}

/** Changes that are kept; the oldest go. */
const MAX_CHANGES = 10_000;

/** The power state as it is now: transitions, one timer at most (none in `sleep`), residency, and what happened. */
export class PowerController {
  readonly #clock: Clock;
  readonly #timeouts: PowerTimeouts;
  readonly #listeners = new Set<(change: PowerChange) => void>();
  readonly #changes: PowerChange[] = [];
  readonly #residencyMs: Record<PowerState, number> = { sleep: 0, listening: 0, active: 0 };
  #state: PowerState;
  #charging: boolean;
  #sinceMs: number;
  #busy = 0;
  #timer: AbortController | undefined;

  /** Begins asleep, unless told otherwise. */
  constructor(options: {
    readonly clock: Clock;
    readonly state?: PowerState;
    readonly charging?: boolean;
    readonly timeouts?: Partial<PowerTimeouts>;
  }) {
    const { clock, state = "sleep", charging = false, timeouts } = options;
    this.#timeouts = { ...DEFAULT_TIMEOUTS, ...timeouts };
    for (const [name, value] of Object.entries(this.#timeouts)) {
      if (!(value > 0)) throw new RangeError(`Cannot control power: ${name} must be above 0, got ${value}`);
    }
    this.#clock = clock;
    this.#state = state;
    this.#charging = charging;
    this.#sinceMs = clock.monotonicMs();
    this.#arm();
  }

  get state(): PowerState {
    return this.#state;
  }

  /** The newest changes, oldest first. */
  get changes(): readonly PowerChange[] {
    return this.#changes;
  }

  /** Takes an event; returns the state after it. Listeners have heard of a change when it returns. */
  dispatch(event: PowerEvent): PowerState {
    if (event === "chargerConnected") this.#charging = true;
    if (event === "chargerRemoved") this.#charging = false;
    if (event === "userInput") this.#busy++;
    if (event === "queryDone") this.#busy = Math.max(0, this.#busy - 1);
    const from = this.#state;
    // A question under way is not left because the room is quiet.
    const to = this.#busy > 0 && event === "silence" ? from : nextState(from, event);
    if (to !== from) this.#change({ atMs: this.#clock.nowMs(), from, to, event });
    this.#arm();
    return to;
  }

  /** Tells of every change from now on; returns what ends that. */
  onChange(listener: (change: PowerChange) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Milliseconds spent in each state until now, by the monotonic clock. */
  residencyMs(): Readonly<Record<PowerState, number>> {
    const residency = { ...this.#residencyMs };
    residency[this.#state] += this.#clock.monotonicMs() - this.#sinceMs;
    return residency;
  }

  /** Ends the timer; the state stays what it is. */
  close(): void {
    this.#timer?.abort();
    this.#timer = undefined;
  }

  #change(change: PowerChange): void {
    const nowMs = this.#clock.monotonicMs();
    this.#residencyMs[change.from] += nowMs - this.#sinceMs;
    this.#sinceMs = nowMs;
    this.#state = change.to;
    if (this.#changes.push(change) > MAX_CHANGES) this.#changes.shift();
    for (const listener of this.#listeners) listener(change);
  }

  /** Every event begins the state's time anew; while a question is under way it does not run. */
  #arm(): void {
    this.close();
    const ms =
      this.#busy > 0 ? undefined : timeoutOf(this.#state, { charging: this.#charging, timeouts: this.#timeouts });
    if (ms === undefined) return;
    const timer = new AbortController();
    this.#timer = timer;
    this.#clock.sleep(ms, { signal: timer.signal }).then(
      () => {
        if (this.#timer === timer) this.dispatch("timeout");
      },
      () => {}, // something happened before
    );
  }
}
