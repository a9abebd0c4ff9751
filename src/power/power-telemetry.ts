import type { Span, Telemetry } from "../core/ports.js";
import type { PowerController } from "./power-controller.js";

/** Telemetry that tells the power states of each question on its way: `userInput` when its span begins, `queryDone` when it ends. */
export function withPowerEvents(
  inner: Telemetry,
  { power, question }: { readonly power: Pick<PowerController, "dispatch">; readonly question: string },
): Telemetry {
  return {
    span(name): Span {
      const span = inner.span(name);
      if (name !== question) return span;
      power.dispatch("userInput");
      let ended = false;
      return {
        set: (attributes) => span.set(attributes),
        end() {
          span.end();
          if (ended) return;
          ended = true;
          power.dispatch("queryDone");
        },
      };
    },
    count: (name, labels, amount) => inner.count(name, labels, amount),
    observe: (name, value, labels) => inner.observe(name, value, labels),
  };
}
