import { readFile } from "node:fs/promises";
import * as v from "valibot";
import type { EvaluationRow } from "../rules/evaluation.js";
import { CommandError } from "./command.js";
import { jsonLines, jsonLinesFiles } from "./json-lines.js";

const rowSchema = v.pipe(
  v.object({
    id: v.string(),
    label: v.string(),
    kind: v.string(),
    group: v.optional(v.string(), ""),
    source: v.optional(v.string()),
    weak: v.optional(v.boolean()),
    text: v.optional(v.string()),
    text_b64: v.optional(v.string()),
  }),
  v.check(({ text, text_b64 }) => (text ?? text_b64) !== undefined, 'it has neither "text" nor "text_b64"'),
  v.transform(
    ({ id, label, kind, group, source, weak, text, text_b64 = "" }): EvaluationRow => ({
      id,
      label,
      kind,
      group,
      ...(source === undefined ? {} : { source }),
      ...(weak === undefined ? {} : { weak }),
      text: text ?? Buffer.from(text_b64, "base64").reverse().toString(),
    }),
  ),
);

/**
 * The labelled texts of a directory's `.jsonl` files, or of one such file. A text stands in `text`, or in `text_b64` as
 * base64 of its reversed UTF-8, so that no token stands in a file. Throws CommandError with the file and line.
 */
export async function readEvaluationRows(path: string): Promise<readonly EvaluationRow[]> {
  const rows: EvaluationRow[] = [];
  for (const file of await jsonLinesFiles(path)) {
    rows.push(...jsonLines(await readFile(file, "utf8"), file, rowSchema));
  }
  if (rows.length === 0)
    throw new CommandError(`Cannot evaluate: found no row in ${path}. Expected .jsonl files there`);
  return rows;
}
