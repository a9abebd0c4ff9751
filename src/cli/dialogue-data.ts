import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import * as v from "valibot";
import type { Dialogue } from "../context/dialogue.js";
import { CommandError } from "./command.js";
import { reasonOf } from "./files.js";

const dialogueSchema = v.object({
  id: v.string(),
  turns: v.array(v.looseTuple([v.picklist(["U", "S"]), v.string(), v.string()])),
});

const streamSchema = v.object({
  id: v.string(),
  segments: v.array(v.tuple([v.string(), v.string(), v.number(), v.number()])),
});

type Line =
  | { readonly kind: "dialogue"; readonly dialogue: Dialogue }
  | { readonly kind: "stream"; readonly stream: v.InferOutput<typeof streamSchema> };

/**
 * The dialogues of a `.jsonl` file: lines `{id, turns: [["U" or "S", text, domain], ...]}`. Streams, lines
 * `{id, segments: [[domain, dialogue id, start, end], ...]}`, are put together from the dialogues of the file that is named
 * like theirs without `_streams`. Throws CommandError with the file and line.
 */
export async function readDialogues(path: string): Promise<readonly Dialogue[]> {
  const lines = await readLines(path);
  if (lines.length === 0) throw new CommandError(`Cannot use ${path}: it holds no dialogue`);
  if (lines.every((line) => line.kind === "dialogue")) return lines.map((line) => line.dialogue);
  const source = join(dirname(path), basename(path).replace("_streams", ""));
  if (source === path)
    throw new CommandError(
      `Cannot use ${path}: expected streams in NAME_streams.jsonl beside the dialogues, NAME.jsonl`,
    );
  const byId = new Map((await readDialogues(source)).map((dialogue) => [dialogue.id, dialogue]));
  return lines.map((line) => {
    if (line.kind === "dialogue") return line.dialogue;
    const { id, segments } = line.stream;
    const turns = segments.flatMap(([, dialogueId, start, end]) => {
      const found = byId.get(dialogueId);
      if (found === undefined)
        throw new CommandError(`Cannot use ${path}: ${source} holds no dialogue "${dialogueId}"`);
      return found.turns.slice(start, end);
    });
    return { id, turns };
  });
}

/** Which files a name means: `part` (train, val) of a directory, or the file itself. */
export async function dialogueFile(path: string, part: "train" | "val", streams: boolean): Promise<string> {
  try {
    if (!(await stat(path)).isDirectory()) return path;
  } catch (error) {
    throw new CommandError(`Cannot read ${path}: ${reasonOf(error)}`);
  }
  return join(path, `${part}${streams ? "_streams" : ""}.jsonl`);
}

async function readLines(path: string): Promise<readonly Line[]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw new CommandError(`Cannot read ${path}: ${reasonOf(error)}`);
  }
  const lines: Line[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() !== "") lines.push(lineOf(line, `${path}:${index + 1}`));
  }
  return lines;
}

function lineOf(line: string, place: string): Line {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    throw new CommandError(`Cannot read ${place}: it is not valid JSON`); // the parser's message would quote the line
  }
  const stream = v.safeParse(streamSchema, parsed);
  if (stream.success) return { kind: "stream", stream: stream.output };
  const dialogue = v.safeParse(dialogueSchema, parsed);
  if (!dialogue.success) {
    const [issue] = dialogue.issues;
    throw new CommandError(`Cannot read ${place}: "${v.getDotPath(issue) ?? "line"}" is missing or of the wrong type`);
  }
  const { id, turns } = dialogue.output;
  return {
    kind: "dialogue",
    dialogue: {
      id,
      turns: turns.map(([speaker, text, domain]) => ({ speaker: speaker === "U" ? "user" : "system", text, domain })),
    },
  };
}
