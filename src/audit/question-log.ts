import type { DecisionEnd, DecisionFacts, DecisionLog, DecisionTaken } from "../core/decision-record.js";

/** What one question writes into the decision log, in the right order: a decision before its first byte leaves. */
export class QuestionLog {
  readonly id: string;
  readonly #log: DecisionLog;
  readonly #projectId: () => Promise<string>;
  readonly #nowMs: () => number;
  readonly #facts: DecisionFacts;
  readonly #taken: DecisionTaken;
  readonly #sent = new Map<string, { requests: number; bytes: number }>();
  #decided = false;

  constructor(options: {
    readonly id: string;
    readonly log: DecisionLog;
    /** Asked when an entry is written: a new project has its id by then. */
    readonly projectId: () => Promise<string>;
    readonly nowMs: () => number;
    readonly facts: DecisionFacts;
    readonly taken: DecisionTaken;
  }) {
    this.id = options.id;
    this.#log = options.log;
    this.#projectId = options.projectId;
    this.#nowMs = options.nowMs;
    this.#facts = options.facts;
    this.#taken = options.taken;
  }

  /** Makes the decision durable; call it before anything may leave. A second call does nothing. */
  async decided(): Promise<void> {
    if (this.#decided) return;
    await this.#log.append({ kind: "decided", ...(await this.#head()), facts: this.#facts, taken: this.#taken });
    this.#decided = true;
  }

  /** Counts what left for an engine. */
  sent(engine: string, departed: { readonly requests: number; readonly bytes: number }): void {
    if (departed.requests === 0) return;
    const sum = this.#sent.get(engine) ?? { requests: 0, bytes: 0 };
    sum.requests += departed.requests;
    sum.bytes += departed.bytes;
    this.#sent.set(engine, sum);
  }

  /** Writes how the question ended; once. */
  async ended(end: Omit<DecisionEnd, "sent">): Promise<void> {
    const head = await this.#head();
    const sent = [...this.#sent].map(([engine, sum]) => ({ engine, ...sum }));
    const whole: DecisionEnd = { ...end, sent };
    await this.#log.append(
      this.#decided
        ? { kind: "ended", ...head, end: whole }
        : { kind: "whole", ...head, facts: this.#facts, taken: this.#taken, end: whole },
    );
  }

  async #head(): Promise<{ id: string; projectId: string; atMs: number }> {
    return { id: this.id, projectId: await this.#projectId(), atMs: this.#nowMs() };
  }
}
