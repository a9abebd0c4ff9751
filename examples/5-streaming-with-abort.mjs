// A streamed answer that is stopped half way: the promise rejects with the signal's reason, and nothing is remembered.
import { Orchestrator } from "mobile-ai-orchestrator";
import { scriptedEngine } from "mobile-ai-orchestrator/testing";

const engine = scriptedEngine([["one ", "two ", "three ", "four ", "five"]], { id: "counter", place: "device" });
const orchestrator = new Orchestrator({ engines: [engine] });

const whole = orchestrator.stream({ text: "count for me" });
for await (const delta of whole.textStream) process.stdout.write(delta);
console.log(`\n${(await whole.outcome).kind}`);

const stop = new AbortController();
const stopped = orchestrator.stream({ text: "count for me again" }, { signal: stop.signal });
try {
  let words = 0;
  for await (const delta of stopped.textStream) {
    process.stdout.write(delta);
    if (++words === 2) stop.abort(new Error("that is enough"));
  }
} catch (error) {
  console.log(`\nstopped: ${error.message}`);
}
await stopped.outcome.catch(() => {});
console.log(`turns remembered: ${(await orchestrator.context.history("default")).length}`);
await orchestrator.close();
