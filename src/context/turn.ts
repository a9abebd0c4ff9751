import type { Route } from "../core/query.js";

/** A question with its answer, or a note (its text is the question, its answer empty), as a project keeps it. */
export interface Turn {
  readonly id: string;
  readonly projectId: string;
  /** Rises by one from turn to turn of its project, from 1; never used again. */
  readonly seq: number;
  readonly kind: "turn" | "note";
  readonly question: string;
  readonly answer: string;
  readonly route: Route;
  /** Id of the engine that answered; empty for a note. */
  readonly engine: string;
  /** A `device-only` turn never enters a prompt for the network. */
  readonly privacy: "open" | "device-only";
  /** The rules that matched, by id. */
  readonly ruleIds: readonly string[];
  readonly createdAtMs: number;
}

/** A turn before the store has given it its place. */
export type NewTurn = Omit<Turn, "id" | "projectId" | "seq" | "createdAtMs">;
