import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import * as v from "valibot";
import type { RouterRow } from "../routing/router-rows.js";
import { CommandError } from "./command.js";
import { jsonLines, jsonLinesFiles } from "./json-lines.js";

const score = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const rowSchema = v.object({
  prompt: v.string(),
  dataset: v.string(),
  local: v.object({ model: v.string(), score, response: v.optional(v.string()) }),
  remote: v.object({ model: v.string(), score }),
});

/** Rows of one or more files, and a SHA-256 over all of them in the order they were read. */
export interface RouterData {
  readonly rows: readonly RouterRow[];
  readonly files: readonly string[];
  readonly sha256: string;
}

/**
 * Reads `.jsonl` files, or those of directories: `{dataset, prompt, local: {model, score, response?}, remote: {model,
 * score}}`, scores 0 to 1. A path may name several with commas. Throws CommandError with the file and line.
 */
export async function readRouterRows(paths: readonly string[]): Promise<RouterData> {
  const rows: RouterRow[] = [];
  const files: string[] = [];
  const hash = createHash("sha256");
  for (const path of paths.flatMap((each) => each.split(","))) {
    for (const file of await jsonLinesFiles(path.trim())) {
      const text = await readFile(file, "utf8");
      hash.update(text);
      files.push(file);
      for (const row of jsonLines(text, file, rowSchema)) rows.push(rowOf(row));
    }
  }
  if (rows.length === 0) throw new CommandError(`Cannot read ${paths.join(", ")}: found no row in it`);
  return { rows, files, sha256: hash.digest("hex") };
}

function rowOf({ prompt, dataset, local, remote }: v.InferOutput<typeof rowSchema>): RouterRow {
  return {
    prompt,
    local: local.score,
    remote: remote.score,
    ...(local.response === undefined ? {} : { response: local.response }),
    dataset,
    pair: `${local.model} / ${remote.model}`,
  };
}

/** The rows with the answers that another local model gave to the same questions. */
export function withSecondAnswers(rows: readonly RouterRow[], others: readonly RouterRow[]): readonly RouterRow[] {
  const answers = new Map<string, RouterRow[]>();
  for (const row of others) {
    if (row.response === undefined) continue;
    const same = answers.get(row.prompt);
    if (same === undefined) answers.set(row.prompt, [row]);
    else same.push(row);
  }
  return rows.map((row) => {
    const other = answers.get(row.prompt)?.find((each) => each.pair !== row.pair);
    return other?.response === undefined ? row : { ...row, second: other.response };
  });
}
