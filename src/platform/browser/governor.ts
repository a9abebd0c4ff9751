import { type PowerHint, unavailableHint } from "../../core/power-hints.js";

/** No web API lets a page wish for a faster or slower processor. */
export function browserGovernor(): PowerHint {
  return unavailableHint("governor", "no web API sets the processor's speed; the browser decides");
}
