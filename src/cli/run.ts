import { ProjectNameError } from "../context/project.js";
import { StoreLockedError } from "../core/cipher.js";
import { messageOf } from "../core/errors.js";
import { type Command, CommandError, EXIT, findCommand, helpOf, nearest, parseCommand, UsageError } from "./command.js";
import { root } from "./commands.js";
import { print, remark, safe, type Terminal } from "./terminal.js";

/** Runs one command line and resolves to its exit code. A person's mistake is one line, never a stack trace. */
export async function run(words: readonly string[], terminal: Terminal): Promise<number> {
  try {
    if (words[0] === "--version" || words[0] === "-V") return await printVersion(terminal);
    const { path, rest } = findCommand(root, words[0] === "help" ? words.slice(1) : words);
    const command = path.at(-1)!; // never empty: it begins with the root
    const name = path.map((part) => part.name).join(" ");
    if (words[0] === "help" || rest.includes("--help") || rest.includes("-h")) {
      if (words[0] === "help" && rest[0] !== undefined) throw unknownCommand(command, rest[0], name);
      if (!beforeTerminator(rest)) return await runParsed(path, rest, name, terminal);
      print(terminal, helpOf(path));
      return 0;
    }
    if (command.run === undefined) {
      const word = rest.find((each) => !each.startsWith("-"));
      if (word !== undefined) throw unknownCommand(command, word, name);
      if (path.length === 1 && rest.length === 0) {
        print(terminal, helpOf(path));
        return 0;
      }
      throw new UsageError(
        `Missing command: ${name} needs one of ${(command.subcommands ?? []).map((sub) => sub.name).join(", ")}`,
      );
    }
    return await runParsed(path, rest, name, terminal);
  } catch (error) {
    return await report(error, terminal, asksForJson(words));
  }
}

async function runParsed(
  path: readonly Command[],
  rest: readonly string[],
  name: string,
  terminal: Terminal,
): Promise<number> {
  const command = path.at(-1)!; // never empty: it begins with the root
  const parsed = parseCommand(command, rest, name);
  return (await command.run?.(parsed, terminal)) ?? 0;
}

/** Whether a help flag stands before `--`, after which words are only words. */
function beforeTerminator(words: readonly string[]): boolean {
  const end = words.indexOf("--");
  const own = end === -1 ? words : words.slice(0, end);
  return own.includes("--help") || own.includes("-h") || words.length === 0;
}

function unknownCommand(command: Command, word: string, name: string): UsageError {
  const known = (command.subcommands ?? []).map((sub) => sub.name);
  const suggestion = nearest(word, known);
  return new UsageError(
    `Unknown command "${word}"${suggestion === undefined ? "." : `: did you mean ${name} ${suggestion}?`} See ${name} --help`,
  );
}

async function printVersion(terminal: Terminal): Promise<number> {
  const { packageVersion } = await import("./version.js");
  print(terminal, packageVersion());
  return 0;
}

/** Whether the person wants JSON, told from the words alone: the error may be that they cannot be parsed. */
function asksForJson(words: readonly string[]): boolean {
  const end = words.indexOf("--");
  return (end === -1 ? words : words.slice(0, end)).includes("--json");
}

/** One line on standard error; with `--json` an object on standard output as well. No credential stands in either. */
async function report(error: unknown, terminal: Terminal, json: boolean): Promise<number> {
  const { message: told, exitCode } = problemOf(error, terminal);
  const { discreet } = await import("./discreet.js"); // 20 ms, which only failures pay
  const message = await discreet(told, { terminal });
  if (json) print(terminal, JSON.stringify({ error: { message: message.trim(), exitCode } }, null, 2));
  remark(terminal, safe(message)); // it may quote a file, a server or a name
  if (terminal.environment["MOBILE_AI_DEBUG"] && error instanceof Error && error.stack) {
    remark(terminal, safe(await discreet(error.stack, { terminal, everything: true })));
  }
  return exitCode;
}

function problemOf(error: unknown, terminal: Terminal): { readonly message: string; readonly exitCode: number } {
  if (terminal.signal.aborted) return { message: "\nInterrupted", exitCode: EXIT.interrupted };
  const message = messageOf(error);
  if (error instanceof UsageError || error instanceof ProjectNameError) return { message, exitCode: EXIT.usage };
  const isPlain = error instanceof CommandError || error instanceof StoreLockedError;
  return { message: isPlain ? message : `Error: ${message}`, exitCode: EXIT.failed };
}
