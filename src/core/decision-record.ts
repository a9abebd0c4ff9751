import type { DeviceStatus, Engine } from "./ports.js";
import type { Preference, Route } from "./query.js";
import type { RuleHit, Verdict } from "./verdict.js";

/** What of an engine a decision depends on. */
export type EngineFacts = Pick<Engine, "id" | "place" | "supports"> & {
  readonly contextTokens?: number;
  /** Whether it answers a closed set of questions only. */
  readonly closed: boolean;
  /** Code of the refusal with which it would have answered, where it would not have tried. */
  readonly refused?: string;
};

/** Everything a decision was made from but the texts: those stay in the history, or with the person. */
export interface DecisionFacts {
  /** Names the rules and their actions; another set of rules has another version. */
  readonly ruleVersion: string;
  readonly preference: Preference;
  readonly forced?: "local" | "remote";
  readonly projectPrivate: boolean;
  /** As it was known then; what was unknown is absent. */
  readonly device: DeviceStatus;
  readonly needs: { readonly tools: boolean; readonly structuredOutput: boolean; readonly files: boolean };
  readonly promptTokens: number;
  /** How many texts the verdict was taken on; 1: the question alone. */
  readonly texts: number;
  /** `weights`: hash of the learned router; absent for the rules of thumb. */
  readonly router: { readonly threshold: number; readonly hybridBand: number; readonly weights?: string };
  /** What the question went on with, where something was known of it. */
  readonly task?: {
    readonly lastRoute?: "local" | "remote";
    readonly idleMs?: number;
    readonly sameTopic?: boolean;
    readonly toolLoop: boolean;
  };
  /** What was learned on this device of such questions, added to the score. */
  readonly adaptation?: number;
  /** Share of the day's budget that was left, 0 to 1. */
  readonly budgetLeft?: number;
  readonly engines: readonly EngineFacts[];
}

/** A decision: made from the facts and the texts alone, so taken again it is the same. */
export interface DecisionTaken {
  readonly verdict: Verdict["kind"];
  /** Ids and spans, never values. */
  readonly hits: readonly Omit<RuleHit, "reason">[];
  readonly route: Route;
  readonly score: number;
  readonly threshold: number;
  readonly reasons: readonly string[];
  readonly redact: boolean;
  readonly deferred?: true;
  /** Engines that would be tried, in order. */
  readonly order: readonly string[];
  /** Engines that would not, and why. */
  readonly dropped: readonly { readonly engine: string; readonly why: string }[];
}

/** What then happened. */
export interface DecisionEnd {
  readonly outcome: "answered" | "queued" | "blocked" | "unanswerable" | "aborted" | "failed";
  readonly engine?: string;
  /** One entry for each engine that was called: a fallback shows as a second. */
  readonly attempts: readonly {
    readonly engine: string;
    readonly place: "device" | "network";
    readonly failed: boolean;
  }[];
  /** What left the device, by engine; a device engine never stands here. */
  readonly sent: readonly { readonly engine: string; readonly requests: number; readonly bytes: number }[];
  readonly turnId?: string;
}

/**
 * One entry of the audit log. A question that may use the network has two: `decided` is durable before the first byte
 * leaves, `ended` follows. A question that stays on the device has one, `whole`.
 */
export type AuditEntry =
  | (EntryHead & { readonly kind: "decided"; readonly facts: DecisionFacts; readonly taken: DecisionTaken })
  | (EntryHead & { readonly kind: "ended"; readonly end: DecisionEnd })
  | (EntryHead & {
      readonly kind: "whole";
      readonly facts: DecisionFacts;
      readonly taken: DecisionTaken;
      readonly end: DecisionEnd;
    });

interface EntryHead {
  /** Of the question; both of its entries have it. */
  readonly id: string;
  /** Id of the project, not its name: a deleted project's name is gone. Empty when the project does not exist yet. */
  readonly projectId: string;
  readonly atMs: number;
}

/** Where decisions are written. `append` resolves when the entry is durable. */
export interface DecisionLog {
  append(entry: AuditEntry): Promise<void>;
}
