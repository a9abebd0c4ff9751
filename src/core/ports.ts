import type { LanguageModelV4 } from "@ai-sdk/provider";
import type { TokenUsage } from "./outcome.js";

/** A language model and what must be known of it before it is called. */
export interface Engine {
  /** Unique and readable, as it stands in answers and traces: `device-skills`, `llama.cpp:tiny`, `openai:gpt-5-mini`. */
  readonly id: string;
  /** `device`: no byte leaves it (a loopback server counts, unless it forwards). Everything else is `network`. */
  readonly place: "device" | "network";
  readonly model: LanguageModelV4;
  /** Tokens of prompt and answer together; absent when unknown. */
  readonly contextTokens?: number;
  readonly supports: { readonly tools: boolean; readonly structuredOutput: boolean; readonly files: boolean };
  /**
   * For an engine that answers a closed set of questions: which of its skills would answer this one, undefined for none.
   * Pure, and cheap enough to ask on every question. An engine without it takes any question.
   */
  readonly accepts?: (question: string) => { readonly skill: string } | undefined;
  /**
   * For a network engine that knows it: requests and bytes of bodies that left through it since it was made, retries
   * included. Without it only calls and the texts in them are counted. Given the `call` of our own entry in
   * `providerOptions`, a `scoped` engine tells of that call alone, and of a request that carried several the whole.
   */
  readonly departed?: (call?: string) => { readonly requests: number; readonly bytes: number };
  /**
   * Why it would refuse any question now, without trying: its breaker is open. Absent or undefined: it would try. From
   * memory, and cheap enough to ask on every question.
   */
  readonly refuses?: () => Refusal | undefined;
  /**
   * Set by a network engine that heeds our own entry in `providerOptions` (the project, for a gate of its own; whether to
   * cache or to wait) and lets nothing of it leave. From any other the entry is taken out.
   */
  readonly scoped?: true;
  /** Frees what the engine holds; calling it twice is allowed. */
  readonly close?: () => Promise<void>;
}

/** Why something is not tried at all. */
export interface Refusal {
  /** As it stands among the reasons of a route: `veto/breaker-open`, `veto/budget`. */
  readonly code: string;
  readonly detail: string;
}

/** Keeps count of what the network costs, and says when it is enough. */
export interface Spending {
  /** Why no network engine may be called for this project now; undefined: it may. From memory. */
  refusal(projectId: string | undefined): Refusal | undefined;
  /** Share of the day's budget that is left, 0 to 1; undefined without a budget. From memory. */
  left?(projectId: string | undefined): number | undefined;
  /** Adds what an answer took; resolves when that is durable. */
  spent(answer: { readonly engine: string; readonly projectId: string; readonly usage: TokenUsage }): Promise<void>;
}

/** A remembered turn or note that matches a search. */
export interface MemoryHit {
  readonly turnId: string;
  readonly kind: "turn" | "note";
  /** A note's text is its `question`; its `answer` is empty. */
  readonly question: string;
  readonly answer: string;
  readonly createdAtMs: number;
  /** Rank score, larger is nearer; comparable within one search only. */
  readonly score: number;
}

/** Ranked full-text search over one project's turns and notes. */
export interface ProjectMemory {
  search(project: string, text: string, options?: { readonly limit?: number }): Promise<readonly MemoryHit[]>;
  /** The latest entries, newest first, each with score 0. A memory without it can search and cannot list. */
  latest?(project: string, options?: { readonly limit?: number }): Promise<readonly MemoryHit[]>;
}

/** What is known of the device now. Every field may be unknown (absent); each rule says what it does then. */
export interface DeviceStatus {
  /** 0 to 1. */
  readonly batteryLevel?: number;
  readonly charging?: boolean;
  readonly online?: boolean;
  readonly metered?: boolean;
  readonly roundTripMs?: number;
  readonly thermal?: "nominal" | "fair" | "serious" | "critical";
  readonly freeMemoryBytes?: number;
  readonly totalMemoryBytes?: number;
  /** Share of the last ten seconds in which some task waited for a processor, 0 to 1 (Linux pressure stall information). */
  readonly cpuPressure?: number;
  /** The same for tasks that waited for memory. */
  readonly memoryPressure?: number;
  /** What the battery gives the whole device now; absent while it is charged. */
  readonly drawMilliwatts?: number;
  readonly network?: "wifi" | "cellular" | "wired" | "other";
}

/** Where the device's status comes from. `status()` answers from memory; `refresh()` reads the device again. */
export interface Device {
  status(): DeviceStatus;
  refresh?(): Promise<DeviceStatus>;
}

/** A device of which nothing is known. */
export const unknownDevice: Device = { status: () => ({}) };

/** A span under way; `end` is called once, on every path. */
export interface Span {
  set(attributes: Readonly<Record<string, string | number | boolean>>): void;
  end(): void;
}

/** Where the rooms report what they did. Attribute values never hold text of a question or an answer. */
export interface Telemetry {
  span(name: string): Span;
  /** Adds to a counter. */
  count(name: string, labels?: Readonly<Record<string, string>>, amount?: number): void;
  /** Records one value of a histogram; the unit stands in the name: `stage_duration_ms`. */
  observe(name: string, value: number, labels?: Readonly<Record<string, string>>): void;
}

const idleSpan: Span = { set: () => {}, end: () => {} };

/** Telemetry that is off. */
export const noTelemetry: Telemetry = { span: () => idleSpan, count: () => {}, observe: () => {} };
