import type { RoutingReason } from "../core/decision.js";
import type { Route } from "../core/query.js";

/** What is known of the task that a question may belong to. */
export interface TaskState {
  /** The side that answered the turn before. */
  readonly lastRoute?: "local" | "remote" | undefined;
  /** Since the turn before. */
  readonly idleMs?: number | undefined;
  /** Whether the question goes on about what the turn before was about; unknown without a topic memory. */
  readonly sameTopic?: boolean | undefined;
  /** Whether the question hands back what a tool said: the answer before is not finished. */
  readonly toolLoop: boolean;
}

/** A longer pause begins a new task. */
export const TASK_GAP_MS: number = 5 * 60_000;

/**
 * Inside a task a side may be left for the remote, never for the device: a weaker model would go on with what a stronger
 * one began. The task is the same in a tool loop, or on the same topic after a short pause. Unknown never holds.
 */
export function keepSide(
  route: Route,
  task: TaskState | undefined,
): { readonly route: Route; readonly reason?: RoutingReason } {
  if (task?.lastRoute !== "remote" || route === "remote" || route === "blocked") return { route };
  const soon = task.idleMs === undefined || task.idleMs < TASK_GAP_MS;
  if (!(task.toolLoop || (task.sameTopic === true && soon))) return { route };
  return {
    route: "remote",
    reason: {
      code: task.toolLoop ? "task/tool-loop" : "task/same-topic",
      detail: "the remote model began this task, and a task goes on where it is",
    },
  };
}
