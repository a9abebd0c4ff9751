import type { LanguageModelV4Content, LanguageModelV4FinishReason } from "@ai-sdk/provider";
import type { RoutingDecision } from "./decision.js";
import type { Route } from "./query.js";
import type { Verdict } from "./verdict.js";

/** Tokens of one answer; a field is absent when the engine did not say. */
export interface TokenUsage {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
}

/** One call of one engine: an answer takes one, a fallback more. */
export interface Attempt {
  readonly engine: string;
  readonly place: "device" | "network";
  readonly durationMs: number;
  /** Why the next engine was tried; absent on the attempt that answered. */
  readonly failure?: string;
}

/** Something the person can do so that the question can be answered. */
export interface Remedy {
  readonly action: string;
  /** A command that does it, where there is one. */
  readonly command?: string;
}

interface OutcomeFacts {
  /**
   * Key under which the question waits for the network: an answer of the device beside it is provisional.
   */
  readonly queued?: string;
  /** Id of the question in the decision log; absent when none is kept. */
  readonly id?: string;
  readonly decision: RoutingDecision;
  readonly verdict: Verdict;
  readonly attempts: readonly Attempt[];
  readonly durationMs: number;
}

/** What became of a question. All of these are expected; only broken expectations throw. */
export type Outcome =
  | (OutcomeFacts & {
      readonly kind: "answered";
      readonly text: string;
      /** Everything the engine returned, tool calls included. */
      readonly content: readonly LanguageModelV4Content[];
      readonly finishReason: LanguageModelV4FinishReason;
      /** The side that really answered. */
      readonly route: Route;
      readonly engine: string;
      readonly usage: TokenUsage;
      /** Tokens of history that its prompt was spared; absent: none. */
      readonly savedTokens?: number;
      /** How long ago it was made, where it came from the cache of answers. */
      readonly cachedAgeMs?: number;
      /** The turn in the project's history; absent when it was not remembered. */
      readonly turnId?: string;
    })
  /** Nothing on the device could answer it, and it waits for the network. */
  | (OutcomeFacts & { readonly kind: "queued"; readonly queued: string; readonly reason: string })
  | (OutcomeFacts & { readonly kind: "blocked"; readonly ruleId: string; readonly reason: string })
  | (OutcomeFacts & { readonly kind: "unanswerable"; readonly reason: string; readonly remedies: readonly Remedy[] });
