import { KeptAnswers } from "../../context/kept-answers.js";
import type { Parsed } from "../command.js";
import { withSession } from "../session.js";
import { bytes, print, type Terminal, table } from "../terminal.js";

/** `mobile-ai cache status`: how many answers are kept. */
export async function cacheStatus(parsed: Parsed, terminal: Terminal): Promise<number> {
  return withSession(parsed, terminal, async (session) => {
    const { entries, characters } = await new KeptAnswers(session.store).size();
    const enabled = session.settings.flag("cache.enabled");
    const maxEntries = session.settings.number("cache.maxEntries");
    const maxAgeHours = session.settings.number("cache.hours");
    if (parsed.flag("json")) {
      print(terminal, JSON.stringify({ enabled, entries, characters, maxEntries, maxAgeHours }, null, 2));
    } else {
      print(
        terminal,
        table([
          ["kept", `${entries} of at most ${maxEntries} answers, ${bytes(characters)} of text`],
          ["used", enabled ? `up to ${maxAgeHours} hours old` : "no (cache.enabled is false)"],
        ]),
      );
    }
  });
}

/** `mobile-ai cache clear`: no answer is given again. */
export async function cacheClear(parsed: Parsed, terminal: Terminal): Promise<number> {
  return withSession(parsed, terminal, async (session) => {
    const cleared = await new KeptAnswers(session.store).clear();
    if (parsed.flag("json")) print(terminal, JSON.stringify({ cleared }, null, 2));
    else print(terminal, `Cleared ${cleared} answer${cleared === 1 ? "" : "s"}`);
  });
}
