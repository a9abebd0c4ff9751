import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { messageOf } from "../core/errors.js";
import type { EvaluationRow } from "../rules/evaluation.js";
import { CommandError } from "./command.js";

const rowSchema = v.object({
  id: v.string(),
  label: v.string(),
  kind: v.string(),
  group: v.optional(v.string(), ""),
  source: v.optional(v.string()),
  weak: v.optional(v.boolean()),
  text: v.optional(v.string()),
  text_b64: v.optional(v.string()),
});

/**
 * The labelled texts of a directory's `.jsonl` files, or of one such file. A text stands in `text`, or in `text_b64` as
 * base64 of its reversed UTF-8, so that no token stands in a file. Throws CommandError with the file and line.
 */
export async function readEvaluationRows(path: string): Promise<readonly EvaluationRow[]> {
  const rows: EvaluationRow[] = [];
  for (const file of await dataFiles(path)) {
    const lines = (await readFile(file, "utf8")).split("\n");
    for (const [index, line] of lines.entries()) if (line.trim() !== "") rows.push(rowOf(line, `${file}:${index + 1}`));
  }
  if (rows.length === 0)
    throw new CommandError(`Cannot evaluate: found no row in ${path}. Expected .jsonl files there`);
  return rows;
}

async function dataFiles(path: string): Promise<readonly string[]> {
  try {
    if ((await stat(path)).isFile()) return [path];
    const names = (await readdir(path)).filter((name) => name.endsWith(".jsonl")).sort();
    return names.map((name) => join(path, name));
  } catch (error) {
    throw new CommandError(`Cannot read ${path}: ${messageOf(error)}`);
  }
}

function rowOf(line: string, place: string): EvaluationRow {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    // The parser's message quotes the line, which may hold what must not be shown.
    throw new CommandError(`Cannot read ${place}: it is not valid JSON`);
  }
  const result = v.safeParse(rowSchema, parsed);
  if (!result.success) {
    const [issue] = result.issues;
    throw new CommandError(`Cannot read ${place}: "${v.getDotPath(issue) ?? "row"}" is missing or of the wrong type`);
  }
  const { id, label, kind, group, source, weak, text, text_b64 } = result.output;
  const decoded = text ?? (text_b64 === undefined ? undefined : Buffer.from(text_b64, "base64").reverse().toString());
  if (decoded === undefined) throw new CommandError(`Cannot read ${place}: it has neither "text" nor "text_b64"`);
  return {
    id,
    label,
    kind,
    group,
    ...(source === undefined ? {} : { source }),
    ...(weak === undefined ? {} : { weak }),
    text: decoded,
  };
}
