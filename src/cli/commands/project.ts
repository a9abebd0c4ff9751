import { chmod, readFile, writeFile } from "node:fs/promises";
import { ProjectNameError } from "../../context/project.js";
import { messageOf } from "../../core/errors.js";
import { CommandError, type Parsed, UsageError } from "../command.js";
import { reasonOf } from "../files.js";
import { confirm, type Session, withSession } from "../session.js";
import { counted, print, readAll, safe, type Terminal, table } from "../terminal.js";

const MAX_IMPORT_BYTES = 256 * 2 ** 20;

/** The project that a command means; it must exist. */
async function existing(session: Session, name: string | undefined): Promise<string> {
  const project = name ?? (await session.project(undefined));
  if ((await session.context.find(project)) === undefined) {
    throw new CommandError(`There is no project "${safe(project)}". See mobile-ai project list`);
  }
  return project;
}

/** What a project holds, in words: `3 turns and 1 note`. */
function contents(project: { readonly turns: number; readonly notes: number } | undefined): string {
  return `${counted(project?.turns ?? 0, "turn")} and ${counted(project?.notes ?? 0, "note")}`;
}

export async function listProjects(parsed: Parsed, terminal: Terminal): Promise<number> {
  return withSession(parsed, terminal, async ({ context, project }) => {
    const current = await project(undefined);
    const projects = await context.projects();
    if (parsed.flag("json")) {
      print(terminal, JSON.stringify({ current, projects }, null, 2));
      return;
    }
    if (projects.length === 0) {
      print(terminal, 'No project yet. mobile-ai ask "..." begins one, mobile-ai project switch NAME another.');
      return;
    }
    print(
      terminal,
      table([
        ["", "NAME", "TURNS", "NOTES", "LAST USED", ""],
        ...projects.map((each) => [
          each.name === current ? "*" : "",
          safe(each.name),
          String(each.turns),
          String(each.notes),
          new Date(each.updatedAtMs).toISOString().slice(0, 16).replace("T", " "),
          each.private ? "private" : "",
        ]),
      ]),
    );
  });
}

export async function switchProject(parsed: Parsed, terminal: Terminal): Promise<number> {
  return withSession(parsed, terminal, async ({ context }) => {
    const opened = await context.open(parsed.words[0]!); // a required argument
    await context.setCurrentProject(opened.name);
    print(terminal, `Project ${safe(opened.name)}, ${contents(opened)}`);
  });
}

export async function showProject(parsed: Parsed, terminal: Terminal): Promise<number> {
  return withSession(parsed, terminal, async (session) => {
    const found = await session.context.find(await existing(session, parsed.words[0]));
    if (parsed.flag("json")) print(terminal, JSON.stringify(found, null, 2));
    else if (found !== undefined) {
      print(
        terminal,
        table([
          ["name", safe(found.name)],
          ["turns", String(found.turns)],
          ["notes", String(found.notes)],
          ["created", new Date(found.createdAtMs).toISOString()],
          ["last used", new Date(found.updatedAtMs).toISOString()],
          ["private", found.private ? "yes: nothing of it leaves the device" : "no"],
        ]),
      );
    }
  });
}

export async function renameProject(parsed: Parsed, terminal: Terminal): Promise<number> {
  return withSession(parsed, terminal, async (session) => {
    const [from, to] = [await existing(session, parsed.words[0]), parsed.words[1]!]; // required arguments
    await session.context.renameProject(from, to);
    print(terminal, `Project ${safe(from)} is now ${safe(to)}`);
  });
}

export async function markPrivate(parsed: Parsed, terminal: Terminal): Promise<number> {
  const state = parsed.words[1] ?? "on";
  if (state !== "on" && state !== "off")
    throw new UsageError(`Cannot mark the project: expected on or off, got "${state}"`);
  return withSession(parsed, terminal, async (session) => {
    const name = await existing(session, parsed.words[0]);
    await session.context.setPrivate(name, state === "on");
    print(
      terminal,
      state === "on"
        ? `Project ${safe(name)} is private: nothing of it leaves this device`
        : `Project ${safe(name)} is not private any more`,
    );
  });
}

export async function deleteProject(parsed: Parsed, terminal: Terminal): Promise<number> {
  return withSession(parsed, terminal, async (session) => {
    const name = await existing(session, parsed.words[0]);
    const found = await session.context.find(name);
    await confirm(parsed, terminal, `Delete project ${safe(name)} with ${contents(found)}?`);
    await session.context.deleteProject(name);
    print(terminal, `Deleted project ${safe(name)}`);
  });
}

export async function exportProject(parsed: Parsed, terminal: Terminal): Promise<number> {
  return withSession(parsed, terminal, async (session) => {
    const snapshot = await session.context.snapshot(await existing(session, parsed.words[0]));
    const text = `${JSON.stringify(snapshot, null, 2)}\n`;
    const output = parsed.text("output");
    if (output === undefined) {
      print(terminal, text);
      return;
    }
    try {
      await writeFile(output, text, { mode: 0o600 });
      await chmod(output, 0o600); // an existing file keeps its mode otherwise
    } catch (error) {
      throw new CommandError(`Cannot write ${output}: ${reasonOf(error)}`);
    }
    print(terminal, `Wrote ${output}`);
  });
}

export async function importProject(parsed: Parsed, terminal: Terminal): Promise<number> {
  const file = parsed.words[0]!; // a required argument
  const text = file === "-" ? await readAll(terminal) : await readImport(file);
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, "")); // some editors put a mark before the text
  } catch (error) {
    throw new CommandError(
      `Cannot import ${file}: it is not valid JSON (${messageOf(error).slice(0, 200)}). Nothing was changed`,
    );
  }
  return withSession(parsed, terminal, async (session) => {
    const as = parsed.text("as");
    try {
      const project = await session.context.restore(value, as === undefined ? {} : { as });
      print(terminal, `Imported project ${safe(project.name)}, ${contents(project)}`);
    } catch (error) {
      if (error instanceof ProjectNameError) throw error; // what was typed, not what the file holds
      throw new CommandError(`Cannot import ${file}: ${messageOf(error)}. Nothing was changed`);
    }
  });
}

async function readImport(file: string): Promise<string> {
  try {
    const content = await readFile(file);
    if (content.length > MAX_IMPORT_BYTES) throw new Error("it is over 256 MiB");
    return content.toString("utf8");
  } catch (error) {
    throw new CommandError(`Cannot read ${file}: ${reasonOf(error)}`);
  }
}
