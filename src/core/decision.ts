import type { Route } from "./query.js";

/** One thing that mattered for a route. */
export interface RoutingReason {
  /** Stable and short, by kind: `veto/offline`, `rule/PRIVACY_002`, `skill/arithmetic`, `feature/code`, `device/battery`. */
  readonly code: string;
  /** One sentence for a person. Never holds a flagged value. */
  readonly detail: string;
  /** What it added to the score (positive: towards remote); absent for a veto. */
  readonly weight?: number;
}

/** Where a question goes, and why. */
export interface RoutingDecision {
  readonly route: Route;
  /** How much the question seems to need a large model, 0 to 1. Uncalibrated when it comes from the heuristic. */
  readonly score: number;
  /** At or above it the route is remote; a band below it is hybrid. */
  readonly threshold: number;
  /** In the order in which they were considered; the first veto decides. */
  readonly reasons: readonly RoutingReason[];
  /** Whether an engine on the network may be called at all, now or as a fallback. */
  readonly mayUseNetwork: boolean;
  /** Whether what goes to the network is redacted first. */
  readonly redact: boolean;
  /** Whether it would go to the network, which only cannot be reached just now: offline, or left alone after failures. */
  readonly deferred?: true;
  /** The device skill that answers this, when one does. */
  readonly skill?: string;
}
