import type { Query } from "../../core/query.js";
import type { Parsed } from "../command.js";
import { openSession } from "../session.js";
import { print, remark, safe, type Terminal } from "../terminal.js";
import { closingLine, exitCodeOf, explanation, outcomeJson, readQuestion, sideOf } from "./answering.js";
import { flushWaiting, keepForLater, mayWait } from "./background.js";

/** `mobile-ai ask`: one question, its answer as it comes, and a closing line that says who answered and why. */
export async function ask(parsed: Parsed, terminal: Terminal): Promise<number> {
  const side = sideOf(parsed);
  const session = await openSession(parsed, terminal);
  try {
    const text = await readQuestion(parsed, terminal);
    const project = await session.project(parsed.text("project"));
    const system = parsed.text("system");
    const query: Query = {
      text,
      project,
      ...side,
      ...(system === undefined ? {} : { system }),
      ...(parsed.flag("no-remember") ? { remember: false } : {}),
      ...(parsed.flag("no-cache") ? { cache: false as const } : {}),
      ...(parsed.flag("no-queue") ? { queue: false as const } : {}),
      ...(parsed.flag("background") ? { background: true } : {}),
    };
    const orchestrator = await session.orchestrator(query);
    const json = parsed.flag("json");
    if (query.background && (await mayWait(orchestrator, query))) {
      return await keepForLater(session, query, { json, terminal });
    }
    const stream = !json && !parsed.flag("no-stream");
    let atLineStart = true;
    const outcome = await orchestrator.answer(query, {
      signal: terminal.signal,
      ...(stream
        ? {
            onPart: (part) => {
              if (part.type !== "text-delta" || part.delta === "") return;
              const delta = terminal.stdout.isTTY ? safe(part.delta) : part.delta;
              terminal.stdout.write(delta);
              atLineStart = delta.endsWith("\n");
            },
          }
        : {}),
    });
    const suggest = async (): Promise<string | undefined> => {
      const { skill } = outcome.decision;
      if (skill !== undefined && skill !== "remember" && skill !== "recall") return undefined; // a sum is of no project
      const turnId = outcome.kind === "answered" ? outcome.turnId : undefined;
      return (await session.context.suggestProject(text, project, { turnId }))?.project;
    };
    if (json) {
      const suggestedProject = await suggest();
      const facts = {
        ...outcomeJson(outcome, project),
        ...(suggestedProject === undefined ? {} : { suggestedProject }),
      };
      print(terminal, JSON.stringify(facts, null, 2));
      return exitCodeOf(outcome);
    }
    if (!atLineStart) print(terminal, "\n");
    if (!stream && outcome.kind === "answered")
      print(terminal, terminal.stdout.isTTY ? safe(outcome.text) : outcome.text);
    if (outcome.kind !== "answered") terminal.stderr.write(`${closingLine(outcome, terminal)}\n`);
    else if (!parsed.flag("quiet")) print(terminal, closingLine(outcome, terminal));
    const suggested = parsed.flag("quiet") ? undefined : await suggest();
    if (suggested !== undefined)
      remark(terminal, `This sounds like project ${safe(suggested)}: --project ${shellWord(safe(suggested))}`);
    if (parsed.flag("explain")) print(terminal, explanation(outcome, [], outcome));
    // The remote has just answered, so what waited for it need not wait any longer.
    if (outcome.kind === "answered" && outcome.route === "remote") await flushWaiting(orchestrator, session, terminal);
    return exitCodeOf(outcome);
  } finally {
    await session.close();
  }
}

/** A name as a shell takes it for one word. */
function shellWord(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
}
