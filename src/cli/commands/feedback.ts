import type { Turn } from "../../context/turn.js";
import {
  FeedbackAdaptation,
  type FeedbackEntry,
  feedbackEntry,
  type Judgement,
  REWARD,
  withFeedback,
} from "../../routing/feedback.js";
import type { RouterModel } from "../../routing/router-model.js";
import type { RouterRow } from "../../routing/router-rows.js";
import { CommandError, type Parsed, UsageError } from "../command.js";
import { readFeedback, updateFeedback } from "../feedback-store.js";
import { routerModelOf } from "../router-of-settings.js";
import { openSession, type Session } from "../session.js";
import { counted, print, safe, type Terminal } from "../terminal.js";

const WORDS = ["good", "bad", "retry", "show", "reset"];

/** `mobile-ai feedback good|bad|retry [--id ID]`: what the person thought of an answer, for the router to learn from. */
export async function feedback(parsed: Parsed, terminal: Terminal): Promise<number> {
  const word = parsed.words[0]!; // a required argument
  if (!WORDS.includes(word))
    throw new UsageError(`Cannot use "${safe(word)}": expected ${WORDS.slice(0, -1).join(", ")} or ${WORDS.at(-1)}`);
  const session = await openSession(parsed, terminal);
  try {
    if (word === "reset") {
      await updateFeedback(session.store, () => []);
      print(terminal, "What was learned from feedback is forgotten");
      return 0;
    }
    if (word === "show") return await showFeedback(session, parsed, terminal);
    const model = await routerModelOf(session.settings, terminal);
    if (model === undefined)
      throw new CommandError(
        "Cannot learn from feedback: no learned router is in use. Train one, or take one: mobile-ai router use FILE",
      );
    const { turn, projectId } = await judgedTurn(session, parsed.text("id"));
    const side = turn.route;
    if (side !== "local" && side !== "remote")
      throw new CommandError("Cannot learn from it: neither the device nor the remote answered that question");
    if (turn.engine === "device-skills")
      throw new CommandError("Cannot learn from it: a device skill answered, and that is no choice of the router");
    const entry = feedbackEntry(model, {
      question: turn.question,
      turnId: turn.id,
      projectId,
      atMs: Date.now(),
      side,
      judgement: word as Judgement, // one of WORDS that is neither show nor reset
    });
    await updateFeedback(session.store, (entries) => withFeedback(entries, entry));
    if (parsed.flag("json")) print(terminal, JSON.stringify({ turnId: turn.id, side, judgement: word }));
    else print(terminal, `Noted: the ${side} answer was ${word === "retry" ? "not good enough" : word}`);
    return 0;
  } finally {
    await session.close();
  }
}

/** Judged turns as rows to train on. CommandError when there are too few of them. */
export async function feedbackRows(parsed: Parsed, terminal: Terminal): Promise<readonly RouterRow[]> {
  const session = await openSession(parsed, terminal);
  try {
    const model = await routerModelOf(session.settings, terminal);
    const entries = await readFeedback(session.store, session.context);
    const byTurn = new Map(entries.map((entry) => [entry.turnId, entry]));
    const rows: RouterRow[] = [];
    for (const project of await session.context.projects()) {
      if (!entries.some((entry) => entry.projectId === project.id)) continue;
      for (const turn of await session.context.history(project.name, { limit: Number.MAX_SAFE_INTEGER })) {
        const entry = byTurn.get(turn.id);
        if (entry !== undefined && turn.kind === "turn") rows.push(rowOf(turn, entry, model));
      }
    }
    if (rows.length < 20 && parsed.texts("data").length === 0)
      throw new CommandError(
        `Cannot train from feedback alone: expected at least 20 judged answers in the history, got ${rows.length}. Add --data FILES`,
      );
    return rows;
  } finally {
    await session.close();
  }
}

function rowOf(turn: Turn, { side, judgement }: FeedbackEntry, model: RouterModel | undefined): RouterRow {
  const { localOk, remoteOk } = model?.opinion(turn.question) ?? { localOk: 0.5, remoteOk: 0.5 };
  const reward = REWARD[judgement];
  return {
    prompt: turn.question,
    local: side === "local" ? reward : localOk,
    remote: side === "remote" ? reward : remoteOk,
    ...(side === "local" ? { response: turn.answer } : {}),
    dataset: "feedback",
    pair: "feedback",
  };
}

async function showFeedback(session: Session, parsed: Parsed, terminal: Terminal): Promise<number> {
  const model = await routerModelOf(session.settings, terminal);
  const entries = await readFeedback(session.store, session.context);
  const [local = 0, remote = 0] = model === undefined ? [] : new FeedbackAdaptation(model, entries).counts;
  if (parsed.flag("json")) print(terminal, JSON.stringify({ kept: entries.length, local, remote }));
  else
    print(
      terminal,
      `${counted(entries.length, "judgement")} kept; the router in use learns from ${local} of local and ${remote} of remote answers`,
    );
  return 0;
}

/** The turn with this id, or the newest of the current project. */
async function judgedTurn(
  session: Session,
  id: string | undefined,
): Promise<{ readonly turn: Turn; readonly projectId: string }> {
  const current = await session.project(undefined);
  const turnId = id === undefined ? undefined : ((await turnOfQuestion(session, id)) ?? id);
  for (const project of await session.context.projects()) {
    if (turnId === undefined && project.name !== current) continue;
    const turns = await session.context.history(project.name, {
      limit: turnId === undefined ? 20 : Number.MAX_SAFE_INTEGER,
    });
    const turn = turns.find((each) => each.kind === "turn" && (turnId === undefined || each.id === turnId));
    if (turn !== undefined) return { turn, projectId: project.id };
  }
  throw new CommandError(
    id === undefined
      ? "There is no answer to judge yet in this project. Ask something first"
      : `There is no answer "${safe(id)}" in the history. Ids stand in mobile-ai history`,
  );
}

/** The turn that a question of the decision log became. */
async function turnOfQuestion(session: Session, id: string): Promise<string | undefined> {
  for (const { entry } of await session.audit.entriesOf(id)) if (entry.kind !== "decided") return entry.end.turnId;
  return undefined;
}
