import { appendFile, mkdir, readdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { type EnergyEntry, energyLine, readEnergyLine } from "../power/energy-ledger.js";
import { CommandError } from "./command.js";
import { pathsOf } from "./configuration.js";
import { readIfPresent, reasonOf } from "./files.js";
import type { Terminal } from "./terminal.js";

/** Days that are kept; what is older goes when the next day begins. */
const KEPT_DAYS = 31;

/** The day of a moment where the program runs, as `2027-03-01`. */
export function localDay(nowMs: number): string {
  const date = new Date(nowMs);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/**
 * Adds questions to the ledger: a file for each day, a line for each question, no text of it. Not forced to the disk: what a power
 * failure takes is an estimate of energy, which is not worth a wait in every answer.
 */
export async function recordEnergy(terminal: Terminal, entries: readonly EnergyEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const directory = directoryOf(terminal);
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    for (const [day, own] of groupByDay(entries)) {
      const lines = own.map((entry) => `${energyLine(entry)}\n`).join("");
      await appendFile(join(directory, `${day}.jsonl`), lines, { mode: 0o600 });
    }
    await dropOldDays(directory);
  } catch (error) {
    throw new CommandError(`Cannot write ${directory}: ${reasonOf(error)}`);
  }
}

/** The questions of a day, in the order they ended. */
export async function readEnergy(terminal: Terminal, day: string): Promise<readonly EnergyEntry[]> {
  const text = await readIfPresent(join(directoryOf(terminal), `${day}.jsonl`));
  return (text ?? "").split("\n").flatMap((line) => readEnergyLine(line) ?? []);
}

function directoryOf(terminal: Terminal): string {
  return join(pathsOf(terminal).stateDirectory, "energy");
}

function groupByDay(entries: readonly EnergyEntry[]): ReadonlyMap<string, readonly EnergyEntry[]> {
  const days = new Map<string, EnergyEntry[]>();
  for (const entry of entries) {
    const day = localDay(entry.atMs);
    days.set(day, [...(days.get(day) ?? []), entry]);
  }
  return days;
}

async function dropOldDays(directory: string): Promise<void> {
  const days = (await readdir(directory)).filter((name) => /^\d{4}-\d\d-\d\d\.jsonl$/.test(name)).sort();
  for (const old of days.slice(0, Math.max(0, days.length - KEPT_DAYS)))
    await unlink(join(directory, old)).catch(() => {}); // another process may have done it
}
