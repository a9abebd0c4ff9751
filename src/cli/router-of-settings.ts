import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../core/errors.js";
import { Router } from "../routing/router.js";
import type { RouterModel } from "../routing/router-model.js";
import { pathsOf } from "./configuration.js";
import { reasonOf } from "./files.js";
import type { Settings } from "./settings.js";
import { remark, safe, type Terminal } from "./terminal.js";

/** Where `mobile-ai router use` keeps the weights in use. */
export function routerFileOf(terminal: Terminal): string {
  return join(pathsOf(terminal).stateDirectory, "router.bin");
}

/**
 * The router of the settings: with the learned weights in use, where there are any, else by rules of thumb. Damaged weights
 * are named on standard error and not used; thresholds a person set win over those of the weights.
 */
export async function routerOf(settings: Settings, terminal: Terminal): Promise<Router> {
  const model = await routerModelOf(settings, terminal);
  const own = (key: string): number | undefined =>
    model !== undefined && settings.get(key).origin === "default" ? undefined : settings.number(key);
  const [threshold, hybridBand] = [own("router.threshold"), own("router.hybridBand")];
  return new Router({
    ...(threshold === undefined ? {} : { threshold }),
    ...(hybridBand === undefined ? {} : { hybridBand }),
    ...(model === undefined ? {} : { model }),
  });
}

/** The learned weights in use; undefined when there are none, or they cannot be read. The code is loaded with them. */
export async function routerModelOf(settings: Settings, terminal: Terminal): Promise<RouterModel | undefined> {
  const named = settings.text("router.weights");
  if (named === "none") return undefined;
  const file = named ?? routerFileOf(terminal);
  let content: Uint8Array;
  try {
    content = await readFile(file);
  } catch (error) {
    if (named === undefined && (error as NodeJS.ErrnoException).code === "ENOENT") return undefined; // node:fs errors carry a code
    remark(terminal, `Cannot use the learned router ${safe(file)}: ${reasonOf(error)}. Rules of thumb decide`);
    return undefined;
  }
  const [{ decodeRouter }, { RouterModel: Model }] = await Promise.all([
    import("../routing/router-file.js"),
    import("../routing/router-model.js"),
  ]);
  try {
    return new Model(decodeRouter(content));
  } catch (error) {
    remark(terminal, `Cannot use the learned router ${safe(file)}: ${messageOf(error)}. Rules of thumb decide`);
    return undefined;
  }
}
