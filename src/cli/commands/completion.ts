import { type Command, GLOBAL_OPTIONS, type Parsed, UsageError } from "../command.js";
import { root } from "../commands.js";
import { print, type Terminal } from "../terminal.js";

/** `mobile-ai completion SHELL`: a script made from the command table. */
export async function completion(parsed: Parsed, terminal: Terminal): Promise<number> {
  const shell = parsed.words[0];
  if (shell === "bash") print(terminal, bash());
  else if (shell === "zsh") print(terminal, zsh());
  else if (shell === "fish") print(terminal, fish());
  else throw new UsageError(`Cannot complete for "${shell}": expected bash, zsh or fish`);
  return 0;
}

/** Every command by its words, with what may follow it. */
function entries(command: Command, words: readonly string[] = []): { words: readonly string[]; command: Command }[] {
  return [{ words, command }, ...(command.subcommands ?? []).flatMap((sub) => entries(sub, [...words, sub.name]))];
}

function followers(command: Command): string[] {
  const options = [...(command.options ?? []), ...GLOBAL_OPTIONS].map((option) => `--${option.name}`);
  return [...(command.subcommands ?? []).map((sub) => sub.name), ...options];
}

function cases(indent: string): string {
  return entries(root)
    .map(({ words, command }) => `${indent}"${words.join(" ")}") candidates="${followers(command).join(" ")}" ;;`)
    .join("\n");
}

function bash(): string {
  return `# mobile-ai completion for bash: source <(mobile-ai completion bash)
_mobile_ai() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path="" word candidates
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) break ;; esac
    path="\${path:+$path }$word"
  done
  case "$path" in
${cases("    ")}
    *) candidates="" ;;
  esac
  COMPREPLY=($(compgen -W "$candidates" -- "$current"))
}
complete -o default -F _mobile_ai mobile-ai`;
}

function zsh(): string {
  return `#compdef mobile-ai
# mobile-ai completion for zsh: source <(mobile-ai completion zsh)
_mobile_ai() {
  local path="" word candidates
  for word in "\${words[@]:1:$((CURRENT - 2))}"; do
    case "$word" in -*) break ;; esac
    path="\${path:+$path }$word"
  done
  case "$path" in
${cases("    ")}
    *) candidates="" ;;
  esac
  compadd -- \${=candidates}
}
compdef _mobile_ai mobile-ai`;
}

function fish(): string {
  const quote = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const lines = ["# mobile-ai completion for fish: mobile-ai completion fish | source"];
  for (const { words, command } of entries(root)) {
    const names = (command.subcommands ?? []).map((sub) => sub.name);
    const seen = words.map((word) => `__fish_seen_subcommand_from ${word}`);
    const fresh = names.length === 0 ? [] : [`not __fish_seen_subcommand_from ${names.join(" ")}`];
    const condition = [...seen, ...fresh].join("; and ") || "true";
    for (const sub of command.subcommands ?? []) {
      lines.push(`complete -c mobile-ai -f -n ${quote(condition)} -a ${sub.name} -d ${quote(sub.summary)}`);
    }
    for (const option of [...(command.options ?? []), ...(words.length === 0 ? GLOBAL_OPTIONS : [])]) {
      const where = words.length === 0 ? "" : ` -n ${quote(seen.join("; and "))}`;
      const value =
        option.choices === undefined
          ? option.value === undefined
            ? ""
            : " -r"
          : ` -x -a ${quote(option.choices.join(" "))}`;
      lines.push(
        `complete -c mobile-ai${where} -l ${option.name}${option.short === undefined ? "" : ` -s ${option.short}`}${value} -d ${quote(option.summary)}`,
      );
    }
  }
  return lines.join("\n");
}
