import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { messageOf } from "../core/errors.js";
import { WeightsError } from "../nets/weights-file.js";
import { decodeRouter, type ReadRouterWeights } from "../routing/router-file.js";
import type { RouterRow } from "../routing/router-rows.js";
import { CommandError, type Parsed, UsageError } from "./command.js";
import { reasonOf } from "./files.js";
import { safe } from "./terminal.js";

/** Reads weights for a command; what is wrong with them is the person's to mend. */
export async function readWeights(path: string): Promise<ReadRouterWeights> {
  let content: Uint8Array;
  try {
    content = await readFile(path);
  } catch (error) {
    throw new CommandError(`Cannot read ${safe(path)}: ${reasonOf(error)}`);
  }
  try {
    return decodeRouter(content);
  } catch (error) {
    if (error instanceof WeightsError) throw new CommandError(`${safe(path)}: ${messageOf(error)}`);
    throw error;
  }
}

/** Replaces a file at once: a reader sees the old content or the new. */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    throw new CommandError(`Cannot write ${safe(path)}: ${reasonOf(error)}`);
  }
}

/** The rows of each data set, in the order in which the sets first came. */
export function byDataset(rows: readonly RouterRow[]): ReadonlyMap<string, readonly RouterRow[]> {
  const groups = new Map<string, RouterRow[]>();
  for (const row of rows) {
    const own = groups.get(row.dataset);
    if (own === undefined) groups.set(row.dataset, [row]);
    else own.push(row);
  }
  return groups;
}

/** `--seed`: a whole number from 0. */
export function seedOf(parsed: Parsed): number {
  const text = parsed.text("seed") ?? "1";
  const seed = Number(text);
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new UsageError(`Cannot read --seed: expected a whole number from 0, got "${safe(text)}"`);
  return seed;
}

/** `--head`, or what is usual for the command. */
export function headOf(parsed: Parsed, otherwise: "linear" | "auto"): "linear" | "mlp" | "auto" {
  return (parsed.text("head") ?? otherwise) as "linear" | "mlp" | "auto"; // one of the option's choices
}

/** An option that is a share between 0 and 1. */
export function shareOf(parsed: Parsed, name: string, otherwise: number): number {
  const text = parsed.text(name);
  if (text === undefined) return otherwise;
  const share = Number(text);
  if (!(share > 0 && share < 1))
    throw new UsageError(`Cannot read --${name}: expected a number between 0 and 1, got "${safe(text)}"`);
  return share;
}

/** Training refuses too few rows: that is for the person to mend, not a fault of the program. */
export function tooFewRows(error: unknown): never {
  if (error instanceof RangeError && error.message.startsWith("Cannot train a router"))
    throw new CommandError(error.message);
  throw error;
}
