import type { Clock } from "../core/clock.js";
import type { Span, Telemetry } from "../core/ports.js";
import type { EnergyEntry } from "./energy-ledger.js";

/** Questions kept until they are taken; the oldest go. */
const MAX_ENTRIES = 10_000;

interface OpenQuestion {
  readonly cpuUs: Map<string, number>;
  readonly startedMs: number;
  route: string;
  sentBytes: number;
  networkMs: number;
  outputTokens: number | undefined;
}

interface OpenSpan {
  part: string;
  readonly question: OpenQuestion | undefined;
  readonly startedMs: number;
  sentBytes: number;
}

/** Names under which the rooms report. */
export interface EnergyNames {
  /** The span around a whole question, and the one around a call of an engine. */
  readonly question: string;
  readonly call: string;
  /** The counter of bytes that left, the histogram of tokens, and its label for those of an answer. */
  readonly sentBytes: string;
  readonly tokens: string;
  readonly output: string;
}

/**
 * Telemetry that measures processor time on its way to another: what passes between two marks belongs to the innermost span
 * that is open. Sums are exact; of questions answered at the same time, each part goes to the one that began last.
 */
export class EnergyTelemetry implements Telemetry {
  readonly #inner: Telemetry;
  readonly #cpuUs: () => number;
  readonly #clock: Clock;
  readonly #names: EnergyNames;
  readonly #open: OpenSpan[] = [];
  readonly #entries: EnergyEntry[] = [];
  #questions: OpenQuestion[] = [];
  #markUs = 0;
  #outsideUs = 0;

  /** `cpuUs` is the processor time of this process since it began; what passed before the first question is the program's. */
  constructor(options: {
    readonly inner: Telemetry;
    readonly cpuUs: () => number;
    readonly clock: Clock;
    readonly names: EnergyNames;
  }) {
    this.#inner = options.inner;
    this.#cpuUs = options.cpuUs;
    this.#clock = options.clock;
    this.#names = options.names;
  }

  /** The questions that have ended, taken out; what passed outside of them is part `program` of the last. */
  take(): readonly EnergyEntry[] {
    this.#mark();
    const entries = this.#entries.splice(0);
    const last = entries.at(-1);
    if (last !== undefined) {
      entries[entries.length - 1] = { ...last, cpuUs: { ...last.cpuUs, program: this.#outsideUs } };
      this.#outsideUs = 0;
    }
    return entries;
  }

  span(name: string): Span {
    this.#mark();
    const inner = this.#inner.span(name);
    const isQuestion = name === this.#names.question;
    if (isQuestion) this.#questions.push(this.#newQuestion());
    const span: OpenSpan = {
      part: name,
      question: this.#questions.at(-1),
      startedMs: this.#clock.monotonicMs(),
      sentBytes: 0,
    };
    this.#open.push(span);
    return {
      set: (attributes) => {
        inner.set(attributes);
        const { engine, route } = attributes;
        if (name === this.#names.call && typeof engine === "string") span.part = `${name}/${engine}`;
        if (isQuestion && typeof route === "string" && span.question !== undefined) span.question.route = route;
      },
      end: () => {
        inner.end();
        this.#end(span, isQuestion);
      },
    };
  }

  count(name: string, labels?: Readonly<Record<string, string>>, amount = 1): void {
    this.#inner.count(name, labels, amount);
    if (name !== this.#names.sentBytes) return;
    const call = this.#open.at(-1);
    if (call !== undefined) call.sentBytes += amount;
    const question = this.#questions.at(-1);
    if (question !== undefined) question.sentBytes += amount;
  }

  observe(name: string, value: number, labels?: Readonly<Record<string, string>>): void {
    this.#inner.observe(name, value, labels);
    const question = this.#questions.at(-1);
    if (
      name === this.#names.tokens &&
      question !== undefined &&
      Object.values(labels ?? {}).includes(this.#names.output)
    )
      question.outputTokens = (question.outputTokens ?? 0) + value;
  }

  #newQuestion(): OpenQuestion {
    return {
      cpuUs: new Map(),
      startedMs: this.#clock.nowMs(),
      route: "none",
      sentBytes: 0,
      networkMs: 0,
      outputTokens: undefined,
    };
  }

  /** Gives the time since the last mark to whom it belongs. */
  #mark(): void {
    const nowUs = this.#cpuUs();
    const spentUs = nowUs - this.#markUs;
    this.#markUs = nowUs;
    const innermost = this.#open.at(-1);
    const cpuUs = innermost?.question?.cpuUs;
    if (innermost === undefined || cpuUs === undefined) this.#outsideUs += spentUs;
    else cpuUs.set(innermost.part, (cpuUs.get(innermost.part) ?? 0) + spentUs);
  }

  #end(span: OpenSpan, isQuestion: boolean): void {
    const index = this.#open.indexOf(span);
    if (index < 0) return; // ended before
    this.#mark();
    this.#open.splice(index, 1);
    const { question } = span;
    if (question === undefined) return;
    if (span.sentBytes > 0) question.networkMs += this.#clock.monotonicMs() - span.startedMs;
    if (!isQuestion) return;
    this.#questions = this.#questions.filter((other) => other !== question);
    const { cpuUs, startedMs, route, sentBytes, networkMs, outputTokens } = question;
    if (this.#entries.length >= MAX_ENTRIES) this.#entries.shift();
    this.#entries.push({
      atMs: startedMs,
      route,
      cpuUs: Object.fromEntries(cpuUs),
      sentBytes,
      networkMs,
      ...(outputTokens === undefined ? {} : { outputTokens }),
    });
  }
}
