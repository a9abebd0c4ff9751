import { parseArgs } from "node:util";
import { messageOf } from "../core/errors.js";

/** Exit codes of every command. */
export const EXIT = { answered: 0, failed: 1, usage: 2, blocked: 3, unanswerable: 4, interrupted: 130 } as const;

/** The person typed something that cannot be run: shown as one line with the next step, exit code 2. */
export class UsageError extends Error {
  override readonly name: string = "UsageError";
}

/** Something went wrong that is neither the person's typing nor a bug: shown as one line, exit code 1. */
export class CommandError extends Error {
  override readonly name: string = "CommandError";
}

export interface OptionSpec {
  readonly name: string;
  readonly short?: string;
  readonly summary: string;
  /** Name of the value in help; absent for a flag. */
  readonly value?: string;
  /** The only values allowed. */
  readonly choices?: readonly string[];
  /** May be given several times. */
  readonly multiple?: boolean;
}

export interface ArgumentSpec {
  readonly name: string;
  readonly summary: string;
  readonly required?: boolean;
  /** Takes all words that are left. */
  readonly rest?: boolean;
}

/** Typed reading of what was parsed. */
export class Parsed {
  readonly words: readonly string[];
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(words: readonly string[], values: Readonly<Record<string, unknown>>) {
    this.words = words;
    this.#values = values;
  }

  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === "string" ? value : undefined;
  }

  texts(name: string): readonly string[] {
    const value = this.#values[name];
    return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
  }

  /** A whole number of at least 1. */
  count(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const number = Number(text);
    if (!Number.isSafeInteger(number) || number < 1) {
      throw new UsageError(`Cannot read --${name}: expected a whole number of at least 1, got "${text}"`);
    }
    return number;
  }
}

/** One command, or a group of them; help, checks and completion are made from this. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly arguments?: readonly ArgumentSpec[];
  readonly options?: readonly OptionSpec[];
  /** Shown under the help. */
  readonly examples?: readonly string[];
  readonly subcommands?: readonly Command[];
  /** Resolves to the exit code. Commands are loaded on first use so that starting one does not load the others. */
  readonly run?: (parsed: Parsed, terminal: import("./terminal.js").Terminal) => Promise<number>;
}

/** Options that every command takes. */
export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  { name: "help", short: "h", summary: "show this help" },
  {
    name: "set",
    value: "KEY=VALUE",
    multiple: true,
    summary: "a setting for this run only (see mobile-ai config get)",
  },
  { name: "no-color", summary: "no colour, whatever the terminal" },
];

/** Finds the command that the words name, and where its own words begin. */
export function findCommand(
  root: Command,
  words: readonly string[],
): { readonly path: readonly Command[]; readonly rest: readonly string[] } {
  const path = [root];
  let index = 0;
  for (; index < words.length; index++) {
    const here = path.at(-1)!; // never empty: it begins with the root
    const next = here.subcommands?.find((command) => command.name === words[index]);
    if (next === undefined) break;
    path.push(next);
  }
  return { path, rest: words.slice(index) };
}

/** A word such as `-5 + 3`: no option begins with a digit, so it is a text. */
const NEGATIVE = /^-[\d.(]/;
const HIDDEN_DASH = "\u0000"; // no argument of a process holds a NUL

/** Parses the words of one command. Throws UsageError with the next step. */
export function parseCommand(command: Command, words: readonly string[], name: string): Parsed {
  const specs = [...(command.options ?? []), ...GLOBAL_OPTIONS];
  let parsed: { values: Record<string, unknown>; positionals: string[] };
  try {
    parsed = parseArgs({
      args: words.map((word) => (NEGATIVE.test(word) ? HIDDEN_DASH + word : word)),
      allowPositionals: true,
      strict: true,
      options: Object.fromEntries(
        specs.map((spec) => [
          spec.name,
          {
            type: spec.value === undefined ? ("boolean" as const) : ("string" as const),
            ...(spec.short === undefined ? {} : { short: spec.short }),
            ...(spec.multiple === undefined ? {} : { multiple: spec.multiple }),
          },
        ]),
      ),
    });
  } catch (error) {
    const message = messageOf(error).split(/[.\n]+(?:\s|$)/)[0]!; // split has a first part
    throw new UsageError(`${message}. See ${name} --help; put -- before a text that begins with a dash`);
  }
  const shown = <T>(value: T): T | string =>
    typeof value === "string" && value.startsWith(HIDDEN_DASH) ? value.slice(1) : value;
  parsed.positionals = parsed.positionals.map(shown);
  for (const [key, value] of Object.entries(parsed.values)) {
    parsed.values[key] = Array.isArray(value) ? value.map(shown) : shown(value);
  }
  for (const spec of specs) {
    const value = parsed.values[spec.name];
    if (spec.choices !== undefined && typeof value === "string" && !spec.choices.includes(value)) {
      throw new UsageError(`Cannot read --${spec.name}: expected ${spec.choices.join(", ")}, got "${value}"`);
    }
  }
  if (parsed.values["help"] === true) return new Parsed(parsed.positionals, parsed.values);
  const expected = command.arguments ?? [];
  const missing = expected[parsed.positionals.length];
  if (missing?.required) throw new UsageError(`Missing ${missing.name}: ${missing.summary}. See ${name} --help`);
  if (parsed.positionals.length > expected.length && !expected.at(-1)?.rest) {
    const extra = parsed.positionals[expected.length];
    throw new UsageError(
      `Cannot use "${extra}": ${name} takes ${expected.length === 0 ? "no words" : expected.length === 1 ? "one word" : `${expected.length} words`}. See ${name} --help`,
    );
  }
  return new Parsed(parsed.positionals, parsed.values);
}

/** The help page of a command. */
export function helpOf(path: readonly Command[]): string {
  const command = path.at(-1)!; // never empty: it begins with the root
  const name = path.map((part) => part.name).join(" ");
  const lines = [command.summary, ""];
  const words = (command.arguments ?? []).map((argument) => {
    const label = argument.rest ? `${argument.name}...` : argument.name;
    return argument.required ? label : `[${label}]`;
  });
  const usage = command.subcommands && !command.run ? "COMMAND" : words.join(" ");
  lines.push(`Usage: ${[name, usage, "[options]"].filter((part) => part !== "").join(" ")}`);
  const section = (title: string, rows: readonly (readonly [string, string])[]): void => {
    if (rows.length === 0) return;
    const width = Math.max(...rows.map(([left]) => left.length));
    lines.push("", `${title}:`, ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`));
  };
  section(
    "Commands",
    (command.subcommands ?? []).map((sub) => [sub.name, sub.summary]),
  );
  section(
    "Arguments",
    (command.arguments ?? []).map((argument) => [argument.name, argument.summary]),
  );
  const optionRow = (spec: OptionSpec): [string, string] => [
    `${spec.short === undefined ? "    " : `-${spec.short}, `}--${spec.name}${spec.value === undefined ? "" : ` ${spec.value}`}`,
    spec.choices === undefined ? spec.summary : `${spec.summary} (${spec.choices.join(", ")})`,
  ];
  section("Options", [...(command.options ?? []), ...GLOBAL_OPTIONS].map(optionRow));
  if (command.examples !== undefined) lines.push("", "Examples:", ...command.examples.map((example) => `  ${example}`));
  return `${lines.join("\n")}\n`;
}

/** The known word nearest to a mistyped one, at most two edits away. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = 3;
  for (const candidate of known) {
    const distance = editDistance(word, candidate);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      current.push(Math.min(previous[j]! + 1, current[j - 1]! + 1, previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    previous = current;
  }
  return previous[b.length]!;
}
