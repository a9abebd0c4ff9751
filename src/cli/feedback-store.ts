import * as v from "valibot";
import type { ContextManager } from "../context/context-manager.js";
import type { ContextStore } from "../context/store.js";
import type { Adaptation } from "../routing/adaptation.js";
import type { FeedbackEntry } from "../routing/feedback.js";
import type { RouterModel } from "../routing/router-model.js";

const KEY = "router.feedback";

const entriesSchema = v.array(
  v.object({
    turnId: v.string(),
    projectId: v.string(),
    atMs: v.number(),
    side: v.picklist(["local", "remote"]),
    judgement: v.picklist(["good", "retry", "bad"]),
    input: v.array(v.number()),
    expected: v.number(),
    weights: v.string(),
  }),
);

/** The feedback that is kept, without that of projects which were deleted; none when it cannot be read. */
export async function readFeedback(store: ContextStore, context: ContextManager): Promise<readonly FeedbackEntry[]> {
  const text = await store.getValue(KEY);
  if (text === undefined || text === "[]") return [];
  const entries = parsed(text);
  const projects = new Set((await context.projects()).map((project) => project.id));
  return entries.filter((entry) => projects.has(entry.projectId));
}

/** Changes what is kept. */
export async function updateFeedback(
  store: ContextStore,
  change: (entries: readonly FeedbackEntry[]) => readonly FeedbackEntry[],
): Promise<void> {
  await store.updateValue(KEY, (old) => JSON.stringify(change(old === undefined ? [] : parsed(old))));
}

function parsed(text: string): readonly FeedbackEntry[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  const result = v.safeParse(entriesSchema, value);
  return result.success ? result.output : [];
}

/** What feedback taught about these weights; undefined when nothing was said yet. */
export async function adaptationOf(
  model: RouterModel | undefined,
  store: ContextStore,
  context: ContextManager,
): Promise<Adaptation | undefined> {
  if (model === undefined) return undefined;
  const entries = await readFeedback(store, context);
  if (entries.length === 0) return undefined;
  const { FeedbackAdaptation } = await import("../routing/feedback.js");
  return new FeedbackAdaptation(model, entries);
}
