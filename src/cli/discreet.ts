import { ExpertSystem } from "../rules/expert-system.js";

/**
 * An error's words as they may be shown and logged: what the rules hold for a credential is replaced by the rule's id.
 * Addresses and names stay, since an error is about them; `everything` takes them out too, for a crash that nobody
 * foresaw.
 */
export function discreet(text: string, options: { readonly everything?: boolean } = {}): string {
  const { hits } = new ExpertSystem().evaluate([{ source: "question", text }]);
  let shown = text;
  let end = text.length;
  for (const hit of [...hits].sort((a, b) => b.end - a.end || a.start - b.start)) {
    if (hit.action === "warn" || (hit.severity !== "critical" && options.everything !== true)) continue;
    if (hit.end <= hit.start || hit.start >= end) continue; // of the text as a whole, or taken out already
    shown = `${shown.slice(0, hit.start)}[${hit.ruleId}]${shown.slice(Math.min(hit.end, end))}`;
    end = hit.start;
  }
  return shown;
}
