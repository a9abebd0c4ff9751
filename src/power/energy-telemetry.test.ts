import { expect, test } from "vitest";
import { noTelemetry } from "../core/ports.js";
import { ManualClock } from "../testing.js";
import { energyLine, readEnergyLine } from "./energy-ledger.js";
import { EnergyTelemetry } from "./energy-telemetry.js";

function setUp() {
  const clock = new ManualClock({ nowMs: 1000 });
  const cpu = { us: 40_000 };
  const names = { question: "question", call: "generate", sentBytes: "sent", tokens: "tokens", output: "output" };
  const energy = new EnergyTelemetry({ inner: noTelemetry, cpuUs: () => cpu.us, clock, names });
  const work = (us: number): void => {
    cpu.us += us;
  };
  return { clock, energy, work };
}

test("gives processor time to the innermost span, and what is outside of questions to the program", async () => {
  const { clock, energy, work } = setUp();
  work(2000); // 42 ms since the process began
  const question = energy.span("question");
  work(10);
  const rules = energy.span("rules");
  work(20);
  rules.end();
  const call = energy.span("generate");
  call.set({ engine: "openai:gpt" });
  energy.count("sent", { engine: "openai:gpt" }, 700);
  work(300);
  await clock.advance(4000);
  call.end();
  call.end();
  energy.observe("tokens", 12, { type: "input" });
  energy.observe("tokens", 34, { type: "output" });
  question.set({ route: "remote" });
  work(5);
  question.end();
  work(1000);
  const [entry, ...others] = energy.take();
  expect(others).toEqual([]);
  expect(entry).toEqual({
    atMs: 1000,
    route: "remote",
    cpuUs: { question: 15, rules: 20, "generate/openai:gpt": 300, program: 43_000 },
    sentBytes: 700,
    networkMs: 4000,
    outputTokens: 34,
  });
  expect(energy.take()).toEqual([]);
  expect(readEnergyLine(energyLine(entry!))).toEqual(entry);
});

test("of questions at the same time the sum is exact, and no network is charged to one that sent nothing", () => {
  const { energy, work } = setUp();
  const first = energy.span("question");
  work(10);
  const second = energy.span("question");
  work(20);
  first.end();
  work(30);
  second.end();
  const entries = energy.take();
  const sum = entries.flatMap(({ cpuUs }) => Object.values(cpuUs)).reduce((a, b) => a + b, 0);
  expect(sum).toBe(40_060);
  expect(entries.map(({ networkMs }) => networkMs)).toEqual([0, 0]);
});

test("a line that is torn or holds something else is none", () => {
  expect(readEnergyLine('{"atMs": 1, "route": "lo')).toBeUndefined();
  expect(readEnergyLine("3")).toBeUndefined();
  expect(
    readEnergyLine('{"atMs":1,"route":"local","cpuUs":{"rules":"x"},"sentBytes":0,"networkMs":0}'),
  ).toBeUndefined();
  expect(readEnergyLine('{"atMs":-1,"route":"local","cpuUs":{},"sentBytes":0,"networkMs":0}')).toBeUndefined();
});
