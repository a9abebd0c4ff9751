// A question answered on the device: no model, no network, no file.
import { deviceSkillsEngine, Orchestrator } from "mobile-ai-orchestrator";

const orchestrator = new Orchestrator({ engines: [deviceSkillsEngine({})] });

for (const text of ["What is 17.5 % of 2340?", "5 miles in km", "Who wrote Faust?"]) {
  const outcome = await orchestrator.answer({ text });
  if (outcome.kind === "answered") {
    console.log(`${text} -> ${outcome.text} (${outcome.route}, ${outcome.engine})`);
  } else {
    console.log(`${text} -> ${outcome.kind}: ${outcome.reason}`);
  }
}
await orchestrator.close();
