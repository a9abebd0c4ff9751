import { defaultRules } from "../rules/default-rules.js";
import { ExpertSystem } from "../rules/expert-system.js";
import { loadSettings } from "./configuration.js";
import { fileRulesOf } from "./rules-of-settings.js";
import type { Terminal } from "./terminal.js";

/**
 * An error's words as they may be shown and logged: what the rules hold for a credential is replaced by the rule's id.
 * Addresses and names stay, since an error is about them; `everything` takes them out too, for a crash that nobody
 * foresaw. Here every rule speaks, also one that the settings switch off; the person's own are asked where their file
 * can be read.
 */
export async function discreet(
  text: string,
  { terminal, everything = false }: { readonly terminal: Terminal; readonly everything?: boolean },
): Promise<string> {
  const system = new ExpertSystem({ rules: [...(await ownRules(terminal)), ...defaultRules] });
  const { hits } = system.evaluate([{ source: "question", text }]);
  let shown = text;
  let end = text.length;
  for (const hit of [...hits].sort((a, b) => b.end - a.end || a.start - b.start)) {
    if (hit.action === "warn" || (hit.severity !== "critical" && !everything)) continue;
    if (hit.end <= hit.start || hit.start >= end) continue; // of the text as a whole, or taken out already
    shown = `${shown.slice(0, hit.start)}[${hit.ruleId}]${shown.slice(Math.min(hit.end, end))}`;
    end = hit.start;
  }
  return shown;
}

/** The error to be told may be that the settings or the rule file cannot be read: the house's rules remain then. */
async function ownRules(terminal: Terminal): Promise<Awaited<ReturnType<typeof fileRulesOf>>> {
  try {
    return await fileRulesOf(await loadSettings(terminal, []), terminal);
  } catch {
    return [];
  }
}
