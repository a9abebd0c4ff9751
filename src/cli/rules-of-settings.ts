import { ExpertSystem } from "../rules/expert-system.js";
import type { Settings } from "./settings.js";

/** The expert system that the settings describe. */
export async function rulesOf(settings: Settings): Promise<ExpertSystem> {
  return new ExpertSystem({
    disabled: settings.list("rules.disabled"),
    redactPersonalData: settings.flag("privacy.redactPersonalData"),
  });
}
