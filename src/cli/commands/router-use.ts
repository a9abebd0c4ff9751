import { readFile, rm } from "node:fs/promises";
import type { Parsed } from "../command.js";
import { loadSettings } from "../configuration.js";
import { routerFileOf, routerModelOf } from "../router-of-settings.js";
import { readWeights, replaceFile } from "../router-options.js";
import { bytes, print, safe, type Terminal } from "../terminal.js";

/** `mobile-ai router use FILE`: takes weights into use. Damaged ones are refused, and the old ones stay. */
export async function useRouter(parsed: Parsed, terminal: Terminal): Promise<number> {
  const file = parsed.words[0]!; // a required argument
  if (file === "none") {
    await rm(routerFileOf(terminal), { force: true });
    print(terminal, "Rules of thumb decide from now on");
    return 0;
  }
  const { hash } = await readWeights(file);
  await replaceFile(routerFileOf(terminal), await readFile(file));
  print(terminal, `The router uses ${safe(file)} from now on, SHA-256 ${hash}`);
  return 0;
}

/** `mobile-ai router show`: the weights in use, or those of a file. */
export async function showRouter(parsed: Parsed, terminal: Terminal): Promise<number> {
  const settings = await loadSettings(terminal, parsed.texts("set"));
  const file = parsed.text("weights") ?? settings.text("router.weights");
  const weights = file === undefined ? (await routerModelOf(settings, terminal))?.weights : await readWeights(file);
  if (weights === undefined) {
    if (parsed.flag("json")) print(terminal, JSON.stringify({ hash: null }));
    else print(terminal, "No learned router is in use: rules of thumb decide. Take one: mobile-ai router use FILE");
    return 0;
  }
  const { side, thresholds, temperature, verifier, hash } = weights;
  const facts = {
    hash,
    kind: side.kind,
    networkBytes: side.bytes,
    thresholds,
    temperature,
    verifier: verifier !== undefined,
    ...("meta" in weights ? { meta: weights.meta } : {}),
  };
  if (parsed.flag("json")) print(terminal, JSON.stringify(facts, null, 2));
  else
    print(
      terminal,
      [
        `SHA-256     ${hash}`,
        `network     ${side.kind}, ${bytes(side.bytes)}`,
        `thresholds  local below ${thresholds.local.toFixed(3)}, remote from ${thresholds.direct.toFixed(3)} (expected gain), mean regret ${thresholds.alpha}`,
        `verifier    ${verifier === undefined ? "none" : "reads local answers"}`,
      ].join("\n"),
    );
  return 0;
}
