import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { CommandError } from "./command.js";
import { reasonOf } from "./files.js";

/** The file itself, or the `.jsonl` files of a directory in order of name. Throws CommandError. */
export async function jsonLinesFiles(path: string): Promise<readonly string[]> {
  try {
    if ((await stat(path)).isFile()) return [path];
    const names = (await readdir(path)).filter((name) => name.endsWith(".jsonl")).sort();
    return names.map((name) => join(path, name));
  } catch (error) {
    throw new CommandError(`Cannot read ${path}: ${reasonOf(error)}`);
  }
}

/** Each line of a file's text that is not empty, checked. Throws CommandError with the place; no message quotes a line. */
export function jsonLines<Row>(text: string, file: string, schema: v.GenericSchema<unknown, Row>): Row[] {
  const rows: Row[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() !== "") rows.push(rowOf(line, `${file}:${index + 1}`, schema));
  }
  return rows;
}

function rowOf<Row>(line: string, place: string, schema: v.GenericSchema<unknown, Row>): Row {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    // The parser's message quotes the line, which may hold what must not be shown.
    throw new CommandError(`Cannot read ${place}: it is not valid JSON`);
  }
  const result = v.safeParse(schema, parsed);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const wrong = v.getDotPath(issue);
  throw new CommandError(
    `Cannot read ${place}: ${wrong === null ? issue.message : `"${wrong}" is missing or of the wrong type`}`,
  );
}
