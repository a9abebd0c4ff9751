import { CommandError, type Parsed, UsageError } from "../command.js";
import { confirm, openSession } from "../session.js";
import { colors, counted, oneLine, print, safe, type Terminal } from "../terminal.js";

/** `mobile-ai history`: turns of a project, newest first, or best match first. */
export async function history(parsed: Parsed, terminal: Terminal): Promise<number> {
  const limit = parsed.count("limit") ?? 20;
  const session = await openSession(parsed, terminal);
  try {
    const project = await session.project(parsed.text("project"));
    if (parsed.text("project") !== undefined && (await session.context.find(project)) === undefined) {
      throw new CommandError(`There is no project "${safe(project)}". See mobile-ai project list`);
    }
    const search = parsed.text("search");
    const turns = await session.context.history(project, { limit, ...(search === undefined ? {} : { search }) });
    if (parsed.flag("json")) {
      print(terminal, JSON.stringify({ project, turns }, null, 2));
      return 0;
    }
    const paint = colors(terminal);
    for (const turn of turns) {
      const time = new Date(turn.createdAtMs).toISOString().slice(0, 16).replace("T", " ");
      const marks = [
        turn.kind === "note" ? "note" : `${turn.route}, ${turn.engine}`,
        turn.privacy === "device-only" ? "stays here" : "",
      ];
      print(terminal, paint.dim(`${turn.id}  ${time}  ${marks.filter((mark) => mark !== "").join("  ")}`));
      print(terminal, `  ${oneLine(turn.question, 200)}`);
      if (turn.answer !== "") print(terminal, `  ${oneLine(turn.answer, 400)}`);
    }
    if (turns.length === 0)
      print(terminal, search === undefined ? "Nothing is remembered here yet." : "No turn matches.");
    return 0;
  } finally {
    await session.close();
  }
}

/** `mobile-ai forget`: a turn, a project's history, or everything. */
export async function forget(parsed: Parsed, terminal: Terminal): Promise<number> {
  const turn = parsed.words[0];
  const project = parsed.text("project");
  const chosen = [turn !== undefined, project !== undefined, parsed.flag("all")].filter(Boolean).length;
  if (chosen !== 1)
    throw new UsageError(
      "Choose what to forget: the id of one TURN, --project NAME, or --all. See mobile-ai forget --help",
    );
  const session = await openSession(parsed, terminal);
  try {
    const { context } = session;
    if (turn !== undefined) {
      if ((await context.forgetTurn(turn)) === 0)
        throw new CommandError(`There is no turn "${safe(turn)}". See mobile-ai history`);
      print(terminal, `Forgot turn ${safe(turn)}`);
    } else if (project !== undefined) {
      const found = await context.find(project);
      if (found === undefined)
        throw new CommandError(`There is no project "${safe(project)}". See mobile-ai project list`);
      await confirm(
        parsed,
        terminal,
        `Forget all of project ${safe(project)}: ${counted(found.turns, "turn")} and ${counted(found.notes, "note")}?`,
      );
      print(
        terminal,
        `Forgot all of project ${safe(project)}: ${counted(await context.forgetProject(project), "entry", "entries")}`,
      );
    } else {
      await confirm(parsed, terminal, "Forget every project, turn and note on this device?");
      print(terminal, `Forgot everything: ${counted(await context.forgetAll(), "entry", "entries")}`);
    }
    return 0;
  } finally {
    await session.close();
  }
}
