import { dirname, resolve } from "node:path";
import { ExpertSystem, type Rule } from "../rules/expert-system.js";
import { UsageError } from "./command.js";
import { pathsOf } from "./configuration.js";
import { readIfPresent } from "./files.js";
import type { Settings } from "./settings.js";
import { safe, type Terminal } from "./terminal.js";

/** The expert system that the settings describe. A bad rule file stops the command: its rules are not silently left out. */
export async function rulesOf(settings: Settings, terminal: Terminal): Promise<ExpertSystem> {
  const options = {
    disabled: settings.list("rules.disabled"),
    redactPersonalData: settings.flag("privacy.redactPersonalData"),
  };
  const path = ruleFilePath(settings, terminal);
  if (path === undefined) return new ExpertSystem(options);
  const text = await readIfPresent(path);
  if (text === undefined)
    throw new UsageError(
      `Cannot use rules.file: there is no ${safe(path)}. Run: mobile-ai config unset rules.file, or write the file`,
    );
  const { systemWithRuleFile } = await import("../rules/reloading-rules.js");
  const { RuleFileError } = await import("../rules/rule-file.js");
  try {
    return systemWithRuleFile(text, path, options);
  } catch (error) {
    if (error instanceof RuleFileError) throw new UsageError(safe(error.message.split("\n")[0]!));
    throw error;
  }
}

/** The rules of one's own alone, none switched off; rejects when their file cannot be read or is bad. */
export async function fileRulesOf(settings: Settings, terminal: Terminal): Promise<readonly Rule[]> {
  const path = ruleFilePath(settings, terminal);
  if (path === undefined) return [];
  const { parseRuleFile } = await import("../rules/rule-file.js");
  return parseRuleFile((await readIfPresent(path)) ?? "", path).rules;
}

/** Where the rule file lies: a path in the configuration file is relative to that file, any other to the working directory. */
function ruleFilePath(settings: Settings, terminal: Terminal): string | undefined {
  const path = settings.text("rules.file");
  if (path === undefined) return undefined;
  return settings.get("rules.file").origin === "file"
    ? resolve(dirname(pathsOf(terminal).configFile), path)
    : resolve(path);
}
