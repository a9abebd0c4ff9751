import { type Parsed, UsageError } from "../command.js";
import { confirm, withSession } from "../session.js";
import { colors, duration, print, remark, safe, type Terminal, table } from "../terminal.js";
import { closingLine, outcomeJson } from "./answering.js";

/** `mobile-ai queue list`: the questions that wait for the network, oldest first. */
export async function queueList(parsed: Parsed, terminal: Terminal): Promise<number> {
  return withSession(parsed, terminal, async (session) => {
    const items = await session.queue.list();
    if (parsed.flag("json")) {
      const shown = items.map(({ key, scope, content, addedAtMs, failures, lastFailure }) => ({
        id: key,
        project: scope,
        question: content.text,
        addedAt: new Date(addedAtMs).toISOString(),
        failures,
        ...(lastFailure === undefined ? {} : { lastFailure }),
      }));
      print(terminal, JSON.stringify({ waiting: shown }, null, 2));
      return;
    }
    if (items.length === 0) return print(terminal, "No question waits for the network");
    const nowMs = Date.now();
    const rows = items.map(({ key, scope, content, addedAtMs, failures, lastFailure }) => [
      key,
      safe(scope),
      `${duration(Math.max(0, nowMs - addedAtMs))} ago`,
      failures === 0 ? "" : `failed ${failures}x: ${safe(lastFailure ?? "")}`,
      shortened(content.text),
    ]);
    print(terminal, table(rows));
  });
}

/** `mobile-ai queue flush`: asks them now, in order within a project. */
export async function queueFlush(parsed: Parsed, terminal: Terminal): Promise<number> {
  return withSession(parsed, terminal, async (session) => {
    const json = parsed.flag("json");
    const outcomes: unknown[] = [];
    const waiting = (await session.queue.list()).length;
    const orchestrator = await session.orchestrator({ text: "", forced: "remote" });
    const answered = await orchestrator.flushQueue({
      signal: terminal.signal,
      onOutcome: (item, outcome) => {
        if (json) {
          outcomes.push({ question: item.content.text, ...outcomeJson(outcome, item.scope) });
          return;
        }
        print(terminal, colors(terminal).bold(`${safe(item.scope)}: ${shortened(item.content.text)}`));
        if (outcome.kind === "answered") print(terminal, terminal.stdout.isTTY ? safe(outcome.text) : outcome.text);
        print(terminal, closingLine(outcome, terminal));
      },
    });
    const left = (await session.queue.list()).length;
    if (json) print(terminal, JSON.stringify({ answered, waiting: left, outcomes }, null, 2));
    else if (waiting === 0) print(terminal, "No question waits for the network");
    else remark(terminal, `${answered} answered, ${left} still waiting`);
  });
}

/** `mobile-ai queue drop`: takes questions out unanswered. */
export async function queueDrop(parsed: Parsed, terminal: Terminal): Promise<number> {
  if (parsed.words.length === 0 && !parsed.flag("all")) {
    throw new UsageError("Cannot drop: name the questions (mobile-ai queue list), or say --all");
  }
  return withSession(parsed, terminal, async (session) => {
    if (parsed.flag("all")) await confirm(parsed, terminal, "Drop every question that waits, unanswered?");
    const dropped = await session.queue.drop(parsed.flag("all") ? undefined : parsed.words);
    if (parsed.flag("json")) print(terminal, JSON.stringify({ dropped }, null, 2));
    else print(terminal, `Dropped ${dropped} question${dropped === 1 ? "" : "s"}`);
  });
}

function shortened(text: string): string {
  const line = safe(text.replace(/\s+/g, " ").trim());
  return line.length <= 60 ? line : `${line.slice(0, 59)}…`;
}
