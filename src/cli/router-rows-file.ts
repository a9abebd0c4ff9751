import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import type { RouterRow } from "../routing/router-rows.js";
import { CommandError } from "./command.js";
import { reasonOf } from "./files.js";

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
    for (const file of await filesOf(path.trim())) {
      const text = await readFile(file, "utf8");
      hash.update(text);
      files.push(file);
      for (const [index, line] of text.split("\n").entries())
        if (line.trim() !== "") rows.push(rowOf(line, `${file}:${index + 1}`));
    }
  }
  if (rows.length === 0) throw new CommandError(`Cannot read ${paths.join(", ")}: found no row in it`);
  return { rows, files, sha256: hash.digest("hex") };
}

async function filesOf(path: string): Promise<readonly string[]> {
  try {
    if ((await stat(path)).isFile()) return [path];
    const names = (await readdir(path)).filter((name) => name.endsWith(".jsonl")).sort();
    return names.map((name) => join(path, name));
  } catch (error) {
    throw new CommandError(`Cannot read ${path}: ${reasonOf(error)}`);
  }
}

function rowOf(line: string, place: string): RouterRow {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    throw new CommandError(`Cannot read ${place}: it is not valid JSON`);
  }
  const result = v.safeParse(rowSchema, parsed);
  if (!result.success) {
    const [issue] = result.issues;
    throw new CommandError(`Cannot read ${place}: "${v.getDotPath(issue) ?? "row"}" is missing or of the wrong type`);
  }
  const { prompt, dataset, local, remote } = result.output;
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
