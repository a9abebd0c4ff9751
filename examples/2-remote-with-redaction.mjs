// A remote model that never sees the e-mail address. The "remote" here is a small server on this machine that prints what
// it received and answers with it, so that you see both sides.
import { createServer } from "node:http";
import { createEgress, ExpertSystem, Orchestrator, openAICompatibleEngine } from "mobile-ai-orchestrator";

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const { messages } = JSON.parse(Buffer.concat(chunks).toString("utf8"));
  const received = messages.at(-1).content;
  console.log(`the remote received: ${received}`);
  response.setHeader("content-type", "application/json");
  response.end(
    JSON.stringify({
      choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: `Done: ${received}` } }],
    }),
  );
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

// Consent: personal data may leave as placeholders. Without it, such a question stays on the device.
const rules = new ExpertSystem({ redactPersonalData: true });
const remote = openAICompatibleEngine({
  baseUrl: `http://127.0.0.1:${server.address().port}/v1`,
  model: "example",
  id: "example-remote",
  place: "network",
  egress: createEgress({ scanner: rules }),
});
const orchestrator = new Orchestrator({ engines: [remote], rules });

const address = ["jane.doe", "fabrikam-works.com"].join("@");
const outcome = await orchestrator.answer({ text: `Write a short invitation to ${address}` });
console.log(`the person reads:    ${outcome.kind === "answered" ? outcome.text : outcome.reason}`);

await orchestrator.close();
server.close();
