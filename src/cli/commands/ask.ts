import type { Query } from "../../core/query.js";
import type { Parsed } from "../command.js";
import { openSession } from "../session.js";
import { print, safe, type Terminal } from "../terminal.js";
import { closingLine, exitCodeOf, explanation, outcomeJson, readQuestion, sideOf } from "./answering.js";

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
    };
    const orchestrator = await session.orchestrator(query);
    const json = parsed.flag("json");
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
    if (json) {
      print(terminal, JSON.stringify(outcomeJson(outcome, project), null, 2));
      return exitCodeOf(outcome);
    }
    if (!atLineStart) print(terminal, "\n");
    if (!stream && outcome.kind === "answered")
      print(terminal, terminal.stdout.isTTY ? safe(outcome.text) : outcome.text);
    if (outcome.kind !== "answered") terminal.stderr.write(`${closingLine(outcome, terminal)}\n`);
    else if (!parsed.flag("quiet")) print(terminal, closingLine(outcome, terminal));
    if (parsed.flag("explain")) print(terminal, explanation(outcome, [], outcome));
    return exitCodeOf(outcome);
  } finally {
    await session.close();
  }
}
