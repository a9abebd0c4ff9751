import { expect, test } from "vitest";
import { noTelemetry } from "../core/ports.js";
import { Metrics } from "../metrics/metrics.js";
import { Orchestrator } from "../orchestrator.js";
import { ManualClock, scriptedEngine } from "../testing.js";
import { PowerController } from "./power-controller.js";
import { withPowerEvents } from "./power-telemetry.js";

test("a question makes the state active from its begin to its end, however it ends", async () => {
  const clock = new ManualClock();
  const power = new PowerController({ clock });
  const telemetry = withPowerEvents(new Metrics({ clock }), { power, question: "question" });
  const orchestrator = new Orchestrator({
    engines: [scriptedEngine(["yes"], { place: "device" })],
    telemetry,
    clock,
  });
  const answer = orchestrator.answer({ text: "Is it?" });
  await answer;
  expect(power.changes.map(({ event, to }) => [event, to])).toEqual([["userInput", "active"]]);
  await clock.advance(8000);
  expect(power.state).toBe("listening"); // it was told of the end, or no timer would run
  const stop = AbortSignal.abort(new Error("stopped"));
  await expect(orchestrator.answer({ text: "And now?" }, { signal: stop })).rejects.toThrow("stopped");
  await clock.advance(8000);
  expect(power.state).toBe("listening");
});

test("an end that is said twice counts once", () => {
  const events: string[] = [];
  const power = {
    dispatch: (event: string) => {
      events.push(event);
      return "active" as const;
    },
  };
  const telemetry = withPowerEvents(noTelemetry, { power, question: "question" });
  telemetry.span("rules").end();
  const span = telemetry.span("question");
  span.end();
  span.end();
  expect(events).toEqual(["userInput", "queryDone"]);
});
