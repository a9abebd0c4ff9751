import { DEFAULT_PROJECT, type Query } from "../../core/query.js";
import { type Orchestrator, queuedOf } from "../../orchestrator.js";
import { CommandError, UsageError } from "../command.js";
import type { Session } from "../session.js";
import { print, remark, type Terminal } from "../terminal.js";

/** Questions of the background that are asked together, and how long the oldest of them waits for others. */
const BACKGROUND = { questions: 10, waitMs: 600_000 };

/** Whether a question may wait for others to go with it: it would go to the network. */
export async function mayWait(orchestrator: Orchestrator, query: Query): Promise<boolean> {
  const { decision } = await orchestrator.plan(query);
  return decision.mayUseNetwork && decision.route !== "local";
}

/** Keeps a question until ten wait or the oldest has waited ten minutes; then all of them are asked. */
export async function keepForLater(
  session: Session,
  query: Query,
  { json, terminal }: { readonly json: boolean; readonly terminal: Terminal },
): Promise<number> {
  if (query.remember === false || query.queue === false)
    throw new UsageError("Cannot use --background with --no-remember or --no-queue: a question that waits is stored");
  if (!session.settings.flag("queue.enabled"))
    throw new CommandError("Cannot keep the question for later: queue.enabled is false");
  const { project = DEFAULT_PROJECT } = query;
  await session.context.open(project);
  const id = await session.queue.add(project, queuedOf(query));
  const waiting = await session.queue.list();
  if (json) {
    print(terminal, JSON.stringify({ outcome: "queued", queued: id, waiting: waiting.length, project }, null, 2));
  } else {
    const when = `asked together at ${BACKGROUND.questions}, or with mobile-ai queue flush`;
    print(terminal, `Queued as ${id}; ${waiting.length} waiting, ${when}`);
  }
  const oldestMs = Date.now() - (waiting[0]?.addedAtMs ?? 0);
  if (waiting.length >= BACKGROUND.questions || oldestMs >= BACKGROUND.waitMs) {
    await flushWaiting(await session.orchestrator({ text: "", forced: "remote" }), session, terminal);
  }
  return 0;
}

/** Asks what waits, and says how much of it was answered. */
export async function flushWaiting(orchestrator: Orchestrator, session: Session, terminal: Terminal): Promise<void> {
  if ((await session.queue.list()).length === 0) return;
  const answered = await orchestrator.flushQueue({ signal: terminal.signal });
  if (answered === 0) return;
  remark(terminal, `${answered} question${answered === 1 ? "" : "s"} that waited answered: mobile-ai history`);
}
