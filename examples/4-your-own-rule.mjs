// A rule of your own: the code name of a project never leaves the device. Yours stand beside the rules that ship.
import { defaultRules, ExpertSystem, Orchestrator } from "mobile-ai-orchestrator";
import { scriptedEngine } from "mobile-ai-orchestrator/testing";

const codeName = {
  id: "PRIVACY_901",
  description: "the code name of our project",
  severity: "high",
  action: "keep-local",
  kind: "CODE_NAME",
  // The scanner calls `find` where a keyword stands; it looks at a few characters around it and says what the value is.
  detections: [{ on: "keyword", keywords: ["bluefin"], find: (_text, start, end) => ({ start, end }) }],
};

const rules = new ExpertSystem({ rules: [...defaultRules, codeName] });
const local = scriptedEngine(["answered here"], { id: "small", place: "device" });
const remote = scriptedEngine(["answered there"], { id: "large", place: "network" });
const orchestrator = new Orchestrator({ engines: [local, remote], rules });

for (const text of [
  "Explain why step by step, prove it, and compare both strategies for the launch of Bluefin",
  "Explain why step by step, prove it, and compare both strategies for the launch",
]) {
  const outcome = await orchestrator.answer({ text, preference: "quality" });
  console.log(`${outcome.kind === "answered" ? outcome.text : outcome.reason}: ${outcome.decision.reasons[0].detail}`);
}
console.log(`calls of the remote: ${remote.calls.length}`);
await orchestrator.close();
